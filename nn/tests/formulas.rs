//! Losses, optimisers and random numbers against `data/expected.json`, which `data/expected.py` made.

use engine::Real;
use nn::{Adam, BatchLoss, Dataset, Init, Layout, Loss, Model, Objective, Optimizer, Sgd, seeded};
use rand::RngExt;
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    losses: Vec<LossPoint>,
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    optimizers: Vec<Steps>,
    random: Vec<Draws>,
}

#[derive(Deserialize)]
struct LossPoint {
    loss: String,
    outputs: Vec<f64>,
    target: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct Steps {
    sgd: Option<SgdSettings>,
    adam: Option<AdamSettings>,
    steps: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct SgdSettings {
    rate: f64,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
}

#[derive(Deserialize)]
struct AdamSettings {
    rate: f64,
    betas: [f64; 2],
    epsilon: f64,
}

#[derive(Deserialize)]
struct Draws {
    seed: u64,
    unit: Vec<f64>,
    normal: Vec<f64>,
}

fn expected() -> serde_json::Result<Expected> {
    serde_json::from_str(include_str!("data/expected.json"))
}

#[track_caller]
fn assert_digits(what: &str, ours: f64, expected: f64) {
    // Below 1e-307 an f64 has fewer digits.
    let tolerance = 1e-14 * expected.abs() + 5e-324;
    assert!((ours - expected).abs() <= tolerance, "{what}: {ours} where {expected} belongs");
}

/// A model whose outputs are its parameters.
struct Outputs(usize);

impl Model for Outputs {
    fn inputs(&self) -> usize {
        1
    }

    fn outputs(&self) -> usize {
        self.0
    }

    fn layout(&self) -> Layout {
        Layout::new(Layout::vector("y", self.0)).unwrap_or_default()
    }

    fn forward<R: Real>(&self, params: &[R], _: &[R]) -> Vec<R> {
        params.to_vec()
    }
}

#[test]
fn losses_keep_their_digits_however_large_the_logits() {
    let points = expected().unwrap().losses;
    for loss in Loss::ALL {
        assert!(points.iter().any(|point| point.loss == loss.name()), "no figures of {loss}");
    }
    for LossPoint { loss, outputs, target, value, gradient } in points {
        let what = format!("{loss} of {outputs:?} and {target:?}");
        let loss: Loss = loss.parse().unwrap();
        assert_digits(&what, loss.of(&outputs, &target), value);
        assert_eq!(loss.violated(&target), None, "{what}");

        let data = Dataset::new(&[[0.0]], &[&target]).unwrap();
        let mut batch = BatchLoss::record(&Outputs(outputs.len()), &loss).unwrap();
        let (recorded, derivatives) = batch.gradient(&outputs, &data, [0]).unwrap();
        assert_digits(&what, recorded, value);
        for (k, (&ours, expected)) in derivatives.iter().zip(gradient).enumerate() {
            assert_digits(&format!("derivative {k} of {what}"), ours, expected);
        }
    }
}

#[test]
fn optimizers_follow_their_published_formulas() {
    let Expected { start, gradients, optimizers, .. } = expected().unwrap();
    for Steps { sgd, adam, steps } in optimizers {
        let mut params = start.clone();
        let mut optimizer: Box<dyn Optimizer> = match (sgd, adam) {
            (Some(SgdSettings { rate, momentum, nesterov, weight_decay }), _) => {
                let sgd = Sgd::new(rate).weight_decay(weight_decay);
                Box::new(if nesterov { sgd.nesterov(momentum) } else { sgd.momentum(momentum) })
            }
            (_, Some(AdamSettings { rate, betas: [first, second], epsilon })) => {
                Box::new(Adam::new(rate).betas(first, second).epsilon(epsilon))
            }
            _ => unreachable!("the file has the steps of one of both"),
        };
        for (n, (gradient, expected)) in gradients.iter().zip(&steps).enumerate() {
            optimizer.step(&mut params, gradient).unwrap();
            for (ours, &expected) in params.iter().zip(expected) {
                assert!((ours - expected).abs() < 1e-14, "step {n}: {ours} where {expected} belongs");
            }
        }
        assert_eq!(steps.len(), gradients.len());
    }
}

#[test]
fn random_numbers_are_those_of_chacha8() {
    let draws = expected().unwrap().random;
    assert!(draws.len() > 1);
    for Draws { seed, unit, normal } in draws {
        let mut random = seeded(seed);
        assert_eq!(unit.iter().map(|_| random.random()).collect::<Vec<f64>>(), unit, "seed {seed}");

        let mut uniform = vec![0.0; unit.len()];
        Init::Uniform { low: -3.0, high: 1.0 }.fill(&mut uniform, 1, 1, &mut seeded(seed)).unwrap();
        assert_eq!(uniform, unit.iter().map(|u| 4.0 * u - 3.0).collect::<Vec<_>>(), "seed {seed}");

        let mut ours = vec![0.0; normal.len()];
        Init::Normal { mean: 0.0, deviation: 1.0 }.fill(&mut ours, 1, 1, &mut seeded(seed)).unwrap();
        for (ours, expected) in ours.iter().zip(normal) {
            assert!((ours - expected).abs() < 1e-15, "seed {seed}: {ours} where {expected} belongs");
        }
    }
}

#[test]
fn initial_values_have_their_distributions_moments() {
    let (fan_in, fan_out) = (20, 30);
    let cases = [
        (Init::Normal { mean: 3.0, deviation: 0.5 }, 3.0, 0.25, f64::INFINITY),
        (Init::Uniform { low: -1.0, high: 5.0 }, 2.0, 3.0, 3.0),
        (Init::XavierUniform, 0.0, 2.0 / 50.0, (6.0f64 / 50.0).sqrt()),
        (Init::XavierNormal, 0.0, 2.0 / 50.0, f64::INFINITY),
        (Init::HeUniform, 0.0, 2.0 / 20.0, (6.0f64 / 20.0).sqrt()),
        (Init::HeNormal, 0.0, 2.0 / 20.0, f64::INFINITY),
    ];
    let n = 100_000;
    for (init, mean, variance, reach) in cases {
        let mut numbers = vec![0.0; n];
        init.fill(&mut numbers, fan_in, fan_out, &mut seeded(11)).unwrap();
        let average = numbers.iter().sum::<f64>() / n as f64;
        let spread = numbers.iter().map(|x| (x - average).powi(2)).sum::<f64>() / n as f64;
        // Five standard errors: of the mean, and of the variance, which for a normal is var * sqrt(2/n).
        assert!((average - mean).abs() < 5.0 * (variance / n as f64).sqrt(), "{init:?}: mean {average}");
        assert!((spread / variance - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt(), "{init:?}: variance {spread}");
        assert!(numbers.iter().all(|x| (x - mean).abs() <= reach), "{init:?}");
        let beyond = numbers.iter().filter(|x| (*x - mean).abs() > 2.0 * variance.sqrt()).count() as f64 / n as f64;
        let expected = if reach.is_finite() { 0.0 } else { 0.0455 };
        assert!((beyond - expected).abs() < 0.004, "{init:?}: {beyond} lie beyond two deviations");
    }
    let mut numbers = [1.0; 3];
    Init::Constant(0.25).fill(&mut numbers, 1, 1, &mut seeded(0)).unwrap();
    assert_eq!(numbers, [0.25; 3]);
}

//! A batch is the mean of its samples, however they are run.

use engine::{Active, Graph, JacobianTape};
use nn::{Activation, BatchLoss, Dataset, Init, Loss, Mlp, Model, Objective, Result, loss, seeded};
use proptest::prelude::*;

/// A network of three inputs, and so many samples, whose targets every loss takes.
fn problem(samples: usize, seed: u64) -> Result<(Mlp, Vec<f64>, Dataset)> {
    let mut random = seeded(seed);
    let model = Mlp::new(3, &[(7, Activation::Relu), (5, Activation::Tanh), (1, Activation::Sigmoid)])?;
    let params = model.init(Init::Uniform { low: -1.0, high: 1.0 }, &mut random)?;
    let mut numbers = vec![0.0; 3 * samples];
    Init::Normal { mean: 0.0, deviation: 2.0 }.fill(&mut numbers, 1, 1, &mut random)?;
    let targets: Vec<[f64; 1]> = (0..samples).map(|n| [(n % 2) as f64]).collect();
    let data = Dataset::new(numbers.as_chunks::<3>().0, &targets)?;
    Ok((model, params, data))
}

/// The loss of each sample recorded anew, its derivatives, and the means of both.
fn one_by_one(
    model: &Mlp,
    objective: Loss,
    params: &[f64],
    data: &Dataset,
    samples: &[usize],
    strength: f64,
) -> (f64, Vec<f64>) {
    let count = samples.len() as f64;
    let mut mean = (loss::l2(params, strength), params.iter().map(|p| 2.0 * strength * p).collect::<Vec<_>>());
    for &sample in samples {
        let graph = Graph::new();
        let leaves = graph.params(params);
        let loss =
            objective.of(&model.forward(&leaves, &graph.inputs(data.x(sample))), &graph.inputs(data.target(sample)));
        let gradient = loss.backward();
        mean.0 += loss.number() / count;
        mean.1.iter_mut().zip(&leaves).for_each(|(sum, &param)| *sum += gradient[param] / count);
    }
    mean
}

proptest! {
    #[test]
    fn a_batch_is_the_mean_of_its_samples(
        choice in 0..Loss::ALL.len(),
        samples in prop::collection::vec(0..40usize, 1..70),
        strength in prop_oneof![Just(0.0), 0.0..1.0],
        seed in any::<u64>(),
    ) {
        let objective = Loss::ALL[choice];
        let (model, params, data) = problem(40, seed)?;
        let (expected, derivatives) = one_by_one(&model, objective, &params, &data, &samples, strength);
        let mut batch = BatchLoss::record(&model, &objective)?.with_l2(strength)?;
        let near = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-12 * (1.0 + theirs.abs());
        prop_assert!(near(batch.loss(&params, &data, samples.iter().copied())?, expected));
        let (loss, gradient) = batch.gradient(&params, &data, samples.iter().copied())?;
        prop_assert!(near(loss, expected), "{objective}: {loss} is not {expected}");
        for (ours, theirs) in gradient.iter().zip(&derivatives) {
            prop_assert!(near(*ours, *theirs), "{objective}: {ours} is not {theirs}");
        }
    }

    #[test]
    fn a_jacobian_tape_gives_a_sample_the_same(choice in 0..Loss::ALL.len(), seed in any::<u64>()) {
        let objective = Loss::ALL[choice];
        let (model, params, data) = problem(2, seed)?;
        let mut batch = BatchLoss::record(&model, &objective)?;
        let mut tape = JacobianTape::new();
        for sample in 0..2 {
            let (taped, by_tape) = tape.gradient(&params, |params| {
                let active = |numbers: &[f64]| numbers.iter().copied().map(Active::from).collect::<Vec<_>>();
                objective.of(&model.forward(params, &active(data.x(sample))), &active(data.target(sample)))
            });
            let (loss, gradient) = batch.gradient(&params, &data, [sample])?;
            let near = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-12 * (1.0 + theirs.abs());
            prop_assert!(near(taped, loss), "{objective}: {taped} is not {loss}");
            for (ours, theirs) in by_tape.iter().zip(gradient) {
                prop_assert!(near(*ours, *theirs), "{objective}: {ours} is not {theirs}");
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() -> Result<()> {
    let (model, params, data) = problem(3000, 1)?;
    let batch = BatchLoss::record(&model, &Loss::BinaryCrossEntropy)?.with_l2(1e-3)?;
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut batch = batch.clone();
        pool.install(|| {
            let (loss, gradient) = batch.gradient(&params, &data, 0..data.len())?;
            Result::Ok([&[loss], gradient].concat().into_iter().map(f64::to_bits).collect::<Vec<_>>())
        })
    };
    let alone = run(1)?;
    assert_eq!(run(2)?, alone);
    assert_eq!(run(5)?, alone);
    Ok(())
}

#[test]
fn the_sample_whose_loss_is_not_finite_is_found_in_a_long_batch() -> Result<()> {
    let line = nn::Neuron::new(1, Activation::Identity)?;
    let mut batch = BatchLoss::record(&line, &Loss::BinaryCrossEntropy)?;
    let mut rows = vec![[0.5]; 1000];
    rows[703] = [-0.5];
    let data = Dataset::new(&rows, &[[1.0]; 1000])?;
    let message = |result: Result<f64>| result.err().map(|error| error.to_string()).unwrap_or_default();
    let expected = "the loss of sample 703 is not finite: `ln(dot(w1, x[0]) + b)` is NaN: ln of -0.5; it needs x > 0: keep \
                    its argument there";
    assert_eq!(message(batch.loss(&[1.0, 0.0], &data, 0..1000)), expected);
    assert!(batch.loss(&[1.0, 0.0], &data, 0..703)?.is_finite());

    let mut batch = BatchLoss::record(&line, &Loss::MeanSquared)?;
    let error = message(batch.loss(&[1.3e154, 0.0], &Dataset::new(&[[1.0]; 2], &[[0.0]; 2])?, 0..2));
    assert_eq!(error, "the sum of the losses of a batch is inf: it has to be finite");
    Ok(())
}

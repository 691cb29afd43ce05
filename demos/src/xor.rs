//! Exclusive or, learned by a 2-2-1 network of tanh and sigmoid with the cross-entropy of all four samples at once.

use crate::figures::Figures;
use crate::tutorial::{Draw, Settings, Trained, Tutorial, matrix_names};
use engine::check::hand::Claim;
use engine::{Graph, Real, Value};

/// The inputs of the four samples.
pub const X: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// Their exclusive or.
pub const Y: [f64; 4] = [0.0, 1.0, 1.0, 0.0];

/// The parameters, laid out as in the flat list: `W1[j][i]` from input i to hidden j, `b1[j]`, `W2[j]`, `b2`.
#[derive(Clone, Copy)]
pub struct Params<R> {
    w1: [[R; 2]; 2],
    b1: [R; 2],
    w2: [R; 2],
    b2: R,
}

impl<R: Real> Params<R> {
    /// From the flat list.
    pub fn from_flat(p: &[R]) -> Self {
        Params { w1: [[p[0], p[1]], [p[2], p[3]]], b1: [p[4], p[5]], w2: [p[6], p[7]], b2: p[8] }
    }
}

/// What the forward pass computes for one sample: the two hidden outputs and the output.
pub fn forward<R: Real>(p: &Params<R>, x: [R; 2]) -> ([R; 2], R) {
    let hidden = std::array::from_fn(|j| (R::dot(&p.w1[j], &x) + p.b1[j]).tanh());
    let output = (R::dot(&p.w2, &hidden) + p.b2).sigmoid();
    (hidden, output)
}

/// The mean binary cross-entropy of the outputs.
pub fn cost<R: Real>(outputs: &[R; 4]) -> R {
    let terms: [R; 4] =
        std::array::from_fn(|n| outputs[n].ln() * Y[n] + (R::from(1.0) - outputs[n]).ln() * (1.0 - Y[n]));
    (-R::sum(&terms) / 4.0).named("cost")
}

/// The derivation by hand: the derivative of the cost by each parameter, in the order of the flat list.
pub fn by_hand<R: Real>(p: &Params<R>, x: &[[R; 2]; 4], passes: &[([R; 2], R); 4]) -> [R; 9] {
    let mean = |of: &dyn Fn(usize) -> R| R::sum(&[of(0), of(1), of(2), of(3)]) / 4.0;
    let at_output: [R; 4] = std::array::from_fn(|n| passes[n].1 - Y[n]);
    let at_hidden = |n: usize, j: usize| p.w2[j] * at_output[n] * (R::from(1.0) - passes[n].0[j].powi(2));
    [
        mean(&|n| at_hidden(n, 0) * x[n][0]),
        mean(&|n| at_hidden(n, 0) * x[n][1]),
        mean(&|n| at_hidden(n, 1) * x[n][0]),
        mean(&|n| at_hidden(n, 1) * x[n][1]),
        mean(&|n| at_hidden(n, 0)),
        mean(&|n| at_hidden(n, 1)),
        mean(&|n| at_output[n] * passes[n].0[0]),
        mean(&|n| at_output[n] * passes[n].0[1]),
        mean(&|n| at_output[n]),
    ]
}

/// The tutorial.
pub struct Xor;

impl Tutorial for Xor {
    fn name(&self) -> &'static str {
        "xor"
    }

    fn about(&self) -> &'static str {
        "2-2-1, tanh then sigmoid; the loss is the mean cross-entropy of all four samples"
    }

    fn loss_name(&self) -> &'static str {
        "cost"
    }

    fn loss_at(&self) -> &'static str {
        "cost at step"
    }

    fn settings(&self) -> Settings {
        Settings { steps: 1001, rate: 0.3 }
    }

    fn params(&self) -> Vec<(String, Draw)> {
        let mut params = matrix_names("W1", 2, Some(2), Draw::Normal);
        params.extend(matrix_names("b1", 2, Some(1), Draw::Given(0.0)));
        params.extend(matrix_names("W2", 1, Some(2), Draw::Normal));
        params.extend(matrix_names("b2", 1, Some(1), Draw::Given(0.0)));
        params
    }

    fn published(&self) -> Figures {
        Figures::xor()
    }

    fn claims<'g>(&self, g: &'g Graph, params: &[Value<'g>]) -> Vec<Claim<'g>> {
        let x = X.map(|sample| sample.map(|number| g.inputs(&[number])[0]));
        let layout = Params::from_flat(params);
        let passes = x.map(|sample| forward(&layout, sample));
        let of = cost(&passes.map(|(_, output)| output));
        let hand = by_hand(&layout, &x, &passes);
        params.iter().zip(hand).map(|(&wrt, hand)| Claim { of, wrt, hand }).collect()
    }

    fn train(&self, params: &[f64], settings: Settings) -> Trained {
        let mut params = params.to_vec();
        let mut losses = Vec::new();
        let run = |params: &[f64]| X.map(|sample| forward(&Params::from_flat(params), sample));
        for step in 0..settings.steps {
            let passes = run(&params);
            if step % 100 == 0 {
                losses.push((step, cost(&passes.map(|(_, output)| output))));
            }
            let gradient = by_hand(&Params::from_flat(&params), &X, &passes);
            for (param, derivative) in params.iter_mut().zip(gradient) {
                *param -= settings.rate * derivative;
            }
        }
        let answers = run(&params).map(|(_, output)| output);
        let mut outputs: Vec<_> = (0..4).map(|n| (format!("output[0][{n}]"), answers[n])).collect();
        outputs.extend((0..4).map(|n| (format!("predictions[0][{n}]"), f64::from(u8::from(answers[n] >= 0.5)))));
        Trained { losses, params, outputs }
    }
}

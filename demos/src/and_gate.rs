//! The AND gate, learned by a network of one hidden layer with the squared errors of all four samples at once.
//!
//! Its author derives the gradient of the sum of *half* squared errors and reports the *mean* squared error: every
//! derivative is twice that of the reported loss.

use crate::figures::Figures;
use crate::tutorial::{Draw, Settings, Trained, Tutorial, matrix_names};
use engine::check::hand::Claim;
use engine::{Graph, Real, Value};

/// The inputs of the four samples.
pub const X: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// Their conjunction.
pub const Y: [f64; 4] = [0.0, 0.0, 0.0, 1.0];

/// What the hidden layer applies: the tutorial's rectifier, or the one that its exercise asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Activation {
    /// `max(0, z)`.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    fn apply<R: Real>(self, z: R) -> R {
        match self {
            Activation::Relu => z.relu(),
            Activation::Tanh => z.tanh(),
        }
    }

    /// The derivative by hand, from the sum `z` and the output `a`.
    fn by_hand<R: Real>(self, z: R, a: R) -> R {
        match self {
            Activation::Relu => R::select(z, R::from(1.0), R::from(0.0)),
            Activation::Tanh => R::from(1.0) - a.powi(2),
        }
    }
}

/// The tutorial, with the choices of its exercises.
#[derive(Debug, Clone, Copy)]
pub struct AndGate {
    /// How many hidden neurons; the tutorial has 3.
    pub hidden: usize,
    /// What they apply; the tutorial has the rectifier.
    pub activation: Activation,
}

impl Default for AndGate {
    fn default() -> Self {
        AndGate { hidden: 3, activation: Activation::Relu }
    }
}

/// The flat parameters by their names: `W1[i][j]` from input i to hidden j, `b1[j]`, `W2[j]`, `b2`.
struct Params<'a, R> {
    hidden: usize,
    flat: &'a [R],
}

impl<R: Real> Params<'_, R> {
    fn w1(&self, i: usize, j: usize) -> R {
        self.flat[i * self.hidden + j]
    }
    fn b1(&self, j: usize) -> R {
        self.flat[2 * self.hidden + j]
    }
    fn w2(&self, j: usize) -> R {
        self.flat[3 * self.hidden + j]
    }
    fn b2(&self) -> R {
        self.flat[4 * self.hidden]
    }
}

/// What the forward pass computes for one sample.
struct Forward<R> {
    z1: Vec<R>,
    a1: Vec<R>,
    output: R,
}

impl AndGate {
    fn forward<R: Real>(&self, p: &Params<'_, R>, x: [R; 2]) -> Forward<R> {
        let hidden = 0..self.hidden;
        let z1: Vec<R> = hidden.clone().map(|j| x[0] * p.w1(0, j) + x[1] * p.w1(1, j) + p.b1(j)).collect();
        let a1: Vec<R> = z1.iter().map(|&z| self.activation.apply(z)).collect();
        let w2: Vec<R> = hidden.map(|j| p.w2(j)).collect();
        let output = (R::dot(&a1, &w2) + p.b2()).sigmoid();
        Forward { z1, a1, output }
    }

    fn loss<R: Real>(&self, passes: &[Forward<R>; 4]) -> R {
        let squares: [R; 4] = std::array::from_fn(|n| (-passes[n].output + Y[n]).powi(2));
        (R::sum(&squares) / 4.0).named("loss")
    }

    /// The derivation by hand, in the order of the flat list: the gradient of the sum of half squared errors.
    fn by_hand<R: Real>(&self, p: &Params<'_, R>, x: &[[R; 2]; 4], passes: &[Forward<R>; 4]) -> Vec<R> {
        let total = |of: &dyn Fn(usize) -> R| R::sum(&[of(0), of(1), of(2), of(3)]);
        let at_output: [R; 4] = std::array::from_fn(|n| {
            let y = passes[n].output;
            -(-y + Y[n]) * (y * (R::from(1.0) - y))
        });
        let at_hidden =
            |n: usize, j: usize| at_output[n] * p.w2(j) * self.activation.by_hand(passes[n].z1[j], passes[n].a1[j]);
        let hidden = 0..self.hidden;
        let mut gradient = Vec::new();
        for i in [0, 1] {
            gradient.extend(hidden.clone().map(|j| total(&|n| x[n][i] * at_hidden(n, j))));
        }
        gradient.extend(hidden.clone().map(|j| total(&|n| at_hidden(n, j))));
        gradient.extend(hidden.map(|j| total(&|n| passes[n].a1[j] * at_output[n])));
        gradient.push(total(&|n| at_output[n]));
        gradient
    }

    fn is_published(&self) -> bool {
        self.hidden == 3 && self.activation == Activation::Relu
    }
}

impl Tutorial for AndGate {
    fn name(&self) -> &'static str {
        "and_gate"
    }

    fn about(&self) -> &'static str {
        "one hidden layer, then sigmoid; the loss is the mean squared error of all four samples"
    }

    fn loss_name(&self) -> &'static str {
        "loss"
    }

    fn loss_at(&self) -> &'static str {
        "loss at step"
    }

    fn settings(&self) -> Settings {
        Settings { steps: 1000, rate: 0.01 }
    }

    fn params(&self) -> Vec<(String, Draw)> {
        let mut params = matrix_names("W1", 2, Some(self.hidden), Draw::Normal);
        params.extend(matrix_names("b1", self.hidden, None, Draw::Normal));
        params.extend(matrix_names("W2", self.hidden, Some(1), Draw::Normal));
        params.extend(matrix_names("b2", 1, None, Draw::Normal));
        params
    }

    fn published(&self) -> Figures {
        if self.is_published() { Figures::and_gate() } else { Figures::default() }
    }

    fn claims<'g>(&self, g: &'g Graph, params: &[Value<'g>]) -> Vec<Claim<'g>> {
        let x = X.map(|sample| sample.map(|number| g.inputs(&[number])[0]));
        let layout = Params { hidden: self.hidden, flat: params };
        let passes = x.map(|sample| self.forward(&layout, sample));
        let of = self.loss(&passes);
        let hand = self.by_hand(&layout, &x, &passes);
        params.iter().zip(hand).map(|(&wrt, hand)| Claim { of, wrt, hand }).collect()
    }

    /// The outputs are those of the last pass, which is before the last update: what the program has when it ends.
    fn train(&self, params: &[f64], settings: Settings) -> Trained {
        let mut params = params.to_vec();
        let run = |params: &[f64]| {
            let layout = Params { hidden: self.hidden, flat: params };
            X.map(|sample| self.forward(&layout, sample))
        };
        let mut passes = run(&params);
        let mut losses = Vec::new();
        for step in 0..settings.steps {
            passes = run(&params);
            if step % 100 == 0 {
                losses.push((step, self.loss(&passes)));
            }
            let gradient = self.by_hand(&Params { hidden: self.hidden, flat: &params }, &X, &passes);
            for (param, derivative) in params.iter_mut().zip(gradient) {
                *param -= settings.rate * derivative;
            }
        }
        let outputs = passes.iter().enumerate().map(|(n, pass)| (format!("output[{n}]"), pass.output)).collect();
        Trained { losses, params, outputs }
    }
}

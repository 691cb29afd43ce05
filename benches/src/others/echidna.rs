//! The crate echidna, whose tape is recorded anew or replayed.

use crate::Method;
use crate::naive::{Model, Scalar};
use echidna::tape::with_active_tape;
use echidna::{BReverse, Reverse, Scalar as _};
use num_traits::Float;

/// How it computes a gradient of a new recording.
pub const RECORD: &str = "grad with its pooled tape; weighted sum, sigmoid and relu pushed as nodes";
/// How it computes a gradient of an old one.
pub const REPLAY: &str = "bytecode tape recorded once and optimized, buffer reused; sigmoid of several nodes";

fn unary(x: Reverse<f64>, value: f64, partial: f64) -> Reverse<f64> {
    Reverse::from_tape(value, with_active_tape(|tape| tape.push_unary(x.index(), partial)))
}

impl Scalar for Reverse<f64> {
    type Data = f64;

    fn number(self) -> f64 {
        self.value()
    }
    fn plus(self, constant: f64) -> Self {
        self + constant
    }
    fn times(self, constant: f64) -> Self {
        self * constant
    }
    fn minus(self, x: f64) -> Self {
        self - x
    }
    fn weigh(self, x: f64) -> Self {
        self * x
    }
    fn add_product(self, weight: Self, x: f64) -> Self {
        let index = with_active_tape(|tape| tape.push_binary(self.index(), 1.0, weight.index(), x));
        Reverse::from_tape(self.value() + weight.value() * x, index)
    }
    fn recip(self) -> Self {
        Float::recip(self)
    }
    fn square(self) -> Self {
        unary(self, self.value() * self.value(), 2.0 * self.value())
    }
    fn exp(self) -> Self {
        Float::exp(self)
    }
    fn ln(self) -> Self {
        Float::ln(self)
    }
    fn tanh(self) -> Self {
        let y = self.value().tanh();
        unary(self, y, 1.0 - y * y)
    }
    fn sigmoid(self) -> Self {
        let y = 1.0 / (1.0 + (-self.value()).exp());
        unary(self, y, y * (1.0 - y))
    }
    fn relu(self) -> Self {
        unary(self, self.value().max(0.0), if self.value() > 0.0 { 1.0 } else { 0.0 })
    }
}

impl Scalar for BReverse<f64> {
    type Data = Self;

    fn number(self) -> f64 {
        self.value()
    }
    fn plus(self, constant: f64) -> Self {
        self + constant
    }
    fn times(self, constant: f64) -> Self {
        self * constant
    }
    fn minus(self, x: Self) -> Self {
        self - x
    }
    fn weigh(self, x: Self) -> Self {
        self * x
    }
    fn recip(self) -> Self {
        Float::recip(self)
    }
    fn square(self) -> Self {
        self.powi(2)
    }
    fn exp(self) -> Self {
        Float::exp(self)
    }
    fn ln(self) -> Self {
        Float::ln(self)
    }
    fn tanh(self) -> Self {
        Float::tanh(self)
    }
    fn relu(self) -> Self {
        self.max(BReverse::constant(0.0))
    }
}

/// The gradient of a model that is recorded at each step.
pub fn record<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    move |params: &[f64; P], sample: &[f64; I], gradient: &mut [f64; P]| {
        let mut number = f64::NAN;
        let derivatives = echidna::grad(
            |params| {
                let loss = model.loss(params, sample);
                number = loss.value();
                loss
            },
            params,
        );
        gradient.copy_from_slice(&derivatives);
        number
    }
}

/// The gradient of a model that is recorded once, at one point.
pub fn replay<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    let mut inputs = vec![0.5; P + I];
    let mut adjoints = Vec::new();
    let (mut tape, _) = echidna::record(|x| model.loss(&x[..P], &x[P..]), &inputs);
    tape.optimize();
    move |params: &[f64; P], sample: &[f64; I], gradient: &mut [f64; P]| {
        inputs[..P].copy_from_slice(params);
        inputs[P..].copy_from_slice(sample);
        gradient.copy_from_slice(&tape.gradient_with_buf(&inputs, &mut adjoints)[..P]);
        tape.output_value()
    }
}

//! The crate reverse.

use crate::Method;
use crate::naive::{Model, Scalar};
use reverse::{Gradient, Tape, Var};

/// How it computes a gradient.
pub const IDIOM: &str = "recorded at each step, tape cleared and reused; sigmoid and relu of several nodes";

impl Scalar for Var<'_> {
    type Data = f64;

    fn number(self) -> f64 {
        self.val
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
    fn recip(self) -> Self {
        Var::recip(&self)
    }
    fn square(self) -> Self {
        self.powi(2)
    }
    fn exp(self) -> Self {
        Var::exp(&self)
    }
    fn ln(self) -> Self {
        Var::ln(&self)
    }
    fn tanh(self) -> Self {
        Var::tanh(&self)
    }
    /// There is no maximum, but a tape that is recorded anew may depend on the numbers.
    fn relu(self) -> Self {
        if self.val > 0.0 { self } else { self * 0.0 }
    }
}

/// The gradient of a model.
pub fn method<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    let tape = Tape::new();
    move |params: &[f64; P], sample: &[f64; I], gradient: &mut [f64; P]| {
        tape.clear();
        let params = tape.add_vars(params);
        let loss = model.loss(&params, sample);
        gradient.copy_from_slice(&loss.grad().wrt(&params));
        loss.val
    }
}

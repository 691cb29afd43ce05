//! The crate ad_trait, in reverse mode.

use crate::Method;
use crate::naive::{Model, Scalar};
use ad_trait::AD;
use ad_trait::reverse_ad::adr::adr;

/// How it computes a gradient.
pub const IDIOM: &str = "recorded at each step on its global graph, which is reset; sigmoid of several nodes";

impl Scalar for adr {
    type Data = f64;

    fn number(self) -> f64 {
        self.value()
    }
    fn plus(self, constant: f64) -> Self {
        self + adr::constant(constant)
    }
    fn times(self, constant: f64) -> Self {
        self * adr::constant(constant)
    }
    fn minus(self, x: f64) -> Self {
        self - adr::constant(x)
    }
    fn weigh(self, x: f64) -> Self {
        self * adr::constant(x)
    }
    fn recip(self) -> Self {
        adr::constant(1.0) / self
    }
    fn exp(self) -> Self {
        exp(self)
    }
    fn ln(self) -> Self {
        ln(self)
    }
    fn tanh(self) -> Self {
        tanh(self)
    }
    fn relu(self) -> Self {
        max(self, adr::constant(0.0))
    }
}

// The traits that these come from are of crates below, which a bound by `AD` brings along.
fn exp<A: AD>(x: A) -> A {
    x.exp()
}

fn ln<A: AD>(x: A) -> A {
    x.ln()
}

fn tanh<A: AD>(x: A) -> A {
    x.tanh()
}

fn max<A: AD>(a: A, b: A) -> A {
    a.max(b)
}

/// The gradient of a model.
pub fn method<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    let mut variables = Vec::with_capacity(P);
    move |params: &[f64; P], sample: &[f64; I], gradient: &mut [f64; P]| {
        variables.clear();
        // The first of them resets the graph.
        variables.extend(params.iter().enumerate().map(|(k, &param)| adr::new_variable(param, k == 0)));
        let loss = model.loss(&variables, sample);
        let derivatives = loss.get_backwards_mode_grad();
        for (derivative, variable) in gradient.iter_mut().zip(&variables) {
            *derivative = derivatives.wrt(variable);
        }
        loss.value()
    }
}

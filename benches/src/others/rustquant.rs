//! The crate RustQuant_autodiff.

use crate::Method;
use crate::naive::{Model, Scalar};
use RustQuant_autodiff::{Accumulate, Arity, Graph, Variable};

/// How it computes a gradient.
pub const IDIOM: &str =
    "recorded at each step, graph cleared and reused; weighted sum, sigmoid and relu pushed as nodes";

fn unary(x: Variable<'_>, value: f64, partial: f64) -> Variable<'_> {
    Variable::new(x.graph, x.graph.push(Arity::Unary, &[x.index], &[partial]), value)
}

impl Scalar for Variable<'_> {
    type Data = f64;

    fn number(self) -> f64 {
        self.value
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
        let index = self.graph.push(Arity::Binary, &[self.index, weight.index], &[1.0, x]);
        Variable::new(self.graph, index, self.value + weight.value * x)
    }
    fn recip(self) -> Self {
        Variable::recip(self)
    }
    fn square(self) -> Self {
        unary(self, self.value * self.value, 2.0 * self.value)
    }
    fn exp(self) -> Self {
        Variable::exp(self)
    }
    fn ln(self) -> Self {
        Variable::ln(self)
    }
    fn tanh(self) -> Self {
        let y = self.value.tanh();
        unary(self, y, 1.0 - y * y)
    }
    fn sigmoid(self) -> Self {
        let y = 1.0 / (1.0 + (-self.value).exp());
        unary(self, y, y * (1.0 - y))
    }
    fn relu(self) -> Self {
        unary(self, self.value.max(0.0), if self.value > 0.0 { 1.0 } else { 0.0 })
    }
}

/// The gradient of a model.
pub fn method<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    let graph = Graph::new();
    move |params: &[f64; P], sample: &[f64; I], gradient: &mut [f64; P]| {
        graph.clear();
        let params = graph.vars(params);
        let loss = model.loss(&params, sample);
        // The parameters are the first vertices.
        gradient.copy_from_slice(&loss.accumulate()[..P]);
        loss.value
    }
}

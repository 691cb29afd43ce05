//! The crate easy-ml.

use crate::Method;
use crate::naive::{Model, Scalar};
use easy_ml::differentiation::{Record, WengertList};
use easy_ml::numeric::extra::{Exp, Ln};

/// How it computes a gradient.
pub const IDIOM: &str =
    "recorded at each step, list cleared and reused; weighted sum, sigmoid and relu as own functions";

/// A function whose value and derivative are known. The crate says that it lives no longer than the borrow of its
/// argument, so it is put together again to live as long as the list.
fn unary<'a>(x: Record<'a, f64>, value: f64, partial: f64) -> Record<'a, f64> {
    let made = x.unary(|_| value, |_| partial);
    Record::from_existing((value, made.index), x.history())
}

impl<'a> Scalar for Record<'a, f64> {
    type Data = f64;

    fn number(self) -> f64 {
        self.number
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
        let made = self.binary(&weight, |sum, weight| sum + weight * x, |_, _| 1.0, |_, _| x);
        Record::from_existing((made.number, made.index), self.history())
    }
    fn recip(self) -> Self {
        Record::constant(1.0) / self
    }
    fn square(self) -> Self {
        unary(self, self.number * self.number, 2.0 * self.number)
    }
    fn exp(self) -> Self {
        Exp::exp(self)
    }
    fn ln(self) -> Self {
        Ln::ln(self)
    }
    fn tanh(self) -> Self {
        let y = self.number.tanh();
        unary(self, y, 1.0 - y * y)
    }
    fn sigmoid(self) -> Self {
        let y = 1.0 / (1.0 + (-self.number).exp());
        unary(self, y, y * (1.0 - y))
    }
    fn relu(self) -> Self {
        unary(self, self.number.max(0.0), if self.number > 0.0 { 1.0 } else { 0.0 })
    }
}

/// The gradient of a model.
pub fn method<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    let list = WengertList::new();
    move |params: &[f64; P], sample: &[f64; I], gradient: &mut [f64; P]| {
        list.clear();
        let params = params.map(|param| Record::variable(param, &list));
        let loss = model.loss(&params, sample);
        let derivatives = loss.derivatives();
        for (derivative, param) in gradient.iter_mut().zip(&params) {
            *derivative = derivatives[param];
        }
        loss.number
    }
}

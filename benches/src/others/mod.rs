//! Other crates for automatic differentiation, each with its best idiom.
//!
//! The losses are written once, in [`models`], for any of their number types: what a crate's number can do is its
//! [`Scalar`]. Where a crate lets its user record a node of known partial derivatives, an activation is one such node,
//! and so is the product of a weight with a number of the sample together with the sum that it is added to.

pub mod ad_trait;
pub mod easy_ml;
pub mod echidna;
pub mod models;
pub mod reverse;
pub mod rustquant;

use crate::contest::Contest;
use models::Model;
use std::ops::{Add, Mul, Sub};

/// What the models ask of a number.
pub trait Scalar: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// A number of a sample, by which nothing is differentiated.
    type Data: Copy;

    /// The number itself.
    fn number(self) -> f64;
    /// Plus a constant.
    fn plus(self, constant: f64) -> Self;
    /// Times a constant.
    fn times(self, constant: f64) -> Self;
    /// Minus a number of the sample.
    fn minus(self, x: Self::Data) -> Self;
    /// Times a number of the sample.
    fn weigh(self, x: Self::Data) -> Self;
    /// Plus a weight times a number of the sample.
    fn add_product(self, weight: Self, x: Self::Data) -> Self {
        self + weight.weigh(x)
    }
    /// One over this.
    fn recip(self) -> Self;
    /// The square.
    fn square(self) -> Self {
        self * self
    }
    /// e to this power.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The logistic function.
    fn sigmoid(self) -> Self {
        self.times(-1.0).exp().plus(1.0).recip()
    }
    /// The larger of this and 0.
    fn relu(self) -> Self;
}

/// Enters all of them.
pub fn enter<'a, const P: usize, const I: usize>(contest: &mut Contest<'a, P, I>, model: impl Model + 'a) {
    contest.enter("echidna record", echidna::RECORD, echidna::record(model));
    contest.enter("echidna replay", echidna::REPLAY, echidna::replay(model));
    contest.enter("reverse", reverse::IDIOM, reverse::method(model));
    contest.enter("RustQuant_autodiff", rustquant::IDIOM, rustquant::method(model));
    contest.enter("easy-ml", easy_ml::IDIOM, easy_ml::method(model));
    contest.enter("ad_trait", ad_trait::IDIOM, ad_trait::method(model));
}

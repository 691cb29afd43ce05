//! The losses without ops of many arguments: one operation on two numbers after another, for the number types of other
//! crates, which have no others, and for programs that have to find out by themselves what a layer is.

use crate::models;
use engine::{Real, Value};
use std::array::from_fn;
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

impl Scalar for Value<'_> {
    type Data = Self;

    fn number(self) -> f64 {
        Value::number(self)
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
        Real::recip(self)
    }
    fn square(self) -> Self {
        self.powi(2)
    }
    fn exp(self) -> Self {
        Real::exp(self)
    }
    fn ln(self) -> Self {
        Real::ln(self)
    }
    fn tanh(self) -> Self {
        Real::tanh(self)
    }
    fn sigmoid(self) -> Self {
        Real::sigmoid(self)
    }
    fn relu(self) -> Self {
        Real::relu(self)
    }
}

/// A loss of parameters and a sample, in two ways.
pub trait Model: Copy {
    /// One operation on two numbers after another.
    fn loss<S: Scalar>(self, params: &[S], sample: &[S::Data]) -> S;

    /// With the ops of many arguments that the engine has, see [`models`].
    fn with_layers<R: Real>(self, params: &[R], sample: &[R]) -> R;
}

/// The weighted sum of the numbers of a sample, plus a bias.
fn weighted<S: Scalar>(neuron: &[S], x: &[S::Data]) -> S {
    let (weights, bias) = (&neuron[..x.len()], neuron[x.len()]);
    weights.iter().zip(x).fold(bias, |sum, (&weight, &x)| sum.add_product(weight, x))
}

/// The weighted sum of what an earlier layer gave, plus a bias.
fn dot<S: Scalar>(neuron: &[S], x: &[S]) -> S {
    let (weights, bias) = (&neuron[..x.len()], neuron[x.len()]);
    weights.iter().zip(x).fold(bias, |sum, (&weight, &x)| sum + weight * x)
}

/// The sum of at least one number.
fn sum<S: Scalar>(numbers: impl IntoIterator<Item = S>) -> S {
    numbers.into_iter().reduce(|sum, number| sum + number).expect("no workload has a sum of nothing")
}

/// See [`models::seed_net`].
#[derive(Debug, Clone, Copy)]
pub struct SeedNet;

impl Model for SeedNet {
    fn loss<S: Scalar>(self, p: &[S], sample: &[S::Data]) -> S {
        let (x, y) = (&sample[..2], sample[2]);
        let hidden = [weighted(&[p[0], p[1], p[6]], x).sigmoid(), weighted(&[p[2], p[3], p[7]], x).sigmoid()];
        dot(&[p[4], p[5], p[8]], &hidden).sigmoid().minus(y).square()
    }

    #[inline(always)]
    fn with_layers<R: Real>(self, params: &[R], sample: &[R]) -> R {
        models::seed_net(params, sample)
    }
}

/// See [`models::moons`].
#[derive(Debug, Clone, Copy)]
pub struct Moons;

impl Model for Moons {
    fn loss<S: Scalar>(self, params: &[S], sample: &[S::Data]) -> S {
        let (points, labels) = sample.split_at(200);
        let losses = sum((0..100).map(|i| hinge(params, &points[2 * i..][..2], labels[i])));
        losses.times(0.01) + sum(params.iter().map(|param| param.square())).times(1e-4)
    }

    fn with_layers<R: Real>(self, params: &[R], sample: &[R]) -> R {
        models::moons(params, sample)
    }
}

fn hinge<S: Scalar>(params: &[S], point: &[S::Data], label: S::Data) -> S {
    let (first, rest) = params.split_at(16 * 3);
    let (second, third) = rest.split_at(16 * 17);
    let h: [S; 16] = from_fn(|k| weighted(&first[3 * k..], point).relu());
    let h: [S; 16] = from_fn(|k| dot(&second[17 * k..], &h).relu());
    dot(third, &h).weigh(label).times(-1.0).plus(1.0).relu()
}

/// See [`models::digits`].
#[derive(Debug, Clone, Copy)]
pub struct Digits;

impl Model for Digits {
    fn loss<S: Scalar>(self, params: &[S], sample: &[S::Data]) -> S {
        let (x, label) = sample.split_at(64);
        let (first, second) = params.split_at(32 * 65);
        let h: [S; 32] = from_fn(|k| weighted(&first[65 * k..], x).tanh());
        let scores: [S; 10] = from_fn(|k| dot(&second[33 * k..], &h));
        // The same number is taken off all of the exponents and put back: which one makes no difference to the result,
        // so that it may stay what it was when a tape is replayed.
        let top = scores.iter().map(|score| score.number()).fold(f64::NEG_INFINITY, f64::max);
        let total = sum(scores.map(|score| score.plus(-top).exp())).ln().plus(top);
        total - sum(scores.iter().zip(label).map(|(score, &label)| score.weigh(label)))
    }

    fn with_layers<R: Real>(self, params: &[R], sample: &[R]) -> R {
        models::digits(params, sample)
    }
}

/// See [`models::tiny`].
#[derive(Debug, Clone, Copy)]
pub struct Tiny;

impl Model for Tiny {
    fn loss<S: Scalar>(self, params: &[S], _: &[S::Data]) -> S {
        let (a, b) = (params[0], params[1]);
        let c = a + b;
        let d = a * b + b.square() * b;
        (c - d).square().times(0.5)
    }

    #[inline(always)]
    fn with_layers<R: Real>(self, params: &[R], sample: &[R]) -> R {
        models::tiny(params, sample)
    }
}

/// See [`models::small`].
#[derive(Debug, Clone, Copy)]
pub struct Small;

impl Model for Small {
    fn loss<S: Scalar>(self, params: &[S], _: &[S::Data]) -> S {
        let (a, b) = (params[0], params[1]);
        let mut c = a + b;
        let mut d = a * b + b.square() * b;
        c = c + c.plus(1.0);
        c = c + (c.plus(1.0) - a);
        d = d + (d.times(2.0) + (b + a).relu());
        d = d + (d.times(3.0) + (b - a).relu());
        let f = (c - d).square();
        f.times(0.5) + f.recip().times(10.0)
    }

    #[inline(always)]
    fn with_layers<R: Real>(self, params: &[R], sample: &[R]) -> R {
        models::small(params, sample)
    }
}

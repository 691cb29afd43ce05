//! The exponential and the logarithm without branches, which the compiler vectorises in a loop over lanes. What is made
//! of them has its formula in the op table.
//!
//! Each is within 2 ulp. The series are Taylor's, cut where the rest is below 2^-57 of the result, and the reductions
//! those of W. J. Cody and W. Waite, "Software Manual for the Elementary Functions" (1980).

use crate::arguments::Arguments;
use crate::ops::{self, Op, Row};
use crate::real::{Real, operators_from_compute};
use std::f64::consts::{LOG2_E, SQRT_2};

/// The number of one lane: an `f64` whose elementary functions are those of this file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane(f64);

impl From<f64> for Lane {
    #[inline(always)]
    fn from(number: f64) -> Self {
        Lane(number)
    }
}

impl Real for Lane {
    #[inline(always)]
    fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self {
        Lane(match K::OP {
            Op::Exp => exp(args.at(0).0),
            Op::ExpM1 => exp_m1(args.at(0).0),
            Op::Ln => ln(args.at(0).0),
            Op::Ln1p => ln_1p(args.at(0).0),
            Op::Tanh => ops::tanh(args.at(0).0, exp_m1),
            Op::Sigmoid => ops::logistic(args.at(0).0, exp),
            Op::Softplus => ops::softplus(args.at(0).0, exp, ln_1p),
            _ => K::value(Bare(args)),
        })
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self.0
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self.0 == 0.0
    }
}

operators_from_compute!(() Lane);

/// Arguments without the name of their type. A closure in its place would hide them from the vectoriser.
#[derive(Clone, Copy)]
struct Bare<A>(A);

impl<A: Arguments<Item = Lane>> Arguments for Bare<A> {
    type Item = f64;

    #[inline(always)]
    fn count(self) -> usize {
        self.0.count()
    }

    #[inline(always)]
    fn at(self, position: usize) -> f64 {
        self.0.at(position).0
    }
}

/// Adding it rounds to a whole number, which the lowest bits of the sum then hold.
const ROUND: f64 = 1.5 * (1u64 << 52) as f64;
/// The first 33 bits of ln 2, so that small multiples are exact, and the rest.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);

/// `1/2!, 1/3!, ...`
const FACTORIALS: [f64; 12] = {
    let (mut series, mut factorial, mut n) = ([0.0; 12], 1.0, 0);
    while n < 12 {
        factorial *= (n + 2) as f64;
        series[n] = 1.0 / factorial;
        n += 1;
    }
    series
};

/// `1/3, 1/5, ...`
const ODD: [f64; 12] = {
    let (mut series, mut n) = ([0.0; 12], 0);
    while n < 12 {
        series[n] = 1.0 / (2 * n + 3) as f64;
        n += 1;
    }
    series
};

/// A polynomial of degree 11, by Estrin's scheme: short chains of operations, small terms first.
#[inline(always)]
fn polynomial(x: f64, c: &[f64; 12]) -> f64 {
    let (x2, x4) = (x * x, (x * x) * (x * x));
    let four = |n: usize| (c[n] + c[n + 1] * x) + (c[n + 2] + c[n + 3] * x) * x2;
    four(0) + x4 * (four(4) + x4 * four(8))
}

/// Unlike `f64::clamp` and `min`, compiles to two instructions that let NaN pass.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x > high { high } else { x };
    if x < low { low } else { x }
}

/// `x = k ln 2 + r` as `k`, `r` and `e^r - 1 - r`.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64, f64) {
    let k = (x * LOG2_E + ROUND) - ROUND;
    let (high, low) = (x - k * LN_2_HIGH, k * LN_2_LOW);
    let r = high - low;
    let lost = (high - r) - low;
    (k, r, r * r * polynomial(r, &FACTORIALS) + lost)
}

/// `2^k` for a whole `k` of a normal number.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits((k + ROUND).to_bits().wrapping_add(1023) << 52)
}

/// `a + b`, and what rounding it lost, for an `a` that is larger or zero.
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let (k, r, rest) = reduce(clamp(x, -746.0, 710.0));
    let (sum, lost) = two_sum(1.0, r);
    let half = (k * 0.5 + ROUND) - ROUND;
    (sum + (lost + rest)) * power_of_two(half) * power_of_two(k - half)
}

#[inline(always)]
fn exp_m1(x: f64) -> f64 {
    let (k, r, rest) = reduce(clamp(x, -40.0, 710.0));
    // Half the power of two fits an f64 even for the largest x.
    let half = power_of_two(k - 1.0);
    let (sum, lost) = two_sum(half - 0.5, half * r);
    let y = 2.0 * (sum + (lost + half * rest));
    if x == 0.0 { x } else { y }
}

#[inline(always)]
fn ln(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * (1u64 << 54) as f64 } else { x };
    // The exponent that leaves a mantissa between sqrt(1/2) and sqrt(2).
    let shifted = scaled.to_bits().wrapping_sub((SQRT_2 / 2.0).to_bits());
    let exponent = (shifted as i64) >> 52;
    let mantissa = f64::from_bits(scaled.to_bits().wrapping_sub((exponent << 52) as u64));
    let k = f64::from_bits(ROUND.to_bits().wrapping_add(exponent as u64)) - ROUND;
    let k = if tiny { k - 54.0 } else { k };
    let y = k * LN_2_HIGH + ln_near_one(mantissa - 1.0, k * LN_2_LOW);
    let y = if x == f64::INFINITY || x.is_nan() { x } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x < 0.0 { f64::NAN } else { y }
}

/// `ln(1 + f) + low`, as `2 artanh(f / (2 + f))`, in the form of the msun library that adds the large `f` last.
#[inline(always)]
fn ln_near_one(f: f64, low: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let rest = 2.0 * z * polynomial(z, &ODD);
    f - (half - (s * (half + rest) + low))
}

#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let u = 1.0 + x;
    let lost = x - (u - 1.0);
    let y = ln(u) + lost / u;
    if u == f64::INFINITY || x == 0.0 || u == 0.0 { ln_edge(x, u) } else { y }
}

#[inline(always)]
fn ln_edge(x: f64, u: f64) -> f64 {
    if u == 0.0 { f64::NEG_INFINITY } else { x }
}

//! Finite differences that choose their step and know their error.

use super::ladder::{Rung, limit, steps};
use super::probe::Replay;
use crate::error::{Error, Result};
use crate::program::Program;
use std::ops::RangeInclusive;

/// A few units in the last place, which any computed number is trusted to be off by.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// What is known of the function beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Where the function may be evaluated. It is everywhere, unless said.
    pub domain: RangeInclusive<f64>,
    /// By how much a value of the function may be off besides its last digits, such as by an intermediate result that
    /// cancels. For recorded functions it is found from the recording. 0 unless said.
    pub noise: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { domain: f64::NEG_INFINITY..=f64::INFINITY, noise: 0.0 }
    }
}

/// A slope and a bound on its error; infinite where the slopes grow without bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The slope.
    pub value: f64,
    /// How far the derivative may be from it; infinite when nothing is known.
    pub error: f64,
}

impl Difference {
    /// Nothing is known.
    pub(super) const UNKNOWN: Difference = Difference { value: f64::NAN, error: f64::INFINITY };

    /// Whether anything is known.
    pub fn is_known(self) -> bool {
        !self.value.is_nan() && self.error < f64::INFINITY
    }
}

/// A derivative found by finite differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The derivative. Where the two sides differ, the middle of both.
    pub value: f64,
    /// A bound on how far the true derivative is from `value`: from how well the steps agree, and from the rounding of
    /// the function's values. Infinite when nothing is known.
    pub error: f64,
    /// The derivative as seen from below.
    pub left: Difference,
    /// The derivative as seen from above.
    pub right: Difference,
    /// The steepest slope that was met nearby, beyond rounding: what a derivative near zero is small against.
    pub scale: f64,
    /// Whether all values were the same number.
    pub flat: bool,
}

impl Estimate {
    /// Whether the derivatives from below and from above differ by more than their errors: a kink or a jump.
    ///
    /// ```
    /// use engine::check::finite::{Options, derivative};
    ///
    /// let kink = derivative(f64::abs, 0.0, &Options::default())?;
    /// assert!(kink.is_kink());
    /// assert_eq!((kink.left.value, kink.right.value), (-1.0, 1.0));
    /// assert!(!derivative(f64::abs, 1e-9, &Options::default())?.is_kink());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn is_kink(&self) -> bool {
        let (left, right) = (self.left, self.right);
        let apart = (left.value - right.value).abs() > 2.0 * (left.error + right.error);
        left.is_known() && right.is_known() && left.value != right.value && apart
    }
}

/// The derivative of a function of one number.
///
/// The function is evaluated at some fifty points, at steps from a fifth of |x| (or of 1 when |x| is less) down to the
/// last digits of x. Points outside the domain, and those from where on the function is not finite, are left out; one
/// side is enough. The error covers what is cut off, the rounding of the function's values, and noise.
///
/// Errors when `x` is not finite or not inside the domain, or when the function is not finite at `x`.
///
/// ```
/// use engine::check::finite::{Options, derivative};
///
/// let found = derivative(|x| 1e8 + x.sin(), 1.0, &Options::default())?;
/// assert!((found.value - 1f64.cos()).abs() <= found.error);
/// assert!(found.error < 1e-5);
/// # Ok::<(), engine::Error>(())
/// ```
pub fn derivative(mut f: impl FnMut(f64) -> f64, x: f64, options: &Options) -> Result<Estimate> {
    difference(|at| Ok(Probe { value: f(at), branch: 0 }), "x", x, options)
}

/// The derivative of one node of a program by another, which is cut loose from what it is made of.
///
/// `params` and `inputs` say the point. Errors as [`derivative`] does, and when there is no such node or a list has the
/// wrong length.
///
/// ```
/// use engine::check::finite;
///
/// let g = engine::Graph::new();
/// let x = g.param("x", 2.0);
/// let h = (x * x).named("h");
/// let program = (h * x).named("L").program();
/// let node = |name| program.node(name).unwrap();
/// let found = finite::between(&program, node("L"), node("h"), &[2.0], &[])?;
/// assert!((found.value - 2.0).abs() <= found.error && found.error < 1e-12);
/// # Ok::<(), engine::Error>(())
/// ```
pub fn between(program: &Program, of: usize, by: usize, params: &[f64], inputs: &[f64]) -> Result<Estimate> {
    let nodes = program.len();
    for node in [of, by] {
        if node >= nodes {
            return Err(Error::NoSuchNode { node, nodes });
        }
    }
    let x = program.numbers(params, inputs)?[by];
    let loose = program.cut(by);
    let mut params = [params, &[x]].concat();
    let last = params.len() - 1;
    let mut replay = Replay::new(&loose, of, inputs);
    let noise = replay.rounding(&params)?;
    let probe = |at| {
        params[last] = at;
        replay.probe(&params)
    };
    difference(probe, &program.formula(by), x, &Options { noise, ..Options::default() })
}

/// The function at one point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe {
    pub(super) value: f64,
    /// Points with different numbers lie on different branches of the function.
    pub(super) branch: u64,
}

/// The derivative of a function that tells its branches.
pub(super) fn difference(
    mut f: impl FnMut(f64) -> Result<Probe>,
    name: &str,
    x: f64,
    options: &Options,
) -> Result<Estimate> {
    let input = || name.to_owned();
    if !x.is_finite() {
        return Err(Error::PointNotFinite { input: input(), value: x });
    }
    let (&low, &high) = (options.domain.start(), options.domain.end());
    if !options.domain.contains(&x) {
        return Err(Error::OutsideDomain { input: input(), value: x, low, high });
    }
    let center = f(x)?.value;
    if !center.is_finite() {
        return Err(Error::FunctionNotFinite { input: input(), at: x, value: center });
    }
    let noise = |value: f64| options.noise + ROUNDING * value.abs().max(center.abs());
    let steps: Vec<f64> = steps(x).into_iter().rev().filter(|step| x + step != x && x - step != x).collect();
    let mut side = |sign: f64| -> Result<Vec<(f64, Probe)>> {
        let mut points = Vec::new();
        for at in steps.iter().map(|step| x + sign * step) {
            if !at.is_finite() || !options.domain.contains(&at) {
                break;
            }
            let probe = f(at)?;
            if !probe.value.is_finite() {
                break;
            }
            points.push((at, probe));
        }
        Ok(points)
    };
    let (above, below) = (side(1.0)?, side(-1.0)?);
    let one_sided = |points: &[(f64, Probe)]| -> Vec<Rung> {
        let rung = |&(at, Probe { value, branch }): &(f64, Probe)| {
            let step = (at - x).abs();
            Rung { step, slope: (value - center) / (at - x), noise: 2.0 * noise(value) / step, branch }
        };
        points.iter().rev().map(rung).collect()
    };
    let (up, down) = (one_sided(&above), one_sided(&below));
    let (right, left) = (limit(&up, 1), limit(&down, 1));
    let mut central: Vec<Rung> = above
        .iter()
        .zip(&below)
        .filter(|((_, above), (_, below))| above.branch == below.branch)
        .map(|(&(high, above), &(low, below))| {
            let width = high - low;
            let noise = 2.0 * noise(above.value.abs().max(below.value.abs())) / width;
            Rung { step: width / 2.0, slope: (above.value - below.value) / width, noise, branch: above.branch }
        })
        .collect();
    central.reverse();
    let slopes = || up.iter().chain(&down);
    let estimate = Estimate {
        value: 0.0,
        error: 0.0,
        left,
        right,
        scale: slopes()
            .filter(|rung| rung.slope.abs() > 4.0 * rung.noise)
            .map(|rung| rung.slope.abs())
            .fold(0.0, f64::max),
        flat: slopes().all(|rung| rung.slope == 0.0),
    };
    let best = if estimate.is_kink() {
        Difference {
            value: (left.value + right.value) / 2.0,
            error: (left.value - right.value).abs() / 2.0 + left.error + right.error,
        }
    } else {
        [limit(&central, 2), left, right]
            .into_iter()
            .fold(Difference::UNKNOWN, |best, next| if next.error < best.error { next } else { best })
    };
    Ok(Estimate { value: best.value, error: best.error, ..estimate })
}

//! Finite differences that choose their step and know their error.

use super::probe::{Probe, Replay, Subject};
use super::stencil::stencil;
use crate::error::{Error, Result};
use crate::program::Program;
use std::ops::RangeInclusive;

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
    ///
    /// ```
    /// use engine::check::finite::{Options, derivative};
    ///
    /// let found = derivative(f64::sqrt, 0.0, &Options::default())?;
    /// assert!(found.right.is_known() && !found.left.is_known(), "a root has no left side at 0");
    /// # Ok::<(), engine::Error>(())
    /// ```
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
/// The function is evaluated at fifty to a hundred points, or two hundred next to zero, at steps from a fifth of |x| (or of 1 when |x| is less) down to the
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
    Ok(stencil(|at| Ok(Probe::plain(f(at))), "x", x, options)?.estimate())
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
    let probe = |at| {
        params[last] = at;
        replay.probe(&params)
    };
    Ok(stencil(probe, &program.formula(by), x, &Options::default())?.estimate())
}

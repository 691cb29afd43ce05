//! Checks of derivatives against what does not know the chain rule: differences of the function itself; and of
//! derivations written by hand ([`hand`]) against the derivative of what was recorded.
//!
//! [`gradient`] checks the engine's derivatives of a function, [`claimed`] and [`plain`] those that somebody worked out
//! by hand. Each returns a [`Report`] whose [`assert`](Report::assert) makes the check one line of a test:
//!
//! ```
//! use engine::check;
//!
//! check::gradient(|x| (x[0] * x[1]).tanh() / (x[1] + 2.0), &[0.3, 1.7])?.assert();
//! # Ok::<(), engine::Error>(())
//! ```

mod diagnose;
mod edges;
pub mod finite;
mod gradient;
mod gradient_report;
pub mod hand;
mod ladder;
mod points;
mod probe;
mod report;
mod rounding;
mod route;
mod scales;
mod stencil;
mod steps;
mod study;
mod substitute;
mod words;

pub use gradient::Check;
pub use gradient_report::{Report, Row, Verdict};
pub(crate) use points::is_tied;
pub(crate) use rounding::Rounded;

use crate::error::Result;
use crate::program::Program;
use crate::value::Value;

/// Checks the engine's gradient of a function against finite differences.
///
/// The function is recorded anew at each point, so it may decide by comparing numbers. Steps that cross a kink are told
/// by the branches that the ops took. Errors when an input is not finite, or the function is not finite at `x`. What
/// the function names its inputs ([`Value::named`]) is what the report calls them.
///
/// ```
/// use engine::check::{self, Verdict};
///
/// let report = check::gradient(|x| x[0].relu() + x[1], &[0.0, 1.0])?;
/// let verdicts: Vec<Verdict> = report.rows().iter().map(|row| row.verdict).collect();
/// assert_eq!(verdicts, [Verdict::Kink, Verdict::Right]);
/// # Ok::<(), engine::Error>(())
/// ```
pub fn gradient(f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Result<Report> {
    Check::new().gradient(f, x)
}

/// Checks a gradient that was found in some other way, of a function that the engine can record.
///
/// As [`gradient`]; errors also when the gradient is not as long as `x`.
///
/// ```
/// use engine::check;
///
/// let (w, x) = (0.4, 1.5);
/// check::claimed(|v| (v[0] * v[1]).exp(), &[w, x], &[x * (w * x).exp(), w * (w * x).exp()])?.assert();
/// # Ok::<(), engine::Error>(())
/// ```
pub fn claimed(f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64], gradient: &[f64]) -> Result<Report> {
    Check::new().claimed(f, x, gradient)
}

/// Checks a hand-written gradient function of a function of plain numbers.
///
/// Nothing is recorded: kinks are told from the slopes of both sides, and rounding from how the steps disagree. What is
/// lost by that: a kink at less than a millionth of the function's value may make a verdict inconclusive; and where
/// intermediate numbers are so much larger than the value that little of it is left, say so with [`Check::noise`], or a
/// right gradient may be called wrong. The gradient is asked for at points near `x` too, before it is called wrong. Errors
/// when an input or the function is not finite, or the gradient is not as long as `x`.
///
/// ```
/// use engine::check;
///
/// let length = |v: &[f64]| v[0].hypot(v[1]);
/// let by_hand = |v: &[f64]| vec![v[0] / length(v), v[1] / length(v)];
/// check::plain(length, by_hand, &[3.0, 4.0])?.assert();
/// # Ok::<(), engine::Error>(())
/// ```
pub fn plain(f: impl Fn(&[f64]) -> f64, gradient: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Result<Report> {
    Check::new().plain(f, gradient, x)
}

/// Checks the gradient of a program's first output by its parameters.
///
/// Errors as [`gradient`] does, and when a list has the wrong length or there is no output.
///
/// ```
/// use engine::{Program, check};
///
/// let program = Program::record(&[1.0, 1.0], |x| x[0].atan2(x[1]));
/// check::program(&program, &[0.3, -2.0], &[])?.assert();
/// # Ok::<(), engine::Error>(())
/// ```
pub fn program(program: &Program, params: &[f64], inputs: &[f64]) -> Result<Report> {
    Check::new().program(program, params, inputs)
}

/// Checks the second derivatives of a function, found by a reverse sweep on dual numbers, against differences of its
/// gradient, found as a program of its own: one row for each two inputs.
///
/// The function is recorded once, at `x`, so it must not decide by comparing numbers. Errors as [`gradient`] does.
///
/// ```
/// use engine::check;
///
/// let report = check::hessian(|x| (x[0] * x[1]).sin(), &[0.7, 1.1])?;
/// assert_eq!(report.rows()[1].name, "x0, x1");
/// report.assert();
/// # Ok::<(), engine::Error>(())
/// ```
pub fn hessian(f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Result<Report> {
    Check::new().hessian(f, x)
}

/// Checks the gradient by the reverse sweep against the derivatives by the forward one, of a function recorded at `x`.
///
/// They may differ by the rounding of the terms that are summed.
///
/// ```
/// use engine::check;
///
/// check::forward_reverse(|x| x[0].exp() * x[1].sin() - x[0], &[0.7, 1.1])?.assert();
/// # Ok::<(), engine::Error>(())
/// ```
pub fn forward_reverse(f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Result<Report> {
    Check::new().forward_reverse(f, x)
}

/// Checks the engine's gradient of a function of many inputs along `count` random directions, one difference each.
///
/// The directions come from a ChaCha generator: the same seed gives the same ones everywhere. Errors as [`gradient`]
/// does.
///
/// ```
/// use engine::{Value, check};
///
/// let x: Vec<f64> = (1..=1000).map(|n| 1.0 / f64::from(n)).collect();
/// check::directions(|x| Value::log_sum_exp(x), &x, 3, 7)?.assert();
/// # Ok::<(), engine::Error>(())
/// ```
pub fn directions(f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64], count: usize, seed: u64) -> Result<Report> {
    Check::new().directions(f, x, count, seed)
}

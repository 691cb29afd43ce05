//! Derivatives checked against differences, and two ways of differentiating against each other.

use super::finite::{Difference, Estimate, Options};
use super::gradient_report::{Report, Row, Tolerance, Verdict};
use super::probe::{Plain, Recorder, Replay, Subject, derivatives};
use super::rounding::Rounded;
use super::stencil::{Stencil, stencil};
use crate::error::{Error, Result};
use crate::program::Program;
use crate::sweep::expect_length;
use crate::value::Value;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::collections::HashMap;
use std::ops::RangeInclusive;

const DIFFERENCE: [&str; 2] = ["derivative", "difference"];

/// A check of derivatives, with what it has to know.
///
/// A derivative is right when it is within the difference's own error, plus a relative and an absolute tolerance, and
/// that error is small enough to tell. It is wrong when it is thirty errors away, and farther from the slope between two
/// points than it varies between them, which no derivative is. Anything between is inconclusive, as where a function turns
/// within the last digits of its input, or its slope drowns in a large number beside it. At a kink the verdict is kink,
/// whatever the derivative: there the value of the engine is a convention.
///
/// ```
/// use engine::check::Check;
///
/// let check = Check::new().names(["radius", "angle"]).domain(0, 0.0..=f64::INFINITY);
/// check.gradient(|x| x[0].sqrt() * x[1].cos(), &[1e-6, 0.4])?.assert();
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    names: Vec<String>,
    domains: HashMap<usize, RangeInclusive<f64>>,
    noise: f64,
    tolerance: Tolerance,
}

impl Default for Check {
    fn default() -> Self {
        Check::new()
    }
}

impl Check {
    /// The defaults: inputs called `x0`, `x1`, ..., unless the function names them; no limits to them; no noise but
    /// rounding; a relative tolerance of 1e-9, no absolute one, and a resolution of 1e-3.
    pub fn new() -> Self {
        let tolerance = Tolerance { relative: 1e-9, absolute: 0.0, resolution: 1e-3 };
        Check { names: Vec::new(), domains: HashMap::new(), noise: 0.0, tolerance }
    }

    /// The names of the inputs, in order.
    ///
    /// ```
    /// use engine::check::Check;
    ///
    /// let report = Check::new().names(["rate"]).gradient(|x| x[0].exp(), &[0.5])?;
    /// assert_eq!(report.rows()[0].name, "rate");
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Where the input at a position, from 0, may be moved.
    ///
    /// ```
    /// use engine::check::Check;
    ///
    /// // At 1e-9 a step of the usual length would leave the domain of the root.
    /// let check = Check::new().domain(0, 0.0..=f64::INFINITY);
    /// check.gradient(|x| x[0].sqrt(), &[1e-9])?.assert();
    /// assert!(check.gradient(|x| x[0].exp(), &[-1.0]).is_err());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn domain(mut self, input: usize, domain: RangeInclusive<f64>) -> Self {
        self.domains.insert(input, domain);
        self
    }

    /// By how much a value of the function may be off, besides rounding that is seen in the recording.
    ///
    /// ```
    /// use engine::check::Check;
    ///
    /// // A table of three digits: its steps hide the slope unless they are known of.
    /// let rounded = |x: &[f64]| (x[0] * x[0] * 1e3).round() / 1e3;
    /// Check::new().noise(1e-3).resolution(0.1).plain(rounded, |x| vec![2.0 * x[0]], &[3.0])?.assert();
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn noise(mut self, noise: f64) -> Self {
        self.noise = noise;
        self
    }

    /// How far from the difference a derivative may be, as a part of either, besides the difference's error.
    ///
    /// ```
    /// use engine::check::Check;
    ///
    /// let (square, roughly) = (|x: &[f64]| x[0] * x[0], |_: &[f64]| vec![6.01]);
    /// assert!(!Check::new().plain(square, roughly, &[3.0])?.is_right());
    /// assert!(Check::new().relative(0.01).plain(square, roughly, &[3.0])?.is_right());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn relative(mut self, tolerance: f64) -> Self {
        self.tolerance.relative = tolerance;
        self
    }

    /// How far from the difference a derivative may be, besides the difference's error. An error below this is also
    /// taken to be small enough to tell.
    ///
    /// ```
    /// use engine::check::Check;
    ///
    /// let (square, roughly) = (|x: &[f64]| x[0] * x[0], |_: &[f64]| vec![6.01]);
    /// assert!(Check::new().absolute(0.02).plain(square, roughly, &[3.0])?.is_right());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn absolute(mut self, tolerance: f64) -> Self {
        self.tolerance.absolute = tolerance;
        self
    }

    /// How large the error of a difference may be before it tells nothing, as a part of the difference, or of the
    /// steepest slope nearby.
    ///
    /// ```
    /// use engine::check::{Check, Verdict};
    ///
    /// // Of a table of six digits the slope is known to a few parts in a hundred thousand.
    /// let rounded = |x: &[f64]| (x[0] * x[0] * 1e6).round() / 1e6;
    /// let fine = Check::new().noise(1e-6).resolution(1e-9).plain(rounded, |x| vec![2.0 * x[0]], &[3.0])?;
    /// assert_eq!(fine.rows()[0].verdict, Verdict::Inconclusive);
    /// Check::new().noise(1e-6).resolution(1e-3).plain(rounded, |x| vec![2.0 * x[0]], &[3.0])?.assert();
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn resolution(mut self, resolution: f64) -> Self {
        self.tolerance.resolution = resolution;
        self
    }

    /// The engine's gradient of a function, see [`gradient`](super::gradient).
    ///
    /// This and the other ways to check take the same arguments as the functions of their names.
    ///
    /// ```
    /// use engine::check::Check;
    ///
    /// let (check, at) = (Check::new().names(["mass", "speed"]), [2.0, 3.0]);
    /// check.gradient(|x| x[0] * x[1].powi(2) * 0.5, &at)?.assert();
    /// check.claimed(|x| x[0] * x[1].powi(2) * 0.5, &at, &[4.5, 6.0])?.assert();
    /// check.hessian(|x| x[0] * x[1].powi(2) * 0.5, &at)?.assert();
    /// assert_eq!(check.hessian(|x| x[0] * x[1].powi(2) * 0.5, &at)?.rows()[1].name, "mass, speed");
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn gradient(&self, f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Result<Report> {
        self.recorded(f, x, None)
    }

    /// A given gradient of a function that can be recorded, see [`claimed`](super::claimed).
    pub fn claimed(
        &self,
        f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>,
        x: &[f64],
        gradient: &[f64],
    ) -> Result<Report> {
        self.recorded(f, x, Some(gradient))
    }

    /// A gradient function of a function of plain numbers, see [`plain`](super::plain).
    pub fn plain(&self, f: impl Fn(&[f64]) -> f64, gradient: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Result<Report> {
        let names = self.names_of(x.len(), |_| None);
        let slopes = Rounded::all_exact(&gradient(x));
        self.compare(&names, x, &slopes, Plain { f, gradient })
    }

    /// The gradient of a program's first output by its parameters, see [`program`](super::program).
    pub fn program(&self, program: &Program, params: &[f64], inputs: &[f64]) -> Result<Report> {
        let gradient = derivatives(program, program.output(0)?, params, inputs)?;
        self.output(program, 0, params, inputs, &gradient, |name| name)
    }

    /// The second derivatives of a function, see [`hessian`](super::hessian).
    pub fn hessian(&self, f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Result<Report> {
        let program = Program::record(x, f);
        let names = self.param_names(&program);
        finite_point(&names, x)?;
        let gradient = program.differentiate(0)?;
        let slopes = gradient.evaluate(x, &[])?;
        let mut rows = Vec::new();
        for (output, (row, first)) in program.hessian(x, &[])?.iter().zip(&names).enumerate() {
            if !slopes[output].is_finite() {
                let (what, input) = (format!("the derivative by `{first}`"), first.clone());
                return Err(Error::FunctionNotFinite { what, input, at: x[output], value: slopes[output] });
            }
            let rounded = derivatives(&gradient, gradient.output(output)?, x, &[])?;
            let row: Vec<Rounded> =
                row.iter().zip(rounded).map(|(&value, Rounded { error, .. })| Rounded { value, error }).collect();
            let report = self.output(&gradient, output, x, &[], &row, |second| format!("{first}, {second}"))?;
            rows.extend_from_slice(report.rows());
        }
        Ok(Report::new(DIFFERENCE, rows))
    }

    /// The reverse sweep against the forward one, see [`forward_reverse`](super::forward_reverse).
    pub fn forward_reverse(&self, f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>, x: &[f64]) -> Result<Report> {
        let program = Program::record(x, f);
        let gradient = program.gradient(&Rounded::all_exact(x), &[])?;
        let rows = self.param_names(&program).into_iter().zip(gradient).enumerate().map(|(input, (name, reverse))| {
            let tangents: Vec<f64> = (0..x.len()).map(|k| f64::from(u8::from(k == input))).collect();
            let value = program.jvp(x, &tangents, &[])?[0];
            let side = Difference { value, error: reverse.error };
            let forward =
                Estimate { value, error: side.error, left: side, right: side, scale: value.abs(), flat: value == 0.0 };
            Ok(Row::new(name, reverse, forward, self.tolerance))
        });
        Ok(Report::new(["reverse derivative", "forward one"], rows.collect::<Result<_>>()?))
    }

    /// The gradient along random directions, see [`directions`](super::directions).
    pub fn directions(
        &self,
        f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>,
        x: &[f64],
        count: usize,
        seed: u64,
    ) -> Result<Report> {
        let mut recorder = Recorder::new(f);
        let recording = recorder.gradient(x)?;
        finite_point(&self.names_of(x.len(), |input| recording.names[input].clone()), x)?;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut rows = Vec::new();
        // Along a direction the inputs are rounded too.
        let moved: f64 = recording.gradient.iter().zip(x).map(|(slope, x)| (slope.value * x).abs()).sum();
        let noise = self.noise + if moved.is_finite() { f64::EPSILON * moved } else { 0.0 };
        for direction in 0..if x.is_empty() { 0 } else { count } {
            let along: Vec<f64> = x.iter().map(|_| random.random_range(-1.0..1.0)).collect();
            let parts = || recording.gradient.iter().zip(&along);
            let derivative = Rounded {
                value: parts().map(|(slope, step)| slope.value * step).sum(),
                error: parts().map(|(slope, step)| slope.error * step.abs()).sum(),
            };
            let options = Options { domain: self.stretch(x, &along), noise };
            let name = format!("direction {direction}");
            let point = |t: f64| x.iter().zip(&along).map(|(x, step)| x + t * step).collect::<Vec<f64>>();
            let around = stencil(|t| recorder.probe(&point(t)), &name, 0.0, &options)?;
            let slope = |t| Ok(recorder.slopes(&point(t))?.iter().zip(&along).map(|(slope, step)| slope * step).sum());
            rows.push(self.row(name, derivative, &around, slope)?);
        }
        Ok(Report::new(DIFFERENCE, rows))
    }

    /// A gradient, or else the engine's own, against differences of a function that is recorded anew at each point.
    fn recorded(
        &self,
        f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>,
        x: &[f64],
        gradient: Option<&[f64]>,
    ) -> Result<Report> {
        let mut recorder = Recorder::new(f);
        let recording = recorder.gradient(x)?;
        let names = self.names_of(x.len(), |input| recording.names[input].clone());
        let mut derivatives = recording.gradient;
        if let Some(claimed) = gradient {
            expect_length("derivatives", x.len(), claimed.len())?;
            derivatives.iter_mut().zip(claimed).for_each(|(own, claimed)| own.value = *claimed);
        }
        self.compare(&names, x, &derivatives, recorder)
    }

    /// One output of a program against differences of its replays.
    fn output(
        &self,
        program: &Program,
        output: usize,
        params: &[f64],
        inputs: &[f64],
        derivatives: &[Rounded],
        name: impl Fn(String) -> String,
    ) -> Result<Report> {
        let names: Vec<String> = self.param_names(program).into_iter().map(name).collect();
        self.compare(&names, params, derivatives, Replay::new(program, program.output(output)?, inputs))
    }

    fn compare(
        &self,
        names: &[String],
        x: &[f64],
        derivatives: &[Rounded],
        mut subject: impl Subject,
    ) -> Result<Report> {
        expect_length("derivatives", x.len(), derivatives.len())?;
        finite_point(names, x)?;
        let mut point = x.to_vec();
        let mut rows = Vec::new();
        for (input, name) in names.iter().enumerate() {
            let options = Options { domain: self.domain_of(input), noise: self.noise };
            let probe = |at: f64| {
                point[input] = at;
                subject.probe(&point)
            };
            let around = stencil(probe, name, x[input], &options)?;
            let slope = |at: f64| {
                point[input] = at;
                Ok(subject.slopes(&point)?[input])
            };
            rows.push(self.row(name.clone(), derivatives[input], &around, slope)?);
            point[input] = x[input];
        }
        Ok(Report::new(DIFFERENCE, rows))
    }

    /// A derivative beside its difference; `slope` is the derivative at other points too.
    fn row(
        &self,
        name: String,
        derivative: Rounded,
        around: &Stencil,
        slope: impl FnMut(f64) -> Result<f64>,
    ) -> Result<Row> {
        let row = Row::new(name, derivative, around.estimate(), self.tolerance);
        let excused = match row.verdict {
            // What is no number has no excuse.
            Verdict::Wrong if derivative.value.is_finite() => {
                !around.contradicts(derivative.value, row.tolerance, slope)?
            }
            Verdict::Kink => !around.jumps(&row.difference, slope)?,
            _ => false,
        };
        Ok(if excused { row.undecided() } else { row })
    }

    fn param_names(&self, program: &Program) -> Vec<String> {
        self.names_of(program.params().len(), |input| program.name(program.params()[input] as usize).map(str::to_owned))
    }

    fn names_of(&self, count: usize, own: impl Fn(usize) -> Option<String>) -> Vec<String> {
        let name = |input: usize| self.names.get(input).cloned().or_else(|| own(input));
        (0..count).map(|input| name(input).unwrap_or_else(|| format!("x{input}"))).collect()
    }

    fn domain_of(&self, input: usize) -> RangeInclusive<f64> {
        self.domains.get(&input).cloned().unwrap_or(Options::default().domain)
    }

    /// How far one may go from `x` along a direction and stay in every domain.
    fn stretch(&self, x: &[f64], along: &[f64]) -> RangeInclusive<f64> {
        let (mut back, mut ahead) = (f64::NEG_INFINITY, f64::INFINITY);
        for (input, (x, step)) in x.iter().zip(along).enumerate() {
            let domain = self.domain_of(input);
            let ends = [(domain.start() - x) / step, (domain.end() - x) / step];
            back = back.max(ends[0].min(ends[1]));
            ahead = ahead.min(ends[0].max(ends[1]));
        }
        back..=ahead
    }
}

fn finite_point(names: &[String], x: &[f64]) -> Result<()> {
    match names.iter().zip(x).find(|(_, x)| !x.is_finite()) {
        Some((name, &value)) => Err(Error::PointNotFinite { input: name.clone(), value }),
        None => Ok(()),
    }
}

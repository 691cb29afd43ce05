//! Hand-written derivatives: claims that the derivative of one quantity by another is a certain expression.

use crate::check::diagnose::diagnose;
pub use crate::check::diagnose::{Diagnosis, Kind};
use crate::check::points::Point;
use crate::check::scales::{Scale, scales};
use crate::check::study::{Nodes, Sample, Study};
use crate::check::words;
use crate::error::{Error, Result};
use crate::value::Value;
use std::fmt;

/// "The derivative of `of` by `wrt` is `hand`."
///
/// The three are values of one graph. `hand` is written with the recorded quantities, as one writes it on paper. A bare
/// number is a claim that the derivative is that number everywhere; one that is meant for the recorded point only, such
/// as a figure off a page, is checked with no random [points](Options::points). For a `wrt` in the middle of a computation
/// the derivative is that of the recorded computation with `wrt` cut loose from what made it: its adjoint in a reverse
/// sweep from `of`.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'g> {
    /// What is differentiated.
    pub of: Value<'g>,
    /// With respect to what.
    pub wrt: Value<'g>,
    /// What its author says the derivative is.
    pub hand: Value<'g>,
}

/// How claims are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How many random points are tried beside the recorded one.
    pub points: usize,
    /// The relative difference that is let pass, from 0 to less than 1. What the rounding of both sides explains always
    /// passes.
    pub rtol: f64,
    /// Of the random points.
    pub seed: u64,
    /// Whether inputs move too, so that a claim has to hold for other data.
    ///
    /// Without it they keep their recorded numbers, for a derivation may use what it knows of its data: with labels that
    /// sum to one, the derivative of the cross-entropy of a softmax is `p - y`. Inputs that a claim differentiates by
    /// move nevertheless, and so do all when there is no parameter.
    pub move_inputs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { points: 32, rtol: 1e-6, seed: 0, move_inputs: false }
    }
}

/// What is made of a claim, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Equal to the derivative at every point.
    Right,
    /// A constant times the derivative: all claims of one output by parameters are so by one positive factor, or later
    /// claims, which are right, are made of this one.
    Scaled,
    /// Different only where the derivative jumps.
    Kink,
    /// Anything else.
    Wrong,
}

impl Verdict {
    /// The name in lower case: `right`, `scaled`, `kink` or `wrong`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::Scaled => "scaled",
            Verdict::Kink => "kink",
            Verdict::Wrong => "wrong",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One claim, judged.
///
/// ```
/// use engine::Graph;
/// use engine::check::hand::{Claim, Kind, Options, Verdict, check};
///
/// let g = Graph::new();
/// let (w, x) = (g.param("w", 0.5), g.input("x", -2.0));
/// let y = (w * x).tanh().named("y");
/// let report = check(&[Claim { of: y, wrt: w, hand: 1.0 - y * y }], &Options::default())?;
/// let judged = &report.claims[0];
/// assert_eq!((judged.of.as_str(), judged.wrt.as_str(), judged.verdict.name()), ("y", "w", "wrong"));
/// let diagnosis = judged.diagnosis.as_ref().expect("it is wrong");
/// assert_eq!((diagnosis.kind, diagnosis.kind.name()), (Kind::MissingFactor, "missing_factor"));
/// assert!(diagnosis.repaired && diagnosis.path == ["y", "w"], "{diagnosis:?}");
/// assert!(!report.is_right() && report.verdict == Verdict::Wrong);
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The name of what is differentiated, or its formula.
    pub of: String,
    /// The name, or formula, of what it is differentiated by.
    pub wrt: String,
    /// The claimed number, at the first point that failed, else at the recorded point.
    pub hand: f64,
    /// The derivative at the same point.
    pub derivative: f64,
    /// At how many points the two were compared.
    pub points: usize,
    /// What came of it.
    pub verdict: Verdict,
    /// Whether a claim that is right differs from the derivative for other data. That is as meant where the derivation
    /// uses what it knows of its data, see [`Options::move_inputs`]; else an input was forgotten. Always false when inputs
    /// move anyway, and when no random points are tried.
    pub only_here: bool,
    /// What is wrong and what to write instead, of claims that are scaled or wrong.
    pub diagnosis: Option<Diagnosis>,
}

/// What [`check`] finds. It prints as a table with a paragraph for each thing that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// One for each claim, in their order.
    pub claims: Vec<Judged>,
    /// The worst of them. An intermediate that is scaled, while what is made of it is right, does not count.
    pub verdict: Verdict,
}

impl Report {
    /// Whether every claim is right, but for intermediates whose factor is taken back.
    pub fn is_right(&self) -> bool {
        self.verdict == Verdict::Right
    }

    /// Fails a test unless the report [is right](Report::is_right).
    ///
    /// # Panics
    ///
    /// With the report as the message, unless it is right.
    ///
    /// ```
    /// use engine::Graph;
    /// use engine::check::hand::{Claim, Options, check};
    ///
    /// let g = Graph::new();
    /// let x = g.param("x", 0.7);
    /// let y = x.sin() * x;
    /// check(&[Claim { of: y, wrt: x, hand: x.cos() * x + x.sin() }], &Options::default())?.assert();
    /// # Ok::<(), engine::Error>(())
    /// ```
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_right(), "{self}");
    }
}

/// What the points say of a claim, before it is looked at together with the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Finding {
    Right,
    /// Right, and both sides are zero at every point.
    Vanishing,
    Kink,
    /// Different, by this factor if there is one.
    Off(Option<f64>),
}

/// Compares every claim with the derivative of what was recorded, at the recorded point and at random points near it.
///
/// At random points the program is replayed; every op keeps to the side of its kink on which it was recorded, so what was
/// decided by comparing numbers stays decided. Two numbers are equal when they differ by less than `rtol` relatively, or
/// by no more than a bound on the rounding of both, so that a gradient that has vanished raises no alarm.
///
/// ```
/// use engine::Graph;
/// use engine::check::hand::{Claim, Options, Verdict, check};
///
/// let g = Graph::new();
/// let (w, b) = (g.param("w", 0.5), g.param("b", 0.1));
/// let (x, y_true) = (g.input("x", -2.0), g.input("y_true", 1.0));
/// let y_pred = (w * x + b).tanh().named("y_pred");
/// let loss = (y_true - y_pred).powi(2).named("L");
///
/// let outer = -2.0 * (y_true - y_pred);
/// let report = check(
///     &[
///         Claim { of: loss, wrt: w, hand: outer * (1.0 - y_pred * y_pred) * x },
///         Claim { of: loss, wrt: b, hand: outer * (1.0 - y_pred) },
///     ],
///     &Options::default(),
/// )?;
/// assert_eq!(report.claims[0].verdict, Verdict::Right);
/// assert_eq!(report.claims[1].verdict, Verdict::Wrong);
/// println!("{report}");
/// # Ok::<(), engine::Error>(())
/// ```
///
/// # Errors
///
/// [`NoClaims`]; [`Constant`] for an `of` or `wrt` that is a bare number; [`TwoGraphs`]; [`NotFinite`] when a number is
/// infinite or NaN at the recorded point; [`NoPoint`] when no random point is found at which all are finite;
/// [`Tolerance`] for an [`rtol`](Options::rtol) that is no fraction.
///
/// [`NoClaims`]: crate::Error::NoClaims
/// [`Constant`]: crate::Error::Constant
/// [`TwoGraphs`]: crate::Error::TwoGraphs
/// [`NotFinite`]: crate::Error::NotFinite
/// [`NoPoint`]: crate::Error::NoPoint
/// [`Tolerance`]: crate::Error::Tolerance
pub fn check(claims: &[Claim<'_>], options: &Options) -> Result<Report> {
    if !(0.0..1.0).contains(&options.rtol) {
        return Err(Error::Tolerance(options.rtol));
    }
    let study = Study::new(claims)?;
    let mut points = vec![study.recorded.clone()];
    let mut neighbourhood = study.neighbourhood(options.move_inputs, options.seed);
    for _ in 0..options.points {
        points.push(neighbourhood.draw()?);
    }
    let all: Vec<usize> = (0..claims.len()).collect();
    let mut samples: Vec<Vec<Sample>> = vec![Vec::with_capacity(points.len()); claims.len()];
    for point in &points {
        let here = study.samples(point, &all)?;
        samples.iter_mut().zip(here).for_each(|(samples, sample)| samples.push(sample));
    }
    // Where nothing bounds the rounding at any point, the numbers are all there is to go by.
    for samples in samples.iter_mut().filter(|samples| !samples.iter().any(Sample::is_telling)) {
        samples.iter_mut().for_each(|sample| *sample = sample.exact());
    }

    let findings = (all.iter().map(|&claim| {
        let failed = (0..points.len()).filter(|&point| fails(&samples[claim][point], options.rtol));
        find(&study, claim, &samples[claim], failed.map(|point| (point, &points[point])), options.rtol)
    }))
    .collect::<Result<Vec<Finding>>>()?;
    let scales = scales(&study, &findings, options)?;
    let only_here = differing_for_other_data(&study, &findings, options)?;

    let mut judged = Vec::with_capacity(claims.len());
    for claim in all {
        let samples = &samples[claim];
        let shown = samples.iter().find(|sample| fails(sample, options.rtol)).unwrap_or(&samples[0]);
        let (verdict, diagnosis) = match (findings[claim], scales[claim]) {
            (Finding::Right, _) | (Finding::Vanishing, None) => (Verdict::Right, None),
            (Finding::Kink, _) => (Verdict::Kink, None),
            (Finding::Off(_) | Finding::Vanishing, Some(scale)) => {
                (Verdict::Scaled, Some(words::scaled(&study, claim, scale)))
            }
            (Finding::Off(_), None) => (Verdict::Wrong, Some(diagnose(&study, claim, shown, options)?)),
        };
        let Nodes { of, wrt, .. } = study.claims[claim];
        judged.push(Judged {
            of: study.name(of),
            wrt: study.name(wrt),
            hand: shown.hand.value,
            derivative: shown.derivative.value,
            points: samples.iter().filter(|sample| sample.is_telling()).count(),
            verdict,
            only_here: verdict == Verdict::Right && only_here[claim],
            diagnosis,
        });
    }
    let harmless = |claim: usize| matches!(scales[claim], Some(Scale::TakenBack(_)));
    let counted = judged.iter().enumerate().filter(|(claim, _)| !harmless(*claim)).map(|(_, judged)| judged.verdict);
    let verdict = counted.max().unwrap_or(Verdict::Right);
    Ok(Report { claims: judged, verdict })
}

/// Which claims that are right here are not where inputs move that were kept.
fn differing_for_other_data(study: &Study, findings: &[Finding], options: &Options) -> Result<Vec<bool>> {
    let mut differing = vec![false; findings.len()];
    if study.moving_inputs(options.move_inputs).into_iter().all(|moves| moves) {
        return Ok(differing);
    }
    let mut right = Vec::new();
    for (claim, finding) in findings.iter().enumerate() {
        // On a kink either side is right, and inputs that move leave it.
        let is_right = matches!(finding, Finding::Right | Finding::Vanishing);
        if is_right && !study.is_kink(claim, &study.recorded)? {
            right.push(claim);
        }
    }
    let mut neighbourhood = study.neighbourhood(true, options.seed);
    for _ in 0..options.points {
        // Where other data lead out of a domain nothing is known of them.
        let Ok(point) = neighbourhood.draw() else { break };
        for (&claim, sample) in right.iter().zip(study.samples(&point, &right)?) {
            differing[claim] |= sample.is_telling() && !sample.agrees(1.0, options.rtol);
        }
    }
    Ok(differing)
}

/// A point at which the derivative does not exist as a number is judged like one at which the claim differs.
fn fails(sample: &Sample, rtol: f64) -> bool {
    !sample.is_finite() || !sample.agrees(1.0, rtol)
}

fn find<'a>(
    study: &Study,
    claim: usize,
    samples: &[Sample],
    failed: impl Iterator<Item = (usize, &'a Point)>,
    rtol: f64,
) -> Result<Finding> {
    let mut on_kinks = false;
    for (place, point) in failed {
        on_kinks = !samples[place].is_finite() || study.is_kink(claim, point)?;
        if !on_kinks {
            // Of a claim that took a decision on the recorded kink, only the points on one side of it can agree.
            let one_side = samples[1..].iter().any(|sample| !fails(sample, rtol));
            let kink = one_side && study.is_kink(claim, &study.recorded)?;
            return Ok(if kink { Finding::Kink } else { Finding::Off(factor(samples, rtol)) });
        }
    }
    Ok(match on_kinks {
        true => Finding::Kink,
        false if samples.iter().all(Sample::vanishes) => Finding::Vanishing,
        false => Finding::Right,
    })
}

/// The constant that the claim is times the derivative, if it is one.
fn factor(samples: &[Sample], rtol: f64) -> Option<f64> {
    let clearest =
        samples.iter().filter(|sample| sample.is_finite()).max_by(|a, b| a.clarity().total_cmp(&b.clarity()))?;
    let factor = clearest.hand.value / clearest.derivative.value;
    let all = samples.iter().filter(|sample| sample.is_finite()).all(|sample| sample.agrees(factor, rtol));
    (all && factor.is_finite() && !clearest.vanishes() && factor != 0.0).then_some(factor)
}

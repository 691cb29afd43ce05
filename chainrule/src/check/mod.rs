//! Checks the derivatives that a program's author wrote by hand against those of what the program computes.
//!
//! The syntax tree is searched for updates (`claims`), whose statements are rewritten to calls of the `monitor`
//! (`rewrite`); the program then runs on traced numbers, and at each update the loss is evaluated in the program's own
//! names and differentiated.

mod claims;
mod diagnose;
mod json;
mod monitor;
mod notes;
mod report;
mod rewrite;
mod samples;
mod scene;
mod sites;
mod study;
mod text;

use crate::failure::Failure;
use crate::host::{self, Hooks};
use crate::limits::Limits;
use claims::{Claims, Update};
use monitor::Monitor;
use notes::Notes;
pub use report::{ClaimKind, Diagnosis, FaultKind, Judged, Report, Values, Verdict};
use rewrite::Noted;
use ruff_python_ast::ModModule;
use ruff_text_size::TextRange;
use samples::{Finding, Point, failing, find, first_failing};
use std::collections::HashSet;

/// How a program is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The loss, an expression in the program's own names; without it, the variable that is called like one.
    pub loss: Option<String>,
    /// The learning rate, an expression too.
    pub rate: Option<String>,
    /// At how many executions of a claim it is compared.
    pub points: usize,
    /// The relative difference that is let pass. What the rounding of both sides explains always passes.
    pub rtol: f64,
    /// How long the program may run.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options { loss: None, rate: None, points: 100, rtol: 1e-6, limits: Limits::default() }
    }
}

/// Checks a program. One that does not run, or not to its end, is reported with its failure.
///
/// ```
/// use chainrule::check::{Options, Verdict, check};
///
/// let program = "w = 1.0\nlr = 0.1\nfor i in range(9):\n    loss = w ** 3\n    w -= lr * 3 * w\n";
/// let report = check(program, "cube.py", &Options::default());
/// assert_eq!((report.verdict, report.claims[0].line), (Verdict::Wrong, 5));
/// ```
pub fn check(source: &str, path: &str, options: &Options) -> Report {
    if !(options.rtol >= 0.0 && options.points > 0) {
        return Report::failed(Failure::whole(
            "the tolerance must be a number that is not negative, and the points 1 or more",
        ));
    }
    let mut report = judge(source, path, options);
    if report.error.is_none() {
        diagnose::diagnose(source, path, options, &mut report);
    }
    report
}

/// Runs a program of which everything is kept, for up to `points` points of each claim. `begin` sees the monitor and the
/// program before it starts, and says what is to be made of the end.
fn watch<T: Send + 'static>(
    source: &str,
    path: &str,
    options: &Options,
    points: usize,
    varied: HashSet<usize>,
    begin: impl FnOnce(&Monitor, &ModModule) -> Box<dyn FnOnce(&Monitor) -> T> + Send + 'static,
) -> Option<T> {
    let (own, settings) = (source.to_owned(), options.clone());
    let begin = move |module: &mut ModModule| {
        let claims = Claims::find(module, &own);
        let original = module.clone();
        let sites = rewrite::rewrite(module, &claims, &own, &Noted::All, &varied);
        let (loss, rate) = (settings.loss.as_deref(), settings.rate.as_deref());
        let monitor = Monitor::new(claims, Notes::new(sites, true), loss, rate, points, settings.rtol);
        let finish = begin(&monitor, &original);
        let watch = monitor.clone();
        Hooks { install: Box::new(move |vm| watch.install(vm)), finish: Box::new(move |_failure| finish(&monitor)) }
    };
    host::watched(source, path, options.limits, begin).ok()
}

/// Checks a program without diagnoses.
fn judge(source: &str, path: &str, options: &Options) -> Report {
    let (own, settings) = (source.to_owned(), options.clone());
    let begin = move |module: &mut ModModule| {
        let claims = Claims::find(module, &own);
        let sites = rewrite::rewrite(module, &claims, &own, &Noted::Names(HashSet::new()), &HashSet::new());
        let (loss, rate) = (settings.loss.as_deref(), settings.rate.as_deref());
        let monitor = Monitor::new(claims, Notes::new(sites, false), loss, rate, settings.points, settings.rtol);
        monitor.study.is_repaired.set(own.contains(study::BEFORE));
        let text = own.clone();
        let watch = monitor.clone();
        Hooks {
            install: Box::new(move |vm| watch.install(vm)),
            finish: Box::new(move |failure| report(&monitor, &text, settings.rtol, failure)),
        }
    };
    host::watched(source, path, options.limits, begin).unwrap_or_else(Report::failed)
}

fn report(monitor: &Monitor, source: &str, rtol: f64, failure: Option<Failure>) -> Report {
    let seen = monitor.seen.borrow();
    let line = |offset: usize| source[..offset].matches('\n').count() + 1;
    let met: Vec<usize> = (0..seen.points.len()).filter(|&k| !seen.points[k].is_empty()).collect();
    let findings: Vec<Finding> = met.iter().map(|&k| find(&seen.points[k], rtol)).collect();
    let common = common_factor(&findings);
    let parameters: Vec<&str> = met.iter().map(|&k| bare(&monitor.claims.updates[k].wrt)).collect();
    let carries_state = |update: &Update| update.recursive.iter().any(|name| !parameters.contains(&name.as_str()));
    let judged = met.iter().zip(&findings).map(|(&k, finding)| {
        let update = &monitor.claims.updates[k];
        let points: &[Point] = &seen.points[k];
        let shown = failing(points, rtol).unwrap_or(&points[0]);
        let (verdict, factor, reason) = match *finding {
            Finding::Right | Finding::Vanishing => (Verdict::Right, None, None),
            Finding::Kink => (Verdict::Kink, None, None),
            Finding::Off(factor) if common.is_some() => (Verdict::Scaled, factor, None),
            Finding::Off(_) if carries_state(update) => {
                let reason = "it carries state from earlier steps (momentum, or a sum over steps)";
                (Verdict::Unchecked, None, Some(reason.to_owned()))
            }
            Finding::Off(factor) => (Verdict::Wrong, factor, None),
        };
        let values = |numbers: Vec<f64>| Values { shape: shown.shape.clone(), numbers };
        Judged {
            id: k,
            first_failure: first_failing(points, rtol).unwrap_or(0),
            kind: ClaimKind::Update,
            of: monitor.candidate(shown.loss).name.clone(),
            target: update.target.clone(),
            wrt: update.wrt.clone(),
            line: line(update.range.start().to_usize()),
            place: update.range.start().to_usize()..update.range.end().to_usize(),
            points: points.len(),
            verdict,
            claimed: values(shown.samples.iter().map(|sample| sample.claimed).collect()),
            derivative: values(shown.samples.iter().map(|sample| sample.derivative).collect()),
            failing_keys: Vec::new(),
            factor,
            reason,
            diagnosis: None,
            begins_at: None,
        }
    });
    let mut claims: Vec<Judged> = judged.collect();
    claims.sort_by_key(|claim| claim.place.start);
    let verdict = claims.iter().map(|claim| claim.verdict).max().unwrap_or(Verdict::Unchecked);
    let error = failure.or_else(|| problem(monitor, source, claims.is_empty()));
    let loss = met.first().map(|&k| monitor.candidate(seen.points[k][0].loss).name.clone());
    Report { loss, claims, verdict, error }
}

/// Of a parameter's spelling, the name alone: of `layer.w` it is `w`, of `params[k]` it is `params`.
fn bare(spelled: &str) -> &str {
    let whole = spelled.split('[').next().unwrap_or(spelled);
    whole.rsplit('.').next().unwrap_or(whole)
}

/// The one positive factor by which all updates are off.
fn common_factor(findings: &[Finding]) -> Option<f64> {
    let mut factors = findings.iter().filter(|finding| **finding != Finding::Vanishing).map(|finding| match finding {
        Finding::Off(Some(factor)) if *factor > 0.0 => Some(*factor),
        _ => None,
    });
    let first = factors.next()??;
    factors.all(|factor| factor.is_some_and(|factor| (factor / first - 1.0).abs() < 1e-6)).then_some(first)
}

/// Why nothing could be said, or not for certain.
fn problem(monitor: &Monitor, source: &str, nothing: bool) -> Option<Failure> {
    let seen = monitor.seen.borrow();
    let told = |place: usize| {
        let candidate = monitor.candidate(place);
        let line = source[..candidate.range.start().to_usize()].matches('\n').count() + 1;
        format!("{} (line {line})", candidate.name)
    };
    let at = |range: TextRange, message| Failure::at(source.as_bytes(), range.start().to_usize(), message);
    if let Some([one, other]) = seen.rivals {
        let (first, second) = (told(one), told(other));
        let message = format!(
            "two losses that differ by more than a constant factor: {first} and {second}; say which one with --loss"
        );
        return Some(at(monitor.candidate(other).range, message));
    }
    if !nothing {
        return None;
    }
    let names: Vec<String> = (0..monitor.claims.losses.len()).map(told).collect();
    Some(match (monitor.claims.updates.first(), monitor.claims.losses.first()) {
        (None, _) => Failure::whole("nothing to check: no statement updates a parameter by a rate times a derivative"),
        (Some(update), None) => {
            let message = "no loss was found: give it with --loss, an expression in the program's own names";
            at(update.range, message.to_owned())
        }
        (Some(_), Some(first)) => {
            let names = names.join(", ");
            let message =
                format!("no loss was found on which an updated parameter bears: {names} did not; give it with --loss");
            at(first.range, message)
        }
    })
}

//! Checks the derivatives that a program's author wrote by hand against those of what the program computes.
//!
//! The syntax tree is searched for updates (`claims`), whose statements are rewritten to calls of the `monitor`
//! (`rewrite`); the program then runs on traced numbers, and at each update the loss is evaluated in the program's own
//! names and differentiated.

mod ascent;
mod bounds;
pub(crate) mod claims;
mod clips;
mod decays;
mod definitions;
mod deltas;
mod diagnose;
mod elsewhere;
mod entering;
mod fresh;
mod guards;
mod handed;
mod inputs;
mod json;
mod kinks;
mod linear;
mod lives;
pub(crate) mod monitor;
mod named;
mod newton;
pub(crate) mod notes;
mod partials;
mod rates;
pub(crate) mod replay;
mod report;
pub(crate) mod rewrite;
mod rounds;
mod samples;
mod scene;
mod scopes;
pub(crate) mod sites;
mod study;
mod text;
mod updates;
mod variables;
mod verdicts;

use crate::failure::{Failure, line_at};
use crate::host::{self, Hooks};
use crate::limits::Limits;
use claims::{Candidate, Claims};
use monitor::Monitor;
use notes::Notes;
pub use report::{ClaimKind, Diagnosis, FaultKind, Judged, Report, Values, Verdict};
use rewrite::Noted;
use ruff_python_ast::ModModule;
use ruff_text_size::TextRange;
use std::collections::HashSet;
use std::rc::Rc;
use study::Until;

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
    let mut report = judge(source, path, options, Until::End);
    if report.error.is_none() {
        guards::excuse(source, path, options, &mut report);
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
        hooks(monitor, move |monitor, _failure| finish(monitor))
    };
    host::watched(source, path, options.limits, begin).ok()
}

/// Checks a program without diagnoses.
fn judge(source: &str, path: &str, options: &Options, until: Until) -> Report {
    let (own, settings) = (source.to_owned(), options.clone());
    let begin = move |module: &mut ModModule| {
        let claims = Claims::find(module, &own);
        let carrying = claims.updates.iter().filter(|update| !update.recursive.is_empty());
        let entering = carrying.flat_map(|update| &update.made_of).map(String::as_str);
        let names = claims.partials.names().chain(entering).map(rewrite::plain).collect();
        let sites = rewrite::rewrite(module, &claims, &own, &Noted::Names(names), &HashSet::new());
        let (loss, rate) = (settings.loss.as_deref(), settings.rate.as_deref());
        let monitor = Monitor::new(claims, Notes::new(sites, false), loss, rate, settings.points, settings.rtol);
        monitor.study.until.replace(until);
        monitor.study.is_repaired.set(own.contains(study::BEFORE));
        let text = own.clone();
        hooks(monitor, move |monitor, failure| report(monitor, &text, settings.rtol, failure))
    };
    host::watched(source, path, options.limits, begin).unwrap_or_else(Report::failed)
}

/// Lets a monitor watch a program, at points near its own too.
fn hooks<T>(monitor: Rc<Monitor>, finish: impl FnOnce(&Monitor, Option<Failure>) -> T + 'static) -> Hooks<T> {
    let (own, watch) = (monitor.clone(), monitor.clone());
    Hooks {
        install: Box::new(move |vm| watch.install(vm)),
        again: Box::new(move || own.again()),
        finish: Box::new(move |failure| {
            monitor.settle();
            finish(&monitor, failure)
        }),
    }
}

fn report(monitor: &Monitor, source: &str, rtol: f64, failure: Option<Failure>) -> Report {
    let claims = verdicts::judge(monitor, source, rtol);
    let verdict = verdicts::worst(&claims);
    let is_empty = !claims.iter().any(|claim| claim.kind == ClaimKind::Update);
    let error = failure.or_else(|| problem(monitor, source, is_empty));
    let loss = verdicts::loss(monitor).map(|place| monitor.candidate(place).name.clone());
    Report { loss, claims, verdict, error }
}

/// Why nothing could be said, or not for certain.
fn problem(monitor: &Monitor, source: &str, nothing: bool) -> Option<Failure> {
    let seen = monitor.seen.borrow();
    let told = |candidate: &Candidate| {
        let line = line_at(source.as_bytes(), candidate.range.start().to_usize());
        format!("{} (line {line})", candidate.name)
    };
    let at = |range: TextRange, message| Failure::at(source.as_bytes(), range.start().to_usize(), message);
    if let Some([one, other]) = seen.rivals {
        let [first, second] = [one, other].map(|place| told(monitor.candidate(place)));
        let message = format!(
            "two losses that differ by more than a constant factor: {first} and {second}; say which one with --loss"
        );
        return Some(at(monitor.candidate(other).range, message));
    }
    if !nothing {
        return None;
    }
    let (updates, losses) = (&monitor.claims.updates, &monitor.claims.losses);
    Some(match (updates.first(), monitor.given_loss(), losses.first()) {
        (None, ..) => Failure::whole("nothing to check: no statement updates a parameter by a rate times a derivative"),
        (Some(update), Some(loss), _) => {
            let message = format!(
                "the loss `{loss}` bears on no updated parameter, or its names are not known where the updates stand: \
                 give an expression in the names of the update or of a caller with --loss"
            );
            at(update.range, message)
        }
        (Some(update), None, None) => {
            let message = "no loss was found: give it with --loss, an expression in the program's own names";
            at(update.range, message.to_owned())
        }
        (Some(_), None, Some(first)) => {
            let names: Vec<String> = losses.iter().map(told).collect();
            let names = names.join(", ");
            let message =
                format!("no loss was found on which an updated parameter bears: {names} did not; give it with --loss");
            at(first.range, message)
        }
    })
}

//! What is made of the points of all claims together.

use super::ascent;
use super::claims::Update;
use super::monitor::Monitor;
use super::report::{ClaimKind, Judged, Values, Verdict};
use super::samples::{
    Finding, Point, common_factor, excuse_bounds, failing, failing_keys, find, first_failing, go_by_sign, is_same,
};
use super::variables::stands_for_loss;
use crate::failure::line_at;
use ruff_text_size::TextRange;
use std::collections::HashSet;

/// A verdict, with the factor and the reason that belong to it.
pub(super) type Ruling = (Verdict, Option<f64>, Option<String>);

/// Why a gradient is not compared that the program itself does not leave as it is.
const CLIPPED: &str = "it is clipped wherever it was met";
/// Why a step is not compared that takes something off beside the gradient.
const DECAYED: &str = "the parameter decays too, and the loss has no such term; the gradient beside that is right";
/// Why a step that goes the right way is not compared.
const BY_SIGN: &str = "it goes by the sign of the derivative alone";
/// Why a step is not compared that is the derivative, and not by a rate.
const NEWTON: &str = "it is the derivative divided by the second one, as Newton's steps are";
/// Why one of several steps is not compared that are made of one loss.
const AGAIN: &str =
    "its parameter is moved by more than one update for each loss, and they are no derivatives one by one";
/// Why a step that carries state is not compared as a whole.
const CARRIES: &str = "it carries state from earlier steps (momentum, or a sum over steps)";
/// The same, where the gradient that enters the state is right.
const CARRIES_RIGHT: &str =
    "it carries state from earlier steps (momentum, or a sum over steps); the gradient that enters that is right";

/// What is wrong of such a step, where it is wrong.
const ENTERS: &str = "what enters the state of this step";

/// Whether all that can be compared of an update that carries state is right: the gradient that enters it.
pub(super) fn takes_up_what_is_right(claim: &Judged) -> bool {
    claim.verdict == Verdict::Unchecked && claim.reason.as_deref() == Some(CARRIES_RIGHT)
}

/// The verdict on a claim as it counts for the whole file: a scaled partial leaves it right.
fn of_file(claim: &Judged) -> Verdict {
    match claim.verdict {
        Verdict::Unchecked if takes_up_what_is_right(claim) => Verdict::Right,
        Verdict::Scaled if claim.kind != ClaimKind::Update => Verdict::Right,
        verdict => verdict,
    }
}

/// The verdict on a file, from those on its claims.
pub(super) fn worst(claims: &[Judged]) -> Verdict {
    claims.iter().map(of_file).max().unwrap_or(Verdict::Unchecked)
}

/// The candidate that the updates descend.
pub(super) fn loss(monitor: &Monitor) -> Option<usize> {
    let seen = monitor.seen.borrow();
    seen.points[..monitor.claims.updates.len()].iter().find_map(|points| points.first()?.loss)
}

/// Judges every claim that was met, in the order of the source.
pub(super) fn judge(monitor: &Monitor, source: &str, rtol: f64) -> Vec<Judged> {
    let seen = monitor.seen.borrow();
    let (updates, partials) = (&monitor.claims.updates, &monitor.claims.partials.claims);
    let losses: HashSet<Option<usize>> =
        seen.points[..updates.len()].iter().flatten().map(|point| point.loss).collect();
    let is_known = |point: &&Point| point.loss.is_none() || losses.contains(&point.loss);
    let mut points: Vec<Vec<Point>> =
        seen.points.iter().map(|points| points.iter().filter(is_known).cloned().collect()).collect();
    points.iter_mut().for_each(|points| excuse_bounds(points, rtol));
    let findings: Vec<Option<Finding>> =
        points.iter().map(|points| (!points.is_empty()).then(|| find(points, rtol))).collect();
    let mut rulings: Vec<Option<Ruling>> = match ascent::ruling(monitor, &findings[..updates.len()]) {
        Some(ruling) => findings[..updates.len()].iter().map(|finding| finding.map(|_| ruling.clone())).collect(),
        None => of_updates(monitor, &findings[..updates.len()], &points),
    };
    let stated = of_entries(monitor, &rulings, &findings, rtol);
    for (k, (ruling, own)) in stated {
        rulings[k] = Some(ruling);
        points[k] = own;
    }
    let why = |place: usize, points: &[Point]| monitor.excused_elsewhere(place, failing(points, rtol), source);
    let excused = |place: usize, points: &[Point], ruling: Ruling| match why(place, points) {
        Some(reason) if ruling.0 == Verdict::Wrong => (Verdict::Unchecked, None, Some(reason)),
        _ => ruling,
    };
    for (k, ruling) in rulings.iter_mut().enumerate() {
        *ruling = ruling.take().map(|ruling| excused(k, &points[k], ruling));
    }
    let verdict = |(verdict, _, reason): &Ruling| match reason.as_deref() {
        Some(CARRIES_RIGHT) => Verdict::Right,
        _ => *verdict,
    };
    let verdicts: Vec<Option<Verdict>> = rulings.iter().map(|ruling| ruling.as_ref().map(verdict)).collect();
    for k in 0..partials.len() {
        let place = updates.len() + k;
        let made: Vec<Verdict> = (0..updates.len())
            .filter(|&update| feeds(monitor, place, update) && findings[update] != Some(Finding::Vanishing))
            .filter_map(|update| verdicts[update])
            .collect();
        // Among others that are right and named after parameters too, one that no update can tell is judged by its name.
        let is_right = |other: usize| {
            findings[other] == Some(Finding::Right) && points[other].iter().all(|point| point.is_telling)
        };
        let counts = !made.is_empty() && (updates.len()..findings.len()).any(is_right);
        rulings.push(match findings[place] {
            Some(finding) => {
                let ruling = of_partial(monitor, k, finding, &points[place], &made, counts, rtol);
                Some(excused(place, &points[place], ruling))
            }
            None => seen.reasons[place].clone().map(|reason| (Verdict::Unchecked, None, Some(reason))),
        });
    }
    let mut judged: Vec<(usize, Judged)> = Vec::new();
    for (place, ruling) in rulings.into_iter().enumerate() {
        let Some(mut ruling) = ruling else { continue };
        let by_other_inputs = monitor.replay.by_other_inputs(place);
        // A diagnosis is to tell whether that is a slip.
        let is_of_inputs = !by_other_inputs.is_empty() && ruling.0 == Verdict::Right;
        if is_of_inputs {
            points[place].extend(by_other_inputs);
            ruling = excused(place, &points[place], (Verdict::Wrong, ruling.1, ruling.2));
        }
        let claim = report(monitor, source, place, ruling, &points[place], rtol);
        judged.push((place, Judged { is_of_inputs, ..claim }));
    }
    judged.sort_by_key(|(_, claim)| (claim.place.start, claim.place.end));
    let first_failure = |(place, _): &(usize, Judged)| {
        let mut wrong = points[*place].iter().filter(|point| point.fails(rtol) && !point.is_delta);
        wrong.next().map_or(usize::MAX, |point| point.when)
    };
    let failed: Vec<usize> = judged.iter().map(first_failure).collect();
    for k in 0..judged.len() {
        judged[k].1.begins_at = begins_at(monitor, &judged, &failed, k);
    }
    judged.into_iter().map(|(_, claim)| claim).collect()
}

/// Of a wrong claim and the wrong partials that it is made of, the one that failed first, if that is another: partials of
/// a loop backwards through time are all made of each other.
fn begins_at(monitor: &Monitor, judged: &[(usize, Judged)], failed: &[usize], k: usize) -> Option<usize> {
    let is_own = |other: &Judged| judged[k].1.is_of_inputs || !other.is_of_inputs;
    let is_wrong = |other: usize| judged[other].1.verdict == Verdict::Wrong && is_own(&judged[other].1);
    let mut behind = vec![k];
    let mut next = 0;
    while let Some(&claim) = behind.get(next).filter(|&&claim| is_wrong(claim)) {
        let feeding = |&other: &usize| is_wrong(other) && feeds(monitor, judged[other].0, judged[claim].0);
        let more: Vec<usize> = (0..judged.len()).filter(|other| !behind.contains(other)).filter(feeding).collect();
        behind.extend(more);
        next += 1;
    }
    behind.into_iter().min_by_key(|&claim| failed[claim]).filter(|&root| root != k)
}

/// Whether a partial's value goes into a claim: as the tape tells, of the statements that could do so; as these tell alone
/// where the value is not traced.
fn feeds(monitor: &Monitor, partial: usize, claim: usize) -> bool {
    let seen = monitor.seen.borrow();
    let (updates, partials) = (&monitor.claims.updates, &monitor.claims.partials.claims);
    let Some(k) = partial.checked_sub(updates.len()) else { return false };
    let named = |claim: usize| match claim.checked_sub(updates.len()) {
        Some(other) => partials[other].made_of.contains(&partials[k].name),
        None => updates[claim].made_of.contains(&partials[k].name),
    };
    if !seen.traced.contains(&partial) {
        return named(claim);
    }
    let traced = |claim: usize| seen.feeds.contains(&(partial, claim));
    let any_of_both = (0..updates.len()).any(|update| traced(update) && named(update));
    traced(claim) && (named(claim) || !any_of_both)
}

fn of_updates(monitor: &Monitor, findings: &[Option<Finding>], points: &[Vec<Point>]) -> Vec<Option<Ruling>> {
    let met: Vec<Finding> = findings.iter().flatten().copied().collect();
    let common = common_factor(&met);
    let seen = monitor.seen.borrow();
    let updates = &monitor.claims.updates;
    let parameters: Vec<&str> =
        (0..updates.len()).filter(|&k| findings[k].is_some()).map(|k| bare(&updates[k].wrt)).collect();
    let carries_state = |k: usize, update: &Update| {
        let is_recursive = update.recursive.iter().any(|name| !parameters.contains(&name.as_str()));
        // One step alone does not show what is carried.
        seen.recalls[k] || is_recursive && seen.carries[k].unwrap_or(seen.lost[k] || update.decays)
    };
    let ruling = |(k, finding): (usize, &Option<Finding>)| {
        Some(match (*finding)? {
            Finding::Right | Finding::Vanishing => (Verdict::Right, None, None),
            Finding::Kink => (Verdict::Kink, None, None),
            Finding::Clipped if seen.decayed.contains(&k) => (Verdict::Unchecked, None, Some(DECAYED.to_owned())),
            Finding::Clipped => (Verdict::Unchecked, None, Some(CLIPPED.to_owned())),
            Finding::Off(Some(factor)) if common.is_some_and(|common| is_same(common, factor)) => {
                (Verdict::Scaled, Some(factor), None)
            }
            Finding::Off(_) if seen.again.contains(&k) => (Verdict::Unchecked, None, Some(AGAIN.to_owned())),
            Finding::Off(_) if carries_state(k, &updates[k]) => (Verdict::Unchecked, None, Some(CARRIES.to_owned())),
            Finding::Off(_) if go_by_sign(&points[k]) => (Verdict::Unchecked, None, Some(BY_SIGN.to_owned())),
            // What is off by one factor may be so by any slip.
            Finding::Off(None) if points[k].iter().all(|point| point.is_newton || point.agrees(monitor.rtol)) => {
                (Verdict::Unchecked, None, Some(NEWTON.to_owned()))
            }
            Finding::Off(factor) => (Verdict::Wrong, factor, None),
        })
    };
    findings.iter().enumerate().map(ruling).collect()
}

/// What is said of updates that carry state, by what enters that, and the points that tell so. A gradient whose own name
/// is a claim is left to that; one that is a constant times the derivative is right, unless others enter as they are.
fn of_entries(
    monitor: &Monitor,
    rulings: &[Option<Ruling>],
    findings: &[Option<Finding>],
    rtol: f64,
) -> Vec<(usize, (Ruling, Vec<Point>))> {
    let seen = monitor.seen.borrow();
    let updates = &monitor.claims.updates;
    let is_named = |k: usize| {
        let claims = |place: &usize| match (&seen.names[*place], findings[*place]) {
            (Some((None, wrt)), Some(Finding::Right)) => bare(wrt) == bare(&updates[k].wrt),
            _ => false,
        };
        (updates.len()..findings.len()).filter(claims).any(|place| feeds(monitor, place, k))
    };
    let carries = |k: usize| matches!(&rulings[k], Some((_, _, Some(reason))) if reason == CARRIES);
    let stated: Vec<(usize, Finding, &[Point])> = (0..updates.len())
        .filter(|&k| carries(k))
        .filter_map(|k| seen.entries[k].as_ref()?.finding(rtol).map(|(finding, points)| (k, finding, points)))
        .filter(|stated| stated.1 != Finding::Clipped)
        .collect();
    let factor = |finding: Finding| match finding {
        Finding::Off(factor) => factor.filter(|&factor| factor > 0.0),
        _ => Some(1.0),
    };
    let others = (0..updates.len()).filter(|&k| !carries(k)).filter_map(|k| findings[k]);
    let all: Vec<f64> = stated.iter().map(|stated| stated.1).chain(others).filter_map(factor).collect();
    let like = |one: f64| all.iter().filter(|&&other| is_same(one, other)).count();
    let common = all.iter().copied().find(|&one| is_same(one, 1.0) || 2 * like(one) > all.len());
    let ruled = |&(k, finding, points): &(usize, Finding, &[Point])| {
        let ruling = match factor(finding) {
            Some(factor) if common.is_none_or(|common| is_same(common, factor)) => {
                (Verdict::Unchecked, None, Some(CARRIES_RIGHT.to_owned()))
            }
            _ if is_named(k) => return None,
            Some(factor) => (Verdict::Wrong, Some(factor), Some(ENTERS.to_owned())),
            None => match finding {
                Finding::Off(factor) => (Verdict::Wrong, factor, Some(ENTERS.to_owned())),
                _ => return None,
            },
        };
        Some((k, (ruling, points.to_vec())))
    };
    stated.iter().filter_map(ruled).collect()
}

/// The verdict on a partial, from those on the updates that are made of it. One that is named after a parameter `counts` by
/// itself where they tell nothing.
fn of_partial(
    monitor: &Monitor,
    k: usize,
    finding: Finding,
    points: &[Point],
    made: &[Verdict],
    counts: bool,
    rtol: f64,
) -> Ruling {
    let unchecked = |reason: &str| (Verdict::Unchecked, None, Some(reason.to_owned()));
    let factor = match finding {
        Finding::Right | Finding::Vanishing => return (Verdict::Right, None, None),
        Finding::Kink => return (Verdict::Kink, None, None),
        Finding::Clipped => return unchecked(CLIPPED),
        Finding::Off(_) if go_by_sign(points) => return unchecked(BY_SIGN),
        Finding::Off(factor) => factor,
    };
    let partial = &monitor.claims.partials.claims[k];
    let seen = monitor.seen.borrow();
    let names = seen.names[monitor.claims.updates.len() + k].as_ref();
    let is_good = |verdict: &Verdict| matches!(verdict, Verdict::Right | Verdict::Scaled | Verdict::Kink);
    let some_good = made.iter().any(is_good);
    if factor.is_some() && some_good {
        return (Verdict::Scaled, factor, None);
    }
    let some_wrong = made.contains(&Verdict::Wrong);
    let is_implied =
        points.iter().all(|point| point.loss.is_some()) && partial.readings.iter().all(|reading| reading.of.is_none());
    let is_telling = counts && factor.is_none() && points.iter().all(|point| point.is_telling);
    if is_implied && is_telling && !some_good && !some_wrong {
        return (Verdict::Wrong, None, None);
    }
    if is_implied && (some_good || !some_wrong) {
        return unchecked("it differs from the derivative that its name tells, but no update is wrong by it");
    }
    if is_implied && points.iter().all(|point| point.is_delta || !point.fails(rtol)) {
        let name = names.map_or("the variable", |(_, wrt)| wrt);
        return unchecked(&format!("it is the derivative by what {name} is a function of"));
    }
    if some_good && !some_wrong {
        let of_loss = names.is_some_and(|(of, _)| of.is_none());
        let is_loss = |name: &String| monitor.candidates.iter().any(|candidate| candidate.name == *name);
        let stands_in = partial.readings.iter().filter_map(|reading| reading.of.as_ref());
        if of_loss && stands_in.clone().any(|name| stands_for_loss(name) && !is_loss(name)) {
            return unchecked("it is no derivative of the loss that the updates descend, and they are right");
        }
        let is_sum = |name: &String| {
            monitor.candidates.iter().any(|candidate| candidate.name == *name && candidate.source == candidate.variable)
        };
        if of_loss && stands_in.clone().any(is_sum) {
            return unchecked("it is no derivative of the whole sum, and the updates made of it are right");
        }
        if points.iter().any(|point| point.agrees(rtol)) {
            return unchecked("it differs only at some executions, and the updates made of it are right");
        }
    }
    (Verdict::Wrong, factor, None)
}

/// Of a parameter's spelling, the name alone: of `layer.w` it is `w`, of `params[k]` it is `params`.
fn bare(spelled: &str) -> &str {
    let whole = spelled.split('[').next().unwrap_or(spelled);
    whole.rsplit('.').next().unwrap_or(whole)
}

fn report(
    monitor: &Monitor,
    source: &str,
    place: usize,
    (verdict, factor, reason): Ruling,
    points: &[Point],
    rtol: f64,
) -> Judged {
    let seen = monitor.seen.borrow();
    let first_failure = first_failing(points, rtol).unwrap_or(0);
    let shown = failing(points, rtol).or(points.iter().find(|point| !point.agrees(rtol))).or(points.first());
    let values = |numbers: fn(&super::samples::Sample) -> f64| {
        shown.map_or_else(Values::default, |point| Values {
            shape: point.shape.clone(),
            numbers: point.samples.iter().map(numbers).collect(),
        })
    };
    let loss = shown.and_then(|point| point.loss).or_else(|| loss(monitor));
    let loss = loss.map_or_else(String::new, |loss| monitor.candidate(loss).name.clone());
    let updates = &monitor.claims.updates;
    let (kind, target, range, of, wrt): (ClaimKind, &String, TextRange, String, String) =
        match place.checked_sub(updates.len()) {
            None => {
                let update = &updates[place];
                (ClaimKind::Update, &update.target, update.range, loss, update.wrt.clone())
            }
            Some(k) => {
                let partial = &monitor.claims.partials.claims[k];
                let (of, wrt) = seen.names[place].clone().unwrap_or_default();
                (partial.kind, &partial.target, partial.range, of.unwrap_or(loss), wrt)
            }
        };
    let span = range.start().to_usize()..range.end().to_usize();
    Judged {
        id: place,
        first_failure,
        is_near: first_failure >= monitor.replay.first(place),
        is_of_inputs: false,
        kind,
        target: target.clone(),
        of,
        wrt,
        line: line_at(source.as_bytes(), span.start),
        place: span,
        points: points.len(),
        verdict,
        claimed: values(|sample| sample.claimed),
        derivative: values(|sample| sample.derivative),
        failing_keys: failing_keys(points, rtol),
        factor,
        reason,
        diagnosis: None,
        begins_at: None,
    }
}

//! Faults of every kind, planted at every place where they can go: what is said of each program.
//!
//! Whether a fault changes the gradient is found without the checker: the program is trained for a few steps, and its
//! parameters are compared with those of the right one.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod plant;
mod tutorials;

use chainrule::check::{ClaimKind, Diagnosis, FaultKind, Judged, Options, Report, Verdict, check};
use chainrule::{Limits, Outcome};
use plant::{Mutant, mutants};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tutorials::{Tutorial, tutorials};

/// So many of each kind in each program.
const EACH: usize = 24;

/// The parameters that a program ends with, if it ends.
fn trained(tutorial: &Tutorial, program: &str) -> Option<Vec<f64>> {
    let (outcome, text) = common::printed(&tutorial.printing(program), tutorial.name, Limits::default());
    let numbers = text.lines().rev().find_map(|line| line.strip_prefix("parameters "))?;
    (outcome == Outcome::Finished).then(|| serde_json::from_str(numbers).ok())?
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3))
}

fn checked(program: &str, points: usize) -> Report {
    check(program, "program.py", &Options { points, ..Options::default() })
}

/// What every update takes off at its first execution, where both programs have the same parameters.
fn taken_off(report: &Report) -> Vec<f64> {
    let updates = report.claims.iter().filter(|claim| claim.kind == ClaimKind::Update);
    updates.flat_map(|claim| claim.claimed.numbers.iter().copied()).collect()
}

/// Whether one list is a positive number times the other.
fn is_multiple(a: &[f64], b: &[f64]) -> bool {
    let largest = (0..b.len()).max_by(|&i, &j| b[i].abs().total_cmp(&b[j].abs()));
    let factor = largest.map_or(0.0, |k| a.get(k).copied().unwrap_or(0.0) / b[k]);
    factor > 0.0 && same(a, &b.iter().map(|b| factor * b).collect::<Vec<f64>>())
}

/// What came of one program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It does not run.
    Broken,
    /// It changes no gradient, and is not called wrong.
    Harmless,
    /// It changes no gradient, and is called wrong.
    FalseAlarm,
    /// It multiplies all gradients by one number, and is called scaled.
    Scaled,
    /// It changes a gradient, and is not called so.
    Missed,
    /// It is called wrong with another diagnosis than its own, and the repair does not make it right.
    Misread,
    /// It is called wrong for what it is, or with a repair that makes it right.
    Found,
}

fn fate(tutorial: &Tutorial, mutant: &Mutant, right: &[f64], right_step: &[f64]) -> (Fate, String) {
    let Some(end) = trained(tutorial, &mutant.source) else { return (Fate::Broken, String::new()) };
    // A fault on the way forwards makes another program, whose derivatives by hand are those of the right one.
    let changes = mutant.kind == FaultKind::Unused || !same(&end, right);
    let report = checked(&mutant.source, 6);
    let said = told(&report);
    let fate = match report.verdict {
        Verdict::Wrong if !changes => Fate::FalseAlarm,
        _ if !changes => Fate::Harmless,
        Verdict::Scaled if is_multiple(&taken_off(&checked(&mutant.source, 1)), right_step) => Fate::Scaled,
        Verdict::Wrong if is_read(tutorial, mutant, &report, right) => Fate::Found,
        Verdict::Wrong => Fate::Misread,
        _ => Fate::Missed,
    };
    (fate, said)
}

fn told(report: &Report) -> String {
    let wrong = report.claims.iter().filter(|claim| claim.verdict == Verdict::Wrong);
    let kinds = wrong.map(|claim| match &claim.diagnosis {
        Some(found) => format!("{} {:?} {:?} for {:?}", claim.target, found.kind, found.with, found.replace),
        None => format!("{} wrong, of {:?}", claim.target, claim.begins_at),
    });
    let error = report.error.as_ref().map(|error| error.to_string());
    format!("{} {} {}", report.verdict, kinds.collect::<Vec<String>>().join("; "), error.unwrap_or_default())
}

/// Whether the diagnosis is that of the fault, or its repair makes the program right.
fn is_read(tutorial: &Tutorial, mutant: &Mutant, report: &Report, right: &[f64]) -> bool {
    let begins = |claim: &&Judged| claim.verdict == Verdict::Wrong && claim.begins_at.is_none();
    let roots: Vec<&Diagnosis> =
        report.claims.iter().filter(begins).filter_map(|claim| claim.diagnosis.as_ref()).collect();
    let same_kind = |kind| kind == mutant.kind || (mutant.kind, kind) == (FaultKind::MissingPath, FaultKind::OnlyPath);
    if roots.iter().any(|root| same_kind(root.kind) && root.repaired) {
        return true;
    }
    let repaired = repaired(&mutant.source, &roots);
    repaired.is_some_and(|program| trained(tutorial, &program).is_some_and(|end| same(&end, right)))
}

/// The program with all repairs in place.
fn repaired(source: &str, roots: &[&Diagnosis]) -> Option<String> {
    let mut edits = Vec::new();
    for root in roots {
        let (replace, with) = (root.replace.as_ref()?, root.with.as_ref()?);
        let start = root.place.start + source[root.place.clone()].find(replace.as_str())?;
        edits.push((start..start + replace.len(), with));
    }
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    edits.dedup();
    let mut program = source.to_owned();
    edits.iter().for_each(|(place, with)| program.replace_range(place.clone(), with));
    (!edits.is_empty()).then_some(program)
}

#[test]
fn planted_faults_are_found_and_right_programs_left_alone() {
    let tutorials = tutorials();
    let jobs: Vec<(&Tutorial, Mutant)> = tutorials
        .iter()
        .flat_map(|tutorial| mutants(tutorial, EACH).into_iter().map(move |mutant| (tutorial, mutant)))
        .collect();
    let right = tutorials.iter().map(|tutorial| {
        let report = checked(&tutorial.source, 1);
        assert_eq!(report.verdict, Verdict::Right, "{}", tutorial.name);
        (tutorial.name, (trained(tutorial, &tutorial.source).unwrap(), taken_off(&report)))
    });
    let right: HashMap<&str, (Vec<f64>, Vec<f64>)> = right.collect();
    let next = AtomicUsize::new(0);
    let fates = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((tutorial, mutant)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (end, step) = &right[tutorial.name];
                    let (fate, said) = fate(tutorial, mutant, end, step);
                    let line = format!("{fate:?} {} {:?}: {}\n    {said}", tutorial.name, mutant.kind, mutant.what);
                    fates.lock().unwrap().push((fate, mutant.kind, line));
                }
            });
        }
    });
    let fates = fates.into_inner().unwrap();
    let of = |fate: Fate| fates.iter().filter(move |(found, ..)| *found == fate);
    let count = |fate: Fate| of(fate).count();
    for (_, _, line) in of(Fate::FalseAlarm).chain(of(Fate::Missed)).chain(of(Fate::Misread)) {
        println!("{line}");
    }
    let (found, misread, missed) = (count(Fate::Found), count(Fate::Misread), count(Fate::Missed));
    let changed = found + misread + missed + count(Fate::Scaled);
    println!("{} programs with one fault each, of which {} do not run", jobs.len(), count(Fate::Broken));
    println!("{} of {changed} that change a gradient are called wrong, or scaled where all are", changed - missed);
    println!("{found} of {} wrong ones are diagnosed or rightly repaired", found + misread);
    println!(
        "{} of {} that change none are called wrong",
        count(Fate::FalseAlarm),
        count(Fate::FalseAlarm) + count(Fate::Harmless)
    );
    assert!(changed >= 300, "only {changed} faults");
    assert_eq!((missed, count(Fate::FalseAlarm)), (0, 0));
    assert!(100 * found >= 95 * (found + misread), "{found} of {}", found + misread);
}

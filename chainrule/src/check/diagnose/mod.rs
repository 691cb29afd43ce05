//! What is wrong with a wrong claim, and what to write instead.
//!
//! The program is run again for its first points, and everything is kept: the tape, and what got which name
//! ([`stage`]). The numbers are asked which faults explain the claim ([`evidence`]). A second run evaluates edits
//! ([`variants`]) of the lines that may be to blame, each in its own place, and the tape tells what the claim would have
//! been. What explains the claim everywhere is verified: the program is run with the repair in place of the claim.

mod coincidence;
mod evidence;
mod recognize;
mod run;
mod stage;
mod unused;
mod variants;
mod vocabulary;
mod weigh;
mod words;

use super::Options;
use super::report::{Diagnosis, FaultKind, Judged, Report, Verdict};
use super::sites::Site;
use evidence::Evidence;
use recognize::Recognized;
use run::{Claims, Run};
use std::collections::{HashMap, HashSet};
use variants::{Variant, Vocabulary};

/// At how many executions at least a fault has to explain a claim before its repair is tried.
const STAGES: usize = 5;
/// How many repairs are tried for a claim.
const TRIALS: usize = 16;

/// A repair of a claim that explains it at all stages of the runs that looked for it.
#[derive(Debug, Clone)]
enum Repair {
    /// An edit of the source, within the value of a site.
    Edit { site: usize, variant: Variant },
    /// What the numbers say.
    Evidence(Evidence),
}

impl Repair {
    fn kind(&self) -> FaultKind {
        match self {
            Repair::Edit { variant, .. } => variant.kind,
            Repair::Evidence(evidence) => evidence.kind(),
        }
    }

    fn site(&self) -> Option<usize> {
        match self {
            Repair::Edit { site, .. } => Some(*site),
            Repair::Evidence(Evidence::Scaled { site, .. }) => Some(*site),
            Repair::Evidence(Evidence::Factor { within, .. }) => Some(*within),
            Repair::Evidence(_) => None,
        }
    }
}

/// What is known of the wrong claims after a run.
#[derive(Debug, Clone, Default)]
struct Findings {
    sites: Vec<Site>,
    vocabulary: Vocabulary,
    /// By claim: its suspects and what explains it.
    cases: HashMap<usize, Found>,
    /// Updates that ran and move nothing that is differentiated.
    idle: Vec<Idle>,
    /// The parameters that are updated, as the program spells them.
    parameters: Vec<String>,
    /// The rates by which they are, as the program spells them.
    rates: Vec<String>,
    /// The sites of the forward computation.
    forward: Vec<usize>,
    /// The names that a loss is made of.
    made_of: HashSet<String>,
}

/// An update by a rate on whose parameter no loss depends.
#[derive(Debug, Clone)]
struct Idle {
    update: usize,
    spelled: String,
}

#[derive(Debug, Clone, Default)]
struct Found {
    suspects: Vec<usize>,
    /// What of them is recognized by its value.
    recognized: Recognized,
    /// Whether what is claimed has not the shape of the parameter.
    has_other_shape: bool,
    repairs: Vec<Repair>,
    /// The names along the paths in question, for evidence that is about paths.
    routes: Vec<(Evidence, words::Route)>,
}

/// Diagnoses the wrong claims of a report.
pub(super) fn diagnose(source: &str, path: &str, options: &Options, report: &mut Report) {
    let made_of = explain(source, path, options, report).unwrap_or_default();
    coincidence::settle(source, report, &made_of);
}

/// Explains the wrong claims of a report; gives the names that the loss is made of.
fn explain(source: &str, path: &str, options: &Options, report: &mut Report) -> Option<HashSet<String>> {
    let wrong: Vec<usize> = (0..report.claims.len()).filter(|&k| report.claims[k].verdict == Verdict::Wrong).collect();
    if wrong.is_empty() {
        return None;
    }
    let first_failure = wrong.iter().map(|&k| report.claims[k].first_failure).max().unwrap_or(0);
    let run = Run { source, path, options, points: first_failure + STAGES, claims: Claims::of(report) };
    let mut findings = run.study(&HashMap::new(), None)?;
    if let Some((idle, healed)) = run.unused(&findings, report) {
        report.claims.push(idle);
        report.claims.sort_by_key(|claim| claim.place.start);
        let is_idle = |claim: &Judged| claim.diagnosis.is_some();
        let place = report.claims.iter().position(is_idle);
        let said = place.and_then(|place| report.claims[place].diagnosis.clone());
        for claim in report.claims.iter_mut().filter(|claim| claim.verdict == Verdict::Wrong && !is_idle(claim)) {
            if healed.contains(&claim.id) {
                claim.diagnosis.clone_from(&said);
                claim.begins_at = place;
            }
        }
    }
    let wrong = report.claims.iter().enumerate().filter(|(_, claim)| claim.verdict == Verdict::Wrong);
    let mut wrong: Vec<usize> = wrong.filter(|(_, claim)| claim.diagnosis.is_none()).map(|(k, _)| k).collect();
    let tried = run.variants(&findings);
    let varied = run.study(&tried, None)?;
    for (claim, found) in varied.cases {
        let own = findings.cases.entry(claim).or_default();
        own.repairs.extend(found.repairs.into_iter().filter(|repair| matches!(repair, Repair::Edit { .. })));
    }
    for (claim, shaped) in run.shapes(&findings) {
        findings.cases.entry(claim).or_default().repairs.extend(shaped);
    }
    let feeds = |site: usize| findings.cases.values().filter(|found| found.suspects.contains(&site)).count();
    let mut repairs: HashMap<usize, Vec<Repair>> = HashMap::new();
    for (&claim, found) in &findings.cases {
        let mut own = found.repairs.clone();
        own.sort_by_cached_key(|repair| {
            let shared = repair.site().map_or(0, feeds);
            let order = repair.site().and_then(|site| found.suspects.iter().position(|&other| other == site));
            let unlike = match repair {
                Repair::Edit { variant, .. } => words::unlikeness(&source[variant.range], &variant.with),
                Repair::Evidence(_) => usize::MAX,
            };
            // What is recognized is not to blame, if something else can be.
            let is_right = repair.site().is_some_and(|site| found.recognized.right.contains_key(&site));
            (std::cmp::Reverse(shared), repair.kind(), is_right, unlike, order)
        });
        repairs.insert(claim, own);
    }
    // Those that are made of other wrong claims come after them.
    wrong.sort_by_key(|&k| report.claims[k].begins_at.is_some());
    for &k in &wrong {
        if report.claims[k].diagnosis.is_some() {
            continue;
        }
        let claim = report.claims[k].id;
        let tried = repairs.remove(&claim).unwrap_or_default();
        // What changes a shape cannot be weighed by the tape, and is tried.
        let is_odd = findings.cases.get(&claim).is_some_and(|found| found.has_other_shape);
        let trials = if is_odd { 5 * TRIALS } else { TRIALS };
        let verified = tried.into_iter().take(trials).find_map(|repair| {
            let healed = run.verify(&repair, claim, &findings)?;
            Some((repair, healed))
        });
        let speaker = words::Speaker { source, findings: &findings, report };
        let Some((repair, healed)) = verified else { continue };
        // A claim that leaves out the same edges has a path of its own to tell.
        let akin = |other: usize| {
            let Repair::Evidence(evidence) = &repair else { return None };
            let own = findings.cases.get(&report.claims[other].id)?.repairs.iter();
            own.into_iter().find(|own| matches!(own, Repair::Evidence(own) if own.is_akin(evidence)))
        };
        let told = |&other: &usize| {
            let same = other == k || healed.contains(&report.claims[other].id);
            let repair = akin(other).or_else(|| same.then_some(&repair))?;
            report.claims[other].diagnosis.is_none().then(|| (other, speaker.diagnosis(repair, other)))
        };
        let told: Vec<(usize, Diagnosis)> = wrong.iter().filter_map(told).collect();
        for (other, diagnosis) in told {
            report.claims[other].diagnosis = Some(diagnosis);
            report.claims[other].begins_at = (other != k).then_some(k);
        }
    }
    for &k in &wrong {
        let claim = &report.claims[k];
        if claim.diagnosis.is_some() || claim.begins_at.is_some() {
            continue;
        }
        let diagnosis = words::Speaker { source, findings: &findings, report }.unknown(k);
        let same = |other: &usize| {
            let said = report.claims[*other].diagnosis.as_ref();
            said.is_some_and(|said| said.kind == FaultKind::Unknown && said.place == diagnosis.place)
        };
        report.claims[k].begins_at = (0..k).find(same);
        report.claims[k].diagnosis = Some(diagnosis);
    }
    // What was found to begin elsewhere takes along what begins with it.
    for &k in &wrong {
        for _ in 0..wrong.len() {
            let root = report.claims[k].begins_at.and_then(|place| report.claims[place].begins_at);
            report.claims[k].begins_at = root.filter(|&root| root != k).or(report.claims[k].begins_at);
        }
    }
    Some(findings.made_of)
}

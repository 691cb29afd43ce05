//! What is wrong with a wrong claim, and what to write instead.
//!
//! The program is run again for its first points, and everything is kept: the tape, and what got which name
//! ([`stage`]). The numbers are asked which faults explain the claim ([`evidence`]). A second run evaluates edits
//! ([`variants`]) of the lines that may be to blame, each in its own place, and the tape tells what the claim would have
//! been. What explains the claim everywhere is verified: the program is run with the repair in place of the claim.

mod evidence;
mod stage;
mod unused;
mod variants;
mod vocabulary;
mod words;

use super::monitor::Monitor;
use super::report::{ClaimKind, Diagnosis, FaultKind, Judged, Report, Verdict};
use super::scene::Scene;
use super::sites::{How, Site};
use super::{Options, watch};
use evidence::{Case, Evidence, suspects};
use ruff_text_size::TextRange;
use stage::Stage;
use std::collections::{HashMap, HashSet};
use variants::{Variant, Vocabulary, reshaped, variants};

/// At how many executions at least a fault has to explain a claim before its repair is tried.
const STAGES: usize = 5;
/// How many repairs are tried for a claim.
const TRIALS: usize = 16;
/// How many lines are varied for a claim.
const LINES: usize = 12;

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
    /// The sites of the forward computation.
    forward: Vec<usize>,
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
    /// Whether what is claimed has not the shape of the parameter.
    has_other_shape: bool,
    repairs: Vec<Repair>,
    /// The names along the paths in question, for evidence that is about paths.
    routes: Vec<(Evidence, words::Route)>,
}

/// Diagnoses the wrong claims of a report.
pub(super) fn diagnose(source: &str, path: &str, options: &Options, report: &mut Report) {
    let wrong: Vec<usize> = (0..report.claims.len()).filter(|&k| report.claims[k].verdict == Verdict::Wrong).collect();
    if wrong.is_empty() {
        return;
    }
    let first_failure = wrong.iter().map(|&k| report.claims[k].first_failure).max().unwrap_or(0);
    let run = Run { source, path, options, points: first_failure + STAGES, claims: Claims::of(report) };
    let Some(mut findings) = run.study(&HashMap::new(), None) else { return };
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
    let Some(varied) = run.study(&tried, None) else { return };
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
            (std::cmp::Reverse(shared), repair.kind(), unlike, order)
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
        let Some((repair, healed)) = verified else {
            if report.claims[k].begins_at.is_some() {
                continue;
            }
            let diagnosis = speaker.unknown(k);
            let same = |other: &usize| {
                let said = report.claims[*other].diagnosis.as_ref();
                said.is_some_and(|said| said.kind == FaultKind::Unknown && said.place == diagnosis.place)
            };
            report.claims[k].begins_at = (0..k).find(same);
            report.claims[k].diagnosis = Some(diagnosis);
            continue;
        };
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
}

/// Which claims are wrong and which are right, by their places among those of the program.
#[derive(Debug, Clone, Default)]
struct Claims {
    wrong: HashSet<usize>,
    right: HashSet<usize>,
    /// Of the wrong ones, those that are about several parameters in turn.
    keyed: HashSet<usize>,
    /// How many times the derivative the right ones are.
    scale: f64,
}

impl Claims {
    fn of(report: &Report) -> Claims {
        let with = |verdict: fn(&Judged) -> bool| {
            report.claims.iter().filter(move |claim| verdict(claim)).map(|claim| claim.id)
        };
        fn is_scaled(claim: &Judged) -> bool {
            claim.verdict == Verdict::Scaled && claim.kind == ClaimKind::Update
        }
        let scaled = report.claims.iter().find(|claim| is_scaled(claim));
        Claims {
            wrong: with(|claim| claim.verdict == Verdict::Wrong).collect(),
            right: with(|claim| claim.verdict == Verdict::Right || is_scaled(claim)).collect(),
            keyed: with(|claim| claim.verdict == Verdict::Wrong && claim.target.contains('[')).collect(),
            scale: scaled.and_then(|claim| claim.factor).unwrap_or(1.0),
        }
    }
}

impl Claims {
    fn all(&self) -> Vec<usize> {
        self.wrong.union(&self.right).copied().collect()
    }
}

/// The edits that are tried at each site.
type Edits = HashMap<usize, Vec<Variant>>;

struct Run<'a> {
    source: &'a str,
    path: &'a str,
    options: &'a Options,
    points: usize,
    claims: Claims,
}

impl Run<'_> {
    /// Runs the program and weighs what it shows: `edits` where they stand, or else the numbers; or one piece of
    /// evidence alone.
    fn study(&self, edits: &Edits, only: Option<(usize, &Evidence)>) -> Option<Findings> {
        let (own, claims, tried) = (self.source.to_owned(), self.claims.clone(), edits.clone());
        let only = only.map(|(claim, evidence)| (claim, evidence.clone()));
        let rtol = self.options.rtol;
        let points = if only.is_some() { self.options.points.max(self.points) } else { self.points };
        watch(self.source, self.path, self.options, points, edits.keys().copied().collect(), move |monitor, module| {
            let vocabulary = vocabulary::collect(module, &own, &monitor.notes.sites, &monitor.claims);
            let prepared: HashMap<usize, Vec<String>> = tried
                .iter()
                .map(|(&site, edits)| {
                    let whole = monitor.notes.sites.get(site).and_then(|site| site.value).unwrap_or_default();
                    (site, edits.iter().map(|edit| edit.applied(whole, &own)).collect())
                })
                .collect();
            monitor.study.variants.replace(prepared);
            monitor.study.wanted.replace(claims.all());
            let text = own.clone();
            Box::new(move |monitor: &Monitor| weigh(monitor, &text, vocabulary, &claims, &tried, only, rtol))
        })
    }

    /// What is tried in the place of the suspects.
    fn variants(&self, findings: &Findings) -> Edits {
        let mut edits = Edits::new();
        for found in findings.cases.values() {
            for &site in found.suspects.iter().rev().take(LINES) {
                let Some(range) = findings.sites[site].value.filter(|_| !edits.contains_key(&site)) else { continue };
                let Ok(parsed) = ruff_python_parser::parse_expression_range(self.source, range) else { continue };
                let mut words = findings.vocabulary.clone();
                for (evidence, _) in &found.routes {
                    if let Evidence::Factor { of, by, twice: false, .. } = evidence {
                        words.factors.extend(vocabulary::derivatives(&findings.sites[*of], &findings.sites[*by]));
                    }
                }
                edits.insert(site, variants(parsed.expr(), self.source, &words));
            }
        }
        edits
    }

    /// What may give claims of the wrong shape the right one: sums over other axes, and other quantities.
    fn shapes(&self, findings: &Findings) -> Vec<(usize, Vec<Repair>)> {
        let edits = |&site: &usize| {
            let range = findings.sites[site].value?;
            let parsed = ruff_python_parser::parse_expression_range(self.source, range).ok()?;
            let mut edits = reshaped(parsed.expr(), self.source);
            let others = variants(parsed.expr(), self.source, &findings.vocabulary);
            edits.extend(others.into_iter().filter(|variant| variant.kind == FaultKind::Substitution));
            Some(edits.into_iter().map(move |variant| Repair::Edit { site, variant }))
        };
        let odd = findings.cases.iter().filter(|(_, found)| found.has_other_shape);
        odd.map(|(&claim, found)| (claim, found.suspects.iter().filter_map(edits).flatten().collect())).collect()
    }

    /// Runs the program with a repair in place of a claim: the claims that are right then, if this one is.
    fn verify(&self, repair: &Repair, claim: usize, findings: &Findings) -> Option<HashSet<usize>> {
        let edited = match repair {
            Repair::Edit { variant, .. } => self.edited(variant.range, &variant.with),
            Repair::Evidence(Evidence::Scaled { factor, site }) => {
                let range = findings.sites[*site].value?;
                let parsed = ruff_python_parser::parse_expression_range(self.source, range).ok()?;
                self.edited(range, &words::rescaled(parsed.expr(), self.source, *factor))
            }
            Repair::Evidence(evidence) => {
                let again = self.study(&Edits::new(), Some((claim, evidence)))?;
                let explained = again.cases.iter().filter(|(_, found)| !found.repairs.is_empty());
                let healed: HashSet<usize> = explained.map(|(&claim, _)| claim).collect();
                return healed.contains(&claim).then_some(healed);
            }
        };
        let after = super::judge(&edited, self.path, self.options, self.claims.all());
        let is_right = |judged: &Judged| match judged.verdict {
            Verdict::Right | Verdict::Kink => true,
            Verdict::Scaled if judged.kind != ClaimKind::Update => true,
            Verdict::Scaled => judged.factor.is_some_and(|factor| (factor / self.claims.scale - 1.0).abs() < 1e-6),
            _ => false,
        };
        let healed: HashSet<usize> =
            after.claims.iter().filter(|claim| is_right(claim)).map(|claim| claim.id).collect();
        let harmed = self.claims.right.difference(&healed).next().is_some();
        (healed.contains(&claim) && !harmed && after.error.is_none()).then_some(healed)
    }

    fn edited(&self, range: TextRange, with: &str) -> String {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        format!("{}{with}{}", &self.source[..start], &self.source[end..])
    }
}

/// What a run says of the wrong claims.
fn weigh(
    monitor: &Monitor,
    source: &str,
    vocabulary: Vocabulary,
    claims: &Claims,
    edits: &Edits,
    only: Option<(usize, Evidence)>,
    rtol: f64,
) -> Findings {
    let scenes = monitor.study.scenes.borrow();
    let executions = monitor.notes.all();
    let tape = monitor.trace.tape();
    let stages = |claim: usize| -> Vec<Stage<'_>> {
        let fails = |sample: &super::samples::Sample| !sample.agrees(claims.scale, rtol);
        let own = scenes.iter().filter(|scene| scene.claim == claim && !scene.on_kink);
        let mut telling: Vec<_> = own.clone().filter(|scene| scene.samples.iter().any(fails)).collect();
        if !claims.wrong.contains(&claim) || only.is_some() {
            telling = own.collect();
        }
        let limit = if only.is_some() { usize::MAX } else { STAGES };
        telling.into_iter().take(limit).map(|scene| Stage::new(&tape, &executions, monitor, scene)).collect()
    };
    // A claim in a loop over names is right for some of them.
    let agrees = |scene: &&Scene| scene.samples.iter().all(|sample| sample.agrees(claims.scale, rtol));
    let moves = |scene: &&Scene| scene.samples.iter().any(|sample| !sample.vanishes());
    let keyed = scenes.iter().filter(|scene| claims.keyed.contains(&scene.claim)).filter(agrees).filter(moves);
    let cleared = claims.right.iter().filter(|_| only.is_none());
    let right: Vec<Stage<'_>> = cleared.flat_map(|&claim| stages(claim)).collect();
    let keyed = keyed.take(4 * STAGES).map(|scene| Stage::new(&tape, &executions, monitor, scene));
    let right: Vec<Stage<'_>> = right.into_iter().chain(keyed).collect();
    let right: Vec<&Stage<'_>> = right.iter().collect();
    let mut cases = HashMap::new();
    for &claim in &claims.wrong {
        let stages = stages(claim);
        if stages.is_empty() {
            continue;
        }
        let suspects = suspects(&stages.iter().collect::<Vec<_>>(), &right, source);
        let other_shape = |stage: &Stage| stage.scene.hand_shape != stage.scene.shape;
        let has_other_shape = stages.iter().all(other_shape);
        let case = Case { stages, suspects, scale: claims.scale, rtol };
        let mut found = Found { suspects: case.suspects.clone(), has_other_shape, ..Found::default() };
        if let Some((_, evidence)) = &only {
            found.repairs.extend(case.holds(evidence).then(|| Repair::Evidence(evidence.clone())));
        } else if edits.is_empty() {
            for evidence in case.evidence() {
                found.routes.push((evidence.clone(), words::route(&case, &evidence, monitor)));
                found.repairs.push(Repair::Evidence(evidence));
            }
        } else {
            let variations = monitor.study.variations.borrow();
            for &site in &case.suspects {
                for (place, variant) in edits.get(&site).into_iter().flatten().enumerate() {
                    if case.explained_by(&variations, site, place) {
                        found.repairs.push(Repair::Edit { site, variant: variant.clone() });
                    }
                }
            }
        }
        cases.insert(claim, found);
    }
    let known = |stage: &Stage| stage.named_sites();
    let mut forward: Vec<usize> = right.iter().flat_map(|stage| known(stage)).collect();
    forward.sort_unstable();
    forward.dedup();
    let seen = monitor.seen.borrow();
    let ran = |update: usize| {
        let is_step = |site: usize| monitor.notes.sites[site].how == How::Step(update);
        executions.iter().any(|execution| is_step(execution.site))
    };
    let updates = monitor.claims.updates.iter().enumerate();
    let idle = updates.filter(|(k, update)| update.named_rate && seen.points[*k].is_empty() && ran(*k));
    let idle = idle.map(|(update, each)| Idle { update, spelled: each.spelled.clone() }).collect();
    let parameters = monitor.claims.updates.iter().map(|update| update.spelled.clone()).collect();
    Findings { sites: monitor.notes.sites.clone(), vocabulary, cases, idle, parameters, forward }
}

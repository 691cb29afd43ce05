//! Runs that show what is wrong with a claim, and whether a repair heals it.

use super::evidence::{Case, Evidence};
use super::stage::Stage;
use super::variants::{Variant, reshaped, variants};
use super::weigh::weigh;
use super::{Findings, Repair, STAGES, vocabulary, words};
use crate::check::monitor::Monitor;
use crate::check::report::{ClaimKind, FaultKind, Judged, Report, Verdict};
use crate::check::study::Until;
use crate::check::verdicts::takes_up_what_is_right;
use crate::check::{Options, judge, study, watch};
use ruff_text_size::TextRange;
use std::collections::{HashMap, HashSet};

/// How many lines are varied for a claim.
const LINES: usize = 12;

/// At how many executions at least a repair is verified.
const FEWEST: usize = 25;

/// What a piece of evidence makes of the claims that it explains.
fn repair(trial: Trial, scale: f64, rtol: f64) -> study::Repair {
    study::Repair(Box::new(move |monitor, scene| {
        let evidence = trial.akin.get(&scene.claim).unwrap_or(&trial.evidence);
        if !trial.wrong.contains(&scene.claim) {
            return None;
        }
        let (tape, executions) = (monitor.trace.tape(), monitor.notes.all());
        let case = Case { stages: Vec::new(), suspects: Vec::new(), scale, rtol };
        case.repaired(&Stage::new(&tape, &executions, monitor, scene), evidence)
    }))
}

/// Which claims are wrong and which are right, by their places among those of the program.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    pub(super) wrong: HashSet<usize>,
    pub(super) right: HashSet<usize>,
    /// Of the wrong ones, those that are about several parameters in turn.
    pub(super) keyed: HashSet<usize>,
    /// How many times the derivative the right ones are.
    pub(super) scale: f64,
}

impl Claims {
    pub(super) fn of(report: &Report) -> Claims {
        let with = |verdict: fn(&Judged) -> bool| {
            report.claims.iter().filter(move |claim| verdict(claim)).map(|claim| claim.id)
        };
        fn is_scaled(claim: &Judged) -> bool {
            claim.verdict == Verdict::Scaled && claim.kind == ClaimKind::Update
        }
        let scaled = report.claims.iter().find(|claim| is_scaled(claim));
        Claims {
            wrong: with(|claim| claim.verdict == Verdict::Wrong).collect(),
            right: with(|claim| claim.verdict == Verdict::Right || is_scaled(claim) || takes_up_what_is_right(claim))
                .collect(),
            keyed: with(|claim| claim.verdict == Verdict::Wrong && claim.target.contains('[')).collect(),
            scale: scaled.and_then(|claim| claim.factor).unwrap_or(1.0),
        }
    }

    pub(super) fn all(&self) -> Vec<usize> {
        self.wrong.union(&self.right).copied().collect()
    }
}

/// The edits that are tried at each site.
pub(super) type Edits = HashMap<usize, Vec<Variant>>;

/// A piece of evidence whose repair is tried.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) evidence: Evidence,
    /// The claims that are wrong without it.
    wrong: HashSet<usize>,
    /// Of other claims, the same each on its own way.
    akin: HashMap<usize, Evidence>,
}

/// Runs of a program whose claims are to be diagnosed.
pub(super) struct Run<'a> {
    pub(super) source: &'a str,
    pub(super) path: &'a str,
    pub(super) options: &'a Options,
    pub(super) points: usize,
    pub(super) claims: Claims,
}

impl Run<'_> {
    /// Runs the program and weighs what it shows: `edits` where they stand, or else the numbers; or one piece of
    /// evidence alone, with its repair in the place of what is claimed: parameters take the repaired steps.
    pub(super) fn study(&self, edits: &Edits, only: Option<Trial>) -> Option<Findings> {
        let (own, claims, tried) = (self.source.to_owned(), self.claims.clone(), edits.clone());
        let rtol = self.options.rtol;
        // Edits take long to evaluate, and few numbers agree by chance at two executions.
        let points = match (&only, edits.is_empty()) {
            (Some(_), _) => self.options.points.max(self.points).max(FEWEST),
            (None, true) => self.points,
            (None, false) => self.points - STAGES + 3,
        };
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
            monitor.study.until.replace(Until::Points(claims.all()));
            let evidence = only.as_ref().map(|trial| trial.evidence.clone());
            monitor.study.repair.replace(only.map(|trial| repair(trial, claims.scale, rtol)));
            let text = own.clone();
            Box::new(move |monitor: &Monitor| weigh(monitor, &text, vocabulary, &claims, &tried, evidence, rtol))
        })
    }

    /// What is tried in the place of the suspects.
    pub(super) fn variants(&self, findings: &Findings) -> Edits {
        let mut edits = Edits::new();
        for found in findings.cases.values() {
            let mut suspects: Vec<usize> = found.suspects.iter().rev().copied().collect();
            suspects.sort_by_key(|site| found.recognized.right.contains_key(site));
            for site in suspects.into_iter().take(LINES) {
                let Some(range) = findings.sites[site].value.filter(|_| !edits.contains_key(&site)) else { continue };
                let Ok(parsed) = ruff_python_parser::parse_expression_range(self.source, range) else { continue };
                let mut words = findings.vocabulary.clone();
                for (evidence, _) in &found.routes {
                    if let Evidence::Factor { of, by, twice: false, .. } = evidence {
                        words.factors.extend(vocabulary::derivatives(&findings.sites[*of], &findings.sites[*by]));
                    }
                }
                let tried = variants(parsed.expr(), self.source, &words).into_iter();
                edits.insert(site, tried.filter(|edit| self.keeps_rate(edit, findings)).collect());
            }
        }
        edits
    }

    /// Whether an edit puts nothing in the place of a rate: a step without it would be right by another rate.
    fn keeps_rate(&self, edit: &Variant, findings: &Findings) -> bool {
        edit.kind != FaultKind::Substitution || !findings.rates.iter().any(|rate| *rate == self.source[edit.range])
    }

    /// What may give claims of the wrong shape the right one: sums over other axes, and other quantities.
    pub(super) fn shapes(&self, findings: &Findings) -> Vec<(usize, Vec<Repair>)> {
        let edits = |&site: &usize| {
            let range = findings.sites[site].value?;
            let parsed = ruff_python_parser::parse_expression_range(self.source, range).ok()?;
            let mut edits = reshaped(parsed.expr(), self.source);
            let others = variants(parsed.expr(), self.source, &findings.vocabulary);
            let is_other = |edit: &Variant| edit.kind == FaultKind::Substitution && self.keeps_rate(edit, findings);
            edits.extend(others.into_iter().filter(is_other));
            Some(edits.into_iter().map(move |variant| Repair::Edit { site, variant }))
        };
        let odd = findings.cases.iter().filter(|(_, found)| found.has_other_shape);
        odd.map(|(&claim, found)| (claim, found.suspects.iter().filter_map(edits).flatten().collect())).collect()
    }

    /// Runs the program with a repair in place of a claim: the claims that are right then, if this one is.
    pub(super) fn verify(&self, repair: &Repair, claim: usize, findings: &Findings) -> Option<HashSet<usize>> {
        let edited = match repair {
            Repair::Edit { variant, .. } => self.edited(variant.range, &variant.with),
            Repair::Evidence(Evidence::Scaled { factor, site }) => {
                let range = findings.sites[*site].value?;
                let parsed = ruff_python_parser::parse_expression_range(self.source, range).ok()?;
                self.edited(range, &words::rescaled(parsed.expr(), self.source, *factor))
            }
            Repair::Evidence(evidence) => {
                let akin = |(&other, found): (&usize, &super::Found)| {
                    let own = found.repairs.iter().find_map(|own| match own {
                        Repair::Evidence(own) if own.is_akin(evidence) => Some(own.clone()),
                        _ => None,
                    });
                    own.map(|own| (other, own))
                };
                let akin = findings.cases.iter().filter(|(other, _)| **other != claim).filter_map(akin).collect();
                let trial = Trial { evidence: evidence.clone(), wrong: self.claims.wrong.clone(), akin };
                let again = self.study(&Edits::new(), Some(trial))?;
                let explained = again.cases.iter().filter(|(_, found)| !found.repairs.is_empty());
                let healed: HashSet<usize> = explained.map(|(&claim, _)| claim).collect();
                return healed.contains(&claim).then_some(healed);
            }
        };
        let options = Options { points: self.options.points.max(FEWEST), ..self.options.clone() };
        let after = judge(&edited, self.path, &options, Until::Points(self.claims.all()));
        let is_finite = |judged: &Judged| judged.claimed.numbers.iter().all(|number| number.is_finite());
        let is_right = |judged: &Judged| match judged.verdict {
            _ if !is_finite(judged) => false,
            Verdict::Right | Verdict::Kink => true,
            _ if takes_up_what_is_right(judged) => true,
            Verdict::Scaled if judged.kind != ClaimKind::Update => true,
            Verdict::Scaled => judged.factor.is_some_and(|factor| (factor / self.claims.scale - 1.0).abs() < 1e-6),
            _ => false,
        };
        let with = |verdict: &dyn Fn(&Judged) -> bool| -> HashSet<usize> {
            after.claims.iter().filter(|claim| verdict(claim)).map(|claim| claim.id).collect()
        };
        let mut healed = with(&is_right);
        let harmed = self.claims.right.difference(&healed).next().is_some();
        let heals = healed.contains(&claim) && !harmed && after.error.is_none();
        // A delta by another name was wrong by what is made of it alone.
        if after.claims.iter().all(|claim| claim.kind != ClaimKind::Update || is_right(claim)) {
            healed.extend(with(&|claim| claim.kind != ClaimKind::Update && claim.verdict == Verdict::Unchecked));
        }
        heals.then_some(healed)
    }

    pub(super) fn edited(&self, range: TextRange, with: &str) -> String {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        format!("{}{with}{}", &self.source[..start], &self.source[end..])
    }
}

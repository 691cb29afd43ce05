//! Runs that show what is wrong with a claim, and whether a repair heals it.

use super::evidence::Evidence;
use super::variants::{Variant, reshaped, variants};
use super::weigh::weigh;
use super::{Findings, Repair, STAGES, vocabulary, words};
use crate::check::monitor::Monitor;
use crate::check::report::{ClaimKind, FaultKind, Judged, Report, Verdict};
use crate::check::study::Until;
use crate::check::{Options, judge, watch};
use ruff_text_size::TextRange;
use std::collections::{HashMap, HashSet};

/// How many lines are varied for a claim.
const LINES: usize = 12;

/// At how many executions at least a repair is verified.
const FEWEST: usize = 25;

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
            right: with(|claim| claim.verdict == Verdict::Right || is_scaled(claim)).collect(),
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
    /// evidence alone.
    pub(super) fn study(&self, edits: &Edits, only: Option<(usize, &Evidence)>) -> Option<Findings> {
        let (own, claims, tried) = (self.source.to_owned(), self.claims.clone(), edits.clone());
        let only = only.map(|(claim, evidence)| (claim, evidence.clone()));
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
            let text = own.clone();
            Box::new(move |monitor: &Monitor| weigh(monitor, &text, vocabulary, &claims, &tried, only, rtol))
        })
    }

    /// What is tried in the place of the suspects.
    pub(super) fn variants(&self, findings: &Findings) -> Edits {
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
    pub(super) fn shapes(&self, findings: &Findings) -> Vec<(usize, Vec<Repair>)> {
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
    pub(super) fn verify(&self, repair: &Repair, claim: usize, findings: &Findings) -> Option<HashSet<usize>> {
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
        let options = Options { points: self.options.points.max(FEWEST), ..self.options.clone() };
        let after = judge(&edited, self.path, &options, Until::Points(self.claims.all()));
        let is_finite = |judged: &Judged| judged.claimed.numbers.iter().all(|number| number.is_finite());
        let is_right = |judged: &Judged| match judged.verdict {
            _ if !is_finite(judged) => false,
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

    pub(super) fn edited(&self, range: TextRange, with: &str) -> String {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        format!("{}{with}{}", &self.source[..start], &self.source[end..])
    }
}

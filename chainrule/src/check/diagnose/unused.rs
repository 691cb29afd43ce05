//! A parameter that the loss does not depend on, since a line of the forward computation uses another in its place.

use super::Findings;
use super::run::Run;
use super::variants::is_quantity;
use crate::check::Options;
use crate::check::report::{Diagnosis, FaultKind, Judged, Report, Verdict};
use crate::check::study::Until;
use crate::failure::line_at;
use ruff_python_ast::Expr;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_text_size::{Ranged, TextRange};

/// How many edits are tried at most.
const TRIALS: usize = 40;
/// At how many executions an edit is looked at first.
const GLANCE: usize = 2;

impl Run<'_> {
    /// Looks for an edit of the forward computation that makes a right claim of an update by which nothing is moved now:
    /// the claim, judged as it stands, and the claims that are right after the edit.
    pub(super) fn unused(&self, findings: &Findings, report: &Report) -> Option<(Judged, Vec<usize>)> {
        for idle in &findings.idle {
            let places = self.places(findings, &idle.spelled);
            for range in places.into_iter().take(TRIALS) {
                let edited = self.edited(range, &idle.spelled);
                let judged = |points: usize, until: Until| {
                    let options = Options { points, ..self.options.clone() };
                    crate::check::judge(&edited, self.path, &options, until).claims
                };
                let is_right = |claim: &&Judged| matches!(claim.verdict, Verdict::Right | Verdict::Scaled);
                // Most edits fail at once: what they leave idle would have to be waited for.
                let glance = judged(GLANCE.min(self.options.points), Until::Turn);
                if !glance.iter().filter(is_right).any(|claim| claim.id == idle.update) {
                    continue;
                }
                let after = judged(self.options.points, Until::Points([self.claims.all(), vec![idle.update]].concat()));
                let healed: Vec<usize> = after.iter().filter(is_right).map(|claim| claim.id).collect();
                let harmed = self.claims.right.iter().any(|claim| !healed.contains(claim));
                let Some(own) = after.into_iter().find(|claim| claim.id == idle.update) else { continue };
                if !harmed && healed.contains(&idle.update) {
                    return Some((self.as_it_stands(own, range, &idle.spelled, report), healed));
                }
            }
        }
        None
    }

    /// Where the forward computation reads a parameter that another could stand for.
    fn places(&self, findings: &Findings, spelled: &str) -> Vec<TextRange> {
        let mut found = Vec::new();
        for &site in &findings.forward {
            let Some(range) = findings.sites[site].value else { continue };
            let Ok(parsed) = ruff_python_parser::parse_expression_range(self.source, range) else { continue };
            let mut reads = Reads { source: self.source, parameters: &findings.parameters, found: Vec::new() };
            reads.visit_expr(parsed.expr());
            found.extend(reads.found.into_iter().filter(|&range| &self.source[range] != spelled));
        }
        found
    }

    /// The claim of the repaired program, with what it is worth in the program as it stands: nothing depends on it.
    fn as_it_stands(&self, repaired: Judged, range: TextRange, spelled: &str, report: &Report) -> Judged {
        let replace = self.source[range].to_owned();
        let line = line_at(self.source.as_bytes(), range.start().to_usize());
        let of = report.loss.as_deref().unwrap_or("the loss");
        let text = format!(
            "`{of}` does not depend on `{spelled}`: line {line} reads `{replace}` where `{spelled}` belongs. Write \
             `{spelled}` there."
        );
        let (place, zeros) = (range.start().to_usize()..range.end().to_usize(), repaired.derivative.numbers.len());
        let mut derivative = repaired.derivative.clone();
        derivative.numbers = vec![0.0; zeros];
        let diagnosis = Diagnosis {
            kind: FaultKind::Unused,
            text,
            path: Vec::new(),
            factor: None,
            replace: Some(replace),
            with: Some(spelled.to_owned()),
            place,
            repaired: true,
        };
        Judged { verdict: Verdict::Wrong, derivative, factor: None, diagnosis: Some(diagnosis), ..repaired }
    }
}

struct Reads<'a> {
    source: &'a str,
    parameters: &'a [String],
    found: Vec<TextRange>,
}

impl Visitor<'_> for Reads<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if is_quantity(expr) && self.parameters.iter().any(|name| *name == self.source[expr.range()]) {
            self.found.push(expr.range());
            return;
        }
        walk_expr(self, expr);
    }
}

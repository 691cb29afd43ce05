//! Claims that hold wherever the inputs are as they are written, and for no others: slips that two inputs of the same
//! value hide, or right in their own way, as what leaves out a factor of 1 is, and what has an input typed in.

use super::variants::is_quantity;
use crate::check::claims::last_name;
use crate::check::report::{Diagnosis, Judged, Report, Verdict};
use crate::check::verdicts;
use crate::failure::line_at;
use std::collections::HashSet;

/// Leaves such claims unchecked, but for the slips: names that stand where others belong, and that the loss is made of.
/// What it is not made of may be an input by another name.
pub(super) fn settle(source: &str, report: &mut Report, made_of: &HashSet<String>) {
    let is_made_of = |text: &str| {
        let parsed = ruff_python_parser::parse_expression(text);
        let quantity = parsed.ok().filter(|parsed| is_quantity(parsed.expr()));
        quantity.is_some_and(|parsed| last_name(parsed.expr()).is_some_and(|name| made_of.contains(name)))
    };
    let is_slip = |said: &Diagnosis| {
        let names = said.replace.as_deref().zip(said.with.as_deref());
        said.kind == super::FaultKind::Substitution
            && names.is_some_and(|(old, new)| is_made_of(old) && is_made_of(new))
    };
    let said = |claim: &Judged| {
        let begins = claim.begins_at.and_then(|place| report.claims.get(place));
        claim.diagnosis.clone().or_else(|| begins?.diagnosis.clone())
    };
    let reason = |claim: &Judged| {
        let said = said(claim);
        let is_open = claim.verdict == Verdict::Wrong && claim.is_of_inputs && !said.as_ref().is_some_and(is_slip);
        is_open.then(|| reason(source, said))
    };
    let reasons: Vec<Option<String>> = report.claims.iter().map(reason).collect();
    for (k, claim) in report.claims.iter_mut().enumerate() {
        claim.begins_at = claim.begins_at.filter(|&place| reasons[place].is_none());
        if reasons[k].is_some() {
            (claim.verdict, claim.reason) = (Verdict::Unchecked, reasons[k].clone());
            (claim.diagnosis, claim.begins_at) = (None, None);
            claim.failing_keys.clear();
        }
    }
    report.verdict = verdicts::worst(&report.claims);
}

/// Why nothing is said of such a claim, and what would hold for all inputs if that is known.
fn reason(source: &str, said: Option<Diagnosis>) -> String {
    let edit = said.and_then(|said| said.replace.zip(said.with).map(|edit| (edit, said.place.start)));
    let instead = edit.map_or(String::new(), |((old, new), at)| {
        format!("; `{new}` for `{old}` in line {} would be right for all", line_at(source.as_bytes(), at))
    });
    format!("it is right for the inputs as they are written, and not for others near them{instead}")
}

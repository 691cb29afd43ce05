//! A report in words, with the program's own lines.

use super::{ClaimKind, FaultKind, Judged, Report, Verdict};
use crate::failure::Failure;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// How many elements of an array are shown.
const SHOWN: usize = 4;

impl Report {
    /// The report as text: a snippet for each claim that is not right, and one line of summary. With `styled`, in
    /// colours for a terminal.
    pub fn text(&self, source: &str, path: &str, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        let is_shown = |claim: &Judged| matches!(claim.verdict, Verdict::Wrong | Verdict::Kink);
        for (k, claim) in
            self.claims.iter().enumerate().filter(|(_, claim)| is_shown(claim) && claim.begins_at.is_none())
        {
            text.push_str(&renderer.render(&[self.snippet(claim, source, path)]));
            text.push('\n');
            for other in self.claims.iter().filter(|other| other.begins_at == Some(k)) {
                let line = source.lines().nth(other.line - 1).unwrap_or_default().trim();
                text.push_str(&format!("   the same fault is in line {}: `{line}`\n", other.line));
            }
            text.push('\n');
        }
        // A partial that is not compared is no news; that an update is not, is.
        let unchecked = |claim: &&Judged| claim.verdict == Verdict::Unchecked && claim.kind == ClaimKind::Update;
        for claim in self.claims.iter().filter(unchecked) {
            let reason = claim.reason.as_deref().unwrap_or_default();
            text.push_str(&format!("{path}:{}: {} is unchecked: {reason}\n", claim.line, claim.target));
        }
        match &self.error {
            Some(failure) => text.push_str(&(renderer.render(&[failed(failure, source, path)]) + "\n")),
            None => text.push_str(&self.summary(path)),
        }
        text
    }

    /// One line: the verdict, the loss, and how many claims are what; or why there is none.
    pub fn summary(&self, path: &str) -> String {
        if let Some(failure) = &self.error {
            return format!("{}\n", failure.in_file(path));
        }
        let loss = self.loss.as_deref().unwrap_or("the loss");
        let is_scaled = |claim: &&Judged| claim.verdict == Verdict::Scaled && claim.kind == ClaimKind::Update;
        let factor = self.claims.iter().find(is_scaled).and_then(|claim| claim.factor);
        let scaled = factor.map_or(String::new(), |factor| {
            format!("; every update is {} times the derivative of {loss}", number(factor))
        });
        format!("{path}: {}: {} by {loss}{scaled}\n", self.verdict, counts(&self.claims))
    }

    fn snippet<'a>(&'a self, claim: &'a Judged, source: &'a str, path: &'a str) -> Group<'a> {
        let loss = self.loss.as_deref().unwrap_or("the loss");
        let title = match claim.verdict {
            _ if claim.kind != ClaimKind::Update => format!("`{}` is not d{}/d{}", claim.target, claim.of, claim.wrt),
            Verdict::Kink => format!("`{}` descends a derivative that jumps here", claim.wrt),
            _ => format!("`{}` is not moved along the derivative of {loss} by {}", claim.target, claim.wrt),
        };
        let places = differing(&claim.claimed.numbers, &claim.derivative.numbers);
        let (written, derivative) = (shown(&claim.claimed.numbers, &places), shown(&claim.derivative.numbers, &places));
        let at = match claim.failing_keys.as_slice() {
            [] => String::new(),
            keys => format!(", at {}", keys.join(", ")),
        };
        let what = claim.reason.as_deref().unwrap_or("this");
        let mut label = format!("{what} takes d{}/d{} to be {written}; it is {derivative}{at}", claim.of, claim.wrt);
        if claim.is_near {
            label.push_str(", with numbers near the program's own");
        }
        if let Some(factor) = claim.factor {
            label.push_str(&format!(" (always {} times as large)", number(factor)));
        }
        let mut snippet = Snippet::source(source)
            .path(path)
            .annotation(AnnotationKind::Primary.span(claim.place.clone()).label(label));
        let begins_elsewhere = |place: &Range<usize>| place.start < claim.place.start || place.end > claim.place.end;
        if let Some(diagnosis) = claim.diagnosis.as_ref().filter(|diagnosis| begins_elsewhere(&diagnosis.place)) {
            let label = if diagnosis.kind == FaultKind::Unknown { "look here" } else { "it begins here" };
            snippet = snippet.annotation(AnnotationKind::Context.span(diagnosis.place.clone()).label(label));
        }
        let level = if claim.verdict == Verdict::Wrong { Level::ERROR } else { Level::WARNING };
        let group = level.primary_title(title).element(snippet);
        match &claim.diagnosis {
            Some(diagnosis) => group.element(Level::HELP.message(&diagnosis.text)),
            None => group,
        }
    }
}

/// Why a program could not be checked, with the line where there is one.
fn failed<'a>(failure: &'a Failure, source: &'a str, path: &'a str) -> Group<'a> {
    let title = Level::ERROR.primary_title(&failure.message);
    match failure.range(source) {
        Some(range) => {
            title.element(Snippet::source(source).path(path).annotation(AnnotationKind::Primary.span(range)))
        }
        None => {
            let origin = Origin::path(path);
            let origin = failure.line.map_or(origin.clone(), |line| origin.line(line));
            title.element(failure.column.map_or(origin.clone(), |column| origin.char_column(column)))
        }
    }
}

/// The elements at which some numbers differ most from others, in their order.
pub(super) fn differing(these: &[f64], those: &[f64]) -> Vec<usize> {
    let gap = |&k: &usize| (these[k] - those[k]).abs();
    let mut places: Vec<usize> = (0..these.len()).collect();
    places.sort_by(|a, b| gap(b).total_cmp(&gap(a)));
    places.truncate(SHOWN);
    places.sort_unstable();
    places
}

pub(super) fn shown(numbers: &[f64], places: &[usize]) -> String {
    let words: Vec<String> = places.iter().map(|&k| number(numbers[k])).collect();
    match (words.as_slice(), numbers.len() > places.len()) {
        ([one], false) => one.clone(),
        (_, false) => format!("[{}]", words.join(", ")),
        (_, true) => format!("[{}, ...]", words.join(", ")),
    }
}

/// Six digits, with an exponent where that is shorter.
pub(super) fn number(x: f64) -> String {
    let rounded: f64 = format!("{x:.5e}").parse().unwrap_or(x);
    if rounded != 0.0 && !(1e-4..1e7).contains(&rounded.abs()) { format!("{rounded:e}") } else { rounded.to_string() }
}

/// How many updates and partials there are, and with what verdicts.
fn counts(claims: &[Judged]) -> String {
    let (updates, partials): (Vec<&Judged>, Vec<&Judged>) =
        claims.iter().partition(|claim| claim.kind == ClaimKind::Update);
    let groups: Vec<(String, Vec<&Judged>)> = [("update", updates), ("partial", partials)]
        .into_iter()
        .filter(|(_, claims)| !claims.is_empty())
        .map(|(noun, claims)| (format!("{} {noun}{}", claims.len(), if claims.len() == 1 { "" } else { "s" }), claims))
        .collect();
    if let Some(only) = claims.first().map(|claim| claim.verdict)
        && claims.iter().all(|claim| claim.verdict == only)
    {
        let words: Vec<&str> = groups.iter().map(|(words, _)| words.as_str()).collect();
        return format!("{} {only}", words.join(", "));
    }
    let told = |(words, claims): (String, Vec<&Judged>)| {
        let of_verdict = |verdict: Verdict| {
            let count = claims.iter().filter(|claim| claim.verdict == verdict).count();
            (count > 0).then(|| format!("{count} {verdict}"))
        };
        let verdicts = [Verdict::Right, Verdict::Scaled, Verdict::Kink, Verdict::Wrong, Verdict::Unchecked];
        format!("{words} ({})", verdicts.into_iter().filter_map(of_verdict).collect::<Vec<String>>().join(", "))
    };
    groups.into_iter().map(told).collect::<Vec<String>>().join(", ")
}

//! Diagnoses in words.

use super::evidence::{Case, Evidence};
use super::recognize::{Meaning, Quantity};
use super::stage::Stage;
use super::variants::product_part;
use super::{Findings, Repair};
use crate::check::monitor::Monitor;
use crate::check::report::{Diagnosis, FaultKind, Judged, Report};
use crate::check::sites::How;
use crate::check::text::{differing, number, shown};
use crate::failure::line_at;
use ruff_python_ast::{Expr, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

/// Stand for what is differentiated and by what, which every claim has its own name for.
const OF: &str = "<of>";
const WRT: &str = "<wrt>";

/// The quantities along a path in question.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    names: Vec<String>,
    /// The quantity that the paths go through, and the line that they go through it in.
    via: Option<(String, TextRange)>,
}

/// The route of a piece of evidence on the first stage.
pub(super) fn route(case: &Case<'_>, evidence: &Evidence, monitor: &Monitor) -> Route {
    let (Evidence::Paths { key, .. }, Some(stage)) = (evidence, case.stages.first()) else { return Route::default() };
    let edges = stage.edges();
    let Some(&edge) = edges.get(key).and_then(|edges| edges.first()) else { return Route::default() };
    let from = key.from.map_or(WRT.to_owned(), |site| bare(&monitor.notes.sites[site].target).to_owned());
    Route { names: Stage::route(stage, edge, OF, WRT), via: Some((from, monitor.notes.sites[key.into].range)) }
}

fn bare(target: &str) -> &str {
    target.trim_start_matches("self.")
}

/// How little one spelling is like another.
pub(super) fn unlikeness(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).filter(|(a, b)| a == b).count();
    a.len().max(b.len()) - same.min(a.len())
}

/// An expression that is so many times too large, put right.
pub(super) fn rescaled(expr: &Expr, source: &str, factor: f64) -> String {
    let part = product_part(expr, source);
    if factor == -1.0 {
        return match expr {
            Expr::UnaryOp(minus) if minus.op == UnaryOp::USub => source[minus.operand.range()].to_owned(),
            _ => format!("-{part}"),
        };
    }
    let inverse = factor.recip();
    if inverse.abs() > 1.0 && (inverse - inverse.round()).abs() < 1e-9 {
        format!("{} * {part}", inverse.round())
    } else {
        format!("{part} / {factor}")
    }
}

const UNEXPLAINED: &str = "None of the usual slips explains it.";

/// Puts diagnoses into words.
pub(super) struct Speaker<'a> {
    pub(super) source: &'a str,
    pub(super) findings: &'a Findings,
    pub(super) report: &'a Report,
}

impl Speaker<'_> {
    fn line(&self, range: TextRange) -> usize {
        line_at(self.source.as_bytes(), range.start().to_usize())
    }

    fn text(&self, range: TextRange) -> &str {
        &self.source[range]
    }

    fn first_line(&self, range: TextRange) -> &str {
        self.text(range).lines().next().unwrap_or_default().trim()
    }

    fn blank(&self, kind: FaultKind, text: String, range: Option<TextRange>, claim: &Judged) -> Diagnosis {
        let place = range.map_or(claim.place.clone(), |range| range.start().to_usize()..range.end().to_usize());
        let repaired = kind != FaultKind::Unknown;
        Diagnosis { kind, text, path: Vec::new(), factor: None, replace: None, with: None, place, repaired }
    }

    /// Nothing explains it.
    pub(super) fn unknown(&self, k: usize) -> Diagnosis {
        let claim = &self.report.claims[k];
        let sites = &self.findings.sites;
        let found = self.findings.cases.get(&claim.id);
        let broken = found.and_then(|found| found.recognized.broken).filter(|&site| !sites[site].target.is_empty());
        if let (Some(found), Some(site)) = (found, broken) {
            let (line, target) = (self.line(sites[site].range), bare(&sites[site].target));
            let text = match found.recognized.meant.get(&site) {
                Some(meaning) => {
                    let places = differing(&meaning.is, &meaning.should);
                    let (should, is) = (shown(&meaning.should, &places), shown(&meaning.is, &places));
                    let meaning = self.meaning(meaning, claim);
                    format!(
                        "The fault begins in line {line}, and is none of the usual slips: `{target}` is to be \
                         {meaning}, {should}, and is {is}."
                    )
                }
                None => format!(
                    "{UNEXPLAINED} `{target}` in line {line} is the first that is not known to be a derivative of {}: look at \
                     it, and at what it is made of.",
                    claim.of
                ),
            };
            return self.blank(FaultKind::Unknown, text, Some(sites[site].range), claim);
        }
        let begin = found.and_then(|found| found.recognized.made.first()).map(|&site| sites[site].range);
        let text = match begin {
            Some(range) => format!(
                "{UNEXPLAINED} `{}` in line {} is the first that goes into no claim that is right: look at it, and at what it \
                 is made of.",
                self.first_line(range),
                self.line(range)
            ),
            None => UNEXPLAINED.to_owned(),
        };
        self.blank(FaultKind::Unknown, text, begin, claim)
    }

    /// What a hand-made quantity is to be.
    fn meaning(&self, meaning: &Meaning, claim: &Judged) -> String {
        let sites = &self.findings.sites;
        let times = if meaning.factor == 1.0 { String::new() } else { format!("{} times ", number(meaning.factor)) };
        let of = &claim.of;
        times
            + &match meaning.by {
                Quantity::Named(site) => format!("d{of}/d{}", bare(&sites[site].target)),
                Quantity::Argument(site, op) => {
                    let line = self.line(sites[site].range);
                    format!("the derivative of {of} by what goes into `{}` in line {line}", op.name())
                }
                Quantity::Given(site) => {
                    let name = bare(&sites[site].target);
                    let before = &self.source[..sites[site].range.start().to_usize()];
                    let function = before.rsplit("def ").next().and_then(|rest| rest.split_once('('));
                    match function.filter(|(_, arguments)| !arguments.contains(')')) {
                        Some((function, _)) => format!("the derivative of {of} by the `{name}` of `{function}`"),
                        None => format!("d{of}/d{name}"),
                    }
                }
            }
    }

    /// What a site's value is once it is put right, where its name does not say that.
    fn then(&self, site: usize, claim: &Judged) -> String {
        let own = &self.findings.sites[site];
        let meant = self.findings.cases.get(&claim.id).and_then(|found| found.recognized.meant.get(&site));
        let is_claim = self.report.claims.iter().any(|claim| claim.place.start == own.range.start().to_usize());
        match meant.filter(|_| own.how == How::Assigned && !is_claim) {
            Some(meaning) => format!(" `{}` is then {}.", bare(&own.target), self.meaning(meaning, claim)),
            None => String::new(),
        }
    }

    /// Whether a site has what is to enter the state of a claim's step.
    fn enters_right(&self, claim: &Judged, site: usize) -> bool {
        let found = self.findings.cases.get(&claim.id);
        let factor = found.and_then(|found| *found.recognized.right.get(&site)?);
        claim.reason.is_some() && factor.is_some_and(|factor| factor > 0.0)
    }

    /// A repair, told of one claim.
    pub(super) fn diagnosis(&self, repair: &Repair, k: usize) -> Diagnosis {
        let claim = &self.report.claims[k];
        match repair {
            Repair::Edit { site, variant } => self.edit(claim, *site, variant.kind, variant.range, &variant.with),
            Repair::Evidence(evidence) => self.evidence(claim, evidence),
        }
    }

    fn edit(&self, claim: &Judged, site: usize, kind: FaultKind, range: TextRange, with: &str) -> Diagnosis {
        let (replace, line) = (self.text(range).to_owned(), self.line(range));
        let whole = self.findings.sites[site].value.unwrap_or(range);
        let (start, end) = (whole.start().to_usize(), whole.end().to_usize());
        let (from, to) = (range.start().to_usize(), range.end().to_usize());
        let after = format!("{}{with}{}", &self.source[start..from], &self.source[to..end]);
        let mut with = with.to_owned();
        let text = match kind {
            FaultKind::UpdatedValue => {
                let updated = self.report.claims.iter().find(|other| crate::check::study::before(other.id) == with);
                let at = updated.map_or(String::new(), |other| format!(" by line {}", other.line));
                with = format!("{replace} from before its update");
                format!(
                    "`{replace}` has been updated{at} when line {line} reads it, and the derivative needs the value from \
                     before: do all updates after the last derivative, or keep the old `{replace}` under another name."
                )
            }
            FaultKind::Sign => format!("A sign is wrong in line {line}: write `{after}`."),
            FaultKind::Transposed => format!("A matrix lies the wrong way in line {line}: write `{after}`."),
            FaultKind::MissingFactor => format!("A factor is left out in line {line}: write `{after}`."),
            FaultKind::RepeatedFactor => {
                format!("Line {line} has a factor too many: write `{with}` for `{replace}`.")
            }
            _ => format!("`{replace}` stands in line {line} where `{with}` belongs: write `{after}`."),
        };
        let text = text + &self.then(site, claim);
        Diagnosis { replace: Some(replace), with: Some(with), ..self.blank(kind, text, Some(range), claim) }
    }

    fn evidence(&self, claim: &Judged, evidence: &Evidence) -> Diagnosis {
        let kind = evidence.kind();
        let sites = &self.findings.sites;
        match evidence {
            // What enters a state is right, and the sign got lost on the way from there.
            Evidence::Scaled { site, .. } if kind == FaultKind::Sign && self.enters_right(claim, *site) => {
                let range = sites[*site].range;
                let text = format!(
                    "`{}` in line {} is right, but the step goes uphill: a sign is wrong where it enters the state, or in \
                     line {}.",
                    bare(&sites[*site].target),
                    self.line(range),
                    claim.line
                );
                Diagnosis { factor: Some(-1.0), ..self.blank(kind, text, None, claim) }
            }
            Evidence::Scaled { factor, site } => {
                let range = sites[*site].value.unwrap_or(sites[*site].range);
                let replace = self.text(range).to_owned();
                let with = ruff_python_parser::parse_expression_range(self.source, range)
                    .map_or_else(|_| replace.clone(), |parsed| rescaled(parsed.expr(), self.source, *factor));
                let times = if kind == FaultKind::Sign {
                    "minus the derivative".to_owned()
                } else {
                    format!("{} times the derivative, which the other updates are not", number(*factor))
                };
                let line = self.line(range);
                let text = format!("What line {line} makes is {times}: write `{with}` for `{replace}`.");
                let text = text + &self.then(*site, claim);
                let factor = Some(*factor);
                Diagnosis {
                    factor,
                    replace: Some(replace),
                    with: Some(with),
                    ..self.blank(kind, text, Some(range), claim)
                }
            }
            Evidence::Paths { .. } => self.paths(claim, kind, evidence),
            Evidence::Factor { of, by, within, twice } => {
                let range = sites[*within].value.unwrap_or(sites[*within].range);
                let (of, by) = (bare(&sites[*of].target), bare(&sites[*by].target));
                let line = self.line(range);
                let text = if *twice {
                    format!("The derivative of `{of}` by `{by}` is in line {line} twice: divide by it once.")
                } else {
                    format!("The derivative of `{of}` by `{by}` is left out in line {line}: multiply by it.")
                };
                self.blank(kind, text, Some(range), claim)
            }
            Evidence::Variable { name } => {
                let other = bare(name);
                let text = format!("This is the derivative of {} by `{other}`, not by `{}`.", claim.of, claim.wrt);
                let with = Some(claim.wrt.clone());
                Diagnosis { replace: Some(other.to_owned()), with, ..self.blank(kind, text, None, claim) }
            }
        }
    }

    fn paths(&self, claim: &Judged, kind: FaultKind, evidence: &Evidence) -> Diagnosis {
        let routes = self.findings.cases.get(&claim.id).into_iter().flat_map(|found| &found.routes);
        let route = routes.filter(|(other, _)| other == evidence).map(|(_, route)| route.clone()).next();
        let route = route.unwrap_or_default();
        let told = |name: &String| match name.as_str() {
            OF => claim.of.clone(),
            WRT => claim.wrt.trim_start_matches("self.").to_owned(),
            other => other.to_owned(),
        };
        let path: Vec<String> = route.names.iter().map(told).collect();
        let (via, line) = route.via.map_or((String::new(), TextRange::default()), |(via, range)| (told(&via), range));
        let through =
            |via: &str| if via == bare(&claim.wrt) { "directly".to_owned() } else { format!("through `{via}`") };
        let shown = format!("line {} (`{}`)", self.line(line), self.first_line(line));
        let chain = path.join(" <- ");
        let text = if kind == FaultKind::MissingPath {
            let product: Vec<String> = path.windows(2).map(|pair| format!("d{}/d{}", pair[0], pair[1])).collect();
            format!(
                "`{}` also depends on `{}` {} in {shown}: {chain}. The claim leaves that out: add {}; or mend that line, if \
                 `{via}` does not belong there.",
                claim.of,
                claim.wrt,
                through(&via),
                product.join(" * ")
            )
        } else {
            format!(
                "The claim follows only what goes {} in {shown}: {chain}. `{}` depends on `{}` in other ways too: add them.",
                through(&via),
                claim.of,
                claim.wrt
            )
        };
        Diagnosis { path, ..self.blank(kind, text, None, claim) }
    }
}

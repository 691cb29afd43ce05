//! Diagnoses in words.

use crate::check::diagnose::{Diagnosis, Fault, Kind};
use crate::check::edges::{Flow, Link, links};
use crate::check::route::{Route, local_derivative};
use crate::check::scales::Scale;
use crate::check::study::{Nodes, Sample, Study};
use crate::check::substitute::Place;
use crate::ops::Op;

/// `dL/dw1`, with parentheses around what is no name.
pub(crate) fn quotient(of: &str, wrt: &str) -> String {
    let part = |text: &str| {
        let bare = text.chars().all(|c| c.is_alphanumeric() || "_[].,'".contains(c));
        if bare { format!("d{text}") } else { format!("d({text})") }
    };
    format!("{}/{}", part(of), part(wrt))
}

/// A number in eight digits or fewer.
pub(crate) fn number(x: f64) -> String {
    if x != 0.0 && x.is_finite() && !(1e-4..1e7).contains(&x.abs()) {
        let text = format!("{x:.7e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    // Adding zero makes one of the two zeros.
    let x = x + 0.0;
    let before = x.abs().max(1.0).log10().floor() as usize;
    let after = if x.abs() < 1.0 { 7 + (-x.abs().max(1e-4).log10()).ceil() as usize } else { 7 - before.min(7) };
    let text = format!("{x:.after$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What to do about a factor: `divide it by 2`.
fn undo(factor: f64, what: &str) -> String {
    let inverse = factor.recip();
    if inverse.abs() > 1.0 && (inverse - inverse.round()).abs() < 1e-9 {
        format!("multiply {what} by {}", number(inverse))
    } else {
        format!("divide {what} by {}", number(factor))
    }
}

pub(crate) fn scaled(study: &Study, claim: usize, scale: Scale) -> Diagnosis {
    let of = study.name(study.claims[claim].of);
    let (factor, text) = match scale {
        Scale::Common(factor) => {
            let times = number(factor);
            let undo = undo(factor, "each claim");
            let text = format!(
                "Every claim is {times} times the derivative of `{of}`: together they are the gradient of {times} times \
                 `{of}`. Training goes the right way, with steps {times} times as long. To have the gradient of `{of}`, \
                 {undo}."
            );
            (factor, text)
        }
        Scale::TakenBack(factor) => {
            let text = format!(
                "The claim is {} times the derivative, and what is made of it takes that back: those claims are right. \
                 To have the derivative by this name, {}.",
                number(factor),
                undo(factor, "it")
            );
            (factor, text)
        }
    };
    // The factor is that of every point.
    Diagnosis { factor: Some(factor), repaired: true, ..Diagnosis::new(Kind::ConstantFactor, text) }
}

/// The words for a fault; `flow` is that of the recorded point, `probe` that of the point at which it was found.
pub(crate) fn describe(study: &Study, claim: usize, fault: &Fault, probe: &Flow, flow: &Flow) -> Diagnosis {
    let Nodes { of, wrt, hand } = study.claims[claim];
    let (a, b) = (study.name(of), study.name(wrt));
    let route = |link: &Link| Route::along(study, link, probe, of, wrt);
    let via = |link: &Link| place(study, link, &route(link));
    let along = |link: &Link| (route(link).names(study), route(link).names(study).join(" <- "));
    let with_path = |link: &Link, diagnosis: Diagnosis| Diagnosis { path: route(link).names(study), ..diagnosis };
    let missing_or_repeated = |link: &Link, part: &Link, twice: bool| {
        let is_all = is_same(part.through(probe), probe.adjoints[wrt]);
        let part = (!is_all).then(|| (part, route(part)));
        factor(study, link, part, twice, flow)
    };
    match fault {
        Fault::Scale(-1.0) => {
            let text = "The claim is minus the derivative: turn its sign.".to_owned();
            Diagnosis { factor: Some(-1.0), ..Diagnosis::new(Kind::Sign, text) }
        }
        Fault::Scale(factor) => {
            let text = format!("The claim is {} times the derivative: {}.", number(*factor), undo(*factor, "it"));
            Diagnosis { factor: Some(*factor), ..Diagnosis::new(Kind::ConstantFactor, text) }
        }
        Fault::Substitution(found) => {
            let (replace, with) = (study.name(found.replace), study.name(found.with));
            let what = match found.place(study, hand) {
                Place::Claim => format!("`{with}` for `{replace}` in the claim"),
                Place::Within(part) => format!("`{with}` for `{replace}` in `{part}`"),
                Place::Rewritten { old, new } => format!("`{new}` for `{old}`"),
            };
            let text = format!("`{replace}` stands where `{with}` belongs: write {what}.");
            Diagnosis { replace: Some(replace), with: Some(with), ..Diagnosis::new(Kind::Substitution, text) }
        }
        Fault::Paths(link, times) => {
            let path = along(link).1;
            let amount = sum(study, link, &route(link), flow);
            let (kind, text) = if *times == 0.0 {
                let text = format!(
                    "The claim leaves out that `{a}` depends on `{b}` through {}: {path}. Add {amount}.",
                    via(link)
                );
                (Kind::MissingPath, text)
            } else if *times == -1.0 {
                let text = format!(
                    "The part of the claim that goes through {} has the wrong sign: {path}. It should be \
                     {amount}.",
                    via(link)
                );
                (Kind::Sign, text)
            } else {
                let text = format!(
                    "The part of the claim that goes through {} is {} times what it should be: {path}. It \
                     should be {amount}.",
                    via(link),
                    number(*times)
                );
                (Kind::ConstantFactor, text)
            };
            let factor = (*times != 0.0).then_some(*times);
            with_path(link, Diagnosis { factor, ..Diagnosis::new(kind, text) })
        }
        Fault::Only(link) => {
            let text = format!(
                "The claim follows `{b}` to `{a}` only through {}: {}. The derivative is the sum over every path{}.",
                via(link),
                along(link).1,
                others(study, link, flow, of)
            );
            with_path(link, Diagnosis::new(Kind::OnlyPath, text))
        }
        Fault::Factor { link, twice } => with_path(link, missing_or_repeated(link, link, *twice)),
        Fault::FactorOf { link, via: part, twice } => with_path(part, missing_or_repeated(link, part, *twice)),
        Fault::Variable(node) => {
            let other = study.name(*node);
            let mut text = format!("The claim is the derivative of `{a}` by `{other}`, not by `{b}`");
            if !depends(study, of, wrt) {
                text += &format!(", on which `{a}` does not depend: that derivative is 0");
            }
            let (replace, with) = (Some(other), Some(b));
            Diagnosis { replace, with, ..Diagnosis::new(Kind::WrongVariable, text + ".") }
        }
    }
}

/// The words for a claim that no single fault explains; `stray` is the first of its named steps to look at.
pub(crate) fn unknown(study: &Study, claim: usize, shown: &Sample, stray: Option<usize>) -> Diagnosis {
    let Nodes { of, wrt, .. } = study.claims[claim];
    let (a, b) = (study.name(of), study.name(wrt));
    let (hand, derivative) = (number(shown.hand.value), number(shown.derivative.value));
    let mut text = if depends(study, of, wrt) {
        format!(
            "The claim is {hand} where the derivative of `{a}` by `{b}` is {derivative}; no single fault explains it."
        )
    } else {
        format!("The claim is {hand}, but `{a}` does not depend on `{b}`: the derivative is 0.")
    };
    if let Some(stray) = stray {
        let step = study.name(stray);
        text += &format!(
            " Look at `{step} = {}` first: it is neither a quantity of the computation nor a multiple of one of its \
             derivatives.",
            study.program.definition(stray)
        );
    }
    Diagnosis::new(Kind::Unknown, text)
}

/// Whether a node is made of another.
pub(crate) fn depends(study: &Study, of: usize, wrt: usize) -> bool {
    study.program.ancestors([of])[wrt]
}

/// "`h2` in `net_o2 = w7*h1 + w8*h2 + h2`", and which one there when there are several.
fn place(study: &Study, link: &Link, route: &Route) -> String {
    let owner = route.owner(study);
    let from = study.name(link.from);
    let definition = match study.names.get(&owner) {
        Some(name) => format!("{name} = {}", study.program.definition(owner)),
        None => study.program.formula(owner),
    };
    let mut text = format!("`{from}` in `{definition}`");
    if link.is_edge && uses(study, link.from, owner) > 1 {
        let additive = |node: usize| matches!(study.program.op(node), Op::Add | Op::Sub | Op::Neg | Op::Sum);
        // The part of the sum that the edge stands in: what is below the nearest sum above it.
        let climb = route.climb(study);
        let sum = climb.iter().rposition(|&node| additive(node));
        let term = match sum {
            Some(place) => climb.get(place + 1).copied().unwrap_or(link.from),
            None => owner,
        };
        text += &match term {
            term if term == link.from => format!(" (the `{from}` that stands alone there)"),
            term if term == owner => String::new(),
            term => format!(" (the one in `{}`)", study.program.formula(term)),
        };
    }
    text
}

/// How often a node occurs in the definition of another.
fn uses(study: &Study, node: usize, owner: usize) -> usize {
    const ENOUGH: usize = 1000;
    let mut todo = vec![owner];
    let (mut found, mut steps) = (0, 0);
    while let Some(inner) = todo.pop() {
        steps += 1;
        if steps > ENOUGH {
            break;
        }
        for arg in study.program.args(inner).iter().map(|&arg| arg as usize) {
            if arg == node {
                found += 1;
            } else if !study.names.contains_key(&arg) {
                todo.push(arg);
            }
        }
    }
    found
}

/// What the paths through a link add to the derivative: as a product when there is one path, and as a number.
fn sum(study: &Study, link: &Link, route: &Route, flow: &Flow) -> String {
    let through = link.through(flow);
    match route.product(study, |_, _| 1) {
        Some((product, value)) if is_same(value, through) => {
            format!("`{product}`, which is {} at the recorded point", number(through))
        }
        _ => format!("what these paths sum to, {} at the recorded point", number(through)),
    }
}

/// The other ways on from where a link begins.
fn others(study: &Study, link: &Link, flow: &Flow, of: usize) -> String {
    let mut names: Vec<String> = Vec::new();
    for node in 0..=of {
        let uses = study.program.args(node).contains(&(link.from as u32)) && flow.adjoints[node] != 0.0;
        if uses && node != link.to {
            names.push(format!("`{}`", study.name(node)));
        }
    }
    if names.is_empty() {
        String::new()
    } else {
        format!(": `{}` is also used in {}", study.name(link.from), names.join(", "))
    }
}

/// Two numbers that only rounding may part.
fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

/// The words for a derivative along a link that is left out, or taken twice, in all of a claim or in the paths through
/// another link.
fn factor(study: &Study, link: &Link, part: Option<(&Link, Route)>, twice: bool, flow: &Flow) -> Diagnosis {
    let (from, to) = (study.name(link.from), study.name(link.to));
    let value = number(link.factor(flow));
    let formula = local_derivative(study, link).map(|(formula, _)| formula);
    let is_constant = formula.as_ref() == Some(&value);
    let factor = match formula {
        Some(_) if is_constant => format!("which is {value}"),
        Some(formula) => format!("`{formula}`, which is {value} at the recorded point"),
        None => format!("which is {value} at the recorded point"),
    };
    let off = if twice { link.factor(flow) } else { link.factor(flow).recip() };
    let (kind, verb) = match twice {
        true => (Kind::RepeatedFactor, "divide"),
        false => (Kind::MissingFactor, "multiply"),
    };
    let (whole, repair) = match &part {
        None => ("the claim".to_owned(), format!("{verb} by it")),
        Some((part, route)) => (
            format!(
                "the part of the claim that goes through {} ({})",
                place(study, part, route),
                route.names(study).join(" <- ")
            ),
            rewrite(study, link, part, route, twice, flow).unwrap_or_else(|| format!("{verb} that part alone by it")),
        ),
    };
    let text = match twice {
        true => {
            format!("The derivative of `{to}` by `{from}`, {factor}, is a factor of {whole} once too often: {repair}.")
        }
        false => format!("The derivative of `{to}` by `{from}`, {factor}, is missing from {whole}: {repair}."),
    };
    Diagnosis { factor: is_constant.then_some(off), ..Diagnosis::new(kind, text) }
}

/// What to write for the part of a claim that a derivative is left out of, or taken twice in: as products when there is
/// one path, and as numbers; none where the part cannot be told at the recorded point.
fn rewrite(study: &Study, link: &Link, part: &Link, route: &Route, twice: bool, flow: &Flow) -> Option<String> {
    let right = part.through(flow);
    let wrong = match twice {
        true => right * link.factor(flow),
        false if link == part => link.bypass(flow),
        false => right / link.factor(flow),
    };
    if !(right.is_finite() && wrong.is_finite()) {
        return None;
    }
    let numbers = format!("{} for {} at the recorded point", number(right), number(wrong));
    let claimed = |to: usize, from: usize| match (to, from) == (link.to, link.from) {
        true if twice => 2,
        true => 0,
        false => 1,
    };
    let products = route.product(study, |_, _| 1).zip(route.product(study, claimed));
    Some(match products {
        Some((new, old)) if is_same(new.1, right) && is_same(old.1, wrong) && new.0 != old.0 => {
            format!("write `{}` for `{}` there, {numbers}", new.0, old.0)
        }
        _ => format!("write {numbers} there"),
    })
}

/// The words for a claim of zero; `probe` is the flow of the point that tells which paths there are, and at the others
/// it is seen whether these are all.
pub(crate) fn zero(study: &Study, claim: usize, probe: &Flow, others: &[Flow], recorded: &Flow) -> Diagnosis {
    let Nodes { of, wrt, .. } = study.claims[claim];
    let (a, b) = (study.name(of), study.name(wrt));
    let derivative = probe.adjoints[wrt];
    let all = links(study, probe, of).into_iter().find(|link| is_same(link.through(probe), derivative));
    let route = all.as_ref().map(|link| Route::along(study, link, probe, of, wrt));
    let product = route.as_ref().and_then(|route| route.product(study, |_, _| 1));
    let truth = recorded.adjoints[wrt];
    let written = match product {
        Some((product, value)) if is_same(value, truth) => format!("`{product}`, which is"),
        _ => "the sum over every path,".to_owned(),
    };
    let text = format!(
        "The claim is 0, but `{a}` depends on `{b}`: the derivative is {written} {} at the recorded point.",
        number(truth)
    );
    let path = route.map_or_else(|| vec![a, b], |route| route.names(study));
    let holds = |link: &Link| others.iter().all(|flow| is_same(link.through(flow), flow.adjoints[wrt]));
    Diagnosis { path, repaired: all.as_ref().is_none_or(holds), ..Diagnosis::new(Kind::MissingPath, text) }
}

/// The words for a claim that is a number where the derivative is none.
pub(crate) fn bare_number(study: &Study, claim: usize) -> Diagnosis {
    let text = format!(
        "The claim is a bare number, {}, but the derivative changes with the parameters: write it with the recorded \
         values, or check the recorded point alone with `points: 0` and a fitting `rtol`.",
        number(study.numbers[study.claims[claim].hand])
    );
    Diagnosis::new(Kind::Unknown, text)
}

//! Claims that are a constant times the derivative and do no harm.

use crate::check::hand::{Finding, Options};
use crate::check::study::Study;
use crate::error::Result;
use crate::ops::Op;

/// Why a factor does no harm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// All claims of the output by parameters have it.
    Common(f64),
    /// What is made of the claim is right.
    TakenBack(f64),
}

/// Which claims are harmless for their factor.
///
/// Where an output depends on a single parameter, one claim is all of them; it then needs to have its factor for other
/// data too, or a forgotten input would pass for one.
pub(crate) fn scales(study: &Study, findings: &[Finding], options: &Options) -> Result<Vec<Option<Scale>>> {
    let off = |claim: usize| match findings[claim] {
        Finding::Off(factor) => factor,
        _ => None,
    };
    let same = |a: f64, b: f64| (a - b).abs() <= options.rtol * a.abs().max(b.abs());
    let mut scales = vec![None; findings.len()];
    let by_param: Vec<bool> = study.claims.iter().map(|nodes| study.program.op(nodes.wrt) == Op::Param).collect();
    for first in 0..findings.len() {
        let Some(factor) = off(first).filter(|&factor| factor > 0.0 && by_param[first] && scales[first].is_none())
        else {
            continue;
        };
        let of = study.claims[first].of;
        let members = (0..findings.len()).filter(|&claim| study.claims[claim].of == of);
        let by_params: Vec<usize> = members.clone().filter(|&claim| by_param[claim]).collect();
        let has_it = |&claim: &usize| off(claim).is_some_and(|own| same(own, factor));
        let count = by_params.iter().filter(|claim| has_it(claim)).count();
        // Zero is any multiple of zero.
        let may_have_it = |claim: &usize| has_it(claim) || findings[*claim] == Finding::Vanishing;
        let several =
            count > 1 || depends_on_one_param(study, of) && holds_for_other_data(study, first, factor, options)?;
        if several && by_params.iter().all(may_have_it) {
            let common = members.filter(|claim| has_it(claim) || (by_param[*claim] && may_have_it(claim)));
            common.for_each(|claim| scales[claim] = Some(Scale::Common(factor)));
        }
    }
    for claim in 0..findings.len() {
        let hand = study.claims[claim].hand;
        let (Some(factor), None) = (off(claim), scales[claim]) else { continue };
        if by_param[claim] || study.forward[hand] {
            continue;
        }
        let made_of_it = study.program.descendants([hand]);
        let uses = |&other: &usize| by_param[other] && made_of_it[study.claims[other].hand];
        let harmless = |&other: &usize| {
            matches!(findings[other], Finding::Right | Finding::Vanishing)
                || matches!(scales[other], Some(Scale::Common(_)))
        };
        let made: Vec<usize> = (0..findings.len()).filter(uses).collect();
        if !made.is_empty() && made.iter().all(harmless) {
            scales[claim] = Some(Scale::TakenBack(factor));
        }
    }
    Ok(scales)
}

fn holds_for_other_data(study: &Study, claim: usize, factor: f64, options: &Options) -> Result<bool> {
    let mut neighbourhood = study.neighbourhood(true, options.seed);
    for _ in 0..options.points {
        let sample = study.samples(&neighbourhood.draw()?, &[claim])?[0];
        if sample.is_finite() && !sample.agrees(factor, options.rtol) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Then a single claim is all of them.
fn depends_on_one_param(study: &Study, of: usize) -> bool {
    let made_of = study.program.ancestors([of]);
    study.program.params().iter().filter(|&&param| made_of[param as usize]).count() == 1
}

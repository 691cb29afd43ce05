//! What a run says of the wrong claims.

use super::evidence::{Case, Evidence, suspects};
use super::run::{Claims, Edits};
use super::stage::Stage;
use super::variants::Vocabulary;
use super::{Findings, Found, Idle, Repair, STAGES, words};
use crate::check::monitor::Monitor;
use crate::check::samples::Sample;
use crate::check::scene::Scene;
use crate::check::sites::How;
use std::collections::HashMap;

/// Weighs the scenes of a run: against each other where nothing was edited, or each edit; or one piece of evidence.
pub(super) fn weigh(
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
        let fails = |sample: &Sample| !sample.agrees(claims.scale, rtol);
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

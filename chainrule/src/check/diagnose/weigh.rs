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
use std::collections::{HashMap, HashSet};

/// Weighs the scenes of a run: against each other where nothing was edited, or each edit; or one piece of evidence.
pub(super) fn weigh(
    monitor: &Monitor,
    source: &str,
    vocabulary: Vocabulary,
    claims: &Claims,
    edits: &Edits,
    only: Option<Evidence>,
    rtol: f64,
) -> Findings {
    let scenes = monitor.study.scenes.borrow();
    let executions = monitor.notes.all();
    let tape = monitor.trace.tape();
    let stages = |claim: usize| -> Vec<Stage<'_>> {
        let fails = |sample: &Sample| !sample.agrees(claims.scale, rtol);
        let enters = scenes.iter().any(|scene| scene.claim == claim && scene.enters);
        let is_own = |scene: &&Scene| scene.claim == claim && scene.enters == enters && !scene.on_kink;
        let own = scenes.iter().filter(is_own);
        // A loop backwards through time goes on with what is wrong: where it breaks away tells most.
        let mut rounds = HashSet::new();
        let breaks = |scene: &&Scene| scene.samples.iter().any(fails) && rounds.insert(scene.of);
        let mut telling: Vec<_> = own.clone().filter(breaks).collect();
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
    // What is right stays right, but for steps that carry something, which are compared by what enters that.
    let carrying: HashSet<usize> = scenes.iter().filter(|scene| scene.enters).map(|scene| scene.claim).collect();
    let is_right = |scene: &&Scene| claims.right.contains(&scene.claim) && !carrying.contains(&scene.claim);
    let is_off = |factor: f64, scene: &Scene| scene.samples.iter().any(|sample| !sample.agrees(factor, rtol));
    let is_harmed = |scene: &Scene| !scene.on_kink && is_off(1.0, scene) && is_off(claims.scale, scene);
    let harms = only.is_some() && scenes.iter().filter(is_right).any(is_harmed);
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
        if let Some(evidence) = &only {
            found.repairs.extend((!harms && case.holds(evidence)).then(|| Repair::Evidence(evidence.clone())));
        } else if edits.is_empty() {
            found.recognized = case.recognized();
            for evidence in case.evidence() {
                found.routes.push((evidence.clone(), words::route(&case, &evidence, monitor)));
                found.repairs.push(Repair::Evidence(evidence));
            }
        } else {
            let variations = monitor.study.variations.borrow();
            for &site in &case.suspects {
                let Some(edits) = edits.get(&site) else { continue };
                for place in case.explaining(&variations, site, edits.len()) {
                    found.repairs.push(Repair::Edit { site, variant: edits[place].clone() });
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
    let named = monitor.claims.updates.iter().filter(|update| update.named_rate);
    let rates = named.flat_map(|update| update.rates.clone()).collect();
    let made_of = monitor.claims.forward.clone();
    Findings { sites: monitor.notes.sites.clone(), vocabulary, cases, idle, parameters, rates, forward, made_of }
}

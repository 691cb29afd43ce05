//! The lives of parameters: by what updates have bound they are known from one update to the next, also where no loss
//! depends on them, as on the weights of a unit that is off.

use super::claims::Candidate;
use super::monitor::Monitor;
use super::samples::Point;
use crate::array::Number;
use rustpython_vm::VirtualMachine;
use std::collections::HashSet;

/// At how many more executions than are compared a loss is looked for that depends on what an update is about.
const PATIENCE: usize = 10;
/// What is claimed where the derivative is exactly zero is none if it is less than this of what is claimed elsewhere:
/// there a number was kept from its bound, which bears on nothing else.
const NEGLIGIBLE: f64 = 1e-4;

/// How many quantities at zero are looked at.
const MOST_TIES: usize = 64;

/// A value that an update has bound.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// Its first number.
    new: Number,
    life: Life,
}

/// What is known of a parameter where one of its updates runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    /// All numbers that it had before it was bound.
    pub(super) old: Vec<Number>,
    /// Whether the same update has bound it.
    pub(super) is_own: bool,
    /// The other update that has.
    other: Option<usize>,
    /// The candidate that has depended on it.
    pub(super) loss: Option<usize>,
    /// Whether it is left its past for now, since no candidate has.
    pub(super) waits: bool,
    /// All its numbers where it was so last: the loss may still be made of them.
    kept: Vec<Number>,
    /// The points at which none did.
    idle: Vec<Point>,
}

/// An execution of an update.
pub(super) enum Met {
    /// The loss depends on the parameter.
    Live(Point),
    /// It does not, and is computed from what there is now; without a point where nothing is to be said.
    Idle(Option<Point>),
}

impl Monitor {
    /// What is known of a parameter that an update is about to bind.
    pub(super) fn life(&self, k: usize, parameter: &[Number]) -> Life {
        let bound = &mut *self.bound.borrow_mut();
        bound[k].retain(|each| each.new.node().is_some());
        let Some(node) = parameter.first().and_then(Number::node) else { return Life::default() };
        let is_it = |each: &Bound| each.new.node() == Some(node);
        if let Some(place) = bound[k].iter().position(is_it) {
            return bound[k].swap_remove(place).life;
        }
        let other =
            bound.iter().enumerate().find_map(|(other, all)| Some((other, all.iter().find(|each| is_it(each))?)));
        other.map_or_else(Life::default, |(other, Bound { life, .. })| {
            let (old, loss) = (life.old.clone(), life.loss);
            Life { old, other: Some(other), loss, ..Life::default() }
        })
    }

    /// Takes down what an update has bound.
    pub(super) fn take_bound(&self, k: usize, new: &[Number], old: Vec<Number>, life: Life) {
        if let Some(first) = new.first() {
            let kept = if life.waits { new.to_vec() } else { life.kept };
            let life = Life { old, is_own: true, other: None, kept, ..life };
            self.bound.borrow_mut()[k].push(Bound { new: first.clone(), life });
        }
    }

    /// Takes down an execution of an update, and says whether what it is about is a parameter: whether a loss depends on
    /// it, or has done so.
    pub(super) fn take_met(&self, k: usize, life: &mut Life, met: Met) -> bool {
        let seen = &mut *self.seen.borrow_mut();
        let points = &mut seen.points[k];
        let variable = |loss: Option<usize>| loss.map(|place| &self.candidates[place].variable);
        match met {
            Met::Live(point) => {
                let loss = point.loss;
                points.push(point);
                let room = self.limit().saturating_sub(points.len());
                let own = life.idle.drain(..).filter(|idle| variable(idle.loss) == variable(loss));
                points.extend(own.map(|idle| Point { loss, ..idle }).take(room));
                (life.loss, life.waits) = (loss, false);
            }
            Met::Idle(point) if life.loss.is_some() => {
                points.extend(point.map(|point| Point { loss: life.loss, ..point }));
            }
            Met::Idle(point) => {
                seen.waits[k] += 1;
                life.waits = seen.waits[k] < PATIENCE * self.limit();
                life.idle.extend(point);
            }
        }
        life.loss.is_some()
    }

    /// Of candidates that do not depend on a parameter, the one whose derivative by it is zero.
    pub(super) fn idle_loss(
        &self,
        k: usize,
        life: &Life,
        values: &[(usize, Option<Number>)],
    ) -> Option<(usize, Number)> {
        let refused = &self.seen.borrow().refused[k];
        let is_it = |place: usize| match life.loss {
            Some(known) => self.candidates[known].variable == self.candidates[place].variable,
            None => true,
        };
        let open = values.iter().filter(|(place, _)| !refused.contains(place) && is_it(*place));
        let can_step = !self.claims.updates[k].rates.is_empty() && !self.claims.updates[k].is_bare;
        open.filter(|_| can_step).find_map(|(place, value)| Some((*place, value.clone()?)))
    }

    /// Whether a quantity that is made of a parameter lies exactly at zero, and moves with it: what is decided by its sign
    /// may be decided either way.
    pub(super) fn is_tied(&self, parameter: &[Option<u32>]) -> bool {
        let tape = self.trace.tape();
        let nodes: Vec<u32> = parameter.iter().copied().flatten().collect();
        let made_from = tape.made_from(&nodes);
        let zeros = (0..tape.len() as u32).filter(|&node| made_from[node as usize] && tape.number(node) == 0.0);
        let moves = |node: u32| {
            let by = tape.derivatives(node);
            nodes.iter().any(|&own| own != node && by.by(own).0 != 0.0)
        };
        zeros.take(MOST_TIES).any(moves)
    }

    /// Whether a loss from which nothing depends any more may have been kept from infinity: what goes into a logarithm is
    /// kept from zero.
    pub(super) fn is_guarded(&self, loss: &Number) -> bool {
        loss.node().is_none() && ["log", "log2", "log1p"].iter().any(|name| self.claims.forward.contains(*name))
    }

    /// Takes down whether a step is made of what the parameter was before the last one: gives that, if it is.
    pub(super) fn take_carried(&self, k: usize, life: &Life, step: &[Number]) -> Option<Vec<u32>> {
        let seen = &mut *self.seen.borrow_mut();
        let begin = *self.begun.borrow_mut()[k].get_or_insert(self.trace.round());
        if !life.is_own {
            // In the first step, which ends in the round after the one that it begins in, there is nothing before; else
            // something between the steps has changed the parameter.
            seen.lost[k] |= self.trace.round() > begin + 1;
            return None;
        }
        if life.waits {
            return None;
        }
        let before = Number::nodes(&life.old);
        let made_of = self.trace.tape().made_of(&Number::nodes(step));
        let carries = before.iter().any(|&node| made_of[node as usize]);
        let carried = &mut seen.carries[k];
        *carried = Some(*carried == Some(true) || carries);
        carries.then_some(before)
    }

    /// Whether a number is made of others, and not by the past alone that is left to some parameters.
    fn is_made_of(&self, node: u32, others: &HashSet<u32>) -> bool {
        let Some(&first) = others.iter().min() else { return false };
        let bound = self.bound.borrow();
        let mut met: HashSet<u32> = bound.iter().flatten().flat_map(|each| Number::nodes(&each.life.kept)).collect();
        let (tape, mut open) = (self.trace.tape(), vec![node]);
        while let Some(node) = open.pop() {
            if others.contains(&node) {
                return true;
            }
            if node > first && met.insert(node) {
                open.extend(tape.program().args(node as usize));
            }
        }
        false
    }

    /// Takes down whether an update goes on with moving what another has moved since the loss was computed.
    pub(super) fn take_again(&self, k: usize, life: &Life, parameter: &[Number], vm: &VirtualMachine) {
        let Some(other) = life.other else { return };
        let old: HashSet<u32> = Number::nodes(&life.old).into_iter().collect();
        let is_old = |candidate: &Candidate| {
            let node = self.number_of(&candidate.variable, vm)?.node()?;
            let is_new = self.trace.tape().depends(node, &Number::nodes(parameter));
            (!is_new && self.is_made_of(node, &old)).then_some(())
        };
        if self.candidates.iter().any(|candidate| is_old(candidate).is_some()) {
            self.seen.borrow_mut().again.extend([k, other]);
        }
    }

    /// Refuses a candidate for an update where it has no value, or an old one: one that depends on the parameter as it was.
    /// What was compared with it before is forgotten.
    pub(super) fn refuse_old(&self, k: usize, place: usize, value: Option<&Number>, life: &Life) {
        let old: HashSet<u32> = Number::nodes(&life.old).into_iter().collect();
        if value.is_none_or(|value| value.node().is_some_and(|node| self.is_made_of(node, &old))) {
            let seen = &mut *self.seen.borrow_mut();
            seen.refused[k].push(place);
            seen.points[k].retain(|point| point.loss != Some(place));
        }
    }
}

/// Excuses what is claimed where a number was kept from its bound.
pub(super) fn excuse_negligible(points: &mut [Point]) {
    let all = || points.iter().flat_map(|point| &point.samples).map(|sample| sample.claimed.abs());
    let largest = all().filter(|claimed| claimed.is_finite()).fold(0.0, f64::max);
    let is_idle = |point: &&mut Point| point.samples.iter().all(|sample| sample.derivative == 0.0);
    for sample in points.iter_mut().filter(is_idle).flat_map(|point| &mut point.samples) {
        if sample.claimed.abs() <= NEGLIGIBLE * largest {
            sample.claimed_rounding = sample.claimed_rounding.max(sample.claimed.abs());
        }
    }
}

//! Claims that a program makes once only: it runs again at random points near the one that it gives.

use super::inputs::is_one_hot;
use super::lives::excuse_negligible;
use super::monitor::{Monitor, renewed};
use super::notes::numbers_of;
use super::samples::Point;
use crate::array::{Kind, Number};
use crate::numpy::convert::is_sequence;
use crate::numpy::object::NdArray;
use crate::random::Mersenne;
use engine::Op;
use rustpython_vm::builtins::{PyDict, PyInt};
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

/// How many times a program runs again.
const ROUNDS: usize = 4;
/// How far a number is moved at most, relative to it or, from zero, to 1.
const STEP: f64 = 0.02;
/// A number that is typed in a claim and as near as this to one that the program computes may have been read off it.
const READ_OFF: f64 = 1e-4;

/// What is known of the runs.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// How many times the program has run before.
    round: Cell<usize>,
    /// The claims that are compared again, and how many points each had in the first run.
    open: RefCell<HashMap<usize, usize>>,
    /// How many points each claim had when each of the later runs began.
    begins: RefCell<Vec<Vec<usize>>>,
    /// The claims that hold where they were made, and need not hold anywhere else.
    read_off: RefCell<HashSet<usize>>,
    /// The numbers of the inputs.
    inputs: RefCell<Vec<f64>>,
    /// Of the claims that hold wherever the inputs are as they are written, the points at which they fail.
    by_other_inputs: RefCell<HashMap<usize, Vec<Point>>>,
    random: RefCell<Option<Mersenne>>,
}

impl Replay {
    /// Whether this is not the first run.
    pub(super) fn is_on(&self) -> bool {
        self.round.get() > 0
    }

    /// How many points of a claim are the program's own.
    pub(super) fn first(&self, claim: usize) -> usize {
        self.open.borrow().get(&claim).copied().unwrap_or(usize::MAX)
    }

    /// Of a claim that holds wherever the inputs are as they are written, the points at which it fails.
    pub(super) fn by_other_inputs(&self, claim: usize) -> Vec<Point> {
        self.by_other_inputs.borrow().get(&claim).cloned().unwrap_or_default()
    }

    /// Whether a run moves the inputs too; the others move parameters alone.
    fn moves_inputs(&self, round: usize) -> bool {
        round > 0 && round.is_multiple_of(2) && !self.inputs.borrow().is_empty()
    }

    /// In which run a claim met the point at a place.
    fn round_of(&self, claim: usize, place: usize) -> usize {
        self.begins.borrow().iter().filter(|begins| begins[claim] <= place).count()
    }

    /// A number near another, in every run but the first.
    fn moved(&self, number: f64) -> f64 {
        let Some(random) = &mut *self.random.borrow_mut() else { return number };
        let u = 2.0 * random.uniform() - 1.0;
        let size = if number == 0.0 { 1.0 } else { number.abs() };
        number + STEP * size * (u + u.signum()) / 2.0
    }
}

impl Monitor {
    /// Whether the program is to run once more, and gets ready for it: when some claim was made once only, or once for
    /// each of its keys.
    pub(super) fn again(&self) -> bool {
        let seen = self.seen.borrow();
        let (round, mut open) = (self.replay.round.get(), self.replay.open.borrow_mut());
        if round == 0 {
            let is_single = |k: &usize| is_single(&seen.points[*k]) && !self.replay.read_off.borrow().contains(k);
            open.extend((0..seen.points.len()).filter(is_single).map(|k| (k, seen.points[k].len())));
        }
        let counts: Vec<usize> = seen.points.iter().map(Vec::len).collect();
        let wants = open.keys().any(|&k| counts[k] < self.limit());
        let begins = &mut *self.replay.begins.borrow_mut();
        if round == ROUNDS || !wants || begins.last() == Some(&counts) || self.is_too_long() {
            return false;
        }
        self.replay.round.set(round + 1);
        begins.push(counts);
        self.replay.random.replace(Some(Mersenne::from_number(round as u32)));
        self.opens.borrow_mut().clear();
        self.notes.forget();
        self.bound.borrow_mut().iter_mut().for_each(Vec::clear);
        self.begun.borrow_mut().fill(None);
        true
    }

    /// How many points a claim had when this run began.
    pub(super) fn begin(&self, claim: usize) -> usize {
        self.replay.begins.borrow().last().map_or(0, |begins| begins[claim])
    }

    /// Whether a claim is to be compared at more points.
    pub(super) fn wants(&self, claim: usize) -> bool {
        let count = self.seen.borrow().points[claim].len();
        let goal = match self.replay.is_on() {
            true => self.begin(claim) + self.replay.open.borrow().get(&claim).copied().unwrap_or(0),
            false => usize::MAX,
        };
        count < goal.min(self.limit())
    }

    /// Whether some update still wants points, or in a later run any claim that is compared again.
    pub(super) fn is_tracing(&self) -> bool {
        match self.replay.is_on() {
            true => self.replay.open.borrow().keys().any(|&claim| self.wants(claim)),
            false => (0..self.claims.updates.len()).any(|update| self.wants(update)),
        }
    }

    /// Begins what a name of a parameter is bound to, near what it was if any of its updates is compared.
    pub(super) fn bind(
        &self,
        name: usize,
        value: PyObjectRef,
        shared: OptionalArg<usize>,
        vm: &VirtualMachine,
    ) -> PyResult {
        if self.evaluating.get() || !self.is_tracing() {
            return Ok(value);
        }
        let Some(parameter) = self.claims.parameters.values().nth(name) else { return Ok(value) };
        // Arrays in a container stay the same ones: they are known by names of their own.
        if parameter.is_handed && (is_sequence(&value) || value.downcastable::<PyDict>()) {
            return Ok(value);
        }
        let is_compared = |&update: &usize| !self.seen.borrow().points[update].is_empty();
        let moves = parameter.updates.iter().any(is_compared);
        let begin = |number: &Number| match moves {
            true => self.trace.leaf(self.replay.moved(number.value())),
            false => self.trace.leaf(number.value()),
        };
        // A whole number among others is a count.
        let is_count = |item: &PyObject| item.downcastable::<PyInt>();
        if let Some(dict) = value.downcast_ref::<PyDict>().filter(|_| moves && self.replay.is_on()) {
            let items: Vec<(PyObjectRef, PyObjectRef)> = dict.items_vec();
            for (key, item) in items.into_iter().filter(|(_, item)| is_count(item)) {
                dict.set_item(&*key, renewed(item, &|number: &Number| self.trace.traced(number), vm)?, vm)?;
            }
        }
        bound(value, shared.is_present(), &begin, vm)
    }

    /// What an input is bound to: in every other run, numbers near those that are written down.
    pub(super) fn input(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let Some(array) = numbers_of(&value, vm).filter(|array| array.kind() != Kind::Bool) else { return Ok(value) };
        let numbers = array.floats();
        if !self.replay.is_on() {
            self.replay.inputs.borrow_mut().extend(&numbers);
            return Ok(value);
        }
        let is_fixed = is_one_hot(&numbers, array.shape().last().copied().unwrap_or(1));
        if is_fixed || !self.replay.moves_inputs(self.replay.round.get()) {
            return Ok(value);
        }
        // All by one factor: the columns may be centred, or a matrix symmetric.
        let factor = self.replay.moved(1.0);
        let near = |number: &Number| match numbers.len() {
            1 => Number::from(self.replay.moved(number.value())),
            _ => Number::from(factor * number.value()),
        };
        renewed(value, &near, vm)
    }

    /// Takes down whether a claim that is made for the first time may be made of numbers that were read off: typed ones
    /// that the program computes on its way to `of`, or numbers alone.
    pub(super) fn take_typed(&self, claim: usize, of: u32, hand: &[Number]) {
        if !self.seen.borrow().points[claim].is_empty() || self.replay.is_on() {
            return;
        }
        let (typed, made_of) = self.claims.making(claim);
        let is_traced = hand.iter().any(|number| number.node().is_some());
        let is_of_inputs = typed.is_empty() && made_of.iter().any(|name| self.claims.inputs.contains(name));
        let tape = self.trace.tape();
        let needed = if typed.is_empty() { Vec::new() } else { tape.made_of(&[of]) };
        let is_computed = |&node: &usize| needed[node] && tape.program().op(node) != Op::Const;
        let computed = (0..needed.len()).filter(is_computed);
        let inputs = self.replay.inputs.borrow();
        let computed = computed.map(|node| tape.number(node as u32));
        let mut computed = computed.chain(inputs.iter().copied()).map(f64::abs);
        let is_typed = |number: f64| typed.iter().any(|typed| (number - typed).abs() <= READ_OFF * typed);
        if !is_traced && !is_of_inputs || computed.any(is_typed) {
            self.replay.read_off.borrow_mut().insert(claim);
        }
    }

    /// Leaves out what says nothing: points that are not finite, and those at which a claim fails that holds at its own
    /// point and at another one that was made in the same way. There a branch has changed its side, or a difference has
    /// grown that is none of the derivative. Sets aside those at which a claim fails that holds wherever the inputs are as
    /// they are written.
    pub(super) fn settle(&self) {
        let seen = &mut *self.seen.borrow_mut();
        seen.points.iter_mut().for_each(|points| excuse_negligible(points));
        for (&claim, &first) in self.replay.open.borrow().iter() {
            let points = &seen.points[claim];
            let is_moved = |place: usize| self.replay.moves_inputs(self.replay.round_of(claim, place));
            let fails = |place: usize| points[place].fails(self.rtol);
            let is_like = |one: usize, other: usize| points[one].key == points[other].key;
            let fails_here = |place: usize| (0..first).any(|own| is_like(own, place) && fails(own));
            let holds_near = |place: usize| {
                let made_so = |&other: &usize| is_moved(other) == is_moved(place) && is_like(other, place);
                (first..points.len()).filter(made_so).any(|other| points[other].holds(self.rtol))
            };
            let says =
                |place: usize| points[place].is_finite() && (!fails(place) || fails_here(place) || !holds_near(place));
            let kept: Vec<usize> = (0..points.len()).filter(|&place| place < first || says(place)).collect();
            let of_inputs = |&place: &usize| is_moved(place) && fails(place);
            let own = || kept.iter().filter(|&&place| !is_moved(place));
            let holds = own().all(|&place| !fails(place)) && own().any(|&place| place >= first);
            let (aside, kept): (Vec<usize>, Vec<usize>) = kept.iter().partition(|place| holds && of_inputs(place));
            let [aside, kept] = [aside, kept].map(|places| places.iter().map(|&place| points[place].clone()).collect());
            seen.points[claim] = kept;
            self.replay.by_other_inputs.borrow_mut().insert(claim, aside);
        }
    }
}

/// What is bound to a name of a parameter: numbers that are not traced begin anew. A number that another name `shares`
/// does so too; an array that two names share is one array.
pub(crate) fn bound(
    value: PyObjectRef,
    shares: bool,
    begin: &dyn Fn(&Number) -> Number,
    vm: &VirtualMachine,
) -> PyResult {
    let begins = |number: &Number| number.node().is_none() || shares && number.is_leaf();
    match shares && value.downcastable::<NdArray>() {
        true => Ok(value),
        false => renewed(value, &|number: &Number| if begins(number) { begin(number) } else { number.clone() }, vm),
    }
}

/// Whether a claim was made once, or once for each key.
fn is_single(points: &[Point]) -> bool {
    let keys: HashSet<&Option<String>> = points.iter().map(|point| &point.key).collect();
    !points.is_empty() && keys.len() == points.len()
}

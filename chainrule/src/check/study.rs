//! What a run is kept for when a claim is to be diagnosed: everything, up to its first points.

use super::monitor::{Monitor, renewed};
use super::notes::numbers_of;
use super::scene::{Scene, Variation};
use super::sites::How;
use crate::array::{Array, Kind, Number};
use crate::numpy::convert::array_object;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// How long a tape may get that lets go of nothing.
const LONGEST: usize = 1 << 21;

/// What is kept of a run.
#[derive(Debug, Default)]
pub(super) struct Study {
    /// The sources that are tried in the place of the values of sites.
    pub(super) variants: RefCell<HashMap<usize, Vec<String>>>,
    pub(super) scenes: RefCell<Vec<Scene>>,
    pub(super) variations: RefCell<Vec<Variation>>,
    pub(super) until: RefCell<Until>,
    /// How many updates there have been.
    updates: Cell<usize>,
    /// Whether the program asks for what parameters were before their updates.
    pub(super) is_repaired: Cell<bool>,
    /// A repair that is tried.
    pub(super) repair: RefCell<Option<Repair>>,
    /// What has been claimed, with the numbers that the repair puts there.
    mended: RefCell<Vec<(u32, f64)>>,
}

type Mend = dyn Fn(&Monitor, &Scene) -> Option<Vec<f64>>;

/// What a repair makes of a claim at one execution, if it is about that.
pub(super) struct Repair(pub(super) Box<Mend>);

impl std::fmt::Debug for Repair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Repair")
    }
}

/// When a run is stopped whose rest would not be looked at.
#[derive(Debug, Default)]
pub(super) enum Until {
    /// It runs to its end.
    #[default]
    End,
    /// When these claims, of the check that came before, all have enough points.
    Points(Vec<usize>),
    /// When there have been so many updates that each claim of a training has had its turn.
    Turn,
}

/// How many updates that takes.
const TURN: usize = 1000;

/// The name by which a program knows what the parameter of an update was before it.
pub(super) fn before(update: usize) -> String {
    format!("{BEFORE}{update}__")
}

/// How all such names begin.
pub(super) const BEFORE: &str = "__before_update_";

/// Whether an array of truths stands where numbers may, as a derivative of a ramp does.
fn is_mask(array: &Array) -> bool {
    array.kind() == Kind::Bool && array.ndim() > 0
}

impl Monitor {
    pub(super) fn keep_scene(&self, scene: impl FnOnce() -> Scene) {
        if !self.notes.keeps_all {
            return;
        }
        let scene = scene();
        let claimed = self.study.repair.borrow().as_ref().and_then(|repair| repair.0(self, &scene));
        for (node, number) in scene.hand.iter().zip(claimed.into_iter().flatten()) {
            self.study.mended.borrow_mut().extend(node.map(|node| (node, number * scene.rate)));
        }
        self.study.scenes.borrow_mut().push(scene);
    }

    /// What an update would take off if the repair stood in the place of what is claimed, where that bears on it.
    pub(super) fn mended(&self, step: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let mended = self.study.mended.borrow();
        let (changed, anew): (Vec<u32>, Vec<f64>) = mended.iter().copied().unzip();
        let array = numbers_of(step, vm).filter(|_| !mended.is_empty())?;
        let numbers = array.numbers();
        let tape = self.trace.tape();
        let mut moved = tape.what_if(&Number::nodes(&numbers), &changed).numbers(&anew).into_iter();
        let numbers = numbers.iter().map(|number| match number.node() {
            Some(_) => moved.next().unwrap_or(number.value()),
            None => number.value(),
        });
        let shape: Vec<isize> = array.shape().iter().map(|&length| length as isize).collect();
        Some(array_object(Array::from_floats(numbers.collect()).reshape(&shape).ok()?, vm))
    }

    /// Forgets the last scene of a claim but one: its value was not whole yet.
    pub(super) fn forget_scene_before_last(&self, claim: usize) {
        let scenes = &mut *self.study.scenes.borrow_mut();
        let own: Vec<usize> = (0..scenes.len()).rev().filter(|&k| scenes[k].claim == claim).take(2).collect();
        if let [_, before] = own[..] {
            scenes.remove(before);
        }
    }

    /// Keeps what a parameter is before its update.
    pub(super) fn keep_old(&self, k: usize, parameter: &Array, vm: &VirtualMachine) -> PyResult<()> {
        if self.notes.keeps_all || self.study.is_repaired.get() {
            let old = array_object(parameter.cast(Kind::Float), vm);
            vm.builtins.set_attr(vm.ctx.intern_str(before(k)), old, vm)?;
        }
        Ok(())
    }

    /// Ends a run that is only studied once it has shown enough: what follows would not be looked at.
    pub(super) fn stop_when_enough(&self, vm: &VirtualMachine) -> PyResult<()> {
        let has_all =
            |wanted: &[usize]| wanted.iter().all(|&claim| self.seen.borrow().points[claim].len() >= self.limit());
        let is_through = || !self.is_tracing() || self.is_too_long();
        let enough = match &*self.study.until.borrow() {
            _ if self.replay.is_on() => is_through(),
            Until::End => false,
            Until::Points(wanted) => is_through() || has_all(wanted),
            Until::Turn => is_through() || self.study.updates.replace(self.study.updates.get() + 1) > TURN,
        };
        if !enough {
            return Ok(());
        }
        Err(vm.new_exception_empty(vm.ctx.exceptions.system_exit.to_owned()))
    }

    /// Whether the tape is as long as it may get.
    pub(super) fn is_too_long(&self) -> bool {
        self.trace.tape().len() > LONGEST
    }

    /// Evaluates what is tried in the place of a value.
    pub(super) fn vary(&self, site: usize, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if self.evaluating.get() {
            return Ok(value);
        }
        let given = numbers_of(&value, vm);
        let Some(given) = given.filter(|array| array.kind() == Kind::Float || is_mask(array)) else { return Ok(value) };
        let value = if is_mask(&given) { array_object(given.cast(Kind::Float), vm) } else { value };
        // What is not traced has no place on the tape, which it needs to be replaced.
        let value = renewed(value, &|number: &Number| self.trace.traced(number), vm)?;
        let Some(array) = numbers_of(&value, vm) else { return Ok(value) };
        // What an update takes off may be repeated to the shape of its parameter.
        let is_step = matches!(self.notes.sites[site].how, How::Step(_));
        self.evaluating.set(true);
        self.trace.pause(true);
        let fits = |value: PyObjectRef| {
            let found = numbers_of(&value, vm)?;
            (is_step || found.shape() == array.shape()).then(|| found.numbers().iter().map(Number::value).collect())
        };
        let variants = self.study.variants.borrow();
        let numbers = variants.get(&site).map_or_else(Vec::new, |sources| self.evaluate_all(sources, vm, fits));
        self.trace.pause(false);
        self.evaluating.set(false);
        let nodes = Number::nodes(&array.numbers());
        self.study.variations.borrow_mut().push(Variation { site, nodes, numbers });
        Ok(value)
    }
}

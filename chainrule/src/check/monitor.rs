//! What the program reports while it runs: its updates, with their operands.

use super::claims::{Candidate, Claims};
use super::entering::Entries;
use super::lives::Bound;
use super::notes::{Notes, numbers_of};
use super::partials::Open;
use super::replay::Replay;
use super::rewrite::{BIND, FLOAT, INPUT, MADE, NOTE, PASS, READ, UPDATE, VARY};
use super::samples::Point;
use super::study::Study;
use super::updates::key_of;
use crate::array::{Kind, Number, Trace};
use crate::numpy::convert::{element_of, into_object, python_float, to_array};
use crate::numpy::object::{Float64, NdArray};
use rustpython_vm::builtins::{PyBool, PyCode, PyDict, PyDictRef, PyFloat, PyInt, PyList};
use rustpython_vm::compiler::Mode;
use rustpython_vm::frame::Frame;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Compares what a running program claims with the derivatives of what it computes.
pub(crate) struct Monitor {
    pub(crate) claims: Claims,
    /// The loss, or else what tells one.
    pub(super) candidates: Vec<Candidate>,
    pub(super) rate: Option<String>,
    pub(super) limit: usize,
    pub(super) rtol: f64,
    pub(super) trace: Trace,
    /// Whether an expression of the program is being evaluated for a claim, whose own statements do not count.
    pub(super) evaluating: Cell<bool>,
    codes: RefCell<HashMap<String, Option<PyRef<PyCode>>>>,
    /// For each candidate, what it was when it was first computed in a step.
    before: RefCell<Vec<Option<Number>>>,
    /// For each update, what it has bound.
    pub(super) bound: RefCell<Vec<Vec<Bound>>>,
    /// For each update, the round in which it was first compared in this run.
    pub(super) begun: RefCell<Vec<Option<u32>>>,
    pub(crate) notes: Notes,
    pub(super) study: Study,
    pub(super) replay: Replay,
    /// The values that are said to be derivatives and have not been forgotten.
    pub(super) opens: RefCell<Vec<Open>>,
    pub(crate) seen: RefCell<Seen>,
}

/// What was seen of a run.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The points of each claim, the updates before the partials.
    pub(crate) points: Vec<Vec<Point>>,
    /// For each claim, the candidates that are not its loss: they had no value, or an old one.
    pub(super) refused: Vec<Vec<usize>>,
    /// For each claim that was met and is no update: of what (none for the loss) and by what the derivative is.
    pub(crate) names: Vec<Option<(Option<String>, String)>>,
    /// The partials whose values were traced.
    pub(crate) traced: HashSet<usize>,
    /// How many points there were.
    clock: usize,
    /// Pairs of a partial and a claim that was made of its value.
    pub(crate) feeds: HashSet<(usize, usize)>,
    /// For each update, whether it was made of what its parameter was before an earlier step.
    pub(crate) carries: Vec<Option<bool>>,
    /// For each update, whether it adds a multiple of that itself.
    pub(crate) recalls: Vec<bool>,
    /// For each update that carries something, what enters that; none where it cannot be told.
    pub(crate) entries: Vec<Option<Entries>>,
    /// For each update, whether that cannot be told of some step.
    pub(crate) lost: Vec<bool>,
    /// For each update, at how many executions no loss depended on what it is about, before one did.
    pub(crate) waits: Vec<usize>,
    /// The updates that move a parameter which another has moved since the loss was computed, and these others.
    pub(crate) again: HashSet<usize>,
    /// For each claim, why it could not be compared at some execution.
    pub(crate) reasons: Vec<Option<String>>,
    /// By update and two candidates: the constant factor between their derivatives, where there is one.
    pub(super) proportions: HashMap<[usize; 3], Option<f64>>,
    /// The updates that let their parameter decay too.
    pub(crate) decayed: HashSet<usize>,
    /// For each candidate, the highest that it was where it was differentiated.
    pub(crate) highest: HashMap<usize, f64>,
    /// Two candidates whose derivatives are not proportional.
    pub(crate) rivals: Option<[usize; 2]>,
}

impl Monitor {
    /// Watches for these claims, at up to `limit` points each.
    pub(crate) fn new(
        claims: Claims,
        notes: Notes,
        loss: Option<&str>,
        rate: Option<&str>,
        limit: usize,
        rtol: f64,
    ) -> Rc<Monitor> {
        let given = |source: &str| {
            let own = || source.to_owned();
            vec![Candidate { name: own(), variable: own(), source: own(), range: Default::default() }]
        };
        let candidates = loss.map_or_else(|| claims.losses.clone(), given);
        let bound = RefCell::new(vec![Vec::new(); claims.updates.len()]);
        let begun = RefCell::new(vec![None; claims.updates.len()]);
        let count = claims.updates.len() + claims.partials.claims.len();
        let seen = Seen {
            points: vec![Vec::new(); count],
            refused: vec![Vec::new(); count],
            names: vec![None; count],
            reasons: vec![None; count],
            carries: vec![None; count],
            recalls: vec![false; count],
            entries: vec![Some(Entries::default()); claims.updates.len()],
            lost: vec![false; count],
            waits: vec![0; count],
            ..Seen::default()
        };
        Rc::new(Monitor {
            before: RefCell::new(vec![None; candidates.len()]),
            claims,
            candidates,
            rate: rate.map(str::to_owned),
            limit,
            rtol,
            trace: if notes.keeps_all { Trace::keeping_all() } else { Trace::new() },
            evaluating: Cell::new(false),
            codes: RefCell::default(),
            study: Study::default(),
            replay: Replay::default(),
            bound,
            begun,
            opens: RefCell::default(),
            notes,
            seen: RefCell::new(seen),
        })
    }

    /// How many points of any claim there were before this one.
    pub(super) fn now(&self) -> usize {
        let seen = &mut *self.seen.borrow_mut();
        seen.clock += 1;
        seen.clock - 1
    }

    /// Takes down how high a candidate is.
    pub(super) fn rise(&self, candidate: usize, number: f64) {
        let highest = &mut self.seen.borrow_mut().highest;
        highest.entry(candidate).and_modify(|highest| *highest = highest.max(number)).or_insert(number);
    }

    /// How many points each claim gets.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The names and sources of what may be the loss.
    pub(crate) fn candidate(&self, place: usize) -> &Candidate {
        &self.candidates[place]
    }

    /// The loss that was given, when it was not left to be found.
    pub(crate) fn given_loss(&self) -> Option<&str> {
        // What was given stands nowhere in the program.
        self.candidates.first().filter(|candidate| candidate.range.is_empty()).map(|candidate| candidate.name.as_str())
    }

    /// Gives the program what its rewritten statements call.
    pub(crate) fn install(self: &Rc<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let own = self.clone();
        let update = move |k: usize,
                           in_place: usize,
                           old: PyObjectRef,
                           step: PyObjectRef,
                           key: OptionalArg<PyObjectRef>,
                           vm: &VirtualMachine| {
            own.update(k, in_place == 1, &old, &step, key.as_option().and_then(|key| key_of(key)), vm)
        };
        vm.builtins.set_attr(UPDATE, vm.new_function(UPDATE, update), vm)?;
        let own = self.clone();
        let bind = move |name: usize, value: PyObjectRef, shared: OptionalArg<usize>, vm: &VirtualMachine| {
            own.bind(name, value, shared, vm)
        };
        vm.builtins.set_attr(BIND, vm.new_function(BIND, bind), vm)?;
        let own = self.clone();
        let input = move |value: PyObjectRef, vm: &VirtualMachine| own.input(value, vm);
        vm.builtins.set_attr(INPUT, vm.new_function(INPUT, input), vm)?;
        let own = self.clone();
        let note = move |site: usize, value: PyObjectRef, vm: &VirtualMachine| own.note(site, &value, vm);
        vm.builtins.set_attr(NOTE, vm.new_function(NOTE, note), vm)?;
        let own = self.clone();
        let pass = move |site: usize, value: PyObjectRef, vm: &VirtualMachine| -> PyObjectRef {
            own.note(site, &value, vm);
            value
        };
        vm.builtins.set_attr(PASS, vm.new_function(PASS, pass), vm)?;
        let own = self.clone();
        let vary = move |site: usize, value: PyObjectRef, vm: &VirtualMachine| own.vary(site, value, vm);
        vm.builtins.set_attr(VARY, vm.new_function(VARY, vary), vm)?;
        let own = self.clone();
        let made = move |variable: usize, claim: usize, owner: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine| {
            own.made(variable, claim.checked_sub(1), owner, value, vm);
        };
        vm.builtins.set_attr(MADE, vm.new_function(MADE, made), vm)?;
        let own = self.clone();
        let read = move |variable: usize, vm: &VirtualMachine| own.read(variable, vm);
        vm.builtins.set_attr(READ, vm.new_function(READ, read), vm)?;
        vm.builtins.set_attr(FLOAT, vm.new_function(FLOAT, to_float), vm)
    }

    fn note(&self, site: usize, value: &PyObject, vm: &VirtualMachine) {
        if !self.evaluating.get() && self.is_tracing() {
            let end = self.trace.tape().len();
            self.notes.take(site, value, end, vm);
        }
    }

    /// The number of a loss for a claim here and now, if it is a scalar: what the variable holds, when that depends on the
    /// parameter as it is; else what is assigned to it, wherever in the loop that stands. What is assigned after the claim
    /// the variable holds of an earlier step.
    pub(super) fn loss(&self, claim: usize, place: usize, parameter: &[Number], vm: &VirtualMachine) -> Option<Number> {
        let candidate = &self.candidates[place];
        let depends = |value: &Number| {
            let nodes = Number::nodes(parameter);
            value.node().is_some_and(|node| self.trace.tape().depends(node, &nodes))
        };
        let held = || self.number_of(&candidate.variable, vm).filter(depends);
        let is_afterwards = self.given_loss().is_none() && self.claims.afterwards.contains(&(claim, place));
        if let Some(held) = (!is_afterwards).then(held).flatten() {
            return Some(held);
        }
        let now = self.number_of(&candidate.source, vm);
        let is_of_step = now.as_ref().is_some_and(depends);
        if is_of_step && self.loss_before(place, parameter).is_none() && parameter.iter().any(Number::is_leaf) {
            self.before.borrow_mut()[place] = now.clone();
        }
        if is_of_step { now } else { is_afterwards.then(held).flatten().or(now) }
    }

    /// What a loss that is computed after the updates of a step was for the first claim of this step, if this parameter
    /// has not been updated since: that of all parameters as they were before.
    pub(super) fn loss_before(&self, place: usize, parameter: &[Number]) -> Option<u32> {
        let node = self.before.borrow()[place].as_ref()?.node()?;
        self.trace.tape().depends(node, &Number::nodes(parameter)).then_some(node)
    }

    /// The number that an expression of the program is here and now.
    pub(super) fn number_of(&self, source: &str, vm: &VirtualMachine) -> Option<Number> {
        let value = self.evaluate(source, vm)?;
        let array = to_array(&value, vm).ok().filter(|array| array.len() == 1)?;
        array.numbers().into_iter().next()
    }

    /// An expression of the program, in the frame of the running statement or the nearest caller that knows its names.
    pub(super) fn evaluate(&self, source: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let code = self.compiled(source, vm)?;
        let mut frame = vm.current_frame();
        while let Some(here) = frame {
            match vm.run_code_obj(code.clone(), Scope::new(None, names(&here, vm)?)) {
                Ok(value) => return Some(value),
                Err(error) if error.class().fast_issubclass(vm.ctx.exceptions.name_error) => frame = here.f_back(vm),
                Err(_) => return None,
            }
        }
        None
    }

    /// Expressions in the frame of the running statement, one after the other.
    pub(super) fn evaluate_all<T>(
        &self,
        sources: &[String],
        vm: &VirtualMachine,
        mut see: impl FnMut(PyObjectRef) -> Option<T>,
    ) -> Vec<Option<T>> {
        let names = vm.current_frame().and_then(|here| names(&here, vm));
        let value = |source: &String| {
            let scope = Scope::new(None, names.clone()?);
            see(vm.run_code_obj(self.compiled(source, vm)?, scope).ok()?)
        };
        sources.iter().map(value).collect()
    }

    fn compiled(&self, source: &str, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
        let compile = || vm.compile(&format!("({source}\n)"), Mode::Eval, "<loss>".to_owned()).ok();
        self.codes.borrow_mut().entry(source.to_owned()).or_insert_with(compile).clone()
    }
}

/// The names that a frame knows.
fn names(frame: &Py<Frame>, vm: &VirtualMachine) -> Option<PyDictRef> {
    let names = vm.ctx.new_dict();
    let locals: PyObjectRef = frame.locals(vm).ok()?.into();
    for known in [frame.globals.clone().into(), locals] {
        vm.call_method(names.as_object(), "update", (known,)).ok()?;
    }
    Some(names)
}

/// `float(x)`, traced if x is.
fn to_float(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let one = numbers_of(&value, vm).filter(|array| array.len() == 1).and_then(|array| array.numbers().pop());
    match one.filter(|number| number.node().is_some()) {
        Some(number) => Ok(python_float(number, vm)),
        None => vm.ctx.types.float_type.as_object().call((value,), vm),
    }
}

/// The same object with other numbers in it: of a traced array in place, of a plain one in a copy, for the same array may
/// be known by another name that is no parameter; of a dictionary or a list each value.
pub(crate) fn renewed(value: PyObjectRef, renew: &dyn Fn(&Number) -> Number, vm: &VirtualMachine) -> PyResult {
    if let Some(array) = value.downcast_ref::<NdArray>() {
        let array = &array.array;
        if array.kind() == Kind::Bool {
            return Ok(value);
        }
        if array.kind() == Kind::Float && array.numbers().iter().any(|number| number.node().is_some()) {
            array.renew(renew);
            return Ok(value);
        }
        let own = array.cast(Kind::Float);
        own.renew(renew);
        return Ok(NdArray { array: own }.into_pyobject(vm));
    }
    if let Some(x) = value.downcast_ref::<Float64>() {
        return Ok(into_object(crate::array::Element::Float(renew(&x.number)), vm));
    }
    if let Some(dict) = value.downcast_ref::<PyDict>() {
        let items: Vec<(PyObjectRef, PyObjectRef)> = dict.items_vec();
        for (key, item) in items {
            dict.set_item(&*key, renewed(item, renew, vm)?, vm)?;
        }
        return Ok(value);
    }
    if let Some(list) = value.downcast_ref::<PyList>() {
        let items: Vec<PyObjectRef> = list.borrow_vec().to_vec();
        let items = items.into_iter().map(|item| renewed(item, renew, vm)).collect::<PyResult<Vec<_>>>()?;
        list.borrow_vec_mut().clone_from(&items);
        return Ok(value);
    }
    let is_number = value.downcastable::<PyFloat>() || value.downcastable::<PyInt>() && !value.downcastable::<PyBool>();
    match element_of(&value, vm)? {
        Some(element) if is_number => Ok(python_float(renew(&element.number()), vm)),
        _ => Ok(value),
    }
}

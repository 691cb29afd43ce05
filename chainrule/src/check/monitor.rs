//! What the program reports while it runs: its updates, with their operands.

use super::claims::{Candidate, Claims, Update};
use super::notes::Notes;
use super::partials::Open;
use super::rewrite::{BIND, MADE, NOTE, PASS, READ, UPDATE, VARY};
use super::samples::{Point, Sample};
use super::scene::Scene;
use super::study::Study;
use crate::array::{Array, Kind, Number, Trace, broadcast_shapes};
use crate::numpy::convert::{element_of, into_object, python_float, to_array};
use crate::numpy::object::{Float64, NdArray};
use rustpython_vm::builtins::{PyBool, PyCode, PyDict, PyFloat, PyInt, PyList, PyStr};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Compares what a running program claims with the derivatives of what it computes.
pub(crate) struct Monitor {
    pub(crate) claims: Claims,
    /// The loss, or else what tells one.
    pub(super) candidates: Vec<Candidate>,
    rate: Option<String>,
    pub(super) limit: usize,
    rtol: f64,
    pub(super) trace: Trace,
    /// Whether an expression of the program is being evaluated for a claim, whose own statements do not count.
    pub(super) evaluating: Cell<bool>,
    codes: RefCell<HashMap<String, Option<PyRef<PyCode>>>>,
    /// What each update has bound last.
    current: RefCell<Vec<Vec<Number>>>,
    /// For each update, what it has bound.
    replaced: RefCell<Vec<Vec<Replaced>>>,
    pub(crate) notes: Notes,
    pub(super) study: Study,
    /// The values that are said to be derivatives and have not been forgotten.
    pub(super) opens: RefCell<Vec<Open>>,
    pub(crate) seen: RefCell<Seen>,
}

/// A value that an update has bound.
#[derive(Debug, Clone)]
struct Replaced {
    /// Its first number.
    new: Number,
    /// All numbers of what was there before.
    old: Vec<Number>,
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
    /// Pairs of a partial and a claim that was made of its value.
    pub(crate) feeds: HashSet<(usize, usize)>,
    /// For each update, whether it was made of what its parameter was before an earlier step.
    pub(crate) carries: Vec<Option<bool>>,
    /// For each claim, why it could not be compared at some execution.
    pub(crate) reasons: Vec<Option<String>>,
    /// By update and two candidates: the constant factor between their derivatives, where there is one.
    proportions: HashMap<[usize; 3], Option<f64>>,
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
        let current = RefCell::new(vec![Vec::new(); claims.updates.len()]);
        let replaced = RefCell::new(vec![Vec::new(); claims.updates.len()]);
        let count = claims.updates.len() + claims.partials.claims.len();
        let seen = Seen {
            points: vec![Vec::new(); count],
            refused: vec![Vec::new(); count],
            names: vec![None; count],
            reasons: vec![None; count],
            carries: vec![None; count],
            ..Seen::default()
        };
        Rc::new(Monitor {
            claims,
            candidates,
            rate: rate.map(str::to_owned),
            limit,
            rtol,
            trace: if notes.keeps_all { Trace::keeping_all() } else { Trace::new() },
            evaluating: Cell::new(false),
            codes: RefCell::default(),
            current,
            study: Study::default(),
            replaced,
            opens: RefCell::default(),
            notes,
            seen: RefCell::new(seen),
        })
    }

    /// How many points each claim gets.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The names and sources of what may be the loss.
    pub(crate) fn candidate(&self, place: usize) -> &Candidate {
        &self.candidates[place]
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
        let bind = move |value: PyObjectRef, vm: &VirtualMachine| own.bind(value, vm);
        vm.builtins.set_attr(BIND, vm.new_function(BIND, bind), vm)?;
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
        vm.builtins.set_attr(READ, vm.new_function(READ, read), vm)
    }

    /// Whether some update still wants points.
    pub(super) fn is_tracing(&self) -> bool {
        let points = &self.seen.borrow().points;
        points[..self.claims.updates.len()].iter().any(|points| points.len() < self.limit)
    }

    fn bind(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if self.evaluating.get() || !self.is_tracing() {
            return Ok(value);
        }
        let keep_or_begin = |number: &Number| match number.node() {
            Some(_) => number.clone(),
            None => self.trace.leaf(number.value()),
        };
        renewed(value, &keep_or_begin, vm)
    }

    fn note(&self, site: usize, value: &PyObject, vm: &VirtualMachine) {
        if !self.evaluating.get() && self.is_tracing() {
            let end = self.trace.tape().len();
            self.notes.take(site, value, end, vm);
        }
    }

    fn update(
        &self,
        k: usize,
        in_place: bool,
        old: &PyObject,
        step: &PyObject,
        key: Option<String>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let update = &self.claims.updates[k];
        let new = || match (update.adds, in_place) {
            (false, false) => vm._sub(old, step),
            (false, true) => vm._isub(old, step),
            (true, false) => vm._add(old, step),
            (true, true) => vm._iadd(old, step),
        };
        if self.evaluating.get() || element_of(old, vm)?.is_none() && !old.downcastable::<NdArray>() {
            return new();
        }
        let parameter = to_array(old, vm)?;
        let numbers = parameter.numbers();
        let traced = numbers.iter().any(Number::is_leaf);
        self.keep_old(k, &parameter, vm)?;
        let wanted = self.seen.borrow().points[k].len() < self.limit;
        if wanted && traced {
            self.evaluating.set(true);
            let point = self.judge(k, &parameter, &numbers, step, vm);
            self.evaluating.set(false);
            match point? {
                Some(point) => self.seen.borrow_mut().points[k].push(Point { key, ..point }),
                None => return new(),
            }
        } else if self.seen.borrow().points[k].is_empty() {
            return new();
        }
        if !traced && !self.is_tracing() {
            return new();
        }
        self.trace.pass(&numbers);
        let tracing = self.is_tracing();
        let begin = |number: &Number| match tracing {
            true => self.trace.leaf(number.value()),
            false => Number::from(number.value()),
        };
        let value = renewed(new()?, &begin, vm)?;
        let bound = to_array(&value, vm)?.numbers();
        if let Some(first) = bound.first() {
            self.replaced.borrow_mut()[k].push(Replaced { new: first.clone(), old: numbers });
        }
        self.current.borrow_mut()[k] = bound;
        self.stop_when_enough(vm)?;
        Ok(value)
    }

    /// The numbers of an update at one execution, unless no loss depends on the parameter.
    fn judge(
        &self,
        k: usize,
        parameter: &Array,
        numbers: &[Number],
        step: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Point>> {
        let update = &self.claims.updates[k];
        let open: Vec<usize> =
            (0..self.candidates.len()).filter(|place| !self.seen.borrow().refused[k].contains(place)).collect();
        let values: Vec<(usize, Option<Number>)> =
            open.into_iter().map(|place| (place, self.loss(place, numbers, vm))).collect();
        let rate = self.rate_of(update, vm) * if update.adds { -1.0 } else { 1.0 };
        // Nodes are asked for only now: while an expression is evaluated, the trace may let go of its beginning.
        let nodes: Vec<u32> = numbers.iter().filter_map(Number::node).collect();
        let mut losses: Vec<(usize, u32)> = Vec::new();
        for (place, value) in values {
            match value.as_ref().and_then(Number::node) {
                Some(node) if self.trace.tape().depends(node, &nodes) => losses.push((place, node)),
                node => self.refuse_old(k, place, value.is_some(), node),
            }
        }
        let Some(&(first, loss)) = losses.first() else { return Ok(None) };
        let derivatives = |loss: u32| -> Vec<(f64, f64)> {
            let by = self.trace.tape().derivatives(loss);
            numbers.iter().map(|number| number.node().map_or((0.0, 0.0), |node| by.by(node))).collect()
        };
        let expected = derivatives(loss);
        for &(other, rival) in &losses[1..] {
            let factor = proportion(&expected, &derivatives(rival), self.rtol);
            let seen = &mut *self.seen.borrow_mut();
            let known = *seen.proportions.entry([k, first, other]).or_insert(factor);
            let same = match (known, factor) {
                (Some(a), Some(b)) => a.is_nan() || b.is_nan() || (a - b).abs() <= self.rtol * a.abs(),
                _ => false,
            };
            if !same {
                seen.rivals = Some([first, other]);
            }
        }
        let Ok(step) = to_array(step, vm) else { return Ok(None) };
        let hand_shape = step.shape().to_vec();
        let Some(step) = comparable(step, parameter) else { return Ok(None) };
        let tape = self.trace.tape();
        let sample = |(claimed, (derivative, derivative_rounding)): (Number, (f64, f64))| {
            let rounding = claimed.node().map_or(0.0, |node| tape.rounding(node));
            Sample {
                claimed: claimed.value() / rate,
                claimed_rounding: (rounding + f64::EPSILON * claimed.value().abs()) / rate.abs(),
                derivative,
                derivative_rounding,
            }
        };
        let hand = step.numbers();
        self.take_feeding_update(k, &hand);
        self.take_carried(k, numbers, &hand);
        let samples: Vec<Sample> = hand.iter().cloned().zip(expected).map(sample).collect();
        let on_kink = tape.is_on_kink(loss, &nodes);
        self.keep_scene(|| Scene {
            claim: k,
            of: loss,
            wrt: numbers.iter().map(Number::node).collect(),
            shape: parameter.shape().to_vec(),
            hand_shape,
            hand: hand.iter().map(Number::node).collect(),
            rate,
            samples: samples.clone(),
            noted: self.notes.all().len(),
            on_kink,
        });
        Ok(Some(Point { loss: Some(first), key: None, shape: parameter.shape().to_vec(), samples, on_kink }))
    }

    /// Takes down whether a step is made of what the parameter was before the last one.
    fn take_carried(&self, k: usize, parameter: &[Number], step: &[Number]) {
        let replaced = &mut self.replaced.borrow_mut()[k];
        replaced.retain(|each| each.new.node().is_some());
        let own = |each: &Replaced| parameter.first().is_some_and(|first| first.node() == each.new.node());
        let Some(place) = replaced.iter().position(own) else { return };
        let before = replaced.swap_remove(place).old;
        let nodes = |numbers: &[Number]| numbers.iter().filter_map(Number::node).collect::<Vec<u32>>();
        let made_of = self.trace.tape().made_of(&nodes(step));
        let carries = nodes(&before).into_iter().any(|node| made_of[node as usize]);
        let seen = &mut self.seen.borrow_mut().carries[k];
        *seen = Some(*seen == Some(true) || carries);
    }

    /// Refuses a candidate for an update where it has no value, or an old one: one that depends on no parameter as it
    /// is now. What was compared with it before is forgotten.
    fn refuse_old(&self, k: usize, place: usize, has_value: bool, node: Option<u32>) {
        let current = self.current.borrow();
        let now: Vec<u32> = current.iter().flatten().filter_map(Number::node).collect();
        let is_new = now.is_empty() || node.is_some_and(|node| self.trace.tape().depends(node, &now));
        if !has_value || !is_new {
            let seen = &mut *self.seen.borrow_mut();
            seen.refused[k].push(place);
            seen.points[k].retain(|point| point.loss != Some(place));
        }
    }

    /// The number of a loss here and now, if it is a scalar: what the variable holds, when that depends on the parameter
    /// as it is; else what is assigned to it, wherever in the loop that stands.
    pub(super) fn loss(&self, place: usize, parameter: &[Number], vm: &VirtualMachine) -> Option<Number> {
        let scalar = |source: &str| {
            let value = self.evaluate(source, vm)?;
            let array = to_array(&value, vm).ok().filter(|array| array.len() == 1)?;
            array.numbers().into_iter().next()
        };
        let candidate = &self.candidates[place];
        let held = scalar(&candidate.variable).filter(|value| {
            let nodes: Vec<u32> = parameter.iter().filter_map(Number::node).collect();
            value.node().is_some_and(|node| self.trace.tape().depends(node, &nodes))
        });
        held.or_else(|| scalar(&candidate.source))
    }

    /// The rate of an update: 1 when nothing tells another.
    fn rate_of(&self, update: &Update, vm: &VirtualMachine) -> f64 {
        let scalar = |source: &String| {
            let value = self.evaluate(source, vm)?;
            let element = element_of(&value, vm).ok().flatten()?;
            let number = element.number();
            // What depends on a parameter is no rate, unless its name says so.
            let plain = element.kind() != Kind::Bool && (update.named_rate || number.node().is_none());
            (plain && number.value() != 0.0).then(|| number.value())
        };
        let found: Vec<f64> = self.rate.iter().chain(&update.rates).filter_map(scalar).collect();
        match (found.as_slice(), &self.rate) {
            ([first, ..], Some(_)) => *first,
            ([only], None) => *only,
            _ => 1.0,
        }
    }

    /// An expression of the program, in the frame of the running statement or the nearest caller that knows its names.
    pub(super) fn evaluate(&self, source: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let compiled = || vm.compile(&format!("({source}\n)"), Mode::Eval, "<loss>".to_owned()).ok();
        let code = self.codes.borrow_mut().entry(source.to_owned()).or_insert_with(compiled).clone()?;
        let mut frame = vm.current_frame();
        while let Some(here) = frame {
            let names = vm.ctx.new_dict();
            let locals: PyObjectRef = here.locals(vm).ok()?.into();
            for known in [here.globals.clone().into(), locals] {
                vm.call_method(names.as_object(), "update", (known,)).ok()?;
            }
            match vm.run_code_obj(code.clone(), Scope::new(None, names)) {
                Ok(value) => return Some(value),
                Err(error) if error.class().fast_issubclass(vm.ctx.exceptions.name_error) => frame = here.f_back(vm),
                Err(_) => return None,
            }
        }
        None
    }
}

/// What is claimed as an array of the parameter's shape: no numbers where it has more than the parameter. Of a parameter
/// that is one number, which takes its shape from its first update, nothing can be said.
fn comparable(claimed: Array, parameter: &Array) -> Option<Array> {
    let after = broadcast_shapes(parameter.shape(), claimed.shape()).ok()?;
    if after.iter().product::<usize>() == parameter.len() {
        let own: Vec<isize> = parameter.shape().iter().map(|&length| length as isize).collect();
        return claimed.broadcast_to(&after).and_then(|claimed| claimed.reshape(&own)).ok();
    }
    let blank = Array::from_floats(vec![f64::NAN]).broadcast_to(parameter.shape()).ok();
    blank.filter(|_| parameter.len() > 1)
}

/// A key of a container, as the report names it.
fn key_of(key: &PyObject) -> Option<String> {
    let text = key.downcast_ref::<PyStr>().map(ToString::to_string);
    text.or_else(|| key.downcast_ref::<PyInt>().map(|i| i.as_bigint().to_string()))
}

/// The constant that `b` is times `a`, if it is one; NaN where both vanish.
fn proportion(a: &[(f64, f64)], b: &[(f64, f64)], rtol: f64) -> Option<f64> {
    let clearest = a.iter().zip(b).max_by(|x, y| x.0.0.abs().total_cmp(&y.0.0.abs()))?;
    let factor = clearest.1.0 / clearest.0.0;
    let all = a.iter().zip(b).all(|(x, y)| {
        let floor = factor.abs() * x.1 + y.1 + f64::MIN_POSITIVE;
        (factor * x.0 - y.0).abs() <= rtol * y.0.abs() + floor
    });
    (factor.is_nan() || all).then_some(factor)
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

//! What a name means where a program runs.

use super::claims::Candidate;
use super::monitor::Monitor;
use super::named::Reading;
use super::notes::numbers_of;
use super::rewrite::plain;
use crate::array::Number;
use rustpython_vm::builtins::{PyDict, PyDictRef, PyStr};
use rustpython_vm::{PyObject, PyObjectRef, VirtualMachine};

/// A variable of the running program, made of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    /// As the program calls it.
    pub(crate) name: String,
    pub(crate) numbers: Vec<Number>,
    pub(crate) shape: Vec<usize>,
}

/// What a derivative is of.
#[derive(Debug, Clone)]
pub(crate) enum Differentiated {
    Variable(Variable),
    /// One of these candidates for the loss.
    Loss(Vec<usize>),
}

/// Letters and words that stand for the loss where no variable is called so.
const STANDING_FOR_LOSS: [&str; 7] = ["L", "l", "loss", "cost", "C", "J", "E"];

/// Whether a name stands for the loss where no variable is called so.
pub(crate) fn stands_for_loss(name: &str) -> bool {
    STANDING_FOR_LOSS.contains(&name)
}

impl Variable {
    pub(crate) fn is_traced(&self) -> bool {
        self.numbers.iter().any(|number| number.node().is_some())
    }

    pub(crate) fn nodes(&self) -> Vec<u32> {
        Number::nodes(&self.numbers)
    }
}

impl Monitor {
    /// What a derivative may be of, the likelier first.
    pub(super) fn differentiated(
        &self,
        reading: &Reading,
        owner: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> Vec<Differentiated> {
        let all = || Differentiated::Loss((0..self.candidates.len()).collect());
        let Some(name) = &reading.of else { return vec![all()] };
        let called_so = |candidate: &Candidate| plain(&candidate.name) == plain(name);
        let places: Vec<usize> = (0..self.candidates.len()).filter(|&k| called_so(&self.candidates[k])).collect();
        if !places.is_empty() {
            return vec![Differentiated::Loss(places)];
        }
        let variable = self.variable(name, owner, vm).filter(Variable::is_traced).map(Differentiated::Variable);
        variable.into_iter().chain(stands_for_loss(name).then(all)).collect()
    }

    /// The variable of a name in the running frame, of the object that a claim belongs to, of the module; or else what
    /// last got that name, or has it as its key in a dictionary in scope. Underscores count only where a name could mean
    /// two variables.
    pub(super) fn variable(&self, name: &str, owner: Option<&PyObject>, vm: &VirtualMachine) -> Option<Variable> {
        let made_of = |name: &str, value: &PyObject| {
            let array = numbers_of(value, vm)?;
            Some(Variable { name: name.to_owned(), numbers: array.numbers(), shape: array.shape().to_vec() })
        };
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return made_of(name, &*self.evaluate(name, vm)?);
        }
        let frame = vm.current_frame()?;
        let locals: PyObjectRef = frame.locals(vm).ok()?.into();
        let locals = locals.downcast::<PyDict>().ok();
        let attributes = |object: &PyObject| object.dict();
        let own = locals.as_ref().and_then(|locals| locals.get_item_opt("self", vm).ok()?);
        let scopes: Vec<PyDictRef> = (owner.and_then(attributes).into_iter())
            .chain(locals.clone())
            .chain(own.and_then(|own| attributes(&own)))
            .chain([frame.globals.clone()])
            .collect();
        let items: Vec<(String, PyObjectRef)> = scopes.into_iter().flat_map(named_items).collect();
        let in_scope = |same: &dyn Fn(&str) -> bool| {
            items.iter().filter(|(key, _)| same(key)).find_map(|(key, value)| made_of(key, value))
        };
        let keyed = || {
            let dictionaries = items.iter().filter_map(|(_, value)| value.clone().downcast::<PyDict>().ok());
            let parts = dictionaries.flat_map(named_items).filter(|(key, _)| key == name);
            parts.map(|(key, value)| made_of(&key, &value)).find_map(|part| part.filter(Variable::is_traced))
        };
        in_scope(&|key| key == name)
            .or_else(|| in_scope(&|key| plain(key) == plain(name)))
            .or_else(keyed)
            .or_else(|| self.notes.last(name))
    }
}

/// The items of a dictionary whose keys are names.
fn named_items(dict: PyDictRef) -> Vec<(String, PyObjectRef)> {
    let items: Vec<(PyObjectRef, PyObjectRef)> = dict.items_vec();
    let named = |(key, value): (PyObjectRef, PyObjectRef)| Some((key.downcast_ref::<PyStr>()?.to_string(), value));
    items.into_iter().filter_map(named).collect()
}

//! One call of a function of the module: its arguments by name.

use super::convert::{array_object, element, kind_of, new_array, raise, to_array};
use crate::array::{Array, Axes, Element, Kind};
use crate::error::Result;
use rustpython_vm::builtins::PyTuple;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// A function of the module. A parameter that begins with `*` takes all that are left.
pub(crate) struct Row {
    /// Its name in Python.
    pub(crate) name: &'static str,
    /// Its parameters; keywords that numpy has and this lacks are refused by name.
    pub(crate) params: &'static [&'static str],
    /// What it does.
    pub(crate) run: fn(&Call<'_>) -> PyResult,
}

/// The arguments of a call.
pub(crate) struct Call<'a> {
    name: &'a str,
    params: &'a [&'a str],
    given: Vec<Option<PyObjectRef>>,
    /// What a parameter with `*` took.
    pub(crate) rest: Vec<PyObjectRef>,
    /// The interpreter.
    pub(crate) vm: &'a VirtualMachine,
}

impl<'a> Call<'a> {
    /// Sorts the arguments of a call by the names of the parameters.
    pub(crate) fn new(name: &'a str, params: &'a [&'a str], args: FuncArgs, vm: &'a VirtualMachine) -> PyResult<Self> {
        let plain = params.iter().position(|param| param.starts_with('*')).unwrap_or(params.len());
        let mut given = vec![None; params.len()];
        let mut rest = Vec::new();
        for (k, arg) in args.args.into_iter().enumerate() {
            match given[..plain].get_mut(k) {
                Some(place) => *place = Some(arg),
                None if plain < params.len() => rest.push(arg),
                None => return Err(vm.new_type_error(format!("{name}() takes at most {plain} arguments here"))),
            }
        }
        for (key, value) in args.kwargs {
            match params.iter().position(|param| *param == key) {
                Some(k) if given[k].is_none() => given[k] = Some(value),
                Some(_) => {
                    return Err(vm.new_type_error(format!("{name}() got multiple values for argument '{key}'")));
                }
                None => {
                    return Err(vm.new_type_error(format!("{name}() has no argument '{key}' in this numpy")));
                }
            }
        }
        Ok(Call { name, params, given, rest, vm })
    }

    /// An argument that was given and is not `None`.
    pub(crate) fn get(&self, param: &str) -> Option<&PyObjectRef> {
        let k = self.params.iter().position(|name| *name == param)?;
        self.given[k].as_ref().filter(|object| !self.vm.is_none(object))
    }

    /// An argument that must be there.
    pub(crate) fn need(&self, param: &str) -> PyResult<&PyObjectRef> {
        let missing = || self.vm.new_type_error(format!("{}() missing required argument '{param}'", self.name));
        self.get(param).ok_or_else(missing)
    }

    /// An argument as an array.
    pub(crate) fn array(&self, param: &str) -> PyResult<Array> {
        to_array(self.need(param)?, self.vm)
    }

    /// An argument as a new array.
    pub(crate) fn new_array(&self, param: &str) -> PyResult<Array> {
        new_array(self.need(param)?, self.kind("dtype")?, self.vm)
    }

    /// An argument as one number.
    pub(crate) fn element(&self, param: &str) -> PyResult<Element> {
        element(self.need(param)?, self.vm)
    }

    /// An argument as a plain number, or what it is when it is not given.
    pub(crate) fn float(&self, param: &str, otherwise: f64) -> PyResult<f64> {
        self.get(param).map_or(Ok(otherwise), |object| Ok(element(object, self.vm)?.number().value()))
    }

    /// An argument as a whole number.
    pub(crate) fn int(&self, param: &str, otherwise: i64) -> PyResult<i64> {
        self.get(param).map_or(Ok(otherwise), |object| object.try_index(self.vm)?.try_to_primitive(self.vm))
    }

    /// An argument as a truth value, which is false when it is not given.
    pub(crate) fn flag(&self, param: &str, otherwise: bool) -> PyResult<bool> {
        self.get(param).map_or(Ok(otherwise), |object| object.clone().try_to_bool(self.vm))
    }

    /// An argument as a kind of element.
    pub(crate) fn kind(&self, param: &str) -> PyResult<Option<Kind>> {
        self.get(param).map(|object| kind_of(object, self.vm)).transpose()
    }

    /// One whole number or several: a shape, axes.
    pub(crate) fn ints(&self, param: &str) -> PyResult<Option<Vec<isize>>> {
        self.get(param).map(|object| whole_numbers(object, self.vm)).transpose()
    }

    /// A shape; negative lengths are refused.
    pub(crate) fn shape(&self, param: &str) -> PyResult<Option<Vec<usize>>> {
        let negative = |_| self.vm.new_value_error("negative dimensions are not allowed");
        let lengths = self.ints(param)?;
        lengths.map(|all| all.into_iter().map(|n| usize::try_from(n).map_err(negative)).collect()).transpose()
    }

    /// The axes of a reduction.
    pub(crate) fn axes(&self, param: &str) -> PyResult<Axes> {
        Ok(self.ints(param)?.map_or(Axes::All, Axes::These))
    }

    /// One axis.
    pub(crate) fn axis(&self, param: &str) -> PyResult<Option<isize>> {
        self.get(param).map(|_| self.int(param, 0).map(|axis| axis as isize)).transpose()
    }

    /// A list of arrays.
    pub(crate) fn arrays(&self, param: &str) -> PyResult<Vec<Array>> {
        self.vm.extract_elements_with(self.need(param)?, |item| to_array(&item, self.vm))
    }

    /// What an array operation gave, as a Python object.
    pub(crate) fn give(&self, result: Result<Array>) -> PyResult {
        Ok(array_object(self.ok(result)?, self.vm))
    }

    /// What an operation gave, with its error raised.
    pub(crate) fn ok<T>(&self, result: Result<T>) -> PyResult<T> {
        result.map_err(|error| raise(error, self.vm))
    }
}

/// One whole number or several, from a number, a tuple or a list.
pub(crate) fn whole_numbers(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<isize>> {
    let one = |object: &PyObjectRef| object.try_index(vm)?.try_to_primitive(vm);
    match object.downcastable::<PyTuple>() || super::convert::is_sequence(object) {
        true => vm.extract_elements_with(object, |item| one(&item)),
        false => Ok(vec![one(object)?]),
    }
}

//! From Python objects to elements and arrays, and back.

use super::object::{DType, Float64, Int64, NdArray, Truth};
use super::traced::Traced;
use crate::array::{Array, Element, Kind, Nested, Number};
use crate::error::Error;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyBool, PyFloat, PyInt, PyList, PyRange, PyStr, PyTuple, PyType};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// The Python exception of an error.
pub(crate) fn raise(error: Error, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let text = error.to_string();
    match error {
        Error::Value(_) => vm.new_value_error(text),
        Error::Type(_) => vm.new_type_error(text),
        Error::Index(_) => vm.new_index_error(text),
        Error::Unsupported(_) => vm.new_not_implemented_error(text),
    }
}

/// The number, whole number or truth value that an object is, if it is one.
pub(crate) fn element_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Element>> {
    Ok(Some(if let Some(x) = object.downcast_ref::<Float64>() {
        Element::Float(x.number.clone())
    } else if let Some(i) = object.downcast_ref::<Int64>() {
        Element::Int(i.value)
    } else if let Some(truth) = object.downcast_ref::<Truth>() {
        Element::Bool(truth.value)
    } else if let Some(x) = object.downcast_ref::<Traced>() {
        Element::Float(x.number.clone())
    } else if let Some(x) = object.downcast_ref::<PyFloat>() {
        Element::Float(Number::from(x.to_f64()))
    } else if object.downcast_ref::<PyBool>().is_some() {
        Element::Bool(object.is(&vm.ctx.true_value))
    } else if let Some(i) = object.downcast_ref::<PyInt>() {
        let too_large = || vm.new_overflow_error("Python integer too large for int64");
        Element::Int(i64::try_from(i.as_bigint()).map_err(|_| too_large())?)
    } else if let Some(array) = object.downcast_ref::<NdArray>().filter(|array| array.array.ndim() == 0) {
        array.array.item().map_err(|error| raise(error, vm))?
    } else {
        return Ok(None);
    }))
}

/// The number that an object is. Errors when it is none.
pub(crate) fn element(object: &PyObject, vm: &VirtualMachine) -> PyResult<Element> {
    let class = object.class();
    element_of(object, vm)?.ok_or_else(|| vm.new_type_error(format!("a number is needed here, not '{}'", class.name())))
}

/// The array that an object is or that a list of numbers makes.
pub(crate) fn to_array(object: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    if let Some(array) = object.downcast_ref::<NdArray>() {
        return Ok(array.array.clone());
    }
    new_array(object, None, vm)
}

/// A new array of what an object holds.
pub(crate) fn new_array(object: &PyObject, kind: Option<Kind>, vm: &VirtualMachine) -> PyResult<Array> {
    Array::from_nested(&nested(object, vm)?, kind).map_err(|error| raise(error, vm))
}

/// Whether an object is something that an array can be made of.
pub(crate) fn is_sequence(object: &PyObject) -> bool {
    object.downcastable::<PyList>() || object.downcastable::<PyTuple>() || object.downcastable::<PyRange>()
}

fn nested(object: &PyObject, vm: &VirtualMachine) -> PyResult<Nested> {
    if let Some(array) = object.downcast_ref::<NdArray>() {
        return Ok(Nested::Array(array.array.clone()));
    }
    if let Some(element) = element_of(object, vm)? {
        return Ok(Nested::Leaf(element));
    }
    if is_sequence(object) {
        return Ok(Nested::List(vm.extract_elements_with(object, |item| nested(&item, vm))?));
    }
    let class = object.class();
    Err(vm.new_type_error(format!(
        "this numpy holds float64, int64 and bool: it cannot make an array of a '{}'",
        class.name()
    )))
}

/// The Python object of one element.
pub(crate) fn into_object(element: Element, vm: &VirtualMachine) -> PyObjectRef {
    match element {
        Element::Float(x) => Float64::from(x).into_pyobject(vm),
        Element::Int(i) => Int64::from(i).into_pyobject(vm),
        Element::Bool(value) => Truth { value }.into_pyobject(vm),
    }
}

/// A Python `float` of a number, traced if the number is.
pub(crate) fn python_float(number: Number, vm: &VirtualMachine) -> PyObjectRef {
    match number.node() {
        Some(_) => Traced::from(number).into_pyobject(vm),
        None => vm.ctx.new_float(number.value()).into(),
    }
}

/// The Python object of an array; without dimensions it is a scalar, as what numpy's functions return.
pub(crate) fn array_object(array: Array, vm: &VirtualMachine) -> PyObjectRef {
    match array.ndim() {
        0 => array.item().map(|element| into_object(element, vm)).unwrap_or_else(|_| vm.ctx.none()),
        _ => NdArray { array }.into_pyobject(vm),
    }
}

/// A plain Python number or list of an array, as `tolist` gives it.
pub(crate) fn plain_object(array: &Array, vm: &VirtualMachine) -> PyResult {
    if array.ndim() == 0 {
        return Ok(match array.item().map_err(|error| raise(error, vm))? {
            Element::Float(x) => python_float(x, vm),
            Element::Int(i) => vm.ctx.new_int(i).into(),
            Element::Bool(b) => vm.ctx.new_bool(b).into(),
        });
    }
    let rows = (0..array.shape()[0]).map(|k| plain_object(&array.row(k).map_err(|error| raise(error, vm))?, vm));
    Ok(vm.ctx.new_list(rows.collect::<PyResult<Vec<_>>>()?).into())
}

/// The kind that a `dtype` argument asks for.
pub(crate) fn kind_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Kind> {
    if let Some(dtype) = object.downcast_ref::<DType>() {
        return Ok(dtype.kind);
    }
    let name = match (object.downcast_ref::<PyStr>(), object.downcast_ref::<PyType>()) {
        (Some(name), _) => name.to_string(),
        (_, Some(class)) => class.name().to_string(),
        _ => object.repr(vm)?.to_string(),
    };
    match name.as_str() {
        "float" | "float64" | "double" | "f8" | "d" => Ok(Kind::Float),
        "int" | "int64" | "i8" | "long" => Ok(Kind::Int),
        "bool" | "bool_" | "?" => Ok(Kind::Bool),
        other => Err(vm.new_not_implemented_error(format!(
            "this numpy holds float64, int64 and bool: a dtype of {other} is not among them"
        ))),
    }
}

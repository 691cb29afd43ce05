//! The operators of arrays and scalars.

use super::convert::{array_object, element_of, into_object, is_sequence, raise, to_array};
use super::object::{Float64, Int64, NdArray, Truth};
use crate::array::{Array, Binary, Element, Unary};
use crate::error::Result;
use engine::Op;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::protocol::{PyNumber, PyNumberMethods};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// The slots that arrays and scalars share: all but the conversions.
const SHARED: PyNumberMethods = PyNumberMethods {
    add: Some(|a, b, vm| binary(Binary::Add, a, b, vm)),
    subtract: Some(|a, b, vm| binary(Binary::Subtract, a, b, vm)),
    multiply: Some(|a, b, vm| binary(Binary::Multiply, a, b, vm)),
    true_divide: Some(|a, b, vm| binary(Binary::Divide, a, b, vm)),
    floor_divide: Some(|a, b, vm| binary(Binary::FloorDivide, a, b, vm)),
    remainder: Some(|a, b, vm| binary(Binary::Remainder, a, b, vm)),
    power: Some(|a, b, modulus, vm| match vm.is_none(modulus) {
        true => binary(Binary::Power, a, b, vm),
        false => Err(vm.new_type_error("pow() with a modulus is not for numpy's numbers")),
    }),
    divmod: Some(|a, b, vm| {
        let (quotient, rest) = (binary(Binary::FloorDivide, a, b, vm)?, binary(Binary::Remainder, a, b, vm)?);
        Ok(vm.ctx.new_tuple(vec![quotient, rest]).into())
    }),
    and: Some(|a, b, vm| binary(Binary::BitwiseAnd, a, b, vm)),
    or: Some(|a, b, vm| binary(Binary::BitwiseOr, a, b, vm)),
    xor: Some(|a, b, vm| binary(Binary::BitwiseXor, a, b, vm)),
    matrix_multiply: Some(|a, b, vm| product(Array::matmul, a, b, vm)),
    negative: Some(|a, vm| unary(Unary::Op(Op::Neg), a, vm)),
    positive: Some(|a, _vm| Ok(a.obj.to_owned())),
    absolute: Some(|a, vm| unary(Unary::Op(Op::Abs), a, vm)),
    invert: Some(|a, vm| unary(Unary::Invert, a, vm)),
    boolean: Some(|a, vm| {
        let array = to_array(a.obj, vm)?;
        match array.len() {
            1 => Ok(array.item().map_err(|error| raise(error, vm))?.truth()),
            0 => Err(vm.new_value_error("The truth value of an empty array is ambiguous.")),
            _ => Err(vm.new_value_error(
                "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
            )),
        }
    }),
    int: Some(|a, vm| {
        let number = only(a, vm)?;
        match &number {
            // Python's own int() knows what to say of a NaN.
            Element::Float(x) => vm.ctx.types.int_type.as_object().call((vm.ctx.new_float(x.value()),), vm),
            _ => Ok(vm.ctx.new_int(number.whole()).into()),
        }
    }),
    float: Some(|a, vm| Ok(vm.ctx.new_float(only(a, vm)?.number().value()).into())),
    ..PyNumberMethods::NOT_IMPLEMENTED
};

pub(super) static OF_ARRAYS: PyNumberMethods = PyNumberMethods {
    inplace_add: Some(|a, b, vm| in_place(Binary::Add, a, b, vm)),
    inplace_subtract: Some(|a, b, vm| in_place(Binary::Subtract, a, b, vm)),
    inplace_multiply: Some(|a, b, vm| in_place(Binary::Multiply, a, b, vm)),
    inplace_true_divide: Some(|a, b, vm| in_place(Binary::Divide, a, b, vm)),
    inplace_floor_divide: Some(|a, b, vm| in_place(Binary::FloorDivide, a, b, vm)),
    inplace_remainder: Some(|a, b, vm| in_place(Binary::Remainder, a, b, vm)),
    inplace_power: Some(|a, b, _modulus, vm| in_place(Binary::Power, a, b, vm)),
    inplace_and: Some(|a, b, vm| in_place(Binary::BitwiseAnd, a, b, vm)),
    inplace_or: Some(|a, b, vm| in_place(Binary::BitwiseOr, a, b, vm)),
    inplace_xor: Some(|a, b, vm| in_place(Binary::BitwiseXor, a, b, vm)),
    index: Some(whole),
    ..SHARED
};
pub(super) static OF_FLOATS: PyNumberMethods = SHARED;
pub(super) static OF_INTS: PyNumberMethods = PyNumberMethods { index: Some(whole), ..SHARED };
pub(super) static OF_TRUTHS: PyNumberMethods = SHARED;

fn only(a: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<Element> {
    let error = || vm.new_type_error("only 0-dimensional arrays can be converted to Python scalars");
    element_of(a.obj, vm)?.ok_or_else(error)
}

fn whole(a: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    match only(a, vm)? {
        Element::Int(i) => Ok(vm.ctx.new_int(i).into()),
        _ => Err(vm.new_type_error("only integer scalar arrays can be converted to a scalar index")),
    }
}

/// Whether an object is one of this module's, so that a list beside it is taken for an array.
fn is_own(object: &PyObject) -> bool {
    object.downcastable::<NdArray>()
        || object.downcastable::<Float64>()
        || object.downcastable::<Int64>()
        || object.downcastable::<Truth>()
}

/// The operand as an array, when it can be one.
fn operand(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Array>> {
    if is_own(object) || is_sequence(object) || element_of(object, vm)?.is_some() {
        return to_array(object, vm).map(Some);
    }
    Ok(None)
}

/// A function of two elements on Python objects.
pub(super) fn binary(f: Binary, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let (Some(x), Some(y)) = (element_of(a, vm)?, element_of(b, vm)?) {
        return x.binary(f, &y).map(|element| into_object(element, vm)).map_err(|error| raise(error, vm));
    }
    product(|a, b| a.binary(f, b), a, b, vm)
}

fn product(f: impl Fn(&Array, &Array) -> Result<Array>, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (Some(x), Some(y)) = (operand(a, vm)?, operand(b, vm)?) else { return Ok(vm.ctx.not_implemented()) };
    f(&x, &y).map(|array| array_object(array, vm)).map_err(|error| raise(error, vm))
}

fn unary(f: Unary, a: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    to_array(a.obj, vm)?.unary(f).map(|array| array_object(array, vm)).map_err(|error| raise(error, vm))
}

/// The assigning operators of an array, which change its elements.
fn in_place(f: Binary, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(target) = a.downcast_ref::<NdArray>() else { return binary(f, a, b, vm) };
    let Some(other) = operand(b, vm)? else { return Ok(vm.ctx.not_implemented()) };
    let target = &target.array;
    let result = target.binary(f, &other).map_err(|error| raise(error, vm))?;
    if result.kind() > target.kind() {
        let (from, to) = (result.kind().name(), target.kind().name());
        return Err(vm.new_type_error(format!(
            "Cannot cast ufunc output from dtype('{from}') to dtype('{to}') with casting rule 'same_kind'"
        )));
    }
    if result.shape() != target.shape() {
        let (from, to) = (crate::array::shape_text(target.shape()), crate::array::shape_text(result.shape()));
        return Err(vm.new_value_error(format!(
            "non-broadcastable output operand with shape {from} doesn't match the broadcast shape {to}"
        )));
    }
    target.assign(&result).map_err(|error| raise(error, vm))?;
    Ok(a.to_owned())
}

/// The comparisons, element by element.
pub(super) fn compare(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let f = match op {
        PyComparisonOp::Lt => Binary::Less,
        PyComparisonOp::Le => Binary::LessEqual,
        PyComparisonOp::Gt => Binary::Greater,
        PyComparisonOp::Ge => Binary::GreaterEqual,
        PyComparisonOp::Eq => Binary::Equal,
        PyComparisonOp::Ne => Binary::NotEqual,
    };
    if b.downcastable::<PyStr>() || vm.is_none(b) {
        return Ok(Either::B(PyComparisonValue::NotImplemented));
    }
    Ok(Either::A(binary(f, a, b, vm)?))
}

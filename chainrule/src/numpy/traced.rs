//! A Python `float` that is traced.

use super::convert::{element_of, python_float};
use super::object::{Float64, Int64, NdArray, Truth};
use crate::array::{Binary, Element, Number};
use engine::Op;
use rustpython_vm::builtins::PyFloat;
use rustpython_vm::protocol::PyNumberMethods;
use rustpython_vm::types::AsNumber;
use rustpython_vm::{PyObject, PyResult, VirtualMachine, pyclass};

/// A `float` to the program, with Python's own arithmetic, whose number is traced.
#[pyclass(module = "builtins", name = "float", base = PyFloat)]
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Traced {
    base: PyFloat,
    pub(crate) number: Number,
}

impl From<Number> for Traced {
    fn from(number: Number) -> Self {
        Traced { base: PyFloat::from(number.value()), number }
    }
}

#[pyclass(with(AsNumber))]
impl Traced {}

impl AsNumber for Traced {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            add: Some(|a, b, vm| binary(Binary::Add, a, b, vm)),
            subtract: Some(|a, b, vm| binary(Binary::Subtract, a, b, vm)),
            multiply: Some(|a, b, vm| binary(Binary::Multiply, a, b, vm)),
            true_divide: Some(|a, b, vm| binary(Binary::Divide, a, b, vm)),
            floor_divide: Some(|a, b, vm| binary(Binary::FloorDivide, a, b, vm)),
            remainder: Some(|a, b, vm| binary(Binary::Remainder, a, b, vm)),
            power: Some(|a, b, _modulus, vm| binary(Binary::Power, a, b, vm)),
            negative: Some(|a, vm| Ok(unary(Op::Neg, a.obj, vm))),
            positive: Some(|a, _vm| Ok(a.obj.to_owned())),
            absolute: Some(|a, vm| Ok(unary(Op::Abs, a.obj, vm))),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

fn unary(op: Op, x: &PyObject, vm: &VirtualMachine) -> rustpython_vm::PyObjectRef {
    let number = x.downcast_ref::<Traced>().map_or(Number::from(f64::NAN), |x| Number::apply(op, &[&x.number]));
    python_float(number, vm)
}

/// The number of a plain Python object or of a traced one; numpy's own see to themselves.
fn python_number(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Number>> {
    let numpy = object.downcastable::<Float64>()
        || object.downcastable::<Int64>()
        || object.downcastable::<Truth>()
        || object.downcastable::<NdArray>();
    if numpy { Ok(None) } else { Ok(element_of(object, vm)?.as_ref().map(Element::number)) }
}

fn binary(f: Binary, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (Some(x), Some(y)) = (python_number(a, vm)?, python_number(b, vm)?) else {
        return Ok(vm.ctx.not_implemented());
    };
    let divides = matches!(f, Binary::Divide | Binary::FloorDivide | Binary::Remainder);
    let (p, q) = (x.value(), y.value());
    if (divides && q == 0.0) || (f == Binary::Power && ((p == 0.0 && q < 0.0) || (p < 0.0 && q != q.trunc()))) {
        // Python's own floats know what to say of it, or that the result is complex.
        let (p, q) = (vm.ctx.new_float(p), vm.ctx.new_float(q));
        return match f {
            Binary::Divide => vm._truediv(p.as_ref(), q.as_ref()),
            Binary::FloorDivide => vm._floordiv(p.as_ref(), q.as_ref()),
            Binary::Remainder => vm._mod(p.as_ref(), q.as_ref()),
            _ => vm._pow(p.as_ref(), q.as_ref(), &vm.ctx.none()),
        };
    }
    Ok(python_float(f.of_numbers(&x, &y), vm))
}

//! The Python objects of the `numpy` module: arrays, scalars and dtypes.

use super::convert::{element_of, into_object, raise, to_array};
use super::{index, operators};
use crate::array::{Array, Element, Kind, Number, Style};
use rustpython_vm::builtins::{PyFloat, PyInt, PyStr, PyType, PyTypeRef};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::{Either, FuncArgs, OptionalArg, PyComparisonValue};
use rustpython_vm::protocol::{PyIterReturn, PyMappingMethods, PyNumberMethods};
use rustpython_vm::types::{
    AsMapping, AsNumber, Comparable, Constructor, Hashable, IterNext, Iterable, PyComparisonOp, Representable, SelfIter,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func, pyclass,
};
use std::cell::Cell;

/// `numpy.ndarray`.
#[pyclass(module = "numpy", name = "ndarray", unhashable = true)]
#[derive(Debug, PyPayload)]
pub(crate) struct NdArray {
    pub(crate) array: Array,
}

/// `numpy.float64`, which is a Python `float` as well.
#[pyclass(module = "numpy", name = "float64", base = PyFloat)]
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Float64 {
    base: PyFloat,
    pub(crate) number: Number,
}

impl From<Number> for Float64 {
    fn from(number: Number) -> Self {
        Float64 { base: PyFloat::from(number.value()), number }
    }
}

/// `numpy.int64`. Unlike numpy's it is a Python `int` as well.
#[pyclass(module = "numpy", name = "int64", base = PyInt)]
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Int64 {
    base: PyInt,
    pub(crate) value: i64,
}

impl From<i64> for Int64 {
    fn from(value: i64) -> Self {
        Int64 { base: PyInt::from(value), value }
    }
}

/// `numpy.bool`.
#[pyclass(module = "numpy", name = "bool")]
#[derive(Debug, PyPayload)]
pub(crate) struct Truth {
    pub(crate) value: bool,
}

/// Comparisons that go by the elements, for arrays and scalars alike.
macro_rules! compare_elements {
    ($($Type:ident)*) => { $(
        impl Comparable for $Type {
            fn slot_richcompare(
                zelf: &PyObject,
                other: &PyObject,
                op: PyComparisonOp,
                vm: &VirtualMachine,
            ) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
                operators::compare(zelf, other, op, vm)
            }

            fn cmp(_: &Py<Self>, _: &PyObject, _: PyComparisonOp, _: &VirtualMachine) -> PyResult<PyComparisonValue> {
                Ok(PyComparisonValue::NotImplemented)
            }
        }
    )* };
}
compare_elements!(NdArray Float64 Int64 Truth);

/// A `dtype`.
#[pyclass(module = "numpy", name = "dtype")]
#[derive(Debug, PyPayload)]
pub(crate) struct DType {
    pub(crate) kind: Kind,
}

#[pyclass(with(AsNumber, AsMapping, Comparable, Iterable, Representable))]
impl NdArray {
    #[pygetset]
    fn shape(&self, vm: &VirtualMachine) -> PyObjectRef {
        let lengths = self.array.shape().iter().map(|&n| vm.ctx.new_int(n).into());
        vm.ctx.new_tuple(lengths.collect()).into()
    }

    #[pygetset]
    fn size(&self) -> usize {
        self.array.len()
    }

    #[pygetset]
    fn ndim(&self) -> usize {
        self.array.ndim()
    }

    #[pygetset]
    fn dtype(&self) -> DType {
        DType { kind: self.array.kind() }
    }

    #[pygetset(name = "T")]
    fn transposed(&self, vm: &VirtualMachine) -> PyResult<NdArray> {
        let array = self.array.transpose(None).map_err(|error| raise(error, vm))?;
        Ok(NdArray { array })
    }

    #[pymethod]
    fn __format__(zelf: &Py<Self>, spec: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
        match zelf.array.ndim() {
            0 => vm.call_method(&into_object(zelf.array.item().map_err(|e| raise(e, vm))?, vm), "__format__", (spec,)),
            _ if spec.is_empty() => Ok(zelf.as_object().str(vm)?.into()),
            _ => Err(vm.new_type_error("unsupported format string passed to numpy.ndarray.__format__")),
        }
    }

    #[pymethod]
    fn __str__(&self) -> String {
        self.array.text(Style::Str)
    }
}

impl AsNumber for NdArray {
    fn as_number() -> &'static PyNumberMethods {
        &operators::OF_ARRAYS
    }
}

impl AsMapping for NdArray {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: atomic_func!(|mapping, vm| {
                let first = NdArray::mapping_downcast(mapping).array.shape().first().copied();
                first.ok_or_else(|| vm.new_type_error("len() of unsized object"))
            }),
            subscript: atomic_func!(|mapping, key, vm| {
                let array = &NdArray::mapping_downcast(mapping).array;
                let part = array.select(&index::from_python(key, vm)?).map_err(|error| raise(error, vm))?;
                // A single place gives a scalar, as in numpy.
                match part.ndim() {
                    0 if index::names_places(key, vm) => {
                        Ok(into_object(part.item().map_err(|error| raise(error, vm))?, vm))
                    }
                    _ => Ok(NdArray { array: part }.into_pyobject(vm)),
                }
            }),
            ass_subscript: atomic_func!(|mapping, key, value, vm| {
                let array = &NdArray::mapping_downcast(mapping).array;
                let value = value.ok_or_else(|| vm.new_value_error("cannot delete array elements"))?;
                let value = to_array(&value, vm)?;
                array.set(&index::from_python(key, vm)?, &value).map_err(|error| raise(error, vm))
            }),
        };
        &METHODS
    }
}

impl Iterable for NdArray {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        if zelf.array.ndim() == 0 {
            return Err(vm.new_type_error("iteration over a 0-d array"));
        }
        Ok(Rows { array: zelf.array.clone(), next: Cell::new(0) }.into_pyobject(vm))
    }
}

impl Representable for NdArray {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.array.text(Style::Repr))
    }
}

/// The iterator over the first axis.
#[pyclass(module = "numpy", name = "ndarray_iterator")]
#[derive(Debug, PyPayload)]
pub(crate) struct Rows {
    array: Array,
    next: Cell<usize>,
}

#[pyclass(with(IterNext, Iterable))]
impl Rows {}

impl SelfIter for Rows {}

impl IterNext for Rows {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let k = zelf.next.get();
        if k >= zelf.array.shape()[0] {
            return Ok(PyIterReturn::StopIteration(None));
        }
        zelf.next.set(k + 1);
        let row = zelf.array.row(k).map_err(|error| raise(error, vm))?;
        Ok(PyIterReturn::Return(super::convert::array_object(row, vm)))
    }
}

#[pyclass(flags(BASETYPE), with(AsNumber, Comparable, Constructor, Hashable, Representable))]
impl Float64 {
    #[pymethod]
    fn __str__(zelf: &Py<Self>) -> String {
        rustpython_vm::literal::float::to_string(zelf.number.value())
    }
}

impl AsNumber for Float64 {
    fn as_number() -> &'static PyNumberMethods {
        &operators::OF_FLOATS
    }
}

impl Hashable for Float64 {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        vm.ctx.new_float(zelf.number.value()).as_object().hash(vm)
    }
}

impl Representable for Float64 {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("np.float64({})", rustpython_vm::literal::float::to_string(zelf.number.value())))
    }
}

impl Constructor for Float64 {
    type Args = OptionalArg<PyObjectRef>;

    fn slot_new(_cls: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        converted(args, Kind::Float, vm)
    }

    fn py_new(_cls: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Float64::from(Number::from(0.0)))
    }
}

#[pyclass(flags(BASETYPE), with(AsNumber, Comparable, Constructor, Hashable, Representable))]
impl Int64 {
    #[pymethod]
    fn __str__(zelf: &Py<Self>) -> String {
        zelf.value.to_string()
    }
}

impl AsNumber for Int64 {
    fn as_number() -> &'static PyNumberMethods {
        &operators::OF_INTS
    }
}

impl Hashable for Int64 {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        vm.ctx.new_int(zelf.value).as_object().hash(vm)
    }
}

impl Representable for Int64 {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("np.int64({})", zelf.value))
    }
}

impl Constructor for Int64 {
    type Args = OptionalArg<PyObjectRef>;

    fn slot_new(_cls: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        converted(args, Kind::Int, vm)
    }

    fn py_new(_cls: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Int64::from(0))
    }
}

#[pyclass(with(AsNumber, Comparable, Constructor, Hashable, Representable))]
impl Truth {
    #[pymethod]
    fn __str__(zelf: &Py<Self>) -> &'static str {
        if zelf.value { "True" } else { "False" }
    }
}

impl AsNumber for Truth {
    fn as_number() -> &'static PyNumberMethods {
        &operators::OF_TRUTHS
    }
}

impl Hashable for Truth {
    fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
        Ok(PyHash::from(zelf.value))
    }
}

impl Representable for Truth {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("np.{}_", Truth::__str__(zelf)))
    }
}

impl Constructor for Truth {
    type Args = OptionalArg<PyObjectRef>;

    fn slot_new(_cls: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        converted(args, Kind::Bool, vm)
    }

    fn py_new(_cls: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Truth { value: false })
    }
}

/// What a scalar type makes of its argument: `numpy.float64("1e-3")`, `numpy.int64([1, 2])`.
fn converted(args: FuncArgs, kind: Kind, vm: &VirtualMachine) -> PyResult {
    let value: OptionalArg<PyObjectRef> = args.bind(vm)?;
    let Some(value) = value.into_option() else { return Ok(into_object(Element::Int(0).cast(kind), vm)) };
    if value.downcastable::<PyStr>() {
        let class = if kind == Kind::Int { vm.ctx.types.int_type } else { vm.ctx.types.float_type };
        let number = class.as_object().call((value,), vm)?;
        return converted(vec![number].into(), kind, vm);
    }
    match element_of(&value, vm)? {
        Some(element) => Ok(into_object(element.cast(kind), vm)),
        None => Ok(super::convert::array_object(to_array(&value, vm)?.cast(kind), vm)),
    }
}

#[pyclass(with(Comparable, Hashable, Representable))]
impl DType {
    #[pygetset]
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    #[pymethod]
    fn __str__(zelf: &Py<Self>) -> &'static str {
        zelf.kind.name()
    }
}

impl Comparable for DType {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            let same = super::convert::kind_of(other, vm).is_ok_and(|kind| kind == zelf.kind);
            Ok(PyComparisonValue::Implemented(same))
        })
    }
}

impl Hashable for DType {
    fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
        Ok(zelf.kind as PyHash)
    }
}

impl Representable for DType {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("dtype('{}')", zelf.kind.name()))
    }
}

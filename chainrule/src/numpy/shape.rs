//! The functions that give arrays another shape, or join them.

use super::call::{Call, Row, whole_numbers};
use super::convert::array_object;
use super::object::NdArray;
use crate::array::Array;
use crate::error::Result;
use rustpython_vm::{PyPayload, PyResult};

/// Functions of the module that are methods of an array too.
pub(super) const SHARED: &[Row] = &[
    Row { name: "ravel", params: &["a"], run: |call| view(call, call.array("a")?.reshape(&[-1])) },
    Row { name: "squeeze", params: &["a", "axis"], run: squeeze },
    Row { name: "repeat", params: &["a", "repeats", "axis"], run: repeat },
    Row { name: "dot", params: &["a", "b"], run: |call| call.give(call.array("a")?.dot(&call.array("b")?)) },
];

/// Functions of the module alone.
pub(super) const FUNCTIONS: &[Row] = &[
    Row { name: "matmul", params: &["a", "b"], run: |call| call.give(call.array("a")?.matmul(&call.array("b")?)) },
    Row { name: "outer", params: &["a", "b"], run: |call| call.give(call.array("a")?.outer(&call.array("b")?)) },
    Row { name: "vdot", params: &["a", "b"], run: vdot },
    Row { name: "inner", params: &["a", "b"], run: inner },
    Row { name: "reshape", params: &["a", "shape"], run: reshape_function },
    Row { name: "transpose", params: &["a", "axes"], run: transpose_function },
    Row { name: "swapaxes", params: &["a", "axis1", "axis2"], run: swap_axes },
    Row { name: "expand_dims", params: &["a", "axis"], run: expand_dims },
    Row { name: "broadcast_to", params: &["a", "shape"], run: broadcast_to },
    Row { name: "atleast_1d", params: &["a"], run: |call| at_least(call, 1) },
    Row { name: "atleast_2d", params: &["a"], run: |call| at_least(call, 2) },
    Row { name: "concatenate", params: &["arrays", "axis"], run: concatenate },
    Row { name: "stack", params: &["arrays", "axis"], run: stack },
    Row { name: "vstack", params: &["arrays"], run: |call| joined(call, rows, 0) },
    Row { name: "hstack", params: &["arrays"], run: hstack },
    Row { name: "column_stack", params: &["arrays"], run: |call| joined(call, columns, 1) },
    Row { name: "shape", params: &["a"], run: shape },
    Row { name: "size", params: &["a"], run: |call| Ok(call.vm.ctx.new_int(call.array("a")?.len()).into()) },
    Row { name: "ndim", params: &["a"], run: |call| Ok(call.vm.ctx.new_int(call.array("a")?.ndim()).into()) },
];

/// Methods of an array alone.
pub(super) const METHODS: &[Row] = &[
    Row { name: "reshape", params: &["a", "*shape"], run: reshape_method },
    Row { name: "transpose", params: &["a", "*axes"], run: transpose_method },
    Row { name: "flatten", params: &["a"], run: |call| view(call, call.array("a")?.copy().reshape(&[-1])) },
    Row { name: "swapaxes", params: &["a", "axis1", "axis2"], run: swap_axes },
];

/// An array that stays one without dimensions too.
fn view(call: &Call<'_>, array: Result<Array>) -> PyResult {
    Ok(NdArray { array: call.ok(array)? }.into_pyobject(call.vm))
}

fn squeeze(call: &Call<'_>) -> PyResult {
    let is_array = call.need("a")?.downcastable::<NdArray>();
    let array = call.array("a")?.squeeze(call.ints("axis")?.as_deref());
    if is_array { view(call, array) } else { call.give(array) }
}

fn repeat(call: &Call<'_>) -> PyResult {
    let times = call.int("repeats", 1)?.max(0) as usize;
    call.give(call.array("a")?.repeat(times, call.axis("axis")?))
}

fn vdot(call: &Call<'_>) -> PyResult {
    let flat = |param: &str| call.ok(call.array(param)?.reshape(&[-1]));
    call.give(flat("a")?.dot(&flat("b")?))
}

fn inner(call: &Call<'_>) -> PyResult {
    let b = call.array("b")?;
    let last = b.ndim() as isize;
    let order: Vec<isize> = match last {
        0 | 1 => (0..last).collect(),
        _ => (0..last - 2).chain([last - 1, last - 2]).collect(),
    };
    call.give(call.array("a")?.dot(&call.ok(b.transpose(Some(&order)))?))
}

fn reshape_function(call: &Call<'_>) -> PyResult {
    call.need("shape")?;
    view(call, call.array("a")?.reshape(&call.ints("shape")?.unwrap_or_default()))
}

/// The lengths or axes that a method was given, one by one or as one tuple.
fn listed(call: &Call<'_>) -> PyResult<Vec<isize>> {
    match call.rest.as_slice() {
        [one] => whole_numbers(one, call.vm),
        many => Ok(many.iter().map(|n| whole_numbers(n, call.vm)).collect::<PyResult<Vec<_>>>()?.concat()),
    }
}

fn reshape_method(call: &Call<'_>) -> PyResult {
    view(call, call.array("a")?.reshape(&listed(call)?))
}

fn transpose_function(call: &Call<'_>) -> PyResult {
    view(call, call.array("a")?.transpose(call.ints("axes")?.as_deref()))
}

fn transpose_method(call: &Call<'_>) -> PyResult {
    let axes = listed(call)?;
    view(call, call.array("a")?.transpose(if axes.is_empty() { None } else { Some(&axes) }))
}

fn swap_axes(call: &Call<'_>) -> PyResult {
    let array = call.array("a")?;
    let ndim = array.ndim() as i64;
    let from_first = |axis: i64| if axis < 0 { axis + ndim } else { axis };
    let (a, b) = (from_first(call.int("axis1", 0)?), from_first(call.int("axis2", 0)?));
    let swapped = |axis: i64| {
        if axis == a {
            b
        } else if axis == b {
            a
        } else {
            axis
        }
    };
    let order: Vec<isize> = (0..ndim).map(|axis| swapped(axis) as isize).collect();
    view(call, array.transpose(Some(&order)))
}

fn expand_dims(call: &Call<'_>) -> PyResult {
    call.need("axis")?;
    view(call, call.array("a")?.expand_dims(&call.ints("axis")?.unwrap_or_default()))
}

fn broadcast_to(call: &Call<'_>) -> PyResult {
    call.need("shape")?;
    view(call, call.array("a")?.broadcast_to(&call.shape("shape")?.unwrap_or_default()))
}

fn at_least(call: &Call<'_>, ndim: usize) -> PyResult {
    let mut array = call.array("a")?;
    while array.ndim() < ndim {
        array = call.ok(array.expand_dims(&[0]))?;
    }
    view(call, Ok(array))
}

fn concatenate(call: &Call<'_>) -> PyResult {
    call.give(Array::concatenate(&call.arrays("arrays")?, call.int("axis", 0)? as isize))
}

fn stack(call: &Call<'_>) -> PyResult {
    call.give(Array::stack(&call.arrays("arrays")?, call.int("axis", 0)? as isize))
}

fn rows(array: &Array) -> Result<Array> {
    if array.ndim() < 2 { array.reshape(&[1, -1]) } else { Ok(array.clone()) }
}

fn columns(array: &Array) -> Result<Array> {
    if array.ndim() < 2 { array.reshape(&[-1, 1]) } else { Ok(array.clone()) }
}

fn joined(call: &Call<'_>, shaped: fn(&Array) -> Result<Array>, axis: isize) -> PyResult {
    let arrays = call.arrays("arrays")?.iter().map(|array| call.ok(shaped(array))).collect::<PyResult<Vec<_>>>()?;
    call.give(Array::concatenate(&arrays, axis))
}

fn hstack(call: &Call<'_>) -> PyResult {
    let flat = |array: &Array| if array.ndim() == 0 { array.reshape(&[1]) } else { Ok(array.clone()) };
    let arrays = call.arrays("arrays")?;
    let axis = if arrays.iter().all(|array| array.ndim() <= 1) { 0 } else { 1 };
    joined(call, flat, axis)
}

fn shape(call: &Call<'_>) -> PyResult {
    let lengths = call.array("a")?.shape().iter().map(|&n| call.vm.ctx.new_int(n).into()).collect();
    Ok(call.vm.ctx.new_tuple(lengths).into())
}

/// What a function made of the parts of an array along one axis, put together again.
pub(super) fn along_axis(call: &Call<'_>) -> PyResult {
    let (function, array) = (call.need("func1d")?, call.array("arr")?);
    let axis = call.int("axis", 0)? as isize;
    let last = array.ndim() as isize - 1;
    let axis = if axis < 0 { axis + last + 1 } else { axis };
    let order: Vec<isize> = (0..=last).filter(|&k| k != axis).chain([axis]).collect();
    let moved = call.ok(array.transpose(Some(&order)))?;
    let width = moved.shape().last().copied().unwrap_or(1);
    let rows = call.ok(moved.reshape(&[-1, width as isize]))?;
    let mut results = Vec::with_capacity(rows.shape()[0]);
    for k in 0..rows.shape()[0] {
        let row = array_object(call.ok(rows.row(k))?, call.vm);
        let args: Vec<_> = std::iter::once(row).chain(call.rest.iter().cloned()).collect();
        let result = function.call(args, call.vm)?;
        results.push(super::convert::to_array(&result, call.vm)?);
    }
    let stacked = call.ok(Array::stack(&results, 0))?;
    let outer = moved.shape()[..moved.ndim() - 1].iter().map(|&n| n as isize);
    let inner = stacked.shape()[1..].iter().map(|&n| n as isize);
    let shaped = call.ok(stacked.reshape(&outer.chain(inner).collect::<Vec<_>>()))?;
    // The axes that the function gave stand where the one that it took stood.
    let (given, kept) = (stacked.ndim() as isize - 1, last);
    let order: Vec<isize> = (0..axis).chain(kept..kept + given).chain(axis..kept).collect();
    call.give(shaped.transpose(Some(&order)))
}

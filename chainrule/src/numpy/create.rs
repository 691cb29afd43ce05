//! The functions that make arrays.

use super::call::{Call, Row};
use super::convert::{element, plain_object};
use super::object::NdArray;
use crate::array::{Array, Element, Kind, Reduction};
use rustpython_vm::{PyObjectRef, PyPayload, PyResult};

pub(super) const FUNCTIONS: &[Row] = &[
    Row { name: "array", params: &["object", "dtype", "copy", "ndmin"], run: |call| new_array(call, "object") },
    Row { name: "asarray", params: &["a", "dtype"], run: as_array },
    Row { name: "asanyarray", params: &["a", "dtype"], run: as_array },
    Row { name: "ascontiguousarray", params: &["a", "dtype"], run: as_array },
    Row { name: "copy", params: &["a"], run: |call| object(call, call.array("a")?.copy()) },
    Row { name: "zeros", params: &["shape", "dtype"], run: |call| filled(call, 0) },
    Row { name: "ones", params: &["shape", "dtype"], run: |call| filled(call, 1) },
    Row { name: "empty", params: &["shape", "dtype"], run: |call| filled(call, 0) },
    Row { name: "zeros_like", params: &["a", "dtype"], run: |call| filled_like(call, Element::Int(0)) },
    Row { name: "ones_like", params: &["a", "dtype"], run: |call| filled_like(call, Element::Int(1)) },
    Row { name: "empty_like", params: &["a", "dtype"], run: |call| filled_like(call, Element::Int(0)) },
    Row {
        name: "full_like",
        params: &["a", "fill_value", "dtype"],
        run: |call| filled_like(call, call.element("fill_value")?),
    },
    Row { name: "full", params: &["shape", "fill_value", "dtype"], run: full },
    Row { name: "eye", params: &["N", "M", "k", "dtype"], run: eye },
    Row { name: "identity", params: &["N", "dtype"], run: eye },
    Row { name: "arange", params: &["start", "stop", "step", "dtype"], run: arange },
    Row { name: "linspace", params: &["start", "stop", "num", "endpoint"], run: linspace },
    Row { name: "meshgrid", params: &["*arrays"], run: meshgrid },
];

/// The methods of an array; the array comes first.
pub(super) const METHODS: &[Row] = &[
    Row { name: "astype", params: &["a", "dtype", "copy"], run: as_type },
    Row { name: "copy", params: &["a"], run: |call| object(call, call.array("a")?.copy()) },
    Row { name: "tolist", params: &["a"], run: |call| plain_object(&call.array("a")?, call.vm) },
    Row { name: "item", params: &["a", "*place"], run: item },
    Row { name: "fill", params: &["a", "value"], run: fill },
];

/// An array as an array, also when it has no dimensions.
fn object(call: &Call<'_>, array: Array) -> PyResult {
    Ok(NdArray { array }.into_pyobject(call.vm))
}

fn new_array(call: &Call<'_>, param: &str) -> PyResult {
    let mut array = call.new_array(param)?;
    while (array.ndim() as i64) < call.int("ndmin", 0)? {
        array = call.ok(array.expand_dims(&[0]))?;
    }
    object(call, array)
}

fn as_array(call: &Call<'_>) -> PyResult {
    let array = call.array("a")?;
    match call.kind("dtype")? {
        Some(kind) if kind != array.kind() => object(call, array.cast(kind)),
        _ => object(call, array),
    }
}

fn filled(call: &Call<'_>, with: i64) -> PyResult {
    call.need("shape")?;
    let shape = call.shape("shape")?.unwrap_or_default();
    let element = Element::Int(with).cast(call.kind("dtype")?.unwrap_or(Kind::Float));
    object(call, call.ok(Array::full(&shape, &element))?)
}

fn filled_like(call: &Call<'_>, with: Element) -> PyResult {
    let like = call.array("a")?;
    let element = with.cast(call.kind("dtype")?.unwrap_or(like.kind()));
    object(call, call.ok(Array::full(like.shape(), &element))?)
}

fn full(call: &Call<'_>) -> PyResult {
    call.need("shape")?;
    let shape = call.shape("shape")?.unwrap_or_default();
    let value = call.array("fill_value")?;
    let kind = call.kind("dtype")?.unwrap_or(value.kind());
    let array = call.ok(Array::full(&shape, &Element::Int(0).cast(kind)))?;
    call.ok(array.assign(&value))?;
    object(call, array)
}

fn eye(call: &Call<'_>) -> PyResult {
    call.need("N")?;
    let rows = call.shape("N")?.unwrap_or_default();
    let rows = rows.first().copied().unwrap_or(0);
    let columns = call.shape("M")?.and_then(|m| m.first().copied()).unwrap_or(rows);
    let array = call.ok(Array::eye(rows, columns, call.int("k", 0)? as isize))?;
    object(call, array.cast(call.kind("dtype")?.unwrap_or(Kind::Float)))
}

fn arange(call: &Call<'_>) -> PyResult {
    let or = |param: &str, otherwise: i64| match call.get(param) {
        Some(given) => element(given, call.vm),
        None => Ok(Element::Int(otherwise)),
    };
    let (start, stop) = match call.get("stop") {
        Some(_) => (or("start", 0)?, call.element("stop")?),
        None => (Element::Int(0), call.element("start")?),
    };
    let array = call.ok(Array::arange(&start, &stop, &or("step", 1)?))?;
    let kind = call.kind("dtype")?.unwrap_or(array.kind());
    object(call, array.cast(kind))
}

fn linspace(call: &Call<'_>) -> PyResult {
    let (start, stop) = (call.element("start")?, call.element("stop")?);
    let n = usize::try_from(call.int("num", 50)?);
    let n = n.map_err(|_| call.vm.new_value_error("Number of samples must be non-negative."))?;
    object(call, Array::linspace(start.number().value(), stop.number().value(), n, call.flag("endpoint", true)?))
}

/// Each of the vectors repeated to the table of all their combinations; the first runs along the columns.
fn meshgrid(call: &Call<'_>) -> PyResult {
    let vectors =
        call.rest.iter().map(|object| super::convert::to_array(object, call.vm)).collect::<PyResult<Vec<_>>>()?;
    let mut shape: Vec<usize> = vectors.iter().map(Array::len).collect();
    if shape.len() > 1 {
        shape.swap(0, 1);
    }
    let axis = |k: usize| if vectors.len() > 1 && k < 2 { 1 - k } else { k };
    let grid = |(k, vector): (usize, &Array)| {
        let lengths: Vec<isize> = (0..shape.len()).map(|at| if at == axis(k) { -1 } else { 1 }).collect();
        object(call, call.ok(vector.reshape(&lengths).and_then(|shaped| shaped.broadcast_to(&shape)))?)
    };
    let grids = vectors.iter().enumerate().map(grid).collect::<PyResult<Vec<_>>>()?;
    Ok(call.vm.ctx.new_tuple(grids).into())
}

fn as_type(call: &Call<'_>) -> PyResult {
    call.need("dtype")?;
    let array = call.array("a")?;
    let kind = call.kind("dtype")?.unwrap_or(array.kind());
    let is_array = call.need("a")?.downcastable::<NdArray>();
    if is_array { object(call, array.cast(kind)) } else { call.give(Ok(array.cast(kind))) }
}

fn item(call: &Call<'_>) -> PyResult {
    let array = call.array("a")?;
    let element = match call.rest.as_slice() {
        [] => array,
        [n] => {
            let n: usize = n.try_index(call.vm)?.try_to_primitive(call.vm)?;
            let flat = call.ok(array.reshape(&[-1]))?;
            call.ok(flat.row(n))?
        }
        places => {
            let places: PyObjectRef = call.vm.ctx.new_tuple(places.to_vec()).into();
            let index = super::index::from_python(&places, call.vm)?;
            call.ok(array.select(&index))?
        }
    };
    let element = call.ok(element.item())?;
    plain_object(&Array::scalar(element), call.vm)
}

fn fill(call: &Call<'_>) -> PyResult {
    call.ok(call.array("a")?.assign(&call.array("value")?))?;
    Ok(call.vm.ctx.none())
}

/// The mean by weights.
pub(super) fn average(call: &Call<'_>) -> PyResult {
    let (array, axes) = (call.array("a")?, call.axes("axis")?);
    let Some(weights) = call.get("weights") else { return call.give(array.reduce(Reduction::Mean, &axes, false)) };
    let weights = super::convert::to_array(weights, call.vm)?;
    if weights.shape() != array.shape() {
        return Err(call
            .vm
            .new_not_implemented_error("average() takes weights of the array's own shape in this numpy"));
    }
    let weighted = call.ok(array.binary(crate::array::Binary::Multiply, &weights))?;
    let total = call.ok(weights.cast(Kind::Float).reduce(Reduction::Sum, &axes, false))?;
    let sum = call.ok(weighted.reduce(Reduction::Sum, &axes, false))?;
    call.give(sum.binary(crate::array::Binary::Divide, &total))
}

//! The functions that bring arrays down to fewer numbers.

use super::call::{Call, Row};
use crate::array::{Arg, Array, Binary, Reduction};
use rustpython_vm::PyResult;

const PARAMS: &[&str] = &["a", "axis", "dtype", "keepdims"];
const SPREAD: &[&str] = &["a", "axis", "dtype", "ddof", "keepdims"];

/// Functions of the module that are methods of an array too.
pub(super) const SHARED: &[Row] = &[
    Row { name: "sum", params: PARAMS, run: |call| reduce(call, Reduction::Sum) },
    Row { name: "prod", params: PARAMS, run: |call| reduce(call, Reduction::Prod) },
    Row { name: "mean", params: PARAMS, run: |call| reduce(call, Reduction::Mean) },
    Row { name: "max", params: PARAMS, run: |call| reduce(call, Reduction::Max) },
    Row { name: "min", params: PARAMS, run: |call| reduce(call, Reduction::Min) },
    Row { name: "any", params: PARAMS, run: |call| reduce(call, Reduction::Any) },
    Row { name: "all", params: PARAMS, run: |call| reduce(call, Reduction::All) },
    Row { name: "var", params: SPREAD, run: |call| reduce(call, Reduction::Var(call.float("ddof", 0.0)?)) },
    Row { name: "std", params: SPREAD, run: |call| reduce(call, Reduction::Std(call.float("ddof", 0.0)?)) },
    Row { name: "argmax", params: PARAMS, run: |call| arg(call, Arg::Max) },
    Row { name: "argmin", params: PARAMS, run: |call| arg(call, Arg::Min) },
    Row { name: "cumsum", params: &["a", "axis"], run: |call| running(call, Binary::Add) },
    Row { name: "cumprod", params: &["a", "axis"], run: |call| running(call, Binary::Multiply) },
];

/// Functions of the module alone.
pub(super) const FUNCTIONS: &[Row] = &[
    Row { name: "amax", params: PARAMS, run: |call| reduce(call, Reduction::Max) },
    Row { name: "amin", params: PARAMS, run: |call| reduce(call, Reduction::Min) },
    Row { name: "average", params: &["a", "axis", "weights"], run: super::create::average },
    Row { name: "allclose", params: CLOSE, run: |call| all(call, close(call)?) },
    Row { name: "isclose", params: CLOSE, run: |call| call.give(Ok(close(call)?)) },
    Row { name: "array_equal", params: &["a1", "a2"], run: array_equal },
    Row { name: "count_nonzero", params: &["a", "axis"], run: count_nonzero },
];

const CLOSE: &[&str] = &["a", "b", "rtol", "atol", "equal_nan"];

fn reduce(call: &Call<'_>, reduction: Reduction) -> PyResult {
    let array = call.array("a")?;
    let array = call.kind("dtype")?.map_or(array.clone(), |kind| array.cast(kind));
    call.give(array.reduce(reduction, &call.axes("axis")?, call.flag("keepdims", false)?))
}

fn arg(call: &Call<'_>, which: Arg) -> PyResult {
    call.give(call.array("a")?.arg(which, call.axis("axis")?, call.flag("keepdims", false)?))
}

fn running(call: &Call<'_>, f: Binary) -> PyResult {
    call.give(call.array("a")?.running(f, call.axis("axis")?))
}

fn close(call: &Call<'_>) -> PyResult<Array> {
    let (rtol, atol) = (call.float("rtol", 1e-5)?, call.float("atol", 1e-8)?);
    call.ok(call.array("a")?.close_to(&call.array("b")?, rtol, atol, call.flag("equal_nan", false)?))
}

fn all(call: &Call<'_>, truths: Array) -> PyResult {
    Ok(call.vm.ctx.new_bool(truths.bools().iter().all(|&b| b)).into())
}

fn array_equal(call: &Call<'_>) -> PyResult {
    let (a, b) = (call.array("a1")?, call.array("a2")?);
    match a.shape() == b.shape() {
        true => all(call, call.ok(a.binary(Binary::Equal, &b))?),
        false => Ok(call.vm.ctx.new_bool(false).into()),
    }
}

fn count_nonzero(call: &Call<'_>) -> PyResult {
    let truths = call.array("a")?.cast(crate::array::Kind::Bool);
    call.give(truths.reduce(Reduction::Sum, &call.axes("axis")?, false))
}

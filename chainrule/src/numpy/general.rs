//! The functions that fit nowhere else: choosing, clipping, rounding, sorting, calling.

use super::call::{Call, Row};
use super::convert::{array_object, element_of, to_array};
use crate::array::{Array, Binary, Element, Index, Kind, Nested, broadcast_shapes};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Callable;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// Functions of the module that are methods of an array too.
pub(super) const SHARED: &[Row] = &[
    Row { name: "clip", params: &["a", "a_min", "a_max", "out", "min", "max"], run: clip },
    Row { name: "round", params: &["a", "decimals"], run: round },
    Row { name: "nonzero", params: &["a"], run: |call| nonzero(call, &call.array("a")?) },
    Row {
        name: "argsort",
        params: &["a", "axis"],
        run: |call| call.give(call.array("a")?.argsort(axis_or_last(call)?)),
    },
];

/// Methods of an array and of a scalar alone.
pub(super) const METHODS: &[Row] = &[Row { name: "__round__", params: &["a", "decimals"], run: python_round }];

/// Functions of the module alone.
pub(super) const FUNCTIONS: &[Row] = &[
    Row { name: "around", params: &["a", "decimals"], run: round },
    Row { name: "where", params: &["condition", "x", "y"], run: choose },
    Row { name: "sort", params: &["a", "axis"], run: sort },
    Row { name: "unique", params: &["a"], run: unique },
    Row { name: "diag", params: &["a"], run: diag },
    Row { name: "apply_along_axis", params: &["func1d", "axis", "arr", "*args"], run: super::shape::along_axis },
    Row { name: "vectorize", params: &["pyfunc"], run: vectorize },
    Row { name: "set_printoptions", params: &["*options"], run: print_options },
];

fn clip(call: &Call<'_>) -> PyResult {
    let bound = |f: Binary, array: Array, names: [&str; 2]| match names.iter().find_map(|name| call.get(name)) {
        Some(bound) => call.ok(array.binary(f, &to_array(bound, call.vm)?)),
        None => Ok(array),
    };
    let raised = bound(Binary::Maximum, call.array("a")?, ["a_min", "min"])?;
    let clipped = bound(Binary::Minimum, raised, ["a_max", "max"])?;
    let Some(out) = call.get("out") else { return call.give(Ok(clipped)) };
    call.ok(call.array("out")?.assign(&clipped))?;
    Ok(out.clone())
}

fn round(call: &Call<'_>) -> PyResult {
    let decimals = i32::try_from(call.int("decimals", 0)?).unwrap_or(i32::MAX);
    call.give(Ok(call.array("a")?.round(decimals)))
}

/// Python's `round`, which without a number of digits gives an `int`.
fn python_round(call: &Call<'_>) -> PyResult {
    let rounded = round(call)?;
    match call.get("decimals") {
        Some(_) => Ok(rounded),
        None => call.vm.ctx.types.int_type.as_object().call((rounded,), call.vm),
    }
}

fn nonzero(call: &Call<'_>, array: &Array) -> PyResult {
    let places = array.nonzero().into_iter().map(|places| array_object(places, call.vm)).collect();
    Ok(call.vm.ctx.new_tuple(places).into())
}

fn choose(call: &Call<'_>) -> PyResult {
    let condition = call.array("condition")?;
    match (call.get("x"), call.get("y")) {
        (Some(x), Some(y)) => call.give(condition.choose(&to_array(x, call.vm)?, &to_array(y, call.vm)?)),
        (None, None) => nonzero(call, &condition),
        _ => Err(call.vm.new_value_error("either both or neither of x and y should be given")),
    }
}

fn axis_or_last(call: &Call<'_>) -> PyResult<isize> {
    Ok(call.axis("axis")?.unwrap_or(-1))
}

fn sort(call: &Call<'_>) -> PyResult {
    call.give(call.array("a")?.sorted(axis_or_last(call)?))
}

fn unique(call: &Call<'_>) -> PyResult {
    let array = call.ok(call.array("a")?.reshape(&[-1]).and_then(|flat| flat.sorted(0)))?;
    let mut elements: Vec<Element> = (0..array.len()).filter_map(|n| array.nth(n)).collect();
    elements.dedup_by(|a, b| a.number().value() == b.number().value());
    call.give(Array::from_nested(&Nested::List(elements.into_iter().map(Nested::Leaf).collect()), Some(array.kind())))
}

fn diag(call: &Call<'_>) -> PyResult {
    let array = call.array("a")?;
    match *array.shape() {
        [n] => {
            let mask = call.ok(Array::eye(n, n, 0))?.cast(Kind::Bool);
            let zeros = call.ok(Array::full(&[n, n], &Element::Int(0).cast(array.kind())))?;
            call.give(mask.choose(&array, &zeros))
        }
        [n, m] => {
            let places: Vec<i64> = (0..n.min(m) as i64).collect();
            let index = Index::Array(Array::from_ints(places));
            call.give(array.select(&[index.clone(), index]))
        }
        _ => Err(call.vm.new_value_error("Input must be 1- or 2-d.")),
    }
}

/// Printing in another way than the default is not there, but asking for it does not change a number.
fn print_options(call: &Call<'_>) -> PyResult {
    Err(call.vm.new_not_implemented_error("set_printoptions: this numpy prints with the default options only"))
}

/// A function of numbers made into one of arrays.
#[pyclass(module = "numpy", name = "vectorize")]
#[derive(Debug, PyPayload)]
pub(super) struct Vectorized {
    function: PyObjectRef,
}

fn vectorize(call: &Call<'_>) -> PyResult {
    Ok(Vectorized { function: call.need("pyfunc")?.clone() }.into_pyobject(call.vm))
}

#[pyclass(with(Callable))]
impl Vectorized {}

impl Callable for Vectorized {
    type Args = FuncArgs;

    /// Calls the function for every element of the arguments, repeated to a common shape.
    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let call = Call::new("vectorize", &["*arrays"], args, vm)?;
        let arrays = call.rest.iter().map(|object| to_array(object, vm)).collect::<PyResult<Vec<_>>>()?;
        let mut shape = Vec::new();
        for array in &arrays {
            shape = call.ok(broadcast_shapes(&shape, array.shape()))?;
        }
        let spread = arrays.iter().map(|array| call.ok(array.broadcast_to(&shape))).collect::<PyResult<Vec<_>>>()?;
        let mut results = Vec::new();
        for n in 0..shape.iter().product() {
            let args = spread.iter().filter_map(|array| array.nth(n)).map(|e| super::convert::into_object(e, vm));
            let result = zelf.function.call(args.collect::<Vec<_>>(), vm)?;
            let not_one = || vm.new_type_error("a vectorized function must give a number");
            results.push(Nested::Leaf(element_of(&result, vm)?.ok_or_else(not_one)?));
        }
        // numpy takes the kind of the first result for all.
        let kind = match results.first() {
            Some(Nested::Leaf(element)) => Some(element.kind()),
            _ => None,
        };
        let flat = call.ok(Array::from_nested(&Nested::List(results), kind))?;
        call.give(flat.reshape(&shape.iter().map(|&n| n as isize).collect::<Vec<_>>()))
    }
}

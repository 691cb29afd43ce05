//! `numpy.random`.

use super::call::{Call, Row};
use super::convert::{array_object, element_of, into_object, to_array};
use super::object::NdArray;
use crate::array::{Array, Data, Element, Index, Kind, Number};
use crate::random::{Draw, Generator, RandomState, running_sums, seed_words};
use rustpython_vm::builtins::{PyInt, PyList};
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::Constructor;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use std::cell::{RefCell, RefMut};

/// `numpy.random.RandomState`; the module's own functions are the methods of one of them.
#[pyclass(module = "numpy.random", name = "RandomState")]
#[derive(Debug, PyPayload)]
pub(super) struct Legacy {
    state: RefCell<RandomState>,
}

/// `numpy.random.Generator`, what `default_rng` gives.
#[pyclass(module = "numpy.random", name = "Generator")]
#[derive(Debug, PyPayload)]
pub(super) struct Modern {
    state: RefCell<Generator>,
}

#[pyclass(with(Constructor))]
impl Legacy {}

#[pyclass]
impl Modern {}

impl Constructor for Legacy {
    type Args = OptionalArg<PyObjectRef>;

    fn py_new(_cls: &Py<rustpython_vm::builtins::PyType>, seed: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Legacy { state: RefCell::new(seeded(seed.as_option(), vm)?) })
    }
}

impl Legacy {
    /// A generator of the seed that stands for "no seed given". numpy then takes one from the machine; here a program
    /// gives the same numbers each time.
    pub(super) fn unseeded() -> Self {
        Legacy { state: RefCell::new(RandomState::new(0)) }
    }
}

const LOC: &[&str] = &["self", "loc", "scale", "size"];
const LOW: &[&str] = &["self", "low", "high", "size"];
const SIZE: &[&str] = &["self", "size"];
const CHOICE: &[&str] = &["self", "a", "size", "replace", "p"];

/// The methods of both generators.
const SHARED: &[Row] = &[
    Row { name: "random", params: SIZE, run: |call| uniform(call, call.shape("size")?) },
    Row { name: "standard_normal", params: SIZE, run: |call| normal(call, call.shape("size")?) },
    Row { name: "normal", params: LOC, run: |call| normal(call, call.shape("size")?) },
    Row { name: "uniform", params: LOW, run: |call| uniform(call, call.shape("size")?) },
    Row { name: "permutation", params: &["self", "x"], run: permutation },
    Row { name: "shuffle", params: &["self", "x"], run: shuffle },
    Row { name: "choice", params: CHOICE, run: choice },
];

const LEGACY: &[Row] = &[
    Row { name: "seed", params: &["self", "seed"], run: seed },
    Row { name: "rand", params: &["self", "*shape"], run: |call| uniform(call, listed(call)?) },
    Row { name: "randn", params: &["self", "*shape"], run: |call| normal(call, listed(call)?) },
    Row { name: "random_sample", params: SIZE, run: |call| uniform(call, call.shape("size")?) },
    Row { name: "ranf", params: SIZE, run: |call| uniform(call, call.shape("size")?) },
    Row { name: "randint", params: &["self", "low", "high", "size", "dtype"], run: integers },
];

const MODERN: &[Row] =
    &[Row { name: "integers", params: &["self", "low", "high", "size", "dtype", "endpoint"], run: integers }];

/// The methods of `RandomState`, which are the functions of the module.
pub(super) fn legacy_rows() -> impl Iterator<Item = &'static Row> {
    LEGACY.iter().chain(SHARED)
}

/// The methods of `Generator`.
pub(super) fn modern_rows() -> impl Iterator<Item = &'static Row> {
    MODERN.iter().chain(SHARED)
}

/// `default_rng(seed)`.
pub(super) fn default_rng(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let seed: OptionalArg<PyObjectRef> = args.bind(vm)?;
    let words = match seed.into_option().filter(|seed| !vm.is_none(seed)) {
        Some(seed) => words(&seed, vm)?,
        None => vec![0],
    };
    Ok(Modern { state: RefCell::new(Generator::new(&words)) }.into_pyobject(vm))
}

fn words(seed: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<u32>> {
    let refused = || vm.new_value_error("expected a non-negative integer below 2**128 as a seed");
    let number = seed.try_index(vm)?;
    u128::try_from(number.as_bigint()).map(seed_words).map_err(|_| refused())
}

fn seeded(seed: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<RandomState> {
    let Some(seed) = seed.filter(|seed| !vm.is_none(seed)) else { return Ok(RandomState::new(0)) };
    let refused = |_| vm.new_value_error("Seed must be between 0 and 2**32 - 1");
    match element_of(seed, vm) {
        Ok(None) => {
            let words = to_array(seed, vm)?.ints().into_iter().map(|word| u32::try_from(word).map_err(refused));
            Ok(RandomState::from_words(&words.collect::<PyResult<Vec<_>>>()?))
        }
        _ => {
            let number = seed.try_index(vm)?;
            u32::try_from(number.as_bigint())
                .map(RandomState::new)
                .map_err(|_| vm.new_value_error("Seed must be between 0 and 2**32 - 1"))
        }
    }
}

fn seed(call: &Call<'_>) -> PyResult {
    if let Some(own) = call.need("self")?.downcast_ref::<Legacy>() {
        *own.state.borrow_mut() = seeded(call.get("seed"), call.vm)?;
    }
    Ok(call.vm.ctx.none())
}

/// The generator that a method was called on.
fn source<'a>(call: &'a Call<'_>) -> PyResult<RefMut<'a, dyn Draw>> {
    let own = call.need("self")?;
    if let Some(legacy) = own.downcast_ref::<Legacy>() {
        return Ok(legacy.state.borrow_mut());
    }
    match own.downcast_ref::<Modern>() {
        Some(modern) => Ok(modern.state.borrow_mut()),
        None => Err(call.vm.new_type_error("a random generator is needed here")),
    }
}

fn listed(call: &Call<'_>) -> PyResult<Option<Vec<usize>>> {
    let lengths = call.rest.iter().map(|n| n.try_index(call.vm)?.try_to_primitive(call.vm));
    let lengths = lengths.collect::<PyResult<Vec<usize>>>()?;
    Ok(if lengths.is_empty() { None } else { Some(lengths) })
}

/// An array of a shape, or one number as a Python `float`, of what `draw` gives from two parameters.
fn drawn(
    call: &Call<'_>,
    size: Option<Vec<usize>>,
    params: [(&str, f64); 2],
    mut draw: impl FnMut(&mut dyn Draw, f64, f64) -> f64,
) -> PyResult {
    let param = |(name, otherwise): (&str, f64)| match call.get(name) {
        Some(given) => to_array(given, call.vm),
        None => Ok(Array::scalar(Element::Float(Number::from(otherwise)))),
    };
    let (a, b) = (param(params[0])?, param(params[1])?);
    let one = size.is_none() && a.ndim() == 0 && b.ndim() == 0;
    let shape = match size {
        Some(shape) => shape,
        None => call.ok(crate::array::broadcast_shapes(a.shape(), b.shape()))?,
    };
    let (a, b) = (call.ok(a.broadcast_to(&shape))?.floats(), call.ok(b.broadcast_to(&shape))?.floats());
    let mut source = source(call)?;
    let numbers: Vec<f64> = a.into_iter().zip(b).map(|(a, b)| draw(&mut *source, a, b)).collect();
    if let (true, Some(&x)) = (one, numbers.first()) {
        return Ok(call.vm.ctx.new_float(x).into());
    }
    let data = Data::Float(numbers.into_iter().map(Number::from).collect());
    Ok(NdArray { array: call.ok(Array::new(data, &shape))? }.into_pyobject(call.vm))
}

fn uniform(call: &Call<'_>, size: Option<Vec<usize>>) -> PyResult {
    drawn(call, size, [("low", 0.0), ("high", 1.0)], |source, low, high| low + (high - low) * source.uniform())
}

fn normal(call: &Call<'_>, size: Option<Vec<usize>>) -> PyResult {
    drawn(call, size, [("loc", 0.0), ("scale", 1.0)], |source, mean, spread| mean + spread * source.normal())
}

/// `randint` and `integers`: from `low` up to `high`, or from 0 up to `low`.
fn integers(call: &Call<'_>) -> PyResult {
    call.need("low")?;
    let (low, high) = match call.get("high") {
        Some(_) => (call.int("low", 0)?, call.int("high", 0)?),
        None => (0, call.int("low", 0)?),
    };
    let high = high.saturating_add(i64::from(call.flag("endpoint", false)?));
    let size = call.shape("size")?;
    let n = size.as_ref().map_or(1, |shape| shape.iter().product());
    let mut source = source(call)?;
    let numbers = (0..n).map(|_| call.ok(source.integer(low, high))).collect::<PyResult<Vec<_>>>()?;
    match size {
        // randint gives a Python int, integers one of numpy's.
        None if call.get("endpoint").is_none() && call.need("self")?.downcastable::<Legacy>() => {
            Ok(call.vm.ctx.new_int(numbers[0]).into())
        }
        None => Ok(into_object(Element::Int(numbers[0]), call.vm)),
        Some(shape) => Ok(NdArray { array: call.ok(Array::new(Data::Int(numbers), &shape))? }.into_pyobject(call.vm)),
    }
}

/// The rows of an array in another order.
fn rows_at(call: &Call<'_>, array: &Array, order: Vec<usize>) -> PyResult<Array> {
    let places = Array::from_ints(order.into_iter().map(|k| k as i64).collect());
    call.ok(array.select(&[Index::Array(places)]))
}

fn permutation(call: &Call<'_>) -> PyResult {
    let x = call.need("x")?;
    let array = match x.downcastable::<PyInt>() {
        true => Array::from_ints((0..call.int("x", 0)?).collect()),
        false => to_array(x, call.vm)?.copy(),
    };
    let order = source(call)?.permutation(array.shape()[0]);
    call.give(Ok(rows_at(call, &array, order)?))
}

fn shuffle(call: &Call<'_>) -> PyResult {
    let x = call.need("x")?;
    if let Some(list) = x.downcast_ref::<PyList>() {
        let order = source(call)?.permutation(list.borrow_vec().len());
        let mixed: Vec<PyObjectRef> = order.iter().map(|&k| list.borrow_vec()[k].clone()).collect();
        list.borrow_vec_mut().clone_from(&mixed);
    } else if let Some(array) = x.downcast_ref::<NdArray>() {
        let order = source(call)?.permutation(array.array.shape().first().copied().unwrap_or(0));
        call.ok(array.array.assign(&rows_at(call, &array.array, order)?))?;
    } else {
        return Err(call.vm.new_type_error("shuffle() needs a list or an array, whose order it changes"));
    }
    Ok(call.vm.ctx.none())
}

fn choice(call: &Call<'_>) -> PyResult {
    let (a, vm) = (call.need("a")?, call.vm);
    let from = if a.downcastable::<PyInt>() { None } else { Some(to_array(a, vm)?) };
    let n = match &from {
        None => usize::try_from(call.int("a", 0)?).unwrap_or(0),
        Some(array) => array.shape().first().copied().unwrap_or(0),
    };
    if n == 0 {
        return Err(vm.new_value_error("a must be greater than 0, or not empty"));
    }
    let size = call.shape("size")?;
    let count = size.as_ref().map_or(1, |shape| shape.iter().product());
    let weights = call.get("p").map(|p| to_array(p, vm)).transpose()?.map(|p| p.floats());
    if weights.as_ref().is_some_and(|p| p.len() != n) {
        return Err(vm.new_value_error("'a' and 'p' must have same size"));
    }
    if weights.as_ref().is_some_and(|p| (p.iter().sum::<f64>() - 1.0).abs() > 1e-8 || p.iter().any(|&x| x < 0.0)) {
        return Err(vm.new_value_error("Probabilities do not sum to 1"));
    }
    let replace = call.flag("replace", true)?;
    let enough = weights.as_ref().map_or(n, |p| p.iter().filter(|&&x| x > 0.0).count());
    if !replace && count > enough {
        return Err(vm.new_value_error("Cannot take a larger sample than population when replace is False"));
    }
    let mut source = source(call)?;
    let places: Vec<i64> = match (replace, weights) {
        (true, None) => (0..count).map(|_| call.ok(source.integer(0, n as i64))).collect::<PyResult<_>>()?,
        (true, Some(p)) => {
            let running = running_sums(&p);
            (0..count).map(|_| source.weighted(&running) as i64).collect()
        }
        (false, None) => source.sample(n, count).into_iter().map(|k| k as i64).collect(),
        (false, Some(p)) => source.weighted_sample(&p, count).into_iter().map(|k| k as i64).collect(),
    };
    let shape: Vec<usize> = size.unwrap_or_default();
    let places = call.ok(Array::new(Data::Int(places), &shape))?;
    let chosen = match from {
        None => places,
        Some(array) if shape.is_empty() => call.ok(array.row(places.ints()[0] as usize))?,
        Some(array) => call.ok(array.select(&[Index::Array(places)]))?,
    };
    match (shape.is_empty(), chosen.kind()) {
        (true, Kind::Int) if a.downcastable::<PyInt>() => Ok(vm.ctx.new_int(chosen.ints()[0]).into()),
        _ => Ok(array_object(chosen, vm)),
    }
}

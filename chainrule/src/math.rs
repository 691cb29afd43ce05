//! Python's `math`, on the engine's op table.

use crate::array::Number;
use crate::numpy::convert::element;
use engine::Op;
use rustpython_vm::builtins::{PyModule, PyModuleDef};
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::{AsObject, Context, Py, PyObjectRef, PyResult, VirtualMachine, pymodule};

/// The definition of the module.
pub(crate) fn module_def(ctx: &Context) -> &'static PyModuleDef {
    definition::module_def(ctx)
}

/// Rows of the module: names with what they do.
type Named<F> = &'static [(&'static str, F)];

/// Functions of one number that are rows of the op table.
const ONE: Named<Op> = &[
    ("exp", Op::Exp),
    ("expm1", Op::ExpM1),
    ("log2", Op::Log2),
    ("log10", Op::Log10),
    ("log1p", Op::Ln1p),
    ("sqrt", Op::Sqrt),
    ("cbrt", Op::Cbrt),
    ("fabs", Op::Abs),
    ("sin", Op::Sin),
    ("cos", Op::Cos),
    ("tan", Op::Tan),
    ("asin", Op::Asin),
    ("acos", Op::Acos),
    ("atan", Op::Atan),
    ("sinh", Op::Sinh),
    ("cosh", Op::Cosh),
    ("tanh", Op::Tanh),
    ("asinh", Op::Asinh),
    ("acosh", Op::Acosh),
    ("atanh", Op::Atanh),
];

/// Functions of two numbers that are rows of the op table.
const TWO: Named<Op> = &[("pow", Op::Powf), ("atan2", Op::Atan2), ("hypot", Op::Hypot), ("fmod", Op::Rem)];

/// Truths about one number.
const TRUTHS: Named<fn(f64) -> bool> =
    &[("isnan", f64::is_nan), ("isinf", f64::is_infinite), ("isfinite", f64::is_finite)];

/// Functions to a whole number.
const WHOLE: Named<fn(f64) -> f64> = &[("floor", f64::floor), ("ceil", f64::ceil), ("trunc", f64::trunc)];

/// Functions that are not traced, for their derivative is zero or nobody takes it.
const PLAIN: Named<fn(f64) -> f64> = &[
    ("degrees", f64::to_degrees),
    ("radians", f64::to_radians),
    ("erf", libm::erf),
    ("erfc", libm::erfc),
    ("gamma", libm::tgamma),
    ("lgamma", libm::lgamma),
];

#[pymodule(name = "math")]
mod definition {
    use rustpython_vm::builtins::PyModule;
    use rustpython_vm::{Py, PyResult, VirtualMachine};

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        super::fill(module, vm)
    }
}

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let set = |name: &'static str, value: PyObjectRef| module.set_attr(name, value, vm);
    for &(name, op) in ONE {
        let run = move |x: PyObjectRef, vm: &VirtualMachine| applied(op, &[number(&x, vm)?], vm);
        set(name, vm.new_function(name, run).into())?;
    }
    for &(name, op) in TWO {
        let run = move |x: PyObjectRef, y: PyObjectRef, vm: &VirtualMachine| {
            applied(op, &[number(&x, vm)?, number(&y, vm)?], vm)
        };
        set(name, vm.new_function(name, run).into())?;
    }
    for &(name, f) in TRUTHS {
        let run = move |x: PyObjectRef, vm: &VirtualMachine| Ok(f(number(&x, vm)?.value()));
        set(name, vm.new_function::<_, (_, PyResult<bool>, _)>(name, run).into())?;
    }
    for &(name, f) in WHOLE {
        // Python's own int() knows what to say of a NaN.
        let run = move |x: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let whole = vm.ctx.new_float(f(number(&x, vm)?.value()));
            vm.ctx.types.int_type.as_object().call((whole,), vm)
        };
        set(name, vm.new_function(name, run).into())?;
    }
    for &(name, f) in PLAIN {
        let run = move |x: PyObjectRef, vm: &VirtualMachine| -> PyResult<f64> { Ok(f(number(&x, vm)?.value())) };
        set(name, vm.new_function(name, run).into())?;
    }
    set("log", vm.new_function("log", log).into())?;
    set("isclose", vm.new_function("isclose", is_close).into())?;
    set("copysign", vm.new_function("copysign", copysign).into())?;
    for (name, x) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        set(name, vm.ctx.new_float(x).into())?;
    }
    let rest = vm.import("_math_whole", 0)?;
    for name in ["factorial", "gcd", "lcm", "comb", "perm", "isqrt", "prod", "fsum", "dist", "sumprod"] {
        set(name, rest.get_attr(name, vm)?)?;
    }
    Ok(())
}

fn number(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Number> {
    Ok(element(object, vm)
        .map_err(|_| vm.new_type_error(format!("must be real number, not {}", object.class().name())))?
        .number())
}

/// What an op makes of numbers, with Python's errors where the result is no number or too large.
fn applied(op: Op, args: &[Number], vm: &VirtualMachine) -> PyResult {
    let result = Number::apply(op, &args.iter().collect::<Vec<_>>());
    let y = result.value();
    if args.iter().all(|x| x.value().is_finite()) && !y.is_finite() {
        let values: Vec<f64> = args.iter().map(Number::value).collect();
        return Err(match op.violated(&values) {
            None if y.is_infinite() => vm.new_overflow_error("math range error"),
            _ => vm.new_value_error("math domain error"),
        });
    }
    Ok(crate::numpy::convert::python_float(result, vm))
}

fn log(x: PyObjectRef, base: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let top = applied(Op::Ln, &[number(&x, vm)?], vm)?;
    let Some(base) = base.into_option() else { return Ok(top) };
    let bottom = applied(Op::Ln, &[number(&base, vm)?], vm)?;
    vm._truediv(&top, &bottom)
}

fn is_close(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    let of = |key: &str, otherwise: f64| match args.kwargs.get(key) {
        Some(given) => Ok(number(given, vm)?.value()),
        None => Ok(otherwise),
    };
    let (rel, abs) = (of("rel_tol", 1e-9)?, of("abs_tol", 0.0)?);
    let [a, b] = args.args.as_slice() else { return Err(vm.new_type_error("isclose() takes two numbers")) };
    let (a, b) = (number(a, vm)?.value(), number(b, vm)?.value());
    let near = (a - b).abs() <= (rel * a.abs().max(b.abs())).max(abs);
    Ok(a == b || (a.is_finite() && b.is_finite() && near))
}

fn copysign(x: PyObjectRef, y: PyObjectRef, vm: &VirtualMachine) -> PyResult<f64> {
    Ok(number(&x, vm)?.value().copysign(number(&y, vm)?.value()))
}

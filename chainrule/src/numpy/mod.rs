//! The `numpy` module: Python objects around [`array`](crate::array) and [`random`](crate::random).

mod call;
pub(crate) mod convert;
mod create;
mod general;
mod index;
pub(crate) mod object;
mod operators;
mod random;
mod reduce;
mod shape;
pub(crate) mod traced;

use crate::array::{Binary, Unary};
use call::{Call, Row};
use rustpython_vm::builtins::{PyModule, PyModuleDef, PyType};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Context, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pymodule};

/// The definitions of `numpy` and `numpy.random`.
pub(crate) fn module_defs(ctx: &Context) -> [&'static PyModuleDef; 2] {
    [definition::module_def(ctx), random_definition::module_def(ctx)]
}

#[pymodule(name = "numpy")]
mod definition {
    use rustpython_vm::builtins::PyModule;
    use rustpython_vm::{Py, PyResult, VirtualMachine};

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        super::fill_numpy(module, vm)
    }
}

#[pymodule(name = "numpy.random")]
mod random_definition {
    use rustpython_vm::builtins::PyModule;
    use rustpython_vm::{Py, PyResult, VirtualMachine};

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        super::fill_random(module, vm)
    }
}

/// Makes the Python classes, which are asked for in programs that do not import numpy too.
pub(crate) fn make_types() {
    object::NdArray::make_static_type();
    object::Float64::make_static_type();
    object::Int64::make_static_type();
    object::Truth::make_static_type();
    object::DType::make_static_type();
    object::Rows::make_static_type();
    general::Vectorized::make_static_type();
    random::Legacy::make_static_type();
    random::Modern::make_static_type();
    traced::Traced::make_static_type();
}

fn fill_numpy(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let set = |name: &'static str, value: PyObjectRef| module.set_attr(name, value, vm);
    let classes: [(&'static str, &'static Py<PyType>); 8] = [
        ("ndarray", object::NdArray::static_type()),
        ("float64", object::Float64::static_type()),
        ("double", object::Float64::static_type()),
        ("int64", object::Int64::static_type()),
        ("int_", object::Int64::static_type()),
        ("bool_", object::Truth::static_type()),
        ("bool", object::Truth::static_type()),
        ("dtype", object::DType::static_type()),
    ];
    for (name, class) in classes {
        set(name, class.to_owned().into())?;
    }
    for row in [create::FUNCTIONS, shape::SHARED, shape::FUNCTIONS, reduce::SHARED, reduce::FUNCTIONS]
        .into_iter()
        .chain([general::SHARED, general::FUNCTIONS])
        .flatten()
    {
        let run = |args: FuncArgs, vm: &VirtualMachine| (row.run)(&Call::new(row.name, row.params, args, vm)?);
        set(row.name, vm.new_function(row.name, run).into())?;
    }
    for &(name, f) in Unary::ALL {
        let run = move |args: FuncArgs, vm: &VirtualMachine| {
            let call = Call::new(name, &["x"], args, vm)?;
            call.give(call.array("x")?.unary(f))
        };
        set(name, vm.new_function(name, run).into())?;
    }
    for &(name, f) in Binary::ALL {
        let run = move |args: FuncArgs, vm: &VirtualMachine| {
            let call = Call::new(name, &["x1", "x2"], args, vm)?;
            call.give(call.array("x1")?.binary(f, &call.array("x2")?))
        };
        set(name, vm.new_function(name, run).into())?;
    }
    let methods = [create::METHODS, shape::METHODS, general::METHODS, shape::SHARED, reduce::SHARED, general::SHARED];
    for own in [object::NdArray::static_type(), object::Float64::static_type(), object::Int64::static_type()] {
        for row in methods.into_iter().flatten() {
            method(own, row, vm);
        }
    }
    for (name, number) in
        [("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("inf", f64::INFINITY), ("nan", f64::NAN)]
    {
        set(name, vm.ctx.new_float(number).into())?;
    }
    set("newaxis", vm.ctx.none())?;
    set("__version__", vm.ctx.new_str("2.4").into())?;
    set("__path__", vm.ctx.new_list(Vec::new()).into())?;
    refuse_the_rest(module, "numpy", vm)?;
    vm.import("numpy.random", 0).map(drop)
}

fn fill_random(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let (legacy, modern) = (random::Legacy::static_type(), random::Modern::static_type());
    module.set_attr("RandomState", legacy.to_owned(), vm)?;
    module.set_attr("Generator", modern.to_owned(), vm)?;
    random::legacy_rows().for_each(|row| method(legacy, row, vm));
    random::modern_rows().for_each(|row| method(modern, row, vm));
    let own: PyObjectRef = random::Legacy::unseeded().into_pyobject(vm);
    for row in random::legacy_rows() {
        module.set_attr(row.name, own.get_attr(row.name, vm)?, vm)?;
    }
    module.set_attr("default_rng", vm.new_function("default_rng", random::default_rng), vm)?;
    refuse_the_rest(module, "numpy.random", vm)
}

fn method(class: &'static Py<PyType>, row: &'static Row, vm: &VirtualMachine) {
    let run = |args: FuncArgs, vm: &VirtualMachine| (row.run)(&Call::new(row.name, row.params, args, vm)?);
    class.set_attr(vm.ctx.intern_str(row.name), vm.new_method(row.name, class, run).into());
}

/// A name that is missing is named, with the module.
fn refuse_the_rest(module: &Py<PyModule>, own: &'static str, vm: &VirtualMachine) -> PyResult<()> {
    let missing = move |name: String, vm: &VirtualMachine| -> PyResult {
        Err(vm
            .new_attribute_error(format!("module '{own}' has no '{name}' here: chainrule covers only a part of numpy")))
    };
    module.set_attr("__getattr__", vm.new_function("__getattr__", missing), vm)
}

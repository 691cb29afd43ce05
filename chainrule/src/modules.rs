//! The modules of Python's standard library that tutorials import.
//!
//! `math` is native, on the engine's op table; the others are small files of Python, compiled into this program.

use crate::math;
use crate::random::{Mersenne, seed_words};
use rustpython_vm::builtins::PyModuleDef;
use rustpython_vm::frozen::FrozenModule;
use rustpython_vm::{Context, py_freeze};

/// The native modules.
pub(crate) fn native(ctx: &Context) -> [&'static PyModuleDef; 2] {
    [math::module_def(ctx), _mersenne::module_def(ctx)]
}

/// The modules that are written in Python.
pub(crate) fn frozen() -> impl Iterator<Item = (&'static str, FrozenModule)> {
    let library = py_freeze!(dir = "modules");
    library.into_iter()
}

/// What a program can import beside the modules built into the interpreter.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = frozen().map(|(name, _)| name).chain(["math", "numpy"]).collect();
    names.retain(|name| !name.starts_with('_'));
    names.sort_unstable();
    names
}

/// The generator behind Python's `random`.
#[rustpython_vm::pymodule]
mod _mersenne {
    use super::{Mersenne, seed_words};
    use rustpython_vm::builtins::{PyInt, PyType};
    use rustpython_vm::types::Constructor;
    use rustpython_vm::{Py, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
    use std::cell::RefCell;

    #[pyattr]
    #[pyclass(module = "_mersenne", name = "Mersenne")]
    #[derive(Debug, PyPayload)]
    struct Source {
        state: RefCell<Mersenne>,
    }

    impl Constructor for Source {
        type Args = PyRef<PyInt>;

        fn py_new(_cls: &Py<PyType>, seed: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
            let seed = u128::try_from(seed.as_bigint());
            let words = seed.map(seed_words).map_err(|_| vm.new_value_error("a seed must be below 2**128"))?;
            Ok(Source { state: RefCell::new(Mersenne::from_words(&words)) })
        }
    }

    #[pyclass(with(Constructor))]
    impl Source {
        #[pymethod]
        fn random(&self) -> f64 {
            self.state.borrow_mut().uniform()
        }

        /// So many random bits, at most 64.
        #[pymethod]
        fn getrandbits(&self, n: u32, vm: &VirtualMachine) -> PyResult<u64> {
            let word = || u64::from(self.state.borrow_mut().bits());
            match n {
                0 => Ok(0),
                1..=32 => Ok(word() >> (32 - n)),
                33..=64 => Ok(word() | (word() >> (64 - n)) << 32),
                _ => Err(vm.new_value_error("at most 64 random bits at a time")),
            }
        }
    }
}

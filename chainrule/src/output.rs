//! Where a program's `print` goes.

use rustpython_vm::builtins::PyStr;
use rustpython_vm::{Py, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::rc::Rc;

/// A stream that the program and its host share.
pub(crate) type Shared = Rc<RefCell<dyn Write>>;

/// What the program finds as `sys.stdout` and `sys.stderr`.
#[pyclass(module = "sys", name = "Output")]
#[derive(PyPayload)]
pub(crate) struct Output {
    to: Shared,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

#[pyclass]
impl Output {
    pub(crate) fn new(to: Shared) -> Self {
        Output { to }
    }

    #[pymethod]
    fn write(&self, text: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult<usize> {
        let bytes = text.as_wtf8().to_string_lossy();
        let written = self.to.borrow_mut().write_all(bytes.as_bytes());
        written.map(|()| text.char_len()).map_err(|error| vm.new_os_error(error.to_string()))
    }

    #[pymethod]
    fn flush(&self, vm: &VirtualMachine) -> PyResult<()> {
        self.to.borrow_mut().flush().map_err(|error| vm.new_os_error(error.to_string()))
    }

    #[pymethod]
    fn isatty(_zelf: &Py<Self>) -> bool {
        false
    }
}

//! The Python interpreter that a program runs in, without access to files, processes or the network.

use crate::limits::{self, Limits};
use crate::output::{Output, Shared};
use ruff_python_ast::Mod;
use ruff_source_file::SourceFileBuilder;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::compiler::{CompileError, Mode};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Interpreter, PyPayload, PyRef, PyResult, Settings, VirtualMachine};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Finished,
    /// It did not compile, or an exception ended it: what Python says of it.
    Failed(String),
}

/// Room for the deepest recursion that the interpreter allows.
const STACK: usize = 512 << 20;

/// How long after its time a program has to notice, before it is left to itself.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a program, whose `print` goes to `stdout`.
///
/// ```
/// use chainrule::{Limits, Outcome, run};
///
/// let outcome = run("print(1 / 0)", "sum.py", Box::new(std::io::sink()), Limits::default());
/// let Outcome::Failed(text) = outcome else { panic!() };
/// assert!(text.ends_with("ZeroDivisionError: division by zero\n"));
/// assert!(text.contains("File \"sum.py\", line 1"));
/// ```
pub fn run(source: &str, path: &str, stdout: Box<dyn Write + Send>, limits: Limits) -> Outcome {
    let late = Arc::new(AtomicBool::new(false));
    let (done, wait) = mpsc::channel();
    let (source, path) = (source.to_owned(), path.to_owned());
    let flag = late.clone();
    let work = move || {
        let stdout = Rc::new(RefCell::new(stdout));
        let outcome = interpret(&source, &path, stdout.clone(), limits, flag);
        let flushed = stdout.borrow_mut().flush();
        // Nobody waits any more for a program that was left to itself.
        let _ = done.send(match (outcome, flushed) {
            (Outcome::Finished, Err(error)) => Outcome::Failed(format!("the output could not be written: {error}\n")),
            (outcome, _) => outcome,
        });
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    if let Err(error) = thread {
        return Outcome::Failed(format!("no thread could be started for the program: {error}\n"));
    }
    if let Ok(outcome) = wait.recv_timeout(limits.time) {
        return outcome;
    }
    late.store(true, Ordering::Relaxed);
    wait.recv_timeout(GRACE).unwrap_or_else(|_| {
        Outcome::Failed(format!(
            "the program was stopped after {} s, inside one long operation: --seconds sets the limit\n",
            limits.time.as_secs_f64()
        ))
    })
}

fn interpret(source: &str, path: &str, stdout: Shared, limits: Limits, late: Arc<AtomicBool>) -> Outcome {
    let builder = Interpreter::builder(Settings::default());
    let defs = [&crate::numpy::module_defs(&builder.ctx)[..], &crate::modules::native(&builder.ctx)[..]].concat();
    let interpreter = builder.add_native_modules(&defs).add_frozen_modules(crate::modules::frozen()).build();
    interpreter.enter(|vm| {
        let result = prepare(stdout, limits, late, vm)
            .and_then(|()| compile(source, path, vm))
            .and_then(|code| vm.run_code_obj(code, vm.new_scope_with_main()?));
        match result {
            Ok(_) => Outcome::Finished,
            Err(exception) => failed(&exception, vm),
        }
    })
}

/// Replaces what would reach out of the interpreter.
fn prepare(stdout: Shared, limits: Limits, late: Arc<AtomicBool>, vm: &VirtualMachine) -> PyResult<()> {
    Output::make_static_type();
    vm.sys_module.set_attr("stdout", Output::new(stdout).into_pyobject(vm), vm)?;
    let stderr = Output::new(Rc::new(RefCell::new(std::io::stderr())));
    vm.sys_module.set_attr("stderr", stderr.into_pyobject(vm), vm)?;
    for name in ["open", "input", "breakpoint"] {
        let refuse = move |_: FuncArgs, vm: &VirtualMachine| -> PyResult {
            Err(vm.new_runtime_error(format!("{name}() is refused: {ALONE}")))
        };
        vm.builtins.set_attr(name, vm.new_function(name, refuse), vm)?;
    }
    limits::install(limits, late, vm)
}

const ALONE: &str = "the program runs without access to files, processes, the network or a keyboard";

fn compile(source: &str, path: &str, vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
    let file = SourceFileBuilder::new(path, source).finish();
    let parsed = ruff_python_parser::parse_module(source)
        .map_err(|error| CompileError::from_ruff_parse_error(error, &file))
        .map_err(|error| vm.new_syntax_error(&error, Some(source)))?;
    let mut module = parsed.into_syntax();
    limits::count_steps(&mut module);
    let code = rustpython_codegen::compile::compile_top(Mod::Module(module), file, Mode::Exec, vm.compile_opts());
    code.map(|code| vm.ctx.new_code(code)).map_err(|error| vm.new_syntax_error(&error.into(), Some(source)))
}

fn failed(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Outcome {
    let kinds = &vm.ctx.exceptions;
    if exception.class().fast_issubclass(kinds.system_exit) {
        let code = exception.as_object().get_attr("code", vm).unwrap_or_else(|_| vm.ctx.none());
        let quiet = vm.is_none(&code) || code.str(vm).is_ok_and(|code| code.to_string_lossy() == "0");
        if quiet {
            return Outcome::Finished;
        }
    }
    let mut text = String::new();
    if vm.write_exception(&mut text, exception).is_err() {
        text.push_str("an exception that cannot be shown\n");
    }
    if exception.class().fast_issubclass(kinds.module_not_found_error) {
        let names = crate::modules::names().join(", ");
        text.push_str(&format!("{ALONE}; the modules it can import are {names} and those that Python has built in\n"));
    }
    Outcome::Failed(text)
}

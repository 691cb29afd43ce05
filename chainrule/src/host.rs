//! The Python interpreter that a program runs in, without access to files, processes or the network.

use crate::failure::Failure;
use crate::limits::{self, Limits};
use crate::output::{Output, Shared};
use crate::worker::Worker;
use ruff_python_ast::{Mod, ModModule};
use ruff_source_file::SourceFileBuilder;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyDict, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::compiler::{CompileError, Mode};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{
    AsObject, Interpreter, Py, PyObjectRef, PyPayload, PyRef, PyResult, Settings, TryFromObject, VirtualMachine,
};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Finished,
    /// It did not compile, or an exception or a limit ended it.
    Failed {
        /// Why, and where in the program.
        failure: Failure,
        /// What Python says of it: the calls that led there, and the exception.
        traceback: String,
    },
}

/// How long after its time a program has to notice, before it is left to itself.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a program, whose `print` goes to `stdout`.
///
/// ```
/// use chainrule::{Limits, Outcome, run};
///
/// let outcome = run("print(1 / 0)", "sum.py", Box::new(std::io::sink()), Limits::default());
/// let Outcome::Failed { failure, traceback } = outcome else { panic!() };
/// assert_eq!(failure.in_file("sum.py"), "sum.py:1:7: ZeroDivisionError: division by zero");
/// assert!(traceback.contains("File \"sum.py\", line 1"));
/// ```
pub fn run(source: &str, path: &str, stdout: Box<dyn Write + Send>, limits: Limits) -> Outcome {
    let (source, path) = (source.to_owned(), path.to_owned());
    let work = move |late| {
        let stdout = Rc::new(RefCell::new(stdout));
        let outcome = interpret(&source, &path, stdout.clone(), limits, late, |_| None);
        let flushed = stdout.borrow_mut().flush();
        match (outcome, flushed) {
            (Outcome::Finished, Err(error)) => {
                Outcome::of(Failure::whole(format!("the output could not be written: {error}")))
            }
            (outcome, _) => outcome,
        }
    };
    on_time(limits, work).unwrap_or_else(Outcome::of)
}

impl Outcome {
    /// A failure of which Python knows nothing.
    fn of(failure: Failure) -> Outcome {
        let traceback = format!("{failure}\n");
        Outcome::Failed { failure, traceback }
    }
}

/// What watches a program: what it needs before the program starts, and what it makes of the end.
pub(crate) struct Hooks<T> {
    pub(crate) install: Install,
    /// Whether it is to run once more from its beginning, after it has come to its end.
    pub(crate) again: Again,
    pub(crate) finish: Box<dyn FnOnce(Option<Failure>) -> T>,
}

/// Runs a program, whose `print` goes nowhere, under watch: `begin` may change its syntax tree. Errors when the program
/// does not compile, and when it does not end in time.
pub(crate) fn watched<T: Send + 'static>(
    source: &str,
    path: &str,
    limits: Limits,
    begin: impl FnOnce(&mut ModModule) -> Hooks<T> + Send + 'static,
) -> Result<T, Failure> {
    let (source, path) = (source.to_owned(), path.to_owned());
    let work = move |late| {
        let stdout = Rc::new(RefCell::new(std::io::sink()));
        let mut finish = None;
        let watch = |module: &mut ModModule| {
            let hooks = begin(module);
            finish = Some(hooks.finish);
            Some((hooks.install, hooks.again))
        };
        let outcome = interpret(&source, &path, stdout, limits, late, watch);
        let failure = match outcome {
            Outcome::Finished => None,
            Outcome::Failed { failure, .. } => Some(failure),
        };
        match (finish, failure) {
            (Some(finish), failure) => Ok(finish(failure)),
            (None, failure) => Err(failure.unwrap_or_else(|| Failure::whole("the program was not run"))),
        }
    };
    on_time(limits, work).and_then(|result| result)
}

/// Interpreters of one process share their types and a cache of what these have, and in rustpython-vm 0.5 nothing guards
/// them where two run at once: rarely, one follows a dangling pointer. One that was left to itself does not keep its turn.
static TURN: Mutex<()> = Mutex::new(());

/// Does some work in another thread, once no other is waited for. It is told when its time is over, and left to itself soon
/// after.
fn on_time<T: Send + 'static>(
    limits: Limits,
    work: impl FnOnce(Arc<AtomicBool>) -> T + Send + 'static,
) -> Result<T, Failure> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let late = Arc::new(AtomicBool::new(false));
    let (done, wait) = mpsc::channel();
    let flag = late.clone();
    let worker = Worker::idle()
        .map_err(|error| Failure::whole(format!("no thread could be started for the program: {error}")))?;
    // Nobody waits any more for a program that was left to itself.
    worker.take(move || drop(done.send(work(flag))));
    let broken = || Failure::whole("the interpreter broke off: this is a fault of chainrule, not of the program");
    match wait.recv_timeout(limits.time) {
        Ok(outcome) => {
            worker.keep();
            return Ok(outcome);
        }
        Err(RecvTimeoutError::Disconnected) => return Err(broken()),
        Err(RecvTimeoutError::Timeout) => {}
    }
    late.store(true, Ordering::Relaxed);
    wait.recv_timeout(GRACE).map_err(|_| {
        let seconds = limits.time.as_secs_f64();
        Failure::whole(format!(
            "the program was stopped after {seconds} s, inside one long operation: --seconds sets the limit"
        ))
    })
}

/// What a watcher installs before the program starts.
type Install = Box<dyn FnOnce(&VirtualMachine) -> PyResult<()>>;

/// What a watcher asks of the end.
type Again = Box<dyn Fn() -> bool>;

/// A program runs again as long as there is time for so many runs like the first.
const SPARE: u32 = 4;

fn interpret(
    source: &str,
    path: &str,
    stdout: Shared,
    limits: Limits,
    late: Arc<AtomicBool>,
    watch: impl FnOnce(&mut ModModule) -> Option<(Install, Again)>,
) -> Outcome {
    let builder = Interpreter::builder(Settings::default());
    let defs = [&crate::numpy::module_defs(&builder.ctx)[..], &crate::modules::native(&builder.ctx)[..]].concat();
    let interpreter = builder.add_native_modules(&defs).add_frozen_modules(crate::modules::frozen()).build();
    interpreter.enter(|vm| {
        let begun = Instant::now();
        let ready = prepare(stdout, limits, late, vm).and_then(|()| parse(source, path, vm)).and_then(|mut module| {
            let watcher = watch(&mut module);
            let code = compile(module, source, path, vm)?;
            let again = watcher.map(|(install, again)| install(vm).map(|()| again)).transpose()?;
            Ok((code, again))
        });
        let run = |code: &PyRef<PyCode>| {
            let ended = vm.new_scope_with_main().and_then(|scope| vm.run_code_obj(code.clone(), scope));
            ended.map_or_else(|exception| failed(&exception, path, vm), |_| Outcome::Finished)
        };
        let (code, again) = match ready {
            Ok(ready) => ready,
            Err(exception) => return failed(&exception, path, vm),
        };
        let outcome = run(&code);
        let first = begun.elapsed();
        let has_time = || begun.elapsed() + SPARE * first < limits.time;
        // What a later run shows is seen by the watcher; how it ends is of no interest.
        while outcome == Outcome::Finished && has_time() && again.as_ref().is_some_and(|again| again()) {
            run(&code);
        }
        forget(vm);
        outcome
    })
}

/// Empties all modules: their functions know them and they their functions, so that neither would ever be freed.
fn forget(vm: &VirtualMachine) {
    let modules = vm.sys_module.get_attr("modules", vm).ok().and_then(|modules| modules.downcast::<PyDict>().ok());
    for (_, module) in modules.iter().flat_map(|modules| modules.items_vec()) {
        if let Some(names) = module.dict() {
            names.clear();
        }
    }
}

/// Replaces what would reach out of the interpreter.
fn prepare(stdout: Shared, limits: Limits, late: Arc<AtomicBool>, vm: &VirtualMachine) -> PyResult<()> {
    Output::make_static_type();
    crate::numpy::make_types();
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

fn parse(source: &str, path: &str, vm: &VirtualMachine) -> PyResult<ModModule> {
    let file = SourceFileBuilder::new(path, source).finish();
    let parsed = ruff_python_parser::parse_module(source)
        .map_err(|error| CompileError::from_ruff_parse_error(error, &file))
        .map_err(|error| vm.new_syntax_error(&error, Some(source)))?;
    Ok(parsed.into_syntax())
}

fn compile(mut module: ModModule, source: &str, path: &str, vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
    limits::count_steps(&mut module);
    let file = SourceFileBuilder::new(path, source).finish();
    let code = rustpython_codegen::compile::compile_top(Mod::Module(module), file, Mode::Exec, vm.compile_opts());
    code.map(|code| vm.ctx.new_code(code)).map_err(|error| vm.new_syntax_error(&error.into(), Some(source)))
}

fn failed(exception: &PyBaseExceptionRef, path: &str, vm: &VirtualMachine) -> Outcome {
    let is = |kind: &Py<PyType>| exception.class().fast_issubclass(kind);
    let kinds = &vm.ctx.exceptions;
    let attribute = |name: &'static str| exception.as_object().get_attr(name, vm).ok();
    let words = |object: PyObjectRef| Some(object.str(vm).ok()?.to_string_lossy().into_owned());
    if is(kinds.system_exit) {
        let code = attribute("code").unwrap_or_else(|| vm.ctx.none());
        if vm.is_none(&code) || words(code).is_some_and(|code| code == "0") {
            return Outcome::Finished;
        }
    }
    let mut traceback = String::new();
    if vm.write_exception(&mut traceback, exception).is_err() {
        traceback.push_str("an exception that cannot be shown\n");
    }
    let syntax = is(kinds.syntax_error);
    let told = if syntax { attribute("msg").and_then(words) } else { words(exception.as_object().to_owned()) };
    let name = exception.class().name().to_string();
    let mut message = match told.filter(|told| !told.is_empty()) {
        Some(told) if name == limits::STOPPED => told,
        Some(told) => format!("{name}: {told}"),
        None => name,
    };
    if is(kinds.module_not_found_error) {
        let names = crate::modules::names().join(", ");
        let hint = format!("{ALONE}; the modules it can import are {names} and those that Python has built in");
        traceback.push_str(&format!("{hint}\n"));
        message = format!("{message}: {hint}");
    }
    let number = |name| attribute(name).and_then(|number| usize::try_from_object(vm, number).ok());
    let (line, column) = if syntax {
        (number("lineno"), number("offset"))
    } else {
        let place = innermost(exception, path);
        (place.map(|place| place.0), place.map(|place| place.1))
    };
    Outcome::Failed { failure: Failure { line, column: column.filter(|&column| column > 0), message }, traceback }
}

/// The line and the column of the innermost call that stands in the program's own file.
fn innermost(exception: &PyBaseExceptionRef, path: &str) -> Option<(usize, usize)> {
    let own =
        exception.__traceback__()?.iter().filter(|entry| entry.frame.code.source_path().as_str() == path).last()?;
    // A traceback counts in bytes, two an instruction.
    let (start, _) = own.frame.code.locations.get(own.lasti as usize / 2)?;
    Some((own.lineno.get(), start.character_offset.get()))
}

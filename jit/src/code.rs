//! Where Rust and compiled code call each other: the only file with `unsafe` in it.

#![allow(unsafe_code)]

use crate::emit::emit;
use crate::error::{Error, Result};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, ModuleError, default_libcall_names};
use engine::{Op, Program, Row, WithRow};
use std::fmt;
use std::sync::Mutex;

/// Up to this size, registers are given out with care. That takes time with the square of the size, for programs with
/// many numbers that are needed late; larger ones are done in one pass, and then take a tenth to a fifth longer to run.
const CAREFUL: usize = 3_000;

/// Takes the parameters, the inputs, and where the outputs after the first one go; gives the first output.
type Run = unsafe extern "C" fn(*const f64, *const f64, *mut f64) -> f64;

/// A program as machine code.
pub(crate) struct Code {
    run: Run,
    params: usize,
    inputs: usize,
    outputs: usize,
    /// The memory of the code. Nothing but the end of it is ever asked of this.
    memory: Mutex<Option<JITModule>>,
}

impl Code {
    /// Compiles a program of this size with at least one output.
    pub(crate) fn new(program: &Program, size: usize) -> Result<Code> {
        let mut module = module(size).map_err(|reason| Error::Platform { reason })?;
        let refused = |error| Error::Platform { reason: format!("{error:#}") };
        let address = define(&mut module, program).map_err(refused)?;
        // SAFETY: the address is that of finished code which `emit` gave this signature, in the convention of C.
        let run = unsafe { std::mem::transmute::<*const u8, Run>(address) };
        let [params, inputs, outputs] = [program.params(), program.inputs(), program.outputs()].map(<[u32]>::len);
        Ok(Code { run, params, inputs, outputs, memory: Mutex::new(Some(module)) })
    }

    /// Writes all outputs but the first, and gives that one.
    pub(crate) fn run(&self, params: &[f64], inputs: &[f64], outputs: &mut [f64]) -> Result<f64> {
        expect_length("parameters", self.params, params.len())?;
        expect_length("inputs", self.inputs, inputs.len())?;
        expect_length("places for derivatives", self.outputs - 1, outputs.len())?;
        // SAFETY: the code reads numbers from the first two lists and writes numbers to the third, each at a position
        // that the program has, and the lists are as long as the program's. It touches no other memory but the stack,
        // keeps nothing, and is there for as long as `self` is.
        Ok(unsafe { (self.run)(params.as_ptr(), inputs.as_ptr(), outputs.as_mut_ptr()) })
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        if let Some(module) = self.memory.get_mut().ok().and_then(Option::take) {
            // SAFETY: the code runs only during `run`, which borrows `self`, and its address is not given away.
            unsafe { module.free_memory() };
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Code { params, inputs, outputs, .. } = self;
        f.debug_struct("Code").field("params", params).field("inputs", inputs).field("outputs", outputs).finish()
    }
}

fn expect_length(what: &'static str, expected: usize, given: usize) -> Result<()> {
    if expected == given { Ok(()) } else { Err(engine::Error::Length { what, expected, given }.into()) }
}

/// A place for code for this machine, of a program of this size.
fn module(size: usize) -> std::result::Result<JITModule, String> {
    let mut flags = settings::builder();
    let wanted = [
        ("opt_level", "speed"),
        ("regalloc_algorithm", if size <= CAREFUL { "backtracking" } else { "single_pass" }),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
        // A frame of many pages is touched page by page, so that a stack which ends is noticed.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
    ];
    for (name, value) in wanted {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let isa = cranelift_native::builder()?.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())?;
    Ok(JITModule::new(JITBuilder::with_isa(isa, default_libcall_names())))
}

/// Compiles a program and gives the address of its code.
fn define(module: &mut JITModule, program: &Program) -> std::result::Result<*const u8, Box<ModuleError>> {
    let mut context = module.make_context();
    emit(program, &mut context.func, module.target_config());
    let function = module.declare_function("run", Linkage::Local, &context.func.signature)?;
    module.define_function(function, &mut context)?;
    module.finalize_definitions()?;
    Ok(module.get_finalized_function(function))
}

/// The address of a function in the convention of C that computes an op. It takes up to [`IN_REGISTERS`] numbers, or
/// else the address of the first number and how many there are. None for a leaf.
pub(crate) fn address(op: Op) -> Option<usize> {
    op.with_row(Address)
}

/// The most numbers that are passed one by one.
pub(crate) const IN_REGISTERS: usize = 3;

struct Address;

impl WithRow for Address {
    type Output = usize;

    fn with_row<K: Row>(self) -> usize {
        match K::OP.arity() {
            Some(1) => one::<K> as extern "C" fn(f64) -> f64 as usize,
            Some(2) => two::<K> as extern "C" fn(f64, f64) -> f64 as usize,
            Some(3) => three::<K> as extern "C" fn(f64, f64, f64) -> f64 as usize,
            _ => many::<K> as unsafe extern "C" fn(*const f64, usize) -> f64 as usize,
        }
    }
}

extern "C" fn one<K: Row>(x: f64) -> f64 {
    K::value(&[x])
}

extern "C" fn two<K: Row>(a: f64, b: f64) -> f64 {
    K::value(&[a, b])
}

extern "C" fn three<K: Row>(a: f64, b: f64, c: f64) -> f64 {
    K::value(&[a, b, c])
}

/// # Safety
///
/// There must be as many numbers in a row.
unsafe extern "C" fn many<K: Row>(first: *const f64, count: usize) -> f64 {
    // SAFETY: the caller's promise. An empty list has an address on the stack too.
    K::value(unsafe { std::slice::from_raw_parts(first, count) })
}

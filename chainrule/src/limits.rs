//! How long a program may run.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::transformer::{Transformer, walk_stmt};
use ruff_python_ast::{Arguments, AtomicNodeIndex, Expr, ExprCall, ExprContext, ExprName, ModModule, Stmt, StmtExpr};
use ruff_text_size::{Ranged, TextRange};
use rustpython_vm::{PyResult, VirtualMachine};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a program may run before it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The time.
    pub time: Duration,
    /// The number of steps: rounds of loops and calls of functions.
    pub steps: u64,
}

impl Default for Limits {
    /// A minute, and 10^8 steps.
    fn default() -> Self {
        Limits { time: Duration::from_secs(60), steps: 100_000_000 }
    }
}

/// The name under which a program calls its counter; no program can write it.
const STEP: &str = "<step>";

/// The exception that stops a program.
pub(crate) const STOPPED: &str = "Stopped";

/// Puts a call of the counter at the head of every loop and every function.
pub(crate) fn count_steps(module: &mut ModModule) {
    for stmt in &mut module.body {
        Counting.visit_stmt(stmt);
    }
}

struct Counting;

impl Transformer for Counting {
    fn visit_stmt(&self, stmt: &mut Stmt) {
        walk_stmt(self, stmt);
        let range = stmt.range();
        match stmt {
            Stmt::For(each) => each.body.insert(0, step(range)),
            Stmt::While(each) => each.body.insert(0, step(range)),
            Stmt::FunctionDef(function) => {
                let text_first =
                    matches!(function.body.first(), Some(Stmt::Expr(first)) if first.value.is_string_literal_expr());
                function.body.insert(usize::from(text_first), step(function.name.range));
            }
            _ => {}
        }
    }
}

fn step(range: TextRange) -> Stmt {
    let node_index = AtomicNodeIndex::NONE;
    let name = ExprName { node_index: node_index.clone(), range, id: Name::new_static(STEP), ctx: ExprContext::Load };
    let arguments = Arguments { range, node_index: node_index.clone(), args: Box::new([]), keywords: Box::new([]) };
    let call = ExprCall { node_index: node_index.clone(), range, func: Box::new(Expr::Name(name)), arguments };
    Stmt::Expr(StmtExpr { node_index, range, value: Box::new(Expr::Call(call)) })
}

/// Gives the program its counter, which stops it after so many steps or once `late` is set.
pub(crate) fn install(limits: Limits, late: Arc<AtomicBool>, vm: &VirtualMachine) -> PyResult<()> {
    let base = vm.ctx.exceptions.base_exception_type.to_owned();
    // No `except Exception` of the program catches it.
    let stopped = vm.ctx.new_exception_type("chainrule", STOPPED, Some(vec![base]));
    let left = Cell::new(limits.steps);
    let step = move |vm: &VirtualMachine| -> PyResult<()> {
        let why = if late.load(Ordering::Relaxed) {
            format!("{} s", limits.time.as_secs_f64())
        } else if left.get() == 0 {
            format!("{} steps", limits.steps)
        } else {
            left.set(left.get() - 1);
            return Ok(());
        };
        let message = format!(
            "the program was stopped after {why}: is there an endless loop? --seconds and --steps set the limits"
        );
        Err(vm.new_exception_msg(stopped.clone(), message.into()))
    };
    vm.builtins.set_attr(STEP, vm.new_function(STEP, step), vm)
}

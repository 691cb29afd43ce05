//! Computes what is made of constants only.

use crate::ops::Op;
use crate::program::Program;

/// The numbers are those that a sweep would compute, to the bit.
pub(super) fn constants(program: &Program) -> Program {
    program.rewrite(|to, node, places| {
        let args: Option<Vec<f64>> = places.of(program.args(node)).map(|arg| to.constant(arg as usize)).collect();
        Some(match args {
            Some(args) if program.op(node) != Op::Const => to.push_constant(program.op(node).value(&args)),
            _ => program.copy(to, node, places),
        })
    })
}

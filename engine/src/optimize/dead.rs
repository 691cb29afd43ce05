//! Leaves out what no output needs.

use crate::program::Program;

/// Parameters and inputs stay, so that their positions do.
pub(super) fn remove(program: &Program) -> Program {
    let alive = program.ancestors(program.outputs().iter().map(|&node| node as usize));
    program.rewrite(|to, node, places| alive[node].then(|| program.copy(to, node, places)))
}

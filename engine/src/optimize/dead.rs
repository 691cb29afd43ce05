//! Leaves out what no output needs.

use crate::program::Program;

/// Parameters and inputs stay, so that their positions do.
pub(super) fn remove(program: &Program) -> Program {
    let alive = program.alive(program.outputs());
    program.rewrite(|to, node, places| alive[node].then(|| program.copy(to, node, places)))
}

impl Program {
    /// Which nodes these ones are made of, themselves included.
    pub(crate) fn alive(&self, of: &[u32]) -> Vec<bool> {
        let mut alive = vec![false; self.len()];
        of.iter().for_each(|&node| alive[node as usize] = true);
        for node in (0..self.len()).rev() {
            if alive[node] {
                self.args(node).iter().for_each(|&arg| alive[arg as usize] = true);
            }
        }
        alive
    }
}

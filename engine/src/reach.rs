//! What nodes are made of, and what is made of them.

use crate::program::Program;

impl Program {
    /// Marks what some nodes are made of, and those nodes.
    pub(crate) fn ancestors(&self, of: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marks = vec![false; self.len()];
        of.into_iter().for_each(|node| marks[node] = true);
        for node in (0..self.len()).rev() {
            if marks[node] {
                self.args(node).iter().for_each(|&arg| marks[arg as usize] = true);
            }
        }
        marks
    }

    /// Marks some nodes and what is made of them.
    pub(crate) fn descendants(&self, of: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marks = vec![false; self.len()];
        of.into_iter().for_each(|node| marks[node] = true);
        for node in 0..self.len() {
            marks[node] |= self.args(node).iter().any(|&arg| marks[arg as usize]);
        }
        marks
    }
}

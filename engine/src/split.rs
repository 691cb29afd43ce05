//! Parts a program by what depends on parameters only.

use crate::ops::Op;
use crate::program::Program;

/// What is computed once for all samples, and what is left for each of them.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    /// Of the same parameters; its outputs are what the samples need of it. None if that is nothing.
    pub(crate) shared: Option<Program>,
    /// Its last parameters are the outputs of the shared program.
    pub(crate) sample: Program,
}

impl Split {
    /// How many parameters the whole program has.
    pub(crate) fn own_params(&self) -> usize {
        self.sample.params().len() - self.shared.as_ref().map_or(0, |shared| shared.outputs().len())
    }
}

impl Program {
    /// One output, in two parts.
    pub(crate) fn split(&self, output: usize) -> Split {
        let mut alone = vec![false; self.len()];
        for node in 0..self.len() {
            let computes = !matches!(self.op(node), Op::Param | Op::Input | Op::Const);
            let fixed = |&arg: &u32| alone[arg as usize] || matches!(self.op(arg as usize), Op::Param | Op::Const);
            alone[node] = computes && node != output && self.args(node).iter().all(fixed);
        }
        let alive = self.ancestors([output]);
        let mut needed = vec![false; self.len()];
        for node in (0..self.len()).filter(|&node| alive[node] && !alone[node]) {
            self.args(node).iter().for_each(|&arg| needed[arg as usize] |= alone[arg as usize]);
        }
        let shared: Vec<u32> = (0..self.len() as u32).filter(|&node| needed[node as usize]).collect();
        if self.inputs().is_empty() || shared.is_empty() {
            return Split { shared: None, sample: self.with_outputs(vec![output as u32]) };
        }
        let mut sample = self.with_outputs(vec![output as u32]);
        shared.iter().for_each(|&node| sample.cut_off(node as usize));
        Split { shared: Some(self.with_outputs(shared)), sample }
    }
}

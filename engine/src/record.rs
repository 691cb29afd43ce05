//! What a graph holds: nodes and their numbers.

use crate::ops::Op;
use crate::program::Program;
use crate::value::Value;

/// A program that grows, and the number of each of its nodes.
pub(crate) struct Record {
    pub(crate) program: Program,
    pub(crate) numbers: Vec<f64>,
}

impl Record {
    #[inline(always)]
    pub(crate) fn push(&mut self, op: Op, operands: [u32; 2], constants: u8, number: f64) -> u32 {
        self.numbers.push(number);
        self.program.push_few(op, operands, constants)
    }

    /// The node of an argument; a constant becomes one.
    #[inline(always)]
    pub(crate) fn operand(&mut self, arg: Value<'_>) -> u32 {
        match arg.node() {
            Some(node) => node,
            None => self.constant(arg.number()),
        }
    }

    #[inline(always)]
    pub(crate) fn constant(&mut self, number: f64) -> u32 {
        self.numbers.push(number);
        self.program.push_constant(number)
    }

    /// Adds a node of more than two arguments, nodes all, in two lists.
    #[inline(always)]
    pub(crate) fn push_nodes(
        &mut self,
        op: Op,
        args: impl Iterator<Item = u32>,
        more: impl Iterator<Item = u32>,
        number: f64,
    ) -> u32 {
        let start = self.program.pool().len();
        self.program.pool().extend(args);
        self.program.pool().extend(more);
        self.numbers.push(number);
        self.program.push_many(op, start, false)
    }

    /// Adds a node of more than two arguments, among which there are constants.
    pub(crate) fn push_mixed<'g>(&mut self, op: Op, args: impl Iterator<Item = Value<'g>>, number: f64) -> u32 {
        let start = self.program.pool().len();
        for arg in args {
            let operand = self.operand(arg);
            self.program.pool().push(operand);
        }
        self.numbers.push(number);
        self.program.push_many(op, start, true)
    }
}

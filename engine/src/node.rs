//! A node of a program: an operation, and where its operands are.

use crate::ops::Op;
use std::ops::Range;

/// Operands are node numbers; of an op of more than two, the place in the pool and the count; of a leaf, its
/// position among the parameters or inputs; of a constant, the bits of its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) op: Op,
    /// How many of the operands are node numbers; [`IN_POOL`] for a place in the pool.
    few: u8,
    /// Which of few operands are constants, a bit each.
    constants: u8,
    among: Among,
    pub(crate) operands: [u32; 2],
}

/// What is known of the operands in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Nothing.
    Anything,
    /// None is a constant.
    Nodes,
    /// None is a constant, and both halves, [`LONG`] in all, are nodes that follow one another.
    Runs,
}

const IN_POOL: u8 = u8::MAX;

/// From how many operands on a sweep gains more by running over them as over an array than it costs to see that it may.
pub(crate) const LONG: usize = 64;

impl Node {
    /// Of one or two operands, or a constant, which has none; `constants` says which operands are constants, a bit each.
    #[inline(always)]
    pub(crate) fn few(op: Op, operands: [u32; 2], constants: u8) -> Node {
        let few = op.arity().map_or(IN_POOL, |arity| arity as u8);
        Node { op, few, constants, among: Among::Anything, operands }
    }

    /// Of operands in the pool, by their place and count.
    #[inline(always)]
    pub(crate) fn many(op: Op, operands: [u32; 2], among: Among) -> Node {
        Node { op, few: IN_POOL, constants: 0, among, operands }
    }

    /// A parameter or an input, by its position among them.
    #[inline(always)]
    pub(crate) fn leaf(op: Op, position: u32) -> Node {
        Node { op, few: 0, constants: 0, among: Among::Anything, operands: [position, 0] }
    }

    /// Whether there are operands to compute with.
    #[inline(always)]
    pub(crate) fn computes(&self) -> bool {
        self.few != 0
    }

    /// The operands, unless they are in the pool.
    #[inline(always)]
    pub(crate) fn direct(&self) -> Option<&[u32; 2]> {
        (self.few != IN_POOL).then_some(&self.operands)
    }

    #[inline(always)]
    pub(crate) fn is_constant(&self, position: usize) -> bool {
        self.constants & 1 << position != 0
    }

    #[inline(always)]
    pub(crate) fn args<'a>(&'a self, pool: &'a [u32]) -> &'a [u32] {
        match self.few {
            0..=2 => &self.operands[..usize::from(self.few)],
            _ => &pool[self.operands[0] as usize..][..self.operands[1] as usize],
        }
    }

    /// What is known of the operands in the pool.
    #[inline(always)]
    pub(crate) fn among(&self) -> Among {
        self.among
    }

    /// The two halves of what lies in the pool, of nodes that follow one another.
    #[inline(always)]
    pub(crate) fn runs(&self, pool: &[u32]) -> [Range<usize>; 2] {
        let (start, count) = (self.operands[0] as usize, self.operands[1] as usize);
        let half = count / 2;
        let run = |first: usize, count: usize| pool[first] as usize..pool[first] as usize + count;
        [run(start, half), run(start + half, count - half)]
    }

    /// Takes it that another node is no constant any more.
    pub(crate) fn loosen(&mut self, constant: usize) {
        for position in 0..2 {
            if self.is_constant(position) && self.operands[position] as usize == constant {
                self.constants &= !(1 << position);
            }
        }
    }
}

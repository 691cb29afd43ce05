//! A program laid out to run fast: nodes that do the same thing side by side are one instruction.
//!
//! The two sweeps over the instructions compute what those of [`sweep`](crate::sweep) do, in an order of their own, for
//! `N` samples side by side. Choosing an instruction costs as much as a few operations, so it pays to make it for many.

mod affine;
mod compile;
mod map;
mod one;
mod rows;
mod run;
mod wide;

pub(crate) use one::One;
pub(crate) use run::{Derivatives, LANES, Lanes, Run};

use crate::ops::Op;
use std::ops::Range;

/// The instructions, in the order of the forward sweep.
///
/// Every number has a *slot*. Slots of inputs come first, then those of constants, of parameters and of computed numbers,
/// in the order in which they are computed. Parameters that only layers take have none.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    instructions: Vec<Instruction>,
    params: usize,
    inputs: usize,
    constants: Vec<f64>,
    /// The parameters that have slots, in runs of neighbours.
    spread: Vec<Range<usize>>,
    slots: usize,
    outputs: Vec<u32>,
}

#[derive(Debug, Clone)]
enum Instruction {
    Affine(Affine),
    Map(Map),
    Wide(Wide),
}

/// Dot products of rows of parameters with the same numbers, each plus a parameter or nothing: a layer.
///
/// The rows lie in the parameters at equal distances, and so do the biases. The slots are all different.
#[derive(Debug, Clone)]
struct Affine {
    rows: usize,
    /// Where the first row begins, and how far it is from each row to the next.
    weights: (usize, usize),
    bias: Option<(usize, usize)>,
    slots: Vec<u32>,
    /// Whether the slots follow one another.
    consecutive: bool,
    /// Whether the slots want adjoints: those of inputs do not.
    active: bool,
    out: usize,
}

/// One op on neighbouring numbers.
#[derive(Debug, Clone)]
struct Map {
    op: Op,
    len: usize,
    operands: [Operand; 3],
    out: usize,
}

/// An argument of a map: the number of a slot for all, or those from there on.
#[derive(Debug, Clone, Copy)]
struct Operand {
    slot: usize,
    /// From each to the next: 0 or 1.
    step: usize,
    active: bool,
}

/// One op on any number of arguments from anywhere.
#[derive(Debug, Clone)]
struct Wide {
    op: Op,
    args: Vec<u32>,
    /// Which arguments want an adjoint.
    active: Vec<bool>,
    out: usize,
    /// Of a dot of two lists of slots that follow one another, all or none of them active: these.
    lists: Option<[List; 2]>,
}

#[derive(Debug, Clone)]
struct List {
    slots: Range<usize>,
    active: bool,
}

impl List {
    fn new(slots: &[u32], active: &[bool]) -> Option<List> {
        let first = *slots.first()?;
        let neighbours = slots.iter().copied().eq(first..first + slots.len() as u32);
        let alike = active.iter().all(|each| *each == active[0]);
        (neighbours && alike).then(|| List { slots: first as usize..first as usize + slots.len(), active: active[0] })
    }
}

impl Affine {
    /// The parameters of a row.
    #[inline(always)]
    fn row(&self, row: usize) -> Range<usize> {
        let start = self.weights.0 + row * self.weights.1;
        start..start + self.slots.len()
    }

    #[inline(always)]
    fn bias(&self, row: usize) -> Option<usize> {
        self.bias.map(|(start, step)| start + row * step)
    }

    /// The slots, if they follow one another.
    #[inline(always)]
    fn range(&self) -> Option<Range<usize>> {
        let start = self.slots[0] as usize;
        self.consecutive.then(|| start..start + self.slots.len())
    }
}

impl Operand {
    #[inline(always)]
    fn at(&self, position: usize) -> usize {
        self.slot + self.step * position
    }
}

impl Plan {
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// The slots of inputs and constants, which have no adjoints.
    fn fixed(&self) -> usize {
        self.inputs + self.constants.len()
    }

    /// Runs of slots of parameters, and these parameters.
    fn spread(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        self.spread.iter().scan(self.fixed(), |slot, params| {
            let slots = *slot..*slot + params.len();
            *slot = slots.end;
            Some((slots, params.clone()))
        })
    }
}

//! A program laid out to run fast: nodes that do the same thing side by side are one instruction.
//!
//! The two sweeps over the instructions compute what those of [`sweep`](crate::sweep) do, in an order of their own, for
//! `N` samples side by side. Choosing an instruction costs as much as a few operations, so it pays to make it for many.

mod affine;
mod compile;
mod map;
mod one;
mod run;
mod wide;

pub(crate) use one::One;
pub(crate) use run::{LANES, Lanes, Run};

use crate::ops::Op;
use std::ops::Range;

/// The instructions, in the order of the forward sweep.
///
/// Every computed number has a *slot*. Slots of inputs come first, then those of constants, then computed ones, in the
/// order in which they are computed. Parameters are not copied into slots: all lanes share them.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    instructions: Vec<Instruction>,
    params: usize,
    inputs: usize,
    constants: Vec<f64>,
    slots: usize,
    outputs: Vec<Place>,
}

/// Where a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Param(u32),
    Slot(u32),
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

/// An argument of a map: the number at a place for all, or those from there on.
#[derive(Debug, Clone, Copy)]
struct Operand {
    place: Place,
    steps: bool,
    active: bool,
}

/// One op on any number of arguments from anywhere.
#[derive(Debug, Clone)]
struct Wide {
    op: Op,
    /// Where each is, and whether it wants an adjoint.
    args: Vec<(Place, bool)>,
    out: usize,
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

impl Place {
    /// The place among the numbers of the parameters and then of the slots.
    #[inline(always)]
    fn index(self, params: usize) -> usize {
        match self {
            Place::Param(at) => at as usize,
            Place::Slot(at) => params + at as usize,
        }
    }

    /// The place so many further on.
    fn after(self, steps: usize) -> Place {
        match self {
            Place::Param(at) => Place::Param(at + steps as u32),
            Place::Slot(at) => Place::Slot(at + steps as u32),
        }
    }
}

impl Operand {
    #[inline(always)]
    fn at(&self, position: usize) -> Place {
        if self.steps { self.place.after(position) } else { self.place }
    }
}

impl Plan {
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many slots are not computed.
    fn leaves(&self) -> usize {
        self.inputs + self.constants.len()
    }
}

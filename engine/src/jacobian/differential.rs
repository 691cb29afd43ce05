//! How a number moves with the nodes of a tape.

use super::recording::Recording;
use crate::real::Real;
use std::cell::RefCell;

/// How much a number moves with each of two nodes of a tape.
///
/// The fields are plain numbers, and few: so they stay in registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Differential {
    pub(super) first: f64,
    pub(super) second: f64,
    pub(super) nodes: Nodes,
}

/// Up to two nodes of a tape, by their numbers from 1 on; the second is none if the first is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nodes(u64);

impl Nodes {
    pub(super) const NONE: Nodes = Nodes(0);

    #[inline(always)]
    pub(super) fn one(node: u32) -> Nodes {
        Nodes(u64::from(node))
    }

    #[inline(always)]
    pub(super) fn two(first: u32, second: u32) -> Nodes {
        Nodes(u64::from(first) | u64::from(second) << 32)
    }

    /// The first node, or 0.
    #[inline(always)]
    pub(super) fn first(self) -> u32 {
        self.0 as u32
    }

    /// The second node, or 0.
    #[inline(always)]
    pub(super) fn second(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline(always)]
    fn swapped(self) -> Nodes {
        Nodes(self.0.rotate_left(32))
    }

    #[inline(always)]
    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether there is no second.
    #[inline(always)]
    pub(super) fn is_one(self) -> bool {
        self.second() == 0
    }
}

impl std::ops::BitOr for Nodes {
    type Output = Nodes;

    /// Is none if both are, and has no second if neither has.
    #[inline(always)]
    fn bitor(self, other: Nodes) -> Nodes {
        Nodes(self.0 | other.0)
    }
}

impl Differential {
    pub(super) const NONE: Differential = Differential { first: 0.0, second: 0.0, nodes: Nodes::NONE };

    #[inline(always)]
    pub(super) fn of_node(node: u32) -> Self {
        Differential { first: 1.0, second: 0.0, nodes: Nodes::one(node) }
    }

    /// Both times a partial, where exactly zero times anything is zero: see the conventions.
    ///
    /// The plain products differ from these only where they are NaN, and what is compared with a NaN has no order.
    #[inline(always)]
    pub(super) fn times(self, partial: f64) -> Self {
        let (mut first, mut second) = (self.first * partial, self.second * partial);
        if first.partial_cmp(&second).is_none() {
            (first, second) = chained(self.first, self.second, partial);
        }
        Differential { first, second, nodes: self.nodes }
    }

    /// The sum with another one; if that moves with more than two nodes, what has two becomes a node of the tape.
    #[inline(always)]
    pub(super) fn plus(self, b: Differential, tape: &RefCell<Recording>) -> Self {
        let a = self;
        let (first, second, nodes) = if a.nodes == b.nodes {
            (a.first + b.first, a.second + b.second, a.nodes)
        } else if a.nodes.is_one() && b.nodes.is_one() {
            (a.first, b.first, Nodes::two(a.nodes.first(), b.nodes.first()))
        } else if a.nodes == b.nodes.swapped() {
            (a.first + b.second, a.second + b.first, a.nodes)
        } else if b.nodes.is_one() && a.nodes.first() == b.nodes.first() {
            (a.first + b.first, a.second, a.nodes)
        } else if b.nodes.is_one() && a.nodes.second() == b.nodes.first() {
            (a.first, a.second + b.first, a.nodes)
        } else if a.nodes.is_one() && b.nodes.first() == a.nodes.first() {
            (a.first + b.first, b.second, b.nodes)
        } else if a.nodes.is_one() && b.nodes.second() == a.nodes.first() {
            (b.first, a.first + b.second, b.nodes)
        } else {
            let partial = |of: Differential| if of.nodes.is_one() { of.first } else { 1.0 };
            (partial(a), partial(b), one_node_each(tape, a.first, a.second, a.nodes, b.first, b.second, b.nodes))
        };
        Differential { first, second, nodes }
    }
}

#[cold]
#[inline(never)]
fn chained(first: f64, second: f64, partial: f64) -> (f64, f64) {
    (first.chain(partial), second.chain(partial))
}

/// The nodes of two differentials, of which each that has two becomes one. In plain numbers, which are handed over in
/// registers.
#[inline(never)]
fn one_node_each(tape: &RefCell<Recording>, a0: f64, a1: f64, a: Nodes, b0: f64, b1: f64, b: Nodes) -> Nodes {
    let record = &mut *tape.borrow_mut();
    let a = record.as_one_node(Differential { first: a0, second: a1, nodes: a });
    let b = record.as_one_node(Differential { first: b0, second: b1, nodes: b });
    Nodes::two(a.nodes.first(), b.nodes.first())
}

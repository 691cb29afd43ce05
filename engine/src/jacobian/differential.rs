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

/// Up to two nodes of a tape, by their numbers from 1 on; the second is none if the first is. They may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nodes(u64);

impl Nodes {
    pub(super) const NONE: Nodes = Nodes(0);

    /// Marks a variable itself, as the function is given it. It stands in the place of the second node, and is taken off before
    /// anything but [`place_of`](Nodes::place_of) and [`is_none`](Nodes::is_none) looks.
    const VARIABLE: u64 = 1 << 63;

    /// The node of the variable at a place.
    #[inline(always)]
    pub(super) fn variable(place: usize) -> Nodes {
        Nodes((place as u64 + 1) | Nodes::VARIABLE)
    }

    /// Without the mark of a variable.
    #[inline(always)]
    pub(super) fn unmarked(self) -> Nodes {
        Nodes(self.0 & !Nodes::VARIABLE)
    }

    /// Where a list begins among the variables, if it is a part of these.
    #[inline(always)]
    pub(super) fn place_of(mut list: impl Iterator<Item = Nodes>) -> Option<usize> {
        let Nodes(first) = list.next()?;
        let differs = list.zip(first + 1..).fold(0, |differs, (Nodes(node), expected)| differs | node ^ expected);
        (differs == 0 && first & Nodes::VARIABLE != 0).then(|| first as u32 as usize - 1)
    }

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
        Differential::identity(Nodes::one(node))
    }

    /// That of a node itself. The second partial is of no node and counts for nothing; being the same as the first, it takes no
    /// second multiplication where the compiler sees that.
    #[inline(always)]
    pub(super) fn identity(nodes: Nodes) -> Self {
        Differential { first: 1.0, second: 1.0, nodes }
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
        Differential { first, second, nodes: self.nodes.unmarked() }
    }

    /// The same with one node instead of two.
    #[inline(always)]
    fn as_one_node(self, tape: &RefCell<Recording<'_>>) -> Self {
        if self.nodes.is_one() { self } else { tape.borrow_mut().as_one_node(self) }
    }

    /// The sum with another one; if that moves with more than two nodes, what has two becomes a node of the tape.
    #[inline(always)]
    pub(super) fn plus(self, b: Differential, tape: &RefCell<Recording<'_>>) -> Self {
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
            let (a, b) = (a.as_one_node(tape), b.as_one_node(tape));
            (a.first, b.first, Nodes::two(a.nodes.first(), b.nodes.first()))
        };
        Differential { first, second, nodes }
    }
}

#[cold]
#[inline(never)]
fn chained(first: f64, second: f64, partial: f64) -> (f64, f64) {
    (first.chain(partial), second.chain(partial))
}

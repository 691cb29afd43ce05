//! How a number moves with the nodes of a tape.

use super::record::Record;
use crate::real::Real;
use std::cell::RefCell;

/// How much a number moves with each of two nodes of a tape.
///
/// The fields are plain numbers, and few: so they stay in registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Differential {
    pub(super) first: f64,
    pub(super) second: f64,
    pub(super) by: By,
}

/// Up to two nodes of a tape, by their numbers from 1 on; the second is none if the first is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct By(u64);

impl By {
    pub(super) const NONE: By = By(0);

    #[inline(always)]
    pub(super) fn one(node: u32) -> By {
        By(u64::from(node))
    }

    #[inline(always)]
    pub(super) fn two(first: u32, second: u32) -> By {
        By(u64::from(first) | u64::from(second) << 32)
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
    fn swapped(self) -> By {
        By(self.0.rotate_left(32))
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

impl std::ops::BitOr for By {
    type Output = By;

    /// Is none if both are, and has no second if neither has.
    #[inline(always)]
    fn bitor(self, other: By) -> By {
        By(self.0 | other.0)
    }
}

impl Differential {
    pub(super) const NONE: Differential = Differential { first: 0.0, second: 0.0, by: By::NONE };

    #[inline(always)]
    pub(super) fn of_node(node: u32) -> Self {
        Differential { first: 1.0, second: 0.0, by: By::one(node) }
    }

    /// Both times a partial, where exactly zero times anything is zero: see the conventions.
    ///
    /// Only a NaN can tell that product from the plain one.
    #[inline(always)]
    pub(super) fn times(self, partial: f64) -> Self {
        let (mut first, mut second) = (self.first * partial, self.second * partial);
        if first.partial_cmp(&second).is_none() {
            (first, second) = chained(self.first, self.second, partial);
        }
        Differential { first, second, by: self.by }
    }

    /// The sum with another one; if that moves with more than two nodes, what has two becomes a node of the tape.
    #[inline(always)]
    pub(super) fn plus(self, b: Differential, tape: Option<&RefCell<Record>>) -> Self {
        let a = self;
        let (first, second, by) = if a.by == b.by {
            (a.first + b.first, a.second + b.second, a.by)
        } else if a.by.is_one() && b.by.is_one() {
            (a.first, b.first, By::two(a.by.first(), b.by.first()))
        } else if a.by == b.by.swapped() {
            (a.first + b.second, a.second + b.first, a.by)
        } else if b.by.is_one() && a.by.first() == b.by.first() {
            (a.first + b.first, a.second, a.by)
        } else if b.by.is_one() && a.by.second() == b.by.first() {
            (a.first, a.second + b.first, a.by)
        } else if a.by.is_one() && b.by.first() == a.by.first() {
            (a.first + b.first, b.second, b.by)
        } else if a.by.is_one() && b.by.second() == a.by.first() {
            (b.first, a.first + b.second, b.by)
        } else {
            let partial = |of: Differential| if of.by.is_one() { of.first } else { 1.0 };
            (partial(a), partial(b), settle_both(tape, a.first, a.second, a.by, b.first, b.second, b.by))
        };
        Differential { first, second, by }
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
fn settle_both(tape: Option<&RefCell<Record>>, a0: f64, a1: f64, a: By, b0: f64, b1: f64, b: By) -> By {
    let Some(tape) = tape else { return By::NONE };
    let record = &mut *tape.borrow_mut();
    let a = record.settle(Differential { first: a0, second: a1, by: a });
    let b = record.settle(Differential { first: b0, second: b1, by: b });
    By::two(a.by.first(), b.by.first())
}

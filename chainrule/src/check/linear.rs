//! What a node is, but for plain numbers that it is multiplied by and added up of.

use engine::{Op, Tape};

/// The number of a node that is a constant.
pub(super) fn constant(tape: &Tape, node: u32) -> Option<f64> {
    (tape.program().op(node as usize) == Op::Const).then(|| tape.number(node))
}

/// What a node is a sum of, if it is one: each times a plain number.
pub(super) fn linear(tape: &Tape, node: u32) -> Option<Vec<(u32, f64)>> {
    let args = tape.program().args(node as usize);
    match (tape.program().op(node as usize), args) {
        (Op::Add | Op::Sum, all) => Some(all.iter().map(|&arg| (arg, 1.0)).collect()),
        (Op::Sub, &[a, b]) => Some(vec![(a, 1.0), (b, -1.0)]),
        (Op::Neg, &[a]) => Some(vec![(a, -1.0)]),
        (Op::Mul, &[a, b]) => match (constant(tape, a), constant(tape, b)) {
            (Some(factor), _) => Some(vec![(b, factor)]),
            (None, Some(factor)) => Some(vec![(a, factor)]),
            _ => None,
        },
        (Op::Div, &[a, b]) => constant(tape, b).map(|by| vec![(a, by.recip())]),
        _ => None,
    }
}

/// A product of a plain number and something, in parts.
pub(super) fn stripped(tape: &Tape, node: u32) -> Option<(u32, f64)> {
    match linear(tape, node)?[..] {
        [(inner, factor)] if factor.abs() > 0.0 => Some((inner, factor)),
        _ => None,
    }
}

/// A node, and what it is without each of the plain numbers that it is multiplied by.
pub(super) fn layers(tape: &Tape, node: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(node), |&node| stripped(tape, node).map(|(inner, _)| inner))
}

/// A node without the plain numbers that it is multiplied by.
pub(super) fn inner(tape: &Tape, node: u32) -> u32 {
    layers(tape, node).last().unwrap_or(node)
}

//! Gradients that are clipped: where that takes effect, what is made by hand is meant to be no derivative.

use super::linear::{inner, layers};
use super::monitor::Monitor;
use super::samples::Sample;
use crate::array::Number;
use engine::{Op, Tape};

impl Monitor {
    /// Excuses the elements of a claim that are made of a clipped number, one that lay beyond its bounds; all of them where
    /// the program makes a gradient shorter by its norm, or divides it by that. What is clipped on the way to `of` is part of
    /// what is differentiated. Marks what may be set by hand.
    pub(super) fn excuse_clipped(&self, claim: usize, of: u32, hand: &[Number], samples: &mut [Sample]) {
        if samples.iter().all(|sample| sample.agrees(1.0, self.rtol)) {
            return;
        }
        if self.excuse_shortened(claim, samples) {
            return;
        }
        let tape = self.trace.tape();
        // What a step carries may be squares that it is divided by.
        let carries = self.seen.borrow().carries[claim] == Some(true);
        if !carries && is_normalised(&tape, hand, samples, self.rtol) {
            samples.iter_mut().for_each(|sample| sample.is_clipped = true);
            return;
        }
        let (forward, by_hand) = (tape.made_of(&[of]), tape.made_of(&Number::nodes(hand)));
        let nodes = 0..tape.len() as u32;
        let is_clipped = |&node: &u32| by_hand[node as usize] && !forward[node as usize] && is_beyond(&tape, node);
        let clipped: Vec<u32> = nodes.filter(is_clipped).collect();
        let made_from = tape.made_from(&clipped);
        let is_sign = |node: u32| tape.program().op(inner(&tape, node) as usize) == Op::Signum;
        for (number, sample) in hand.iter().zip(samples) {
            sample.is_clipped = number.node().is_some_and(|node| made_from[node as usize]);
            sample.is_set = number.node().map_or(self.claims.sets(claim), is_sign);
        }
    }

    /// Excuses a gradient that the program makes shorter by its norm, and says whether it does.
    pub(super) fn excuse_shortened(&self, claim: usize, samples: &mut [Sample]) -> bool {
        let is_shortened = self.claims.is_rescaled(claim) && is_shorter(samples, self.rtol);
        if is_shortened {
            samples.iter_mut().for_each(|sample| sample.is_clipped = true);
        }
        is_shortened
    }
}

/// Whether what is claimed has the direction of the derivative, and less of its length.
fn is_shorter(samples: &[Sample], rtol: f64) -> bool {
    let longest = samples.iter().max_by(|a, b| a.derivative.abs().total_cmp(&b.derivative.abs()));
    let factor = longest.map_or(f64::NAN, |sample| sample.claimed / sample.derivative);
    0.0 < factor && factor < 1.0 && samples.iter().all(|sample| sample.agrees(factor, rtol))
}

/// Whether every element that differs is the derivative divided by something that is made of it, or times such a quotient.
fn is_normalised(tape: &Tape, hand: &[Number], samples: &[Sample], rtol: f64) -> bool {
    let program = tape.program();
    // The elements of one array are most often divided by one norm.
    let mut known: Option<(u32, Vec<bool>)> = None;
    let mut is_made_of = |by: u32, part: u32| {
        let made_of = match known.take() {
            Some((other, made_of)) if other == by => made_of,
            _ => tape.made_of(&[by]),
        };
        let is_part = by != part && made_of[part as usize];
        known = Some((by, made_of));
        is_part
    };
    let is_quotient = |node: u32| matches!(program.op(node as usize), Op::Div | Op::Min);
    let mut is_divided = |number: &Number, sample: &Sample| {
        let Some(whole) = number.node().map(|node| inner(tape, node)) else { return false };
        let parts = match (program.op(whole as usize), program.args(whole as usize)) {
            (Op::Div, &[part, by]) => vec![(part, by)],
            (Op::Mul, &[a, b]) => {
                [(a, b), (b, a)].into_iter().filter(|&(_, by)| is_quotient(inner(tape, by))).collect()
            }
            _ => Vec::new(),
        };
        let is_derivative = |part: u32| {
            let (claimed, claimed_rounding) = (tape.number(part), tape.rounding(part));
            [claimed, -claimed]
                .into_iter()
                .any(|claimed| Sample { claimed, claimed_rounding, ..*sample }.agrees(1.0, rtol))
        };
        let goes_along = sample.claimed.signum() == sample.derivative.signum();
        goes_along
            && parts
                .into_iter()
                .any(|(part, by)| layers(tape, part).any(is_derivative) && is_made_of(by, inner(tape, part)))
    };
    samples.iter().zip(hand).all(|(sample, number)| sample.agrees(1.0, rtol) || is_divided(number, sample))
}

/// Whether a node is a number between two constant bounds, and is one of these bounds in the place of what lies beyond.
fn is_beyond(tape: &Tape, node: u32) -> bool {
    let program = tape.program();
    let bounded = |node: u32, op: Op| match *program.args(node as usize) {
        [inner, bound] if program.op(node as usize) == op && program.op(bound as usize) == Op::Const => Some(inner),
        _ => None,
    };
    let inner = bounded(node, Op::Min).and_then(|raised| bounded(raised, Op::Max));
    inner.is_some_and(|inner| tape.number(inner) != tape.number(node))
}

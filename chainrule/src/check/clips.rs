//! Gradients that are clipped: where that takes effect, what is made by hand is meant to be no derivative.

use super::monitor::Monitor;
use super::samples::Sample;
use crate::array::Number;
use engine::{Op, Tape};

impl Monitor {
    /// Excuses the elements of a claim that are made of a clipped number, one that lay beyond its bounds; all of them where
    /// the program makes a gradient shorter by its norm. What is clipped on the way to `of` is part of what is
    /// differentiated.
    pub(super) fn excuse_clipped(&self, claim: usize, of: u32, hand: &[Number], samples: &mut [Sample]) {
        if samples.iter().all(|sample| sample.agrees(1.0, self.rtol)) {
            return;
        }
        if self.excuse_shortened(claim, samples) {
            return;
        }
        let tape = self.trace.tape();
        let (forward, by_hand) = (tape.made_of(&[of]), tape.made_of(&Number::nodes(hand)));
        let nodes = 0..tape.len() as u32;
        let is_clipped = |&node: &u32| by_hand[node as usize] && !forward[node as usize] && is_beyond(&tape, node);
        let clipped: Vec<u32> = nodes.filter(is_clipped).collect();
        if clipped.is_empty() {
            return;
        }
        let made_from = tape.made_from(&clipped);
        for (number, sample) in hand.iter().zip(samples) {
            sample.is_clipped = number.node().is_some_and(|node| made_from[node as usize]);
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

//! Whether a derivative jumps where it is compared.

use super::monitor::Monitor;
use super::samples::Sample;

/// How many elements of an array are looked at.
const MOST: usize = 64;
/// How far a number is moved, relative to it or to 1.
const STEP: f64 = 1e-6;
/// How many times as far it is moved to tell a jump from a curve.
const WIDER: f64 = 16.0;

impl Monitor {
    /// Whether the derivative of a node jumps at an element by which it is not what is claimed: an op on the way sits on
    /// its kink, and the slopes on both sides differ.
    pub(super) fn jumps(&self, of: u32, by: &[Option<u32>], samples: &[Sample]) -> bool {
        let tape = self.trace.tape();
        let nodes: Vec<u32> = by.iter().copied().flatten().collect();
        let differing = by.iter().zip(samples).filter(|(_, sample)| !sample.agrees(1.0, self.rtol));
        let mut differing = differing.filter_map(|(node, _)| *node).take(MOST).peekable();
        if differing.peek().is_none() || !tape.is_on_kink(of, &nodes) {
            return false;
        }
        let here = tape.number(of);
        differing.any(|node| {
            let x = tape.number(node);
            let what_if = tape.what_if(&[of], &[node]);
            let slope = |step: f64| (what_if.numbers(&[x + step])[0] - here) / step;
            let gap = |step: f64| (slope(step) - slope(-step)).abs();
            let step = STEP * x.abs().max(1.0);
            let rounding = 4.0 * (tape.rounding(of) + f64::EPSILON * here.abs()) / step;
            // What a curve makes of the gap grows with the step, a jump does not.
            let (near, far) = (gap(step), gap(WIDER * step));
            near > rounding && near > far / WIDER.sqrt()
        })
    }
}

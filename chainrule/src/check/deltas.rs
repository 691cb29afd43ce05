//! What goes by the name of a derivative and is none: a delta that goes by the name of the activation, what an optimizer
//! carries by the name of the gradient, a gradient with a part that makes weights decay.

use super::samples::Sample;
use engine::{Derivatives, Op, Tape};

/// More functions of functions than this are not looked through.
const DEEPEST: usize = 8;

/// Whether what is said to be the derivative by some elements is that by what each of them alone is a function of.
pub(super) fn is_delta(tape: &Tape, by: &Derivatives, wrt: &[u32], samples: &[Sample], rtol: f64) -> bool {
    let inner = |&node: &u32| {
        let is_plain = |arg: &u32| tape.program().op(*arg as usize) == Op::Const;
        let mut args = tape.program().args(node as usize).iter().copied().filter(|arg| !is_plain(arg));
        let first = args.next()?;
        args.all(|other| other == first).then_some(first)
    };
    let mut nodes = wrt.to_vec();
    for _ in 0..DEEPEST {
        let Some(deeper) = nodes.iter().map(inner).collect::<Option<Vec<u32>>>() else { return false };
        nodes = deeper;
        let agrees = |(sample, &node): (&Sample, &u32)| {
            let (derivative, derivative_rounding) = by.by(node);
            Sample { derivative, derivative_rounding, ..*sample }.agrees(1.0, rtol)
        };
        if samples.iter().zip(&nodes).all(agrees) {
            return true;
        }
    }
    false
}

/// Whether what is said to be the derivative by a parameter is made since that has its value: of what is older only as far
/// as what is differentiated is made of it too.
pub(super) fn is_of_step(tape: &Tape, of: u32, parameter: &[u32], hand: &[u32]) -> bool {
    let (in_hand, forward) = (tape.made_of(hand), tape.made_of(&[of]));
    let begin = parameter.iter().min().map_or(0, |&first| first as usize);
    let is_plain = |node: usize| tape.program().op(node) == Op::Const;
    (0..begin).all(|node| !in_hand[node] || forward[node] || is_plain(node))
}

/// Whether what is claimed is the derivative and a multiple of the parameter, or of its signs.
pub(super) fn decays(tape: &Tape, parameter: &[u32], samples: &[Sample]) -> bool {
    let numbers = || parameter.iter().map(|&node| tape.number(node));
    let largest = (0..samples.len()).max_by(|&a, &b| {
        let size = |k: usize| tape.number(parameter[k]).abs();
        size(a).total_cmp(&size(b))
    });
    let more = |sample: &Sample| sample.claimed - sample.derivative;
    let is_multiple = |numbers: Vec<f64>| {
        let factor = largest.map_or(0.0, |k| more(&samples[k]) / numbers[k]);
        let is_same = |(sample, number): (&Sample, f64)| {
            (more(sample) - factor * number).abs() <= 1e-6 * sample.claimed.abs().max(sample.derivative.abs())
        };
        samples.iter().zip(numbers).all(is_same)
    };
    is_multiple(numbers().collect()) || is_multiple(numbers().map(f64::signum).collect())
}

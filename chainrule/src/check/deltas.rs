//! Derivatives by what a quantity is a function of: a delta that goes by the name of the activation.

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

//! Newton's steps: the derivative divided by the second one.

use super::samples::Sample;
use engine::{Dual, Tape, sweep};
use std::collections::HashMap;

/// Steps of more elements than this are not looked at.
const MOST: usize = 64;

/// Whether the second derivatives of `of` by a parameter, times what is claimed, are the first ones.
pub(super) fn is_newton(tape: &Tape, of: u32, parameter: &[Option<u32>], samples: &[Sample], rtol: f64) -> bool {
    let Some(parameter) = parameter.iter().copied().collect::<Option<Vec<u32>>>().filter(|all| all.len() <= MOST)
    else {
        return false;
    };
    let claimed: HashMap<u32, f64> = parameter.iter().copied().zip(samples.iter().map(|each| each.claimed)).collect();
    let along = |&node: &u32| Dual { value: tape.number(node), tangent: claimed.get(&node).copied().unwrap_or(0.0) };
    let (program, mut numbers) = (tape.program(), Vec::new());
    let params: Vec<Dual> = program.params().iter().map(along).collect();
    if sweep::forward(program, &params, &[], &mut numbers).is_err() {
        return false;
    }
    let mut adjoints = vec![Dual::from(0.0); of as usize + 1];
    adjoints[of as usize] = Dual::from(1.0);
    sweep::reverse(program, &numbers, &mut adjoints);
    let is_first = |(sample, &node): (&Sample, &u32)| {
        let claimed = adjoints.get(node as usize).map_or(f64::NAN, |adjoint| adjoint.tangent);
        Sample { claimed, claimed_rounding: sample.derivative_rounding, ..*sample }.agrees(1.0, rtol)
    };
    samples.iter().zip(&parameter).all(is_first)
}

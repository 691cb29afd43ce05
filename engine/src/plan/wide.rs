//! One op on any number of arguments from anywhere.
//!
//! Sums, dots and log_sum_exp run with all lanes side by side, in the order and with the care of their rows in the op
//! table; any other op goes lane by lane through its row.

use super::Wide;
use super::run::{LANES, Wave, add};
use crate::arguments::Arguments;
use crate::lane_math::{Lane, exp, ln_1p};
use crate::ops::{Op, Partials};
use crate::real::Real;
use pulp::Simd;

impl Wide {
    #[inline(always)]
    pub(super) fn forward<S: Simd>(&self, simd: S, numbers: &mut [Wave], buffer: &mut Vec<Wave>) {
        let (a, b) = self.args.split_at(self.args.len() / 2);
        let number = |&arg: &u32| numbers[arg as usize];
        numbers[self.out] = match self.op {
            Op::Sum => self.args.iter().fold([-0.0; LANES], |sum, arg| plus(simd, sum, number(arg))),
            Op::Dot => {
                let terms = a.iter().zip(b).map(|(a, b)| times(simd, number(a), number(b)));
                terms.fold([-0.0; LANES], |sum, term| plus(simd, sum, term))
            }
            Op::LogSumExp => log_sum_exp(simd, &self.args, numbers, buffer),
            _ => self.forward_by_row(numbers),
        };
    }

    #[inline(always)]
    pub(super) fn reverse<S: Simd>(&self, simd: S, numbers: &[Wave], adjoints: &mut [Wave], buffer: &mut Vec<Wave>) {
        let (adjoint, half) = (adjoints[self.out], self.args.len() / 2);
        let mut give = |arg: usize, contributions: &Wave| {
            if self.active[arg] {
                add(&mut adjoints[self.args[arg] as usize], contributions);
            }
        };
        match self.op {
            Op::Sum => (0..self.args.len()).for_each(|arg| give(arg, &adjoint)),
            Op::Dot => {
                for arg in 0..half {
                    let [a, b] = [arg, arg + half].map(|arg| numbers[self.args[arg] as usize]);
                    give(arg, &times(simd, adjoint, b));
                    give(arg + half, &times(simd, adjoint, a));
                }
            }
            Op::LogSumExp => {
                let total = exponentials(simd, &self.args, numbers, &numbers[self.out], buffer);
                for (arg, share) in buffer.iter().enumerate() {
                    let mut contributions = times(simd, adjoint, *share);
                    contributions.iter_mut().zip(&total).for_each(|(contribution, total)| *contribution /= total);
                    give(arg, &contributions);
                }
            }
            _ => self.reverse_by_row(numbers, adjoints),
        }
    }

    #[inline(never)]
    fn forward_by_row(&self, numbers: &[Wave]) -> Wave {
        std::array::from_fn(|lane| Lane::apply(self.op, OneLane { args: &self.args, numbers, lane }).primal())
    }

    #[inline(never)]
    fn reverse_by_row(&self, numbers: &[Wave], adjoints: &mut [Wave]) {
        for lane in 0..LANES {
            let args = OneLane { args: &self.args, numbers, lane };
            let (y, adjoint) = (numbers[self.out][lane], Lane::from(adjoints[self.out][lane]));
            self.op.partials(args, Lane::from(y), &mut PullBack { wide: self, adjoint, lane, adjoints });
        }
    }
}

/// The arguments in one lane.
#[derive(Clone, Copy)]
struct OneLane<'a> {
    args: &'a [u32],
    numbers: &'a [Wave],
    lane: usize,
}

impl Arguments for OneLane<'_> {
    type Item = Lane;

    #[inline(always)]
    fn count(self) -> usize {
        self.args.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> Lane {
        Lane::from(self.numbers[self.args[position] as usize][self.lane])
    }
}

#[inline(always)]
fn plus<S: Simd>(simd: S, mut a: Wave, b: Wave) -> Wave {
    for (a, b) in S::as_mut_simd_f64s(&mut a).0.iter_mut().zip(S::as_simd_f64s(&b).0) {
        *a = simd.add_f64s(*a, *b);
    }
    a
}

#[inline(always)]
fn times<S: Simd>(simd: S, mut a: Wave, b: Wave) -> Wave {
    for (a, b) in S::as_mut_simd_f64s(&mut a).0.iter_mut().zip(S::as_simd_f64s(&b).0) {
        *a = simd.mul_f64s(*a, *b);
    }
    a
}

/// `e^(x - less)` for each argument, and their sum.
#[inline(always)]
fn exponentials<S: Simd>(simd: S, args: &[u32], numbers: &[Wave], less: &Wave, to: &mut Vec<Wave>) -> Wave {
    to.clear();
    to.extend(args.iter().map(|&arg| numbers[arg as usize]));
    for wave in to.iter_mut() {
        for lane in 0..LANES {
            wave[lane] = exp(wave[lane] - less[lane]);
        }
    }
    to.iter().fold([0.0; LANES], |sum, &wave| plus(simd, sum, wave))
}

/// The exponential of the largest, which is 1, is added last.
#[inline(always)]
fn log_sum_exp<S: Simd>(simd: S, args: &[u32], numbers: &[Wave], buffer: &mut Vec<Wave>) -> Wave {
    let (mut top, mut at) = ([f64::NEG_INFINITY; LANES], [0; LANES]);
    for (position, &arg) in args.iter().enumerate() {
        let x = numbers[arg as usize];
        for lane in 0..LANES {
            let exceeds = x[lane] > top[lane] || x[lane].is_nan();
            top[lane] = if exceeds { x[lane] } else { top[lane] };
            at[lane] = if exceeds { position } else { at[lane] };
        }
    }
    exponentials(simd, args, numbers, &top, buffer);
    for (lane, at) in at.iter().enumerate() {
        if let Some(largest) = buffer.get_mut(*at) {
            largest[lane] = 0.0;
        }
    }
    let others = buffer.iter().fold([0.0; LANES], |sum, &wave| plus(simd, sum, wave));
    let mut y = top;
    for (y, others) in y.iter_mut().zip(others) {
        if y.is_finite() {
            *y += ln_1p(others);
        }
    }
    y
}

/// Adds adjoint times partial to the adjoints of the arguments in one lane.
struct PullBack<'a> {
    wide: &'a Wide,
    adjoint: Lane,
    lane: usize,
    adjoints: &'a mut [Wave],
}

impl Partials<Lane> for PullBack<'_> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> Lane) {
        if self.wide.active[position] {
            self.adjoints[self.wide.args[position] as usize][self.lane] += (self.adjoint * partial()).primal();
        }
    }
}

//! One op on any number of arguments from anywhere.
//!
//! Sums, dots and log_sum_exp run with all lanes side by side, in the order and with the care of their rows in the op
//! table; any other op goes lane by lane through its row.

use super::run::{Buffers, LANES, SUMS, Sums, Wave, add, lanes};
use super::{Place, Wide};
use crate::arguments::Arguments;
use crate::lane_math::{Lane, exp, ln_1p};
use crate::ops::{Op, Partials};
use crate::real::Real;
use pulp::Simd;

impl Wide {
    #[inline(always)]
    pub(super) fn forward<S: Simd>(&self, simd: S, params: &[f64], numbers: &mut [Wave], buffers: &mut Buffers) {
        let number = |arg: usize| lanes(self.args[arg].0, params, numbers);
        let half = self.args.len() / 2;
        numbers[self.out] = match self.op {
            Op::Sum => (0..self.args.len()).fold([-0.0; LANES], |sum, arg| plus(simd, sum, number(arg))),
            Op::Dot => {
                (0..half).fold([-0.0; LANES], |sum, arg| plus(simd, sum, times(simd, number(arg), number(arg + half))))
            }
            Op::LogSumExp => log_sum_exp(simd, self.args.len(), number, &mut buffers.products),
            _ => self.forward_by_row(params, numbers),
        };
    }

    #[inline(always)]
    pub(super) fn reverse<S: Simd>(
        &self,
        simd: S,
        params: &[f64],
        numbers: &[Wave],
        adjoints: &mut [Wave],
        gradient: &mut [Sums],
        buffers: &mut Buffers,
    ) {
        let (adjoint, half) = (adjoints[self.out], self.args.len() / 2);
        let mut give = |arg: usize, contributions: &Wave| {
            if let (place, true) = self.args[arg] {
                add(place, contributions, adjoints, gradient);
            }
        };
        match self.op {
            Op::Sum => (0..self.args.len()).for_each(|arg| give(arg, &adjoint)),
            Op::Dot => {
                for arg in 0..half {
                    let [a, b] = [arg, arg + half].map(|arg| lanes(self.args[arg].0, params, numbers));
                    give(arg, &times(simd, adjoint, b));
                    give(arg + half, &times(simd, adjoint, a));
                }
            }
            Op::LogSumExp => {
                let number = |arg: usize| lanes(self.args[arg].0, params, numbers);
                let shares = &mut buffers.products;
                let total = exponentials(simd, self.args.len(), number, &numbers[self.out], shares);
                for (arg, share) in shares.as_chunks().0.iter().enumerate() {
                    let mut contributions = times(simd, adjoint, *share);
                    contributions.iter_mut().zip(&total).for_each(|(contribution, total)| *contribution /= total);
                    give(arg, &contributions);
                }
            }
            _ => self.reverse_by_row(params, numbers, adjoints, gradient),
        }
    }

    #[inline(never)]
    fn forward_by_row(&self, params: &[f64], numbers: &[Wave]) -> Wave {
        std::array::from_fn(|lane| Lane::apply(self.op, OneLane { wide: self, params, numbers, lane }).primal())
    }

    #[inline(never)]
    fn reverse_by_row(&self, params: &[f64], numbers: &[Wave], adjoints: &mut [Wave], gradient: &mut [Sums]) {
        for lane in 0..LANES {
            let args = OneLane { wide: self, params, numbers, lane };
            let (y, adjoint) = (numbers[self.out][lane], Lane::from(adjoints[self.out][lane]));
            let mut sink = PullBack { wide: self, adjoint, lane, adjoints, gradient };
            self.op.partials(args, Lane::from(y), &mut sink);
        }
    }
}

/// The arguments in one lane.
#[derive(Clone, Copy)]
struct OneLane<'a> {
    wide: &'a Wide,
    params: &'a [f64],
    numbers: &'a [Wave],
    lane: usize,
}

impl Arguments for OneLane<'_> {
    type Item = Lane;

    #[inline(always)]
    fn count(self) -> usize {
        self.wide.args.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> Lane {
        Lane::from(match self.wide.args[position].0 {
            Place::Param(at) => self.params[at as usize],
            Place::Slot(at) => self.numbers[at as usize][self.lane],
        })
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
fn exponentials<S: Simd>(
    simd: S,
    count: usize,
    number: impl Fn(usize) -> Wave,
    less: &Wave,
    to: &mut Vec<f64>,
) -> Wave {
    to.clear();
    for arg in 0..count {
        let x = number(arg);
        to.extend(x.iter().zip(less).map(|(x, less)| x - less));
    }
    for x in to.iter_mut() {
        *x = exp(*x);
    }
    to.as_chunks().0.iter().fold([0.0; LANES], |sum, &row| plus(simd, sum, row))
}

/// The exponential of the largest, which is 1, is added last.
#[inline(always)]
fn log_sum_exp<S: Simd>(simd: S, count: usize, number: impl Fn(usize) -> Wave, buffer: &mut Vec<f64>) -> Wave {
    let (mut top, mut at) = ([f64::NEG_INFINITY; LANES], [0; LANES]);
    for arg in 0..count {
        let x = number(arg);
        for lane in 0..LANES {
            let exceeds = x[lane] > top[lane] || x[lane].is_nan();
            top[lane] = if exceeds { x[lane] } else { top[lane] };
            at[lane] = if exceeds { arg } else { at[lane] };
        }
    }
    exponentials(simd, count, &number, &top, buffer);
    for (lane, at) in at.iter().enumerate() {
        if let Some(largest) = buffer.get_mut(at * LANES + lane) {
            *largest = 0.0;
        }
    }
    let others = buffer.as_chunks().0.iter().fold([0.0; LANES], |sum, &row| plus(simd, sum, row));
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
    gradient: &'a mut [Sums],
}

impl Partials<Lane> for PullBack<'_> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> Lane) {
        let (place, active) = self.wide.args[position];
        if active {
            let contribution = (self.adjoint * partial()).primal();
            match place {
                Place::Param(at) => self.gradient[at as usize][self.lane % SUMS] += contribution,
                Place::Slot(at) => self.adjoints[at as usize][self.lane] += contribution,
            }
        }
    }
}

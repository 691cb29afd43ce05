//! The two sweeps over a plan for a single sample, in the arithmetic of `f64`: the numbers have the bits that they had
//! when the program was recorded.

use super::{Affine, Instruction, List, Map, Plan, Wide};
use crate::arguments::{Picked, TwoLists};
use crate::ops::{Partials, Row, row};

/// The numbers of one sample, and their adjoints.
#[derive(Debug, Clone)]
pub(crate) struct One {
    numbers: Vec<f64>,
    adjoints: Vec<f64>,
}

impl One {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut numbers = vec![0.0; plan.slots];
        numbers[plan.inputs..plan.fixed()].copy_from_slice(&plan.constants);
        One { adjoints: numbers.clone(), numbers }
    }

    /// The forward sweep.
    pub(crate) fn forward(&mut self, plan: &Plan, params: &[f64], inputs: &[f64]) {
        let numbers = &mut self.numbers[..];
        numbers[..inputs.len()].copy_from_slice(inputs);
        plan.spread().for_each(|(slots, own)| numbers[slots].copy_from_slice(&params[own]));
        for instruction in &plan.instructions {
            match instruction {
                Instruction::Affine(affine) => affine.forward_one(params, numbers),
                Instruction::Map(map) => map.forward_one(numbers),
                Instruction::Wide(wide) => numbers[wide.out] = wide.value_one(numbers),
            }
        }
    }

    /// The number of an output.
    pub(crate) fn output(&self, plan: &Plan, output: usize) -> f64 {
        self.numbers[plan.outputs[output] as usize]
    }

    /// The reverse sweep from the seeds of the outputs: adds the derivatives by the parameters to `gradient`.
    pub(crate) fn reverse(&mut self, plan: &Plan, params: &[f64], seeds: &[f64], gradient: &mut [f64]) {
        let (numbers, adjoints) = (&self.numbers[..], &mut self.adjoints[..]);
        adjoints.fill(0.0);
        plan.outputs.iter().zip(seeds).for_each(|(&output, seed)| adjoints[output as usize] += seed);
        for instruction in plan.instructions.iter().rev() {
            match instruction {
                Instruction::Affine(affine) => affine.reverse_one(params, numbers, adjoints, gradient),
                Instruction::Map(map) => map.reverse_one(numbers, adjoints),
                Instruction::Wide(wide) => wide.reverse_one(numbers, adjoints),
            }
        }
        plan.spread().for_each(|(slots, own)| add_scaled(&mut gradient[own], 1.0, &adjoints[slots]));
    }
}

impl Affine {
    /// Four rows at a time, since one sum after another waits for each addition.
    fn forward_one(&self, params: &[f64], numbers: &mut [f64]) {
        let (earlier, out) = numbers.split_at_mut(self.out);
        let out = &mut out[..self.rows];
        let whole = self.rows - self.rows % 4;
        let mut row = 0;
        while row < whole {
            self.rows_one::<4>(row, params, earlier, out);
            row += 4;
        }
        while row < self.rows {
            self.rows_one::<1>(row, params, earlier, out);
            row += 1;
        }
    }

    #[inline(always)]
    fn rows_one<const ROWS: usize>(&self, first: usize, params: &[f64], numbers: &[f64], out: &mut [f64]) {
        let weights: [&[f64]; ROWS] = std::array::from_fn(|row| &params[self.row(first + row)]);
        let mut sums = [-0.0; ROWS];
        for (k, &slot) in self.slots.iter().enumerate() {
            for row in 0..ROWS {
                sums[row] += weights[row][k] * numbers[slot as usize];
            }
        }
        for row in 0..ROWS {
            out[first + row] = sums[row] + self.bias(first + row).map_or(-0.0, |bias| params[bias]);
        }
    }

    /// Row by row. Rows without an adjoint, as a rectifier leaves many, are skipped.
    fn reverse_one(&self, params: &[f64], numbers: &[f64], adjoints: &mut [f64], gradient: &mut [f64]) {
        let (adjoints, out) = adjoints.split_at_mut(self.out);
        for (row, &adjoint) in out[..self.rows].iter().enumerate().rev() {
            if adjoint == 0.0 {
                continue;
            }
            if let Some(bias) = self.bias(row) {
                gradient[bias] += adjoint;
            }
            let (derivatives, weights) = (&mut gradient[self.row(row)], &params[self.row(row)]);
            match self.range() {
                Some(range) => {
                    add_scaled(derivatives, adjoint, &numbers[range.clone()]);
                    if self.active {
                        add_scaled(&mut adjoints[range], adjoint, weights);
                    }
                }
                None => {
                    for ((&slot, derivative), weight) in self.slots.iter().zip(derivatives).zip(weights) {
                        *derivative += adjoint * numbers[slot as usize];
                        adjoints[slot as usize] += adjoint * weight;
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn add_scaled(to: &mut [f64], factor: f64, numbers: &[f64]) {
    for (to, number) in to.iter_mut().zip(numbers) {
        *to += factor * number;
    }
}

impl Map {
    #[inline(always)]
    fn args_one<const ARGS: usize>(&self, position: usize, numbers: &[f64]) -> [f64; ARGS] {
        std::array::from_fn(|arg| numbers[self.operands[arg].at(position)])
    }

    fn forward_one(&self, numbers: &mut [f64]) {
        match self.op.arity() {
            Some(1) => self.values_one::<1>(numbers),
            Some(2) => self.values_one::<2>(numbers),
            _ => self.values_one::<3>(numbers),
        }
    }

    #[inline(always)]
    fn values_one<const ARGS: usize>(&self, numbers: &mut [f64]) {
        for position in 0..self.len {
            numbers[self.out + position] = self.op.value(&self.args_one::<ARGS>(position, numbers));
        }
    }

    fn reverse_one(&self, numbers: &[f64], adjoints: &mut [f64]) {
        match self.op.arity() {
            Some(1) => self.contributions_one::<1>(numbers, adjoints),
            Some(2) => self.contributions_one::<2>(numbers, adjoints),
            _ => self.contributions_one::<3>(numbers, adjoints),
        }
    }

    #[inline(always)]
    fn contributions_one<const ARGS: usize>(&self, numbers: &[f64], adjoints: &mut [f64]) {
        for position in 0..self.len {
            let (y, adjoint) = (numbers[self.out + position], adjoints[self.out + position]);
            if adjoint != 0.0 {
                let slot = |arg: usize| self.operands[arg].active.then(|| self.operands[arg].at(position));
                let args = self.args_one::<ARGS>(position, numbers);
                self.op.partials(&args, y, &mut PullBack { adjoint, slot, adjoints });
            }
        }
    }
}

impl Wide {
    fn value_one(&self, numbers: &[f64]) -> f64 {
        match &self.lists {
            Some([a, b]) => row::Dot::value(TwoLists(&numbers[a.slots.clone()], &numbers[b.slots.clone()])),
            None => self.op.value(Picked { numbers, args: &self.args }),
        }
    }

    fn reverse_one(&self, numbers: &[f64], adjoints: &mut [f64]) {
        let (y, adjoint) = (numbers[self.out], adjoints[self.out]);
        if adjoint == 0.0 {
            return;
        }
        match &self.lists {
            Some(lists) => {
                let [a, b] = lists.each_ref().map(|list| &numbers[list.slots.clone()]);
                row::Dot::partials(TwoLists(a, b), y, &mut ListsPullBack { adjoint, lists, adjoints });
            }
            None => {
                let slot = |arg: usize| self.active[arg].then(|| self.args[arg] as usize);
                let args = Picked { numbers, args: &self.args };
                self.op.partials(args, y, &mut PullBack { adjoint, slot, adjoints });
            }
        }
    }
}

/// Adds adjoint times partial to the adjoints of two lists.
struct ListsPullBack<'a> {
    adjoint: f64,
    lists: &'a [List; 2],
    adjoints: &'a mut [f64],
}

impl ListsPullBack<'_> {
    /// The adjoints from an argument on; none of a list that wants none.
    #[inline(always)]
    fn adjoints(&mut self, first: usize) -> &mut [f64] {
        let [a, b] = self.lists;
        let (list, first) = if first < a.slots.len() { (a, first) } else { (b, first - a.slots.len()) };
        let slots = if list.active { list.slots.start + first..list.slots.end } else { 0..0 };
        &mut self.adjoints[slots]
    }
}

impl Partials<f64> for ListsPullBack<'_> {
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        self.take_each(position, std::iter::once(partial()));
    }

    #[inline(always)]
    fn take_each(&mut self, first: usize, partials: impl Iterator<Item = f64>) {
        let factor = self.adjoint;
        for (adjoint, partial) in self.adjoints(first).iter_mut().zip(partials) {
            *adjoint += factor * partial;
        }
    }
}

/// Adds adjoint times partial to the adjoint of each argument that has one.
struct PullBack<'a, S> {
    adjoint: f64,
    slot: S,
    adjoints: &'a mut [f64],
}

impl<S: Fn(usize) -> Option<usize>> Partials<f64> for PullBack<'_, S> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        if let Some(slot) = (self.slot)(position) {
            self.adjoints[slot] += self.adjoint * partial();
        }
    }
}

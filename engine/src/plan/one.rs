//! The two sweeps over a plan for a single sample, in the arithmetic of `f64`: the numbers have the bits that they had
//! when the program was recorded.

use super::{Affine, Instruction, Map, Plan, Wide};
use crate::arguments::Arguments;
use crate::ops::Partials;

/// The numbers of one sample and their adjoints: those of the parameters, then those of the slots.
#[derive(Debug, Clone)]
pub(crate) struct One {
    numbers: Vec<f64>,
    adjoints: Vec<f64>,
    params: usize,
}

impl One {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut numbers = vec![0.0; plan.params + plan.slots];
        numbers[plan.params + plan.inputs..][..plan.constants.len()].copy_from_slice(&plan.constants);
        One { adjoints: numbers.clone(), numbers, params: plan.params }
    }

    /// The forward sweep.
    pub(crate) fn forward(&mut self, plan: &Plan, params: &[f64], inputs: &[f64]) {
        self.numbers[..plan.params].copy_from_slice(params);
        self.numbers[plan.params..][..inputs.len()].copy_from_slice(inputs);
        for instruction in &plan.instructions {
            match instruction {
                Instruction::Affine(affine) => self.affine(affine),
                Instruction::Map(map) => self.map(map),
                Instruction::Wide(wide) => {
                    let number = wide.op.value(Picked { wide, numbers: &self.numbers, params: self.params });
                    self.numbers[self.params + wide.out] = number;
                }
            }
        }
    }

    /// The number of an output.
    pub(crate) fn output(&self, plan: &Plan, output: usize) -> f64 {
        self.numbers[plan.outputs[output].index(self.params)]
    }

    /// The reverse sweep from the seeds of the outputs: the derivatives by the parameters.
    pub(crate) fn reverse(&mut self, plan: &Plan, seeds: &[f64]) -> &[f64] {
        self.adjoints.fill(0.0);
        for (output, seed) in plan.outputs.iter().zip(seeds) {
            self.adjoints[output.index(self.params)] += seed;
        }
        for instruction in plan.instructions.iter().rev() {
            match instruction {
                Instruction::Affine(affine) => self.affine_reverse(affine),
                Instruction::Map(map) => self.map_reverse(map),
                Instruction::Wide(wide) => self.wide_reverse(wide),
            }
        }
        &self.adjoints[..self.params]
    }

    /// Four rows at a time, since one sum after another waits for each addition.
    fn affine(&mut self, affine: &Affine) {
        let (earlier, out) = self.numbers.split_at_mut(self.params + affine.out);
        let (params, slots) = earlier.split_at(self.params);
        let whole = affine.rows - affine.rows % 4;
        (0..whole).step_by(4).for_each(|row| rows::<4>(affine, row, params, slots, out));
        (whole..affine.rows).for_each(|row| rows::<1>(affine, row, params, slots, out));
    }

    /// Wave by row. Rows without an adjoint, as a rectifier leaves many, are skipped.
    fn affine_reverse(&mut self, affine: &Affine) {
        let (earlier, out) = self.adjoints.split_at_mut(self.params + affine.out);
        let (derivatives, adjoints) = earlier.split_at_mut(self.params);
        let (params, numbers) = self.numbers.split_at(self.params);
        let out = &out[..affine.rows];
        for (row, &adjoint) in out.iter().enumerate().rev().filter(|(_, adjoint)| **adjoint != 0.0) {
            if let Some(bias) = affine.bias(row) {
                derivatives[bias] += adjoint;
            }
            let (derivatives, weights) = (&mut derivatives[affine.row(row)], &params[affine.row(row)]);
            match affine.range() {
                Some(range) => {
                    add_scaled(derivatives, adjoint, &numbers[range.clone()]);
                    if affine.active {
                        add_scaled(&mut adjoints[range], adjoint, weights);
                    }
                }
                None => {
                    for ((&slot, derivative), weight) in affine.slots.iter().zip(derivatives).zip(weights) {
                        *derivative += adjoint * numbers[slot as usize];
                        adjoints[slot as usize] += adjoint * weight;
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn args<const ARGS: usize>(&self, map: &Map, position: usize) -> [f64; ARGS] {
        std::array::from_fn(|arg| self.numbers[map.operands[arg].at(position).index(self.params)])
    }

    fn map(&mut self, map: &Map) {
        for position in 0..map.len {
            let number = match map.op.arity() {
                Some(1) => map.op.value(&self.args::<1>(map, position)),
                Some(2) => map.op.value(&self.args::<2>(map, position)),
                _ => map.op.value(&self.args::<3>(map, position)),
            };
            self.numbers[self.params + map.out + position] = number;
        }
    }

    fn map_reverse(&mut self, map: &Map) {
        for position in 0..map.len {
            let out = self.params + map.out + position;
            let (y, adjoint) = (self.numbers[out], self.adjoints[out]);
            if adjoint == 0.0 {
                continue;
            }
            match map.op.arity() {
                Some(1) => self.pull_back::<1>(map, position, y, adjoint),
                Some(2) => self.pull_back::<2>(map, position, y, adjoint),
                _ => self.pull_back::<3>(map, position, y, adjoint),
            }
        }
    }

    #[inline(always)]
    fn pull_back<const ARGS: usize>(&mut self, map: &Map, position: usize, y: f64, adjoint: f64) {
        let args = self.args::<ARGS>(map, position);
        let params = self.params;
        let place = |arg: usize| {
            let operand = &map.operands[arg];
            operand.active.then(|| operand.at(position).index(params))
        };
        map.op.partials(&args, y, &mut PullBack { adjoint, place, adjoints: &mut self.adjoints });
    }

    fn wide_reverse(&mut self, wide: &Wide) {
        let out = self.params + wide.out;
        if self.adjoints[out] != 0.0 {
            let args = Picked { wide, numbers: &self.numbers, params: self.params };
            let place = |arg: usize| {
                let (place, active) = wide.args[arg];
                active.then(|| place.index(self.params))
            };
            let mut sink = PullBack { adjoint: self.adjoints[out], place, adjoints: &mut self.adjoints };
            wide.op.partials(args, self.numbers[out], &mut sink);
        }
    }
}

/// The arguments of a wide node, where they are.
#[derive(Clone, Copy)]
struct Picked<'a> {
    wide: &'a Wide,
    numbers: &'a [f64],
    params: usize,
}

impl Arguments for Picked<'_> {
    type Item = f64;

    #[inline(always)]
    fn count(self) -> usize {
        self.wide.args.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> f64 {
        self.numbers[self.wide.args[position].0.index(self.params)]
    }
}

/// Adds adjoint times partial to the adjoint of each argument that has one.
struct PullBack<'a, P> {
    adjoint: f64,
    place: P,
    adjoints: &'a mut [f64],
}

impl<P: Fn(usize) -> Option<usize>> Partials<f64> for PullBack<'_, P> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        if let Some(place) = (self.place)(position) {
            self.adjoints[place] += self.adjoint * partial();
        }
    }
}

#[inline(always)]
fn rows<const ROWS: usize>(affine: &Affine, first: usize, params: &[f64], numbers: &[f64], out: &mut [f64]) {
    let weights: [&[f64]; ROWS] = std::array::from_fn(|row| &params[affine.row(first + row)]);
    let mut sums = [-0.0; ROWS];
    for (k, &slot) in affine.slots.iter().enumerate() {
        for row in 0..ROWS {
            sums[row] += weights[row][k] * numbers[slot as usize];
        }
    }
    for row in 0..ROWS {
        out[first + row] = sums[row] + affine.bias(first + row).map_or(-0.0, |bias| params[bias]);
    }
}

#[inline(always)]
fn add_scaled(to: &mut [f64], factor: f64, numbers: &[f64]) {
    for (to, number) in to.iter_mut().zip(numbers) {
        *to += factor * number;
    }
}

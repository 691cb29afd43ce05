//! The two sweeps over a plan for several samples side by side.

use super::rows::Rows;
use super::{Instruction, Plan};
use pulp::{Simd, WithSimd};

/// How many samples go side by side.
pub(crate) const LANES: usize = 16;
/// In how many lanes a derivative is added up.
pub(super) const SUMS: usize = 8;

/// A number of each sample.
pub(crate) type Wave = [f64; LANES];
pub(super) type Sums = [f64; SUMS];

/// The numbers of the samples, and their adjoints.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    numbers: Rows<LANES>,
    adjoints: Rows<LANES>,
    /// The derivatives by the parameters, over the lanes `k` and `k + SUMS` of all samples so far.
    gradient: Rows<SUMS>,
    /// For what an instruction needs of each of its arguments.
    buffer: Vec<Wave>,
}

impl Lanes {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut numbers = Rows::zeros(plan.slots);
        for (slot, constant) in numbers[plan.inputs..].iter_mut().zip(&plan.constants) {
            *slot = [*constant; LANES];
        }
        Lanes { numbers, adjoints: Rows::zeros(plan.slots), gradient: Rows::zeros(plan.params), buffer: Vec::new() }
    }

    /// Lays out samples, at most [`LANES`], each a number for each input. Lanes that are left over repeat the last.
    pub(crate) fn load(&mut self, plan: &Plan, samples: &[f64]) {
        let last = samples.len() / plan.inputs - 1;
        for lane in 0..LANES {
            let sample = &samples[lane.min(last) * plan.inputs..][..plan.inputs];
            for (row, number) in self.numbers.iter_mut().zip(sample) {
                row[lane] = *number;
            }
        }
    }

    /// The lanes of an output after a run.
    pub(crate) fn output(&self, plan: &Plan, output: usize) -> Wave {
        self.numbers[plan.outputs[output] as usize]
    }

    /// Begins new sums of the derivatives, at these parameters.
    pub(crate) fn begin(&mut self, plan: &Plan, params: &[f64]) {
        self.gradient.fill([0.0; SUMS]);
        for (slots, own) in plan.spread() {
            self.numbers[slots].iter_mut().zip(&params[own]).for_each(|(slot, param)| *slot = [*param; LANES]);
        }
    }
}

/// A forward sweep, and then a reverse one if there is a seed: the adjoint of the output in each lane.
///
/// The reverse sweep multiplies plainly. Where the careful one has zero times infinity, this one has NaN, which every
/// later product and sum keeps.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) params: &'a [f64],
    pub(crate) lanes: &'a mut Lanes,
    pub(crate) seed: Option<[f64; LANES]>,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Run { plan, params, lanes, seed } = self;
        let Lanes { numbers, adjoints, gradient, buffer } = lanes;
        for instruction in &plan.instructions {
            match instruction {
                Instruction::Affine(affine) => affine.forward(simd, params, numbers),
                Instruction::Map(map) => map.forward(numbers),
                Instruction::Wide(wide) => wide.forward(simd, numbers, buffer),
            }
        }
        let Some(seed) = seed else { return };
        adjoints[plan.fixed()..].fill([0.0; LANES]);
        plan.outputs.iter().for_each(|&output| add(&mut adjoints[output as usize], &seed));
        for instruction in plan.instructions.iter().rev() {
            match instruction {
                Instruction::Affine(affine) => affine.reverse(simd, params, numbers, adjoints, gradient),
                Instruction::Map(map) => map.reverse(numbers, adjoints),
                Instruction::Wide(wide) => wide.reverse(simd, numbers, adjoints, buffer),
            }
        }
        for (slots, own) in plan.spread() {
            for (derivative, adjoint) in gradient[own].iter_mut().zip(&adjoints[slots]) {
                for lane in 0..SUMS {
                    derivative[lane] = derivative[lane] + adjoint[lane] + adjoint[lane + SUMS];
                }
            }
        }
    }
}

/// The derivatives, summed over all samples since the lanes began.
pub(crate) struct Derivatives<'a> {
    pub(crate) lanes: &'a Lanes,
    pub(crate) to: &'a mut [f64],
}

impl WithSimd for Derivatives<'_> {
    type Output = ();

    /// Adds one half of the lanes to the other until one lane is left, with vectors of any length.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (derivative, sums) in self.to.iter_mut().zip(self.lanes.gradient.iter()) {
            let (mut sums, mut half) = (*sums, SUMS / S::F64_LANES);
            let (vectors, _) = S::as_mut_simd_f64s(&mut sums);
            while half > 1 {
                half /= 2;
                for k in 0..half {
                    vectors[k] = simd.add_f64s(vectors[k], vectors[k + half]);
                }
            }
            *derivative = simd.reduce_sum_f64s(vectors[0]);
        }
    }
}

/// Adds contributions to an adjoint.
#[inline(always)]
pub(super) fn add(adjoint: &mut Wave, contributions: &Wave) {
    for lane in 0..LANES {
        adjoint[lane] += contributions[lane];
    }
}

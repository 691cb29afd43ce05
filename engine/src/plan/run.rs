//! The two sweeps over a plan for several samples side by side.

use super::{Instruction, Place, Plan};
use aligned_vec::{AVec, CACHELINE_ALIGN};
use pulp::{Simd, WithSimd};

/// How many samples go side by side.
pub(crate) const LANES: usize = 16;
/// In how many lanes a derivative is added up.
pub(super) const SUMS: usize = 8;

/// A number of each sample.
pub(super) type Wave = [f64; LANES];
pub(super) type Sums = [f64; SUMS];

/// The numbers of the samples, and their adjoints. They begin where cache lines do: vectors across two of those take
/// twice the time.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    numbers: AVec<Wave>,
    adjoints: AVec<Wave>,
    /// The derivatives by the parameters, over the lanes `k` and `k + SUMS` of all samples so far.
    gradient: AVec<Sums>,
    buffers: Buffers,
}

/// Numbers that are put side by side for a while.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffers {
    /// Of each argument of a map, the lanes of one number after another.
    pub(super) spread: [Vec<f64>; 3],
    /// Adjoints times partials, or exponentials.
    pub(super) products: Vec<f64>,
}

impl Lanes {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut numbers = zeros(plan.slots);
        for (slot, constant) in numbers[plan.inputs..].iter_mut().zip(&plan.constants) {
            *slot = [*constant; LANES];
        }
        Lanes { numbers, adjoints: zeros(plan.slots), gradient: zeros(plan.params), buffers: Buffers::default() }
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
    pub(crate) fn output(&self, plan: &Plan, params: &[f64], output: usize) -> [f64; LANES] {
        lanes(plan.outputs[output], params, &self.numbers)
    }

    /// Begins new sums of the derivatives.
    pub(crate) fn clear(&mut self) {
        self.gradient.fill([0.0; SUMS]);
    }

    /// The derivatives, summed over all samples since then.
    pub(crate) fn gradient(&self) -> impl Iterator<Item = f64> {
        self.gradient.iter().map(|&[a, b, c, d, e, f, g, h]| ((a + e) + (c + g)) + ((b + f) + (d + h)))
    }
}

fn zeros<const N: usize>(count: usize) -> AVec<[f64; N]> {
    AVec::from_iter(CACHELINE_ALIGN, std::iter::repeat_n([0.0; N], count))
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
        let Lanes { numbers, adjoints, gradient, buffers } = lanes;
        for instruction in &plan.instructions {
            match instruction {
                Instruction::Affine(affine) => affine.forward(simd, params, numbers),
                Instruction::Map(map) => map.forward(params, numbers, buffers),
                Instruction::Wide(wide) => wide.forward(simd, params, numbers, buffers),
            }
        }
        let Some(seed) = seed else { return };
        adjoints[plan.leaves()..].fill([0.0; LANES]);
        plan.outputs.iter().for_each(|output| add(*output, &seed, adjoints, gradient));
        for instruction in plan.instructions.iter().rev() {
            match instruction {
                Instruction::Affine(affine) => affine.reverse(simd, params, numbers, adjoints, gradient),
                Instruction::Map(map) => map.reverse(params, numbers, adjoints, gradient, buffers),
                Instruction::Wide(wide) => wide.reverse(simd, params, numbers, adjoints, gradient, buffers),
            }
        }
    }
}

/// The lanes of a number.
#[inline(always)]
pub(super) fn lanes(place: Place, params: &[f64], numbers: &[Wave]) -> Wave {
    match place {
        Place::Param(at) => [params[at as usize]; LANES],
        Place::Slot(at) => numbers[at as usize],
    }
}

/// Adds contributions to the adjoint of a number.
#[inline(always)]
pub(super) fn add(to: Place, contributions: &Wave, adjoints: &mut [Wave], gradient: &mut [Sums]) {
    match to {
        Place::Slot(at) => {
            let adjoint = &mut adjoints[at as usize];
            for lane in 0..LANES {
                adjoint[lane] += contributions[lane];
            }
        }
        Place::Param(at) => {
            let derivative = &mut gradient[at as usize];
            for lane in 0..SUMS {
                derivative[lane] = derivative[lane] + contributions[lane] + contributions[lane + SUMS];
            }
        }
    }
}

//! A program run over many samples: lanes first, then threads.

use crate::error::Result;
use crate::plan::{LANES, Lanes, One, Plan, Run};
use crate::program::Program;
use crate::split::Split;
use crate::sweep::{self, expect_length};
use pulp::Arch;
use rayon::prelude::*;

/// The fewest samples that are worth a thread, and the most parts that a batch is cut into.
const PART: usize = 256;
const PARTS: usize = 32;

/// A program made ready to run over many samples, with the memory for it.
///
/// The parameters are the same for all samples; a sample is a number for each input. The result is the sum of the first
/// output over the samples, and the derivatives of that sum by the parameters.
///
/// Samples go side by side through the lanes of vector instructions, as wide as the processor has them, and long batches
/// through the threads of the [rayon](https://docs.rs/rayon) pool that calls; what depends on parameters only is computed
/// once. A single sample is replayed with the arithmetic of `f64`; lanes have elementary functions of their own, within
/// 2 ulp. How many samples a batch has settles the order of summation: the result has the same bits for any number of
/// threads and with any vector instructions.
///
/// Where a sum or a derivative comes out infinite or NaN, the batch is run again as
/// [`Program::gradient`] runs one sample, in which a factor of exactly zero annihilates. Once the memory is there,
/// nothing else is allocated.
///
/// ```
/// let program = {
///     let g = engine::Graph::new();
///     let (w, b) = (g.param("w", 0.0), g.param("b", 0.0));
///     let (x, y) = (g.input("x", 0.0), g.input("y", 0.0));
///     (w * x + b - y).powi(2).program()
/// };
/// let mut batch = program.batch()?;
/// let samples = [0.0, 1.0, 1.0, 3.0, 2.0, 5.0];
/// let (loss, gradient) = batch.gradient(&[1.0, 1.0], &samples)?;
/// assert_eq!(loss, 0.0 + 1.0 + 4.0);
/// assert_eq!(gradient, [-2.0 - 8.0, -2.0 - 4.0]);
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Batch {
    arch: Arch,
    programs: Split,
    sample: Plan,
    shared: Option<(Plan, One)>,
    /// The parameters, then what depends on them only.
    params: Vec<f64>,
    one: One,
    parts: Vec<Part>,
    gradient: Vec<f64>,
}

/// Vector instructions for batches to use. They all compute the same bits.
///
/// ```
/// use engine::{Instructions, Program};
///
/// let program = Program::record(&[2.0], |p| p[0].exp());
/// for instructions in Instructions::all() {
///     let mut batch = program.batch()?.using(instructions);
///     assert_eq!(batch.evaluate(&[2.0], &[])?, 2.0f64.exp());
/// }
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Instructions(Arch);

impl Instructions {
    /// Those that this processor has, from those that every one has to the widest, which batches use unless told.
    pub fn all() -> Vec<Instructions> {
        #[cfg(target_arch = "x86_64")]
        let narrower = pulp::x86::V3::try_new().map(Arch::V3);
        #[cfg(not(target_arch = "x86_64"))]
        let narrower = None;
        [Some(Arch::Scalar), narrower, Some(Arch::new())].into_iter().flatten().map(Instructions).collect()
    }
}

impl Program {
    /// The program made ready for batches; it is [optimized](Program::optimize) first. Errors when there is no output.
    pub fn batch(&self) -> Result<Batch> {
        let program = self.optimize();
        let programs = program.split(program.output(0)?);
        let sample = Plan::new(&programs.sample);
        let shared = programs.shared.as_ref().map(|shared| {
            let plan = Plan::new(shared);
            let one = One::new(&plan);
            (plan, one)
        });
        let params = vec![0.0; programs.sample.params().len()];
        Ok(Batch {
            arch: Arch::new(),
            one: One::new(&sample),
            gradient: params.clone(),
            parts: Vec::new(),
            programs,
            sample,
            shared,
            params,
        })
    }
}

impl Batch {
    /// The same with other vector instructions than the widest that the processor has.
    pub fn using(self, Instructions(arch): Instructions) -> Batch {
        Batch { arch, ..self }
    }

    /// The first output, added up over the samples, which follow one another in one list.
    ///
    /// A program without inputs takes an empty list for one sample. Errors on lists of the wrong length.
    pub fn evaluate(&mut self, params: &[f64], samples: &[f64]) -> Result<f64> {
        self.run(params, samples, false)
    }

    /// As [`evaluate`](Batch::evaluate), and the derivatives of the sum by every parameter.
    pub fn gradient(&mut self, params: &[f64], samples: &[f64]) -> Result<(f64, &[f64])> {
        let sum = self.run(params, samples, true)?;
        Ok((sum, &self.gradient[..params.len()]))
    }

    fn run(&mut self, params: &[f64], samples: &[f64], differentiate: bool) -> Result<f64> {
        let (width, own) = (self.sample.inputs(), self.programs.own_params());
        expect_length("parameters", own, params.len())?;
        let whole = if width == 0 { 0 } else { samples.len().next_multiple_of(width).max(width) };
        expect_length("numbers of samples", whole, samples.len())?;

        self.params[..own].copy_from_slice(params);
        if let Some((plan, one)) = &mut self.shared {
            one.forward(plan, params, &[]);
            self.params[own..].iter_mut().enumerate().for_each(|(output, number)| *number = one.output(plan, output));
        }
        let alone = samples.len() == width;
        let sum = if alone { self.one(samples, differentiate) } else { self.many(samples, differentiate) };
        if let Some((plan, one)) = self.shared.as_mut().filter(|_| differentiate) {
            let (gradient, seeds) = self.gradient.split_at_mut(own);
            gradient.iter_mut().zip(one.reverse(plan, seeds)).for_each(|(derivative, more)| *derivative += more);
        }
        let finite = |all, number: &f64| all & number.is_finite();
        if sum.is_finite() && (!differentiate || self.gradient[..own].iter().fold(true, finite)) {
            return Ok(sum);
        }
        self.careful(samples, differentiate)
    }

    fn one(&mut self, sample: &[f64], differentiate: bool) -> f64 {
        let Batch { sample: plan, one, params, .. } = self;
        one.forward(plan, params, sample);
        if differentiate {
            self.gradient.copy_from_slice(one.reverse(plan, &[1.0]));
        }
        one.output(plan, 0)
    }

    fn many(&mut self, samples: &[f64], differentiate: bool) -> f64 {
        let Batch { arch, sample: plan, params, .. } = self;
        let count = samples.len() / plan.inputs();
        let length = count.div_ceil(PARTS).next_multiple_of(LANES).max(PART);
        let used = count.div_ceil(length);
        self.parts.resize_with(self.parts.len().max(used), || Part::new(plan));
        let parts = &mut self.parts[..used];
        match parts {
            [alone] => alone.run(*arch, plan, params, samples, differentiate),
            _ => (parts.par_iter_mut().zip(samples.par_chunks(length * plan.inputs())))
                .for_each(|(part, samples)| part.run(*arch, plan, params, samples, differentiate)),
        }
        if differentiate {
            self.gradient.fill(0.0);
            for part in parts.iter() {
                self.gradient.iter_mut().zip(&part.gradient).for_each(|(sum, derivative)| *sum += derivative);
            }
        }
        parts.iter().map(|part| part.sum).sum()
    }

    /// The same by the sweeps over the programs.
    fn careful(&mut self, samples: &[f64], differentiate: bool) -> Result<f64> {
        let own = self.programs.own_params();
        let (mut numbers, mut adjoints, mut sum) = (Vec::new(), Vec::new(), 0.0);
        let mut pull_back = |program: &Program, numbers: &[f64], seeds: &[f64], gradient: &mut [f64]| {
            adjoints.clear();
            adjoints.resize(numbers.len(), 0.0);
            program.outputs().iter().zip(seeds).for_each(|(&node, seed)| adjoints[node as usize] += seed);
            sweep::reverse(program, numbers, &mut adjoints);
            let adjoints = program.params().iter().map(|&param| adjoints[param as usize]);
            gradient.iter_mut().zip(adjoints).for_each(|(derivative, adjoint)| *derivative += adjoint);
        };
        self.gradient.fill(0.0);
        let (program, width) = (&self.programs.sample, self.sample.inputs());
        let output = program.output(0)?;
        for sample in 0..samples.len().checked_div(width).unwrap_or(1) {
            sweep::forward(program, &self.params, &samples[sample * width..][..width], &mut numbers)?;
            sum += numbers[output];
            if differentiate {
                pull_back(program, &numbers, &[1.0], &mut self.gradient);
            }
        }
        if let Some(shared) = self.programs.shared.as_ref().filter(|_| differentiate) {
            sweep::forward(shared, &self.params[..own], &vec![f64::NAN; width], &mut numbers)?;
            let (gradient, seeds) = self.gradient.split_at_mut(own);
            pull_back(shared, &numbers, seeds, gradient);
        }
        Ok(sum)
    }
}

/// Samples that one thread runs.
#[derive(Debug, Clone)]
struct Part {
    lanes: Lanes,
    sum: f64,
    gradient: Vec<f64>,
}

impl Part {
    fn new(plan: &Plan) -> Self {
        Part { lanes: Lanes::new(plan), sum: 0.0, gradient: Vec::new() }
    }

    fn run(&mut self, arch: Arch, plan: &Plan, params: &[f64], samples: &[f64], differentiate: bool) {
        let Part { lanes, sum, gradient } = self;
        let mut sums = [0.0; LANES];
        lanes.clear();
        for samples in samples.chunks(LANES * plan.inputs()) {
            let count = samples.len() / plan.inputs();
            let mut seed = [0.0; LANES];
            seed[..count].fill(1.0);
            lanes.load(plan, samples);
            arch.dispatch(Run { plan, params, lanes, seed: differentiate.then_some(seed) });
            let outputs = lanes.output(plan, params, 0);
            sums[..count].iter_mut().zip(outputs).for_each(|(sum, output)| *sum += output);
        }
        *sum = sums.iter().sum();
        gradient.clear();
        gradient.extend(lanes.gradient());
    }
}

//! A program run over many samples: lanes first, then threads.

use crate::error::Result;
use crate::plan::{Derivatives, LANES, Lanes, One, Plan, Run};
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
    programs: Split,
    shared: Option<Shared>,
    samples: Samples,
    gradient: Vec<f64>,
}

/// What depends on parameters only.
#[derive(Debug, Clone)]
struct Shared {
    plan: Plan,
    one: One,
    /// The parameters, and then the outputs of the plan, which the samples take as parameters too.
    params: Vec<f64>,
    gradient: Vec<f64>,
}

/// What is left for each sample.
#[derive(Debug, Clone)]
struct Samples {
    arch: Arch,
    plan: Plan,
    one: One,
    parts: Vec<Part>,
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
        let shared = programs.shared.as_ref().map(|shared| {
            let (plan, params) = (Plan::new(shared), vec![0.0; programs.sample.params().len()]);
            Shared { one: One::new(&plan), plan, gradient: params.clone(), params }
        });
        let plan = Plan::new(&programs.sample);
        let samples = Samples { arch: Arch::new(), one: One::new(&plan), plan, parts: Vec::new() };
        Ok(Batch { gradient: vec![0.0; programs.own_params()], programs, shared, samples })
    }
}

impl Batch {
    /// The same with other vector instructions than the widest that the processor has.
    pub fn using(mut self, Instructions(arch): Instructions) -> Batch {
        self.samples.arch = arch;
        self
    }

    /// The first output, added up over the samples, which follow one another in one list.
    ///
    /// A program without inputs takes an empty list for one sample. Errors on lists of the wrong length.
    pub fn evaluate(&mut self, params: &[f64], samples: &[f64]) -> Result<f64> {
        self.run(params, samples, None)
    }

    /// As [`evaluate`](Batch::evaluate), and the derivatives of the sum by every parameter.
    pub fn gradient(&mut self, params: &[f64], samples: &[f64]) -> Result<(f64, &[f64])> {
        let mut gradient = std::mem::take(&mut self.gradient);
        let sum = self.run(params, samples, Some(&mut gradient));
        self.gradient = gradient;
        Ok((sum?, &self.gradient))
    }

    /// As [`gradient`](Batch::gradient), with the derivatives written to a list of the caller's.
    ///
    /// ```
    /// let mut square = engine::Program::record(&[3.0], |p| p[0] * p[0]).batch()?;
    /// let mut gradient = [0.0];
    /// assert_eq!(square.gradient_into(&[3.0], &[], &mut gradient), Ok(9.0));
    /// assert_eq!(gradient, [6.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn gradient_into(&mut self, params: &[f64], samples: &[f64], gradient: &mut [f64]) -> Result<f64> {
        self.run(params, samples, Some(gradient))
    }

    fn run(&mut self, params: &[f64], samples: &[f64], mut gradient: Option<&mut [f64]>) -> Result<f64> {
        let (width, own) = (self.samples.plan.inputs(), self.programs.own_params());
        expect_length("parameters", own, params.len())?;
        let whole = if width == 0 { 0 } else { samples.len().next_multiple_of(width).max(width) };
        expect_length("numbers of samples", whole, samples.len())?;
        expect_length("places for derivatives", own, gradient.as_ref().map_or(own, |gradient| gradient.len()))?;

        let sum = match (&mut self.shared, gradient.as_deref_mut()) {
            (None, gradient) => self.samples.run(params, samples, gradient),
            (Some(shared), gradient) => {
                shared.forward(params);
                let all = gradient.is_some().then_some(&mut shared.gradient[..]);
                let sum = self.samples.run(&shared.params, samples, all);
                gradient.into_iter().for_each(|gradient| shared.reverse(gradient));
                sum
            }
        };
        let finite = |all, number: &f64| all & number.is_finite();
        if sum.is_finite() && gradient.as_ref().is_none_or(|gradient| gradient.iter().fold(true, finite)) {
            return Ok(sum);
        }
        self.careful(params, samples, gradient)
    }

    /// The same by the sweeps over the programs.
    #[cold]
    fn careful(&self, params: &[f64], samples: &[f64], gradient: Option<&mut [f64]>) -> Result<f64> {
        let (own, width) = (params.len(), self.samples.plan.inputs());
        let (mut numbers, mut adjoints, mut sum) = (Vec::new(), Vec::new(), 0.0);
        let mut pull_back = |program: &Program, numbers: &[f64], seeds: &[f64], gradient: &mut [f64]| {
            adjoints.clear();
            adjoints.resize(numbers.len(), 0.0);
            program.outputs().iter().zip(seeds).for_each(|(&node, seed)| adjoints[node as usize] += seed);
            sweep::reverse(program, numbers, &mut adjoints);
            let adjoints = program.params().iter().map(|&param| adjoints[param as usize]);
            gradient.iter_mut().zip(adjoints).for_each(|(derivative, adjoint)| *derivative += adjoint);
        };
        let program = &self.programs.sample;
        let output = program.output(0)?;
        let params = self.shared.as_ref().map_or(params, |shared| &shared.params);
        let mut all = vec![0.0; params.len()];
        for sample in 0..samples.len().checked_div(width).unwrap_or(1) {
            sweep::forward(program, params, &samples[sample * width..][..width], &mut numbers)?;
            sum += numbers[output];
            if gradient.is_some() {
                pull_back(program, &numbers, &[1.0], &mut all);
            }
        }
        let Some(gradient) = gradient else { return Ok(sum) };
        let (by_own, seeds) = all.split_at(own);
        gradient.copy_from_slice(by_own);
        if let Some(shared) = &self.programs.shared {
            sweep::forward(shared, &params[..own], &vec![f64::NAN; width], &mut numbers)?;
            pull_back(shared, &numbers, seeds, gradient);
        }
        Ok(sum)
    }
}

impl Shared {
    fn forward(&mut self, params: &[f64]) {
        let (own, outputs) = self.params.split_at_mut(params.len());
        own.copy_from_slice(params);
        self.one.forward(&self.plan, params, &[]);
        outputs.iter_mut().enumerate().for_each(|(output, number)| *number = self.one.output(&self.plan, output));
    }

    /// Pulls the derivatives by the outputs back, and gives those by the parameters.
    fn reverse(&mut self, gradient: &mut [f64]) {
        let (own, seeds) = self.gradient.split_at(gradient.len());
        gradient.copy_from_slice(own);
        self.one.reverse(&self.plan, &self.params[..own.len()], seeds, gradient);
    }
}

impl Samples {
    fn run(&mut self, params: &[f64], samples: &[f64], gradient: Option<&mut [f64]>) -> f64 {
        if samples.len() == self.plan.inputs() {
            return self.one(params, samples, gradient);
        }
        let Samples { arch, plan, parts, .. } = self;
        let count = samples.len() / plan.inputs();
        let length = count.div_ceil(PARTS).next_multiple_of(LANES).max(PART);
        let used = count.div_ceil(length);
        parts.resize_with(parts.len().max(used), || Part::new(plan));
        let parts = &mut parts[..used];
        match parts {
            [alone] => alone.run(*arch, plan, params, samples, gradient.is_some()),
            _ => (parts.par_iter_mut().zip(samples.par_chunks(length * plan.inputs())))
                .for_each(|(part, samples)| part.run(*arch, plan, params, samples, gradient.is_some())),
        }
        if let Some(gradient) = gradient {
            gradient.fill(0.0);
            for part in parts.iter() {
                gradient.iter_mut().zip(&part.gradient).for_each(|(sum, derivative)| *sum += derivative);
            }
        }
        parts.iter().map(|part| part.sum).sum()
    }

    fn one(&mut self, params: &[f64], sample: &[f64], gradient: Option<&mut [f64]>) -> f64 {
        self.one.forward(&self.plan, params, sample);
        if let Some(gradient) = gradient {
            gradient.fill(0.0);
            self.one.reverse(&self.plan, params, &[1.0], gradient);
        }
        self.one.output(&self.plan, 0)
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
        lanes.begin(plan, params);
        for samples in samples.chunks(LANES * plan.inputs()) {
            let count = samples.len() / plan.inputs();
            let mut seed = [0.0; LANES];
            seed[..count].fill(1.0);
            lanes.load(plan, samples);
            arch.dispatch(Run { plan, params, lanes, seed: differentiate.then_some(seed) });
            let outputs = lanes.output(plan, 0);
            sums[..count].iter_mut().zip(outputs).for_each(|(sum, output)| *sum += output);
        }
        *sum = sums.iter().sum();
        if differentiate {
            gradient.resize(params.len(), 0.0);
            arch.dispatch(Derivatives { lanes, to: gradient });
        }
    }
}

//! The loss of a batch and its gradient: the one place that knows how samples are run.

use crate::data::Dataset;
use crate::error::{Error, Result, expect_from_0, expect_length};
use crate::layout::Layout;
use crate::loss::{Objective, l2};
use crate::model::Model;
use engine::{Batch, Graph, Program, sweep};

/// The loss of a sample, recorded once, with the memory to run it again and again.
///
/// The loss of a batch is the mean over its samples, plus the penalty. The samples go through the lanes of vector
/// instructions, and long batches through the threads of the rayon pool that calls, with the same bits for any number of
/// them: see [`engine::Batch`]. Once the memory for the largest batch is there, nothing is allocated.
///
/// ```
/// use nn::{Activation, BatchLoss, Dataset, Layer, Loss, Mlp};
///
/// let hidden = Layer::from_numbers(&[[1.0, 1.0], [1.0, 1.0]], &[0.0, 0.0], Activation::Sigmoid)?;
/// let output = Layer::from_numbers(&[[1.0, 1.0]], &[0.0], Activation::Sigmoid)?;
/// let network = Mlp::from_layers([hidden, output])?;
/// let alice = Dataset::new(&[[-2.0, -1.0]], &[[1.0]])?;
/// assert!((network.predict(alice.x(0))?[0] - 0.5236951740839997).abs() < 1e-15);
///
/// let mut loss = BatchLoss::record(network.model(), &Loss::MeanSquared)?;
/// let (_, gradient) = loss.gradient(network.params(), &alice, [0])?;
/// assert!((gradient[0] - 0.02146953526581111).abs() < 1e-15);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct BatchLoss {
    layout: Layout,
    sample: Recorded,
    penalty: Option<Recorded>,
    /// The samples of the batch at hand, and their numbers: the input of each, then its target.
    samples: Vec<usize>,
    numbers: Vec<f64>,
    gradient: Vec<f64>,
}

impl BatchLoss {
    /// Records the loss of one sample. Errors when it is another computation at other numbers: a model may compare what
    /// it computes by ops only.
    ///
    /// ```
    /// use engine::Real;
    /// use nn::{BatchLoss, Layout, Loss, Model};
    ///
    /// struct Ramp;
    ///
    /// impl Model for Ramp {
    ///     fn inputs(&self) -> usize {
    ///         1
    ///     }
    ///     fn outputs(&self) -> usize {
    ///         1
    ///     }
    ///     fn layout(&self) -> Layout {
    ///         Layout::new(["slope"]).unwrap_or_default()
    ///     }
    ///     fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R> {
    ///         // Recorded at a positive number, a negative one would be treated like it.
    ///         if x[0].primal() > 0.0 { vec![params[0] * x[0]] } else { vec![R::from(0.0)] }
    ///     }
    /// }
    /// let error = BatchLoss::record(&Ramp, &Loss::MeanSquared).unwrap_err().to_string();
    /// assert_eq!(error, "the loss is another computation at other numbers: where it decides by one, use `select` or `max`");
    /// ```
    pub fn record(model: &impl Model, objective: &impl Objective) -> Result<BatchLoss> {
        let layout = model.layout();
        let graph = Graph::new();
        let params: Vec<_> = layout.names().map(|name| graph.param(name, 0.0)).collect();
        let x: Vec<_> = (0..model.inputs()).map(|n| graph.input(&format!("x[{n}]"), 0.0)).collect();
        let target: Vec<_> = (0..model.outputs()).map(|n| graph.input(&format!("target[{n}]"), 0.0)).collect();
        let loss = objective.of(&model.forward(&params, &x), &target);
        let sample = Recorded::new(graph.program(&[loss]), at_two_points(model, objective))?;
        let gradient = vec![0.0; layout.len()];
        Ok(BatchLoss { layout, sample, penalty: None, samples: Vec::new(), numbers: Vec::new(), gradient })
    }

    /// With [`l2`] of all parameters added. Errors on a strength that is negative or not finite.
    ///
    /// ```
    /// use nn::{Activation, BatchLoss, Dataset, Loss, Neuron};
    ///
    /// let neuron = Neuron::new(1, Activation::Identity)?;
    /// let exact = Dataset::new(&[[2.0]], &[[7.0]])?;
    /// let mut loss = BatchLoss::record(&neuron, &Loss::MeanSquared)?;
    /// assert_eq!(loss.loss(&[3.0, 1.0], &exact, [0])?, 0.0);
    /// let mut penalised = loss.with_l2(0.5)?;
    /// assert_eq!(penalised.loss(&[3.0, 1.0], &exact, [0])?, 0.5 * (9.0 + 1.0));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn with_l2(self, strength: f64) -> Result<BatchLoss> {
        expect_from_0("strength of the L2 penalty", strength)?;
        let graph = Graph::new();
        let params: Vec<_> = self.layout.names().map(|name| graph.param(name, 0.0)).collect();
        let penalty = graph.program(&[l2(&params, strength)]);
        let penalty = Some(Recorded { batch: penalty.batch()?, program: penalty });
        Ok(BatchLoss { penalty, ..self })
    }

    /// The names of the parameters.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The loss of one sample as a program: its inputs are those of the model, then the target.
    pub fn program(&self) -> &Program {
        &self.sample.program
    }

    /// The loss of a batch: of the samples of `data` at these positions.
    ///
    /// Errors when the widths are not the model's, there is no sample, or the loss of a sample is not finite.
    ///
    /// ```
    /// use nn::{Activation, BatchLoss, Dataset, Loss, Neuron};
    ///
    /// let neuron = Neuron::new(1, Activation::Identity)?;
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[3.0], [1.0]])?;
    /// let mut loss = BatchLoss::record(&neuron, &Loss::MeanSquared)?;
    /// assert_eq!(loss.loss(&[1.0, 0.0], &data, [0, 1])?, (4.0 + 1.0) / 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such sample.
    pub fn loss(&mut self, params: &[f64], data: &Dataset, samples: impl IntoIterator<Item = usize>) -> Result<f64> {
        self.run(params, data, samples, false)
    }

    /// The loss of a batch and its derivatives by the parameters; errors as [`loss`](BatchLoss::loss) does, and when a
    /// derivative is not finite.
    ///
    /// ```
    /// use nn::{Activation, BatchLoss, Dataset, Loss, Neuron};
    ///
    /// let neuron = Neuron::new(1, Activation::Identity)?;
    /// let data = Dataset::new(&[[3.0]], &[[1.0]])?;
    /// let mut loss = BatchLoss::record(&neuron, &Loss::MeanSquared)?;
    /// assert_eq!(loss.gradient(&[1.0, 0.0], &data, [0])?, (4.0, &[12.0, 4.0][..]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such sample.
    pub fn gradient(
        &mut self,
        params: &[f64],
        data: &Dataset,
        samples: impl IntoIterator<Item = usize>,
    ) -> Result<(f64, &[f64])> {
        let loss = self.run(params, data, samples, true)?;
        if let Some(index) = self.gradient.iter().position(|derivative| !derivative.is_finite()) {
            let param = self.layout.name(index).unwrap_or_default().to_owned();
            return Err(Error::Derivative { param, at: params[index], value: self.gradient[index] });
        }
        Ok((loss, &self.gradient))
    }

    fn run(
        &mut self,
        params: &[f64],
        data: &Dataset,
        samples: impl IntoIterator<Item = usize>,
        differentiate: bool,
    ) -> Result<f64> {
        let width = self.sample.program.inputs().len();
        expect_length(|| "inputs and targets of the data set".to_owned(), width, data.inputs() + data.targets())?;
        self.samples.clear();
        self.samples.extend(samples);
        if self.samples.is_empty() {
            return Err(Error::Empty { what: "the batch".to_owned(), parts: "samples" });
        }
        self.numbers.clear();
        for &sample in &self.samples {
            self.numbers.extend_from_slice(data.x(sample));
            self.numbers.extend_from_slice(data.target(sample));
        }
        let count = self.samples.len() as f64;
        let (total, gradient) = self.sample.run(params, &self.numbers, differentiate)?;
        self.gradient.iter_mut().zip(gradient).for_each(|(mean, total)| *mean = total / count);
        if !total.is_finite() {
            for (&sample, numbers) in self.samples.iter().zip(self.numbers.chunks(width)) {
                self.sample.check_finite(params, numbers).map_err(|error| in_sample(sample, error))?;
            }
            return Err(Error::NotFinite { what: "the sum of the losses of a batch".to_owned(), value: total });
        }
        let mut loss = total / count;
        if let Some(penalty) = &mut self.penalty {
            let (number, gradient) = penalty.run(params, &[], differentiate)?;
            loss += number;
            self.gradient.iter_mut().zip(gradient).for_each(|(sum, derivative)| *sum += derivative);
            if !number.is_finite() {
                penalty.check_finite(params, &[])?;
            }
        }
        Ok(loss)
    }
}

/// The loss recorded where what is equal at zero differs, in the one direction and in the other. Its leaves have no names.
fn at_two_points(model: &impl Model, objective: &impl Objective) -> [Program; 2] {
    [0.125, -0.125].map(|step| {
        let graph = Graph::new();
        let numbers = |count: usize| (0..count).map(|k| step * (k + 8) as f64).collect::<Vec<_>>();
        let params = graph.params(&numbers(model.param_count()));
        let (x, target) = (graph.inputs(&numbers(model.inputs())), graph.inputs(&numbers(model.outputs())));
        graph.program(&[objective.of(&model.forward(&params, &x), &target)])
    })
}

fn same(a: &Program, b: &Program) -> bool {
    let bits = |program: &Program, node| program.constant(node).map(f64::to_bits);
    let same_node = |node| a.op(node) == b.op(node) && a.args(node) == b.args(node) && bits(a, node) == bits(b, node);
    a.len() == b.len() && a.outputs() == b.outputs() && (0..a.len()).all(same_node)
}

fn in_sample(sample: usize, error: engine::Error) -> Error {
    match error {
        cause @ engine::Error::NotFinite { .. } => Error::Sample { sample, cause },
        other => other.into(),
    }
}

/// A program of one output as it was recorded, for its names, and made ready to run.
#[derive(Debug, Clone)]
struct Recorded {
    program: Program,
    batch: Batch,
}

impl Recorded {
    /// Errors when the program is another one where it was recorded at other points. Of these, without names, the batch
    /// is made: the passes over a program carry its names along.
    fn new(program: Program, [one, other]: [Program; 2]) -> Result<Recorded> {
        if !same(&program, &one) || !same(&program, &other) {
            return Err(Error::Decides);
        }
        Ok(Recorded { program, batch: one.batch()? })
    }

    /// The output summed over samples, and its derivatives by the parameters if they are asked for.
    fn run(&mut self, params: &[f64], samples: &[f64], differentiate: bool) -> engine::Result<(f64, &[f64])> {
        if differentiate {
            self.batch.gradient(params, samples)
        } else {
            Ok((self.batch.evaluate(params, samples)?, &[]))
        }
    }

    /// An error that names the node where it began when the output for a sample is not finite.
    fn check_finite(&self, params: &[f64], inputs: &[f64]) -> engine::Result<()> {
        let mut numbers = Vec::new();
        sweep::forward(&self.program, params, inputs, &mut numbers)?;
        if numbers[self.program.output(0)?].is_finite() { Ok(()) } else { self.program.check_finite(&numbers) }
    }
}

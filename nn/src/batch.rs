//! The loss of a batch and its gradient: the one place that knows how samples are run.

use crate::data::Dataset;
use crate::error::{Error, Result, expect_from_0, expect_length};
use crate::layout::Layout;
use crate::loss::{Objective, l2};
use crate::model::Model;
use engine::{Graph, Program, sweep};

/// The loss of a sample, recorded once, with the memory to run it again and again.
///
/// The loss of a batch is the mean over its samples, plus the penalty. After the first call nothing is allocated, but for
/// the derivatives of a softmax of more than 16 classes.
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
    sample: Replay,
    penalty: Option<Replay>,
    /// The input of the sample at hand, then its target.
    inputs: Vec<f64>,
    gradient: Vec<f64>,
}

impl BatchLoss {
    /// Records the loss of one sample.
    pub fn record(model: &impl Model, objective: &impl Objective) -> Result<BatchLoss> {
        let layout = model.layout();
        let graph = Graph::new();
        let params: Vec<_> = layout.names().map(|name| graph.param(name, 0.0)).collect();
        let x: Vec<_> = (0..model.inputs()).map(|n| graph.input(&format!("x[{n}]"), 0.0)).collect();
        let target: Vec<_> = (0..model.outputs()).map(|n| graph.input(&format!("target[{n}]"), 0.0)).collect();
        let loss = objective.of(&model.forward(&params, &x), &target);
        let sample = Replay::new(graph.program(&[loss]))?;
        let gradient = vec![0.0; layout.len()];
        Ok(BatchLoss { layout, sample, penalty: None, inputs: Vec::new(), gradient })
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
        let penalty = Some(Replay::new(graph.program(&[l2(&params, strength)]))?);
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
        self.gradient.fill(0.0);
        let (mut total, mut count) = (0.0, 0.0);
        for sample in samples {
            self.inputs.clear();
            self.inputs.extend_from_slice(data.x(sample));
            self.inputs.extend_from_slice(data.target(sample));
            total += self.sample.forward(params, &self.inputs).map_err(|error| in_sample(sample, error))?;
            count += 1.0;
            if differentiate {
                self.sample.reverse(&mut self.gradient);
            }
        }
        if count == 0.0 {
            return Err(Error::Empty { what: "the batch".to_owned(), parts: "samples" });
        }
        total /= count;
        self.gradient.iter_mut().for_each(|derivative| *derivative /= count);
        if let Some(penalty) = &mut self.penalty {
            total += penalty.forward(params, &[])?;
            if differentiate {
                penalty.reverse(&mut self.gradient);
            }
        }
        Ok(total)
    }
}

fn in_sample(sample: usize, error: engine::Error) -> Error {
    match error {
        cause @ engine::Error::NotFinite { .. } => Error::Sample { sample, cause },
        other => other.into(),
    }
}

/// A program of one output with the memory of its sweeps.
#[derive(Debug, Clone)]
struct Replay {
    program: Program,
    output: usize,
    numbers: Vec<f64>,
    adjoints: Vec<f64>,
}

impl Replay {
    fn new(program: Program) -> Result<Replay> {
        let output = program.output(0)?;
        Ok(Replay { program, output, numbers: Vec::new(), adjoints: Vec::new() })
    }

    /// The output; an error that names the node where it began when it is not finite.
    fn forward(&mut self, params: &[f64], inputs: &[f64]) -> engine::Result<f64> {
        sweep::forward(&self.program, params, inputs, &mut self.numbers)?;
        let output = self.numbers[self.output];
        if !output.is_finite() {
            self.program.check_finite(&self.numbers)?;
        }
        Ok(output)
    }

    /// Adds the derivatives by the parameters at the point of the last forward sweep.
    fn reverse(&mut self, gradient: &mut [f64]) {
        self.adjoints.clear();
        self.adjoints.resize(self.output + 1, 0.0);
        self.adjoints[self.output] = 1.0;
        sweep::reverse(&self.program, &self.numbers, &mut self.adjoints);
        for (derivative, &param) in gradient.iter_mut().zip(self.program.params()) {
            *derivative += self.adjoints.get(param as usize).unwrap_or(&0.0);
        }
    }
}

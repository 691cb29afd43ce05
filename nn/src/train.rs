//! The training loop.

use crate::batch::BatchLoss;
use crate::data::{Batches, Dataset};
use crate::error::{Error, Result, expect_finite, expect_from_0, expect_length, expect_setting};
use crate::layout::Layout;
use crate::loss::Objective;
use crate::model::Model;
use crate::optimizer::Optimizer;
use crate::random::seeded;
use std::fmt;
use std::ops::ControlFlow;

/// What a training run does; [`run`](Training::run) does it.
///
/// Unless told otherwise: 100 epochs, each of one step with the gradient over all samples.
///
/// ```
/// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Stop, Training};
/// use std::ops::ControlFlow;
///
/// let data = Dataset::new(&[[0.0], [1.0], [2.0]], &[[1.0], [3.0], [5.0]])?;
/// let line = Neuron::new(1, Activation::Identity)?;
/// let mut params = vec![0.0, 0.0];
///
/// let training = Training::new(&line, Loss::MeanSquared).epochs(2000).batch(1).patience(10, 1e-12);
/// let outcome = training.run(&mut params, &data, &mut Sgd::new(0.1), |epoch| {
///     if epoch.epoch % 100 == 0 {
///         println!("{}: {}", epoch.epoch, epoch.loss);
///     }
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(outcome.stop, Stop::Patience);
/// assert!((params[0] - 2.0).abs() < 1e-5 && (params[1] - 1.0).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
pub struct Training<'a, M, O> {
    model: &'a M,
    objective: O,
    epochs: usize,
    batch: Option<usize>,
    l2: f64,
    seed: Option<u64>,
    patience: Option<Patience>,
    validation: Option<&'a Dataset>,
    schedule: Option<&'a dyn Fn(usize) -> f64>,
}

/// When to give up: after so many epochs without an improvement by more than `min_delta`.
#[derive(Debug, Clone, Copy)]
struct Patience {
    epochs: usize,
    min_delta: f64,
}

/// Why a training run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// All epochs were done.
    Epochs,
    /// The loss did not improve for as long as the patience lasts.
    Patience,
    /// The callback said so.
    Callback,
}

/// How a training run ended. It leaves the parameters as they were after its last step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// How many epochs were done.
    pub epochs: usize,
    /// Why it ended.
    pub stop: Stop,
    /// The [`loss`](Epoch::loss) of the last epoch; NaN if there was none.
    pub loss: f64,
}

/// What the callback is told after each epoch.
#[derive(Debug, Clone, Copy)]
pub struct Epoch<'a> {
    /// Which epoch has just been done, from 0.
    pub epoch: usize,
    /// The mean of the losses of its samples, each as it was met: before the step that the sample was for. With one
    /// batch an epoch, the loss before the step.
    pub loss: f64,
    /// The loss over the validation samples after the epoch, penalty included, if there are any.
    pub validation: Option<f64>,
    /// The parameters after the epoch.
    pub params: &'a [f64],
    /// The names of the parameters.
    pub layout: &'a Layout,
}

impl<'a, M: Model, O: Objective> Training<'a, M, O> {
    /// Training of a model, which is to make this loss small.
    pub fn new(model: &'a M, objective: O) -> Self {
        Training {
            model,
            objective,
            epochs: 100,
            batch: None,
            l2: 0.0,
            seed: None,
            patience: None,
            validation: None,
            schedule: None,
        }
    }

    /// How often to go through the samples.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// let mut seen = 0;
    /// Training::new(&line, Loss::MeanSquared).epochs(3).run(&mut [0.0; 2], &data, &mut Sgd::new(0.1), |_| {
    ///     seen += 1;
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(seen, 3);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn epochs(self, epochs: usize) -> Self {
        Training { epochs, ..self }
    }

    /// How many samples a step takes; 1 is stochastic gradient descent in the strict sense. The last batch of an epoch
    /// may be smaller.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// let one_by_one = Training::new(&line, Loss::MeanSquared).epochs(1).batch(1);
    /// let mut params = [0.0, 0.0];
    /// one_by_one.run(&mut params, &data, &mut Sgd::new(0.25), |_| ControlFlow::Continue(()))?;
    /// // The first step leads to (1, 1), from where the second sample is predicted to be 3.
    /// assert_eq!(params, [1.0 + 0.25 * 2.0 * 2.0, 1.0 + 0.25 * 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn batch(self, samples: usize) -> Self {
        Training { batch: Some(samples), ..self }
    }

    /// Adds [`l2`](crate::loss::l2) of all parameters, with this strength, to the loss of each batch.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// // The data is met exactly, so that what is left is the penalty, 0.5 * 2^2, of derivative 2.
    /// let training = Training::new(&line, Loss::MeanSquared).l2(0.5).epochs(1);
    /// let mut params = [2.0, 0.0];
    /// training.run(&mut params, &data, &mut Sgd::new(0.1), |_| ControlFlow::Continue(()))?;
    /// assert!((params[0] - 1.8).abs() < 1e-12);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn l2(self, strength: f64) -> Self {
        Training { l2: strength, ..self }
    }

    /// Shuffles the samples before each epoch, from this seed.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// let training = Training::new(&line, Loss::MeanSquared).batch(1).shuffle(7);
    /// let run = || -> nn::Result<[f64; 2]> {
    ///     let mut params = [0.0, 0.0];
    ///     training.run(&mut params, &data, &mut Sgd::new(0.1), |_| ControlFlow::Continue(()))?;
    ///     Ok(params)
    /// };
    /// assert_eq!(run()?, run()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn shuffle(self, seed: u64) -> Self {
        Training { seed: Some(seed), ..self }
    }

    /// Stops when for so many epochs the loss, that of the validation samples if there are any, has not been more than
    /// `min_delta` below the best before.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Stop, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// let training = Training::new(&line, Loss::MeanSquared).patience(5, 0.0);
    /// // What is right from the start does not improve.
    /// let outcome = training.run(&mut [2.0, 0.0], &data, &mut Sgd::new(0.1), |_| ControlFlow::Continue(()))?;
    /// assert_eq!((outcome.stop, outcome.epochs), (Stop::Patience, 6));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn patience(self, epochs: usize, min_delta: f64) -> Self {
        Training { patience: Some(Patience { epochs, min_delta }), ..self }
    }

    /// Measures the loss over these samples, penalty included, after each epoch. They may be those that it is trained on:
    /// their loss after an epoch is another than the [`loss`](Epoch::loss) that was met in it.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// let other = Dataset::new(&[[10.0]], &[[23.0]])?;
    /// let training = Training::new(&line, Loss::MeanSquared).epochs(1).validation(&other);
    /// let mut validation = None;
    /// training.run(&mut [2.0, 0.0], &data, &mut Sgd::new(0.1), |epoch| {
    ///     validation = epoch.validation;
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(validation, Some(9.0));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn validation(self, data: &'a Dataset) -> Self {
        Training { validation: Some(data), ..self }
    }

    /// Sets the learning rate before each epoch, to what this function makes of the epoch's number, counted from 0.
    ///
    /// ```
    /// # use nn::{Activation, Loss, Neuron, Training};
    /// # let neuron = Neuron::new(2, Activation::Identity)?;
    /// Training::new(&neuron, Loss::Hinge).epochs(100).schedule(&|epoch| 1.0 - 0.009 * epoch as f64);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn schedule(self, rate: &'a dyn Fn(usize) -> f64) -> Self {
        Training { schedule: Some(rate), ..self }
    }

    /// Trains: moves `params` so that the loss over `data` becomes small.
    ///
    /// The loss of a sample is recorded once and run again for each, as [`BatchLoss`] does; after the first epoch the loop
    /// allocates nothing more.
    /// It prints nothing: `report` is told of each epoch, and may end the run.
    ///
    /// Errors when the sizes of model, parameters and data do not fit, a target is not one for this loss, a setting is
    /// outside of its range, or a loss, derivative or parameter stops being finite: that error names the epoch, the
    /// sample and the node where it began. `params` are then as they were after the last step.
    ///
    /// ```
    /// use nn::{Activation, Dataset, Loss, Neuron, Sgd, Stop, Training};
    /// use std::ops::ControlFlow;
    ///
    /// let data = Dataset::new(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
    /// let line = Neuron::new(1, Activation::Identity)?;
    /// let mut params = [2.0, 0.0];
    /// let outcome = Training::new(&line, Loss::MeanSquared).run(&mut params, &data, &mut Sgd::new(0.1), |epoch| {
    ///     if epoch.epoch == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// })?;
    /// assert_eq!((outcome.stop, outcome.epochs, outcome.loss), (Stop::Callback, 5, 0.0));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn run(
        &self,
        params: &mut [f64],
        data: &Dataset,
        optimizer: &mut impl Optimizer,
        mut report: impl FnMut(&Epoch<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome> {
        let mut batch_loss = self.prepare(params, data)?;
        let mut batches = Batches::new(data.len(), self.batch.unwrap_or(data.len()));
        let mut random = self.seed.map(seeded);
        let mut watch = self.patience.map(Watch::new);
        let mut outcome = Outcome { epochs: 0, stop: Stop::Epochs, loss: f64::NAN };
        for epoch in 0..self.epochs {
            if let Some(rate) = &self.schedule {
                optimizer.set_rate(rate(epoch));
            }
            if let Some(random) = &mut random {
                batches.shuffle(random);
            }
            let done = pass(&mut batch_loss, params, data, &batches, optimizer);
            let loss = done.map_err(|error| in_epoch(epoch, error))?;
            let validation = self.validation.map(|data| batch_loss.loss(params, data, 0..data.len()));
            let validation = validation.transpose().map_err(|error| in_epoch(epoch, error))?;
            outcome = Outcome { epochs: epoch + 1, loss, ..outcome };
            let told = report(&Epoch { epoch, loss, validation, params, layout: batch_loss.layout() });
            let bored = watch.as_mut().is_some_and(|watch| watch.ends(validation.unwrap_or(loss)));
            if told.is_break() {
                return Ok(Outcome { stop: Stop::Callback, ..outcome });
            } else if bored {
                return Ok(Outcome { stop: Stop::Patience, ..outcome });
            }
        }
        Ok(outcome)
    }

    /// Checks that everything fits, and records the loss.
    fn prepare(&self, params: &[f64], data: &Dataset) -> Result<BatchLoss> {
        let model = self.model;
        expect_length(|| "parameters of the model".to_owned(), model.param_count(), params.len())?;
        for data in [data].into_iter().chain(self.validation) {
            expect_length(|| "inputs of the data set".to_owned(), model.inputs(), data.inputs())?;
            expect_length(|| "targets of the data set".to_owned(), model.outputs(), data.targets())?;
            for (sample, (_, target)) in data.iter().enumerate() {
                if let Some(needs) = self.objective.violated(target) {
                    return Err(Error::Target { sample, target: target.to_owned(), needs });
                }
            }
        }
        if let Some(samples) = self.batch {
            expect_setting("batch size", samples as f64, samples > 0, "at least one sample")?;
        }
        if let Some(patience) = self.patience {
            expect_from_0("min_delta of the patience", patience.min_delta)?;
        }
        let batch_loss = BatchLoss::record(model, &self.objective)?;
        expect_params(params, batch_loss.layout())?;
        if self.l2 == 0.0 { Ok(batch_loss) } else { batch_loss.with_l2(self.l2) }
    }
}

impl<M: fmt::Debug, O: fmt::Debug> fmt::Debug for Training<'_, M, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Training { model, objective, epochs, batch, l2, seed, patience, .. } = self;
        write!(f, "Training({model:?}, {objective:?}, {epochs} epochs, {batch:?}, {l2}, {seed:?}, {patience:?})")
    }
}

/// Goes through the samples once; the mean of their losses.
fn pass(
    batch_loss: &mut BatchLoss,
    params: &mut [f64],
    data: &Dataset,
    batches: &Batches,
    optimizer: &mut impl Optimizer,
) -> Result<f64> {
    let mut total = 0.0;
    for batch in batches.iter() {
        let (loss, gradient) = batch_loss.gradient(params, data, batch.iter().copied())?;
        optimizer.step(params, gradient)?;
        expect_params(params, batch_loss.layout())?;
        total += loss * batch.len() as f64;
    }
    Ok(total / data.len() as f64)
}

fn expect_params(params: &[f64], layout: &Layout) -> Result<()> {
    expect_finite(params, |index| format!("the parameter `{}`", layout.name(index).unwrap_or_default()))
}

/// Errors of what was computed get the epoch; those of sizes and settings have nothing to do with it.
fn in_epoch(epoch: usize, error: Error) -> Error {
    match error {
        Error::Sample { .. } | Error::Derivative { .. } | Error::NotFinite { .. } | Error::Engine(_) => {
            Error::Diverged { epoch, cause: Box::new(error) }
        }
        other => other,
    }
}

/// Watches for improvements.
struct Watch {
    patience: Patience,
    best: f64,
    waited: usize,
}

impl Watch {
    fn new(patience: Patience) -> Watch {
        Watch { patience, best: f64::INFINITY, waited: 0 }
    }

    /// Whether the patience has run out.
    fn ends(&mut self, loss: f64) -> bool {
        if loss < self.best - self.patience.min_delta {
            (self.best, self.waited) = (loss, 0);
        } else {
            self.waited += 1;
        }
        self.waited > 0 && self.waited >= self.patience.epochs
    }
}

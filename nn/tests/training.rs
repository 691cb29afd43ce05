//! The training loop: what it computes, when it stops, and what it says when it cannot go on.

use engine::Real;
use nn::{
    Activation, BatchLoss, Batches, Dataset, Layout, Loss, Model, Neuron, Objective, Optimizer, Outcome, Result, Sgd,
    Stop, Training, loss, seeded,
};
use std::ops::ControlFlow;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

/// The line w1 x + b.
fn line() -> Result<Neuron> {
    Neuron::new(1, Activation::Identity)
}

/// Five points of y = 2x - 1.
fn points() -> Result<Dataset> {
    Dataset::new(&[[-2.0], [-1.0], [0.0], [1.0], [2.0]], &[[-5.0], [-3.0], [-1.0], [1.0], [3.0]])
}

fn message<T>(result: Result<T>) -> String {
    result.err().map_or_else(|| "no error".to_owned(), |error| error.to_string())
}

/// The mean squared error of a line and its derivatives by w1 and b, by hand.
fn by_hand([w, b]: [f64; 2], samples: &[[f64; 2]]) -> (f64, [f64; 2]) {
    let n = samples.len() as f64;
    let errors = || samples.iter().map(|[x, y]| (x, w * x + b - y));
    let mean = |terms: &mut dyn Iterator<Item = f64>| terms.sum::<f64>() / n;
    let loss = mean(&mut errors().map(|(_, e)| e * e));
    (loss, [mean(&mut errors().map(|(x, e)| 2.0 * e * x)), mean(&mut errors().map(|(_, e)| 2.0 * e))])
}

#[test]
fn steps_are_those_of_the_batches_in_order() -> Result<()> {
    let (data, model) = (points()?, line()?);
    let samples: Vec<[f64; 2]> = data.iter().map(|(x, y)| [x[0], y[0]]).collect();
    let mut expected = [0.5, 0.25];
    let mut expected_losses = Vec::new();
    for epoch in 0..3 {
        let mut total = 0.0;
        for batch in samples.chunks(2) {
            let (loss, gradient) = by_hand(expected, batch);
            let penalty = 0.125 * (expected[0] * expected[0] + expected[1] * expected[1]);
            total += (loss + penalty) * batch.len() as f64 / 5.0;
            for (p, g) in expected.iter_mut().zip(gradient) {
                *p -= 0.01 / f64::from(epoch + 1) * (g + 0.25 * *p);
            }
        }
        expected_losses.push(total);
    }

    let mut params = [0.5, 0.25];
    let mut losses = Vec::new();
    let rate = |epoch| 0.01 / (epoch + 1) as f64;
    let training = Training::new(&model, Loss::MeanSquared).epochs(3).batch(2).l2(0.125).schedule(&rate);
    let outcome = training.validation(&data).run(&mut params, &data, &mut Sgd::new(9.0), |epoch| {
        assert_eq!(epoch.epoch, losses.len());
        let (after, _) = by_hand([epoch.params[0], epoch.params[1]], &samples);
        let penalty = loss::l2(epoch.params, 0.125);
        assert!((epoch.validation.unwrap() - after - penalty).abs() < 1e-12);
        assert_eq!(epoch.layout.names().collect::<Vec<_>>(), ["w1", "b"]);
        losses.push(epoch.loss);
        GO_ON
    })?;
    for (ours, expected) in params.iter().chain(&losses).zip(expected.iter().chain(&expected_losses)) {
        assert!((ours - expected).abs() < 1e-12, "{params:?} {losses:?} where {expected} belongs");
    }
    assert_eq!(losses.len(), 3);
    assert_eq!(outcome, Outcome { epochs: 3, stop: Stop::Epochs, loss: losses[2] });
    Ok(())
}

#[test]
fn samples_are_shuffled_before_each_epoch() -> Result<()> {
    let (data, model) = (points()?, line()?);
    let mut expected = [0.0, 0.0];
    let (mut batches, mut random) = (Batches::new(5, 1), seeded(7));
    let (mut batch_loss, mut sgd) = (BatchLoss::record(&model, &Loss::MeanSquared)?, Sgd::new(0.1));
    for _ in 0..3 {
        batches.shuffle(&mut random);
        for batch in batches.iter() {
            let (_, gradient) = batch_loss.gradient(&expected, &data, batch.iter().copied())?;
            sgd.step(&mut expected, gradient)?;
        }
    }
    let training = || Training::new(&model, Loss::MeanSquared).epochs(3).batch(1);
    let run = |training: Training<'_, Neuron, Loss>| {
        let mut params = [0.0, 0.0];
        training.run(&mut params, &data, &mut Sgd::new(0.1), |_| GO_ON).map(|_| params)
    };
    assert_eq!(run(training().shuffle(7))?, expected);
    assert_ne!(run(training().shuffle(8))?, expected);
    assert_ne!(run(training())?, expected);
    Ok(())
}

#[test]
fn patience_counts_the_epochs_without_an_improvement() -> Result<()> {
    let (data, model) = (points()?, line()?);
    let stopped = |rate: f64, patience: usize, min_delta: f64, validation: Option<&Dataset>| {
        let training = Training::new(&model, Loss::MeanSquared).epochs(50).patience(patience, min_delta);
        let training = match validation {
            Some(data) => training.validation(data),
            None => training,
        };
        training.run(&mut [0.0, 0.0], &data, &mut Sgd::new(rate), |_| GO_ON).map(|it| (it.epochs, it.stop))
    };
    // At the rate 0 the first epoch is the best, and all after it are in vain.
    assert_eq!(stopped(0.0, 3, 0.0, None)?, (4, Stop::Patience));
    assert_eq!(stopped(0.0, 0, 0.0, None)?, (2, Stop::Patience));
    assert_eq!(stopped(0.01, 3, 0.0, None)?, (50, Stop::Epochs));
    // No epoch improves on the first loss, 9, by as much as 100.
    assert_eq!(stopped(0.01, 3, 100.0, None)?, (4, Stop::Patience));
    // The loss on points of another line grows from the first epoch on.
    let other = Dataset::new(&[[1.0]], &[[-100.0]])?;
    assert_eq!(stopped(0.01, 3, 0.0, Some(&other))?.1, Stop::Patience);
    Ok(())
}

#[test]
fn the_callback_ends_the_run() -> Result<()> {
    let (data, model) = (points()?, line()?);
    let mut params = [0.0, 0.0];
    let training = Training::new(&model, Loss::MeanSquared).patience(2, 100.0);
    let outcome = training.run(&mut params, &data, &mut Sgd::new(0.01), |epoch| match epoch.epoch {
        2 => ControlFlow::Break(()),
        _ => GO_ON,
    })?;
    assert_eq!((outcome.epochs, outcome.stop), (3, Stop::Callback));
    let none = training.epochs(0).run(&mut params, &data, &mut Sgd::new(0.01), |_| GO_ON)?;
    assert!(none.epochs == 0 && none.stop == Stop::Epochs && none.loss.is_nan());
    Ok(())
}

#[test]
fn a_loss_that_is_not_finite_is_traced_to_its_node() -> Result<()> {
    // The second sample's "probability" is -0.5 in the first epoch.
    let data = Dataset::new(&[[0.5], [-0.5]], &[[1.0], [1.0]])?;
    let model = line()?;
    let mut params = [1.0, 0.0];
    let training = Training::new(&model, Loss::BinaryCrossEntropy).batch(2);
    let error = message(training.run(&mut params, &data, &mut Sgd::new(0.1), |_| GO_ON));
    let expected = "epoch 0: the loss of sample 1 is not finite: `ln(dot(w1, x[0]) + b)` is NaN: ln of -0.5; it needs x > 0: \
                    keep its argument there; a lower learning rate may help";
    assert_eq!(error, expected);
    assert_eq!(params, [1.0, 0.0]);
    Ok(())
}

/// The square root of a parameter, whatever the input.
struct Root;

impl Model for Root {
    fn inputs(&self) -> usize {
        1
    }

    fn outputs(&self) -> usize {
        1
    }

    fn layout(&self) -> Layout {
        Layout::new(["area"]).unwrap_or_default()
    }

    fn forward<R: Real>(&self, params: &[R], _: &[R]) -> Vec<R> {
        vec![params[0].sqrt()]
    }
}

#[test]
fn a_derivative_or_parameter_that_is_not_finite_is_named() -> Result<()> {
    let data = Dataset::new(&[[1.0]], &[[1.0]])?;
    let training = Training::new(&Root, Loss::MeanSquared);
    let mut params = [0.0];
    let error = message(training.run(&mut params, &data, &mut Sgd::new(0.1), |_| GO_ON));
    let expected = "epoch 0: the derivative of the loss by `area`, which is 0.0, is -inf: keep clear of such points; a lower \
                    learning rate may help";
    assert_eq!((error.as_str(), params), (expected, [0.0]));

    let model = line()?;
    let training = Training::new(&model, Loss::MeanSquared);
    let mut params = [1e10, 0.0];
    let error = message(training.run(&mut params, &data, &mut Sgd::new(1e300), |_| GO_ON));
    assert_eq!(error, "epoch 0: the parameter `w1` is -inf: it has to be finite; a lower learning rate may help");

    // Each step takes w1 + b times -1e60, and the square of 1e190 is the first that does not fit.
    let mut params = [1e10, 0.0];
    let one = Dataset::new(&[[1.0]], &[[0.0]])?;
    let training = Training::new(&model, Loss::MeanSquared).schedule(&|_| 2.5e59);
    let error = message(training.run(&mut params, &one, &mut Sgd::new(0.0), |_| GO_ON));
    let expected = "epoch 3: the loss of sample 0 is not finite: `(dot(w1, x[0]) + b - target[0])^2` is inf: powi of ";
    assert!(error.starts_with(expected), "{error}");

    let mut params = [1e160, 0.0];
    let training = Training::new(&model, Loss::Hinge).l2(1.0);
    let error = message(training.run(&mut params, &data, &mut Sgd::new(0.0), |_| GO_ON));
    let expected = "epoch 0: `dot(w1, b, w1, …)` is inf: dot of ";
    assert!(error.starts_with(expected), "{error}");
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused() -> Result<()> {
    let (data, model) = (points()?, line()?);
    let run = |training: Training<'_, Neuron, Loss>, params: &mut [f64]| {
        message(training.run(params, &data, &mut Sgd::new(0.1), |_| GO_ON))
    };
    let mse = || Training::new(&model, Loss::MeanSquared);
    assert_eq!(run(mse(), &mut [1.0]), "parameters of the model: 1 given where 2 belong");
    assert_eq!(run(mse(), &mut [f64::NAN, 0.0]), "the parameter `w1` is NaN: it has to be finite");
    assert_eq!(run(mse().batch(0), &mut [0.0; 2]), "the batch size is 0: it needs at least one sample");
    let message_of_min_delta = "the min_delta of the patience is -1: it needs a finite number from 0 on";
    assert_eq!(run(mse().patience(1, -1.0), &mut [0.0; 2]), message_of_min_delta);
    let message_of_l2 = "the strength of the L2 penalty is -1: it needs a finite number from 0 on";
    assert_eq!(run(mse().l2(-1.0), &mut [0.0; 2]), message_of_l2);
    let wide = Dataset::new(&[[1.0, 2.0]], &[[1.0]])?;
    assert_eq!(run(mse().validation(&wide), &mut [0.0; 2]), "inputs of the data set: 2 given where 1 belong");
    let tall = Dataset::new(&[[1.0]], &[[1.0, 2.0]])?;
    assert_eq!(run(mse().validation(&tall), &mut [0.0; 2]), "targets of the data set: 2 given where 1 belong");
    let scheduled = run(mse().schedule(&|_| f64::NAN), &mut [0.0; 2]);
    assert_eq!(scheduled, "the learning rate is NaN: it needs a finite number from 0 on");
    for (loss, needs) in [
        (Loss::Hinge, "-1 or 1"),
        (Loss::BinaryCrossEntropy, "numbers from 0 to 1"),
        (Loss::BinaryCrossEntropyWithLogits, "numbers from 0 to 1"),
        (Loss::SoftmaxCrossEntropy, "probabilities that sum to 1"),
    ] {
        let expected = format!("the target of sample 0 is [-5.0]: this loss needs {needs}");
        assert_eq!(run(Training::new(&model, loss), &mut [0.0; 2]), expected);
    }
    assert_eq!(Loss::SoftmaxCrossEntropy.violated(&[0.5, 0.25]), Some("probabilities that sum to 1"));
    Ok(())
}

#[test]
fn a_batch_is_checked_too() -> Result<()> {
    let mut batch = BatchLoss::record(&line()?, &Loss::MeanSquared)?;
    let wide = Dataset::new(&[[1.0, 2.0]], &[[1.0]])?;
    let error = message(batch.loss(&[0.0; 2], &wide, [0]));
    assert_eq!(error, "inputs and targets of the data set: 3 given where 2 belong");
    assert_eq!(message(batch.loss(&[0.0; 2], &points()?, [])), "the batch has no samples: give it at least one");
    let error = message(batch.loss(&[0.0; 3], &points()?, [0]));
    assert_eq!(error, "3 parameters given where 2 are needed: give one number for each");
    Ok(())
}

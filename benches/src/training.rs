//! Whole training runs: by `nn`, and by hand on arrays.

use crate::by_hand_arrays::{Activation as ByHand, Arrays, hinge, softmax_cross_entropy};
use crate::contest::median;
use crate::workload::relative_error;
use nn::{Activation, BatchLoss, Dataset, Init, Label, Loss, Mlp, Model, Result, Sgd, Training, seeded};
use serde::Serialize;
use std::ops::ControlFlow;
use std::time::Instant;

/// Both end at the same parameters but for their rounding, or the times mean nothing.
pub const TOLERANCE: f64 = 1e-6;

/// A network and how it is trained.
pub struct Task {
    /// What it is called in tables.
    pub name: &'static str,
    sizes: &'static [usize],
    model: Mlp,
    loss: Loss,
    by_hand: (ByHand, crate::by_hand_arrays::Loss),
    data: Dataset,
    start: Vec<f64>,
    epochs: usize,
    batch: usize,
    l2: f64,
    rate: fn(usize) -> f64,
}

/// What came of a task.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Median milliseconds of the whole training by `nn`, of which so many are for recording the loss and laying it out.
    pub chainrule: f64,
    /// See `chainrule`.
    pub recording: f64,
    /// Median milliseconds of the same training by hand.
    pub by_hand: f64,
    /// `chainrule` over `by_hand`.
    pub ratio: f64,
    /// The share of the samples that the trained network has right.
    pub accuracy: f64,
    /// How far the two are apart in the end: the largest difference of a parameter, relative to the largest.
    pub apart: f64,
}

/// The demo `moons` as it runs by default: 100 points in each of 100 steps.
pub fn moons() -> Result<Task> {
    let (model, start) = demos::moons::network(1337)?;
    Ok(Task {
        name: "moons, 2-16-16-1, 100 epochs",
        sizes: &[2, 16, 16, 1],
        model,
        loss: Loss::Hinge,
        by_hand: (ByHand::Relu, hinge),
        data: demos::moons::moons(100, 0.1, 1337)?,
        start,
        epochs: 100,
        batch: 100,
        l2: demos::moons::PENALTY,
        rate: |epoch| demos::moons::rate(epoch, 100),
    })
}

/// One epoch over the 1797 handwritten digits of the UCI repository, eight by eight pixels each, in batches of 32.
pub fn digits() -> Result<Task> {
    let data = Dataset::from_csv(&include_bytes!("../data/digits.csv")[..], Label::Class("digit"))?;
    let pixels: Vec<Vec<f64>> = data.iter().map(|(x, _)| x.iter().map(|pixel| pixel / 16.0).collect()).collect();
    let classes: Vec<&[f64]> = data.iter().map(|(_, target)| target).collect();
    let model = Mlp::new(64, &[(32, Activation::Tanh), (10, Activation::Identity)])?;
    Ok(Task {
        name: "digits, 64-32-10, 1 epoch",
        sizes: &[64, 32, 10],
        start: model.init(Init::XavierUniform, &mut seeded(1))?,
        model,
        loss: Loss::SoftmaxCrossEntropy,
        by_hand: (ByHand::Tanh, softmax_cross_entropy),
        data: Dataset::new(&pixels, &classes)?,
        epochs: 1,
        batch: 32,
        l2: 0.0,
        rate: |_| 0.5,
    })
}

impl Task {
    /// The parameters after training by `nn`.
    pub fn by_nn(&self) -> Result<Vec<f64>> {
        let mut params = self.start.clone();
        let training = Training::new(&self.model, self.loss).epochs(self.epochs).batch(self.batch).l2(self.l2);
        let go_on = |_: &nn::Epoch<'_>| ControlFlow::Continue(());
        training.schedule(&self.rate).run(&mut params, &self.data, &mut Sgd::new(0.0), go_on)?;
        Ok(params)
    }

    /// The parameters after the same training by hand.
    pub fn by_hand(&self) -> Vec<f64> {
        let (activation, loss) = self.by_hand;
        let mut arrays = Arrays::new(self.sizes, activation, loss);
        let x: Vec<f64> = self.data.iter().flat_map(|(x, _)| x).copied().collect();
        let targets: Vec<f64> = self.data.iter().flat_map(|(_, target)| target).copied().collect();
        let (mut params, mut gradient) = (self.start.clone(), vec![0.0; self.start.len()]);
        for epoch in 0..self.epochs {
            let rate = (self.rate)(epoch);
            let batches =
                x.chunks(self.batch * self.data.inputs()).zip(targets.chunks(self.batch * self.data.targets()));
            for (x, targets) in batches {
                arrays.gradient(&params, x, targets, &mut gradient);
                for (param, derivative) in params.iter_mut().zip(&gradient) {
                    *param -= rate * (derivative + 2.0 * self.l2 * *param);
                }
            }
        }
        params
    }

    /// Runs both in turn, this many times. The times are NaN when they do not end at the same parameters.
    pub fn run(&self, rounds: usize) -> Result<Figures> {
        let (params, expected) = (self.by_nn()?, self.by_hand());
        let apart = relative_error(&params, &expected);
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..if apart <= TOLERANCE { rounds } else { 0 } {
            let mut lap = Instant::now();
            let mut end = |lap_of: &mut Vec<f64>| {
                lap_of.push(1e3 * lap.elapsed().as_secs_f64());
                lap = Instant::now();
            };
            self.by_nn()?;
            end(&mut times[0]);
            BatchLoss::record(&self.model, &self.loss)?;
            end(&mut times[1]);
            std::hint::black_box(self.by_hand());
            end(&mut times[2]);
        }
        let [chainrule, recording, by_hand] = times.map(|times| median(times).unwrap_or(f64::NAN));
        Ok(Figures {
            chainrule,
            recording,
            by_hand,
            ratio: chainrule / by_hand,
            accuracy: self.accuracy(&params),
            apart,
        })
    }

    fn accuracy(&self, params: &[f64]) -> f64 {
        let right = |(x, target): &(&[f64], &[f64])| {
            let scores = self.model.forward(params, x);
            match (&scores[..], *target) {
                (&[score], &[target]) => (score > 0.0) == (target > 0.0),
                (scores, target) => {
                    let top = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
                    top.is_some_and(|top| target[top] > 0.5)
                }
            }
        };
        self.data.iter().filter(right).count() as f64 / self.data.len() as f64
    }
}

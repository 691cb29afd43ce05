//! The workloads: data, parameters, and the loss and gradient that every method must reproduce.

use serde::Deserialize;
use std::hint::black_box;

/// One way of computing a loss and its gradient: writes the gradient at the parameters (first) for a sample (second)
/// and returns the loss.
pub trait Method<const P: usize, const I: usize>: FnMut(&[f64; P], &[f64; I], &mut [f64; P]) -> f64 {}
impl<const P: usize, const I: usize, F: FnMut(&[f64; P], &[f64; I], &mut [f64; P]) -> f64> Method<P, I> for F {}

/// As [`Method`], for several samples, whose losses and gradients it adds up.
pub trait BatchMethod<const P: usize, const I: usize>: FnMut(&[f64; P], &[[f64; I]], &mut [f64; P]) -> f64 {}
impl<const P: usize, const I: usize, F: FnMut(&[f64; P], &[[f64; I]], &mut [f64; P]) -> f64> BatchMethod<P, I> for F {}

/// A loss of `P` parameters for samples of `I` numbers.
#[derive(Debug, Clone)]
pub struct Workload<const P: usize, const I: usize> {
    /// What it is called in tables.
    pub name: &'static str,
    /// The parameters at which it is timed.
    pub params: [f64; P],
    /// The samples; `loss` and `gradient` are those of the first.
    pub samples: Vec<[f64; I]>,
    /// The reference loss.
    pub loss: f64,
    /// The reference gradient.
    pub gradient: [f64; P],
}

/// W1: a 2-2-1 sigmoid network, parameters w1..w6, b1..b3; a sample is x1, x2 and y.
pub type SeedNet = Workload<9, 3>;
/// W2: a 2-16-16-1 network with an L2 term; a sample is all of 100 points, x1 and x2 of each, then y of each.
pub type Moons = Workload<337, 300>;
/// W3: a 64-32-10 network; a sample is 64 pixels and the label, one-hot.
pub type Digits = Workload<2410, 74>;
/// An expression of two parameters.
pub type Expression = Workload<2, 0>;

/// The learning rate of W1's training steps.
pub const RATE: f64 = 0.1;

#[derive(Deserialize)]
struct File<Y> {
    x: Vec<f64>,
    #[serde(alias = "label")]
    y: Y,
    params: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
    #[serde(default, rename = "final")]
    trained: Vec<f64>,
}

impl<Y: for<'a> Deserialize<'a>> File<Y> {
    fn read(text: &str) -> Self {
        serde_json::from_str(text).expect("the data file is part of this crate")
    }
}

fn array<const N: usize>(numbers: &[f64]) -> [f64; N] {
    numbers.try_into().expect("the data file is part of this crate")
}

impl SeedNet {
    /// Reads the data, and with it the parameters after 1000 epochs of [`train`](Workload::train).
    pub fn load() -> (Self, [f64; 9]) {
        let file = File::<Vec<f64>>::read(include_str!("../data/w1_seed_net.json"));
        let samples = file.x.chunks(2).zip(&file.y).map(|(x, &y)| [x[0], x[1], y]).collect();
        let (params, gradient) = (array(&file.params), array(&file.gradient));
        (Workload { name: "W1", params, samples, loss: file.loss, gradient }, array(&file.trained))
    }
}

impl Moons {
    /// Reads the data.
    pub fn load() -> Self {
        let file = File::<Vec<f64>>::read(include_str!("../data/w2_moons.json"));
        let samples = vec![array(&[file.x, file.y].concat())];
        let (params, gradient) = (array(&file.params), array(&file.gradient));
        Workload { name: "W2", params, samples, loss: file.loss, gradient }
    }
}

impl Digits {
    /// Reads the data and makes 64 samples of it: the i-th has the pixels rotated left by i places, and the label
    /// (label + i) modulo 10.
    pub fn load() -> Self {
        let file = File::<usize>::read(include_str!("../data/w3_digits.json"));
        let sample = |i: usize| {
            let mut sample = [0.0; 74];
            sample[..64].copy_from_slice(&file.x);
            sample[..64].rotate_left(i);
            sample[64 + (file.y + i) % 10] = 1.0;
            sample
        };
        let samples = (0..64).map(sample).collect();
        let (params, gradient) = (array(&file.params), array(&file.gradient));
        Workload { name: "W3", params, samples, loss: file.loss, gradient }
    }
}

impl Expression {
    /// [`models::tiny`](crate::models::tiny) at a = -41, b = 2; the derivatives are worked out by hand.
    pub fn tiny() -> Self {
        Workload { name: "tiny", params: [-41.0, 2.0], samples: vec![[]], loss: 612.5, gradient: [-35.0, 1050.0] }
    }

    /// [`models::small`](crate::models::small) at a = -4, b = 2, the expression of micrograd's README.
    pub fn small() -> Self {
        let gradient = [138.83381924198252, 645.5772594752186];
        Workload { name: "small", params: [-4.0, 2.0], samples: vec![[]], loss: 24.70408163265306, gradient }
    }
}

impl<const P: usize, const I: usize> Workload<P, I> {
    /// How far a method is from the reference: the larger of the loss's error, relative to the loss, and the gradient's
    /// largest, relative to its largest entry.
    pub fn error(&self, mut method: impl Method<P, I>) -> f64 {
        let mut gradient = [f64::NAN; P];
        let loss = method(&self.params, &self.samples[0], &mut gradient);
        relative_error(&[loss], &[self.loss]).max(relative_error(&gradient, &self.gradient))
    }

    /// The same for a method that adds up the losses and gradients of samples, on all of them. The reference has those
    /// of the first only, so the others' come from a method that takes them one by one.
    pub fn batch_error(&self, mut batch: impl BatchMethod<P, I>, mut method: impl Method<P, I>) -> f64 {
        let (mut expected_loss, mut expected) = (0.0, [0.0; P]);
        let mut gradient = [f64::NAN; P];
        for sample in &self.samples {
            expected_loss += method(&self.params, sample, &mut gradient);
            for (sum, derivative) in expected.iter_mut().zip(&gradient) {
                *sum += derivative;
            }
        }
        let loss = batch(&self.params, &self.samples, &mut gradient);
        relative_error(&[loss], &[expected_loss]).max(relative_error(&gradient, &expected)).max(self.error(method))
    }

    /// The gradient at the reference's parameters, `times` times over, one sample after another.
    pub fn repeat(&self, times: u64, mut method: impl Method<P, I>) {
        let (params, mut gradient) = (black_box(&self.params), [0.0; P]);
        for (_, sample) in (0..times).zip(self.samples.iter().cycle()) {
            black_box(method(params, black_box(sample), &mut gradient));
            black_box(&mut gradient);
        }
    }

    /// The gradient of all samples at the reference's parameters, `times` times over.
    pub fn repeat_batch(&self, times: u64, mut batch: impl BatchMethod<P, I>) {
        let (params, mut gradient) = (black_box(&self.params), [0.0; P]);
        for _ in 0..times {
            black_box(batch(params, black_box(&self.samples), &mut gradient));
            black_box(&mut gradient);
        }
    }

    /// The parameters after gradient descent, one sample a step, from the reference's parameters on.
    pub fn train(&self, epochs: usize, mut method: impl Method<P, I>) -> [f64; P] {
        let (mut params, mut gradient) = (self.params, [0.0; P]);
        for _ in 0..epochs {
            for sample in &self.samples {
                black_box(method(&params, sample, &mut gradient));
                for (param, derivative) in params.iter_mut().zip(&gradient) {
                    *param -= RATE * derivative;
                }
            }
        }
        params
    }
}

/// The largest difference, relative to the largest of the expected numbers; infinite if any is NaN.
pub fn relative_error(numbers: &[f64], expected: &[f64]) -> f64 {
    let largest = |differences: &mut dyn Iterator<Item = f64>| {
        differences.fold(0.0, |m: f64, x| if x.is_nan() { f64::INFINITY } else { m.max(x) })
    };
    largest(&mut numbers.iter().zip(expected).map(|(a, b)| (a - b).abs()))
        / largest(&mut expected.iter().map(|b| b.abs()))
}

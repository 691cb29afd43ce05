//! Losses, gradients and a training run against the figures of the workload files, which this project did not compute.

use nn::{Activation, BatchLoss, Dataset, Loss, Mlp, Sgd, Training};
use serde::Deserialize;
use std::ops::ControlFlow;

#[derive(Deserialize)]
struct Workload<Y> {
    x: Vec<f64>,
    #[serde(alias = "label")]
    y: Y,
    params: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
    #[serde(default)]
    r#final: Vec<f64>,
}

fn assert_close(what: &str, ours: &[f64], reference: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), reference.len(), "{what}");
    for (place, (a, b)) in ours.iter().zip(reference).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1e-3), "{what}[{place}]: {a} where {b} belongs");
    }
}

fn rows(flat: &[f64], width: usize) -> Vec<Vec<f64>> {
    flat.chunks(width).map(<[f64]>::to_vec).collect()
}

#[test]
fn margin_loss_of_a_batch_with_l2() {
    let file: Workload<Vec<f64>> = serde_json::from_str(include_str!("../../benches/data/w2_moons.json")).unwrap();
    let data = Dataset::new(&rows(&file.x, 2), &rows(&file.y, 1)).unwrap();
    let layers = [(16, Activation::Relu), (16, Activation::Relu), (1, Activation::Identity)];
    let model = Mlp::new(2, &layers).unwrap();
    let mut batch = BatchLoss::record(&model, &Loss::Hinge).unwrap().with_l2(1e-4).unwrap();
    let (loss, gradient) = batch.gradient(&file.params, &data, 0..data.len()).unwrap();
    assert_close("loss", &[loss], &[file.loss], 1e-12);
    assert_close("gradient", gradient, &file.gradient, 1e-9);
    assert_eq!(batch.loss(&file.params, &data, 0..data.len()).unwrap(), loss);
}

#[test]
fn softmax_cross_entropy_of_a_sample() {
    let file: Workload<usize> = serde_json::from_str(include_str!("../../benches/data/w3_digits.json")).unwrap();
    let target: Vec<f64> = (0..10).map(|class| f64::from(u8::from(class == file.y))).collect();
    let data = Dataset::new(&[&file.x], &[target]).unwrap();
    let model = Mlp::new(64, &[(32, Activation::Tanh), (10, Activation::Identity)]).unwrap();
    let mut batch = BatchLoss::record(&model, &Loss::SoftmaxCrossEntropy).unwrap();
    let (loss, gradient) = batch.gradient(&file.params, &data, [0]).unwrap();
    assert_close("loss", &[loss], &[file.loss], 1e-12);
    assert_close("gradient", gradient, &file.gradient, 1e-9);
}

/// The file has weights first and biases last; ours come neuron by neuron.
fn by_neuron(p: &[f64]) -> Vec<f64> {
    [0, 1, 6, 2, 3, 7, 4, 5, 8].map(|place| p[place]).to_vec()
}

#[test]
fn a_thousand_epochs_of_descent_by_single_samples() {
    let file: Workload<Vec<f64>> = serde_json::from_str(include_str!("../../benches/data/w1_seed_net.json")).unwrap();
    let data = Dataset::new(&rows(&file.x, 2), &rows(&file.y, 1)).unwrap();
    let model = Mlp::new(2, &[(2, Activation::Sigmoid), (1, Activation::Sigmoid)]).unwrap();
    let mut params = by_neuron(&file.params);

    let mut batch = BatchLoss::record(&model, &Loss::MeanSquared).unwrap();
    let (loss, gradient) = batch.gradient(&params, &data, [0]).unwrap();
    assert_close("loss", &[loss], &[file.loss], 1e-12);
    assert_close("gradient", gradient, &by_neuron(&file.gradient), 1e-12);

    let training = Training::new(&model, Loss::MeanSquared).epochs(1000).batch(1);
    training.run(&mut params, &data, &mut Sgd::new(0.1), |_| ControlFlow::Continue(())).unwrap();
    assert_close("parameters", &params, &by_neuron(&file.r#final), 1e-12);
}

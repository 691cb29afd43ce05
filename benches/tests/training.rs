//! The arrays by hand give the reference gradients, and training by `nn` ends where they end.

use benches::by_hand_arrays::{Activation, Arrays, hinge, softmax_cross_entropy};
use benches::contest::TOLERANCE;
use benches::training::{self, digits, moons};
use benches::workload::{Digits, Moons, relative_error};
use std::process::Command;

#[test]
fn the_arrays_give_the_reference_gradients() {
    let workload = Digits::load();
    let mut arrays = Arrays::new(&[64, 32, 10], Activation::Tanh, softmax_cross_entropy);
    let error = workload.error(|params, sample, gradient| {
        let (x, label) = sample.split_at(64);
        arrays.gradient(params, x, label, gradient)
    });
    assert!(error <= TOLERANCE, "digits: {error}");

    let workload = Moons::load();
    let mut arrays = Arrays::new(&[2, 16, 16, 1], Activation::Relu, hinge);
    let error = workload.error(|params, sample, gradient| {
        let (points, labels) = sample.split_at(200);
        let loss = arrays.gradient(params, points, labels, gradient);
        gradient.iter_mut().zip(params).for_each(|(derivative, param)| *derivative += 2e-4 * param);
        loss + params.iter().map(|param| 1e-4 * param * param).sum::<f64>()
    });
    assert!(error <= TOLERANCE, "moons: {error}");
}

#[test]
fn nn_and_the_arrays_end_at_the_same_parameters() -> nn::Result<()> {
    for task in [moons()?, digits()?] {
        let apart = relative_error(&task.by_nn()?, &task.by_hand());
        assert!(apart <= training::TOLERANCE, "{}: {apart}", task.name);
    }
    Ok(())
}

#[test]
fn the_networks_reach_their_accuracy() {
    let output = Command::new(env!("CARGO_BIN_EXE_training")).args(["--json", "--rounds", "1"]).output();
    let report: serde_json::Value = serde_json::from_slice(&output.expect("the bin starts").stdout).expect("JSON");
    let accuracy = |task: &str| {
        let figures = report["training"].as_object().expect("an object");
        let (_, figures) = figures.iter().find(|(name, _)| name.starts_with(task)).expect("a task");
        let [chainrule, by_hand, ratio] =
            ["chainrule", "by_hand", "ratio"].map(|key| figures[key].as_f64().expect("a number"));
        assert!((chainrule / by_hand - ratio).abs() <= 1e-12 * ratio);
        figures["accuracy"].as_f64().expect("a number")
    };
    assert_eq!(accuracy("moons"), 1.0);
    assert!(accuracy("digits") > 0.85);
}

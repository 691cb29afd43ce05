//! Once it runs, training allocates nothing: twice as many epochs take no more allocations.

use nn::{Activation, Adam, Dataset, Init, Loss, Mlp, Optimizer, Sgd, Training, seeded};
use std::ops::ControlFlow;

/// How many allocations a run of so many epochs makes: of a network with wide layers and many classes, shuffling, in
/// batches, with a penalty and a validation loss.
fn allocations(epochs: usize, mut optimizer: impl Optimizer) -> nn::Result<u64> {
    let model = Mlp::new(3, &[(40, Activation::Tanh), (20, Activation::Relu), (25, Activation::Identity)])?;
    let mut params = model.init(Init::XavierUniform, &mut seeded(1))?;
    let rows: Vec<_> = (0..25).map(f64::from).map(|n| [n.sin(), n.cos(), (2.0 * n).sin()]).collect();
    let labels: Vec<_> = (0..25).map(|n| format!("class {n}")).collect();
    let data = Dataset::with_classes(&rows, &labels)?;
    let training = Training::new(&model, Loss::SoftmaxCrossEntropy).epochs(epochs).batch(4).l2(1e-3);
    let training =
        training.shuffle(5).validation(&data).patience(1000, 0.0).schedule(&|epoch| 0.1 / (1.0 + epoch as f64));
    let (mut reported, mut outcome) = (0, None);
    let info = allocation_counter::measure(|| {
        let report = |_: &nn::Epoch<'_>| {
            reported += 1;
            ControlFlow::Continue(())
        };
        outcome = Some(training.run(&mut params, &data, &mut optimizer, report));
    });
    outcome.transpose()?;
    assert_eq!(reported, epochs);
    Ok(info.count_total)
}

#[test]
fn no_epoch_but_the_first_allocates() -> nn::Result<()> {
    let sgd = || Sgd::new(0.1).nesterov(0.9);
    assert_eq!(allocations(2, sgd())?, allocations(1, sgd())?);
    assert_eq!(allocations(20, Adam::new(0.1))?, allocations(1, Adam::new(0.1))?);
    Ok(())
}

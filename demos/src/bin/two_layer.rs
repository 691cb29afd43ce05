//! The two-layer network: its tutorial's first pages, then the derivation checked and the network trained.

use clap::Parser;
use demos::options::Options;
use demos::show;
use demos::two_layer::{PARAMS, PEOPLE, TwoLayer, forward, loss};
use engine::{Graph, Value};
use nn::{Activation, Layer, Mlp, Neuron};

/// Check the hand-written derivatives of the two-layer network and train it
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

fn main() -> anyhow::Result<()> {
    let Args { options } = Args::parse();
    if !options.json {
        first_pages()?;
    }
    show::run(&[&TwoLayer], &options)
}

/// A neuron and networks made from given numbers.
fn first_pages() -> anyhow::Result<()> {
    let neuron = Neuron::from_numbers(&[0.0, 1.0], 4.0, Activation::Sigmoid)?;
    println!("one neuron, w = [0, 1], b = 4, on [2, 3]: {}", neuron.predict(&[2.0, 3.0])?[0]);

    let hidden = Layer::from_numbers(&[[0.0, 1.0], [0.0, 1.0]], &[0.0, 0.0], Activation::Sigmoid)?;
    let output = Layer::from_numbers(&[[0.0, 1.0]], &[0.0], Activation::Sigmoid)?;
    let network = Mlp::from_layers([hidden, output])?;
    println!("three such with b = 0, 2-2-1, on [2, 3]: {}", network.predict(&[2.0, 3.0])?[0]);

    println!("mean squared error of 1 0 0 1 against 0 0 0 0: {}", nn::loss::mse(&[0.0; 4], &[1.0, 0.0, 0.0, 1.0]));

    let g = Graph::new();
    let ones = PARAMS.map(|name| g.param(name, if name.starts_with('w') { 1.0 } else { 0.0 }));
    let (x, y_true) = PEOPLE[0];
    let y_pred = forward(ones, x.map(Value::from)).y_pred;
    let grad = loss(y_true.into(), y_pred).backward();
    println!("all weights 1, biases 0, on the first sample: y_pred = {y_pred}, dL/dw1 = {}\n", grad[ones[0]]);
    Ok(())
}

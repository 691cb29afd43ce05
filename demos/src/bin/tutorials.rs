//! All four tutorials: what is right and wrong with their derivations, and their networks trained to the published
//! figures.

use clap::Parser;
use demos::and_gate::AndGate;
use demos::options::Options;
use demos::show;
use demos::tutorial::Tutorial;
use demos::two_layer::TwoLayer;
use demos::worked_example::{Form, WorkedExample};
use demos::xor::Xor;

/// Check the hand-written derivatives of four published tutorials and train their networks
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

fn main() -> anyhow::Result<()> {
    let Args { options } = Args::parse();
    let tutorials: [&dyn Tutorial; 5] =
        [&TwoLayer, &Xor, &WorkedExample(Form::Published), &WorkedExample(Form::Corrected), &AndGate::default()];
    show::run(&tutorials, &options)
}

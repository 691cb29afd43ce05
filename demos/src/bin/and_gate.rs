//! The AND gate: the derivation checked, the network trained.

use clap::Parser;
use demos::and_gate::{Activation, AndGate};
use demos::options::Options;
use demos::show;

/// Check the hand-written derivatives of the AND gate's network and train it
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
    /// How many hidden neurons; 5 is an exercise of the tutorial
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    hidden: u32,
    /// What they apply; tanh is an exercise of the tutorial
    #[arg(long, value_enum, default_value = "relu")]
    activation: Activation,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let tutorial = AndGate { hidden: args.hidden as usize, activation: args.activation };
    show::run(&[&tutorial], &args.options)
}

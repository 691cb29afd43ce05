//! Exclusive or: the derivation checked, the network trained.

use clap::Parser;
use demos::options::Options;
use demos::show;
use demos::xor::Xor;

/// Check the hand-written derivatives of the exclusive-or network and train it
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

fn main() -> anyhow::Result<()> {
    show::run(&[&Xor], &Args::parse().options)
}

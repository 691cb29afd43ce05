//! The worked example with two outputs: the derivation checked, the network trained.

use clap::Parser;
use demos::options::Options;
use demos::show;
use demos::worked_example::{Form, WorkedExample};

/// Check the hand-written derivatives of the worked example and train its network
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
    /// Which form of the example
    #[arg(long, value_enum, default_value = "published")]
    form: Form,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    show::run(&[&WorkedExample(args.form)], &args.options)
}

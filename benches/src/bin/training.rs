//! Times whole training runs by `nn` beside the same on arrays by hand, and prints the table of the README.

use benches::training::{Figures, TOLERANCE, digits, moons};
use clap::Parser;

/// Whole training runs, recording included: how long nn takes, and how many times as long as a loop over matrices
#[derive(Parser)]
struct Args {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// How many times each is run, in turn; the figures are medians
    #[arg(long, default_value_t = 51, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

fn main() -> nn::Result<()> {
    let args = Args::parse();
    let tasks = [moons()?, digits()?];
    let figures = tasks.iter().map(|task| Ok((task.name, task.run(args.rounds.into())?)));
    let figures: Vec<(&str, Figures)> = figures.collect::<nn::Result<_>>()?;
    if args.json {
        println!("{}", serde_json::json!({"training": figures.iter().cloned().collect::<indexmap::IndexMap<_, _>>()}));
        return Ok(());
    }
    println!("| training | nn | of which recording | arrays by hand | ratio | right |");
    println!("|---|---|---|---|---|---|");
    for (name, Figures { chainrule, recording, by_hand, ratio, accuracy, apart }) in figures {
        if apart > TOLERANCE {
            println!("| {name} | wrong: {apart:.1e} from the arrays | | | | |");
            continue;
        }
        let right = 100.0 * accuracy;
        println!("| {name} | {chainrule:.2} ms | {recording:.2} ms | {by_hand:.2} ms | {ratio:.2} | {right:.1} % |");
    }
    Ok(())
}

//! Times the engine beside hand-written loops, and other crates where the feature `others` is on: in turn, in one
//! process, on one core.

use benches::contest::{Figures, TOLERANCE};
use benches::contestants;
use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use serde::Serialize;

/// Loss and gradient of each workload: how long the engine takes, and how many times as long as a hand-written loop.
#[derive(Parser)]
struct Args {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Time this workload only; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Name>,
    /// How many times each contestant is timed, in turn; the figures are medians.
    #[arg(long, default_value_t = 101, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize)]
enum Name {
    #[value(name = "W1")]
    W1,
    #[value(name = "W2")]
    W2,
    #[value(name = "W3")]
    W3,
    #[serde(rename = "tiny")]
    Tiny,
    #[serde(rename = "small")]
    Small,
}

#[derive(Serialize)]
struct Report {
    workloads: IndexMap<Name, Figures>,
}

fn main() -> engine::Result<()> {
    let args = Args::parse();
    let pinned = pin();
    let chosen = Name::value_variants().iter().filter(|name| args.only.is_empty() || args.only.contains(name));
    let mut report = Report { workloads: IndexMap::new() };
    for &name in chosen {
        let run = match name {
            Name::W1 => contestants::seed_net,
            Name::W2 => contestants::moons,
            Name::W3 => contestants::digits,
            Name::Tiny => contestants::tiny,
            Name::Small => contestants::small,
        };
        let figures = run(args.rounds.into())?;
        if !args.json {
            print_table(name, &figures);
        }
        report.workloads.insert(name, figures);
    }
    if args.json {
        println!("{}", serde_json::json!(report));
    } else {
        let core = if pinned { "one core" } else { "no fixed core: pinning was refused" };
        println!("medians of {} rounds in turn, on {core}", args.rounds);
    }
    Ok(())
}

/// Keeps this thread on one core, where the system allows it.
fn pin() -> bool {
    core_affinity::get_core_ids().and_then(|cores| cores.last().copied()).is_some_and(core_affinity::set_for_current)
}

fn print_table(name: Name, Figures { unit, plain, contestants }: &Figures) {
    let title = name.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    println!("{title:<20} {unit:>14} {:>9}  how", "ratio");
    println!("{:<20} {plain:>14.1} {:>9.2}  nested loops over arrays", "plain", 1.0);
    for (contestant, figure) in contestants {
        match (figure.time, figure.ratio) {
            (Some(time), Some(ratio)) => println!("{contestant:<20} {time:>14.1} {ratio:>9.2}  {}", figure.idiom),
            _ => println!(
                "{contestant:<20} {:>24}  wrong by {:.1e}, more than {TOLERANCE:.0e}: not timed; {}",
                "-", figure.gradient_error, figure.idiom
            ),
        }
    }
    println!();
}

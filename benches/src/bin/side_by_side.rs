//! Times the engine beside hand-written loops, and with the features `jit` and `others` compiled programs and other crates:
//! in turn, in one process, on one core.

use benches::contest::{Figures, TOLERANCE};
use benches::contestants;
use benches::threads::{Threads, threads};
use clap::{Parser, ValueEnum};
use indexmap::IndexMap;
use serde::Serialize;
use std::error::Error;

/// Loss and gradient of each workload: how long the engine takes, and how many times as long as a hand-written loop.
#[derive(Parser)]
struct Args {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Print the table of the README instead of the whole figures.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
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

impl Name {
    fn title(&self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

#[derive(Serialize)]
struct Report {
    workloads: IndexMap<Name, Figures>,
    /// When all workloads are timed.
    #[serde(skip_serializing_if = "Option::is_none")]
    threads: Option<Threads>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    // Before this thread is kept on one core, where all that it starts would be.
    let threads = args.only.is_empty().then(|| threads(args.rounds.into())).transpose()?;
    let pinned = pin();
    let chosen = Name::value_variants().iter().filter(|name| args.only.is_empty() || args.only.contains(name));
    let mut report = Report { workloads: IndexMap::new(), threads };
    for &name in chosen {
        let run = match name {
            Name::W1 => contestants::seed_net,
            Name::W2 => contestants::moons,
            Name::W3 => contestants::digits,
            Name::Tiny => contestants::tiny,
            Name::Small => contestants::small,
        };
        let figures = run(args.rounds.into())?;
        if !args.json && !args.markdown {
            print_table(name, &figures);
        }
        report.workloads.insert(name, figures);
    }
    if args.json {
        println!("{}", serde_json::json!(report));
        return Ok(());
    }
    if args.markdown {
        print_markdown(&report);
    }
    if let Some(Threads { samples, one, two, speedup, ceiling, same_bits }) = threads {
        let bits = if same_bits { "the same bits" } else { "DIFFERENT bits" };
        println!(
            "W2 in a batch of {samples}, the fastest round: {one:.2} ms on one thread, {two:.2} ms on two, {speedup:.2} times \
             as fast, {bits}; two threads that run one batch each do {ceiling:.2} times the work of one"
        );
    }
    if !cfg!(feature = "jit") {
        println!("compiled programs: --features jit");
    }
    if !cfg!(feature = "others") {
        println!("other crates: --features others");
    }
    let core = if pinned { "one core" } else { "no fixed core: pinning was refused" };
    println!("medians of {} rounds in turn, on {core}", args.rounds);
    Ok(())
}

/// Keeps this thread on one core, where the system allows it.
fn pin() -> bool {
    core_affinity::get_core_ids().and_then(|cores| cores.last().copied()).is_some_and(core_affinity::set_for_current)
}

/// Two figures, or the whole part if that has more.
fn rounded(number: f64) -> String {
    let digits = (1.0 - number.log10().floor()).clamp(0.0, 2.0) as usize;
    format!("{number:.digits$}")
}

/// A row a contestant, a column a workload.
fn print_markdown(report: &Report) {
    let row = |first: &str, cells: Vec<String>| println!("| {first} | {} |", cells.join(" | "));
    let all = &report.workloads;
    row("", all.keys().map(Name::title).collect());
    println!("|---|{}", "---|".repeat(all.len()));
    row("plain loop, ns", all.values().map(|figures| rounded(figures.plain)).collect());
    // In the order of a workload in which all take part.
    let most = all.values().max_by_key(|figures| figures.contestants.len());
    for &contestant in most.into_iter().flat_map(|figures| figures.contestants.keys()) {
        let cell = |figures: &Figures| match figures.contestants.get(contestant) {
            Some(figure) => figure.ratio.map_or_else(|| "wrong".to_owned(), rounded),
            None => String::new(),
        };
        row(contestant, all.values().map(cell).collect());
    }
    println!();
}

fn print_table(name: Name, Figures { unit, plain, contestants }: &Figures) {
    println!("{:<20} {unit:>14} {:>9}  how", name.title(), "ratio");
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

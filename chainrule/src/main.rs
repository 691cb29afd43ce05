//! The command line of `chainrule`.

use anyhow::{Context, Result};
use chainrule::{Limits, Outcome};
use clap::{Args, Parser, Subcommand};
use std::io::{BufWriter, IsTerminal, LineWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Runs a tutorial's own Python program on the project's own numpy.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a program and print what it prints, the numbers as numpy would print them.
    Run {
        /// The Python program.
        file: PathBuf,
        #[command(flatten)]
        limits: LimitArgs,
    },
}

#[derive(Args)]
struct LimitArgs {
    /// Stop the program after so many seconds.
    #[arg(long, default_value_t = 60.0, value_parser = seconds)]
    seconds: f64,
    /// Stop the program after so many rounds of loops and calls of functions.
    #[arg(long, default_value_t = 100_000_000)]
    steps: u64,
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Self {
        Limits { time: Duration::from_secs_f64(args.seconds), steps: args.steps }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    if (0.0..=1e9).contains(&number) { Ok(number) } else { Err(format!("{text} s is not between 0 and 10^9 s")) }
}

fn main() -> ExitCode {
    let Command::Run { file, limits } = Cli::parse().command;
    match execute(&file, limits.into()) {
        Ok(Outcome::Finished) => ExitCode::SUCCESS,
        Ok(Outcome::Failed(text)) => {
            eprint!("{text}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("chainrule: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn execute(file: &Path, limits: Limits) -> Result<Outcome> {
    let path = file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| path.clone())?;
    let source = chainrule::decode(&bytes).with_context(|| path.clone())?;
    let stdout = std::io::stdout();
    let output: Box<dyn Write + Send> =
        if stdout.is_terminal() { Box::new(LineWriter::new(stdout)) } else { Box::new(BufWriter::new(stdout)) };
    Ok(chainrule::run(source, &path, output, limits))
}

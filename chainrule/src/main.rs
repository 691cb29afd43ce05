//! The command line of `chainrule`.

use anyhow::{Context, Result};
use chainrule::check::{Options, Verdict};
use chainrule::{Limits, Outcome};
use clap::{Args, Parser, Subcommand};
use std::io::{BufWriter, IsTerminal, LineWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Runs a tutorial's own Python program on the project's own numpy, and checks the derivatives written in it by hand.
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
    /// Compare the derivatives in a program's updates with those of what it computes.
    ///
    /// Exit status: 0 when every update is right, a common factor or a kink apart; 1 when one is wrong; 2 when a
    /// program could not be checked.
    Check {
        /// The Python programs.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The loss, an expression in the program's own names.
        #[arg(long)]
        loss: Option<String>,
        /// The learning rate, an expression in the program's own names.
        #[arg(long)]
        rate: Option<String>,
        /// At how many executions each update is compared.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
        points: u64,
        /// The relative difference that is let pass.
        #[arg(long, default_value_t = 1e-6)]
        rtol: f64,
        /// A common factor and a kink are failures too.
        #[arg(long)]
        strict: bool,
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
    let status = match Cli::parse().command {
        Command::Run { file, limits } => execute(&file, limits.into()),
        Command::Check { files, loss, rate, points, rtol, strict, limits } => {
            let options = Options { loss, rate, points: points as usize, rtol, limits: limits.into() };
            let statuses =
                files.iter().map(|file| check(file, &options, strict).unwrap_or_else(|error| refused(&error)));
            Ok(statuses.max().unwrap_or(0))
        }
    };
    ExitCode::from(status.unwrap_or_else(|error| refused(&error)))
}

fn refused(error: &anyhow::Error) -> u8 {
    eprintln!("chainrule: {error:#}");
    2
}

fn read(file: &Path) -> Result<(String, String)> {
    let path = file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| path.clone())?;
    let source = chainrule::decode(&bytes).with_context(|| path.clone())?;
    Ok((path, source.to_owned()))
}

fn execute(file: &Path, limits: Limits) -> Result<u8> {
    let (path, source) = read(file)?;
    let stdout = std::io::stdout();
    let output: Box<dyn Write + Send> =
        if stdout.is_terminal() { Box::new(LineWriter::new(stdout)) } else { Box::new(BufWriter::new(stdout)) };
    Ok(match chainrule::run(&source, &path, output, limits) {
        Outcome::Finished => 0,
        Outcome::Failed(text) => {
            eprint!("{text}");
            2
        }
    })
}

fn check(file: &Path, options: &Options, strict: bool) -> Result<u8> {
    let (path, source) = read(file)?;
    let report = chainrule::check::check(&source, &path, options);
    let styled = std::io::stdout().is_terminal();
    print!("{}", report.text(&source, &path, styled));
    Ok(match report.verdict {
        _ if report.error.is_some() => 2,
        Verdict::Right => 0,
        Verdict::Scaled | Verdict::Kink if !strict => 0,
        Verdict::Scaled | Verdict::Kink | Verdict::Wrong => 1,
        Verdict::Unchecked => 2,
    })
}

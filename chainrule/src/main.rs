//! The command line of `chainrule`.

use chainrule::check::{Options, Report, Verdict};
use chainrule::explore::{self, Look};
use chainrule::{Failure, Limits, Outcome};
use clap::{Args, Parser, Subcommand};
use std::io::{BufWriter, IsTerminal, LineWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Runs a tutorial's own Python program, unchanged, and checks the derivatives that its author wrote by hand.
///
/// Neither Python nor numpy has to be on the machine. A program has no access to files, processes, the network or the
/// keyboard.
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
    /// Compare every derivative that is written in a program with that of what it computes.
    ///
    /// What is compared: updates (w -= rate * G), named partials (d_L_d_w = G) and lines that end with #: dL/dw.
    ///
    /// Exit status: 0 when all are right, a common factor or a kink apart; 1 when one is wrong; 2 when a program could
    /// not be checked.
    Check {
        /// The Python programs.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The loss, an expression in the program's own names [default: the variable that is called like one].
        #[arg(long, value_name = "EXPR")]
        loss: Option<String>,
        /// The learning rate, an expression in the program's own names [default: the factor that is called like one].
        #[arg(long, value_name = "NAME")]
        rate: Option<String>,
        /// At how many executions each claim is compared.
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
        points: u64,
        /// The relative difference that is let pass.
        #[arg(long, value_name = "R", default_value_t = 1e-6, value_parser = tolerance)]
        rtol: f64,
        /// Fail on a common factor and on a kink too.
        #[arg(long)]
        strict: bool,
        /// Print one JSON object a file, each on a line of its own.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Tell the chain rule between two quantities, path by path, with its numbers.
    Explain {
        /// The quantity that it is differentiated by: a parameter, or what is computed from one.
        #[arg(long, value_name = "NAME")]
        wrt: String,
        #[command(flatten)]
        look: LookArgs,
    },
    /// Draw what a quantity is computed from, with values and derivatives.
    Draw {
        /// Draw only what lies between this quantity and the other.
        #[arg(long, value_name = "NAME")]
        wrt: Option<String>,
        /// The picture: graph.svg, or graph.dot for Graphviz.
        #[arg(short, long, value_name = "FILE", value_parser = picture)]
        output: PathBuf,
        #[command(flatten)]
        look: LookArgs,
    },
}

#[derive(Args)]
struct LookArgs {
    /// The Python program.
    file: PathBuf,
    /// The quantity, as the program calls it: L, self.h1, A2[0,1].
    #[arg(long, value_name = "NAME")]
    of: String,
    /// Which time the quantity is computed, from 1.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    point: u64,
    #[command(flatten)]
    limits: LimitArgs,
}

impl LookArgs {
    fn look(&self, wrt: Option<&String>) -> Look {
        Look { of: self.of.clone(), wrt: wrt.cloned(), point: self.point as usize, limits: (&self.limits).into() }
    }
}

#[derive(Args)]
struct LimitArgs {
    /// Stop the program after so many seconds.
    #[arg(long, value_name = "S", default_value_t = 60.0, value_parser = seconds)]
    seconds: f64,
    /// Stop the program after so many rounds of loops and calls of functions.
    #[arg(long, value_name = "N", default_value_t = 100_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
}

impl From<&LimitArgs> for Limits {
    fn from(args: &LimitArgs) -> Self {
        Limits { time: Duration::from_secs_f64(args.seconds), steps: args.steps }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if number > 0.0 && number <= 1e9 { Ok(number) } else { Err("it is not above 0 and at most 10^9".to_owned()) }
}

fn tolerance(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if (0.0..1.0).contains(&number) { Ok(number) } else { Err("it is not from 0 up to 1".to_owned()) }
}

fn picture(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg" | "dot") => Ok(path),
        _ => Err("its name must end with .svg or .dot".to_owned()),
    }
}

/// Set for a process that does a part of the work of another one: the place of its file on the command line.
const PART: &str = "CHAINRULE_PART";

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let part = std::env::var(PART).ok().and_then(|part| part.parse().ok());
    ExitCode::from(part.map_or_else(|| supervise(&command), |part| work(&command, part)))
}

/// Has each file worked on by a process of its own: what takes all memory ends that process, and not this one.
fn supervise(command: &Command) -> u8 {
    let part = |place: usize| {
        let mut process = std::process::Command::new(std::env::current_exe()?);
        process.args(std::env::args_os().skip(1)).env(PART, place.to_string()).env_remove("RUST_BACKTRACE");
        process.status()
    };
    let done = |place: usize| match part(place) {
        Ok(status) => match status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(code @ 0..=2) => code,
            _ => {
                let message = "the program broke the interpreter off: it took more memory than there is";
                broken_off(command, place, Failure::whole(message))
            }
        },
        // Where no process can be started, this one does.
        Err(_) => work(command, place),
    };
    (0..command.files().len()).map(done).max().unwrap_or(0)
}

impl Command {
    fn files(&self) -> &[PathBuf] {
        match self {
            Command::Check { files, .. } => files,
            Command::Run { file, .. } => std::slice::from_ref(file),
            Command::Explain { look, .. } | Command::Draw { look, .. } => std::slice::from_ref(&look.file),
        }
    }
}

fn broken_off(command: &Command, place: usize, failure: Failure) -> u8 {
    let path = command.files()[place].display().to_string();
    let report = Report::failed(failure);
    match command {
        Command::Check { json: true, .. } => drop(writeln!(std::io::stdout(), "{}", report.json(&path))),
        _ => eprint!("{}", report.text("", &path, std::io::stderr().is_terminal())),
    }
    2
}

/// Does what is asked for with the file at a place.
fn work(command: &Command, place: usize) -> u8 {
    let Some(file) = command.files().get(place) else { return 2 };
    match command {
        Command::Run { limits, .. } => execute(file, limits.into()),
        Command::Check { loss, rate, points, rtol, strict, json, limits, .. } => {
            let (loss, rate) = (loss.clone(), rate.clone());
            let options = Options { loss, rate, points: *points as usize, rtol: *rtol, limits: limits.into() };
            check(file, &options, *strict, *json)
        }
        Command::Explain { wrt, look } => told(file, |source, path| {
            let text = explore::explain(source, path, &look.look(Some(wrt)))?;
            drop(write!(std::io::stdout(), "{text}"));
            Ok(())
        }),
        Command::Draw { wrt, output, look } => told(file, |source, path| {
            let picture = explore::draw(source, path, &look.look(wrt.as_ref()))?;
            let is_svg = output.extension().is_some_and(|ending| ending == "svg");
            let text = if is_svg { picture.svg() } else { picture.dot() };
            let unwritten = |error| Failure::whole(format!("{} could not be written: {error}", output.display()));
            std::fs::write(output, text).map_err(unwritten)
        }),
    }
}

/// The text of a file; empty beside a failure.
fn read(file: &Path) -> (String, Result<(), Failure>) {
    let bytes = std::fs::read(file).map_err(|error| Failure::whole(error.to_string()));
    match bytes.and_then(|bytes| chainrule::decode(&bytes).map(str::to_owned)) {
        Ok(source) => (source, Ok(())),
        Err(failure) => (String::new(), Err(failure)),
    }
}

fn execute(file: &Path, limits: Limits) -> u8 {
    let path = file.display().to_string();
    let (source, readable) = read(file);
    if let Err(failure) = readable {
        eprintln!("error: {}", failure.in_file(&path));
        return 2;
    }
    let stdout = std::io::stdout();
    let output: Box<dyn Write + Send> =
        if stdout.is_terminal() { Box::new(LineWriter::new(stdout)) } else { Box::new(BufWriter::new(stdout)) };
    match chainrule::run(&source, &path, output, limits) {
        Outcome::Finished => 0,
        Outcome::Failed { traceback, .. } => {
            eprint!("{traceback}");
            2
        }
    }
}

/// Does something with a program; says why it could not.
fn told(file: &Path, work: impl FnOnce(&str, &str) -> Result<(), Failure>) -> u8 {
    let path = file.display().to_string();
    let (source, readable) = read(file);
    match readable.and_then(|()| work(&source, &path)) {
        Ok(()) => 0,
        Err(failure) => {
            let styled = std::io::stderr().is_terminal();
            eprint!("{}", Report::failed(failure).text(&source, &path, styled));
            2
        }
    }
}

fn check(file: &Path, options: &Options, strict: bool, json: bool) -> u8 {
    let path = file.display().to_string();
    let (source, readable) = read(file);
    let report = readable.map_or_else(Report::failed, |()| chainrule::check::check(&source, &path, options));
    // A pipe that is closed early, by `head` say, is no failure.
    let written = match (json, &report.error) {
        (true, _) => writeln!(std::io::stdout(), "{}", report.json(&path)),
        (false, None) => {
            let styled = std::io::stdout().is_terminal();
            write!(std::io::stdout(), "{}", report.text(&source, &path, styled))
        }
        (false, Some(_)) => {
            let styled = std::io::stderr().is_terminal();
            write!(std::io::stderr(), "{}", report.text(&source, &path, styled))
        }
    };
    drop(written);
    match report.verdict {
        _ if report.error.is_some() => 2,
        Verdict::Right => 0,
        Verdict::Scaled | Verdict::Kink if !strict => 0,
        Verdict::Scaled | Verdict::Kink | Verdict::Wrong => 1,
        Verdict::Unchecked => 2,
    }
}

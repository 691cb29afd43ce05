//! What came out, as text: aligned tables, coloured where a terminal watches.

use crate::figures::{Figures, Named};
use crate::options::Options;
use crate::tutorial::{self, Checked, Outcome, Tutorial};
use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, CellAlignment, Table, presets};
use indicatif::ProgressBar;
use serde::Serialize;
use std::fmt::Write as _;

/// How many columns a paragraph takes.
const WIDTH: usize = 100;
/// How many losses of a training run are shown.
const SHOWN: usize = 11;

/// Runs tutorials and prints what came of them: tables, or with `--json` one object.
pub fn run(tutorials: &[&dyn Tutorial], options: &Options) -> anyhow::Result<()> {
    let mut outcomes = Vec::new();
    for tutorial in tutorials {
        let outcome = tutorial::run(*tutorial, options)?;
        if !options.json {
            let same = tutorial::is_published(*tutorial, options, &outcome.initial);
            let figures = if same { tutorial.published() } else { Figures::default() };
            anstream::println!("{}", report(*tutorial, &outcome, &figures));
        }
        outcomes.push(outcome);
    }
    if options.json {
        anstream::println!("{}", serde_json::to_string_pretty(&Tutorials { tutorials: &outcomes })?);
    }
    Ok(())
}

#[derive(Serialize)]
struct Tutorials<'a> {
    tutorials: &'a [Outcome],
}

/// The whole of a tutorial's outcome, with colours.
pub fn report(tutorial: &dyn Tutorial, outcome: &Outcome, figures: &Figures) -> String {
    let mut text = format!("{}: {}\n\n", paint(BOLD, outcome.name), tutorial.about());
    text.push_str(&derivatives(&outcome.claims));
    text.push_str(&faults(&outcome.claims));
    text.push_str(&training(tutorial, outcome, figures));
    text
}

/// The losses of a training run, by the steps after which they were taken.
pub fn losses(step: &str, losses: &[(usize, f64)]) -> String {
    if losses.is_empty() {
        return "not trained: these are the initial values".to_owned();
    }
    let mut table = table(&[step, "loss"], 0..2);
    table.add_rows(losses.iter().map(|(at, loss)| [at.to_string(), format!("{loss:.6}")]));
    table.trim_fmt()
}

/// A number of things, in words: `1 sample`, `2 samples`.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The table of derivatives: by hand, by the engine, by differences, and the verdict.
pub fn derivatives(claims: &[Checked]) -> String {
    let mut table = table(&["derivative", "by hand", "engine", "difference", "± error", "verdict"], 1..5);
    for claim in claims {
        table.add_row([
            format!("d{}/d{}", claim.of, claim.wrt),
            format!("{:.10}", claim.hand),
            format!("{:.10}", claim.derivative),
            format!("{:.10}", claim.finite_difference),
            format!("{:.0e}", claim.finite_error),
            paint(colour(claim.verdict), claim.verdict),
        ]);
    }
    table.trim_fmt() + "\n"
}

/// What is wrong, fault by fault; claims with one fault in the same words are named together.
pub fn faults(claims: &[Checked]) -> String {
    let mut faults: indexmap::IndexMap<(&str, &str), Vec<&str>> = indexmap::IndexMap::new();
    for claim in claims {
        if let Some(diagnosis) = &claim.diagnosis {
            faults.entry((claim.verdict, &diagnosis.text)).or_default().push(&claim.wrt);
        }
    }
    let mut text = String::new();
    for ((verdict, diagnosis), by) in faults {
        let by = if by.len() > 1 && by.len() == claims.len() { format!("all {}", by.len()) } else { by.join(", ") };
        let said = format!("{} by {by}: {diagnosis}", paint(colour(verdict), verdict));
        let _ = write!(text, "\n{}\n", textwrap::fill(&said, WIDTH));
    }
    text
}

/// The losses along the way and the answers at the end, next to the published ones where there are any.
pub fn training(tutorial: &dyn Tutorial, outcome: &Outcome, figures: &Figures) -> String {
    let columns = if figures.losses.is_empty() { 2 } else { 3 };
    let mut table = table(&["figure", "here", "published"][..columns], 1..columns);
    let mut add = |name: String, number: f64, published: Option<&f64>| {
        let published = published.map(|number| format!("{number:.12}")).unwrap_or_default();
        table.add_row([name, format!("{number:.12}"), published].into_iter().take(columns));
    };
    for &(step, loss) in thinned(&outcome.losses) {
        let theirs = figures.losses.iter().find(|(at, _)| *at == step).map(|(_, loss)| loss);
        add(format!("{} {step}", tutorial.loss_at()), loss, theirs);
    }
    for (name, number) in &outcome.outputs {
        add(name.clone(), *number, figures.outputs.get(name));
    }
    let mut text = format!("\n{}\n", table.trim_fmt());
    let differences = differences(outcome, figures);
    if let Some(furthest) = differences.iter().copied().reduce(larger) {
        let _ = writeln!(text, "\nfurthest from any of the {} published figures: {furthest:.0e}", differences.len());
    }
    text
}

/// How far each published figure is from what came out here, relative to it (a zero: absolute).
pub fn differences(outcome: &Outcome, figures: &Figures) -> Vec<f64> {
    let relative = |here: f64, there: f64| (here - there).abs() / if there == 0.0 { 1.0 } else { there.abs() };
    let named = |here: &Named, there: &Named| -> Vec<f64> {
        there.iter().map(|(name, &number)| relative(here.get(name).copied().unwrap_or(f64::NAN), number)).collect()
    };
    let claimed = |number: fn(&Checked) -> f64| -> Named {
        outcome.claims.iter().filter(|claim| claim.of == outcome.loss).map(|c| (c.wrt.clone(), number(c))).collect()
    };
    let losses: indexmap::IndexMap<usize, f64> = outcome.losses.iter().copied().collect();
    let at = |step: &usize| losses.get(step).copied().unwrap_or(f64::NAN);
    let mut differences: Vec<f64> = figures.losses.iter().map(|(step, loss)| relative(at(step), *loss)).collect();
    differences.extend(named(&outcome.initial, &figures.initial));
    differences.extend(named(&outcome.last, &figures.last));
    differences.extend(named(&outcome.outputs, &figures.outputs));
    differences.extend(named(&claimed(|claim| claim.hand), &figures.hand));
    differences.extend(named(&claimed(|claim| claim.derivative), &figures.derivatives));
    differences
}

/// NaN if either is: what is missing must not pass for close.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// A few of a long list, the first and the last among them.
fn thinned(losses: &[(usize, f64)]) -> impl Iterator<Item = &(usize, f64)> {
    let last = losses.len().saturating_sub(1);
    let count = losses.len().min(SHOWN);
    (0..count).filter_map(move |k| losses.get(k * last / (count - 1).max(1)))
}

/// A plain table whose columns in `numbers` are aligned to the right. Only its last column may hold colours.
pub fn table(header: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().map(Cell::new));
    for column in numbers {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A bar of so many steps for whoever watches a terminal; nothing in a pipe.
pub fn progress(steps: usize) -> ProgressBar {
    ProgressBar::new(steps as u64)
}

const BOLD: Style = Style::new().bold();

fn colour(verdict: &str) -> Style {
    match verdict {
        "right" => AnsiColor::Green.on_default(),
        "scaled" => AnsiColor::Yellow.on_default(),
        "kink" => AnsiColor::Cyan.on_default(),
        _ => AnsiColor::Red.on_default().bold(),
    }
}

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

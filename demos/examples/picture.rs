//! The picture of the README: what the `worked_example` demo prints, as SVG.
//!
//! `cargo run --release -p demos --example picture > docs/worked_example.svg`

use anstyle_svg::{Term, WIN10_CONSOLE};
use demos::options::Options;
use demos::worked_example::{Form, WorkedExample};
use demos::{show, tutorial};

fn main() -> anyhow::Result<()> {
    let outcome = tutorial::run(&WorkedExample(Form::Published), &Options::default())?;
    let text = format!("{}{}", show::derivatives(&outcome.claims), show::faults(&outcome.claims));
    print!("{}", Term::new().palette(WIN10_CONSOLE).render_svg(&text));
    Ok(())
}

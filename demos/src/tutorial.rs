//! A tutorial: a network, its author's derivation, and what became of it.

use crate::figures::{Figures, Named};
use crate::options::Options;
use engine::check::finite;
use engine::check::hand::{self, Claim};
use engine::{Graph, Value};
use nn::Init;
use serde::Serialize;

/// Where a parameter's initial value comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draw {
    /// The tutorial states it.
    Given(f64),
    /// The tutorial draws it from the standard normal distribution.
    Normal,
}

/// How a network is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// How many times over the data.
    pub steps: usize,
    /// The learning rate.
    pub rate: f64,
}

/// What training came to.
#[derive(Debug, Clone)]
pub struct Trained {
    /// Steps and the loss at them.
    pub losses: Vec<(usize, f64)>,
    /// The parameters after training.
    pub params: Vec<f64>,
    /// What the trained network answers, by name.
    pub outputs: Vec<(String, f64)>,
}

/// A published tutorial.
pub trait Tutorial {
    /// Its name, as in the reports.
    fn name(&self) -> &'static str;
    /// The network and the loss, in one line.
    fn about(&self) -> &'static str;
    /// What its loss is called.
    fn loss_name(&self) -> &'static str;
    /// How a loss of the training is introduced, before the number of its step.
    fn loss_at(&self) -> &'static str;
    /// How its network was trained.
    fn settings(&self) -> Settings;
    /// The names of the parameters, and where their initial values come from.
    fn params(&self) -> Vec<(String, Draw)>;
    /// The published figures.
    fn published(&self) -> Figures;
    /// Records the network on the first data that it meets, and what the author says of its derivatives.
    fn claims<'g>(&self, g: &'g Graph, params: &[Value<'g>]) -> Vec<Claim<'g>>;
    /// Trains the network by the hand-written derivatives, as its author does.
    fn train(&self, params: &[f64], settings: Settings) -> Trained;
}

/// Names of a matrix's entries, row by row (of a vector's, without columns), each drawn alike.
pub fn matrix_names(name: &str, rows: usize, columns: Option<usize>, draw: Draw) -> Vec<(String, Draw)> {
    let entry = |row: usize| match columns {
        Some(columns) => (0..columns).map(|column| format!("{name}[{row}][{column}]")).collect(),
        None => vec![format!("{name}[{row}]")],
    };
    (0..rows).flat_map(entry).map(|name| (name, draw)).collect()
}

/// What a tutorial's run came to, as `--json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The tutorial's name.
    pub name: &'static str,
    /// The name of the loss.
    pub loss: &'static str,
    /// The parameters before training.
    pub initial: Named,
    /// The hand-written derivatives and what is to be said of them.
    pub claims: Vec<Checked>,
    /// Steps and the loss at them.
    pub losses: Vec<(usize, f64)>,
    /// The parameters after training.
    #[serde(rename = "final")]
    pub last: Named,
    /// What the trained network answers.
    pub outputs: Named,
}

/// A hand-written derivative at the initial parameters, next to two that are not.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// What is differentiated.
    pub of: String,
    /// By what.
    pub wrt: String,
    /// The author's number.
    pub hand: f64,
    /// The engine's.
    pub derivative: f64,
    /// That of an adaptive finite difference.
    pub finite_difference: f64,
    /// How far the finite difference may be off, by its own estimate.
    pub finite_error: f64,
    /// right, scaled, kink or wrong.
    pub verdict: &'static str,
    /// What is wrong.
    pub diagnosis: Option<Diagnosis>,
}

/// What is wrong with a derivative.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// The kind of fault.
    pub kind: &'static str,
    /// The fault in words, and what to write instead.
    pub text: String,
    /// The factor, of a fault that has one.
    pub factor: Option<f64>,
    /// The quantities along the path, of a fault that has one.
    pub path: Vec<String>,
}

/// Checks a tutorial's derivation and trains its network.
///
/// ```
/// use demos::{options::Options, tutorial, xor::Xor};
///
/// let outcome = tutorial::run(&Xor, &Options::default())?;
/// assert!(outcome.claims.iter().all(|claim| claim.verdict == "right"));
/// assert!(outcome.losses.last().is_some_and(|(_, cost)| *cost < 0.012));
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn run(tutorial: &dyn Tutorial, options: &Options) -> anyhow::Result<Outcome> {
    let initial = initial(tutorial, options)?;
    let claims = check(tutorial, &initial)?;
    let start: Vec<f64> = initial.values().copied().collect();
    let trained = tutorial.train(&start, settings(tutorial, options));
    expect_finite(tutorial, &trained)?;
    Ok(Outcome {
        name: tutorial.name(),
        loss: tutorial.loss_name(),
        claims,
        losses: trained.losses,
        last: initial.keys().cloned().zip(trained.params).collect(),
        outputs: trained.outputs.into_iter().collect(),
        initial,
    })
}

fn settings(tutorial: &dyn Tutorial, options: &Options) -> Settings {
    let published = tutorial.settings();
    Settings {
        steps: options.epochs.map_or(published.steps, |epochs| epochs as usize),
        rate: options.rate.unwrap_or(published.rate),
    }
}

/// Whether a run from these initial parameters is the published one.
pub fn is_published(tutorial: &dyn Tutorial, options: &Options, initial: &Named) -> bool {
    let published = tutorial.published().initial;
    let same_start = tutorial.params().iter().all(|(name, draw)| match draw {
        Draw::Given(_) => true,
        Draw::Normal => published.get(name) == initial.get(name),
    });
    same_start && settings(tutorial, options) == tutorial.settings()
}

/// Refuses a training that left the numbers.
fn expect_finite(tutorial: &dyn Tutorial, trained: &Trained) -> anyhow::Result<()> {
    let name = tutorial.name();
    if let Some((step, loss)) = trained.losses.iter().find(|(_, loss)| !loss.is_finite()) {
        anyhow::bail!("{name}: the loss is {loss} at step {step}: train with a lower --rate");
    }
    let rest = trained.params.iter().chain(trained.outputs.iter().map(|(_, output)| output));
    match rest.copied().find(|number| !number.is_finite()) {
        Some(number) => anyhow::bail!("{name}: training ended at {number}: train with a lower --rate"),
        None => Ok(()),
    }
}

/// The initial parameters: drawn anew from a seed, or else the published ones.
fn initial(tutorial: &dyn Tutorial, options: &Options) -> anyhow::Result<Named> {
    let published = tutorial.published().initial;
    let mut random = nn::seeded(options.seed.unwrap_or(0));
    let mut initial = Named::new();
    for (name, draw) in tutorial.params() {
        let known = published.get(&name).filter(|_| options.seed.is_none());
        let number = match (draw, known) {
            (Draw::Given(number), _) | (Draw::Normal, Some(&number)) => number,
            (Draw::Normal, None) => {
                let mut number = [0.0];
                STANDARD_NORMAL.fill(&mut number, 1, 1, &mut random)?;
                number[0]
            }
        };
        initial.insert(name, number);
    }
    Ok(initial)
}

const STANDARD_NORMAL: Init = Init::Normal { mean: 0.0, deviation: 1.0 };

/// Judges every hand-written derivative at the initial parameters and near them.
fn check(tutorial: &dyn Tutorial, initial: &Named) -> anyhow::Result<Vec<Checked>> {
    let g = Graph::new();
    let params: Vec<Value<'_>> = initial.iter().map(|(name, &number)| g.param(name, number)).collect();
    let claims = tutorial.claims(&g, &params);
    let report = hand::check(&claims, &hand::Options::default())?;
    let (params, inputs) = (g.param_numbers(), g.input_numbers());
    let checked = claims.iter().zip(report.claims).map(|(claim, judged)| {
        let program = g.program(&[claim.of, claim.wrt]);
        let difference = finite::between(&program, program.output(0)?, program.output(1)?, &params, &inputs)?;
        Ok(Checked {
            of: judged.of,
            wrt: judged.wrt,
            hand: claim.hand.number(),
            derivative: claim.of.backward()[claim.wrt],
            finite_difference: difference.value,
            finite_error: difference.error,
            verdict: judged.verdict.name(),
            diagnosis: judged.diagnosis.map(|diagnosis| Diagnosis {
                kind: diagnosis.kind.name(),
                text: diagnosis.text + if diagnosis.repaired { " So repaired, it comes out right." } else { "" },
                factor: diagnosis.factor,
                path: diagnosis.path,
            }),
        })
    });
    checked.collect()
}

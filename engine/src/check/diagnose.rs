//! What is wrong with a wrong claim.
//!
//! Every [fault](Fault) that might explain a claim says what the claim would be without it. At one point all faults are
//! proposed whose repair gives the derivative there; those are kept whose repair gives it at every other point too. So a
//! diagnosis is verified at points that had no part in finding it.

use crate::check::edges::{Flow, Link, links};
use crate::check::hand::Options;
use crate::check::points::Point;
use crate::check::steps::first_stray;
use crate::check::study::{Sample, Study};
use crate::check::substitute::{Expression, Substitution};
use crate::check::words::{self, depends};
use crate::error::Result;
use std::fmt;

/// How many points a diagnosis has to hold at, and at least how many.
const PROBES: usize = 12;
const FEWEST: usize = 5;
/// How many points are drawn to find that many at which the claim is clearly off.
const DRAWS: usize = 60;
/// What a repair may leave of the difference.
const LEFT_OVER: f64 = 1e-6;
/// How many pairs of links are tried, at most.
const PAIRS: usize = 1_000_000;

/// The kinds of faults, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Minus the derivative.
    Sign,
    /// A constant times the derivative.
    ConstantFactor,
    /// One named quantity stands where another belongs.
    Substitution,
    /// All paths of the chain rule through one edge of the graph are left out.
    MissingPath,
    /// Only the paths through one edge are followed.
    OnlyPath,
    /// The derivative of one quantity by another is left out.
    MissingFactor,
    /// The derivative of one quantity by another is used twice.
    RepeatedFactor,
    /// The derivative by another variable.
    WrongVariable,
    /// None of these.
    Unknown,
}

impl Kind {
    /// The name in lower case, words joined by underscores: `missing_path`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sign => "sign",
            Kind::ConstantFactor => "constant_factor",
            Kind::Substitution => "substitution",
            Kind::MissingPath => "missing_path",
            Kind::OnlyPath => "only_path",
            Kind::MissingFactor => "missing_factor",
            Kind::RepeatedFactor => "repeated_factor",
            Kind::WrongVariable => "wrong_variable",
            Kind::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What is wrong with a claim, and what to write instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The kind of fault.
    pub kind: Kind,
    /// The fault and its repair in words.
    pub text: String,
    /// By which factor the claim is off, or the part of it that is, where that is constant.
    pub factor: Option<f64>,
    /// The named quantities along the paths in question, from what is differentiated down to what it is differentiated by.
    pub path: Vec<String>,
    /// The name that is to be replaced.
    pub replace: Option<String>,
    /// The name to write in its place.
    pub with: Option<String>,
    /// Whether the claim without the fault was found equal to the derivative at points that had no part in finding it.
    /// Never of [`Kind::Unknown`], for which there is no repair.
    pub repaired: bool,
}

impl Diagnosis {
    pub(crate) fn new(kind: Kind, text: String) -> Self {
        let (factor, path, replace, with) = (None, Vec::new(), None, None);
        Diagnosis { kind, text, factor, path, replace, with, repaired: false }
    }
}

/// How a claim differs from the derivative.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is this many times the derivative.
    Scale(f64),
    Substitution(Substitution),
    /// The paths through a link are taken this many times: not at all, or minus once.
    Paths(Link, f64),
    /// Only the paths through a link are taken.
    Only(Link),
    /// The derivative along a link is left out of the paths through it, or taken twice.
    Factor {
        link: Link,
        twice: bool,
    },
    /// The derivative along a link is left out of those paths only that go through another, or taken twice there.
    FactorOf {
        link: Link,
        via: Link,
        twice: bool,
    },
    /// It is the derivative by another node.
    Variable(usize),
}

/// A claim at one point.
pub(crate) struct Probe {
    pub(crate) flow: Flow,
    pub(crate) sample: Sample,
}

impl Fault {
    /// What the claim would be without the fault.
    fn repaired(&self, probe: &Probe, expression: &Expression<'_>) -> f64 {
        let (flow, hand, derivative) = (&probe.flow, probe.sample.hand.value, probe.sample.derivative.value);
        match self {
            Fault::Scale(factor) => hand / factor,
            Fault::Substitution(substitution) => expression.replay(substitution, &flow.numbers),
            Fault::Paths(link, times) => hand + (1.0 - times) * link.through(flow),
            Fault::Only(link) => hand + (derivative - link.through(flow)),
            Fault::Factor { link, twice: false } => hand + (link.through(flow) - link.bypass(flow)),
            Fault::Factor { link, twice: true } => hand + link.through(flow) * (1.0 - link.factor(flow)),
            Fault::FactorOf { link, via, twice } => {
                let factor = if *twice { link.factor(flow) } else { link.factor(flow).recip() };
                hand + via.through(flow) * (1.0 - factor)
            }
            Fault::Variable(node) => hand + (derivative - flow.adjoints[*node]),
        }
    }

    /// The place in the order of [`Kind`]; what concerns only some of the paths comes last but for another variable.
    fn order(&self) -> u8 {
        match self {
            Fault::Scale(-1.0) => 0,
            Fault::Scale(_) => 1,
            Fault::Substitution(_) => 2,
            Fault::Paths(_, 0.0) => 3,
            Fault::Only(_) => 4,
            Fault::Factor { twice: false, .. } => 5,
            Fault::Factor { twice: true, .. } => 6,
            Fault::Paths(_, -1.0) => 7,
            Fault::Paths(..) => 8,
            Fault::FactorOf { .. } => 9,
            Fault::Variable(_) => 10,
        }
    }
}

impl Probe {
    fn admits(&self, repaired: f64) -> bool {
        (repaired - self.sample.derivative.value).abs() <= LEFT_OVER * self.sample.gap() + self.sample.floor()
    }
}

/// The diagnosis of a claim that is wrong; `shown` is where it is seen to be.
pub(crate) fn diagnose(study: &Study, claim: usize, shown: &Sample, options: &Options) -> Result<Diagnosis> {
    let nodes = study.claims[claim];
    let loose = study.program.cut(nodes.wrt);
    let flow = |point: &Point| Flow::new(&study.program, &loose, point, nodes.of, nodes.wrt);
    let seen = telling_points(study, claim, false, options)?;
    let is_number = study.program.constant(nodes.hand).is_some();
    if let Some((clearest, others)) =
        seen.split_first().filter(|_| seen.iter().all(|(_, sample)| sample.hand.value == 0.0))
    {
        let others = others.iter().map(|(point, _)| flow(point)).collect::<Result<Vec<Flow>>>()?;
        return Ok(words::zero(study, claim, &flow(&clearest.0)?, &others, &flow(&study.recorded)?));
    }
    if is_number && is_figure(study, claim, &seen)? {
        return Ok(words::bare_number(study, claim));
    }
    // Other data tell apart what the recorded data do not, like two inputs of one number. But a claim may hold, and its
    // fault be found, for these data only.
    for move_inputs in [true, false] {
        if let Some((fault, probe)) = search(study, claim, move_inputs, options)? {
            let diagnosis = words::describe(study, claim, &fault, &probe.flow, &flow(&study.recorded)?);
            let for_these_only = !move_inputs && study.moving_inputs(false).contains(&false);
            let addition = if for_these_only { " So repaired, it is right for these inputs only." } else { "" };
            // The search went over other points than that which the fault was found at.
            return Ok(Diagnosis { text: diagnosis.text + addition, repaired: true, ..diagnosis });
        }
    }
    if is_number && depends(study, nodes.of, nodes.wrt) {
        return Ok(words::bare_number(study, claim));
    }
    let flows = seen.iter().take(FEWEST).map(|(point, _)| flow(point));
    let stray = first_stray(study, claim, &flows.collect::<Result<Vec<Flow>>>()?);
    Ok(words::unknown(study, claim, shown, stray))
}

/// Whether a number is that of the derivative at the recorded point, as far as one writes figures down, while the
/// derivative is another elsewhere.
fn is_figure(study: &Study, claim: usize, seen: &[(Point, Sample)]) -> Result<bool> {
    const FIGURES: f64 = 1e-3;
    let recorded = study.samples(&study.recorded, &[claim])?[0];
    Ok(recorded.agrees(1.0, FIGURES) && seen.iter().any(|(_, sample)| !sample.agrees(1.0, FIGURES)))
}

fn search(study: &Study, claim: usize, move_inputs: bool, options: &Options) -> Result<Option<(Fault, Probe)>> {
    let nodes = study.claims[claim];
    let loose = study.program.cut(nodes.wrt);
    let probe = |(point, sample): &(Point, Sample)| -> Result<Probe> {
        Ok(Probe { flow: Flow::new(&study.program, &loose, point, nodes.of, nodes.wrt)?, sample: *sample })
    };
    let mut seen = telling_points(study, claim, move_inputs, options)?.into_iter();
    let Some(clearest) = seen.next() else { return Ok(None) };
    let first = probe(&clearest)?;
    let expression = Expression::new(study, nodes.hand, move_inputs);
    let mut faults = propose(study, claim, &first, &expression);
    for other in seen {
        let other = probe(&other)?;
        faults.retain(|fault| other.admits(fault.repaired(&other, &expression)));
    }
    let named = |node: usize| study.names.contains_key(&node);
    // Of equal faults, one between named quantities, and the earliest.
    let preference = |fault: &Fault| match fault {
        // All of a definition is off by a factor sooner than one of its two equal parts by another.
        Fault::Paths(link, times) if *times == 0.0 => (false, link.to),
        Fault::Factor { link, .. } | Fault::FactorOf { link, .. } | Fault::Paths(link, _) => {
            (!(named(link.from) && named(link.to)), link.to)
        }
        Fault::Only(link) => (false, link.to),
        Fault::Variable(node) => (study.program.op(*node) != study.program.op(nodes.wrt), *node),
        Fault::Scale(_) | Fault::Substitution(_) => (false, 0),
    };
    Ok(faults.into_iter().min_by_key(|fault| (fault.order(), preference(fault))).map(|fault| (fault, first)))
}

/// Points at which the claim is clearly off, the clearest first; none when there are too few.
fn telling_points(study: &Study, claim: usize, move_inputs: bool, options: &Options) -> Result<Vec<(Point, Sample)>> {
    let mut neighbourhood = study.neighbourhood(move_inputs, options.seed.wrapping_add(1 + claim as u64));
    let mut seen: Vec<(Point, Sample)> = Vec::new();
    for _ in 0..DRAWS {
        let Ok(point) = neighbourhood.draw() else { break };
        let sample = study.samples(&point, &[claim])?[0];
        if sample.is_finite() && sample.gap() > 1e3 * sample.floor() {
            seen.push((point, sample));
        }
        if seen.len() == PROBES {
            break;
        }
    }
    if seen.len() < FEWEST {
        return Ok(Vec::new());
    }
    let clarity = |(_, sample): &(Point, Sample)| sample.gap() / sample.floor();
    seen.sort_by(|a, b| clarity(b).total_cmp(&clarity(a)));
    Ok(seen)
}

/// Every fault whose repair gives the derivative at one point.
fn propose(study: &Study, claim: usize, probe: &Probe, expression: &Expression<'_>) -> Vec<Fault> {
    let nodes = study.claims[claim];
    let (flow, hand, derivative) = (&probe.flow, probe.sample.hand.value, probe.sample.derivative.value);
    let size = hand.abs().max(derivative.abs());
    let mut faults = Vec::new();
    let mut consider = |fault: Fault| faults.extend(probe.admits(fault.repaired(probe, expression)).then_some(fault));
    if depends(study, nodes.of, nodes.wrt) {
        if hand != 0.0 && derivative != 0.0 {
            consider(Fault::Scale(tidy(hand / derivative)));
        }
        let wanted = |number: f64| probe.admits(number);
        expression.substitutions(&flow.numbers, wanted).for_each(|found| consider(Fault::Substitution(found)));
    }
    let links = links(study, flow, nodes.of);
    for link in &links {
        let through = link.through(flow);
        if through.abs() > LEFT_OVER * size {
            consider(Fault::Paths(link.clone(), tidy((hand - derivative + through) / through)));
            consider(Fault::Only(link.clone()));
        }
        consider(Fault::Factor { link: link.clone(), twice: false });
        consider(Fault::Factor { link: link.clone(), twice: true });
    }
    if links.len() * links.len() <= PAIRS {
        let through: Vec<f64> = links.iter().map(|link| link.through(flow)).collect();
        for link in &links {
            let factor = link.factor(flow);
            for (twice, factor) in [(false, factor.recip()), (true, factor)] {
                let explains = |&place: &usize| probe.admits(hand + through[place] * (1.0 - factor));
                for place in (0..links.len()).filter(explains) {
                    consider(Fault::FactorOf { link: link.clone(), via: links[place].clone(), twice });
                }
            }
        }
    }
    let others = (0..=nodes.of).filter(|&node| node != nodes.wrt && flow.adjoints[node] != 0.0);
    others.for_each(|node| consider(Fault::Variable(node)));
    faults
}

/// A constant as its author wrote it: a fraction of small numbers, when rounding is all that parts it from one.
fn tidy(factor: f64) -> f64 {
    const PARTS: f64 = 5040.0;
    let near = (factor * PARTS).round() / PARTS;
    if (near - factor).abs() <= 1e-9 * factor.abs().max(1.0) { near } else { factor }
}

//! What hand-made quantities are, by their values: whatever its name, one that is a constant times the derivative by a quantity
//! of the forward computation is that derivative.

use super::evidence::Case;
use super::stage::Stage;
use crate::array::Number;
use crate::check::notes::Execution;
use crate::check::samples::Sample;
use crate::check::sites::How;
use engine::Op;
use std::collections::HashMap;

/// At most so many runs of a line in one step are told apart.
const MOST: usize = 8;

/// A quantity of the forward computation, by the site that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// What gets a name there.
    Named(usize),
    /// What goes into the function of the engine that the site's value is.
    Argument(usize, Op),
    /// What a function of the program is given.
    Given(usize),
}

/// Which run of a line in a step belongs to which of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pairing {
    /// The last ones, in their order.
    InOrder,
    /// The last one to the first.
    Backwards,
    /// The only one to this one.
    Nth(usize),
}

const PAIRINGS: [Pairing; 2] = [Pairing::InOrder, Pairing::Backwards];

/// A derivative that a hand-made quantity is, or is to be.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub(super) factor: f64,
    pub(super) by: Quantity,
    /// What it is and what it is to be, at the first stage.
    pub(super) is: Vec<f64>,
    pub(super) should: Vec<f64>,
}

/// What is known by their values of the quantities that a wrong claim may be made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Recognized {
    /// The sites that made something of it, in the order of making.
    pub(super) made: Vec<usize>,
    /// The sites whose values are what they may be: derivatives by quantities of the forward computation, of which these are
    /// the factors; derivatives of such quantities by each other, or such quantities.
    pub(super) right: HashMap<usize, Option<f64>>,
    /// The first site, in the order of making, whose value is nothing of the kind.
    pub(super) broken: Option<usize>,
    /// What sites are to be for the claim to be right.
    pub(super) meant: HashMap<usize, Meaning>,
}

impl Case<'_> {
    /// Recognizes what a claim is made of.
    pub(super) fn recognized(&self) -> Recognized {
        let Some(first) = self.stages.first() else { return Recognized::default() };
        let known = first.known_quantities();
        let made: Vec<usize> = self.suspects.iter().copied().filter(|&site| !first.made(site).is_empty()).collect();
        let mut right: HashMap<usize, Option<f64>> = HashMap::new();
        let mut local = None;
        for &site in &made {
            let mut is_local =
                || fits(&self.made(site), local.get_or_insert_with(|| self.local_derivatives()), self.rtol);
            match self.factor(site, &known) {
                Some(factor) => _ = right.insert(site, Some(factor)),
                None if self.is_again(site, &known) || is_local() => _ = right.insert(site, None),
                None => {}
            }
        }
        let broken = made.iter().copied().find(|site| !right.contains_key(site));
        let meant = made.iter().filter_map(|&site| Some((site, self.meaning(site, &known)?))).collect();
        Recognized { made, right, broken, meant }
    }

    /// How many times a derivative by some quantity a site's values are.
    fn factor(&self, site: usize, known: &[Quantity]) -> Option<f64> {
        let adjoints = |stage: &Stage, node: u32| stage.adjoints.by(node);
        known.iter().find_map(|&quantity| {
            pairings(&self.stages, site, quantity).find_map(|pairing| self.ratio(site, quantity, pairing, adjoints))
        })
    }

    /// Whether a site's values are those of a quantity, computed again.
    fn is_again(&self, site: usize, known: &[Quantity]) -> bool {
        let values = |stage: &Stage, node: u32| (stage.tape.number(node), stage.tape.rounding(node));
        known.iter().any(|&quantity| {
            let ratio = |pairing| self.ratio(site, quantity, pairing, values);
            pairings(&self.stages, site, quantity).any(|pairing| ratio(pairing) == Some(1.0))
        })
    }

    /// The constant that a site's values are times what a quantity's nodes give, at all stages.
    fn ratio(
        &self,
        site: usize,
        quantity: Quantity,
        pairing: Pairing,
        of: impl Fn(&Stage, u32) -> (f64, f64),
    ) -> Option<f64> {
        let sample = |stage: &Stage, number: &Number, node: u32| {
            let (derivative, derivative_rounding) = of(stage, node);
            let rounding = number.node().map_or(0.0, |node| stage.tape.rounding(node));
            let claimed_rounding = rounding + f64::EPSILON * number.value().abs();
            Sample {
                claimed: number.value(),
                claimed_rounding,
                derivative,
                derivative_rounding,
                is_clipped: false,
                is_set: false,
            }
        };
        let mut samples = Vec::new();
        for stage in &self.stages {
            let pairs = stage.pairs(site, quantity, pairing)?;
            samples.extend(pairs.iter().map(|&(number, node)| sample(stage, number, node)));
        }
        let clearest = samples.iter().max_by(|a, b| a.derivative.abs().total_cmp(&b.derivative.abs()))?;
        let factor = clearest.claimed / clearest.derivative;
        let is_constant = || samples.iter().all(|sample| sample.agrees(factor, self.rtol));
        let factor = (factor.is_finite() && factor != 0.0 && is_constant()).then_some(factor)?;
        match (factor - 1.0).abs() <= self.rtol {
            true => Some(1.0),
            false => is_told(samples.iter()).then_some(factor),
        }
    }

    /// The derivatives of quantities of the forward computation by each other, element by element, at each stage.
    fn local_derivatives(&self) -> Vec<Vec<Vec<f64>>> {
        let quantities: Vec<HashMap<usize, Vec<u32>>> = self.stages.iter().map(Stage::quantities).collect();
        let Some(first) = quantities.first() else { return Vec::new() };
        let pairs = first.keys().flat_map(|of| first.keys().map(move |by| (*of, *by)));
        let alike = pairs.filter(|(of, by)| of != by && first[of].len() == first[by].len());
        alike.filter_map(|(of, by)| self.rows(&quantities, of, by)).collect()
    }

    /// The numbers that a site made for the claim, at each stage.
    fn made(&self, site: usize) -> Vec<Vec<f64>> {
        let numbers = |run: &Execution| run.numbers.iter().map(Number::value).collect::<Vec<f64>>();
        self.stages.iter().map(|stage| stage.made(site).into_iter().flat_map(numbers).collect()).collect()
    }

    /// The derivative that a site's value is to be: with it the claim is right at all stages.
    fn meaning(&self, site: usize, known: &[Quantity]) -> Option<Meaning> {
        let first = self.stages.first()?;
        let changed: Vec<Vec<u32>> = self.stages.iter().map(|stage| self.values(stage, site).0).collect();
        let anew: Vec<_> =
            self.stages.iter().zip(&changed).map(|(stage, nodes)| stage.scene.with(stage.tape, nodes)).collect();
        let name = first.sites[site].name.to_lowercase();
        let mut found: Vec<Meaning> = Vec::new();
        for &quantity in known {
            for pairing in pairings(&self.stages, site, quantity) {
                let numbers: Option<Vec<Vec<f64>>> = self
                    .stages
                    .iter()
                    .zip(&changed)
                    .map(|(stage, nodes)| stage.put(site, quantity, pairing, nodes))
                    .collect();
                let Some(numbers) = numbers else { continue };
                let scaled =
                    |factor: f64, k: usize| numbers[k].iter().map(|number| factor * number).collect::<Vec<f64>>();
                let holds = |factor: f64| {
                    let explains = |k: usize| self.admits(&self.stages[k], anew[k](&scaled(factor, k)));
                    (0..self.stages.len()).all(explains)
                };
                // A claim that is proportional to it tells the factor.
                let one = anew[0](&scaled(1.0, 0)).into_iter().zip(&first.scene.samples);
                let clearest = one.max_by(|a, b| a.1.derivative.abs().total_cmp(&b.1.derivative.abs()));
                let all = self.stages.iter().flat_map(|stage| &stage.scene.samples);
                let told = clearest.filter(|_| is_told(all));
                let told = told.map_or(f64::NAN, |(one, sample)| self.scale * sample.derivative / one);
                let Some(factor) = [1.0, told].into_iter().find(|factor| factor.is_finite() && holds(*factor)) else {
                    continue;
                };
                let is = changed[0].iter().map(|&node| first.tape.number(node)).collect();
                found.push(Meaning {
                    factor: super::evidence::tidy(factor),
                    by: quantity,
                    is,
                    should: scaled(factor, 0),
                });
            }
        }
        let alike = |meaning: &Meaning| match meaning.by {
            Quantity::Named(by) => name.ends_with(&first.sites[by].name.to_lowercase()),
            _ => false,
        };
        let place = found.iter().position(alike).or_else(|| (!found.is_empty()).then_some(0))?;
        Some(found.swap_remove(place))
    }
}

/// Whether samples tell a factor: of one number, anything is a constant times anything.
fn is_told<'a>(samples: impl Iterator<Item = &'a Sample>) -> bool {
    samples.filter(|sample| sample.derivative != 0.0).count() > 1
}

/// Whether some numbers are a constant times one of the others, stage by stage.
fn fits(made: &[Vec<f64>], others: &[Vec<Vec<f64>>], rtol: f64) -> bool {
    others.iter().filter(|rows| made.iter().map(Vec::len).eq(rows.iter().map(Vec::len))).any(|rows| {
        let pairs = || made.iter().flatten().zip(rows.iter().flatten());
        let clearest = pairs().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let factor = clearest.map_or(f64::NAN, |(made, row)| made / row);
        pairs().all(|(made, row)| (made - factor * row).abs() <= rtol * made.abs().max((factor * row).abs()))
    })
}

/// How the runs of a site may belong to those of a quantity.
fn pairings(stages: &[Stage<'_>], site: usize, quantity: Quantity) -> impl Iterator<Item = Pairing> + use<> {
    let counts = stages.first().map_or((0, 0), |stage| (stage.made(site).len(), stage.runs(quantity).len()));
    let count = match counts {
        (1, count @ 2..=MOST) => count,
        _ => 0,
    };
    // In order and backwards are the same for one, and then the last of many is one of those that are counted.
    let whole = PAIRINGS.into_iter().take(if count > 0 { 0 } else { counts.0.min(2) });
    whole.chain((0..count).map(Pairing::Nth))
}

impl<'a> Stage<'a> {
    /// The quantities of the forward computation, in the order in which they are made.
    fn known_quantities(&self) -> Vec<Quantity> {
        let mut found: Vec<(usize, Quantity)> = Vec::new();
        for (place, execution) in self.executions.iter().enumerate() {
            let Some(nodes) = self.forward_nodes(execution) else { continue };
            let site = execution.site;
            match self.sites[site].how {
                How::Assigned | How::Changed => {
                    found.push((place, Quantity::Named(site)));
                    let op = self.tape.program().op(nodes[0] as usize);
                    if op.arity() == Some(1) && !self.runs(Quantity::Argument(site, op)).is_empty() {
                        found.push((place, Quantity::Argument(site, op)));
                    }
                }
                How::Handed => found.push((place, Quantity::Given(site))),
                _ => {}
            }
        }
        let mut known: Vec<Quantity> = Vec::new();
        // What has a name is told by that.
        found.sort_by_key(|&(place, quantity)| (!matches!(quantity, Quantity::Named(_)), place));
        for (_, quantity) in found {
            if !known.contains(&quantity) {
                known.push(quantity);
            }
        }
        known
    }

    /// The nodes of an execution, if what is differentiated is made of all of them.
    fn forward_nodes(&self, execution: &Execution) -> Option<Vec<u32>> {
        let nodes = execution.nodes();
        let whole = !nodes.is_empty() && nodes.len() == execution.numbers.len();
        let is_forward = |&node: &u32| self.is_forward(node) && node != self.scene.of;
        (whole && nodes.iter().all(is_forward)).then_some(nodes)
    }

    /// The nodes that a quantity had, run by run.
    fn runs(&self, quantity: Quantity) -> Vec<Vec<u32>> {
        let of = |site: usize| {
            let own = self.executions.iter().filter(move |execution| execution.site == site);
            own.filter_map(|execution| self.forward_nodes(execution))
        };
        match quantity {
            Quantity::Named(site) | Quantity::Given(site) => of(site).collect(),
            Quantity::Argument(site, op) => {
                let program = self.tape.program();
                let argument = |&node: &u32| match (program.op(node as usize) == op, program.args(node as usize)) {
                    (true, &[arg]) if self.is_forward(arg) && self.name(arg).is_none() => Some(arg),
                    _ => None,
                };
                of(site).filter_map(|nodes| nodes.iter().map(argument).collect()).collect()
            }
        }
    }

    /// The executions of a site that made something for the claim by hand.
    fn made(&self, site: usize) -> Vec<&'a Execution> {
        let own = self.executions.iter().filter(|execution| execution.site == site);
        own.filter(|execution| self.is_by_hand(execution)).collect()
    }

    /// The numbers of a site, each with its own node of a quantity.
    fn pairs(&self, site: usize, quantity: Quantity, pairing: Pairing) -> Option<Vec<(&'a Number, u32)>> {
        let (made, runs) = (self.made(site), self.runs(quantity));
        let skipped = runs.len().checked_sub(made.len())?;
        let run = |k: usize| match pairing {
            Pairing::InOrder => runs.get(skipped + k),
            Pairing::Backwards => runs.get(runs.len() - 1 - k),
            Pairing::Nth(n) => runs.get(n),
        };
        let mut pairs = Vec::new();
        for (k, execution) in made.iter().enumerate() {
            let nodes = run(k).filter(|nodes| nodes.len() == execution.numbers.len())?;
            pairs.extend(execution.numbers.iter().zip(nodes.iter().copied()));
        }
        (!pairs.is_empty()).then_some(pairs)
    }

    /// What is to stand at a site's nodes if it is the derivative by a quantity.
    fn put(&self, site: usize, quantity: Quantity, pairing: Pairing, nodes: &[u32]) -> Option<Vec<f64>> {
        let pairs = self.pairs(site, quantity, pairing)?;
        let by: HashMap<u32, f64> =
            pairs.iter().filter_map(|&(number, node)| Some((number.node()?, self.adjoints.by(node).0))).collect();
        nodes.iter().map(|node| by.get(node).copied()).collect()
    }
}

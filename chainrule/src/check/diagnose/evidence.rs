//! What the numbers of a wrong claim say about its fault.

use super::stage::{EdgeKey, Edges, Stage};
use crate::check::report::FaultKind;
use crate::check::scene::Variation;
use crate::check::sites::How;
use engine::{Tape, WhatIf};
use std::collections::{HashMap, HashSet};

/// A fault that explains a claim at all stages.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Evidence {
    /// It is this many times the derivative, and the value of this site can be blamed for it.
    Scaled { factor: f64, site: usize },
    /// All paths through some edges are left out, or taken alone.
    Paths { key: EdgeKey, only: bool },
    /// The derivative of one site's value by another's is left out of a third's, or is in it twice.
    Factor { of: usize, by: usize, within: usize, twice: bool },
    /// It is the derivative by what another name holds.
    Variable { name: String },
}

impl Evidence {
    /// Whether two claims leave out the same edges, each on the way to its own variable.
    pub(super) fn is_akin(&self, other: &Evidence) -> bool {
        match (self, other) {
            (Evidence::Paths { key: a, only }, Evidence::Paths { key: b, only: too }) => {
                (a.into, a.op, only) == (b.into, b.op, too)
            }
            _ => false,
        }
    }

    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Evidence::Scaled { factor, .. } if *factor == -1.0 => FaultKind::Sign,
            Evidence::Scaled { .. } => FaultKind::ConstantFactor,
            Evidence::Paths { only: false, .. } => FaultKind::MissingPath,
            Evidence::Paths { only: true, .. } => FaultKind::OnlyPath,
            Evidence::Factor { twice: false, .. } => FaultKind::MissingFactor,
            Evidence::Factor { twice: true, .. } => FaultKind::RepeatedFactor,
            Evidence::Variable { .. } => FaultKind::WrongVariable,
        }
    }
}

/// What is weighed: the stages of one claim, what can be blamed for it, and what it should be.
pub(super) struct Case<'a> {
    pub(super) stages: Vec<Stage<'a>>,
    /// Sites in the order in which they run.
    pub(super) suspects: Vec<usize>,
    /// How many times the derivative the other claims are.
    pub(super) scale: f64,
    pub(super) rtol: f64,
}

impl Case<'_> {
    fn all(&self, holds: impl Fn(&Stage) -> bool) -> bool {
        self.stages.iter().all(holds)
    }

    pub(super) fn admits(&self, stage: &Stage, claimed: impl IntoIterator<Item = f64>) -> bool {
        stage.scene.admits(claimed, self.scale, self.rtol)
    }

    /// Every fault that explains the claim, the likeliest first.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let mut found = self.scaled();
        found.extend(self.paths());
        found.extend(self.factors());
        found.extend(self.variable());
        found.sort_by_key(Evidence::kind);
        found
    }

    fn scaled(&self) -> Vec<Evidence> {
        let largest = |stage: &Stage| {
            let sample = stage.scene.samples.iter().max_by(|a, b| a.derivative.abs().total_cmp(&b.derivative.abs()));
            sample.map(|sample| sample.claimed / (self.scale * sample.derivative))
        };
        let factor = self.stages.iter().find_map(|stage| largest(stage).filter(|c| c.is_finite() && *c != 0.0));
        let Some(factor) = factor.map(tidy) else { return Vec::new() };
        let explains = self.all(|stage| self.admits(stage, stage.scene.claimed().map(|claimed| claimed / factor)));
        if !explains {
            return Vec::new();
        }
        let blamed = |site: &usize| {
            self.all(|stage| {
                let (nodes, numbers) = self.values(stage, *site);
                let scaled: Vec<f64> = numbers.iter().map(|number| number / factor).collect();
                !nodes.is_empty() && self.admits(stage, stage.scene.with(stage.tape, &nodes)(&scaled))
            })
        };
        self.suspects.iter().copied().filter(blamed).map(|site| Evidence::Scaled { factor, site }).collect()
    }

    /// The nodes of all that a site had on a stage and the claim is made of, with their numbers.
    pub(super) fn values(&self, stage: &Stage, site: usize) -> (Vec<u32>, Vec<f64>) {
        let executions = stage.executions.iter().filter(|execution| execution.site == site);
        let mut nodes: Vec<u32> = executions.flat_map(|execution| execution.nodes()).collect();
        nodes.retain(|&node| stage.is_part_of_claim(node));
        nodes.sort_unstable();
        nodes.dedup();
        let numbers = nodes.iter().map(|&node| stage.tape.number(node)).collect();
        (nodes, numbers)
    }

    fn paths(&self) -> Vec<Evidence> {
        let edges: Vec<HashMap<EdgeKey, Edges>> = self.stages.iter().map(Stage::edges).collect();
        let Some(first) = edges.first() else { return Vec::new() };
        let mut found = Vec::new();
        for key in first.keys() {
            for only in [false, true] {
                if self.follows(key, only, &edges) {
                    found.push(Evidence::Paths { key: key.clone(), only });
                }
            }
        }
        // A single operation says more than a line, and an earlier line comes first.
        let place = |each: &Evidence| match each {
            Evidence::Paths { key, .. } => (key.op.is_none(), key.into, key.from, key.op.map(|op| op.1)),
            _ => (true, 0, None, None),
        };
        found.sort_by_key(place);
        found
    }

    /// Whether the claim follows all paths but those through some edges, or only them.
    fn follows(&self, key: &EdgeKey, only: bool, edges: &[HashMap<EdgeKey, Edges>]) -> bool {
        self.stages.iter().zip(edges).all(|(stage, edges)| {
            let Some(edges) = edges.get(key) else { return false };
            let through = stage.through(edges);
            let says_something = stage.scene.samples.iter().any(|sample| !sample.is_zero());
            says_something
                && through.iter().any(|&through| through != 0.0)
                && self.admits(stage, self.with_paths(stage, &through, only))
        })
    }

    /// The claim with the paths that go through some edges, or else with all others.
    fn with_paths(&self, stage: &Stage, through: &[f64], only: bool) -> Vec<f64> {
        let repaired = stage.scene.samples.iter().zip(through).map(|(sample, through)| {
            let through = self.scale * through;
            let whole = self.scale * sample.derivative;
            sample.claimed + if only { whole - through } else { through }
        });
        repaired.collect()
    }

    /// What a piece of evidence makes of the claim of a stage, if it explains that.
    pub(super) fn repaired(&self, stage: &Stage, evidence: &Evidence) -> Option<Vec<f64>> {
        let claimed = match evidence {
            Evidence::Paths { key, only } => self.with_paths(stage, &stage.through(stage.edges().get(key)?), *only),
            Evidence::Factor { of, by, within, twice } => {
                let quantities = stage.quantities();
                let row = stage.elementwise(quantities.get(of)?, quantities.get(by)?)?;
                self.with_factor(stage, *within, &row, *twice)?
            }
            Evidence::Variable { .. } => {
                stage.scene.samples.iter().map(|sample| self.scale * sample.derivative).collect()
            }
            Evidence::Scaled { factor, .. } => stage.scene.claimed().map(|claimed| claimed / factor).collect(),
        };
        self.admits(stage, claimed.iter().copied()).then_some(claimed)
    }

    /// Whether a piece of evidence that was found at other stages explains the claim at these.
    pub(super) fn holds(&self, evidence: &Evidence) -> bool {
        match evidence {
            Evidence::Paths { key, only } => {
                let edges: Vec<HashMap<EdgeKey, Edges>> = self.stages.iter().map(Stage::edges).collect();
                self.follows(key, *only, &edges)
            }
            Evidence::Factor { of, by, within, twice } => {
                let all: Vec<HashMap<usize, Vec<u32>>> = self.stages.iter().map(Stage::quantities).collect();
                self.rows(&all, *of, *by).is_some_and(|rows| self.takes_factor(*within, &rows, *twice))
            }
            Evidence::Variable { name } => self.is_by(name),
            Evidence::Scaled { .. } => self.scaled().contains(evidence),
        }
    }

    /// Which of the variants that were evaluated in the place of a site's value explain the claim.
    pub(super) fn explaining(&self, variations: &[Variation], site: usize, variants: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..variants).collect();
        for stage in &self.stages {
            if stage.sites[site].how == How::Step(stage.scene.claim) {
                left.retain(|&variant| self.is_step(stage, variations, site, variant));
                continue;
            }
            let is_part = |variation: &&Variation| variation.nodes.iter().any(|&node| stage.is_part_of_claim(node));
            let own: Vec<&Variation> =
                variations.iter().filter(|variation| variation.site == site).filter(is_part).collect();
            let nodes: Vec<u32> = own.iter().flat_map(|variation| variation.nodes.iter().copied()).collect();
            if nodes.is_empty() {
                return Vec::new();
            }
            let claimed = stage.scene.with(stage.tape, &nodes);
            let chain = Chain::of(stage.tape, &own);
            left.retain(|&variant| {
                let numbers = own.iter().map(|variation| {
                    let anew = variation.numbers.get(variant)?.as_ref();
                    anew.filter(|anew| anew.len() == variation.nodes.len()).map(Vec::as_slice)
                });
                let numbers: Option<Vec<&[f64]>> = numbers.collect();
                numbers.is_some_and(|numbers| self.admits(stage, claimed(&chain.numbers(stage.tape, &numbers))))
            });
        }
        left
    }

    /// Whether what was evaluated in the place of what an update takes off is right: once for each time that it ran.
    fn is_step(&self, stage: &Stage, variations: &[Variation], site: usize, variant: usize) -> bool {
        let own = variations.iter().filter(|variation| variation.site == site);
        let Some(Some(anew)) =
            own.clone().nth(stage.round(site)).map(|own| own.numbers.get(variant).cloned().flatten())
        else {
            return false;
        };
        let (count, rate) = (stage.scene.samples.len(), stage.scene.rate);
        let claimed = (0..count).map(|k| anew[if anew.len() == 1 { 0 } else { k }] / rate);
        (anew.len() == 1 || anew.len() == count) && self.admits(stage, claimed)
    }

    /// The derivative of one site's value by another's, element by element, at each stage.
    pub(super) fn rows(&self, all: &[HashMap<usize, Vec<u32>>], of: usize, by: usize) -> Option<Vec<Vec<f64>>> {
        self.stages.iter().zip(all).map(|(stage, all)| stage.elementwise(all.get(&of)?, all.get(&by)?)).collect()
    }

    /// Whether the claim is right once a site's value is multiplied by a factor, or divided by it.
    fn takes_factor(&self, within: usize, rows: &[Vec<f64>], twice: bool) -> bool {
        self.stages.iter().zip(rows).all(|(stage, row)| {
            self.with_factor(stage, within, row, twice).is_some_and(|claimed| self.admits(stage, claimed))
        })
    }

    /// The claim with a site's value multiplied by a factor, or divided by it.
    fn with_factor(&self, stage: &Stage, within: usize, row: &[f64], twice: bool) -> Option<Vec<f64>> {
        let (nodes, numbers) = self.values(stage, within);
        if nodes.is_empty() || row.len() != 1 && nodes.len() != row.len() {
            return None;
        }
        let factor = |k: usize| row[if row.len() == 1 { 0 } else { k }];
        let changed = |(k, number): (usize, &f64)| if twice { number / factor(k) } else { number * factor(k) };
        let changed: Vec<f64> = numbers.iter().enumerate().map(changed).collect();
        Some(stage.scene.with(stage.tape, &nodes)(&changed))
    }

    /// Whether the claim is the derivative by what a name holds.
    fn is_by(&self, name: &str) -> bool {
        self.all(|stage| {
            let named = stage.named();
            let Some(nodes) = named.get(name) else { return false };
            let by = nodes.iter().map(|&node| self.scale * stage.adjoints.by(node).0);
            nodes.len() == stage.scene.samples.len()
                && !nodes.contains(&stage.scene.of)
                && nodes.iter().zip(&stage.scene.wrt).any(|(&a, &b)| Some(a) != b)
                && by.zip(stage.scene.claimed()).all(|(by, claimed)| (by - claimed).abs() <= self.rtol * by.abs())
        })
    }

    fn factors(&self) -> Vec<Evidence> {
        let quantities: Vec<HashMap<usize, Vec<u32>>> = self.stages.iter().map(Stage::quantities).collect();
        let Some(first) = quantities.first() else { return Vec::new() };
        let mut sites: Vec<usize> = first.keys().copied().collect();
        sites.sort_unstable();
        let mut found = Vec::new();
        for &of in &sites {
            for &by in sites.iter().filter(|&&by| by != of && first[&by].len() == first[&of].len()) {
                let Some(rows) = self.rows(&quantities, of, by) else { continue };
                for &within in &self.suspects {
                    for twice in [false, true] {
                        if self.takes_factor(within, &rows, twice) {
                            found.push(Evidence::Factor { of, by, within, twice });
                        }
                    }
                }
            }
        }
        found
    }

    fn variable(&self) -> Option<Evidence> {
        let mut names: Vec<&str> = self.stages.first()?.named().into_keys().collect();
        names.sort_unstable();
        names.into_iter().find(|name| self.is_by(name)).map(|name| Evidence::Variable { name: name.to_owned() })
    }
}

/// The runs of one line in a step, of which later ones may be made of earlier ones.
struct Chain<'a> {
    runs: Vec<&'a Variation>,
    /// For each run what it would be if those before it were others, where it is made of them.
    anew: Vec<Option<WhatIf<'a>>>,
}

impl<'a> Chain<'a> {
    fn of(tape: &'a Tape, runs: &[&'a Variation]) -> Chain<'a> {
        let mut before: Vec<u32> = Vec::new();
        let mut anew = Vec::new();
        for run in runs {
            let is_chained = !before.is_empty() && {
                let moved = tape.made_from(&before);
                run.nodes.iter().any(|&node| moved[node as usize])
            };
            anew.push(is_chained.then(|| tape.what_if(&run.nodes, &before)));
            before.extend(&run.nodes);
        }
        Chain { runs: runs.to_vec(), anew }
    }

    /// The numbers of all runs with a variant in their places: what is made of earlier runs changes as much by it, in
    /// proportion, as it did where it was evaluated.
    fn numbers(&self, tape: &Tape, variant: &[&[f64]]) -> Vec<f64> {
        let mut numbers: Vec<f64> = Vec::new();
        for ((run, anew), variant) in self.runs.iter().zip(&self.anew).zip(variant) {
            let Some(anew) = anew else {
                numbers.extend(*variant);
                continue;
            };
            let old = run.nodes.iter().map(|&node| tape.number(node));
            let moved = anew.numbers(&numbers).into_iter().zip(old).zip(*variant);
            let moved = moved.map(|((new, old), variant)| if old == 0.0 { *variant } else { new * variant / old });
            numbers.extend(moved.collect::<Vec<f64>>());
        }
        numbers
    }
}

/// The sites whose values went into a wrong claim and into no right one, in the order in which they run.
pub(super) fn suspects(wrong: &[&Stage], right: &[&Stage], source: &str) -> Vec<usize> {
    let by_hand = |stages: &[&Stage]| -> HashSet<usize> {
        let of_one = |stage: &&Stage| {
            let executions = stage.executions.iter().filter(|execution| stage.is_by_hand(execution));
            executions.map(|execution| execution.site).collect::<Vec<usize>>()
        };
        stages.iter().flat_map(of_one).collect()
    };
    let (mut blamed, cleared) = (by_hand(wrong), by_hand(right));
    blamed.extend(wrong.iter().flat_map(|stage| stage.own_sites()));
    blamed.retain(|site| !cleared.contains(site));
    let Some(first) = wrong.first() else { return Vec::new() };
    // What is not traced, like an input that is a factor, is known by its name.
    let read: Vec<HashSet<&str>> = first
        .sites
        .iter()
        .map(|site| site.value.map_or_else(HashSet::new, |range| words(&source[range]).collect()))
        .collect();
    let is_read = |site: usize, by: &HashSet<usize>| {
        let name = first.sites[site].name.as_str();
        let readers: Vec<usize> =
            (0..read.len()).filter(|&reader| !name.is_empty() && read[reader].contains(name)).collect();
        !readers.is_empty() && readers.iter().all(|reader| *reader == site || by.contains(reader))
    };
    let mut known = blamed.clone();
    loop {
        let more: Vec<usize> = (0..read.len())
            .filter(|site| !known.contains(site) && !cleared.contains(site) && is_read(*site, &known))
            .collect();
        if more.is_empty() {
            break;
        }
        known.extend(more);
    }
    let mut order: Vec<usize> = Vec::new();
    for execution in wrong.iter().flat_map(|stage| stage.noted) {
        let site = &first.sites[execution.site];
        let has_text = site.value.is_some() && site.how != How::Handed;
        if has_text
            && !order.contains(&execution.site)
            && (blamed.contains(&execution.site) || known.contains(&execution.site) && execution.nodes().is_empty())
        {
            order.push(execution.site);
        }
    }
    order
}

/// The names in some source.
fn words(source: &str) -> impl Iterator<Item = &str> {
    source.split(|c: char| !(c.is_alphanumeric() || c == '_'))
}

/// A constant as its author wrote it: a fraction of small numbers, when rounding is all that parts it from one.
pub(super) fn tidy(factor: f64) -> f64 {
    const PARTS: f64 = 5040.0;
    let near = (factor * PARTS).round() / PARTS;
    if near != 0.0 && (near - factor).abs() <= 1e-9 * factor.abs() { near } else { factor }
}

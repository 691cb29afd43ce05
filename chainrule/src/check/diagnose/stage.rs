//! One execution of a wrong claim, with what was named before it: the stage on which its fault is looked for.

use crate::check::monitor::Monitor;
use crate::check::notes::Execution;
use crate::check::scene::Scene;
use crate::check::sites::{How, Site};
use engine::{Derivatives, Op, Tape};
use ruff_text_size::TextRange;
use std::collections::HashMap;

/// A scene with its surroundings.
pub(super) struct Stage<'a> {
    pub(super) tape: &'a Tape,
    pub(super) sites: &'a [Site],
    pub(super) scene: &'a Scene,
    /// All that was noted before the claim, and of it what was noted since its variable was made.
    pub(super) noted: &'a [Execution],
    pub(super) executions: &'a [Execution],
    pub(super) adjoints: Derivatives,
    /// Where the claim is made, if it is none of an update.
    claim_range: Option<TextRange>,
    /// What is differentiated is made of these nodes.
    forward: Vec<bool>,
    /// These nodes are made of what is differentiated by.
    dependent: Vec<bool>,
    /// What is claimed is made of these nodes.
    hand: Vec<bool>,
    /// The execution that each node of the forward computation is known by.
    known: HashMap<u32, usize>,
}

/// Edges of the graph that a program's author would take for one: from a quantity into a line, or into one operation of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct EdgeKey {
    /// The site of the quantity; none for what is differentiated by.
    pub(super) from: Option<usize>,
    /// The site of the line.
    pub(super) into: usize,
    /// Which operation of the line, counted among those of its kind; all of the line when there is none.
    pub(super) op: Option<(Op, usize)>,
}

/// The edges of one key on one stage.
pub(super) type Edges = Vec<(u32, u32, usize)>;

impl<'a> Stage<'a> {
    pub(super) fn new(
        tape: &'a Tape,
        executions: &'a [Execution],
        monitor: &'a Monitor,
        scene: &'a Scene,
    ) -> Stage<'a> {
        let noted = &executions[..scene.noted];
        let begin = scene.leaves().into_iter().min().unwrap_or(0) as usize;
        let executions = &noted[noted.partition_point(|execution| execution.end <= begin)..];
        let sites = &monitor.notes.sites[..];
        let forward = tape.made_of(&[scene.of]);
        let dependent = tape.made_from(&scene.leaves());
        let hand = tape.made_of(&scene.hand.iter().copied().flatten().collect::<Vec<u32>>());
        let mut known: HashMap<u32, usize> = HashMap::new();
        for (place, execution) in executions.iter().enumerate() {
            let site = &sites[execution.site];
            if !matches!(site.how, How::Assigned | How::Changed) {
                continue;
            }
            for node in execution.nodes().into_iter().filter(|&node| forward[node as usize]) {
                let better = |&other: &usize| execution.depth < executions[other].depth;
                if known.get(&node).is_none_or(better) {
                    known.insert(node, place);
                }
            }
        }
        let partial = scene.claim.checked_sub(monitor.claims.updates.len());
        let claim_range = partial.map(|k| monitor.claims.partials.claims[k].range);
        Stage {
            tape,
            sites,
            scene,
            noted,
            executions,
            claim_range,
            adjoints: tape.derivatives(scene.of),
            forward,
            dependent,
            hand,
            known,
        }
    }

    /// Whether an execution made something for the claim that is no part of what is differentiated.
    pub(super) fn is_by_hand(&self, execution: &Execution) -> bool {
        let is_leaf = |node: u32| self.tape.program().args(node as usize).is_empty();
        execution.nodes().iter().any(|&node| self.hand[node as usize] && !self.forward[node as usize] && !is_leaf(node))
    }

    /// The name of a node of the forward computation.
    pub(super) fn name(&self, node: u32) -> Option<&'a str> {
        self.known.get(&node).map(|&place| self.sites[self.executions[place].site].target.trim_start_matches("self."))
    }

    /// The line in which a node was computed: the first site that had a value after it.
    pub(super) fn line_of(&self, node: u32) -> Option<usize> {
        let place = self.executions.partition_point(|execution| execution.end <= node as usize);
        let rest = &self.executions[place..];
        let is_line = |execution: &&Execution| !matches!(self.sites[execution.site].how, How::Returned | How::Handed);
        let outer = rest.iter().find(is_line);
        Some(outer.or(rest.first())?.site)
    }

    /// The quantities of the forward computation on the way to the claim's variable, and the nodes of each.
    pub(super) fn quantities(&self) -> HashMap<usize, Vec<u32>> {
        let mut quantities: HashMap<usize, Vec<u32>> = HashMap::new();
        for (&node, &place) in &self.known {
            if self.dependent[node as usize] {
                quantities.entry(self.executions[place].site).or_default().push(node);
            }
        }
        quantities.values_mut().for_each(|nodes| nodes.sort_unstable());
        quantities
    }

    /// The sites at which the claim itself is made.
    pub(super) fn own_sites(&self) -> Vec<usize> {
        let is_own = |site: &usize| {
            self.sites[*site].how == How::Step(self.scene.claim) || self.claim_range == Some(self.sites[*site].range)
        };
        (0..self.sites.len()).filter(is_own).collect()
    }

    /// How often a site had run before the claim's own execution.
    pub(super) fn round(&self, site: usize) -> usize {
        self.noted.iter().filter(|execution| execution.site == site).count().saturating_sub(1)
    }

    /// The sites of the forward computation.
    pub(super) fn named_sites(&self) -> Vec<usize> {
        self.known.values().map(|&place| self.executions[place].site).collect()
    }

    /// What each name of the forward computation holds.
    pub(super) fn named(&self) -> HashMap<&'a str, Vec<u32>> {
        let mut named: HashMap<&str, Vec<u32>> = HashMap::new();
        for execution in self.noted {
            let nodes = execution.nodes();
            if !nodes.is_empty() && nodes.iter().all(|&node| self.forward[node as usize]) {
                named.insert(&self.sites[execution.site].target, nodes);
            }
        }
        named.remove("");
        named
    }

    /// Whether what is differentiated is made of a node.
    pub(super) fn is_forward(&self, node: u32) -> bool {
        self.forward[node as usize]
    }

    /// Whether a node is one that the claim is made of.
    pub(super) fn is_part_of_claim(&self, node: u32) -> bool {
        self.hand[node as usize]
    }

    /// The derivative of each of some nodes by its own one of others; none where one depends on several.
    pub(super) fn elementwise(&self, of: &[u32], by: &[u32]) -> Option<Vec<f64>> {
        let program = self.tape.program();
        let (first, last) = (*by.iter().min()?, *of.iter().max()?);
        // For each node the one element that it depends on.
        let mut element: HashMap<u32, usize> = by.iter().copied().zip(0..).collect();
        for node in first..=last {
            if element.contains_key(&node) {
                continue;
            }
            let mut own = program.args(node as usize).iter().filter_map(|arg| element.get(arg).copied());
            if let Some(one) = own.next() {
                if own.any(|other| other != one) {
                    return None;
                }
                element.insert(node, one);
            }
        }
        of.iter().enumerate().all(|(k, node)| element.get(node) == Some(&k)).then_some(())?;
        let seeds: Vec<(u32, f64)> = of.iter().map(|&node| (node, 1.0)).collect();
        let adjoints = self.tape.pull_back(&seeds);
        Some(by.iter().map(|&node| adjoints.by(node).0).collect())
    }

    /// The edges from named quantities, by line and by operation of the line.
    pub(super) fn edges(&self) -> HashMap<EdgeKey, Edges> {
        let leaves = self.scene.leaves();
        let mut edges: HashMap<EdgeKey, Edges> = HashMap::new();
        // The runs of one operation in a line, for an operation on arrays is one operation to its author.
        let mut runs: HashMap<(usize, Op), usize> = HashMap::new();
        let mut last: Option<(usize, Op)> = None;
        let program = self.tape.program();
        for node in 0..=self.scene.of {
            let op = program.op(node as usize);
            if op == Op::Const || !self.forward[node as usize] || !self.dependent[node as usize] {
                continue;
            }
            let Some(line) = self.line_of(node) else { continue };
            if last != Some((line, op)) {
                *runs.entry((line, op)).or_default() += 1;
                last = Some((line, op));
            }
            for (place, &arg) in program.args(node as usize).iter().enumerate() {
                let from = self.known.get(&arg).map(|&place| self.executions[place].site);
                let is_leaf = leaves.contains(&arg);
                if !self.dependent[arg as usize] || from.is_none() && !is_leaf {
                    continue;
                }
                let from = if is_leaf { None } else { from };
                let run = runs[&(line, op)];
                for op in [None, Some((op, run))] {
                    edges.entry(EdgeKey { from, into: line, op }).or_default().push((arg, node, place));
                }
            }
        }
        edges
    }

    /// The sum over all paths through some edges, element by element of the claim.
    pub(super) fn through(&self, edges: &Edges) -> Vec<f64> {
        let seed = |&(from, into, place): &(u32, u32, usize)| {
            (from, self.adjoints.by(into).0 * self.tape.partial(into, place))
        };
        let seeds: Vec<(u32, f64)> = edges.iter().map(seed).filter(|seed| seed.1 != 0.0).collect();
        self.scene.by(&self.tape.pull_back(&seeds))
    }

    /// The named quantities along one path through an edge, from what is differentiated to what it is differentiated by.
    pub(super) fn route(&self, (from, into, _): (u32, u32, usize), of: &str, wrt: &str) -> Vec<String> {
        let program = self.tape.program();
        let mut above = vec![into];
        let mut node = into;
        while node != self.scene.of {
            let consumes = |other: &u32| self.forward[*other as usize] && program.args(*other as usize).contains(&node);
            let Some(next) = (node + 1..=self.scene.of).find(consumes) else { break };
            above.push(next);
            node = next;
        }
        let leaves = self.scene.leaves();
        let mut below = vec![from];
        let mut node = from;
        while !leaves.contains(&node) {
            let next = program.args(node as usize).iter().find(|&&arg| self.dependent[arg as usize]);
            let Some(&next) = next else { break };
            below.push(next);
            node = next;
        }
        let mut names = vec![of.to_owned()];
        for node in above.into_iter().rev().chain(below).filter(|&node| node != self.scene.of) {
            let name = if leaves.contains(&node) { Some(wrt) } else { self.name(node) };
            if let Some(name) = name.filter(|name| names.last().is_none_or(|last| last != name)) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

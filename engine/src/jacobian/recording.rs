//! What a tape holds, and the reverse sweep over it.

use super::active::Active;
use super::differential::{Differential, Nodes};
use super::layer::Layers;
use std::cell::RefCell;

/// The memory of a tape, used again at each gradient.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) entries: Vec<Entry>,
    pub(super) layers: Layers,
}

/// What is recorded while a function runs. Nodes are counted from 1: first the variables, then those that entries make.
#[derive(Debug)]
pub(super) struct Recording<'t> {
    /// The numbers of the variables.
    pub(super) at: &'t [f64],
    /// The last node.
    pub(super) last: u32,
    pub(super) memory: &'t mut Memory,
}

/// Two partials of a node by earlier ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    first: f64,
    second: f64,
    nodes: Nodes,
}

/// Set in the first of `Entry::nodes` where the next entry is of the same node.
const GOES_ON: u32 = 1 << 31;
/// How many nodes there may be: less than the flag.
const MOST: u32 = GOES_ON - 1;

/// Runs a function and the reverse sweep: gives its value, and leaves in `adjoints` the derivatives by the variables, after
/// one number that is of no node, and zeros after these.
#[inline(always)]
pub(super) fn sweep<'t>(
    tape: &'t RefCell<Recording<'t>>,
    variables: &[Active<'t>],
    function: impl FnOnce(&[Active<'t>]) -> Active<'t>,
    adjoints: &mut Vec<f64>,
) -> f64 {
    let result = function(variables);
    tape.borrow_mut().pull_back(result.differential(), adjoints);
    result.number()
}

impl Memory {
    pub(super) fn with_capacity(entries: usize) -> Self {
        Memory { entries: Vec::with_capacity(entries), layers: Layers::default() }
    }

    #[inline(always)]
    fn push(&mut self, of: Differential, flags: u32) {
        let nodes = of.nodes | Nodes::one(flags);
        self.entries.push(Entry { first: of.first, second: of.second, nodes });
    }
}

impl<'t> Recording<'t> {
    #[inline(always)]
    pub(super) fn new(memory: &'t mut Memory, at: &'t [f64]) -> Self {
        if at.len() > MOST as usize {
            no_room();
        }
        memory.entries.clear();
        memory.layers.clear();
        Recording { at, last: at.len() as u32, memory }
    }

    /// Counts nodes that are recorded together. Panics when there is no room for them.
    #[inline(always)]
    pub(super) fn add_nodes(&mut self, nodes: usize) {
        if nodes > (MOST - self.last) as usize {
            no_room();
        }
        self.last += nodes as u32;
    }

    /// The same with one node instead of two.
    #[inline(always)]
    pub(super) fn as_one_node(&mut self, of: Differential) -> Differential {
        if of.nodes.is_one() { of } else { self.record(of) }
    }

    /// Makes a node of a differential.
    #[inline(always)]
    fn record(&mut self, of: Differential) -> Differential {
        let Differential { first, second, nodes } = of;
        if self.last == MOST || self.memory.entries.len() == self.memory.entries.capacity() {
            self.record_with_more_room(first, second, nodes);
        } else {
            self.last += 1;
            self.memory.push(of, 0);
        }
        Differential::of_node(self.last)
    }

    /// In plain numbers, which are handed over in registers.
    #[cold]
    #[inline(never)]
    fn record_with_more_room(&mut self, first: f64, second: f64, nodes: Nodes) {
        self.add_nodes(1);
        self.memory.push(Differential { first, second, nodes }, 0);
    }

    /// Begins a node of many edges.
    #[inline(always)]
    pub(super) fn edges(&mut self) -> Edges<'_, 't> {
        Edges { recording: self, recorded: false, carried: Differential::NONE }
    }

    /// The reverse sweep. The first of the adjoints is of no node: what stands for an absent second adds to it.
    #[inline(always)]
    fn pull_back(&mut self, of: Differential, adjoints: &mut Vec<f64>) {
        let mut node = self.last as usize;
        if adjoints.len() <= node {
            adjoints.resize(1 + node, 0.0);
        }
        let adjoints = &mut adjoints[..=node];
        adjoints[of.nodes.first() as usize] += of.first;
        adjoints[of.nodes.second() as usize] += of.second;
        let Memory { entries, layers } = &mut *self.memory;
        let (mut end, mut remaining) = (entries.len(), layers.count());
        loop {
            let start = if remaining == 0 { 0 } else { layers.entries_before(remaining - 1) };
            let mut adjoint = 0.0;
            for &Entry { first, second, nodes } in entries[start..end].iter().rev() {
                if nodes.first() & GOES_ON == 0 {
                    adjoint = std::mem::take(&mut adjoints[node]);
                    node -= 1;
                }
                if adjoint == 0.0 {
                    continue;
                }
                let scaled = Differential { first, second, nodes }.times(adjoint);
                adjoints[(nodes.first() & !GOES_ON) as usize] += scaled.first;
                adjoints[nodes.second() as usize] += scaled.second;
            }
            if remaining == 0 {
                break;
            }
            remaining -= 1;
            node -= layers.pull_back(remaining, node, self.at, adjoints);
            end = start;
        }
    }
}

/// The differential of an op of many arguments, while it is added up. Edges become entries of one node when there are more
/// than can be carried.
pub(super) struct Edges<'a, 't> {
    recording: &'a mut Recording<'t>,
    /// Whether entries were recorded.
    recorded: bool,
    carried: Differential,
}

impl Edges<'_, '_> {
    #[inline(always)]
    pub(super) fn add(&mut self, by: Differential) {
        let carried = self.carried;
        self.carried = match (carried.nodes, by.nodes) {
            (_, Nodes::NONE) => carried,
            (Nodes::NONE, _) => by,
            (a, b) if a.is_one() && b.is_one() => {
                Differential { first: carried.first, second: by.first, nodes: Nodes::two(a.first(), b.first()) }
            }
            _ => {
                self.recording.memory.push(carried, GOES_ON);
                self.recorded = true;
                by
            }
        };
    }

    /// The differential.
    #[inline(always)]
    pub(super) fn differential(self) -> Differential {
        if self.recorded { self.recording.record(self.carried) } else { self.carried }
    }
}

#[cold]
fn no_room() -> ! {
    panic!("a Jacobian tape has room for {MOST} nodes: take the gradients of parts of the sum one by one")
}

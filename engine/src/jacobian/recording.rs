//! What a tape holds, and the reverse sweep over it.

use super::active::Active;
use super::differential::{Differential, Nodes};
use super::layer::Layers;
use std::cell::RefCell;
use std::ops::Range;

/// Nodes are counted from 1: first the variables, then those that entries make.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// Where the variables lie in memory.
    pub(super) variables: Range<usize>,
    /// The last node.
    pub(super) last: u32,
    entries: Vec<Entry>,
    pub(super) layers: Layers,
}

/// Two partials of a node by earlier ones; or where many nodes are that were recorded together.
#[derive(Debug, Clone, Copy)]
struct Entry {
    first: f64,
    second: f64,
    nodes: Nodes,
}

/// Set in the first of `Entry::nodes` where the next entry is of the same node.
const GOES_ON: u32 = 1 << 31;
/// Set in the first of `Entry::nodes` where the entry stands for a layer.
const LAYER: u32 = 1 << 30;
/// How many nodes there may be: less than the flags.
const MOST: u32 = LAYER - 1;

/// Runs a function and the reverse sweep: gives its value, and leaves in `adjoints` the derivative by each node, after one
/// number that is of none.
#[inline(always)]
pub(super) fn sweep<'t>(
    tape: &'t RefCell<Recording>,
    at: &[f64],
    variables: &[Active<'t>],
    function: impl FnOnce(&[Active<'t>]) -> Active<'t>,
    adjoints: &mut Vec<f64>,
) -> f64 {
    tape.borrow_mut().clear(variables);
    let result = function(variables);
    tape.borrow_mut().pull_back(result.differential(), at, adjoints);
    result.number()
}

impl Recording {
    pub(super) fn with_capacity(entries: usize) -> Self {
        Recording { entries: Vec::with_capacity(entries), ..Recording::default() }
    }

    #[inline(always)]
    fn clear(&mut self, variables: &[Active<'_>]) {
        if variables.len() > MOST as usize {
            no_room();
        }
        let Range { start, end } = variables.as_ptr_range();
        self.variables = start.addr()..end.addr();
        self.last = variables.len() as u32;
        self.entries.clear();
        self.layers.clear();
    }

    #[inline(always)]
    fn push(&mut self, of: Differential, flags: u32) {
        let nodes = of.nodes | Nodes::one(flags);
        self.entries.push(Entry { first: of.first, second: of.second, nodes });
    }

    /// Counts nodes that are recorded together. Panics when there is no room for them.
    #[inline(always)]
    pub(super) fn add_nodes(&mut self, nodes: usize) {
        if nodes > (MOST - self.last) as usize {
            no_room();
        }
        self.last += nodes as u32;
    }

    #[inline(always)]
    fn node(&mut self) -> Differential {
        self.add_nodes(1);
        Differential::of_node(self.last)
    }

    /// The same with one node instead of two.
    #[inline(always)]
    pub(super) fn as_one_node(&mut self, of: Differential) -> Differential {
        if of.nodes.is_one() {
            return of;
        }
        self.push(of, 0);
        self.node()
    }

    /// Makes a node of many edges.
    #[inline(always)]
    pub(super) fn node_of(&mut self, add: impl FnOnce(&mut Edges<'_>)) -> Differential {
        let start = self.entries.len();
        add(&mut Edges(self));
        match self.entries[start..].last_mut() {
            None => Differential::NONE,
            Some(Entry { nodes, .. }) => {
                *nodes = Nodes::two(nodes.first() & !GOES_ON, nodes.second());
                self.node()
            }
        }
    }

    /// Records that the next nodes are those of a layer.
    #[inline(always)]
    pub(super) fn push_layer(&mut self) {
        self.push(Differential::NONE, LAYER);
    }

    /// The reverse sweep. The first of the adjoints is of no node: what stands for an absent second adds to it.
    #[inline(always)]
    fn pull_back(&mut self, of: Differential, variables: &[f64], adjoints: &mut Vec<f64>) {
        let mut node = self.last as usize;
        adjoints.clear();
        adjoints.resize(1 + node, 0.0);
        let adjoints = &mut adjoints[..];
        adjoints[of.nodes.first() as usize] += of.first;
        adjoints[of.nodes.second() as usize] += of.second;
        let mut adjoint = 0.0;
        for &Entry { first, second, nodes } in self.entries.iter().rev() {
            if nodes.first() & LAYER != 0 {
                node -= self.layers.pull_back(node, variables, adjoints);
                continue;
            }
            if nodes.first() & GOES_ON == 0 {
                adjoint = adjoints[node];
                node -= 1;
            }
            if adjoint == 0.0 {
                continue;
            }
            let scaled = Differential { first, second, nodes }.times(adjoint);
            adjoints[(nodes.first() & !GOES_ON) as usize] += scaled.first;
            adjoints[nodes.second() as usize] += scaled.second;
        }
    }
}

/// The edges of a node of many arguments, while they are recorded.
pub(super) struct Edges<'a>(&'a mut Recording);

impl Edges<'_> {
    #[inline(always)]
    pub(super) fn add(&mut self, differential: Differential) {
        self.0.push(differential, GOES_ON);
    }
}

#[cold]
fn no_room() -> ! {
    panic!("a Jacobian tape has room for {MOST} nodes: take the gradients of parts of the sum one by one")
}

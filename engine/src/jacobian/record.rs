//! What a tape holds, and the reverse sweep over it.

use super::active::Active;
use super::differential::{By, Differential};
use super::layer::Layers;
use std::cell::RefCell;
use std::ops::Range;

/// Nodes are counted from 1: first the variables, then those that rows make.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Where the variables lie in memory.
    pub(super) variables: Range<usize>,
    pub(super) nodes: u32,
    rows: Vec<Row>,
    pub(super) layers: Layers,
}

/// Two partials of a node by earlier ones; or where many nodes are that were recorded together.
#[derive(Debug, Clone, Copy)]
struct Row {
    first: f64,
    second: f64,
    by: By,
}

/// Set in the first of `Row::by` where the next row is of the same node.
const GOES_ON: u32 = 1 << 31;
/// Set in the first of `Row::by` where the row stands for a layer.
const LAYER: u32 = 1 << 30;
/// How many nodes there may be: less than the flags.
const MOST: u32 = LAYER - 1;

/// Runs a function and the reverse sweep: gives its value, and leaves in `adjoints` the derivative by each node, after one
/// number that is of none.
#[inline(always)]
pub(super) fn sweep<'t>(
    tape: &'t RefCell<Record>,
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

impl Record {
    #[inline(always)]
    fn clear(&mut self, variables: &[Active<'_>]) {
        if variables.len() > MOST as usize {
            no_room();
        }
        let Range { start, end } = variables.as_ptr_range();
        self.variables = start.addr()..end.addr();
        self.nodes = variables.len() as u32;
        self.rows.clear();
        self.layers.clear();
    }

    #[inline(always)]
    fn push(&mut self, of: Differential, flags: u32) {
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve(self.rows.len().max(64));
        }
        let by = of.by | By::one(flags);
        self.rows.push(Row { first: of.first, second: of.second, by });
    }

    /// Takes it that there are so many nodes more.
    #[inline(always)]
    pub(super) fn count(&mut self, nodes: usize) {
        if nodes > (MOST - self.nodes) as usize {
            no_room();
        }
        self.nodes += nodes as u32;
    }

    #[inline(always)]
    fn node(&mut self) -> Differential {
        self.count(1);
        Differential::of_node(self.nodes)
    }

    /// The same with one node instead of two.
    #[inline(always)]
    pub(super) fn settle(&mut self, of: Differential) -> Differential {
        if of.by.is_one() {
            return of;
        }
        self.push(of, 0);
        self.node()
    }

    /// Makes a node of many edges.
    #[inline(always)]
    pub(super) fn node_of(&mut self, add: impl FnOnce(&mut Edges<'_>)) -> Differential {
        let start = self.rows.len();
        add(&mut Edges(self));
        match self.rows[start..].last_mut() {
            None => Differential::NONE,
            Some(Row { by, .. }) => {
                *by = By::two(by.first() & !GOES_ON, by.second());
                self.node()
            }
        }
    }

    /// Records that the nodes of a layer follow.
    #[inline(always)]
    pub(super) fn push_layer(&mut self) {
        self.push(Differential::NONE, LAYER);
    }

    #[inline(always)]
    fn pull_back(&mut self, of: Differential, variables: &[f64], adjoints: &mut Vec<f64>) {
        let mut node = self.nodes as usize;
        adjoints.clear();
        adjoints.resize(1 + node, 0.0);
        let adjoints = &mut adjoints[..];
        adjoints[of.by.first() as usize] += of.first;
        adjoints[of.by.second() as usize] += of.second;
        let mut adjoint = 0.0;
        for &Row { first, second, by } in self.rows.iter().rev() {
            if by.first() & LAYER != 0 {
                node -= self.layers.pull_back(node, variables, adjoints);
                continue;
            }
            if by.first() & GOES_ON == 0 {
                adjoint = adjoints[node];
                node -= 1;
            }
            if adjoint == 0.0 {
                continue;
            }
            let scaled = Differential { first, second, by }.times(adjoint);
            adjoints[(by.first() & !GOES_ON) as usize] += scaled.first;
            adjoints[by.second() as usize] += scaled.second;
        }
    }
}

/// The edges of a node of many arguments, while they are recorded.
pub(super) struct Edges<'a>(&'a mut Record);

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

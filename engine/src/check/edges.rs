//! The sum of all chain-rule paths through each edge of a graph.
//!
//! The derivative of `a` by `b` is a sum over the paths from `b` to `a`, of the product of the partials along each. What
//! the paths through one edge `u -> v` add to it is (tangent of `u`) x (partial of `v` by `u`) x (adjoint of `v`): one
//! forward sweep and one reverse sweep give it for every edge, and no path is ever listed.

use crate::arguments::Picked;
use crate::check::points::Point;
use crate::check::study::{Study, adjoints};
use crate::dual::Dual;
use crate::error::Result;
use crate::ops::Partials;
use crate::program::Program;
use crate::real::Real;
use indexmap::IndexMap;
use smallvec::SmallVec;

/// The sweeps of one claim at one point.
pub(crate) struct Flow {
    pub(crate) numbers: Vec<f64>,
    /// How fast each node moves with the variable.
    pub(crate) tangents: Vec<f64>,
    /// How fast the output moves with each node; as long as the output's place.
    pub(crate) adjoints: Vec<f64>,
    /// The sum over the paths through each edge. Edges are counted node by node, and argument by argument.
    pub(crate) through: Vec<f64>,
}

impl Flow {
    /// `loose` is the program with `wrt` cut loose.
    pub(crate) fn new(program: &Program, loose: &Program, point: &Point, of: usize, wrt: usize) -> Result<Flow> {
        let numbers = program.numbers(&point.params, &point.inputs)?;
        let still = |numbers: &[f64]| numbers.iter().copied().map(Dual::from).collect::<Vec<_>>();
        let mut params = still(&point.params);
        params.push(Dual::variable(numbers[wrt]));
        let tangents: Vec<f64> =
            loose.numbers(&params, &still(&point.inputs))?.iter().map(|number| number.tangent).collect();
        let adjoints = adjoints(program, &numbers, of);
        let mut through = Vec::new();
        for node in 0..=of {
            let args = program.args(node);
            let first = through.len();
            through.resize(first + args.len(), 0.0);
            if adjoints[node] != 0.0 && args.iter().any(|&arg| tangents[arg as usize] != 0.0) {
                let mut sink =
                    Sums { args, tangents: &tangents, adjoint: adjoints[node], through: &mut through[first..] };
                program.op(node).partials(Picked { numbers: &numbers, args }, numbers[node], &mut sink);
            }
        }
        Ok(Flow { numbers, tangents, adjoints, through })
    }
}

struct Sums<'a> {
    args: &'a [u32],
    tangents: &'a [f64],
    adjoint: f64,
    through: &'a mut [f64],
}

impl Partials<f64> for Sums<'_> {
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        let tangent = self.tangents[self.args[position] as usize];
        if tangent != 0.0 {
            self.through[position] = tangent.chain(partial()).chain(self.adjoint);
        }
    }
}

/// One edge, or all edges by which one quantity enters the definition of a named one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Edges, as [`Flow::through`] counts them.
    edges: SmallVec<[u32; 2]>,
    /// Whether it is but one edge, from an argument to its op.
    pub(crate) is_edge: bool,
}

impl Link {
    /// The sum over the paths through it.
    pub(crate) fn through(&self, flow: &Flow) -> f64 {
        self.edges.iter().map(|&edge| flow.through[edge as usize]).sum()
    }

    /// That sum with the derivative of `to` by `from` left out of every path.
    pub(crate) fn bypass(&self, flow: &Flow) -> f64 {
        flow.tangents[self.from].chain(flow.adjoints[self.to])
    }

    /// The derivative of `to` by `from`.
    pub(crate) fn factor(&self, flow: &Flow) -> f64 {
        self.through(flow) / self.bypass(flow)
    }
}

/// Every link that lies on a path, be its own derivative zero, in the order of the nodes that they lead to: single edges first.
pub(crate) fn links(study: &Study, flow: &Flow, of: usize) -> Vec<Link> {
    let program = &study.program;
    let owners = owners(study, of);
    let mut links = Vec::new();
    let mut definitions: IndexMap<(usize, usize), Link> = IndexMap::new();
    let mut direct: Vec<u32> = Vec::new();
    let mut edge = 0;
    for (node, owner) in owners.into_iter().enumerate() {
        for &from in program.args(node) {
            let from = from as usize;
            let moves = flow.tangents[from] != 0.0;
            if moves && flow.adjoints[node] != 0.0 {
                links.push(Link { from, to: node, edges: SmallVec::from_slice(&[edge]), is_edge: true });
            }
            if let (true, Owner::One(owner)) = (moves, owner)
                && flow.adjoints[owner] != 0.0
            {
                let empty = || Link { from, to: owner, edges: SmallVec::new(), is_edge: false };
                definitions.entry((from, owner)).or_insert_with(empty).edges.push(edge);
                direct.extend((owner == node).then_some(edge));
            }
            edge += 1;
        }
    }
    let is_new = |link: &Link| link.edges.len() > 1 || direct.binary_search(&link.edges[0]).is_err();
    links.extend(definitions.into_values().filter(is_new));
    links
}

/// In whose definition a node stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Owner {
    None,
    One(usize),
    Several,
}

/// The named node in whose definition each node stands: itself, or the only one that it leads to.
fn owners(study: &Study, of: usize) -> Vec<Owner> {
    let mut owners = vec![Owner::None; of + 1];
    for node in (0..=of).rev() {
        match owners[node] {
            Owner::None if node != of => continue,
            _ if node == of || study.names.contains_key(&node) => owners[node] = Owner::One(node),
            _ => {}
        }
        for &arg in study.program.args(node) {
            let arg = arg as usize;
            owners[arg] = match owners[arg] {
                Owner::None => owners[node],
                same if same == owners[node] => same,
                _ => Owner::Several,
            };
        }
    }
    owners
}

//! The paths of the chain rule between two quantities, by the named ones on the way.

use super::record::Recorded;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::rc::Rc;

/// A path up to some quantity: the product of the partials so far, and the edges.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) product: f64,
    last: Option<Rc<Edge>>,
}

/// One factor of a path: the partial of one named quantity by another, the other named ones being held.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) of: u32,
    pub(super) by: u32,
    pub(super) partial: f64,
    before: Option<Rc<Edge>>,
}

impl Path {
    /// The edges, from what is differentiated down to what it is differentiated by.
    pub(super) fn edges(&self) -> impl Iterator<Item = &Edge> {
        std::iter::successors(self.last.as_deref(), |edge| edge.before.as_deref())
    }
}

/// All paths between two quantities.
#[derive(Debug)]
pub(super) struct Paths {
    /// How many there are; as a floating-point number, since there may be any number.
    pub(super) count: f64,
    /// The largest products, largest first.
    pub(super) largest: Vec<Path>,
}

/// The paths from `of` to one element `wrt`, of which at most `most` are listed.
pub(super) fn paths(recorded: &Recorded, wrt: u32, most: usize) -> Paths {
    let tape = &recorded.tape;
    let (needed, made) = (tape.made_of(&[recorded.of]), tape.made_from(&[wrt]));
    let between = |node: u32| needed[node as usize] && made.get(node as usize) == Some(&true);
    let is_stop = |node: u32| node == wrt || recorded.names.contains_key(&node);
    let mut known: HashMap<u32, Paths> = HashMap::new();
    known.insert(wrt, Paths { count: 1.0, largest: vec![Path { product: 1.0, last: None }] });
    let stops = (wrt + 1..=recorded.of).filter(|&node| between(node) && (node == recorded.of || is_stop(node)));
    for of in stops {
        let mut count = 0.0;
        let mut all: Vec<Path> = Vec::new();
        for (by, partial) in partials(recorded, of, &between, &is_stop) {
            let Some(below) = known.get(&by) else { continue };
            count += below.count;
            all.extend(below.largest.iter().map(|path| {
                let edge = Edge { of, by, partial, before: path.last.clone() };
                Path { product: partial * path.product, last: Some(Rc::new(edge)) }
            }));
        }
        all.sort_by(|a, b| b.product.abs().total_cmp(&a.product.abs()));
        all.truncate(most);
        known.insert(of, Paths { count, largest: all });
    }
    known.remove(&recorded.of).unwrap_or(Paths { count: 0.0, largest: Vec::new() })
}

/// The partials of a quantity by the named ones that it is directly made of.
fn partials(
    recorded: &Recorded,
    of: u32,
    between: &dyn Fn(u32) -> bool,
    is_stop: &dyn Fn(u32) -> bool,
) -> BTreeMap<u32, f64> {
    let tape = &recorded.tape;
    let mut adjoints: HashMap<u32, f64> = HashMap::from([(of, 1.0)]);
    let mut open = BinaryHeap::from([of]);
    let mut found = BTreeMap::new();
    while let Some(node) = open.pop() {
        let Some(adjoint) = adjoints.remove(&node) else { continue };
        if node != of && is_stop(node) {
            found.insert(node, adjoint);
            continue;
        }
        for (place, &arg) in tape.program().args(node as usize).iter().enumerate() {
            if between(arg) {
                *adjoints.entry(arg).or_insert(0.0) += adjoint * tape.partial(node, place);
                open.push(arg);
            }
        }
    }
    found
}

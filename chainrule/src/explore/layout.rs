//! Where the nodes of a computation stand in a picture: in layers, from what it begins with to what comes of it.

use super::record::{Recorded, record};
use super::{Look, shown};
use crate::failure::Failure;
use engine::Op;
use std::collections::HashMap;

/// A picture with more nodes than this cannot be read.
const MOST: usize = 200;

/// A drawn computation.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(super) title: String,
    pub(super) boxes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// What stands in each layer, from top to bottom.
    pub(super) layers: Vec<Vec<Slot>>,
}

/// One node.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The program's name for it, if it has one.
    pub(super) name: Option<String>,
    /// The op, with the constants that it takes.
    pub(super) op: String,
    pub(super) value: String,
    pub(super) adjoint: String,
    pub(super) is_leaf: bool,
}

impl Node {
    /// What stands in the first line.
    pub(super) fn title(&self) -> String {
        match (&self.name, self.op.as_str()) {
            (Some(name), "") => name.clone(),
            (Some(name), op) => format!("{name}: {op}"),
            (None, op) => op.to_owned(),
        }
    }
}

/// An arrow from a node to one that is made of it.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The local partial derivative, of both places where the node is used twice.
    pub(super) partial: f64,
}

/// What takes up room in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// A node.
    Node(usize),
    /// An edge on its way through.
    Pass(usize),
}

/// Draws what one quantity of a program is computed from, with values and adjoints; with `look.wrt`, only what lies
/// between the two.
///
/// Errors as [`explain`](super::explain) does, and when there are too many nodes for a picture.
///
/// ```
/// use chainrule::Limits;
/// use chainrule::explore::{Look, draw};
///
/// let program = "w = 3.0\nh = 2 * w\nL = h * w\nw -= 0.1 * 4 * w\n";
/// let look = Look { of: "L".into(), wrt: None, point: 1, limits: Limits::default() };
/// let picture = draw(program, "square.py", &look)?;
/// assert!(picture.dot().starts_with("digraph") && picture.svg().starts_with("<svg"));
/// # Ok::<(), chainrule::Failure>(())
/// ```
pub fn draw(source: &str, path: &str, look: &Look) -> Result<Picture, Failure> {
    let recorded = record(source, path, look)?;
    Picture::of(&recorded, look, path)
}

impl Picture {
    fn of(recorded: &Recorded, look: &Look, path: &str) -> Result<Picture, Failure> {
        let (tape, of) = (&recorded.tape, recorded.of);
        let program = tape.program();
        let is_leaf = |node: u32| matches!(program.op(node as usize), Op::Param | Op::Input);
        let leaves: Vec<u32> = match recorded.wrt.is_empty() {
            true => (0..=of).filter(|&node| is_leaf(node)).collect(),
            false => recorded.wrt.clone(),
        };
        let (needed, made) = (tape.made_of(&[of]), tape.made_from(&leaves));
        let drawn: Vec<u32> =
            (0..=of).filter(|&node| needed[node as usize] && made.get(node as usize) == Some(&true)).collect();
        if drawn.len() > MOST {
            return Err(Failure::whole(format!(
                "{} is computed in {} steps, and a picture holds at most {MOST}: draw an earlier quantity with --of, or what \
                 lies between two with --wrt",
                look.of,
                drawn.len()
            )));
        }
        let place: HashMap<u32, usize> = drawn.iter().enumerate().map(|(place, &node)| (node, place)).collect();
        let adjoints = tape.derivatives(of);
        let mut edges: Vec<Edge> = Vec::new();
        let mut boxes = Vec::new();
        for (to, &node) in drawn.iter().enumerate() {
            let mut constants = Vec::new();
            for (position, arg) in program.args(node as usize).iter().enumerate() {
                match place.get(arg) {
                    Some(&from) => {
                        let partial = tape.partial(node, position);
                        match edges.iter_mut().find(|edge| (edge.from, edge.to) == (from, to)) {
                            Some(edge) => edge.partial += partial,
                            None => edges.push(Edge { from, to, partial }),
                        }
                    }
                    None => constants.push(shown(tape.number(*arg))),
                }
            }
            let is_leaf = is_leaf(node) || constants.len() == program.args(node as usize).len();
            boxes.push(Node {
                name: recorded.names.get(&node).cloned(),
                op: if is_leaf { String::new() } else { op_label(program.op(node as usize), &constants) },
                value: shown(tape.number(node)),
                adjoint: shown(adjoints.by(node).0),
                is_leaf,
            });
        }
        let layers = layers(boxes.len(), &edges);
        let title = format!(
            "{} of {path}, point {}: values, and the derivatives of {} below them",
            look.of, look.point, look.of
        );
        Ok(Picture { title, boxes, edges, layers })
    }
}

fn op_label(op: Op, constants: &[String]) -> String {
    match constants {
        [] => op.name().to_owned(),
        [one] => format!("{} {one}", op.name()),
        _ => format!("{} …", op.name()),
    }
}

/// The layers: every node as close as can be to what is made of it, in an order with few crossings.
fn layers(count: usize, edges: &[Edge]) -> Vec<Vec<Slot>> {
    let mut height = vec![0usize; count];
    // Edges lead to later nodes, so the last come first.
    for node in (0..count).rev() {
        let above = edges.iter().filter(|edge| edge.from == node).map(|edge| height[edge.to] + 1);
        height[node] = above.max().unwrap_or(0);
    }
    let deepest = height.iter().max().copied().unwrap_or(0);
    let layer = |node: usize| deepest - height[node];
    let mut layers: Vec<Vec<Slot>> = vec![Vec::new(); deepest + 1];
    (0..count).for_each(|node| layers[layer(node)].push(Slot::Node(node)));
    let mut links: HashMap<Slot, Vec<Slot>> = HashMap::new();
    let mut backwards: HashMap<Slot, Vec<Slot>> = HashMap::new();
    for (k, edge) in edges.iter().enumerate() {
        let (first, last) = (layer(edge.from), layer(edge.to));
        let slot = |here: usize| match here {
            _ if here == first => Slot::Node(edge.from),
            _ if here == last => Slot::Node(edge.to),
            _ => Slot::Pass(k),
        };
        layers[first + 1..last].iter_mut().for_each(|layer| layer.push(Slot::Pass(k)));
        for here in first..last {
            links.entry(slot(here)).or_default().push(slot(here + 1));
            backwards.entry(slot(here + 1)).or_default().push(slot(here));
        }
    }
    for sweep in 0..12 {
        let forwards = sweep % 2 == 0;
        let order: Vec<usize> =
            if forwards { (1..layers.len()).collect() } else { (0..layers.len().saturating_sub(1)).rev().collect() };
        for here in order {
            let (beside, links) = if forwards { (here - 1, &backwards) } else { (here + 1, &links) };
            let places: HashMap<Slot, f64> = centred(&layers[beside]);
            let own = centred(&layers[here]);
            let middle = |slot: &Slot| {
                let near: Vec<f64> =
                    links.get(slot).into_iter().flatten().filter_map(|other| places.get(other).copied()).collect();
                if near.is_empty() { own[slot] } else { near.iter().sum::<f64>() / near.len() as f64 }
            };
            let keys: HashMap<Slot, f64> = layers[here].iter().map(|slot| (*slot, middle(slot))).collect();
            layers[here].sort_by(|a, b| keys[a].total_cmp(&keys[b]));
        }
    }
    layers
}

/// The places of a layer, counted from its middle.
fn centred(layer: &[Slot]) -> HashMap<Slot, f64> {
    let middle = (layer.len() as f64 - 1.0) / 2.0;
    layer.iter().enumerate().map(|(place, slot)| (*slot, place as f64 - middle)).collect()
}

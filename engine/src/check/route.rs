//! A way through the graph along one link, and its product of derivatives as a formula.

use crate::check::edges::{Flow, Link};
use crate::check::study::Study;
use crate::graph::Graph;
use crate::ops::Op;
use crate::real::Real;
use crate::sweep;
use crate::value::Value;
use std::collections::{BTreeSet, HashMap};

/// A definition of more nodes than this is not written out.
const LONGEST: usize = 48;

/// One way from an output down to a variable, along a link.
pub(crate) struct Route {
    /// Every node of it, the output first.
    nodes: Vec<usize>,
    /// The place of the link's end in `nodes`; its beginning comes next.
    link: usize,
    /// Whether the link is a single edge.
    edge: bool,
}

impl Route {
    /// The nearest way: through the first consumers of the link's end and the first arguments of its beginning.
    pub(crate) fn along(study: &Study, link: &Link, flow: &Flow, of: usize, wrt: usize) -> Route {
        let program = &study.program;
        let mut nodes = vec![link.to];
        let mut last = link.to;
        for node in link.to + 1..=of {
            if flow.adjoints[node] != 0.0 && program.args(node).contains(&(last as u32)) {
                nodes.push(node);
                last = node;
            }
        }
        nodes.reverse();
        let place = nodes.len() - 1;
        let mut last = link.from;
        nodes.push(last);
        while last != wrt {
            let mut args = program.args(last).iter().map(|&arg| arg as usize);
            let Some(arg) = args.find(|&arg| flow.tangents[arg] != 0.0) else { break };
            nodes.push(arg);
            last = arg;
        }
        Route { nodes, link: place, edge: link.is_edge }
    }

    /// The names along it; its two ends are always there.
    pub(crate) fn names(&self, study: &Study) -> Vec<String> {
        let ends = [self.nodes[0], self.nodes[self.nodes.len() - 1]];
        let shown = |node: &&usize| ends.contains(node) || study.names.contains_key(node);
        self.nodes.iter().filter(shown).map(|&node| study.name(node)).collect()
    }

    /// The nearest named node at or above the link's end, or the output.
    pub(crate) fn owner(&self, study: &Study) -> usize {
        let mut above = self.nodes[..=self.link].iter().rev();
        above.find(|node| study.names.contains_key(node)).copied().unwrap_or(self.nodes[0])
    }

    /// From the link's end up to its owner.
    pub(crate) fn climb(&self, study: &Study) -> &[usize] {
        let owner = self.owner(study);
        let top = self.nodes[..=self.link].iter().rposition(|&node| node == owner).unwrap_or(0);
        &self.nodes[top..=self.link]
    }

    /// The product of the derivatives along it, of each named quantity by the next, and its number at the recorded point;
    /// none when it is too long to be of use. The derivative of a node by the next is taken so many `times`.
    pub(crate) fn product(&self, study: &Study, times: impl Fn(usize, usize) -> usize) -> Option<(String, f64)> {
        let last = self.nodes.len() - 1;
        let stops = (0..=last).filter(|&place| {
            let at_an_end = place == 0 || place == last || place == self.link || place == self.link + 1;
            at_an_end || study.names.contains_key(&self.nodes[place])
        });
        let stops: Vec<usize> = stops.collect();
        let graph = Graph::new();
        let mut sketch = Sketch { study, graph: &graph, quantities: HashMap::new() };
        let mut product = Value::from(1.0);
        for step in stops.windows(2) {
            let one_op = step[0] == self.link && self.edge;
            let (to, from) = (self.nodes[step[0]], self.nodes[step[1]]);
            for _ in 0..times(to, from) {
                product = product.chain(sketch.derivative(from, to, one_op)?);
            }
        }
        written(product)
    }
}

/// The derivative of a link's end by its beginning, as a formula and as a number at the recorded point.
///
/// Other named quantities of the definition are held still; none when it is too long to be of use.
pub(crate) fn local_derivative(study: &Study, link: &Link) -> Option<(String, f64)> {
    let graph = Graph::new();
    let mut sketch = Sketch { study, graph: &graph, quantities: HashMap::new() };
    written(sketch.derivative(link.from, link.to, link.is_edge)?)
}

fn written(value: Value<'_>) -> Option<(String, f64)> {
    Some((value.formula().replace('·', "*"), value.number())).filter(|(formula, _)| !formula.contains('…'))
}

/// A graph on which definitions are recorded again, with the named quantities as inputs.
struct Sketch<'a, 'g> {
    study: &'a Study,
    graph: &'g Graph,
    quantities: HashMap<usize, Value<'g>>,
}

impl<'g> Sketch<'_, 'g> {
    fn quantity(&mut self, node: usize) -> Value<'g> {
        let (study, graph) = (self.study, self.graph);
        *self.quantities.entry(node).or_insert_with(|| match study.program.constant(node) {
            Some(number) => Value::from(number),
            None if study.names.contains_key(&node) => graph.input(&study.name(node), study.numbers[node]),
            None => graph.input(&format!("({})", study.name(node)), study.numbers[node]),
        })
    }

    fn derivative(&mut self, from: usize, to: usize, one_op: bool) -> Option<Value<'g>> {
        let program = &self.study.program;
        let ends = |node: usize| {
            node != to
                && (one_op || node == from || self.study.names.contains_key(&node) || program.args(node).is_empty())
        };
        let mut definition = BTreeSet::new();
        let mut todo = vec![to];
        while let Some(node) = todo.pop() {
            if definition.insert(node) && !ends(node) {
                todo.extend(program.args(node).iter().map(|&arg| arg as usize));
            }
            if definition.len() > LONGEST {
                return None;
            }
        }
        let inside: Vec<bool> = definition.iter().map(|&node| !ends(node)).collect();
        let mut values: HashMap<usize, Value<'g>> = HashMap::new();
        for (&node, inside) in definition.iter().zip(inside) {
            let value = match inside {
                true => {
                    let args: Vec<Value<'g>> = program.args(node).iter().map(|&arg| values[&(arg as usize)]).collect();
                    Real::apply(program.op(node), &args)
                }
                false => self.quantity(node),
            };
            values.insert(node, value);
        }
        let (top, bottom) = (values[&to].node()? as usize, values[&from].node()? as usize);
        let recorded = self.graph.program(&[]);
        let mut numbers: Vec<Value<'g>> = self.graph.values();
        if self.study.names.contains_key(&to) {
            numbers[top] = self.quantity(to);
        }
        let mut adjoints = vec![Value::from(0.0); top + 1];
        adjoints[top] = Value::from(1.0);
        sweep::reverse(&recorded, &numbers, &mut adjoints);
        adjoints.get(bottom).copied().filter(|_| recorded.op(bottom) != Op::Const)
    }
}

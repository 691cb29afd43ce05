//! A recorded function at a point: its number, which branches its ops took, and how much rounding it carries.

use super::finite::Probe;
use super::study::adjoints;
use crate::error::Result;
use crate::graph::Graph;
use crate::program::Program;
use crate::sweep;
use crate::value::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A program that is run at one point after the other.
pub(super) struct Replay<'p> {
    program: &'p Program,
    output: usize,
    inputs: &'p [f64],
    /// The nodes that the output is made of and that can switch.
    switches: Vec<usize>,
    numbers: Vec<f64>,
}

impl<'p> Replay<'p> {
    pub(super) fn new(program: &'p Program, output: usize, inputs: &'p [f64]) -> Self {
        let switches = live(program, output);
        Replay { program, output, inputs, switches, numbers: Vec::new() }
    }

    pub(super) fn probe(&mut self, params: &[f64]) -> Result<Probe> {
        sweep::forward(self.program, params, self.inputs, &mut self.numbers)?;
        let branch = branch(self.program, &self.numbers, self.switches.iter().copied());
        Ok(Probe { value: self.numbers[self.output], branch })
    }

    /// How much of the output at this point may be rounding.
    pub(super) fn rounding(&mut self, params: &[f64]) -> Result<f64> {
        sweep::forward(self.program, params, self.inputs, &mut self.numbers)?;
        Ok(rounding(self.program, &self.numbers, &adjoints(self.program, &self.numbers, self.output)))
    }
}

/// A function that is recorded anew at each point, since it may decide by comparing numbers.
pub(super) struct Recorder<F> {
    graph: Graph,
    f: F,
}

/// What one recording gives.
pub(super) struct Recording {
    /// The derivatives by the inputs, by the reverse sweep.
    pub(super) gradient: Vec<f64>,
    /// How much of the value may be rounding.
    pub(super) rounding: f64,
    /// The names that the function gave to its inputs.
    pub(super) names: Vec<Option<String>>,
}

impl<F: for<'g> Fn(&[Value<'g>]) -> Value<'g>> Recorder<F> {
    pub(super) fn new(f: F) -> Self {
        Recorder { graph: Graph::new(), f }
    }

    pub(super) fn probe(&mut self, x: &[f64]) -> Probe {
        let (value, branch) =
            self.run(x, |program, numbers, output| branch(program, numbers, live(program, output).into_iter()));
        Probe { value, branch: branch.unwrap_or(0) }
    }

    /// The gradient; errors where the function is not finite, naming the node that is at fault.
    pub(super) fn gradient(&mut self, x: &[f64]) -> Result<Recording> {
        let (value, recording) = self.run(x, |program, numbers, output| {
            let adjoints = adjoints(program, numbers, output);
            let inputs = || program.params().iter().take(x.len()).map(|&param| param as usize);
            Recording {
                gradient: inputs().map(|input| adjoints.get(input).copied().unwrap_or(0.0)).collect(),
                rounding: rounding(program, numbers, &adjoints),
                names: inputs().map(|input| program.name(input).map(str::to_owned)).collect(),
            }
        });
        if !value.is_finite() && x.iter().all(|x| x.is_finite()) {
            self.graph.check_finite()?;
        }
        let constant = || Recording { gradient: vec![0.0; x.len()], rounding: 0.0, names: vec![None; x.len()] };
        Ok(recording.unwrap_or_else(constant))
    }

    /// Records, and reads unless the result is a constant.
    fn run<T>(&mut self, x: &[f64], read: impl FnOnce(&Program, &[f64], usize) -> T) -> (f64, Option<T>) {
        self.graph.clear();
        let y = (self.f)(&self.graph.params(x));
        let place = y.graph().zip(y.node());
        (y.number(), place.map(|(graph, node)| graph.with(|program, numbers, _| read(program, numbers, node as usize))))
    }
}

/// The nodes that a node is made of, and itself, last first.
fn live(program: &Program, output: usize) -> Vec<usize> {
    let mut needed = vec![false; output + 1];
    needed[output] = true;
    let mut nodes = Vec::new();
    for node in (0..=output).rev() {
        if needed[node] {
            nodes.push(node);
            program.args(node).iter().for_each(|&arg| needed[arg as usize] = true);
        }
    }
    nodes
}

/// A number that tells apart which way the ops of these nodes went, and, of a function that is recorded anew, which
/// ops there are.
fn branch(program: &Program, numbers: &[f64], nodes: impl Iterator<Item = usize>) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut args = Vec::new();
    for node in nodes {
        args.clear();
        args.extend(program.args(node).iter().map(|&arg| numbers[arg as usize]));
        let op = program.op(node);
        // Adding zero makes one of the two zeros.
        (op, (op.branch(&args) + 0.0).to_bits()).hash(&mut hasher);
    }
    hasher.finish()
}

/// A first-order bound of the rounding error of a node: what each node is rounded by, times the node's adjoint (N. J.
/// Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.3).
fn rounding(program: &Program, numbers: &[f64], adjoints: &[f64]) -> f64 {
    let rounded = |node: &usize| !program.args(*node).is_empty();
    let moved = (0..adjoints.len()).filter(rounded).map(|node| (adjoints[node] * numbers[node]).abs());
    f64::EPSILON * moved.filter(|moved| moved.is_finite()).sum::<f64>()
}

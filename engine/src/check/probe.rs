//! A recorded function at a point: its number, which branches its ops took, and how much rounding it carries.

use super::rounding::Rounded;
use super::study::adjoints;
use crate::error::Result;
use crate::graph::Graph;
use crate::program::Program;
use crate::sweep::{self, expect_length};
use crate::value::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A function at one point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe {
    pub(super) value: f64,
    /// Points with different numbers lie on different branches of the function.
    pub(super) branch: u64,
    /// A bound on the rounding of the value, where it is known.
    pub(super) rounding: Option<f64>,
}

impl Probe {
    /// Of a function that nothing is known of but its values.
    pub(super) fn plain(value: f64) -> Self {
        Probe { value, branch: 0, rounding: None }
    }
}

/// A function whose derivatives are checked.
pub(super) trait Subject {
    fn probe(&mut self, x: &[f64]) -> Result<Probe>;
    /// The derivatives by the inputs, as found in the way that is checked.
    fn slopes(&mut self, x: &[f64]) -> Result<Vec<f64>>;
}

/// A function of plain numbers and its gradient.
pub(super) struct Plain<F, G> {
    pub(super) f: F,
    pub(super) gradient: G,
}

impl<F: Fn(&[f64]) -> f64, G: Fn(&[f64]) -> Vec<f64>> Subject for Plain<F, G> {
    fn probe(&mut self, x: &[f64]) -> Result<Probe> {
        Ok(Probe::plain((self.f)(x)))
    }

    fn slopes(&mut self, x: &[f64]) -> Result<Vec<f64>> {
        let slopes = (self.gradient)(x);
        expect_length("derivatives", x.len(), slopes.len())?;
        Ok(slopes)
    }
}

/// A program that is run at one point after the other.
pub(super) struct Replay<'p> {
    program: &'p Program,
    output: usize,
    inputs: &'p [f64],
    /// Those that the output is made of.
    nodes: Vec<usize>,
    numbers: Vec<f64>,
}

impl<'p> Replay<'p> {
    pub(super) fn new(program: &'p Program, output: usize, inputs: &'p [f64]) -> Self {
        Replay { program, output, inputs, nodes: live(program, output), numbers: Vec::new() }
    }
}

impl Subject for Replay<'_> {
    fn probe(&mut self, params: &[f64]) -> Result<Probe> {
        sweep::forward(self.program, params, self.inputs, &mut self.numbers)?;
        let branch = branch(self.program, &self.numbers, &self.nodes);
        let rounding = rounding(self.program, &self.numbers, &adjoints(self.program, &self.numbers, self.output));
        Ok(Probe { value: self.numbers[self.output], branch, rounding: Some(rounding) })
    }

    fn slopes(&mut self, params: &[f64]) -> Result<Vec<f64>> {
        let slopes = derivatives(self.program, self.output, params, self.inputs)?;
        Ok(slopes.into_iter().map(|slope| slope.value).collect())
    }
}

/// A function that is recorded anew at each point, since it may decide by comparing numbers.
pub(super) struct Recorder<F> {
    graph: Graph,
    f: F,
}

/// What the engine says at one point.
pub(super) struct Recording {
    /// The derivatives by the inputs, by the reverse sweep.
    pub(super) gradient: Vec<Rounded>,
    /// The names that the function gave to its inputs.
    pub(super) names: Vec<Option<String>>,
}

impl<F: for<'g> Fn(&[Value<'g>]) -> Value<'g>> Recorder<F> {
    pub(super) fn new(f: F) -> Self {
        Recorder { graph: Graph::new(), f }
    }

    /// The gradient; errors where the function is not finite, naming the node that is at fault.
    pub(super) fn gradient(&mut self, x: &[f64]) -> Result<Recording> {
        let (value, recording) = self.run(x, |program, _, output| {
            let name = |&input: &u32| program.name(input as usize).map(str::to_owned);
            let gradient = derivatives(program, output, x, &[])?;
            Ok(Recording { gradient, names: program.params().iter().map(name).collect() })
        });
        if !value.is_finite() && x.iter().all(|x| x.is_finite()) {
            self.graph.check_finite()?;
        }
        let constant = || Recording { gradient: vec![Rounded::exact(0.0); x.len()], names: vec![None; x.len()] };
        recording.unwrap_or_else(|| Ok(constant()))
    }

    /// Records, and reads unless the result is a constant.
    fn run<T>(&mut self, x: &[f64], read: impl FnOnce(&Program, &[f64], usize) -> T) -> (f64, Option<T>) {
        self.graph.clear();
        let y = (self.f)(&self.graph.params(x));
        let place = y.graph().zip(y.node());
        (y.number(), place.map(|(graph, node)| graph.with(|program, numbers| read(program, numbers, node as usize))))
    }
}

impl<F: for<'g> Fn(&[Value<'g>]) -> Value<'g>> Subject for Recorder<F> {
    fn probe(&mut self, x: &[f64]) -> Result<Probe> {
        let (value, read) = self.run(x, |program, numbers, output| {
            let rounding = rounding(program, numbers, &adjoints(program, numbers, output));
            (branch(program, numbers, &live(program, output)), rounding)
        });
        let (branch, rounding) = read.unwrap_or_default();
        Ok(Probe { value, branch, rounding: Some(rounding) })
    }

    fn slopes(&mut self, x: &[f64]) -> Result<Vec<f64>> {
        Ok(self.gradient(x)?.gradient.into_iter().map(|slope| slope.value).collect())
    }
}

/// The nodes that a node is made of, and itself.
fn live(program: &Program, output: usize) -> Vec<usize> {
    let needed = program.ancestors([output]);
    (0..=output).filter(|&node| needed[node]).collect()
}

/// A number that tells apart which way the ops of these nodes went, and, of a function that is recorded anew, which
/// ops there are.
fn branch(program: &Program, numbers: &[f64], nodes: &[usize]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut args = Vec::new();
    for &node in nodes {
        args.clear();
        args.extend(program.args(node).iter().map(|&arg| numbers[arg as usize]));
        let op = program.op(node);
        // Adding zero makes one of the two zeros.
        (op, (op.branch(&args) + 0.0).to_bits()).hash(&mut hasher);
    }
    hasher.finish()
}

/// The derivatives of a node by the parameters, with bounds on their rounding.
pub(super) fn derivatives(program: &Program, output: usize, params: &[f64], inputs: &[f64]) -> Result<Vec<Rounded>> {
    let numbers = program.numbers(&Rounded::all_exact(params), &Rounded::all_exact(inputs))?;
    let adjoints = adjoints(program, &numbers, output);
    let by = |&param: &u32| adjoints.get(param as usize).copied().unwrap_or(Rounded::exact(0.0));
    Ok(program.params().iter().map(by).collect())
}

/// A first-order bound of the rounding error of a node: what each node is rounded by, times the node's adjoint (N. J.
/// Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.3).
///
/// The bounds that [`Rounded`] carries forward would do too, but where paths through a shared node cancel they add up.
fn rounding(program: &Program, numbers: &[f64], adjoints: &[f64]) -> f64 {
    let rounded = |node: &usize| !program.args(*node).is_empty();
    let moved = (0..adjoints.len()).filter(rounded).map(|node| (adjoints[node] * numbers[node]).abs());
    f64::EPSILON * moved.filter(|moved| moved.is_finite()).sum::<f64>()
}

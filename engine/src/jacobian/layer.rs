//! Layers of weighted sums, recorded together.

use super::active::{Active, numbers};
use super::differential::{Differential, Nodes};
use super::recording::Recording;
use crate::arguments::TwoLists;
use crate::ops::{Partials, Row as _, row};
use crate::sweep::Carried;
use std::cell::RefCell;
use std::ops::Range;

/// Weighted sums whose weights are variables.
#[derive(Debug, Default)]
pub(super) struct Layers {
    layers: Vec<Layer>,
    neurons: Vec<Neuron>,
    /// The numbers of the inputs.
    inputs: Vec<f64>,
    /// What the inputs are made of.
    edges: Vec<Edge>,
    /// Zeros, as many as the largest layer has inputs.
    adjoints: Vec<f64>,
}

/// Weighted sums of the same inputs, nodes that follow one another.
#[derive(Debug)]
struct Layer {
    /// How many entries were recorded before it.
    entries: usize,
    neurons: Range<usize>,
    inputs: Range<usize>,
    /// Empty if the inputs are constants all.
    edges: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Neuron {
    /// The place of the first weight among the variables.
    weights: usize,
    bias: Edge,
}

/// The partial by a node.
#[derive(Debug, Clone, Copy)]
struct Edge {
    partial: f64,
    node: u32,
}

impl Edge {
    #[inline(always)]
    fn of(differential: Differential) -> Edge {
        Edge { partial: differential.first, node: differential.nodes.first() }
    }
}

impl<'t> Recording<'t> {
    /// Records a layer of weighted sums. `None` if some weights are not a part of the list of variables.
    #[inline(always)]
    pub(super) fn record_layer<'a>(
        &mut self,
        tape: &'t RefCell<Recording<'t>>,
        x: &[Active<'t>],
        neurons: impl Iterator<Item = (&'a [Active<'t>], &'a Active<'t>)> + Clone,
        sums: &mut [Active<'t>],
    ) -> Option<()>
    where
        't: 'a,
    {
        let first = self.memory.layers.neurons.len();
        for (weights, bias) in neurons.clone().take(sums.len()) {
            let place = Active::place(weights).filter(|_| weights.len() == x.len())?;
            let by_bias = self.as_one_node(bias.differential());
            self.memory.layers.neurons.push(Neuron { weights: place, bias: Edge::of(by_bias) });
        }
        let (inputs, edges) = (self.record_inputs(x), self.record_edges(x));
        let recorded = first..self.memory.layers.neurons.len();
        let start = self.last + 1;
        self.add_nodes(recorded.len());
        let layer = Layer { entries: self.memory.entries.len(), neurons: recorded, inputs, edges };
        self.memory.layers.layers.push(layer);
        for ((sum, (weights, bias)), node) in sums.iter_mut().zip(neurons).zip(start..=self.last) {
            let number = row::Dot::value(numbers(TwoLists(weights, x))) + bias.number();
            *sum = Active::new(Some(tape), number, Differential::of_node(node));
        }
        Some(())
    }

    #[inline(always)]
    fn record_inputs(&mut self, x: &[Active<'_>]) -> Range<usize> {
        let inputs = &mut self.memory.layers.inputs;
        let start = inputs.len();
        inputs.extend(x.iter().map(|x| x.number()));
        start..inputs.len()
    }

    #[inline(always)]
    fn record_edges(&mut self, x: &[Active<'_>]) -> Range<usize> {
        let start = self.memory.layers.edges.len();
        let differentials = || x.iter().map(|x| x.differential());
        let all = differentials().fold(Nodes::NONE, |all, of| all | of.nodes);
        if all.is_none() {
            return start..start;
        }
        if all.is_one() {
            self.memory.layers.edges.extend(differentials().map(Edge::of));
        } else {
            for of in differentials() {
                let settled = self.as_one_node(of);
                self.memory.layers.edges.push(Edge::of(settled));
            }
        }
        if self.memory.layers.adjoints.len() < x.len() {
            self.memory.layers.adjoints.resize(x.len(), 0.0);
        }
        start..self.memory.layers.edges.len()
    }
}

impl Layers {
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.layers.clear();
        self.neurons.clear();
        self.inputs.clear();
        self.edges.clear();
    }

    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.layers.len()
    }

    /// How many entries were recorded before a layer.
    #[inline(always)]
    pub(super) fn entries_before(&self, index: usize) -> usize {
        self.layers[index].entries
    }

    /// Carries the adjoints of a layer on to what it is made of. `last` is the last of its nodes. Gives how many there are.
    #[inline(never)]
    pub(super) fn pull_back(&mut self, index: usize, last: usize, variables: &[f64], adjoints: &mut [f64]) -> usize {
        let layer = &self.layers[index];
        let (neurons, inputs) = (&self.neurons[layer.neurons.clone()], &self.inputs[layer.inputs.clone()]);
        let (edges, by_inputs) = (&self.edges[layer.edges.clone()], &mut self.adjoints);
        let by_inputs = &mut by_inputs[..edges.len()];
        let (earlier, own) = adjoints.split_at_mut(last + 1 - neurons.len());
        for (neuron, adjoint) in neurons.iter().zip(own) {
            let adjoint = std::mem::take(adjoint);
            if adjoint == 0.0 {
                continue;
            }
            let adjoint = Carried::new(adjoint);
            let by_weights = &mut earlier[1 + neuron.weights..][..inputs.len()];
            let weights = &variables[neuron.weights..][..inputs.len()];
            let mut sink = PullBack { adjoint, by_weights, by_inputs };
            // A partial of a dot needs no result. Of two inputs, as in a first lesson, the compiler knows the lengths.
            match (<&[f64; 2]>::try_from(weights), <&[f64; 2]>::try_from(inputs)) {
                (Ok(a), Ok(b)) => row::Dot::partials(TwoLists(a, b), f64::NAN, &mut sink),
                _ => row::Dot::partials(TwoLists(weights, inputs), f64::NAN, &mut sink),
            }
            earlier[neuron.bias.node as usize] += adjoint.times(neuron.bias.partial);
        }
        for (edge, adjoint) in edges.iter().zip(by_inputs) {
            let adjoint = std::mem::take(adjoint);
            if adjoint != 0.0 {
                earlier[edge.node as usize] += Carried::new(adjoint).times(edge.partial);
            }
        }
        neurons.len()
    }
}

/// Adds adjoint times partial to the adjoints of weights, and of inputs, if there are any of these.
struct PullBack<'a> {
    adjoint: Carried<f64>,
    by_weights: &'a mut [f64],
    by_inputs: &'a mut [f64],
}

impl Partials<f64> for PullBack<'_> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        self.take_each(position, std::iter::once(partial()));
    }

    #[inline(always)]
    fn take_each(&mut self, first: usize, partials: impl Iterator<Item = f64>) {
        let (adjoint, half) = (self.adjoint, self.by_weights.len());
        let to = match first.checked_sub(half) {
            None => &mut self.by_weights[first..],
            Some(first) => self.by_inputs.get_mut(first..).unwrap_or_default(),
        };
        for (sum, partial) in to.iter_mut().zip(partials) {
            *sum += adjoint.times(partial);
        }
    }
}

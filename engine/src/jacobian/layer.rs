//! Layers of weighted sums, recorded together.

use super::active::{Active, numbers};
use super::differential::{Differential, Nodes};
use super::recording::Recording;
use crate::arguments::TwoLists;
use crate::ops::{Partials, Row as _, row};
use crate::sweep::Carried;
use std::cell::RefCell;

/// Weighted sums whose weights are variables. Of each layer it is recorded where its parts begin; they end where those of
/// the next begin, or at the end: the reverse sweep takes the layers off one by one.
#[derive(Debug, Default)]
pub(super) struct Layers {
    layers: Vec<Layer>,
    neurons: Vec<Neuron>,
    /// The numbers of the inputs.
    inputs: Vec<f64>,
    /// What the inputs are made of; nothing if they are constants all.
    edges: Vec<Edge>,
    /// Where the parts of the layers end: what lies behind is of one that was given up.
    end: Layer,
    /// Zeros, as many as the largest layer has inputs.
    adjoints: Vec<f64>,
}

/// Weighted sums of the same inputs, nodes that follow one another.
#[derive(Debug, Default, Clone, Copy)]
struct Layer {
    neurons: usize,
    inputs: usize,
    edges: usize,
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

impl Recording {
    /// Records a layer of weighted sums. `None` if some weights are not a part of the list of variables.
    #[inline]
    pub(super) fn record_layer<'a, 't: 'a>(
        &mut self,
        tape: &'t RefCell<Recording>,
        x: &[Active<'t>],
        neurons: impl Iterator<Item = (&'a [Active<'t>], &'a Active<'t>)> + Clone,
        sums: &mut [Active<'t>],
    ) -> Option<()> {
        let layer = self.layers.end;
        self.layers.cut(layer);
        for (weights, bias) in neurons.clone().take(sums.len()) {
            let place = self.place(weights, x)?;
            let by_bias = self.as_one_node(bias.differential());
            self.layers.neurons.push(Neuron { weights: place, bias: Edge::of(by_bias) });
        }
        self.record_inputs(x);
        let count = self.layers.neurons.len() - layer.neurons;
        for ((sum, (weights, bias)), node) in sums.iter_mut().zip(neurons).zip(self.last + 1..) {
            let number = row::Dot::value(numbers(TwoLists(weights, x))) + bias.number();
            *sum = Active::new(Some(tape), number, Differential::of_node(node));
        }
        self.add_nodes(count);
        self.push_layer();
        self.layers.layers.push(layer);
        self.layers.end = self.layers.filled();
        Some(())
    }

    /// Where a list begins among the variables, if it does, and is as long as another.
    ///
    /// A list that begins among the variables is a part of them: while the function runs they are borrowed, so nothing else
    /// lies there but empty lists. Addresses are compared and never followed.
    #[inline(always)]
    fn place(&self, list: &[Active<'_>], other: &[Active<'_>]) -> Option<usize> {
        let offset = list.as_ptr().addr().wrapping_sub(self.variables.start);
        (offset < self.variables.len() && list.len() == other.len()).then_some(offset / size_of::<Active<'_>>())
    }

    /// Records the inputs of a layer.
    #[inline(always)]
    fn record_inputs(&mut self, x: &[Active<'_>]) {
        self.layers.inputs.extend(x.iter().map(|x| x.number()));
        let differentials = || x.iter().map(|x| x.differential());
        let all = differentials().fold(Nodes::NONE, |all, of| all | of.nodes);
        if all.is_none() {
            return;
        }
        if all.is_one() {
            self.layers.edges.extend(differentials().map(Edge::of));
        } else {
            for of in differentials() {
                let settled = self.as_one_node(of);
                self.layers.edges.push(Edge::of(settled));
            }
        }
        if self.layers.adjoints.len() < x.len() {
            self.layers.adjoints.resize(x.len(), 0.0);
        }
    }
}

impl Layers {
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.layers.clear();
        self.end = Layer::default();
    }

    #[inline(always)]
    fn filled(&self) -> Layer {
        Layer { neurons: self.neurons.len(), inputs: self.inputs.len(), edges: self.edges.len() }
    }

    #[inline(always)]
    fn cut(&mut self, layer: Layer) {
        self.neurons.truncate(layer.neurons);
        self.inputs.truncate(layer.inputs);
        self.edges.truncate(layer.edges);
    }

    /// Carries the adjoints of the last layer on to what it is made of, and takes it off. `last` is the last of its nodes.
    /// Gives how many there are.
    #[inline(never)]
    pub(super) fn pull_back(&mut self, last: usize, variables: &[f64], adjoints: &mut [f64]) -> usize {
        let Some(layer) = self.layers.pop() else { return 0 };
        self.cut(self.end);
        let Layers { neurons, inputs, edges, adjoints: by_inputs, .. } = &mut *self;
        let (neurons, inputs, edges) = (&neurons[layer.neurons..], &inputs[layer.inputs..], &edges[layer.edges..]);
        let by_inputs = &mut by_inputs[..edges.len()];
        let (earlier, own) = adjoints.split_at_mut(last + 1 - neurons.len());
        for (neuron, &adjoint) in neurons.iter().zip(&*own).filter(|(_, adjoint)| **adjoint != 0.0) {
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
        let count = neurons.len();
        self.end = layer;
        count
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

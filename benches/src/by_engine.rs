//! The gradients by the engine: recording the loss anew each time, on a tape or as a graph, or replaying a program recorded
//! once.

use crate::naive::Model;
use crate::workload::BatchMethod;
use crate::{Method, models};
use engine::{Active, Batch, Gradients, Graph, JacobianTape, Program, Result, Value};

/// A graph and gradients whose memory is used again at each step.
#[derive(Debug, Default)]
pub struct Recorder {
    graph: Graph,
    gradients: Gradients,
}

impl Recorder {
    /// Records the loss of one sample and hands it over.
    pub fn record<T, const P: usize, const I: usize>(
        &mut self,
        params: &[f64; P],
        inputs: &[f64; I],
        model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
        then: impl for<'g> FnOnce(Value<'g>, &'g Graph, &mut Gradients) -> T,
    ) -> T {
        self.graph.clear();
        let graph = &self.graph;
        // Thousands of values are better allocated than copied from where they are made.
        let loss = match P + I {
            0..=64 => model(&graph.param_array(params), &graph.input_array(inputs)),
            _ => model(&graph.params(params), &graph.inputs(inputs)),
        };
        then(loss, graph, &mut self.gradients)
    }
}

/// Runs the loss at each step on a tape of partials, and the reverse sweep over it; the inputs are constants.
pub fn tape<const P: usize, const I: usize>(model: impl Model) -> impl Method<P, I> {
    let mut tape = JacobianTape::new();
    move |params: &[f64; P], inputs: &[f64; I], gradient: &mut [f64; P]| {
        tape.gradient_into(params, gradient, |params| model.with_layers(params, &inputs.map(Active::from)))
    }
}

/// Records the graph of the loss at each step and runs the reverse sweep over it.
pub fn graph<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> impl Method<P, I> {
    let mut recorder = Recorder::default();
    move |params: &[f64; P], inputs: &[f64; I], gradient: &mut [f64; P]| {
        recorder.record(params, inputs, &model, |loss, graph, gradients| {
            loss.backward_into(gradients);
            gradients.write_params(graph, gradient).map_or(f64::NAN, |()| loss.number())
        })
    }
}

/// Records the program at one point; `P` parameters, `I` inputs.
pub(crate) fn program<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> Program {
    let graph = Graph::new();
    model(&graph.params(&[0.5; P]), &graph.inputs(&[0.5; I])).program()
}

/// Records the loss once and replays it at each step.
pub fn replay<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> Result<impl Method<P, I>> {
    let mut batch = program::<P, I>(model).batch()?;
    Ok(move |params: &[f64; P], inputs: &[f64; I], gradient: &mut [f64; P]| run(&mut batch, params, inputs, gradient))
}

/// Records the loss once and runs all samples at once.
pub fn batch<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> Result<impl BatchMethod<P, I>> {
    let mut batch = program::<P, I>(model).batch()?;
    Ok(move |params: &[f64; P], samples: &[[f64; I]], gradient: &mut [f64; P]| {
        run(&mut batch, params, samples.as_flattened(), gradient)
    })
}

/// Records the loss of one point of W2 once, and runs all its points at once.
pub fn moons_batch() -> Result<impl Method<337, 300>> {
    let mut batch = program::<337, 3>(|p, x| models::moons_point(p, x)).batch()?;
    let mut samples = [[0.0; 3]; 100];
    Ok(move |params: &[f64; 337], inputs: &[f64; 300], gradient: &mut [f64; 337]| {
        let (points, labels) = inputs.split_at(200);
        for ((sample, point), label) in samples.iter_mut().zip(points.as_chunks::<2>().0).zip(labels) {
            *sample = [point[0], point[1], *label];
        }
        run(&mut batch, params, samples.as_flattened(), gradient)
    })
}

fn run(batch: &mut Batch, params: &[f64], samples: &[f64], gradient: &mut [f64]) -> f64 {
    batch.gradient_into(params, samples, gradient).unwrap_or(f64::NAN)
}

//! The gradients by the engine: recording the loss anew each time, or replaying a program recorded once.

use crate::Method;
use engine::{Gradients, Graph, Program, Result, Value, sweep};

/// A graph and gradients whose memory is used again at each step.
#[derive(Debug, Default)]
pub struct Recorder {
    graph: Graph,
    gradients: Gradients,
}

impl Recorder {
    /// Records the loss of one sample and hands it over, with the parameters.
    pub fn record<T>(
        &mut self,
        params: &[f64],
        inputs: &[f64],
        model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
        then: impl for<'g> FnOnce(Value<'g>, &[Value<'g>], &mut Gradients) -> T,
    ) -> T {
        self.graph.clear();
        let params = self.graph.params(params);
        let loss = model(&params, &self.graph.inputs(inputs));
        then(loss, &params, &mut self.gradients)
    }
}

/// Records the loss at each step and runs the reverse sweep over the recording.
pub fn record<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> impl Method<P, I> {
    let mut recorder = Recorder::default();
    move |params: &[f64; P], inputs: &[f64; I], gradient: &mut [f64; P]| {
        recorder.record(params, inputs, &model, |loss, params, gradients| {
            loss.backward_into(gradients);
            for (derivative, &param) in gradient.iter_mut().zip(params) {
                *derivative = gradients[param];
            }
            loss.number()
        })
    }
}

/// A program with the scratch that its sweeps use again.
#[derive(Debug, Clone)]
pub struct Replay {
    program: Program,
    output: usize,
    numbers: Vec<f64>,
    adjoints: Vec<f64>,
}

impl Replay {
    /// Records the program at one point; `P` parameters, `I` inputs.
    pub fn new<const P: usize, const I: usize>(
        model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
    ) -> Result<Self> {
        let graph = Graph::new();
        let loss = model(&graph.params(&[0.5; P]), &graph.inputs(&[0.5; I]));
        let program = loss.program();
        let output = program.output(0)?;
        Ok(Replay { program, output, numbers: Vec::new(), adjoints: Vec::new() })
    }

    /// The forward sweep.
    pub fn forward(&mut self, params: &[f64], inputs: &[f64]) -> Result<f64> {
        sweep::forward(&self.program, params, inputs, &mut self.numbers)?;
        Ok(self.numbers[self.output])
    }

    /// The reverse sweep, after a forward one.
    pub fn reverse(&mut self, gradient: &mut [f64]) {
        self.adjoints.clear();
        self.adjoints.resize(self.numbers.len(), 0.0);
        self.adjoints[self.output] = 1.0;
        sweep::reverse(&self.program, &self.numbers, &mut self.adjoints);
        for (derivative, &param) in gradient.iter_mut().zip(self.program.params()) {
            *derivative = self.adjoints[param as usize];
        }
    }
}

/// Records the loss once and runs both sweeps at each step.
pub fn replay<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> Result<impl Method<P, I>> {
    let mut replay = Replay::new::<P, I>(model)?;
    Ok(move |params: &[f64; P], inputs: &[f64; I], gradient: &mut [f64; P]| {
        let loss = replay.forward(params, inputs).unwrap_or(f64::NAN);
        replay.reverse(gradient);
        loss
    })
}

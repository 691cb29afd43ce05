//! The worked example with two outputs and shared biases, in three forms: as published, where `net_o2` adds `h2` in the
//! place of the bias and the derivation does not know it; with the bias in its place; and with the output layer updated
//! first, as the classic walk-through does.

use crate::figures::Figures;
use crate::tutorial::{Draw, Settings, Trained, Tutorial};
use engine::check::hand::Claim;
use engine::{Graph, Real, Value};

/// The parameters that are trained.
pub const PARAMS: [&str; 8] = ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"];
/// The inputs.
pub const INPUTS: [f64; 2] = [0.05, 0.10];
/// What the outputs should be.
pub const TARGETS: [f64; 2] = [0.01, 0.99];
/// The biases of the hidden and of the output layer, which stay as they are.
pub const BIASES: [f64; 2] = [0.35, 0.60];
/// The updates before which the published trace was taken.
pub const TRACED: [usize; 6] = [0, 1, 9, 99, 999, 9999];

/// Which form of the example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// `net_o2` adds `h2` where `b2` belongs.
    Published,
    /// `b2` in its place.
    Corrected,
    /// `b2` in its place, and the hidden layer's derivatives use the output weights after their update.
    OutputFirst,
}

/// What the forward pass computes.
pub struct Forward<R> {
    h1: R,
    h2: R,
    /// The first output.
    pub o1: R,
    /// The second output.
    pub o2: R,
    /// The loss: the sum of half squared errors.
    pub e_total: R,
}

/// What the network is given besides its weights.
#[derive(Clone, Copy)]
pub struct Given<R> {
    inputs: [R; 2],
    targets: [R; 2],
    biases: [R; 2],
}

/// The published data.
pub const GIVEN: Given<f64> = Given { inputs: INPUTS, targets: TARGETS, biases: BIASES };

/// Runs the network.
pub fn forward<R: Real>(form: Form, [w1, w2, w3, w4, w5, w6, w7, w8]: [R; 8], given: Given<R>) -> Forward<R> {
    let Given { inputs: [i1, i2], targets: [out1, out2], biases: [b1, b2] } = given;
    let net_h1 = (w1 * i1 + w2 * i2 + b1).named("net_h1");
    let net_h2 = (w3 * i1 + w4 * i2 + b1).named("net_h2");
    let h1 = net_h1.sigmoid().named("h1");
    let h2 = net_h2.sigmoid().named("h2");
    let net_o1 = (w5 * h1 + w6 * h2 + b2).named("net_o1");
    let last = if form == Form::Published { h2 } else { b2 };
    let net_o2 = (w7 * h1 + w8 * h2 + last).named("net_o2");
    let o1 = net_o1.sigmoid().named("o1");
    let o2 = net_o2.sigmoid().named("o2");
    let e_total = ((o1 - out1).powi(2) * 0.5 + (o2 - out2).powi(2) * 0.5).named("E_total");
    Forward { h1, h2, o1, o2, e_total }
}

/// The derivation by hand of the output layer: what reaches `net_o1` and `net_o2`, and the derivatives by w5..w8.
fn output_by_hand<R: Real>(forward: &Forward<R>, given: Given<R>) -> ([R; 2], [R; 4]) {
    let Forward { h1, h2, o1, o2, .. } = *forward;
    let [out1, out2] = given.targets;
    let e_by_neto1 = ((o1 - out1) * (o1 * (R::from(1.0) - o1))).named("dE_dneto1");
    let e_by_neto2 = ((o2 - out2) * (o2 * (R::from(1.0) - o2))).named("dE_dneto2");
    ([e_by_neto1, e_by_neto2], [e_by_neto1 * h1, e_by_neto1 * h2, e_by_neto2 * h1, e_by_neto2 * h2])
}

/// The derivation by hand of the hidden layer: the derivatives by w1..w4, given those by the sums of the output layer
/// and the weights w5..w8 that lead there.
fn hidden_by_hand<R: Real>(
    forward: &Forward<R>,
    given: Given<R>,
    [e_by_neto1, e_by_neto2]: [R; 2],
    [w5, w6, w7, w8]: [R; 4],
) -> [R; 4] {
    let Forward { h1, h2, .. } = *forward;
    let [i1, i2] = given.inputs;
    let e_by_h1 = (e_by_neto1 * w5 + e_by_neto2 * w7).named("dE_dh1");
    let e_by_h2 = (e_by_neto1 * w6 + e_by_neto2 * w8).named("dE_dh2");
    let e_by_neth1 = (e_by_h1 * (h1 * (R::from(1.0) - h1))).named("dE_dneth1");
    let e_by_neth2 = (e_by_h2 * (h2 * (R::from(1.0) - h2))).named("dE_dneth2");
    [e_by_neth1 * i1, e_by_neth1 * i2, e_by_neth2 * i1, e_by_neth2 * i2]
}

/// The derivative of the loss by each of [`PARAMS`], by hand.
pub fn by_hand<R: Real>(weights: [R; 8], given: Given<R>, forward: &Forward<R>) -> [R; 8] {
    let [_, _, _, _, w5, w6, w7, w8] = weights;
    let (at_outputs, [d5, d6, d7, d8]) = output_by_hand(forward, given);
    let [d1, d2, d3, d4] = hidden_by_hand(forward, given, at_outputs, [w5, w6, w7, w8]);
    [d1, d2, d3, d4, d5, d6, d7, d8]
}

/// One update of all weights by the hand-written derivatives.
pub fn update(form: Form, weights: [f64; 8], rate: f64) -> [f64; 8] {
    let pass = forward(form, weights, GIVEN);
    if form != Form::OutputFirst {
        let gradient = by_hand(weights, GIVEN, &pass);
        return std::array::from_fn(|k| weights[k] - rate * gradient[k]);
    }
    let (at_outputs, output) = output_by_hand(&pass, GIVEN);
    let late: [f64; 4] = std::array::from_fn(|k| weights[k + 4] - rate * output[k]);
    let hidden = hidden_by_hand(&pass, GIVEN, at_outputs, late);
    std::array::from_fn(|k| if k < 4 { weights[k] - rate * hidden[k] } else { late[k - 4] })
}

/// The tutorial, in one of its forms.
pub struct WorkedExample(pub Form);

impl Tutorial for WorkedExample {
    fn name(&self) -> &'static str {
        match self.0 {
            Form::Published => "worked_example",
            Form::Corrected => "worked_example_corrected",
            Form::OutputFirst => "worked_example_output_first",
        }
    }

    fn about(&self) -> &'static str {
        match self.0 {
            Form::Published => "2-2-2, sigmoid, shared biases; the loss is the sum of half squared errors",
            Form::Corrected => "the same with b2 in net_o2 where h2 stood",
            Form::OutputFirst => "corrected, and w1..w4 learn from w5..w8 after their update",
        }
    }

    fn loss_name(&self) -> &'static str {
        "E_total"
    }

    fn loss_at(&self) -> &'static str {
        "E_total at step"
    }

    fn settings(&self) -> Settings {
        Settings { steps: 10_000, rate: 0.5 }
    }

    fn params(&self) -> Vec<(String, Draw)> {
        let given = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55];
        PARAMS.iter().zip(given).map(|(name, number)| ((*name).to_owned(), Draw::Given(number))).collect()
    }

    fn published(&self) -> Figures {
        Figures::worked_example(match self.0 {
            Form::Published => "as_published",
            Form::Corrected => "bias_fixed",
            Form::OutputFirst => "bias_fixed_output_layer_first",
        })
    }

    fn claims<'g>(&self, g: &'g Graph, params: &[Value<'g>]) -> Vec<Claim<'g>> {
        let input = |name, number| g.input(name, number);
        let given = Given {
            inputs: [input("i1", INPUTS[0]), input("i2", INPUTS[1])],
            targets: [input("out1", TARGETS[0]), input("out2", TARGETS[1])],
            biases: [input("b1", BIASES[0]), input("b2", BIASES[1])],
        };
        let weights = std::array::from_fn(|k| params[k]);
        let pass = forward(self.0, weights, given);
        let hand = by_hand(weights, given, &pass);
        weights.iter().zip(hand).map(|(&wrt, hand)| Claim { of: pass.e_total, wrt, hand }).collect()
    }

    fn train(&self, params: &[f64], settings: Settings) -> Trained {
        let mut weights: [f64; 8] = std::array::from_fn(|k| params[k]);
        let mut losses = Vec::new();
        for step in 0..settings.steps {
            if TRACED.contains(&step) {
                losses.push((step, forward(self.0, weights, GIVEN).e_total));
            }
            weights = update(self.0, weights, settings.rate);
        }
        let Forward { o1, o2, e_total, .. } = forward(self.0, weights, GIVEN);
        let outputs = [("o1", o1), ("o2", o2), ("E", e_total)].map(|(name, number)| (name.to_owned(), number));
        Trained { losses, params: weights.to_vec(), outputs: outputs.into() }
    }
}

//! Two inputs, two hidden neurons, one output, all sigmoid: who is who from weight and height, one sample at a time.

use crate::figures::Figures;
use crate::tutorial::{Draw, Settings, Trained, Tutorial};
use engine::check::hand::Claim;
use engine::{Graph, Real, Value};

/// The parameters, in the order of the updates.
pub const PARAMS: [&str; 9] = ["w1", "w2", "b1", "w3", "w4", "b2", "w5", "w6", "b3"];

/// The training set: what is known of each person, and the right answer.
pub const PEOPLE: [([f64; 2], f64); 4] =
    [([-2.0, -1.0], 1.0), ([25.0, 6.0], 0.0), ([17.0, 4.0], 0.0), ([-15.0, -6.0], 1.0)];

/// Two people that the network has never seen.
pub const STRANGERS: [(&str, [f64; 2]); 2] = [("emily", [-7.0, -3.0]), ("frank", [20.0, 2.0])];

/// What the forward pass computes.
pub struct Forward<R> {
    sum_h1: R,
    h1: R,
    sum_h2: R,
    h2: R,
    sum_o1: R,
    /// The output.
    pub y_pred: R,
}

/// Runs the network.
pub fn forward<R: Real>([w1, w2, b1, w3, w4, b2, w5, w6, b3]: [R; 9], [x1, x2]: [R; 2]) -> Forward<R> {
    let sum_h1 = (w1 * x1 + w2 * x2 + b1).named("sum_h1");
    let h1 = sum_h1.sigmoid().named("h1");
    let sum_h2 = (w3 * x1 + w4 * x2 + b2).named("sum_h2");
    let h2 = sum_h2.sigmoid().named("h2");
    let sum_o1 = (w5 * h1 + w6 * h2 + b3).named("sum_o1");
    let y_pred = sum_o1.sigmoid().named("y_pred");
    Forward { sum_h1, h1, sum_h2, h2, sum_o1, y_pred }
}

/// The loss of one sample.
pub fn loss<R: Real>(y_true: R, y_pred: R) -> R {
    (y_true - y_pred).powi(2).named("L")
}

fn deriv_sigmoid<R: Real>(x: R) -> R {
    let fx = x.sigmoid();
    fx * (R::from(1.0) - fx)
}

/// The derivation by hand: the partials along the way, and what they make for each parameter.
pub struct ByHand<R> {
    /// What it is the derivative of, by what, and the hand-written expression.
    pub partials: [(&'static str, &'static str, R); 12],
    /// The derivative of the loss by each of [`PARAMS`].
    pub gradient: [R; 9],
}

/// Writes down the chain rule for every parameter.
pub fn by_hand<R: Real>(params: [R; 9], [x1, x2]: [R; 2], y_true: R, forward: &Forward<R>) -> ByHand<R> {
    let [_, _, _, _, _, _, w5, w6, _] = params;
    let Forward { sum_h1, h1, sum_h2, h2, sum_o1, y_pred } = *forward;

    let l_by_ypred = ((y_true - y_pred) * -2.0).named("d_L_d_ypred");

    let ypred_by_w5 = (h1 * deriv_sigmoid(sum_o1)).named("d_ypred_d_w5");
    let ypred_by_w6 = (h2 * deriv_sigmoid(sum_o1)).named("d_ypred_d_w6");
    let ypred_by_b3 = deriv_sigmoid(sum_o1).named("d_ypred_d_b3");
    let ypred_by_h1 = (w5 * deriv_sigmoid(sum_o1)).named("d_ypred_d_h1");
    let ypred_by_h2 = (w6 * deriv_sigmoid(sum_o1)).named("d_ypred_d_h2");

    let h1_by_w1 = (x1 * deriv_sigmoid(sum_h1)).named("d_h1_d_w1");
    let h1_by_w2 = (x2 * deriv_sigmoid(sum_h1)).named("d_h1_d_w2");
    let h1_by_b1 = deriv_sigmoid(sum_h1).named("d_h1_d_b1");

    let h2_by_w3 = (x1 * deriv_sigmoid(sum_h2)).named("d_h2_d_w3");
    let h2_by_w4 = (x2 * deriv_sigmoid(sum_h2)).named("d_h2_d_w4");
    let h2_by_b2 = deriv_sigmoid(sum_h2).named("d_h2_d_b2");

    ByHand {
        partials: [
            ("L", "y_pred", l_by_ypred),
            ("y_pred", "w5", ypred_by_w5),
            ("y_pred", "w6", ypred_by_w6),
            ("y_pred", "b3", ypred_by_b3),
            ("y_pred", "h1", ypred_by_h1),
            ("y_pred", "h2", ypred_by_h2),
            ("h1", "w1", h1_by_w1),
            ("h1", "w2", h1_by_w2),
            ("h1", "b1", h1_by_b1),
            ("h2", "w3", h2_by_w3),
            ("h2", "w4", h2_by_w4),
            ("h2", "b2", h2_by_b2),
        ],
        gradient: [
            l_by_ypred * ypred_by_h1 * h1_by_w1,
            l_by_ypred * ypred_by_h1 * h1_by_w2,
            l_by_ypred * ypred_by_h1 * h1_by_b1,
            l_by_ypred * ypred_by_h2 * h2_by_w3,
            l_by_ypred * ypred_by_h2 * h2_by_w4,
            l_by_ypred * ypred_by_h2 * h2_by_b2,
            l_by_ypred * ypred_by_w5,
            l_by_ypred * ypred_by_w6,
            l_by_ypred * ypred_by_b3,
        ],
    }
}

/// The tutorial.
pub struct TwoLayer;

impl Tutorial for TwoLayer {
    fn name(&self) -> &'static str {
        "two_layer"
    }

    fn about(&self) -> &'static str {
        "2-2-1, sigmoid; the loss is (y_true - y_pred)^2 of one sample at a time"
    }

    fn loss_name(&self) -> &'static str {
        "L"
    }

    fn loss_at(&self) -> &'static str {
        "mean L after epoch"
    }

    fn settings(&self) -> Settings {
        Settings { steps: 1000, rate: 0.1 }
    }

    fn params(&self) -> Vec<(String, Draw)> {
        PARAMS.iter().map(|name| ((*name).to_owned(), Draw::Normal)).collect()
    }

    fn published(&self) -> Figures {
        Figures::two_layer(0)
    }

    fn claims<'g>(&self, g: &'g Graph, params: &[Value<'g>]) -> Vec<Claim<'g>> {
        let ([x1, x2], y) = PEOPLE[0];
        let x = [g.input("x1", x1), g.input("x2", x2)];
        let y_true = g.input("y_true", y);
        let params = std::array::from_fn(|k| params[k]);
        let pass = forward(params, x);
        let of_loss = loss(y_true, pass.y_pred);
        let hand = by_hand(params, x, y_true, &pass);
        let partials =
            hand.partials.iter().filter_map(|&(of, wrt, hand)| Some(Claim { of: g.get(of)?, wrt: g.get(wrt)?, hand }));
        let gradient = params.iter().zip(hand.gradient).map(|(&wrt, hand)| Claim { of: of_loss, wrt, hand });
        partials.chain(gradient).collect()
    }

    fn train(&self, params: &[f64], settings: Settings) -> Trained {
        let mut params: [f64; 9] = std::array::from_fn(|k| params[k]);
        let mut losses = Vec::new();
        for epoch in 0..settings.steps {
            for (x, y_true) in PEOPLE {
                let gradient = by_hand(params, x, y_true, &forward(params, x)).gradient;
                for (param, derivative) in params.iter_mut().zip(gradient) {
                    *param -= settings.rate * derivative;
                }
            }
            if epoch % 10 == 0 {
                let total: f64 = PEOPLE.iter().map(|&(x, y)| loss(y, forward(params, x).y_pred)).sum();
                losses.push((epoch, total / PEOPLE.len() as f64));
            }
        }
        let outputs = STRANGERS.map(|(name, x)| (name.to_owned(), forward(params, x).y_pred));
        Trained { losses, params: params.to_vec(), outputs: outputs.into() }
    }
}

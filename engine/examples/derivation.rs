//! A derivation by hand with a slip in it, checked.

use engine::check::hand::{Claim, Options, Report, check};
use engine::{Error, Graph};

fn derivation() -> Result<Report, Error> {
    let g = Graph::new();
    let (w1, w2) = (g.param("w1", 0.8), g.param("w2", -1.3));
    let (x, y_true) = (g.input("x", 1.5), g.input("y_true", 1.0));
    let h = (w1 * x).tanh().named("h");
    let y_pred = (w2 * h).sigmoid().named("y_pred");
    let loss = (y_true - y_pred).powi(2).named("L");

    let at_output = (-2.0 * (y_true - y_pred) * y_pred * (1.0 - y_pred)).named("at_output");
    let by_w2 = Claim { of: loss, wrt: w2, hand: at_output * h };
    let by_w1 = Claim { of: loss, wrt: w1, hand: at_output * w1 * (1.0 - h * h) * x };
    check(&[by_w2, by_w1], &Options::default())
}

fn main() -> Result<(), Error> {
    println!("{}", derivation()?);
    Ok(())
}

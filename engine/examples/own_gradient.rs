//! A gradient written by hand, with a slip in it, against finite differences.

use engine::{Error, check};

fn rosenbrock(x: &[f64]) -> f64 {
    (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
}

fn gradient(x: &[f64]) -> Vec<f64> {
    let across = 200.0 * (x[1] - x[0] * x[0]);
    vec![-2.0 * (1.0 - x[0]) - across * x[0], across]
}

fn main() -> Result<(), Error> {
    println!("{}", check::plain(rosenbrock, gradient, &[-1.2, 1.0])?);
    Ok(())
}

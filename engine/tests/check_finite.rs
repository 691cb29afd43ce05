//! Finite differences keep to their error, and the checks made of them neither call a right derivative wrong nor let a
//! wrong one pass.

use engine::check::finite::{Options, derivative};
use std::f64::consts::PI;

type Scalar = fn(f64) -> f64;

/// Functions with their derivatives, and the points to try.
fn battery() -> Vec<(&'static str, Scalar, Scalar, Vec<f64>)> {
    let all = vec![0.0, 1e-9, -1e-3, 0.1, 1.0, -1.7, 3.3, 12.5, 250.0, -1e4, 1e8];
    let some = vec![0.0, 1e-12, -0.3, 1.1, 2.7];
    let positive = vec![1e-300, 1e-9, 0.02, 1.0, 7.3, 1e5, 1e300];
    vec![
        ("sin", f64::sin, f64::cos, all.clone()),
        ("exp", f64::exp, f64::exp, vec![0.0, -30.0, 1e-7, 1.0, 5.0, 300.0]),
        ("x^2", |x| x * x, |x| 2.0 * x, all.clone()),
        ("x^3 - 2x", |x| x.powi(3) - 2.0 * x, |x| 3.0 * x * x - 2.0, all.clone()),
        ("line", |x| 3.0 * x - 7.0, |_| 3.0, vec![0.0, 1e-300, 1.0, 1e300, -1e20]),
        ("constant", |_| 4.2, |_| 0.0, all.clone()),
        ("ln", f64::ln, |x| 1.0 / x, positive.clone()),
        ("sqrt", f64::sqrt, |x| 0.5 / x.sqrt(), positive.clone()),
        ("1/x", |x| 1.0 / x, |x| -1.0 / (x * x), vec![1e-9, -0.3, 1.0, 1e5, 1e100]),
        ("tanh(50x)", |x| (50.0 * x).tanh(), |x| 50.0 / (50.0 * x).cosh().powi(2), vec![0.0, 0.01, 0.3, -1.0, 1e-5]),
        ("steep", |x| (1e6 * x).tanh(), |x| 1e6 / (1e6 * x).cosh().powi(2), vec![0.0, 1e-7, 3e-6]),
        ("oscillating", |x| (1e4 * x).sin(), |x| 1e4 * (1e4 * x).cos(), vec![0.0, 0.1, 2.0, 1e-9]),
        ("dyadic", |x| (64.0 * PI * x).sin(), |x| 64.0 * PI * (64.0 * PI * x).cos(), some.clone()),
        ("offset", |x| 1e8 + x.sin(), f64::cos, all.clone()),
        ("offset taken off again", |x| (1e8 + x.sin()) - 1e8, f64::cos, some.clone()),
        ("ripples", |x| x + 1e-3 * (3e3 * x).sin(), |x| 1.0 + 3.0 * (3e3 * x).cos(), some.clone()),
        ("noisy", |x| x.sin() + 1e-9 * (1e17 * x).sin().signum(), f64::cos, vec![0.4, -1.3, 2.2]),
        ("single precision", |x| f64::from((x as f32).sin()), f64::cos, vec![0.4, -1.3, 2.2, 1.0]),
        (
            "spike",
            |x| (-1e6 * (x - 0.3) * (x - 0.3)).exp(),
            |x| -2e6 * (x - 0.3) * (-1e6 * (x - 0.3) * (x - 0.3)).exp(),
            vec![0.3, 0.3005, 0.299, 0.2],
        ),
        ("abs", f64::abs, f64::signum, vec![1e-9, -1e-9, 1e-300, 2.0]),
        ("abs of a difference", |x| (x - 1.0).abs(), |x| (x - 1.0).signum(), vec![1.0 + 1e-9, 1.0 - 1e-7, 3.0, 0.0]),
        ("x|x|", |x| x * x.abs(), |x| 2.0 * x.abs(), all.clone()),
        ("|x|^1.5", |x| x.abs().powf(1.5), |x| 1.5 * x.abs().sqrt().copysign(x), vec![0.0, 1e-12, 0.1, -3.0]),
        ("logistic", |x| 1.0 / (1.0 + (-x).exp()), |x| (-x).exp() / (1.0 + (-x).exp()).powi(2), some.clone()),
        ("floor", f64::floor, |_| 0.0, vec![0.5, 1e6 + 0.5, -3.1]),
        ("stairs", |x| (1e3 * x).floor() / 1e3, |_| 0.0, vec![0.50005, 1.23456]),
        ("gentle", |x| (1e-5 * x).sin(), |x| 1e-5 * (1e-5 * x).cos(), all.clone()),
        ("tiny", |x| 1e-200 * x.sin(), |x| 1e-200 * x.cos(), all.clone()),
        ("huge", |x| 1e200 * x.sin(), |x| 1e200 * x.cos(), all.clone()),
    ]
}

#[test]
fn the_error_bounds_the_true_error() {
    let mut bad = vec![];
    for (name, f, slope, points) in battery() {
        for x in points {
            let found = derivative(f, x, &Options::default()).expect("a point of the domain");
            let (truth, off) = (slope(x), (found.value - slope(x)).abs());
            let ok = off <= found.error + 4.0 * f64::EPSILON * truth.abs() || found.error == f64::INFINITY;

            if !ok {
                bad.push((name, x));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:?}");
}

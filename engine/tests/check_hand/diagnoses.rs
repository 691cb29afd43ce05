//! Faults that lie in a part of the paths, and several at once.

use crate::tutorials::{slope, two_layer};
use crate::{claim, judge};
use engine::check::hand::{Judged, Kind, Verdict};
use engine::{Graph, Value};

/// The sum of the squares of two outputs of one hidden unit; the claim follows only one of them, or one with the wrong
/// sign.
#[test]
fn a_part_of_the_paths_is_told_from_the_whole() {
    let network = |hand: for<'a> fn([Value<'a>; 2], Value<'a>) -> Value<'a>| {
        let g = Graph::new();
        let (w, x) = (g.param("w", 0.37), g.input("x", 1.3));
        let (u, v) = (g.param("u", -0.81), g.param("v", 0.46));
        let h = (w * x).tanh().named("h");
        let (p, q) = ((u * h).named("p"), (v * h).named("q"));
        let e = (p * p + q.exp()).named("E");
        let parts = [2.0 * p * u, q.exp() * v];
        judge(&[claim(e, w, hand(parts, (1.0 - h * h) * x))]).claims.remove(0)
    };
    let diagnosis = |judged: Judged| judged.diagnosis.unwrap();
    assert_eq!(network(|[p, q], inner| (p + q) * inner).verdict, Verdict::Right);

    let only = diagnosis(network(|[p, _], inner| p * inner));
    assert_eq!((only.kind, &only.path[..]), (Kind::MissingPath, &["E", "q", "h", "w"].map(String::from)[..]));
    assert!(only.text.contains("Add `exp(q)*v*((1 - h*h)*x)`"), "{}", only.text);

    let sign = diagnosis(network(|[p, q], inner| (p - q) * inner));
    assert_eq!((sign.kind, sign.factor, &*sign.path[1]), (Kind::Sign, Some(-1.0), "q"));

    let twice = diagnosis(network(|[p, q], inner| (p + 3.0 * q) * inner));
    assert_eq!((twice.kind, twice.factor, &*twice.path[1]), (Kind::ConstantFactor, Some(3.0), "q"));
}

/// Of three paths from a leaf the claim follows one.
#[test]
fn one_path_alone_is_told() {
    let g = Graph::new();
    let w = g.param("w", 0.37);
    let (p, q, r) = (w.sin().named("p"), w.exp().named("q"), w.sqrt().named("r"));
    let e = (p * 1.7 + q * q + r.recip()).named("E");
    let report = judge(&[claim(e, w, 2.0 * q * q)]);
    let diagnosis = report.claims[0].diagnosis.as_ref().unwrap();
    assert_eq!((diagnosis.kind.name(), &diagnosis.path[..]), ("only_path", &["E", "q", "w"].map(String::from)[..]));
}

#[test]
fn of_several_faults_the_first_strange_step_is_named() {
    let g = Graph::new();
    let n = two_layer(&g);
    let d_o1 = (n.d_l_d_ypred() * slope(n.sums[2])).named("d_o1");
    let d_h1 = (d_o1 * n.w[4] * n.h[1].exp() + n.b[1]).named("d_h1");
    let d_sum = (d_h1 * slope(n.sums[0])).named("d_sum");
    let report = judge(&[claim(n.loss, n.w[0], d_sum * n.x[0])]);
    let diagnosis = report.claims[0].diagnosis.as_ref().unwrap();
    assert_eq!((diagnosis.kind, diagnosis.repaired), (Kind::Unknown, false));
    assert!(diagnosis.text.contains("Look at `d_h1 = d_o1*w5*exp(h2) + b2` first"), "{}", diagnosis.text);

    let report = judge(&[claim(n.h[0], n.w[2], n.w[2] + 1.0)]);
    let text = &report.claims[0].diagnosis.as_ref().unwrap().text;
    assert!(text.contains("`h1` does not depend on `w3`: the derivative is 0"), "{text}");
}

//! The derivations of published tutorials, and each kind of fault in one of them.

use crate::{claim, find, judge};
use engine::check::hand::{Claim, Verdict};
use engine::{Graph, Value};

/// The 2-2-2 network of the worked example, and its published hand-written derivatives. What stands beside the weighted
/// sum of the second output is b2, or h2 as it was published.
pub(crate) fn worked_example(g: &Graph, published: bool) -> Vec<Claim<'_>> {
    let [i1, i2] = [("i1", 0.05), ("i2", 0.10)].map(|(name, x)| g.input(name, x));
    let [out1, out2] = [("out1", 0.01), ("out2", 0.99)].map(|(name, x)| g.input(name, x));
    let [b1, b2] = [("b1", 0.35), ("b2", 0.60)].map(|(name, x)| g.input(name, x));
    let w = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55];
    let w: Vec<Value<'_>> = (1..).zip(w).map(|(k, x)| g.param(&format!("w{k}"), x)).collect();
    let net_h1 = (w[0] * i1 + w[1] * i2 + b1).named("net_h1");
    let net_h2 = (w[2] * i1 + w[3] * i2 + b1).named("net_h2");
    let (h1, h2) = (net_h1.sigmoid().named("h1"), net_h2.sigmoid().named("h2"));
    let net_o1 = (w[4] * h1 + w[5] * h2 + b2).named("net_o1");
    let net_o2 = (w[6] * h1 + w[7] * h2 + if published { h2 } else { b2 }).named("net_o2");
    let (o1, o2) = (net_o1.sigmoid().named("o1"), net_o2.sigmoid().named("o2"));
    let e = (((o1 - out1) * (o1 - out1)) * 0.5 + ((o2 - out2) * (o2 - out2)) * 0.5).named("E_total");

    let d1 = (out1 - o1) * -1.0 * (o1 * (1.0 - o1));
    let d2 = (out2 - o2) * -1.0 * (o2 * (1.0 - o2));
    let dh1 = (d1 * w[4] + d2 * w[6]) * (h1 * (1.0 - h1));
    let dh2 = (d1 * w[5] + d2 * w[7]) * (h2 * (1.0 - h2));
    let hands = [dh1 * i1, dh1 * i2, dh2 * i1, dh2 * i2, d1 * h1, d1 * h2, d2 * h1, d2 * h2];
    w.iter().zip(hands).map(|(&w, hand)| claim(e, w, hand)).collect()
}

#[test]
fn the_published_worked_example_forgets_a_path_and_its_correction_does_not() {
    let g = Graph::new();
    let report = judge(&worked_example(&g, true));
    assert_eq!(report.verdict, Verdict::Wrong);
    for judged in &report.claims {
        let expected = if ["w3", "w4"].contains(&&*judged.wrt) { Verdict::Wrong } else { Verdict::Right };
        assert_eq!(judged.verdict, expected, "{}", judged.wrt);
        assert_eq!(judged.points, 33);
    }
    let w3 = find(&report, "w3");
    let diagnosis = w3.diagnosis.as_ref().unwrap();
    assert_eq!(diagnosis.kind.name(), "missing_path");
    assert_eq!(diagnosis.path, ["E_total", "o2", "net_o2", "h2", "net_h2", "w3"]);

    let g = Graph::new();
    let report = judge(&worked_example(&g, false));
    assert_eq!(report.verdict, Verdict::Right);
}

/// The 2-2-1 network of the second tutorial.
pub(crate) struct TwoLayer<'g> {
    pub(crate) w: Vec<Value<'g>>,
    pub(crate) b: Vec<Value<'g>>,
    pub(crate) x: [Value<'g>; 2],
    pub(crate) y_true: Value<'g>,
    pub(crate) sums: [Value<'g>; 3],
    pub(crate) h: [Value<'g>; 2],
    pub(crate) y_pred: Value<'g>,
    pub(crate) loss: Value<'g>,
}

pub(crate) fn two_layer(g: &Graph) -> TwoLayer<'_> {
    let w = [0.7640523, 0.4001572, -0.5787379, 0.2408931, 0.8675579, -0.9772778];
    let w: Vec<Value<'_>> = (1..).zip(w).map(|(k, x)| g.param(&format!("w{k}"), x)).collect();
    let b: Vec<Value<'_>> =
        (1..).zip([0.9500884, -0.1513572, -0.1032188]).map(|(k, x)| g.param(&format!("b{k}"), x)).collect();
    let (x, y_true) = ([g.input("x1", -2.0), g.input("x2", -1.0)], g.input("y_true", 1.0));
    let sum_h1 = (w[0] * x[0] + w[1] * x[1] + b[0]).named("sum_h1");
    let sum_h2 = (w[2] * x[0] + w[3] * x[1] + b[1]).named("sum_h2");
    let h = [sum_h1.sigmoid().named("h1"), sum_h2.sigmoid().named("h2")];
    let sum_o1 = (w[4] * h[0] + w[5] * h[1] + b[2]).named("sum_o1");
    let y_pred = sum_o1.sigmoid().named("y_pred");
    let loss = (y_true - y_pred).powi(2).named("L");
    TwoLayer { w, b, x, y_true, sums: [sum_h1, sum_h2, sum_o1], h, y_pred, loss }
}

/// The derivative of the sigmoid, as a tutorial writes it.
pub(crate) fn slope(x: Value<'_>) -> Value<'_> {
    let y = x.sigmoid();
    y * (1.0 - y)
}

impl<'g> TwoLayer<'g> {
    pub(crate) fn d_l_d_ypred(&self) -> Value<'g> {
        -2.0 * (self.y_true - self.y_pred)
    }
}

#[test]
fn all_derivatives_of_the_two_layer_network_are_right_intermediates_too() {
    let g = Graph::new();
    let n = two_layer(&g);
    let [sum_h1, sum_h2, sum_o1] = n.sums;
    let outer = n.d_l_d_ypred();
    let inner = [outer * n.w[4] * slope(sum_o1) * slope(sum_h1), outer * n.w[5] * slope(sum_o1) * slope(sum_h2)];
    let claims = [
        claim(n.loss, n.w[0], inner[0] * n.x[0]),
        claim(n.loss, n.w[1], inner[0] * n.x[1]),
        claim(n.loss, n.b[0], inner[0]),
        claim(n.loss, n.w[2], inner[1] * n.x[0]),
        claim(n.loss, n.w[3], inner[1] * n.x[1]),
        claim(n.loss, n.b[1], inner[1]),
        claim(n.loss, n.w[4], outer * n.h[0] * slope(sum_o1)),
        claim(n.loss, n.w[5], outer * n.h[1] * slope(sum_o1)),
        claim(n.loss, n.b[2], outer * slope(sum_o1)),
        claim(n.loss, n.y_pred, outer),
        claim(n.y_pred, n.w[4], n.h[0] * slope(sum_o1)),
        claim(n.y_pred, n.h[1], n.w[5] * slope(sum_o1)),
        claim(n.h[0], n.w[1], n.x[1] * slope(sum_h1)),
        claim(n.h[1], n.w[1], 0.0),
        claim(n.h[1], n.b[1], slope(sum_h2)),
    ];
    let report = judge(&claims);
    assert!(report.claims.iter().all(|judged| judged.verdict == Verdict::Right && judged.diagnosis.is_none()));
    assert_eq!(report.verdict, Verdict::Right);
}

/// Each fault in the claim about w1, and what is to be said of it.
#[test]
fn each_kind_of_fault_is_told_by_its_name() {
    type Hand = for<'a, 'g> fn(&'a TwoLayer<'g>) -> Value<'g>;
    let faults: [(&str, Hand, &str); 8] = [
        ("sign", |n| -n.d_l_d_ypred() * n.w[4] * slope(n.sums[2]) * slope(n.sums[0]) * n.x[0], "turn its sign"),
        (
            "constant_factor",
            |n| (n.y_pred - n.y_true) * n.w[4] * slope(n.sums[2]) * slope(n.sums[0]) * n.x[0],
            "0.5 times the derivative: multiply it by 2",
        ),
        (
            "substitution",
            |n| n.d_l_d_ypred() * n.w[5] * slope(n.sums[2]) * slope(n.sums[0]) * n.x[0],
            "write `w5` for `w6` in the claim",
        ),
        // The recorded data alone would make a constant of the ratio of x1 and x2.
        (
            "substitution",
            |n| n.d_l_d_ypred() * n.w[4] * slope(n.sums[2]) * slope(n.sums[0]) * n.x[1],
            "write `x1` for `x2` in the claim",
        ),
        (
            "substitution",
            |n| n.d_l_d_ypred() * n.w[4] * slope(n.sums[2]) * slope(n.h[0]) * n.x[0],
            "write `sum_h1` for `h1` in the claim",
        ),
        (
            "missing_factor",
            |n| n.d_l_d_ypred() * n.w[4] * slope(n.sums[2]) * n.x[0],
            "derivative of `h1` by `sum_h1`, `h1*(1 - h1)`, which is",
        ),
        (
            "repeated_factor",
            |n| n.d_l_d_ypred() * n.w[4] * slope(n.sums[2]) * slope(n.sums[2]) * slope(n.sums[0]) * n.x[0],
            "derivative of `y_pred` by `sum_o1`",
        ),
        ("wrong_variable", |n| n.d_l_d_ypred(), "by `y_pred`, not by `w1`"),
    ];
    for (kind, hand, words) in faults {
        let g = Graph::new();
        let n = two_layer(&g);
        let right = n.d_l_d_ypred() * slope(n.sums[2]);
        let report = judge(&[claim(n.loss, n.w[0], hand(&n)), claim(n.loss, n.b[2], right)]);
        let judged = &report.claims[0];
        let diagnosis = judged.diagnosis.as_ref().unwrap();
        assert_eq!((judged.verdict, diagnosis.kind.name()), (Verdict::Wrong, kind), "{}", diagnosis.text);
        assert!(diagnosis.text.contains(words), "{}", diagnosis.text);
        assert!(diagnosis.repaired);
        assert_eq!(report.claims[1].verdict, Verdict::Right);
    }
}

/// The AND gate's network; its loss is the mean of the squared errors, and its hand-written derivatives are those of the
/// sum of their halves.
fn and_gate<'g>(g: &'g Graph, slip: bool) -> Vec<Claim<'g>> {
    let w1 = [[0.49, -0.13, 0.64], [1.52, -0.23, -0.21]];
    let w1: Vec<Vec<Value<'g>>> =
        (0..2).map(|i| (0..3).map(|j| g.param(&format!("W1[{i}][{j}]"), w1[i][j])).collect()).collect();
    let b1: Vec<Value<'g>> = (0..3).map(|j| g.param(&format!("b1[{j}]"), [1.57, 0.76, -0.46][j])).collect();
    let w2: Vec<Value<'g>> = (0..3).map(|j| g.param(&format!("W2[{j}][0]"), [0.54, -0.46, -0.45][j])).collect();
    let b2 = g.param("b2[0]", 0.24);
    let rows = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = [0.0, 0.0, 0.0, 1.0];
    let mut errors = Vec::new();
    let (mut by_w1, mut by_b1) = (vec![vec![Value::from(0.0); 3]; 2], vec![Value::from(0.0); 3]);
    let (mut by_w2, mut by_b2) = (vec![Value::from(0.0); 3], Value::from(0.0));
    for (k, (row, target)) in rows.iter().zip(targets).enumerate() {
        let x: Vec<Value<'g>> = (0..2).map(|i| g.input(&format!("x{k}[{i}]"), row[i])).collect();
        let y = g.input(&format!("y{k}"), target);
        let z: Vec<Value<'g>> = (0..3).map(|j| x[0] * w1[0][j] + x[1] * w1[1][j] + b1[j]).collect();
        let a: Vec<Value<'g>> = z.iter().map(|z| z.relu()).collect();
        let out = (Value::dot(&a, &w2) + b2).sigmoid();
        errors.push((y - out).powi(2));
        let outer = -(y - out) * out * (1.0 - out);
        for j in 0..3 {
            // Whether the unit is on is decided here by its number, as the tutorial decides it.
            let inner = outer * w2[j] * if z[j] > 0.0 { 1.0 } else { 0.0 };
            by_w1[0][j] += inner * x[0];
            by_w1[1][j] += inner * x[1];
            by_b1[j] += inner;
            by_w2[j] += outer * a[j];
        }
        by_b2 += outer;
    }
    if slip {
        by_b1[1] *= 2.0;
    }
    let loss = (errors.into_iter().sum::<Value<'g>>() / 4.0).named("loss");
    let params = w1.concat().into_iter().chain(b1).chain(w2).chain([b2]);
    let hands = by_w1.concat().into_iter().chain(by_b1).chain(by_w2).chain([by_b2]);
    params.zip(hands).map(|(param, hand)| claim(loss, param, hand)).collect()
}

#[test]
fn a_factor_that_all_have_is_no_fault_and_one_that_a_single_one_has_is() {
    let g = Graph::new();
    let report = judge(&and_gate(&g, false));
    assert_eq!((report.claims.len(), report.verdict), (13, Verdict::Scaled));
    for judged in &report.claims {
        assert_eq!(judged.verdict, Verdict::Scaled, "{}", judged.wrt);
        assert_eq!(judged.diagnosis.as_ref().unwrap().factor, Some(2.0));
        assert!((judged.hand - 2.0 * judged.derivative).abs() < 1e-12);
    }
    // The third unit is off wherever the second input is not zero.
    assert_eq!(find(&report, "W1[1][2]").derivative, 0.0);

    let g = Graph::new();
    let report = judge(&and_gate(&g, true));
    assert_eq!(report.verdict, Verdict::Wrong);
    let diagnosis = find(&report, "b1[1]").diagnosis.as_ref().unwrap();
    assert_eq!((diagnosis.kind.name(), diagnosis.factor), ("constant_factor", Some(4.0)));
}

//! Claims about derivatives: what is right is called right, and what is wrong is found out.

#![allow(clippy::unwrap_used)]

use engine::check::hand::{Claim, Judged, Kind, Options, Report, Verdict, check};
use engine::{Graph, Value};

fn claim<'g>(of: Value<'g>, wrt: Value<'g>, hand: impl Into<Value<'g>>) -> Claim<'g> {
    Claim { of, wrt, hand: hand.into() }
}

fn judge(claims: &[Claim<'_>]) -> Report {
    let report = check(claims, &Options::default()).unwrap();
    println!("{report}");
    report
}

fn find<'r>(report: &'r Report, wrt: &str) -> &'r Judged {
    report.claims.iter().find(|judged| judged.wrt == wrt).unwrap()
}

/// The 2-2-2 network of the worked example, and its published hand-written derivatives. What stands beside the weighted
/// sum of the second output is b2, or h2 as it was published.
fn worked_example(g: &Graph, published: bool) -> Vec<Claim<'_>> {
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
struct TwoLayer<'g> {
    w: Vec<Value<'g>>,
    b: Vec<Value<'g>>,
    x: [Value<'g>; 2],
    y_true: Value<'g>,
    sums: [Value<'g>; 3],
    h: [Value<'g>; 2],
    y_pred: Value<'g>,
    loss: Value<'g>,
}

fn two_layer(g: &Graph) -> TwoLayer<'_> {
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
fn slope(x: Value<'_>) -> Value<'_> {
    let y = x.sigmoid();
    y * (1.0 - y)
}

impl<'g> TwoLayer<'g> {
    fn d_l_d_ypred(&self) -> Value<'g> {
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

#[test]
fn a_scaled_intermediate_does_no_harm_when_what_is_made_of_it_is_right() {
    let g = Graph::new();
    let (w, b) = (g.param("w", 0.7), g.param("b", -0.2));
    let xs = [1.3, -0.4, 2.2];
    let samples: Vec<(Value<'_>, Value<'_>)> = (xs.iter().enumerate())
        .map(|(k, &x)| {
            let x = g.input(&format!("x{k}"), x);
            (x, (w * x + b).named(&format!("z{k}")))
        })
        .collect();
    let cost = (samples.iter().map(|(_, z)| z.tanh().powi(2)).sum::<Value<'_>>() / 3.0).named("cost");
    // These are three times the derivative, and the thirds come with the sums.
    let dz: Vec<Value<'_>> = samples.iter().map(|(_, z)| 2.0 * z.tanh() * (1.0 - z.tanh().powi(2))).collect();
    let dw = samples.iter().zip(&dz).map(|((x, _), dz)| *x * *dz).sum::<Value<'_>>() / 3.0;
    let db = dz.iter().sum::<Value<'_>>() / 3.0;
    let by = |k: usize| claim(cost, samples[k].1, dz[k]);
    let report = judge(&[claim(cost, w, dw), claim(cost, b, db), by(0), by(1), by(2)]);
    let verdicts: Vec<Verdict> = report.claims.iter().map(|judged| judged.verdict).collect();
    assert_eq!(verdicts, [Verdict::Right, Verdict::Right, Verdict::Scaled, Verdict::Scaled, Verdict::Scaled]);
    assert_eq!(report.claims[4].diagnosis.as_ref().unwrap().factor, Some(3.0));
    assert_eq!(report.verdict, Verdict::Right);

    let report = judge(&[claim(cost, w, dw * 1.01), claim(cost, b, db), by(0)]);
    assert_eq!(report.claims[2].verdict, Verdict::Wrong, "what is made of it is not right");
}

#[test]
fn on_a_kink_either_side_will_do() {
    let g = Graph::new();
    let (w, b, x) = (g.param("w", 0.0), g.param("b", 0.5), g.input("x", 2.0));
    let z = (w * x).named("z");
    let y = (z.relu() * b).named("y");
    let on = 1.0 - (-z).select(1.0, 0.0);
    let report = judge(&[claim(y, w, on * b * x), claim(y, b, z.relu()), claim(y, w, b * x * 0.0)]);
    let verdicts: Vec<Verdict> = report.claims.iter().map(|judged| judged.verdict).collect();
    assert_eq!(verdicts, [Verdict::Kink, Verdict::Right, Verdict::Kink]);
    assert_eq!((report.claims[0].hand, report.claims[0].derivative), (1.0, 0.0));

    // The tie of a stabilising maximum is none of the function.
    let g = Graph::new();
    let z = [g.param("z0", 0.4), g.param("z1", 0.4)];
    let top = z[0].max(z[1]);
    let y = (((z[0] - top).exp() + (z[1] - top).exp()).ln() + top).named("y");
    let report = judge(&[claim(y, z[0], (z[0] - y).exp() * 1.1), claim(y, z[1], (z[1] - y).exp())]);
    let verdicts: Vec<Verdict> = report.claims.iter().map(|judged| judged.verdict).collect();
    assert_eq!(verdicts, [Verdict::Wrong, Verdict::Right]);
}

/// `p - y` is the derivative only where the labels sum to one, as they do in the data.
#[test]
fn a_derivation_may_use_what_it_knows_of_the_data() {
    let g = Graph::new();
    let z: Vec<Value<'_>> = (0..3).map(|k| g.param(&format!("z{k}"), [0.3, -1.1, 0.8][k])).collect();
    let y: Vec<Value<'_>> = (0..3).map(|k| g.input(&format!("y{k}"), [0.0, 1.0, 0.0][k])).collect();
    let total = z.iter().map(|z| z.exp()).sum::<Value<'_>>();
    let p: Vec<Value<'_>> = z.iter().map(|z| z.exp() / total).collect();
    let loss = (-(0..3).map(|k| y[k] * p[k].ln()).sum::<Value<'_>>()).named("loss");
    let right: Vec<Claim<'_>> = (0..3).map(|k| claim(loss, z[k], p[k] - y[k])).collect();
    assert_eq!(judge(&right).verdict, Verdict::Right);
    let moving = check(&right, &Options { move_inputs: true, ..Options::default() }).unwrap();
    assert_eq!(moving.verdict, Verdict::Wrong);

    let turned: Vec<Claim<'_>> = (0..3).map(|k| claim(loss, z[k], y[k] - p[k])).collect();
    for judged in judge(&turned).claims {
        assert_eq!(judged.diagnosis.unwrap().kind, Kind::Sign);
    }
}

#[test]
fn a_gradient_that_has_vanished_raises_no_alarm() {
    let g = Graph::new();
    let (w, x, y) = (g.param("w", 21.0), g.input("x", 2.0), g.input("y", 1.0));
    let p = (w * x).sigmoid().named("p");
    let loss = (y - p).powi(2).named("L");
    // The same derivative in another form, which keeps the digits that the engine's loses where p is near 1.
    let tail = (-(w * x)).exp() / (1.0 + (-(w * x)).exp());
    let report = judge(&[claim(loss, w, -2.0 * tail * p * tail * x), claim(loss, p, -2.0 * (y - p))]);
    assert_eq!(report.verdict, Verdict::Right);
    assert!(report.claims[0].hand < 0.0 && report.claims[0].derivative == 0.0);
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let g = Graph::new();
    let claims = worked_example(&g, true);
    let options = Options { seed: 3, points: 7, ..Options::default() };
    let [a, b] = [check(&claims, &options).unwrap(), check(&claims, &options).unwrap()];
    assert_eq!(a, b);
    assert_eq!(a.claims[0].points, 8);
}

#[test]
fn what_cannot_be_checked_is_refused_with_a_reason() {
    let message = |claims: &[Claim<'_>]| check(claims, &Options::default()).unwrap_err().to_string();
    let (g, other) = (Graph::new(), Graph::new());
    let (x, stranger) = (g.param("x", 2.0), other.param("stranger", 1.0));
    let y = (x * x).named("y");
    assert_eq!(message(&[]), "no claims were given: give at least one");
    assert_eq!(
        message(&[claim(y, Value::from(2.0), x)]),
        "the constant 2 belongs to no graph: make it a parameter or an input to differentiate it"
    );
    assert_eq!(
        message(&[claim(y, x, 2.0 * x), claim(y, stranger, 0.0)]),
        "`y` and `stranger` belong to two graphs: record both on one `Graph`"
    );
    assert_eq!(
        message(&[claim(y, x, (x - 3.0).ln())]),
        "`ln(x - 3)` is NaN: ln of -1; it needs x > 0: keep its argument there"
    );
    let edge = (x * 0.0).sqrt() + (x - x).acosh();
    assert!(message(&[claim(y, x, edge)]).starts_with("`acosh(x - x)` is NaN"));
    // Defined at the recorded point alone.
    let alone = ((x - 2.0).powi(2) * -1.0).sqrt();
    assert_eq!(
        message(&[claim(y, x, alone)]),
        "no point near the recorded one was found in 120 tries: `sqrt((x - 2)^2*(-1))` becomes NaN; move the leaves away \
         from the edge of its domain or from its kink"
    );
}

#[test]
fn a_graph_of_a_hundred_thousand_nodes_is_checked_and_diagnosed() {
    let g = Graph::new();
    let (w, x) = (g.param("w", 0.999), g.input("x", 0.7));
    let mut h = x;
    for _ in 0..25_000 {
        h = h * w + x * 1e-3;
    }
    let h = h.named("h");
    let y = (h * h + h.exp()).named("y");
    let report = judge(&[claim(y, h, 2.0 * h + h.exp()), claim(y, h, 2.0 * h)]);
    assert_eq!(report.claims[0].verdict, Verdict::Right);
    assert_eq!(report.claims[1].diagnosis.as_ref().unwrap().kind, Kind::MissingPath);
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

#[test]
fn a_number_is_claimed_for_every_point_or_for_the_recorded_one() {
    let g = Graph::new();
    let (w, b) = (g.param("w", 1.5), g.param("b", 0.3));
    let y = (w * w + b).named("y");
    let claims = [claim(y, w, 3.0), claim(y, b, 1.0)];
    assert_eq!(
        judge(&claims).claims.iter().map(|judged| judged.verdict.name()).collect::<Vec<_>>(),
        ["wrong", "right"]
    );
    let here = check(&claims, &Options { points: 0, ..Options::default() }).unwrap();
    here.assert();
    assert_eq!(here.claims[0].points, 1);
}

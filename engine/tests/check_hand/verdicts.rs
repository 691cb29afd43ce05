//! Where a verdict is not plain: factors that are taken back, kinks, data, gradients that have vanished, bare numbers.

use crate::tutorials::worked_example;
use crate::{claim, judge};
use engine::check::hand::{Claim, Kind, Options, Verdict, check};
use engine::{Graph, Value};

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

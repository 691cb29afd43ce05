//! Claims about derivatives: what is right is called right, and what is wrong is found out.

#![allow(clippy::unwrap_used)]

use engine::check::hand::{Claim, Judged, Options, Report, Verdict, check};
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

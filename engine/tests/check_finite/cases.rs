//! Functions chosen for what is hard about them.

use engine::check::finite::{self, Options, derivative};
use engine::check::{self, Check, Report, Verdict};
use engine::{Graph, Program, Value};
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
    for (name, f, slope, points) in battery() {
        for x in points {
            let found = derivative(f, x, &Options::default()).expect("a point where the function is finite");
            let (truth, off) = (slope(x), (found.value - slope(x)).abs());
            assert!(off <= found.error + 4.0 * f64::EPSILON * truth.abs(), "{name} at {x}: {found:?}, not {truth}");
        }
    }
}

#[test]
fn the_error_of_a_tame_function_is_small() {
    for (name, f, slope, points) in battery() {
        if ["sin", "x^3 - 2x", "steep", "oscillating", "ripples", "spike", "tiny", "huge", "x|x|"].contains(&name) {
            for x in points {
                let found = derivative(f, x, &Options::default()).expect("a point where the function is finite");
                assert!(found.error <= 1e-300 + 1e-7 * found.scale.max(slope(x).abs()), "{name} at {x}: {found:?}");
            }
        }
    }
}

#[test]
fn no_point_outside_the_domain_is_tried() {
    for (x, low, high) in
        [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (1.0 - 1e-9, 0.3, 1.0), (5.0, 5.0, 5.0), (1e-12, 0.0, 1e-11)]
    {
        let f = |at: f64| {
            assert!((low..=high).contains(&at), "{at} is not from {low} to {high}");
            at.exp()
        };
        let found = derivative(f, x, &Options { domain: low..=high, noise: 0.0 }).expect("a point of the domain");
        let off = (found.value - x.exp()).abs();
        assert!(if low < high { off <= found.error } else { found.error == f64::INFINITY }, "at {x}: {found:?}");
    }
}

#[test]
fn both_sides_are_told_where_they_differ() {
    let sides = |f: Scalar, x: f64| {
        let found = derivative(f, x, &Options::default()).expect("a point where the function is finite");
        (found.is_kink(), found.left.value, found.right.value)
    };
    assert_eq!(sides(|x| x.max(0.0), 0.0), (true, 0.0, 1.0));
    assert_eq!(sides(f64::floor, 3.0), (true, f64::INFINITY, 0.0));
    assert_eq!(sides(|x| -x.signum(), 0.0), (true, f64::NEG_INFINITY, 0.0));
    assert_eq!(sides(f64::cbrt, 0.0), (false, f64::INFINITY, f64::INFINITY));
    let (kink, left, right) = sides(|x| if x < 2.0 { x * x } else { 6.0 - x }, 2.0);
    assert!(kink && (left - 4.0).abs() < 1e-9 && (right + 1.0).abs() < 1e-9);
}

type Recorded = for<'g> fn(&[Value<'g>]) -> Value<'g>;

#[test]
fn verdicts_at_kinks_edges_and_scales() {
    use Verdict::{Inconclusive, Kink, Right, Wrong};
    let cases: Vec<(&str, Recorded, Vec<f64>, Verdict)> = vec![
        ("relu at 0", |x| x[0].relu(), vec![0.0], Kink),
        ("relu off 0", |x| x[0].relu(), vec![-3.0], Right),
        ("relu of a rounded sum at 0", |x| (x[0] + 1.0 - 1.0).relu(), vec![0.0], Kink),
        ("abs at 0", |x| x[0].abs(), vec![0.0], Kink),
        ("abs beside 0", |x| x[0].abs(), vec![1e-9], Right),
        ("abs beside 1", |x| (x[0] - 1.0).abs() * 3.0, vec![1.0 - 1e-9], Right),
        ("a tie", |x| x[0].max(x[1]), vec![2.0, 2.0], Kink),
        ("beside a tie", |x| x[0].min(x[1]), vec![2.0, 2.0 + 1e-9], Right),
        ("a tie that cancels", |x| x[0].max(x[1]) + (x[0] - x[0].max(x[1])), vec![2.0, 2.0], Right),
        ("a kink of no branch", |x| (x[0] * x[0]).sqrt(), vec![0.0], Kink),
        ("floor between jumps", |x| x[0].floor() + x[0], vec![1e6 + 0.5], Right),
        ("floor at a jump", |x| x[0].floor() + x[0], vec![7.0], Kink),
        ("remainder at a jump", |x| x[0] % 2.0, vec![6.0], Kink),
        ("beside a pole", |x| x[0].recip(), vec![-1e-3], Right),
        ("tan beside a pole", |x| x[0].tan(), vec![1.57], Right),
        ("sqrt at its edge", |x| x[0].sqrt(), vec![0.0], Right),
        ("sqrt beside its edge", |x| x[0].sqrt(), vec![1e-14], Right),
        ("asin at its edge", |x| x[0].asin(), vec![1.0], Right),
        ("ln beside its edge", |x| x[0].ln(), vec![1e-300], Right),
        ("a power at 0", |x| x[0].powf(2.0), vec![0.0], Right),
        ("a power with one side", |x| x[0].powf(1.5), vec![0.0], Right),
        ("x^x at 0, where the slope runs off", |x| x[0].powf(x[0]), vec![0.0], Inconclusive),
        ("large", |x| x[0] * 3.0, vec![1e300], Right),
        ("large and gentle", |x| (x[0] * 1e-300).sin(), vec![1e300], Right),
        ("beyond all resolution", |x| x[0].sin(), vec![1e300], Inconclusive),
        ("little lost", |x| x[0].sin() + 1e8 - 1e8, vec![1.1], Right),
        ("all lost", |x| x[0].sin() + 1e16 - 1e16, vec![1.1], Inconclusive),
        ("some lost", |x| x[0].sin() + 1e14 - 1e14, vec![1.1], Inconclusive),
        ("constant", |_| Value::from(3.0), vec![1.0], Right),
        ("constant but recorded", |x| x[0] * 0.0 + 5.0, vec![1.0], Right),
        ("decided by a number", |x| if x[0] < 0.5 { x[0] * x[0] } else { x[0] * 3.0 - 1.25 }, vec![0.5], Kink),
        ("decided beside", |x| if x[0] < 0.5 { x[0] * x[0] } else { x[0] * 3.0 - 1.25 }, vec![0.5 + 1e-9], Right),
        ("a number smuggled past the graph", |x| x[0] * x[0].number(), vec![1.3], Wrong),
    ];
    for (name, f, x, verdict) in cases {
        let report = check::gradient(f, &x).expect("a point where the function is finite");
        assert!(report.rows().iter().all(|row| row.verdict == verdict), "{name} is not {verdict}:\n{report}");
    }
}

/// Where differences see little: beside a bend that is narrower than the noise allows steps to be, on top of a large
/// number, at numbers so large that a step of the last place is a good part of a period, and where powers underflow.
#[test]
fn a_right_derivative_is_never_called_wrong_where_differences_are_coarse() {
    let mut cases: Vec<(&str, Recorded, Vec<f64>)> = vec![
        ("a narrow bend", |x| (x[0] * x[0] + 1e-12).sqrt() + 1.0, vec![1e-14]),
        ("a narrow bend and more", |x| (x[0].powi(2) + 1e-12).sqrt() + x[1], vec![1e-10, 1e4]),
        ("sqrt on top", |x| x[0].sqrt() + x[1], vec![1e-14, 1e6]),
        ("cbrt on top", |x| x[0].cbrt() + x[1], vec![1e-14, 1e8]),
        ("ln on top", |x| x[0].ln() + x[1], vec![1e-6, 1e16]),
        ("a fast sin", |x| (x[0] * 1e12).sin(), vec![1.3]),
        ("a square", |x| x[0] * x[0], vec![1e-200]),
        ("a cube", |x| x[0] * x[0] * x[0], vec![1e-110]),
        ("a power", |x| x[0].powi(3), vec![1e-110]),
    ];
    for k in 0..90 {
        let x = 1.2345e11 * 10f64.powf(f64::from(k) / 12.0);
        cases.push(("sin", |x| x[0].sin(), vec![x]));
        cases.push(("sin on a slope", |x| x[0].sin() * 3.0 + x[0], vec![x]));
    }
    for (name, f, x) in cases {
        let report = check::gradient(f, &x).expect("a point where the function is finite");
        for row in report.rows() {
            assert!([Verdict::Right, Verdict::Inconclusive].contains(&row.verdict), "{name} at {x:?}:\n{report}");
        }
    }
    let [f, slope] = [|x: &[f64]| x[0].sin() * 3.0 + x[0], |x: &[f64]| x[0].cos() * 3.0 + 1.0];
    for x in [1.2345e13, 1e15, 3e17, 1e20] {
        let report = check::plain(f, |x| vec![slope(x)], &[x]).expect("a point where the function is finite");
        assert_ne!(report.rows()[0].verdict, Verdict::Wrong, "at {x}:\n{report}");
    }
}

/// The same excuses do not hold where differences see well.
#[test]
fn a_wrong_derivative_is_called_wrong_at_ordinary_points() {
    let cases: [(&str, Recorded, &[f64], &[f64]); 10] = [
        ("sin for cos", |x| x[0].sin(), &[1.1], &[0.8912073600614354]),
        ("a millionth off", |x| x[0].exp(), &[0.0], &[1.000001]),
        ("a sign", |x| x[0] * x[1], &[2.0, -3.0], &[3.0, -2.0]),
        ("a factor of 2", |x| x[0].powi(2), &[1e8], &[1e8]),
        ("a factor of 2 at a small number", |x| x[0].powi(2), &[1e-8], &[1e-8]),
        ("zero for a slope", |x| x[0].tanh(), &[0.3], &[0.0]),
        ("a slope for zero", |x| x[0] * 0.0 + 2.0, &[0.3], &[1e-3]),
        ("a root", |x| x[0].sqrt(), &[1e-14], &[1e7]),
        ("on top of a large number", |x| x[0].sin() + 1e8, &[1.1], &[0.45]),
        ("at a large number", |x| x[0].sin(), &[1e6], &[0.9]),
    ];
    for (name, f, x, wrong) in cases {
        let report = check::claimed(f, x, wrong).expect("a point where the function is finite");
        assert!(report.rows().iter().all(|row| row.verdict == Verdict::Wrong), "{name}:\n{report}");
    }
}

#[test]
fn a_finite_claim_for_an_infinite_slope_is_not_right() {
    let report = check::claimed(|x| x[0].sqrt(), &[0.0], &[0.0]).expect("a finite function");
    assert_eq!(report.rows()[0].verdict, Verdict::Inconclusive);
    let report = check::claimed(|x| x[0] * 2.0, &[0.0], &[f64::NAN]).expect("a finite function");
    assert_eq!(report.rows()[0].verdict, Verdict::Wrong);
    let report = check::claimed(|x| x[0] * 2.0, &[0.0], &[f64::INFINITY]).expect("a finite function");
    assert_eq!(report.rows()[0].verdict, Verdict::Wrong);
}

#[test]
fn what_cannot_be_checked_is_an_error_that_says_why() {
    let message = |result: engine::Result<Report>| result.expect_err("not checkable").to_string();
    assert_eq!(
        message(check::gradient(|x| x[0] * x[1], &[1.0, f64::NAN])),
        "a derivative cannot be checked where `x1` is NaN: choose a finite point"
    );
    assert_eq!(
        message(check::gradient(|x| x[0].named("p").recip(), &[0.0])),
        "`recip(p)` is inf: recip of 0; it needs x != 0: keep its argument there"
    );
    assert_eq!(
        message(check::gradient(|_| Value::from(f64::NAN), &[1.0])),
        "the function is NaN where `x0` is 1: choose a point where it is finite"
    );
    assert_eq!(
        message(Check::new().domain(0, 0.0..=1.0).gradient(|x| x[0], &[2.0])),
        "`x0` is 2, outside its domain from 0 to 1: choose a point inside, or widen the domain"
    );
    assert_eq!(
        message(check::claimed(|x| x[0], &[2.0], &[])),
        "0 derivatives given where 1 are needed: give one number for each"
    );
    assert_eq!(
        message(check::hessian(|x| x[0].named("p").sqrt(), &[0.0])),
        "the derivative by `p` is inf where `p` is 0: choose a point where it is finite"
    );
    let program = Program::record(&[1.0], |x| x[0].sin());
    assert_eq!(
        finite::between(&program, 9, 0, &[1.0], &[]).expect_err("no such node").to_string(),
        "node 9 was asked of a program with 2 nodes: count from 0"
    );
}

#[test]
fn nothing_to_differentiate_by_is_right() {
    let report = check::gradient(|_| Value::from(1.0), &[]).expect("nothing to fail");
    assert_eq!(report.to_string(), "right: there is nothing to differentiate by");
    assert!(report.is_right() && report.worst().is_none());
    assert!(check::directions(|_| Value::from(1.0), &[], 3, 0).expect("nothing to fail").rows().is_empty());
}

#[test]
fn a_report_names_the_worst_first() {
    let f = |v: &[f64]| v[0] * v[0] * v[1] + v[2].abs();
    let gradient = |v: &[f64]| vec![2.0 * v[0] * v[1], -v[0] * v[0], 0.0];
    let report = Check::new().names(["width", "height", "shift"]).plain(f, gradient, &[3.0, 0.5, 0.0]).expect("finite");
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("wrong: by `height` the derivative is -9 but the difference 9: 18 apart"), "{text}");
    assert!(lines[0].ends_with("is tolerated (2 of 3 fail)"), "{text}");
    let first_words: Vec<&str> = lines[1..].iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first_words, ["by", "height", "shift", "width"]);
    assert_eq!(report.rows()[0].name, "width");
    assert_eq!(report.rows()[1].absolute_error(), 18.0);
    assert_eq!(report.rows()[1].relative_error(), 2.0);
    assert!(!report.clone().allow(Verdict::Kink).is_right());
    let kink = check::plain(|v| v[0].abs(), |_| vec![0.0], &[0.0]).expect("finite");
    assert_eq!(
        kink.to_string().lines().next(),
        Some("kink: by `x0` the difference is -1 from below but 1 from above; the derivative is 0 (1 of 1 fail)")
    );
    assert!(!kink.is_right() && kink.allow(Verdict::Kink).is_right());
}

#[test]
#[should_panic(expected = "wrong: by `x0` the derivative is 2")]
fn assert_panics_with_the_report() {
    check::claimed(|x| x[0] * 3.0, &[1.0], &[2.0]).expect("finite").assert();
}

#[test]
fn an_intermediate_is_cut_loose() {
    let g = Graph::new();
    let (w, x) = (g.param("w", 0.5), g.input("x", -2.0));
    let h = (w * x).tanh().named("h");
    let program = (h * h * w).named("L").program();
    let node = |name| program.node(name).expect("named above");
    let by = |of, by| finite::between(&program, node(of), node(by), &[0.5], &[-2.0]).expect("a finite program");
    for (found, truth) in [
        (by("L", "h"), 2.0 * (-1f64).tanh() * 0.5),
        (by("h", "x"), 0.5 / 1f64.cosh().powi(2)),
        (by("L", "w"), (-1f64).tanh().powi(2) + 2.0 * (-1f64).tanh() * 0.5 * -2.0 / 1f64.cosh().powi(2)),
        (by("L", "L"), 1.0),
        (by("x", "h"), 0.0),
    ] {
        assert!((found.value - truth).abs() <= found.error && found.error < 1e-9, "{found:?}, not {truth}");
    }
}

#[test]
fn second_derivatives() {
    let report = check::hessian(|x| x[0].powi(3) * x[1] + x[1].sin(), &[2.0, 0.7]).expect("finite");
    report.assert();
    let found: Vec<(&str, f64)> = report.rows().iter().map(|row| (row.name.as_str(), row.derivative)).collect();
    assert_eq!(found, [("x0, x0", 12.0 * 0.7), ("x0, x1", 12.0), ("x1, x0", 12.0), ("x1, x1", -0.7f64.sin())]);
    let squared_relu = check::hessian(|x| x[0].relu().powi(2), &[0.0]).expect("finite");
    assert_eq!(squared_relu.rows()[0].verdict, Verdict::Kink);
}

#[test]
fn directions_are_the_same_for_the_same_seed() {
    let x: Vec<f64> = (0..50).map(|k| 0.1 * f64::from(k) - 2.0).collect();
    let run = |seed| check::directions(|x| Value::dot(x, x).sqrt() + x[3].exp(), &x, 4, seed).expect("finite");
    run(1).assert();
    assert_eq!((run(1), run(1).rows().len()), (run(1), 4));
    assert_ne!(run(1).rows()[0].derivative, run(2).rows()[0].derivative);
    let smuggled = check::directions(|x| x[7] * x[7].number() + x[0], &x, 4, 1).expect("finite");
    assert!(smuggled.rows().iter().all(|row| row.verdict == Verdict::Wrong), "{smuggled}");
}

#[test]
fn directions_stay_in_the_domains() {
    let edge = Check::new().domain(0, 0.0..=1.0).domain(1, -1.0..=f64::INFINITY);
    let f = |x: &[Value<'_>]| -> f64 {
        assert!((-1e-15..=1.0 + 1e-15).contains(&x[0].number()) && x[1].number() >= -1.0 - 1e-15);
        0.0
    };
    let report = edge.directions(|x| x[0].exp() * x[1] + f(x), &[1.0 - 1e-6, 0.5], 20, 3).expect("finite");
    report.assert();
}

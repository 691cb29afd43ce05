//! What is said of a claim: to do as it says makes the claim right.

use engine::check::hand::{Claim, Diagnosis, Kind, Options, Verdict, check};
use engine::{Error, Graph, Value};

fn diagnose<'g>(of: Value<'g>, wrt: Value<'g>, hand: impl Into<Value<'g>>) -> Diagnosis {
    let mut report = check(&[Claim { of, wrt, hand: hand.into() }], &Options::default()).unwrap();
    println!("{report}");
    report.claims.remove(0).diagnosis.unwrap()
}

/// `u` depends on `a` directly and through `s`.
fn two_ways(g: &Graph) -> [Value<'_>; 5] {
    let (a, b, c) = (g.param("a", 0.7), g.param("b", 1.3), g.param("c", -0.4));
    let s = (a * b + c).named("s");
    let t = s.exp().named("t");
    [a, b, s, t, (t + a).ln().named("u")]
}

#[test]
fn a_factor_that_a_part_lacks_is_not_said_of_the_claim() {
    let g = Graph::new();
    let [a, b, _, t, u] = two_ways(&g);
    let missing = diagnose(u, a, (b + 1.0) / (t + a));
    assert_eq!(missing.kind, Kind::MissingFactor);
    assert!(missing.text.contains("is missing from the part of the claim that goes through `s` in `t = exp(s)`"));
    assert!(missing.text.contains("write `recip(t + a)*t*b` for `recip(t + a)*b` there"), "{}", missing.text);

    let repeated = diagnose(u, a, (b * t * t + 1.0) / (t + a));
    assert_eq!(repeated.kind, Kind::RepeatedFactor);
    assert!(repeated.text.contains("the part of the claim that goes through"), "{}", repeated.text);
    assert!(repeated.text.contains("write `recip(t + a)*t*b` for `recip(t + a)*t*t*b` there"), "{}", repeated.text);

    let sign = diagnose(u, a, (1.0 - b * t) / (t + a));
    assert_eq!((sign.kind, sign.factor), (Kind::Sign, Some(-1.0)));
    assert!(sign.text.contains("It should be `recip(t + a)*t*b`"), "{}", sign.text);

    // By `b` there is one path only.
    let whole = diagnose(u, b, a / (t + a));
    assert!(whole.text.contains("missing from the claim: multiply by it"), "{}", whole.text);
}

#[test]
fn a_name_that_is_replaced_in_one_of_several_places_is_shown_there() {
    let g = Graph::new();
    let (a, b) = (g.param("a", 0.7), g.param("b", 1.3));
    let f = (b * a.sin()).named("f");
    let one = diagnose(f, a, a * a.cos());
    assert_eq!((one.replace.as_deref(), one.with.as_deref()), (Some("a"), Some("b")));
    assert!(one.text.contains("write `b*cos(a)` for `a*cos(a)`"), "{}", one.text);

    let only = diagnose(f, a, b * b.cos());
    assert!(
        only.text.contains("write `b*cos(a)` for `b*cos(b)`") || only.text.contains("in `cos(b)`"),
        "{}",
        only.text
    );

    let c = g.param("c", -0.9);
    let everywhere = diagnose((a * a * c).named("e"), c, b * b);
    assert!(everywhere.text.contains("write `a` for `b` in the claim"), "{}", everywhere.text);
}

#[test]
fn of_zero_it_is_said_that_the_output_depends_on_the_variable() {
    let g = Graph::new();
    let [a, b, _, _, u] = two_ways(&g);
    let sum = diagnose(u, a, 0.0);
    assert!(sum.text.starts_with("The claim is 0, but `u` depends on `a`: the derivative is the sum"), "{}", sum.text);
    let product = diagnose(u, b, 0.0);
    assert!(product.text.contains("the derivative is `recip(t + a)*t*a`, which is"), "{}", product.text);
    assert_eq!((product.kind, &product.path[..]), (Kind::MissingPath, &["u", "t", "s", "b"].map(String::from)[..]));
}

#[test]
fn a_figure_off_a_page_is_told_from_a_derivation() {
    let g = Graph::new();
    let [a, _, _, _, u] = two_ways(&g);
    let truth = u.backward()[a];
    for figure in [truth, (truth * 1e4).round() / 1e4, 0.123] {
        let text = diagnose(u, a, figure).text;
        assert!(text.starts_with("The claim is a bare number"), "{text}");
        assert!(text.contains("`points: 0`"), "{text}");
    }
}

#[test]
fn claims_of_one_factor_are_the_gradient_of_a_multiple() {
    let g = Graph::new();
    let (w, b) = (g.param("w", 0.7), g.param("b", 1.3));
    let loss = (w * b).powi(2).named("loss");
    let claims = [(w, 4.0 * w * b * b), (b, 4.0 * w * w * b)].map(|(wrt, hand)| Claim { of: loss, wrt, hand });
    let text = check(&claims, &Options::default()).unwrap().claims.remove(0).diagnosis.unwrap().text;
    assert_eq!(
        text,
        "Every claim is 2 times the derivative of `loss`: together they are the gradient of 2 times `loss`. Training \
         goes the right way, with steps 2 times as long. To have the gradient of `loss`, divide each claim by 2."
    );
}

#[test]
fn a_tolerance_is_a_fraction() {
    let g = Graph::new();
    let x = g.param("x", 0.7);
    let claims = [Claim { of: x.sin(), wrt: x, hand: x.cos() }];
    for rtol in [f64::NAN, -1e-9, 1.0, f64::INFINITY] {
        let error = check(&claims, &Options { rtol, ..Options::default() }).unwrap_err();
        assert!(matches!(error, Error::Tolerance(_)), "{error}");
    }
    check(&claims, &Options { rtol: 0.0, ..Options::default() }).unwrap().assert();
}

#[test]
fn what_is_right_for_the_recorded_data_only_is_said_so() {
    let g = Graph::new();
    let (w, b) = (g.param("w", 0.7), g.param("b", 1.3));
    let x = g.input("x", 1.0);
    let y = (w * x + b).tanh().named("y");
    let slope = 1.0 - y * y;
    let claims = [(w, slope), (b, slope)].map(|(wrt, hand)| Claim { of: y, wrt, hand });
    let report = check(&claims, &Options::default()).unwrap();
    assert_eq!(report.verdict, Verdict::Right);
    assert_eq!(report.claims.iter().map(|judged| judged.only_here).collect::<Vec<_>>(), [true, false]);
    assert!(report.to_string().contains("dy/dw: right for these inputs only: with other data the claim differs."));
    let moving = check(&claims, &Options { move_inputs: true, ..Options::default() }).unwrap();
    assert_eq!(moving.claims[0].verdict, Verdict::Wrong);
    assert!(moving.claims.iter().all(|judged| !judged.only_here));
}

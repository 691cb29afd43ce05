//! Formulas are short, and are read as they were meant.

use engine::{Graph, Value};

fn formula(f: for<'g> fn(Value<'g>, Value<'g>) -> Value<'g>) -> String {
    let g = Graph::new();
    f(g.param("a", 1.5), g.param("b", 2.5)).formula()
}

#[test]
fn a_power_of_a_power_has_parentheses() {
    assert_eq!(formula(|a, _| a.powi(2).powi(3)), "(a^2)^3");
    assert_eq!(formula(|a, b| a.powf(b).powf(a)), "(a^b)^a");
    assert_eq!(formula(|a, b| a.powf(b.powf(a))), "a^(b^a)");
    assert_eq!(formula(|a, b| a.powi(2) * b.powi(3)), "a^2*b^3");
    assert_eq!(formula(|a, b| (a - b - a) / b / a), "(a - b - a)/b/a");
}

#[test]
fn long_numbers_have_an_exponent() {
    assert_eq!(formula(|a, _| a * 1e300), "a*1e300");
    assert_eq!(formula(|a, _| a * -2.5e-300), "a*(-2.5e-300)");
    assert_eq!(formula(|a, _| a + 1e6), "a + 1000000");
    assert_eq!(Value::from(1e300).formula(), "1e300");
}

#[test]
fn wide_nodes_and_long_formulas_are_cut_short() {
    assert_eq!(formula(|a, b| Value::sum(&[a, b, a])), "sum(a, b, a)");
    assert_eq!(formula(|a, b| Value::sum(&[a, b, a, b]).exp()), "exp(sum(a, b, a, …))");
    let g = Graph::new();
    let long = "x".repeat(90);
    let x = g.param(&long, 1.0);
    assert_eq!((x * x).formula(), format!("{long}*{long}"));
    assert_eq!((x * x * x * x).formula(), format!("{long}*{long}*{long}*…"));
}

#[test]
fn an_empty_name_is_none() {
    let g = Graph::new();
    let (x, y) = (g.param("", 1.0), g.param("", 2.0));
    assert_eq!((x + y.exp().named("")).formula(), "param0 + exp(param1)");
    assert!(g.get("").is_none());
    assert_eq!(g.program(&[x]).names().count(), 0);
}

//! `docs/CONVENTIONS.md`, line by line: its tables are the expected numbers.

use engine::{Dual, Graph, JacobianTape, Value};

type Function = for<'g> fn(&[Value<'g>]) -> Value<'g>;

/// What the expressions of the tables mean.
const EXPRESSIONS: &[(&str, Function)] = &[
    ("a * b", |v| v[0] * v[1]),
    ("a / b", |v| v[0] / v[1]),
    ("a % b", |v| v[0] % v[1]),
    ("max(a, b)", |v| v[0].max(v[1])),
    ("min(a, b)", |v| v[0].min(v[1])),
    ("max(x, x)", |v| v[0].max(v[0])),
    ("max(x, -x)", |v| v[0].max(-v[0])),
    ("exceeds(a, b)", |v| v[0].exceeds(v[1])),
    ("hypot(a, b)", |v| v[0].hypot(v[1])),
    ("atan2(a, b)", |v| v[0].atan2(v[1])),
    ("abs(x)", |v| v[0].abs()),
    ("signum(x)", |v| v[0].signum()),
    ("relu(x)", |v| v[0].relu()),
    ("leaky_relu(x, s)", |v| v[0].leaky_relu(v[1])),
    ("floor(x)", |v| v[0].floor()),
    ("ceil(x)", |v| v[0].ceil()),
    ("round(x)", |v| v[0].round()),
    ("trunc(x)", |v| v[0].trunc()),
    ("sqrt(x)", |v| v[0].sqrt()),
    ("cbrt(x)", |v| v[0].cbrt()),
    ("acosh(x)", |v| v[0].acosh()),
    ("exp(x)", |v| v[0].exp()),
    ("sigmoid(x)", |v| v[0].sigmoid()),
    ("softplus(x)", |v| v[0].softplus()),
    ("tanh(x)", |v| v[0].tanh()),
    ("silu(x)", |v| v[0].silu()),
    ("select(c, a, b)", |v| v[0].select(v[1], v[2])),
    ("select(x, sqrt(x), 0)", |v| v[0].select(v[0].sqrt(), 0.0)),
    ("select(x, ln(x), x)", |v| v[0].select(v[0].ln(), v[0])),
    ("powi(x, 0)", |v| v[0].powi(0)),
    ("powi(x, 1)", |v| v[0].powi(1)),
    ("powi(x, 2)", |v| v[0].powi(2)),
    ("powi(x, 3)", |v| v[0].powi(3)),
    ("powi(x, -1)", |v| v[0].powi(-1)),
    ("powi(sqrt(x), 2)", |v| v[0].sqrt().powi(2)),
    ("powf(a, b)", |v| v[0].powf(v[1])),
    ("powf(x, 3.0)", |v| v[0].powf(3.0)),
    ("a * ln(b)", |v| v[0] * v[1].ln()),
    ("c * sqrt(x)", |v| v[0] * v[1].sqrt()),
    ("sum()", |v| Value::sum(v)),
    ("dot()", |v| Value::dot(v, v)),
    ("log_sum_exp()", |v| Value::log_sum_exp(v)),
    ("log_sum_exp(a, b)", |v| Value::log_sum_exp(v)),
];

/// A line of a table: the expression, the point, the value, the derivatives.
struct Line {
    expression: &'static str,
    at: Vec<f64>,
    value: f64,
    derivatives: Vec<f64>,
}

fn lines() -> Vec<Line> {
    let numbers = |cell: &str| -> Vec<f64> {
        let parse = |number: &str| number.trim().parse().unwrap_or_else(|_| panic!("not a number: {number}"));
        if cell.trim().is_empty() { vec![] } else { cell.split(',').map(parse).collect() }
    };
    let parse = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [expression, at, value, derivatives] = cells[..] else { panic!("four cells are due: {line}") };
        Line {
            expression: expression.trim().trim_matches('`'),
            at: numbers(at),
            value: numbers(value)[0],
            derivatives: numbers(derivatives),
        }
    };
    include_str!("../../docs/CONVENTIONS.md").lines().filter(|line| line.starts_with("| `")).map(parse).collect()
}

fn function(expression: &str) -> Function {
    let known = EXPRESSIONS.iter().find(|(name, _)| *name == expression);
    known.unwrap_or_else(|| panic!("`{expression}` has no entry in EXPRESSIONS")).1
}

/// Within 2 ulp or so; zeros of any sign are equal, and so are NaNs.
fn close(a: &[f64], b: &[f64]) -> bool {
    let near = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 4e-16 * b.abs();
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| near(a, b))
}

#[test]
fn every_line_of_the_document_is_true_in_reverse() {
    for Line { expression, at, value, derivatives } in lines() {
        let graph = Graph::new();
        let params = graph.params(&at);
        let result = function(expression)(&params);
        let gradients = result.backward();
        let gradient: Vec<f64> = params.iter().map(|param| gradients[*param]).collect();
        assert!(close(&[result.number()], &[value]), "{expression} at {at:?} is {result}, not {value}");
        assert!(
            close(&gradient, &derivatives),
            "{expression} at {at:?}: derivatives {gradient:?}, not {derivatives:?}"
        );
    }
}

#[test]
fn every_line_of_the_document_is_true_forward_and_as_a_program() {
    for Line { expression, at, value, derivatives } in lines() {
        let graph = Graph::new();
        let program = function(expression)(&graph.params(&at)).program();
        let tangent = |k: usize| {
            let point = |(i, &x): (usize, &f64)| if i == k { Dual::variable(x) } else { Dual::from(x) };
            let point: Vec<Dual> = at.iter().enumerate().map(point).collect();
            program.evaluate(&point, &[]).expect("a number for each parameter")[0]
        };
        let forward: Vec<f64> = (0..at.len()).map(|k| tangent(k).tangent).collect();
        assert!(close(&forward, &derivatives), "{expression} at {at:?}: tangents {forward:?}, not {derivatives:?}");
        let gradient = program.differentiate(0).and_then(|gradient| gradient.evaluate(&at, &[])).expect("a gradient");
        assert!(close(&gradient, &derivatives), "{expression} at {at:?}: program {gradient:?}, not {derivatives:?}");
        let taped = JacobianTape::new().gradient(&at, |x| program.evaluate(x, &[]).expect("a number for each")[0]).1;
        assert!(close(&taped, &derivatives), "{expression} at {at:?}: by a tape {taped:?}, not {derivatives:?}");
        let replayed = program.evaluate(&at, &[]).expect("a number for each parameter");
        assert!(close(&replayed, &[value]), "{expression} at {at:?} replays to {replayed:?}, not {value}");
    }
}

#[test]
fn the_document_is_read() {
    assert!(lines().len() > 60);
    for (expression, _) in EXPRESSIONS {
        assert!(lines().iter().any(|line| line.expression == *expression), "`{expression}` is in no line");
    }
}

#[test]
fn values_compare_by_number() {
    let (g, h) = (Graph::new(), Graph::new());
    let (two, three) = (g.param("two", 2.0), g.param("three", 3.0));
    let (other, nan) = (h.param("other", 2.0), g.param("nan", f64::NAN));
    assert!(two < three && two == other && two == 2.0 && three > 2.5 && two != three);
    assert!(nan != nan && nan.partial_cmp(&two).is_none());
    assert_eq!(g.len(), 3, "comparing records nothing");
}

#[test]
fn a_name_passes_to_the_new_node() {
    let g = Graph::new();
    let x = g.param("x", 2.0);
    let first = (x * x).named("y");
    let second = (first + 1.0).named("y");
    assert_eq!(first.formula(), "x*x");
    assert_eq!(second.formula(), "y");
    assert_eq!(g.get("y"), Some(second));
    let twice = x.exp().named("a").named("b");
    let program = twice.program();
    assert_eq!(twice.formula(), "b");
    assert_eq!(program.name(program.output(0).unwrap()), Some("b"));
    assert_eq!(program.node("a"), program.node("b"));
}

#[test]
fn clear_forgets_names() {
    let mut g = Graph::new();
    g.param("x", 2.0);
    g.clear();
    assert_eq!(g.get("x"), None);
    let z = g.param("z", 1.0);
    assert_eq!(z.program().names().collect::<Vec<_>>(), [("z", 0)]);
}

#[test]
fn constants_belong_to_no_graph() {
    let g = Graph::new();
    let c = (Value::from(2.0) * 3.0).exp().named("c");
    assert_eq!((g.len(), c.formula()), (0, c.number().to_string()));
    let x = g.param("x", 5.0);
    let y = c * x;
    assert_eq!(g.len(), 3, "x, the constant, the product");
    let gradients = y.backward();
    assert_eq!((gradients[x], gradients[c]), (c.number(), 0.0));
    assert_eq!(c.backward()[x], 0.0);
}

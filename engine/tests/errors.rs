//! Every error and every refusal says what it is about, and what to do.

use engine::check::hand::{self, Claim, Options};
use engine::check::{self, Check};
use engine::{Error, Gradients, Graph, Op, Program, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn product() -> Program {
    Program::record(&[1.0, 1.0], |x| x[0] * x[1])
}

/// The message of the panic that `f` ends in.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(f()))).expect_err("a panic");
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| Some((*payload.downcast_ref::<&str>()?).to_owned()))
        .expect("text")
}

#[test]
fn lists_of_a_wrong_length() {
    let program = product();
    let message = |result: Result<Vec<f64>, Error>| result.expect_err("a wrong length").to_string();
    assert_eq!(
        message(program.gradient(&[2.0], &[])),
        "1 parameters given where 2 are needed: give one number for each"
    );
    assert_eq!(
        message(program.evaluate(&[2.0, 3.0], &[4.0])),
        "1 inputs given where 0 are needed: give one number for each"
    );
    assert_eq!(
        message(program.jvp(&[2.0, 3.0], &[1.0; 3], &[])),
        "3 tangents given where 2 are needed: give one number for each"
    );
    assert_eq!(
        message(program.hvp(&[2.0, 3.0], &[], &[])),
        "0 tangents given where 2 are needed: give one number for each"
    );
    assert_eq!(
        message(program.vjp(&[2.0, 3.0], &[1.0; 2], &[])),
        "2 cotangents given where 1 are needed: give one number for each"
    );
    assert_eq!(
        program.jacobian(&[], &[]).expect_err("a wrong length").to_string(),
        "0 parameters given where 2 are needed: give one number for each"
    );
    assert_eq!(
        program.hessian(&[1.0; 3], &[]).expect_err("a wrong length").to_string(),
        "3 parameters given where 2 are needed: give one number for each"
    );
}

#[test]
fn a_program_without_parameters_takes_none() {
    let constant = Program::record(&[], |_| Value::from(2.0));
    assert_eq!(constant.gradient::<f64>(&[], &[]), Ok(vec![]));
    assert_eq!(constant.hessian(&[], &[]), Ok(vec![]));
    assert_eq!(constant.jacobian(&[], &[]), Ok(vec![vec![]]));
    assert!(constant.hessian(&[1.0], &[]).is_err() && constant.jacobian(&[1.0], &[]).is_err());
}

#[test]
fn an_output_that_is_not_there() {
    assert_eq!(
        product().differentiate(1).expect_err("one output").to_string(),
        "output 1 was asked of a program with 1: count from 0"
    );
    let none = Program::record_all(&[1.0], |_| vec![]);
    assert_eq!(
        none.gradient(&[1.0], &[]).expect_err("no output").to_string(),
        "output 0 was asked of a program with 0: count from 0"
    );
}

#[test]
fn where_a_number_stopped_being_finite() {
    let message = |f: for<'g> fn(Value<'g>, Value<'g>) -> Value<'g>, x: f64, y: f64| {
        let g = Graph::new();
        f(g.param("x", x), g.param("y", y));
        g.check_finite().expect_err("not finite").to_string()
    };
    assert_eq!(
        message(|x, y| (x - y).sqrt().named("root").exp() + 1.0, 1.0, 3.0),
        "`root` is NaN: sqrt of -2; it needs x >= 0: keep its argument there"
    );
    assert_eq!(
        message(|x, y| x / (y * 2.0), 1.0, 0.0),
        "`x/(y*2)` is inf: div of 1, 0; it needs b != 0: keep its argument there"
    );
    assert_eq!(
        message(|x, y| (x * y).exp(), 100.0, 8.0),
        "`exp(x*y)` is inf: exp of 800; the result does not fit an f64: scale its arguments down"
    );
    assert_eq!(
        message(|x, y| x.powf(y), -2.0, 0.5),
        "`x^y` is NaN: powf of -2, 0.5; it needs a > 0, or a whole exponent, or 0 to a power >= 0: keep its argument there"
    );
    let wide = message(|x, y| Value::dot(&[x, y, y, y, y], &[x, y, y, y, y]), 2.5e200, -1e-7);
    assert!(
        wide.contains(" is inf: dot of 2.5e200, -1e-7, -1e-7, -1e-7, -1e-7, 2.5e200, -1e-7, -1e-7, … (10 numbers); "),
        "{wide}"
    );
}

#[test]
fn leaves_that_were_not_finite_from_the_start() {
    let message = |f: for<'g> fn(&'g Graph) -> Value<'g>| {
        let g = Graph::new();
        f(&g);
        g.check_finite().expect_err("not finite").to_string()
    };
    assert_eq!(message(|g| g.param("x", f64::NAN).exp()), "`x` was given as NaN: give a finite number");
    assert_eq!(message(|g| g.input("", f64::INFINITY) * 2.0), "`input0` was given as inf: give a finite number");
    assert_eq!(message(|g| g.param("x", 1.0) * f64::NAN), "a constant was given as NaN: give a finite number");
}

#[test]
fn points_that_no_check_can_use() {
    assert_eq!(
        check::gradient(|x| x[0].exp().named("x"), &[f64::NAN]).expect_err("NaN").to_string(),
        "a derivative cannot be checked where `x0` is NaN: choose a finite point"
    );
    assert_eq!(
        check::gradient(|x| x[0].ln(), &[-1.0]).expect_err("outside").to_string(),
        "`ln(param0)` is NaN: ln of -1; it needs x > 0: keep its argument there"
    );
    assert_eq!(
        check::plain(|x| x[0].ln(), |x| vec![1.0 / x[0]], &[-1.0]).expect_err("outside").to_string(),
        "the function is NaN where `x0` is -1: choose a point where it is finite"
    );
    let rate = Check::new().names(["rate"]).domain(0, 0.0..=1.0);
    assert_eq!(
        rate.gradient(|x| x[0].exp(), &[2.0]).expect_err("outside").to_string(),
        "`rate` is 2, outside its domain from 0 to 1: choose a point inside, or widen the domain"
    );
    assert_eq!(
        check::finite::between(&product(), 7, 0, &[1.0, 2.0], &[]).expect_err("three nodes").to_string(),
        "node 7 was asked of a program with 3 nodes: count from 0"
    );
}

#[test]
fn claims_that_cannot_be_judged() {
    let (g, h) = (Graph::new(), Graph::new());
    let (x, y) = (g.param("x", 3.0), h.param("y", 2.0));
    let refusal = |claims: &[Claim<'_>]| hand::check(claims, &Options::default()).expect_err("a refusal").to_string();
    assert_eq!(refusal(&[]), "no claims were given: give at least one");
    assert_eq!(
        refusal(&[Claim { of: x * x, wrt: Value::from(3.0), hand: x }]),
        "the constant 3 belongs to no graph: make it a parameter or an input to differentiate it"
    );
    assert_eq!(
        refusal(&[Claim { of: x * x, wrt: x, hand: y + 1.0 }]),
        "`x*x` and `y + 1` belong to two graphs: record both on one `Graph`"
    );
    let loose = Options { rtol: 1.5, ..Options::default() };
    assert_eq!(
        hand::check(&[Claim { of: x * x, wrt: x, hand: x * 2.0 }], &loose).expect_err("a refusal").to_string(),
        "the relative difference `rtol` is 1.5: give a number from 0 to less than 1, such as 1e-6"
    );
    // A pole lies within any step that a random point would take.
    let message = refusal(&[Claim { of: (x * 1e12).tan(), wrt: x, hand: x }]);
    assert!(
        message.starts_with("no point near the recorded one was found in 120 tries: `tan(x*1000000000000)` becomes "),
        "{message}"
    );
    assert!(message.ends_with("; move the leaves away from the edge of its domain or from its kink"), "{message}");
}

#[test]
fn every_error_has_its_message_here() {
    let here = include_str!("errors.rs");
    let messages: Vec<&str> = include_str!("../src/error.rs").split("#[error(").skip(1).collect();
    assert!(messages.len() >= 11);
    for message in messages {
        // The longest run of plain text, which ends where a number or a name goes in.
        let text = message.split('"').nth(1).expect("a message");
        let text: String = text.lines().map(|line| line.trim_start().trim_end_matches('\\')).collect();
        let plain = text.split(['{', '}']).step_by(2).max_by_key(|part| part.len()).expect("a message");
        assert!(here.contains(plain.trim()), "no test expects `{plain}`");
    }
}

#[test]
fn every_domain_is_named_where_it_is_left() {
    let outside: [(Op, &[f64]); 12] = [
        (Op::Div, &[1.0, 0.0]),
        (Op::Rem, &[1.0, 0.0]),
        (Op::Powi, &[0.0, -2.0]),
        (Op::Powf, &[-1.5, 0.5]),
        (Op::Recip, &[0.0]),
        (Op::Ln, &[0.0]),
        (Op::Ln1p, &[-1.0]),
        (Op::Ln, &[f64::NAN]),
        (Op::Sqrt, &[-1e-300]),
        (Op::Asin, &[1.5]),
        (Op::Acosh, &[0.5]),
        (Op::Atanh, &[1.0]),
    ];
    for (op, at) in outside {
        assert!(op.violated(at).is_some(), "{op:?} at {at:?}");
        assert!(!op.value(at).is_finite(), "{op:?} at {at:?}");
    }
}

#[test]
fn two_graphs_refuse_to_mix() {
    let (g, h) = (Graph::new(), Graph::new());
    let (x, y) = (g.param("x", 1.0), h.param("y", 2.0));
    let message = "`x + 1` and `y` belong to two graphs: record both on one `Graph`";
    assert_eq!(panic_of(|| (x + 1.0) * y), message);
    assert_eq!(panic_of(|| (x + 1.0).max(y)), message);
    assert_eq!(panic_of(|| Value::sum(&[x + 1.0, Value::from(3.0), y])), message);
    assert_eq!(panic_of(|| Value::dot(&[x + 1.0], &[y])), message);
    assert_eq!(panic_of(|| [x + 1.0, y].into_iter().sum::<Value<'_>>()), message);
    assert_eq!(panic_of(|| [x + 1.0, y].into_iter().product::<Value<'_>>()), message);
    assert_eq!(
        panic_of(|| {
            let mut z = x + 1.0;
            z += y;
        }),
        message
    );
    // Refused, not half done: both graphs go on.
    assert_eq!((x * 3.0).backward()[x], 3.0);
    assert_eq!(
        panic_of(|| g.program(&[y])),
        "`y` belongs to another graph: call `program` on the graph that recorded it"
    );
}

#[test]
fn gradients_of_another_graph_are_refused() {
    let (g, h) = (Graph::new(), Graph::new());
    let (x, y) = (g.param("x", 1.0), h.param("y", 2.0));
    let gradients = (x * x).backward();
    assert_eq!(panic_of(|| gradients[y]), "`y` is no node of the graph that these gradients were taken on");
    assert_eq!(panic_of(|| gradients.get(y * 2.0)), "`y*2` is no node of the graph that these gradients were taken on");
}

#[test]
fn gradients_from_before_clear_are_refused() {
    let mut g = Graph::new();
    let mut gradients = Gradients::new();
    let x = g.param("x", 3.0);
    (x * x).backward_into(&mut gradients);
    assert_eq!(gradients[x], 6.0);
    g.clear();
    let x = g.param("x", 4.0);
    assert_eq!(panic_of(|| gradients[x]), "`x` is no node of the graph that these gradients were taken on");
}

#[test]
fn lists_of_two_lengths_have_no_dot() {
    assert_eq!(panic_of(|| Value::dot(&[Value::from(1.0)], &[])), "dot of lists of 1 and 0 numbers");
}

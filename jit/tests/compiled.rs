//! Compiled programs compute what the sweeps over them do, to the bit.

#[path = "../../engine/tests/common/mod.rs"]
mod common;
#[path = "../../engine/tests/common/points.rs"]
mod points;

use common::{INPUTS, PARAMS, recipe};
use engine::{Graph, Op, Program, Real, Value};
use jit::{Compiled, Error, MOST};
use points::points;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;

/// Asserts that value and gradient are those of the sweeps. Two zeros that are products of the chain rule may differ in
/// sign, as derivatives are.
#[track_caller]
fn assert_same(compiled: &Compiled, program: &Program, params: &[f64], inputs: &[f64]) -> (f64, Vec<f64>) {
    let expected = program.gradient(params, inputs).expect("a point");
    let expected_value = program.evaluate(params, inputs).expect("a point")[0];
    let mut gradient = vec![0.1; params.len()];
    let value = compiled.gradient_into(params, inputs, &mut gradient).expect("a point");
    let context = || format!("{} at {params:?}, {inputs:?}", program.formula(program.output(0).expect("an output")));
    let zeros = expected_value == 0.0 && value == 0.0 && program.op(program.output(0).expect("an output")) == Op::Chain;
    assert!(
        value.to_bits() == expected_value.to_bits() || (value.is_nan() && expected_value.is_nan()) || zeros,
        "{}: {value}, expected {expected_value}",
        context()
    );
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(gradient.iter().zip(&expected).all(same), "{}: {gradient:?}, expected {expected:?}", context());
    (value, gradient)
}

/// One op on parameters, with the exponent of a whole power a constant.
fn one_op(op: Op, at: &[f64]) -> Program {
    let graph = Graph::new();
    let args = graph.params(if op == Op::Powi { &at[..1] } else { at });
    let constants = at[args.len()..].iter().copied().map(Value::from);
    Value::apply(op, &args.iter().copied().chain(constants).collect::<Vec<_>>()).program()
}

/// Most rows have points with finite results too, for which the code itself answers.
#[test]
fn every_op_has_the_bits_of_its_row_at_its_probes_and_edges() {
    for &op in Op::ALL {
        let mut of_shape = HashMap::new();
        let mut finite = 0;
        for at in points(op) {
            let exponent = (op == Op::Powi).then(|| at[1].to_bits());
            let (program, compiled) = of_shape.entry((at.len(), exponent)).or_insert_with(|| {
                let program = one_op(op, &at);
                let compiled = Compiled::new(&program).expect("a small program");
                (program, compiled)
            });
            let (value, gradient) = assert_same(compiled, program, &at[..program.params().len()], &[]);
            finite += usize::from(value.is_finite() && gradient.iter().all(|derivative| derivative.is_finite()));
        }
        assert!(finite >= op.probes().len(), "{op:?}: {finite} points with finite results");
    }
}

/// A call with more numbers than go in registers, and one with none.
#[test]
fn ops_of_many_arguments_take_any_number() {
    for count in [0, 1, 2, 3, 4, 40] {
        let at: Vec<f64> = (0..count).map(|k| f64::from(k).sin()).collect();
        for op in [Op::Sum, Op::LogSumExp, Op::Dot] {
            let at = &at[..if op == Op::Dot { at.len() / 2 * 2 } else { at.len() }];
            let program = one_op(op, at);
            assert_same(&Compiled::new(&program).expect("a small program"), &program, at, &[]);
        }
    }
}

/// Ops that keep numbers finite, so that the code itself answers, in registers and by calls.
const TAME: &[Op] = &[
    Op::Add,
    Op::Sub,
    Op::Mul,
    Op::Neg,
    Op::Sum,
    Op::Dot,
    Op::Tanh,
    Op::Sigmoid,
    Op::Sin,
    Op::Atan2,
    Op::Max,
    Op::Relu,
    Op::Select,
    Op::Powi,
    Op::LeakyRelu,
    Op::LogSumExp,
    Op::Abs,
    Op::Softplus,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_programs_have_the_bits_of_the_sweeps(
        recipe in recipe(-3.0..3.0f64, 40), params in vec(-3.0..3.0f64, PARAMS), inputs in vec(-3.0..3.0f64, INPUTS),
    ) {
        let ops: Vec<Op> = Op::ALL.iter().copied().filter(|op| *op != Op::Chain).collect();
        let program = recipe.program(&ops, &params, &inputs);
        assert_same(&Compiled::new(&program)?, &program, &params, &inputs);
    }

    /// Compiled at one point, run at another.
    #[test]
    fn random_programs_of_finite_numbers_do_too(
        recipe in recipe(-1.0..1.0f64, 60), points in vec(vec(-1.0..1.0f64, PARAMS + INPUTS), 2..4),
    ) {
        let (params, inputs) = points[0].split_at(PARAMS);
        let program = recipe.program(TAME, params, inputs);
        let compiled = Compiled::new(&program)?;
        for point in &points {
            let (params, inputs) = point.split_at(PARAMS);
            assert_same(&compiled, &program, params, inputs);
        }
    }
}

/// Ops that keep numbers finite in long programs.
const BOUNDED: &[Op] =
    &[Op::Tanh, Op::Sin, Op::Sigmoid, Op::Cos, Op::Atan, Op::Sub, Op::Mul, Op::Dot, Op::Select, Op::Max, Op::Relu];

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    /// Those for which the compiler takes another way to share out registers.
    #[test]
    fn large_random_programs_do_too(
        recipe in recipe(-1.0..1.0f64, 2000), params in vec(-1.0..1.0f64, PARAMS), inputs in vec(-1.0..1.0f64, INPUTS),
    ) {
        let program = recipe.program(BOUNDED, &params, &inputs);
        let compiled = Compiled::new(&program);
        prop_assume!(!matches!(compiled, Err(Error::TooLarge { .. })));
        assert_same(&compiled?, &program, &params, &inputs);
    }
}

#[test]
fn a_factor_of_zero_annihilates() {
    let program = Program::record(&[-1.0], |x| Value::from(2.0) * x[0].select(x[0].sqrt(), 0.0) + x[0]);
    let compiled = Compiled::new(&program).expect("a small program");
    assert_eq!(assert_same(&compiled, &program, &[-1.0], &[]), (-1.0, vec![1.0]));
    assert_eq!(assert_same(&compiled, &program, &[4.0], &[]), (8.0, vec![1.5]));
}

#[test]
fn the_first_output_is_compiled() {
    let program = Program::record_all(&[1.0], |x| vec![x[0] * 3.0, x[0] * 5.0]);
    let mut gradient = [0.0];
    let value = Compiled::new(&program).and_then(|compiled| compiled.gradient_into(&[2.0], &[], &mut gradient));
    assert_eq!((value, gradient), (Ok(6.0), [3.0]));
}

#[test]
fn threads_share_what_is_compiled() {
    let program = Program::record(&[1.0], |x| x[0].exp() * x[0]);
    let compiled = Compiled::new(&program).expect("a small program");
    std::thread::scope(|scope| {
        for k in 0..4 {
            let (program, compiled) = (&program, &compiled);
            scope.spawn(move || {
                (0..100).for_each(|i| _ = assert_same(compiled, program, &[f64::from(k * i) / 50.0], &[]))
            });
        }
    });
}

/// Each frees its memory, of at least a page.
#[test]
#[cfg(target_os = "linux")]
fn code_comes_and_goes() {
    let executable = || {
        let maps = std::fs::read_to_string("/proc/self/maps").expect("the system tells");
        let ends = maps
            .lines()
            .filter(|line| line.contains(" r-xp "))
            .filter_map(|line| line.split_once(' ')?.0.split_once('-'));
        let place = |end: &str| usize::from_str_radix(end, 16).expect("an address");
        ends.map(|(start, end)| place(end) - place(start)).sum::<usize>()
    };
    let program = Program::record(&[1.0, 2.0], |x| (x[0] / x[1]).tanh());
    let before = executable();
    for _ in 0..1000 {
        let compiled = Compiled::new(&program).expect("a small program");
        assert_eq!(compiled.gradient_into(&[0.0, 2.0], &[], &mut [0.0; 2]), Ok(0.0));
    }
    // Other tests have code too.
    assert!(executable() < before + 500 * 4096);
}

/// The frame has a place for each number that is needed late.
#[test]
fn thousands_of_numbers_wait_on_the_stack() {
    let at: Vec<f64> = (0..900).map(|k| f64::from(k).cos()).collect();
    let program = Program::record(&at, |x| {
        let early: Vec<Value<'_>> = x.iter().map(|x| x.sin()).collect();
        early.iter().rev().fold(Value::from(0.5), |sum, &number| (sum * number).cos() + number)
    });
    assert_same(&Compiled::new(&program).expect("it is not too large"), &program, &at, &[]);
}

#[test]
fn large_programs_are_refused() {
    let long = Program::record(&[0.5], |x| (0..MOST).fold(x[0], |chain, _| chain.sin()));
    let wide = Program::record(&[0.5], |x| Value::sum(&vec![x[0]; MOST]));
    // The program itself is within the limit, with its gradient it is not.
    let with_gradient = Program::record(&[0.5], |x| (0..MOST / 3).fold(x[0], |chain, _| chain.sin()));
    for program in [long, wide, with_gradient] {
        let error = Compiled::new(&program).expect_err("too large");
        assert!(matches!(error, Error::TooLarge { size, most: MOST } if size > MOST), "{error}");
    }
}

#[test]
fn wrong_lengths_and_missing_outputs_are_refused() {
    let g = Graph::new();
    let (w, x) = (g.param("w", 1.0), g.input("x", 1.0));
    let compiled = Compiled::new(&(w * x).program()).expect("a small program");
    let message = |params: &[f64], inputs: &[f64], gradient: &mut [f64]| {
        compiled.gradient_into(params, inputs, gradient).expect_err("a wrong length").to_string()
    };
    assert_eq!(message(&[], &[1.0], &mut [0.0]), "0 parameters given where 1 are needed: give one number for each");
    assert_eq!(message(&[1.0], &[1.0, 2.0], &mut [0.0]), "2 inputs given where 1 are needed: give one number for each");
    let places = "2 places for derivatives given where 1 are needed: give one number for each";
    assert_eq!(message(&[1.0], &[1.0], &mut [0.0; 2]), places);

    let nothing = Program::record_all(&[1.0], |_| vec![]);
    let error = Compiled::new(&nothing).expect_err("nothing to compile");
    assert_eq!(error, Error::Engine(engine::Error::NoSuchOutput { output: 0, outputs: 0 }));
}

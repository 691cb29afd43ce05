//! Optimised programs compute what the program does.

mod common;

use common::{INPUTS, PARAMS, Recipe, recipe};
use engine::{Op, Pass, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestCaseResult;

/// Ops that keep whole numbers whole, so that sums are exact in any order.
const WHOLE: &[Op] = &[
    Op::Add,
    Op::Add,
    Op::Mul,
    Op::Mul,
    Op::Sub,
    Op::Neg,
    Op::Sum,
    Op::Dot,
    Op::Max,
    Op::Relu,
    Op::Abs,
    Op::LeakyRelu,
    Op::Select,
    Op::Signum,
];

/// Above this, products of whole numbers may be rounded.
const EXACT: f64 = 9e15;

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

fn whole() -> impl Strategy<Value = f64> {
    (-3..=3i32).prop_map(f64::from)
}

fn outputs(program: &Program) -> impl Iterator<Item = Vec<f64>> {
    let outputs = program.outputs().len();
    (0..outputs).map(move |output| (0..outputs).map(|other| f64::from(u8::from(other == output))).collect())
}

/// A pass gives the same values and derivatives on whole numbers, where sums are exact in any order.
fn whole_numbers_stay(pass: Pass, recipe: &Recipe, params: &[f64], inputs: &[f64]) -> TestCaseResult {
    let program = recipe.program(WHOLE, params, inputs);
    let after = program.pass(pass);
    let values = program.evaluate(params, inputs)?;
    prop_assume!(values.iter().all(|value| value.abs() < EXACT));
    prop_assert_eq!(&after.evaluate(params, inputs)?, &values);
    for cotangents in outputs(&program) {
        let gradient = program.vjp(params, &cotangents, inputs)?;
        prop_assume!(gradient.iter().all(|derivative| derivative.abs() < EXACT));
        prop_assert_eq!(after.vjp(params, &cotangents, inputs)?, gradient);
    }
    Ok(())
}

/// A pass gives the same bits with any op: the values, and if they are `exact`, the derivatives.
fn bits_stay(pass: Pass, exact: bool, recipe: &Recipe, params: &[f64], inputs: &[f64]) -> TestCaseResult {
    let program = recipe.program(Op::ALL, params, inputs);
    let after = program.pass(pass);
    let (expected, got) = (program.evaluate(params, inputs)?, after.evaluate(params, inputs)?);
    prop_assert!(same(&expected, &got), "{expected:?} and {got:?}");
    for cotangents in outputs(&program).filter(|_| exact) {
        let expected = program.vjp(params, &cotangents, inputs)?;
        let got = after.vjp(params, &cotangents, inputs)?;
        prop_assert!(same(&expected, &got), "{expected:?} and {got:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn leaving_out_the_dead_changes_no_bit(
        recipe in recipe(-3.0..3.0f64, 40), params in vec(-3.0..3.0f64, PARAMS), inputs in vec(-3.0..3.0f64, INPUTS),
    ) {
        bits_stay(Pass::Dead, true, &recipe, &params, &inputs)?;
    }

    #[test]
    fn computing_constants_changes_no_bit(
        recipe in recipe(-3.0..3.0f64, 40), params in vec(-3.0..3.0f64, PARAMS), inputs in vec(-3.0..3.0f64, INPUTS),
    ) {
        bits_stay(Pass::Constants, true, &recipe, &params, &inputs)?;
    }

    /// The adjoint of a shared node is a sum that then is multiplied: exact on whole numbers.
    #[test]
    fn sharing_common_parts_changes_no_value_and_no_derivative(
        recipe in recipe(whole(), 40), params in vec(whole(), PARAMS), inputs in vec(whole(), INPUTS),
    ) {
        bits_stay(Pass::Common, false, &recipe, &params, &inputs)?;
        whole_numbers_stay(Pass::Common, &recipe, &params, &inputs)?;
    }

    #[test]
    fn fusing_chains_changes_no_value_and_no_derivative(
        recipe in recipe(whole(), 40), params in vec(whole(), PARAMS), inputs in vec(whole(), INPUTS),
    ) {
        whole_numbers_stay(Pass::Chains, &recipe, &params, &inputs)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn whole_numbers_come_out_the_same_with_their_derivatives(
        recipe in recipe(whole(), 40), params in vec(whole(), PARAMS), inputs in vec(whole(), INPUTS),
    ) {
        let program = recipe.program(WHOLE, &params, &inputs);
        let optimized = program.optimize();
        let values = program.evaluate(&params, &inputs)?;
        prop_assume!(values.iter().all(|value| value.abs() < EXACT));
        prop_assert_eq!(&optimized.evaluate(&params, &inputs)?, &values);
        for cotangents in outputs(&program) {
            let gradient = program.vjp(&params, &cotangents, &inputs)?;
            prop_assume!(gradient.iter().all(|derivative| derivative.abs() < EXACT));
            prop_assert_eq!(optimized.vjp(&params, &cotangents, &inputs)?, gradient);
        }
    }

    #[test]
    fn without_chains_of_additions_values_are_the_same_bits(
        recipe in recipe(-3.0..3.0f64, 40), params in vec(-3.0..3.0f64, PARAMS), inputs in vec(-3.0..3.0f64, INPUTS),
    ) {
        let ops: Vec<Op> = Op::ALL.iter().copied().filter(|op| !matches!(op, Op::Add | Op::Sum)).collect();
        let program = recipe.program(&ops, &params, &inputs);
        let (expected, got) = (program.evaluate(&params, &inputs)?, program.optimize().evaluate(&params, &inputs)?);
        prop_assert!(same(&expected, &got), "{expected:?} and {got:?}");
    }

    #[test]
    fn derivatives_agree_to_rounding(
        recipe in recipe(-1.0..1.0f64, 30), params in vec(-1.0..1.0f64, PARAMS), inputs in vec(-1.0..1.0f64, INPUTS),
    ) {
        let ops = [Op::Add, Op::Mul, Op::Add, Op::Mul, Op::Tanh, Op::Sin, Op::Sigmoid, Op::Sub, Op::Dot, Op::Sum];
        let program = recipe.program(&ops, &params, &inputs);
        let optimized = program.optimize();
        for cotangents in outputs(&program) {
            let expected = program.vjp(&params, &cotangents, &inputs)?;
            let got = optimized.vjp(&params, &cotangents, &inputs)?;
            let size = expected.iter().fold(1.0, |size: f64, derivative| size.max(derivative.abs()));
            prop_assume!(size < 1e6);
            for (expected, got) in expected.iter().zip(&got) {
                prop_assert!((expected - got).abs() <= 1e-10 * size, "{expected} and {got}");
            }
        }
    }

    #[test]
    fn nothing_is_left_to_do(recipe in recipe(whole(), 40), params in vec(whole(), PARAMS), inputs in vec(whole(), INPUTS)) {
        let program = recipe.program(WHOLE, &params, &inputs);
        let optimized = program.optimize();
        prop_assert!(optimized.len() <= program.len());
        prop_assert_eq!(optimized.params().len(), PARAMS);
        prop_assert_eq!(optimized.inputs().len(), INPUTS);
        prop_assert_eq!(optimized.outputs().len(), program.outputs().len());
        for (node, reached) in reached(&optimized).into_iter().enumerate() {
            let leaf = matches!(optimized.op(node), Op::Param | Op::Input);
            prop_assert!(leaf || reached, "{} is needed by no output", optimized.formula(node));
            let constant = |&arg: &u32| optimized.op(arg as usize) == Op::Const;
            let computes = optimized.op(node).arity() != Some(0);
            let left = computes && optimized.args(node).iter().all(constant);
            prop_assert!(!left, "{} is made of constants", optimized.formula(node));
        }
    }
}

fn reached(program: &Program) -> Vec<bool> {
    let mut reached = vec![false; program.len()];
    let mut todo: Vec<u32> = program.outputs().to_vec();
    while let Some(node) = todo.pop() {
        if !std::mem::replace(&mut reached[node as usize], true) {
            todo.extend(program.args(node as usize));
        }
    }
    reached
}

/// A layer in scalar code, in the ways in which people write one.
#[test]
fn scalar_code_for_a_neuron_becomes_a_dot() {
    let at = [0.5, -1.0, 2.0, 0.25, -0.75, 3.0, 0.1];
    let forms: [Program; 4] = [
        Program::record(&at, |p| p[0] * p[3] + p[1] * p[4] + p[2] * p[5] + p[6]),
        Program::record(&at, |p| p[6] + p[0] * p[3] + p[1] * p[4] + p[2] * p[5]),
        Program::record(&at, |p| p[..3].iter().zip(&p[3..6]).map(|(&w, &x)| w * x).sum::<engine::Value<'_>>() + p[6]),
        Program::record(&at, |p| p[0] * p[3] + (p[1] * p[4] + (p[2] * p[5] + p[6]))),
    ];
    for naive in forms {
        let fused = naive.optimize();
        let output = fused.outputs()[0] as usize;
        assert_eq!(fused.formula(output), "dot(param0, param1, param2, …) + param6");
        assert_eq!(fused.args(fused.args(output)[0] as usize), [0, 1, 2, 3, 4, 5]);
        assert_eq!(fused.len(), at.len() + 2);
        assert_eq!(fused.evaluate(&at, &[]), naive.evaluate(&at, &[]));
    }
}

/// What is used elsewhere too stays a node, and names go with their nodes.
#[test]
fn a_shared_product_is_not_fused_away() {
    let graph = engine::Graph::new();
    let (a, b) = (graph.param("a", 2.0), graph.param("b", 3.0));
    let shared = (a * b).named("shared");
    let optimized = (shared + a * a + b * b + shared.exp()).named("y").program().optimize();
    let y = optimized.node("y").unwrap();
    assert_eq!(optimized.definition(y), "sum(dot(a, b, a, …), shared, exp(shared))");
    assert_eq!(optimized.args(optimized.args(y)[0] as usize), [0, 1, 0, 1]);
}

/// A million links are one node, and take no stack.
#[test]
fn a_long_chain_becomes_one_node() {
    let graph = engine::Graph::new();
    let x = graph.param("x", 0.5);
    let naive = (0..1_000_000).fold(x, |chain, _| chain + x).program();
    let optimized = naive.optimize();
    assert_eq!(optimized.len(), 2);
    assert_eq!(optimized.gradient(&[0.5], &[]), Ok(vec![1_000_001.0]));
}

#[test]
fn positions_of_parameters_outlive_a_cut() {
    let program = Program::record(&[2.0, 3.0], |p| p[0].exp() * p[1]);
    let cut = program.cut(program.args(program.outputs()[0] as usize)[0] as usize);
    assert_eq!(cut.optimize().gradient(&[2.0, 3.0, 7.0], &[]), Ok(vec![0.0, 7.0, 3.0]));
}

/// Keeps the recipe's own coverage honest: fusing happens in many of the random programs.
#[test]
fn random_programs_have_something_to_optimize() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = recipe(whole(), 40);
    let mut changed = [0; 4];
    for _ in 0..200 {
        let recipe: Recipe = strategy.new_tree(&mut runner).expect("a recipe").current();
        let program = recipe.program(WHOLE, &[1.0; PARAMS], &[1.0; INPUTS]);
        let ops = |program: &Program| -> Vec<Op> { (0..program.len()).map(|node| program.op(node)).collect() };
        for (changed, pass) in changed.iter_mut().zip(Pass::ALL) {
            *changed += usize::from(ops(&program) != ops(&program.pass(pass)));
        }
    }
    assert!(changed.iter().all(|&changed| changed > 20), "{changed:?}");
}

//! Batches give what the program gives sample by sample.

mod common;

use common::{INPUTS, PARAMS, recipe};
use engine::{Batch, Error, Graph, Instructions, Op, Program, Real, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;

/// Ops that keep whole numbers whole, so that sums are exact in any order.
const WHOLE: &[Op] = &[
    Op::Add,
    Op::Mul,
    Op::Mul,
    Op::Sub,
    Op::Neg,
    Op::Sum,
    Op::Dot,
    Op::Dot,
    Op::Powi,
    Op::Max,
    Op::Min,
    Op::Relu,
    Op::Abs,
    Op::LeakyRelu,
    Op::Select,
    Op::Signum,
    Op::Floor,
];

/// Ops whose numbers stay near one.
const SMOOTH: &[Op] = &[
    Op::Add,
    Op::Mul,
    Op::Dot,
    Op::Tanh,
    Op::Sigmoid,
    Op::Softplus,
    Op::Sin,
    Op::Atan,
    Op::Silu,
    Op::Gelu,
    Op::Hypot,
    Op::LogSumExp,
];

/// Above this, products of whole numbers may be rounded.
const EXACT: f64 = 9e15;

fn whole() -> impl Strategy<Value = f64> {
    (-3..=3i32).prop_map(f64::from)
}

/// The sums over the samples, one after another, and the largest number on the way.
fn one_by_one(program: &Program, params: &[f64], samples: &[f64]) -> Result<(f64, Vec<f64>, f64), Error> {
    let (mut sum, mut gradient, mut largest) = (0.0, vec![0.0; params.len()], 0.0);
    for sample in samples.chunks(INPUTS) {
        let value = program.evaluate(params, sample)?[0];
        sum += value;
        largest = f64::max(largest, value.abs());
        for (sum, derivative) in gradient.iter_mut().zip(program.gradient(params, sample)?) {
            *sum += derivative;
            largest = f64::max(largest, derivative.abs());
        }
    }
    Ok((sum, gradient, largest))
}

/// Some of the first samples, so that single ones, parts of the lanes and several rounds of them occur.
fn counts() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), 2..16usize, Just(16), 17..50usize]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn whole_numbers_come_out_the_same(
        recipe in recipe(whole(), 30), params in vec(whole(), PARAMS), samples in vec(whole(), 50 * INPUTS), count in counts(),
    ) {
        let samples = &samples[..count * INPUTS];
        let program = recipe.program(WHOLE, &params, &samples[..INPUTS]);
        let (sum, gradient, largest) = one_by_one(&program, &params, samples)?;
        prop_assume!(largest < EXACT / 64.0 && sum.is_finite());
        for instructions in Instructions::all() {
            let mut batch = program.batch()?.using(instructions);
            prop_assert_eq!(batch.gradient(&params, samples)?, (sum, &gradient[..]));
            prop_assert_eq!(batch.evaluate(&params, samples)?, sum);
            prop_assert_eq!(batch.gradient(&params, samples)?, (sum, &gradient[..]));
        }
    }

    #[test]
    fn sums_agree_to_rounding_and_with_any_instructions_to_the_bit(
        recipe in recipe(-1.0..1.0f64, 25), params in vec(-1.0..1.0f64, PARAMS),
        samples in vec(-1.0..1.0f64, 50 * INPUTS), count in counts(),
    ) {
        let samples = &samples[..count * INPUTS];
        let program = recipe.program(SMOOTH, &params, &samples[..INPUTS]);
        let (sum, gradient, largest) = one_by_one(&program, &params, samples)?;
        prop_assume!(sum.is_finite() && largest < 1e6);
        let results = Instructions::all().into_iter().map(|instructions| {
            let mut batch = program.batch()?.using(instructions);
            let (sum, gradient) = batch.gradient(&params, samples)?;
            Ok([&[sum], gradient].concat())
        });
        let results: Vec<Vec<f64>> = results.collect::<Result<_, Error>>()?;
        let close = 1e-10 * largest.max(1.0) * count as f64;
        for (expected, got) in [&[sum], &gradient[..]].concat().iter().zip(&results[0]) {
            prop_assert!((expected - got).abs() <= close, "{expected} and {got}");
        }
        for other in &results[1..] {
            prop_assert_eq!(&results[0], other);
        }
    }

    #[test]
    fn one_sample_has_the_bits_of_the_recording(
        recipe in recipe(-3.0..3.0f64, 25), params in vec(-3.0..3.0f64, PARAMS), sample in vec(-3.0..3.0f64, INPUTS),
    ) {
        let ops: Vec<Op> = Op::ALL.iter().copied().filter(|op| !matches!(op, Op::Add | Op::Sum)).collect();
        let program = recipe.program(&ops, &params, &sample);
        let (recorded, replayed) = (program.evaluate(&params, &sample)?[0], program.batch()?.evaluate(&params, &sample)?);
        prop_assert!(recorded == replayed || (recorded.is_nan() && replayed.is_nan()), "{recorded} and {replayed}");
    }
}

fn layer<'g>(params: &[Value<'g>], x: &[Value<'g>]) -> Vec<Value<'g>> {
    let neurons = params.chunks(x.len() + 1);
    neurons.map(|neuron| (Real::dot(&neuron[..x.len()], x) + neuron[x.len()]).tanh()).collect()
}

/// A network with a penalty on its parameters.
fn network<'g>(params: &[Value<'g>], inputs: &[Value<'g>]) -> Program {
    let h = layer(&params[..21], &inputs[..2]);
    let score = layer(&params[21..29], &h)[0];
    ((score - inputs[2]).powi(2) + Real::dot(params, params) * 1e-3).program()
}

fn batch() -> (Batch, Vec<f64>) {
    let graph = Graph::new();
    let params: Vec<f64> = (0..29).map(|k| (f64::from(k) * 1.7).sin()).collect();
    (network(&graph.params(&params), &graph.inputs(&[0.0; 3])).batch().expect("the program has an output"), params)
}

fn samples(count: u32) -> Vec<f64> {
    (0..3 * count).map(|k| (f64::from(k) * 0.37).cos()).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let samples = samples(10_007);
    let results = [1, 2, 3, 7].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (mut batch, params) = batch();
            let (sum, gradient) = batch.gradient(&params, &samples).unwrap();
            [&[sum], gradient].concat()
        })
    });
    assert!(results.iter().all(|result| *result == results[0]));
}

#[test]
fn parts_of_a_batch_add_up_to_it() {
    let samples = samples(3000);
    let (mut batch, params) = batch();
    let mut parts = vec![0.0; params.len() + 1];
    for samples in samples.chunks(3 * 1000) {
        let (sum, gradient) = batch.gradient(&params, samples).unwrap();
        parts.iter_mut().zip([&[sum], gradient].concat()).for_each(|(part, number)| *part += number);
    }
    let (sum, gradient) = batch.gradient(&params, &samples).unwrap();
    for (part, whole) in parts.iter().zip([&[sum], gradient].concat()) {
        assert!((part - whole).abs() <= 1e-12 * sum, "{part} and {whole}");
    }
}

/// A factor of exactly zero annihilates: the derivative of a branch that was not taken does not matter.
#[test]
fn zero_adjoints_annihilate_infinite_partials() {
    let graph = Graph::new();
    let (w, x) = (graph.param("w", 1.0), graph.input("x", 0.0));
    let masked = Value::select(x, (w * x).ln(), w).program();
    let mut batch = masked.batch().unwrap();
    for count in [1, 2, 20] {
        let samples: Vec<f64> = (0..count).map(|k| f64::from(k % 2) * 2.0).collect();
        let taken = samples.iter().filter(|x| **x > 0.0).count() as f64;
        let expected = (2.0f64.ln() * taken + (f64::from(count) - taken), [f64::from(count)]);
        let (sum, gradient) = batch.gradient(&[1.0], &samples).unwrap();
        assert!((sum - expected.0).abs() < 1e-14);
        assert_eq!(gradient, expected.1);
    }
}

#[test]
fn lists_of_a_wrong_length_are_refused() {
    let (mut batch, params) = batch();
    assert!(matches!(batch.gradient(&params[1..], &[0.0; 3]), Err(Error::Length { expected: 29, given: 28, .. })));
    assert!(matches!(batch.gradient(&params, &[0.0; 4]), Err(Error::Length { expected: 6, given: 4, .. })));
    assert!(matches!(batch.gradient(&params, &[]), Err(Error::Length { expected: 3, given: 0, .. })));
    assert!(Program::default().batch().is_err());
    let mut alone = Program::record(&[2.0], |p| p[0].powi(3)).batch().unwrap();
    assert_eq!(alone.gradient(&[2.0], &[]), Ok((8.0, &[12.0][..])));
    assert!(matches!(alone.gradient(&[2.0], &[1.0]), Err(Error::Length { expected: 0, given: 1, .. })));
}

/// How far apart two numbers are, in steps from one f64 to the next.
fn ulps(a: f64, b: f64) -> u64 {
    let place = |x: f64| if x < 0.0 { -((-x).to_bits() as i64) } else { x.abs().to_bits() as i64 };
    if a.is_nan() || b.is_nan() { u64::MAX } else { place(a).abs_diff(place(b)) }
}

/// Of a single sample, of lanes, and with a part that depends on parameters only.
#[test]
fn after_the_first_run_nothing_is_allocated() {
    let (mut batch, params) = batch();
    let samples = samples(200);
    let mut gradient = vec![0.0; params.len()];
    for count in [1, 16, 200] {
        let mut run = || {
            let samples = &samples[..3 * count];
            batch.evaluate(&params, samples).unwrap();
            batch.gradient(&params, samples).unwrap();
            batch.gradient_into(&params, samples, &mut gradient).unwrap();
        };
        run();
        let again = allocation_counter::measure(run);
        assert_eq!(again.count_total, 0, "{count} samples");
    }
}

#[test]
fn a_place_for_every_derivative_is_asked_for() {
    let (mut batch, params) = batch();
    let mut gradient = [0.0; 28];
    let refused = batch.gradient_into(&params, &[0.0; 3], &mut gradient);
    assert!(matches!(refused, Err(Error::Length { expected: 29, given: 28, .. })));
}

fn oracle(json: &str) -> Json {
    serde_json::from_str(json).expect("JSON")
}

fn number(json: &Json) -> f64 {
    json.as_f64().or_else(|| json.as_str()?.parse().ok()).expect("a number, or one as a string")
}

#[test]
fn log_sum_exp_of_lanes_is_within_2_ulp_of_60_digit_arithmetic() {
    let oracle = oracle(include_str!("data/more_oracle.json"));
    for row in oracle["log_sum_exp"].as_array().unwrap() {
        let row: Vec<f64> = row.as_array().unwrap().iter().map(number).collect();
        let (args, results) = row.split_at(row.len() / 2);
        let (value, partials) = results.split_first().unwrap();
        let graph = Graph::new();
        let shifted: Vec<Value> = graph
            .params(&vec![0.0; args.len()])
            .into_iter()
            .zip(graph.inputs(args))
            .map(|(shift, x)| x + shift)
            .collect();
        let mut batch = Value::log_sum_exp(&shifted).program().batch().unwrap();
        let (twice, gradient) = batch.gradient(&vec![0.0; args.len()], &[args, args].concat()).unwrap();
        let off = ulps(twice / 2.0, *value);
        assert!(off <= 2, "{args:?}: {:e}, {off} ulp off {value:e}", twice / 2.0);
        for (derivative, partial) in gradient.iter().map(|twice| twice / 2.0).zip(partials) {
            let close = ulps(derivative, *partial) <= 4 || (derivative - partial).abs() <= f64::EPSILON;
            assert!(close, "{args:?}: {derivative:e} for {partial:e}");
        }
    }
}

/// Lanes have elementary functions of their own.
#[test]
fn functions_of_lanes_are_within_2_ulp_of_60_digit_arithmetic() {
    let oracle = oracle(include_str!("data/op_oracle.json"));
    for op in [Op::Exp, Op::ExpM1, Op::Ln, Op::Ln1p, Op::Tanh, Op::Sigmoid, Op::Softplus] {
        let graph = Graph::new();
        let (shift, x) = (graph.param("shift", 0.0), graph.input("x", 0.0));
        let mut batch = Value::apply(op, &[x + shift]).program().batch().unwrap();
        for row in oracle["unary"][op.name()].as_array().unwrap() {
            let [x, value, slope] = [0, 1, 2].map(|column| number(&row[column]));
            let (twice, gradient) = batch.gradient(&[0.0], &[x, x]).unwrap();
            let (got, derivative) = (twice / 2.0, gradient[0] / 2.0);
            let close = twice.is_infinite() || ulps(got, value) <= 2;
            assert!(close, "{} of {x:e} is {got:e}, {} ulp off {value:e}", op.name(), ulps(got, value));
            let bound = if op.cheap().is_some() { f64::EPSILON } else { 0.0 };
            let close = derivative.is_infinite() || ulps(derivative, slope) <= 4 || (derivative - slope).abs() <= bound;
            assert!(close, "derivative of {} at {x:e}: {derivative:e} for {slope:e}", op.name());
        }
    }
}

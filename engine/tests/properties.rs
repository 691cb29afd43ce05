//! What holds for any computation, tried on random ones of up to ten thousand ops.

#[path = "common/random.rs"]
mod random;

use engine::check::{self, Verdict};
use engine::{Active, Dual, Graph, JacobianTape, Lanes, Op, Partials, Program, Real, Value, sweep};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use random::Random;

/// The same cases on every run: these are thousands of comparisons, each with a tolerance.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
}

/// The derivatives of a random computation, and by how much two orders of the same additions may differ there.
struct Sweeps {
    /// Along `direction`, of both outputs.
    forward: Vec<f64>,
    /// The same from the reverse sweep: the gradient of each output, times the direction.
    reverse: Vec<f64>,
    /// How much flows through all arcs of the graph, each output alone: tangent times partial times adjoint, in size.
    flow: Vec<f64>,
}

/// Rounding that two sweeps may leave for each unit that flows: half an ulp for every product and addition on the way,
/// most of which cancel.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

struct Flow<'a> {
    tangents: Vec<f64>,
    adjoint: f64,
    total: &'a mut f64,
}

impl Partials<f64> for Flow<'_> {
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        *self.total += self.adjoint.chain(partial()).chain(self.tangents[position]).abs();
    }
}

fn sweeps(program: &Program, params: &[f64], inputs: &[f64], direction: &[f64]) -> Sweeps {
    let moving: Vec<Dual> = params.iter().zip(direction).map(|(&value, &tangent)| Dual { value, tangent }).collect();
    let inputs: Vec<Dual> = inputs.iter().copied().map(Dual::from).collect();
    let mut duals = Vec::new();
    sweep::forward(program, &moving, &inputs, &mut duals).expect("a number for each leaf");
    let numbers: Vec<f64> = duals.iter().map(|dual| dual.value).collect();
    let mut sweeps = Sweeps { forward: Vec::new(), reverse: Vec::new(), flow: Vec::new() };
    for &output in program.outputs() {
        let mut adjoints = vec![0.0; numbers.len()];
        adjoints[output as usize] = 1.0;
        sweep::reverse(program, &numbers, &mut adjoints);
        let mut flow = 0.0;
        for node in 0..program.len() {
            let args = program.args(node);
            let values: Vec<f64> = args.iter().map(|&arg| numbers[arg as usize]).collect();
            let tangents = args.iter().map(|&arg| duals[arg as usize].tangent).collect();
            let mut sink = Flow { tangents, adjoint: adjoints[node], total: &mut flow };
            program.op(node).partials(&values, numbers[node], &mut sink);
        }
        assert!(flow.is_finite(), "a random computation went out of bounds");
        sweeps.flow.push(flow);
        sweeps.forward.push(duals[output as usize].tangent);
        let by_params = program.params().iter().zip(direction);
        sweeps.reverse.push(by_params.map(|(&param, step)| adjoints[param as usize] * step).sum());
    }
    sweeps
}

impl Random {
    fn sweeps(&self, direction: u64) -> Sweeps {
        sweeps(&self.program, &self.params, &self.inputs, &self.direction(direction))
    }
}

/// The same computation with its ops in another order, each still after its arguments.
fn shuffled(program: &Program, seed: u64) -> Program {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let graph = Graph::new();
    let mut values: Vec<Option<Value<'_>>> = vec![None; program.len()];
    for (leaves, made) in [
        (program.params(), graph.params(&vec![f64::NAN; program.params().len()])),
        (program.inputs(), graph.inputs(&vec![f64::NAN; program.inputs().len()])),
    ] {
        leaves.iter().zip(made).for_each(|(&leaf, value)| values[leaf as usize] = Some(value));
    }
    let mut users = vec![Vec::new(); program.len()];
    let mut missing: Vec<usize> = (0..program.len()).map(|node| program.args(node).len()).collect();
    for node in 0..program.len() {
        program.args(node).iter().for_each(|&arg| users[arg as usize].push(node));
    }
    let mut ready: Vec<usize> = (0..program.len()).filter(|&node| missing[node] == 0).collect();
    while !ready.is_empty() {
        let node = ready.swap_remove(random.random_range(0..ready.len()));
        if values[node].is_none() {
            let args: Vec<Value<'_>> =
                program.args(node).iter().map(|&arg| values[arg as usize].expect("made")).collect();
            values[node] = Some(match program.constant(node) {
                Some(number) => Value::from(number),
                None => Value::apply(program.op(node), &args),
            });
        }
        for &user in &users[node] {
            missing[user] -= 1;
            if missing[user] == 0 {
                ready.push(user);
            }
        }
    }
    let outputs: Vec<Value<'_>> = program.outputs().iter().map(|&node| values[node as usize].expect("made")).collect();
    graph.program(&outputs)
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    // Zeros of two signs are one number to a derivative.
    numbers.iter().map(|number| (number + 0.0).to_bits()).collect()
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn reverse_agrees_with_forward(seed: u64, size in 1..10_000_usize) {
        let Sweeps { forward, reverse, flow } = Random::new(seed, size).sweeps(seed);
        for output in 0..2 {
            let apart = (forward[output] - reverse[output]).abs();
            prop_assert!(apart <= ROUNDING * flow[output], "{forward:?} and {reverse:?}, flow {flow:?}");
        }
    }

    #[test]
    fn a_jacobian_tape_agrees_with_forward(seed: u64, size in 1..10_000_usize) {
        let random = Random::new(seed, size);
        let Sweeps { forward, flow, .. } = random.sweeps(seed);
        for output in 0..2 {
            let run = |inputs: &[f64]| JacobianTape::new().gradient(&random.params, |params| {
                let inputs: Vec<_> = inputs.iter().copied().map(Active::from).collect();
                random.program.evaluate(params, &inputs).expect("a number for each leaf")[output]
            });
            let (value, gradient) = run(&random.inputs);
            prop_assert_eq!(value.to_bits(), random.program.evaluate(&random.params, &random.inputs)?[output].to_bits());
            let along: f64 = gradient.iter().zip(random.direction(seed)).map(|(by, step)| by * step).sum();
            let apart = (along - forward[output]).abs();
            prop_assert!(apart <= ROUNDING * flow[output], "{forward:?} and {along} of output {output}, flow {flow:?}");
        }
    }

    #[test]
    fn the_order_of_accumulation_does_not_matter(seed: u64, size in 1..3000_usize) {
        let random = Random::new(seed, size);
        let other = Random { program: shuffled(&random.program, seed), ..Random::new(seed, size) };
        prop_assert_eq!(
            bits(&random.program.evaluate(&random.params, &random.inputs)?),
            bits(&other.program.evaluate(&random.params, &random.inputs)?)
        );
        let (one, two) = (random.sweeps(seed), other.sweeps(seed));
        for output in 0..2 {
            let apart = (one.reverse[output] - two.reverse[output]).abs();
            prop_assert!(apart <= ROUNDING * one.flow[output], "{:?} and {:?}", one.reverse, two.reverse);
        }
    }

    #[test]
    fn the_gradient_is_linear(seed: u64, size in 1..3000_usize, a in -2.0..2.0_f64, b in -2.0..2.0_f64) {
        let random = Random::new(seed, size);
        let graph = Graph::new();
        let [f, g] = random::record(&graph, seed, size);
        let combined = Random { program: (a * f + b * g).program(), ..Random::new(seed, size) };
        let (apart, together) = (random.sweeps(seed), combined.sweeps(seed));
        let expected = a * apart.reverse[0] + b * apart.reverse[1];
        let bound = ROUNDING * (a.abs() * apart.flow[0] + b.abs() * apart.flow[1]);
        prop_assert!((together.reverse[0] - expected).abs() <= bound, "{} and {expected}", together.reverse[0]);
        let weighted = random.program.vjp(&random.params, &[a, b], &random.inputs)?;
        let along: f64 = weighted.iter().zip(random.direction(seed)).map(|(by, step)| by * step).sum();
        prop_assert!((along - expected).abs() <= bound, "{along} and {expected}");
    }

    #[test]
    fn replay_equals_recording(seed: u64, size in 1..10_000_usize) {
        let graph = Graph::new();
        let outputs = random::record(&graph, seed, size);
        let Random { program, params, inputs } = Random::new(seed, size);
        let recorded = outputs.map(Value::number);
        prop_assert_eq!(bits(&program.evaluate(&params, &inputs)?), bits(&recorded));
        let gradients = outputs[0].backward();
        let recorded = random::PARAMS.map(|name| gradients[graph.get(name).expect("a parameter")]);
        prop_assert_eq!(bits(&program.gradient(&params, &inputs)?), bits(&recorded));
    }

    #[test]
    fn lanes_agree_with_single_runs(seed: u64, size in 1..1000_usize) {
        let Random { program, params, inputs } = Random::new(seed, size);
        // Nearby points: what the graph keeps moderate at one is so at the others.
        let points: [Vec<f64>; 4] = std::array::from_fn(|lane| params.iter().map(|x| x * (1.0 + 0.01 * lane as f64)).collect());
        let lanes: Vec<Lanes<4>> = (0..params.len()).map(|k| Lanes(std::array::from_fn(|lane| points[lane][k]))).collect();
        let gradient = program.gradient(&lanes, &inputs.iter().copied().map(Lanes::from).collect::<Vec<_>>())?;
        for (lane, point) in points.iter().enumerate() {
            let of_lane: Vec<f64> = gradient.iter().map(|lanes| lanes.0[lane]).collect();
            prop_assert_eq!(bits(&of_lane), bits(&program.gradient(point, &inputs)?));
        }
    }

    /// Reverse over forward does the same arithmetic as forward over the gradient's program.
    /// Lists of neighbours are swept as arrays, others node by node: here they begin anywhere, overlap, and may hold a
    /// stranger or a constant.
    #[test]
    fn a_dot_is_differentiated_alike_wherever_its_lists_lie(
        numbers in prop::collection::vec(-3.0..3.0_f64, 100),
        length in 30..50_usize,
        starts in [0..50_usize, 0..50_usize],
        stranger: Option<(bool, prop::sample::Index, prop::sample::Index)>,
        constant: Option<(bool, prop::sample::Index)>,
    ) {
        let graph = Graph::new();
        let all = graph.params(&numbers);
        let mut places = starts.map(|start| (start..start + length).map(Some).collect::<Vec<_>>());
        if let Some((list, place, by)) = stranger {
            places[usize::from(list)][place.index(length)] = Some(by.index(100));
        }
        if let Some((list, place)) = constant {
            places[usize::from(list)][place.index(length)] = None;
        }
        let number = |place: Option<usize>| place.map_or(0.5, |place| numbers[place]);
        let mut expected = vec![0.0; 100];
        for (&a, &b) in places[0].iter().zip(&places[1]) {
            a.into_iter().for_each(|a| expected[a] += number(b));
            b.into_iter().for_each(|b| expected[b] += number(a));
        }
        let [a, b] = places.map(|list| {
            list.into_iter().map(|place| place.map_or(Value::from(0.5), |place| all[place])).collect::<Vec<_>>()
        });
        let dot = Value::dot(&a, &b);
        let gradients = dot.backward();
        let replayed = dot.program().optimize().gradient(&numbers, &[]).expect("a number for each parameter");
        for ((value, replayed), expected) in all.iter().zip(replayed).zip(expected) {
            prop_assert!((gradients[*value] - expected).abs() < 1e-13, "{} for {expected}", gradients[*value]);
            prop_assert!((replayed - expected).abs() < 1e-13, "{replayed} for {expected}");
        }
    }

    #[test]
    fn hessian_times_vector_is_the_derivative_of_the_gradient(seed: u64, size in 1..1000_usize) {
        let random = Random::new(seed, size);
        let Random { program, params, inputs } = &random;
        let direction = random.direction(seed);
        let along = program.differentiate(0)?.jvp(params, &direction, inputs)?;
        prop_assert_eq!(bits(&program.hvp(params, &direction, inputs)?), bits(&along));
    }

    /// The gradient's program is a computation like any other; that both sweeps agree on it makes the Hessian symmetric.
    #[test]
    fn second_derivatives_agree_in_reverse_and_forward(seed: u64, size in 1..300_usize) {
        let Random { program, params, inputs } = Random::new(seed, size);
        let gradient = program.differentiate(0)?;
        let hessian = program.hessian(&params, &inputs)?;
        for k in 0..params.len() {
            let mut unit = vec![0.0; params.len()];
            unit[k] = 1.0;
            let Sweeps { forward, reverse, flow } = sweeps(&gradient, &params, &inputs, &unit);
            for i in 0..params.len() {
                let bound = ROUNDING * flow[i];
                prop_assert!((forward[i] - reverse[i]).abs() <= bound, "{forward:?} and {reverse:?}, flow {flow:?}");
                prop_assert!((hessian[i][k] - hessian[k][i]).abs() <= 2.0 * bound, "{hessian:?}, flow {flow:?}");
            }
        }
    }
}

#[test]
fn every_op_takes_part() {
    let Random { program, .. } = Random::new(1, 3000);
    let mut needed = vec![false; program.len()];
    program.outputs().iter().for_each(|&output| needed[output as usize] = true);
    for node in (0..program.len()).rev() {
        if needed[node] {
            program.args(node).iter().for_each(|&arg| needed[arg as usize] = true);
        }
    }
    for op in Op::ALL {
        assert!((0..program.len()).any(|node| needed[node] && program.op(node) == *op), "{op:?}");
    }
}

/// Shares of verdicts over many random computations: none may be wrong, and few undecided.
fn assert_few_undecided(reports: impl Iterator<Item = check::Report>) {
    let (mut right, mut all) = (0, 0);
    for report in reports {
        for row in report.rows() {
            assert_ne!(row.verdict, Verdict::Wrong, "{report}");
            right += usize::from(row.verdict == Verdict::Right);
            all += 1;
        }
    }
    assert!(right * 10 >= all * 9, "only {right} of {all} are known to be right");
}

/// Sizes from one to the largest, spread evenly by their logarithms.
fn sizes(count: u32, largest: f64) -> impl Iterator<Item = usize> {
    (0..count).map(move |k| largest.powf(f64::from(k) / f64::from(count - 1)).round() as usize)
}

#[test]
fn gradients_are_the_limits_of_differences() {
    assert_few_undecided((0..).zip(sizes(60, 10_000.0)).map(|(seed, size)| {
        let Random { program, params, inputs } = Random::new(seed, size);
        check::program(&program, &params, &inputs).expect("a finite point")
    }));
}

#[test]
fn second_derivatives_are_the_limits_of_differences_of_the_gradient() {
    assert_few_undecided((100..).zip(sizes(20, 300.0)).map(|(seed, size)| {
        let Random { program, params, inputs } = Random::new(seed, size);
        let report = check::hessian(
            |x| {
                let inputs: Vec<Value<'_>> = inputs.iter().copied().map(Value::from).collect();
                program.evaluate(x, &inputs).expect("a number for each leaf")[0]
            },
            &params,
        );
        report.expect("a finite point")
    }));
}

//! The tape of partials beside the graph: the same derivatives, and what they cost.

use allocation_counter::measure;
use engine::{Active, Dual, JacobianTape, Program, Real, Value};
use proptest::prelude::*;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A layer of any number type: the weights of each neuron and then its bias, as `nn` has them.
fn layer<R: Real>(params: &[R], x: &[R], count: usize) -> Vec<R> {
    let mut sums = vec![R::from(f64::NAN); count];
    R::affine(x, params.chunks(x.len() + 1).map(|neuron| (&neuron[..x.len()], &neuron[x.len()])), &mut sums);
    sums
}

/// Two layers on data that has a part in the parameters too, and on numbers that move with several of them.
fn network<R: Real>(params: &[R], data: &[f64]) -> R {
    let (own, params) = params.split_at(2);
    let mut x: Vec<R> = data.iter().copied().map(R::from).collect();
    x.extend([own[0], own[0] * own[1], own[1].exp()]);
    let (first, second) = params.split_at(3 * (x.len() + 1));
    let hidden: Vec<R> = layer(first, &x, 3).into_iter().map(R::tanh).collect();
    let outputs = layer(&second[..2 * 4], &hidden, 2);
    R::log_sum_exp(&outputs) - R::dot(&outputs, &[own[1], own[0].sin()])
}

/// How far two gradients are apart, in units of the largest derivative.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(1e-3, |largest: f64, x| largest.max(x.abs()));
    a.iter().zip(b).fold(0.0, |apart: f64, (a, b)| apart.max((a - b).abs())) / largest
}

proptest! {
    #[test]
    fn a_network_has_the_gradient_that_the_graph_gives_it(
        numbers in prop::collection::vec(-1.5..1.5_f64, 2 + 3 * 8 + 2 * 4),
        data in prop::collection::vec(-2.0..2.0_f64, 0..5),
    ) {
        let count = 2 + 3 * (data.len() + 4) + 2 * 4;
        let at = &numbers[..count];
        let program = Program::record(at, |params| network(params, &data));
        let expected = program.gradient(at, &[])?;
        let mut tape = JacobianTape::new();
        let (value, gradient) = tape.gradient(at, |params| network(params, &data));
        prop_assert_eq!(value, network(at, &data));
        prop_assert!(apart(&gradient, &expected) < 1e-13, "{gradient:?} for {expected:?}");
        // Copies of variables are variables; numbers that were computed go another way.
        let (_, copied) = tape.gradient(at, |params| {
            let copies = params.to_vec();
            network(&copies, &data)
        });
        prop_assert_eq!(&copied, &gradient);
        let (_, computed) = tape.gradient(at, |params| {
            let same: Vec<Active<'_>> = params.iter().map(|param| param * 1.0).collect();
            network(&same, &data)
        });
        prop_assert!(apart(&computed, &expected) < 1e-13, "{computed:?} for {expected:?}");
        // The memory of an earlier gradient leaves no trace.
        prop_assert_eq!(tape.gradient(at, |params| network(params, &data)).1, gradient);
    }

    /// However many neurons and places for sums there are, and whatever weights, biases and inputs are made of.
    #[test]
    fn a_layer_of_any_neurons_has_the_gradient_that_the_graph_gives_it(
        at in prop::collection::vec(-1.5..1.5_f64, 12),
        inputs in prop::collection::vec((0..3_usize, 0..12_usize), 0..4),
        neurons in prop::collection::vec((0..6_usize, 0..8_usize, 0..3_usize, 0..12_usize), 0..5),
        places in 0..7_usize,
    ) {
        struct Shape<'a>(&'a [(usize, usize)], &'a [(usize, usize, usize, usize)], usize);
        impl Shape<'_> {
            fn run<R: Real>(&self, params: &[R]) -> R {
                let Shape(inputs, neurons, places) = *self;
                let number = |kind: usize, place: usize| match kind {
                    0 => params[place],
                    1 => R::from(0.1 * place as f64 - 0.4),
                    _ => params[place] * params[(place + 1) % 12].cos(),
                };
                let x: Vec<R> = inputs.iter().map(|&(kind, place)| number(kind, place)).collect();
                // Variables, copies of them, other numbers with the same derivatives or some of them, variables in another order,
                // and constants.
                let weights = [
                    params.to_vec(),
                    params.iter().map(|param| *param + 1.0).collect(),
                    params.iter().enumerate().map(|(k, param)| if k % 3 == 0 { *param } else { *param * 2.0 }).collect(),
                    params.iter().rev().copied().collect(),
                    (0..12).map(|k| R::from(0.3 * f64::from(k) - 1.0)).collect(),
                ];
                let biases: Vec<R> = neurons.iter().map(|&(.., kind, place)| number(kind, place)).collect();
                let weights = |&(kind, start, ..): &(usize, usize, usize, usize)| {
                    &weights.get(kind).map_or(params, |list| &list[..])[start..start + x.len()]
                };
                let mut sums = vec![params[11]; places];
                R::affine(&x, neurons.iter().map(weights).zip(&biases), &mut sums);
                sums.iter().fold(params[0], |total, sum| (total + *sum).sin() * *sum)
            }
        }
        let shape = Shape(&inputs, &neurons, places);
        let expected = Program::record(&at, |params| shape.run(params)).gradient(&at, &[])?;
        let (value, gradient) = JacobianTape::new().gradient(&at, |params| shape.run(params));
        prop_assert_eq!(value, shape.run(&at));
        prop_assert!(apart(&gradient, &expected) < 1e-12, "{gradient:?} for {expected:?}");
    }

    /// However long the lists are, wherever they begin, however they overlap, and whatever they are made of.
    #[test]
    fn a_dot_has_the_gradient_that_its_formula_gives_it(
        at in prop::collection::vec(-3.0..3.0_f64, 24),
        length in 0..13_usize,
        starts in [0..12_usize, 0..12_usize],
        kinds in [0..3_usize, 0..3_usize],
        factor in -2.0..2.0_f64,
    ) {
        const CONSTANTS: usize = 2;
        let places = starts.map(|start| start..start + length);
        let mut expected = vec![0.0; 24];
        for (this, other) in [(0, 1), (1, 0)].into_iter().filter(|(this, _)| kinds[*this] != CONSTANTS) {
            for (place, partial) in places[this].clone().zip(&at[places[other].clone()]) {
                expected[place] += factor * partial;
            }
        }
        let (value, gradient) = JacobianTape::new().gradient(&at, |x| {
            let computed: Vec<Active<'_>> = x.iter().map(|x| *x * 1.0).collect();
            let constants: Vec<Active<'_>> = at.iter().copied().map(Active::from).collect();
            let kinds = kinds.map(|kind| [x, &computed, &constants][kind]);
            Active::dot(&kinds[0][places[0].clone()], &kinds[1][places[1].clone()]) * factor
        });
        prop_assert_eq!(value, f64::dot(&at[places[0].clone()], &at[places[1].clone()]) * factor);
        prop_assert!(apart(&gradient, &expected) < 1e-14, "{gradient:?} for {expected:?}");
    }
}

#[test]
fn a_function_of_two_variables_records_nothing() {
    let mut tape = JacobianTape::new();
    let mut gradient = [0.0; 2];
    tape.gradient_into(&[0.3, 1.7], &mut gradient, |x| x[0] * x[1]);
    let spiral = |x: f64, y: f64| (0..100_000).fold(x, |z, _| (z * y - x).sin());
    let mut value = 0.0;
    let memory = measure(|| {
        value =
            tape.gradient_into(&[0.3, 1.7], &mut gradient, |x| (0..100_000).fold(x[0], |z, _| (z * x[1] - x[0]).sin()));
    });
    assert_eq!((memory.count_total, value), (0, spiral(0.3, 1.7)));
    let expected = Program::record(&[0.3, 1.7], |x| (0..100_000).fold(x[0], |z, _| (z * x[1] - x[0]).sin()));
    assert!(apart(&gradient, &expected.gradient(&[0.3, 1.7], &[]).expect("a point")) < 1e-10, "{gradient:?}");
}

/// Each op of a chain depends on a third variable, so that the one before becomes a node.
fn chain<R: Real>(x: &[R], nodes: usize) -> R {
    (0..nodes / 2).fold(x[0], |y, k| y * x[1] + x[2 + k % 2])
}

#[test]
fn a_node_takes_24_bytes_and_a_second_gradient_no_memory() {
    const NODES: usize = 1_000_000;
    let at = [0.3, 0.5, 0.7, -0.2];
    let (mut tape, mut gradient) = (None, [0.0; 4]);
    let held = measure(|| {
        let tape = tape.insert(JacobianTape::with_capacity(4, NODES));
        tape.gradient_into(&at, &mut gradient, |x| chain(x, NODES));
    });
    let bytes = held.bytes_current as f64 / NODES as f64;
    assert!(bytes <= 24.0 + 8.0 + 0.1, "{bytes} bytes a node, of which 8 are its adjoint");
    assert_eq!(held.count_total, 2, "the nodes and their adjoints");
    let mut again = || tape.as_mut().map(|tape| tape.gradient_into(&at, &mut gradient, |x| chain(x, NODES)));
    assert_eq!(measure(|| _ = again()).count_total, 0);
    let program = Program::record(&at, |x| chain(x, NODES));
    let expected = program.gradient(&at, &[]).expect("a point");
    assert!(apart(&gradient, &expected) < 1e-14, "{gradient:?} for {expected:?}");
}

#[test]
fn a_sum_takes_24_bytes_for_two_numbers() {
    let (at, mut gradient) = ([0.5; 64], [0.0; 64]);
    for (room, allocations) in [(32, 0), (31, 1)] {
        let mut tape = JacobianTape::with_capacity(64, room);
        let memory = measure(|| _ = tape.gradient_into(&at, &mut gradient, |x| Active::sum(x)));
        assert_eq!((memory.count_total, gradient), (allocations, [1.0; 64]), "room for {room}");
    }
}

#[test]
fn numbers_show_what_they_move_with() {
    let mut shown = Vec::new();
    JacobianTape::new().gradient(&[3.0, 5.0], |x| {
        shown =
            [x[0], x[1] * 2.0, x[0] * x[1], Active::from(7.0)].map(|number| format!("{number} {number:?}")).to_vec();
        x[0]
    });
    assert_eq!(shown, ["3 3 (1 d1)", "10 10 (2 d2)", "15 15 (5 d1 + 3 d2)", "7 7"]);
}

#[test]
fn a_tape_within_a_tape_is_another_one() {
    let (mut outer, mut inner) = (JacobianTape::new(), JacobianTape::new());
    let (value, gradient) = outer.gradient(&[2.0, 3.0, 5.0], |x| {
        let slope = inner.gradient(&[x[0].number(); 3], |y| y[0] * y[1] * y[2]).1[0];
        (x[0] * x[1] + x[2]).powi(2) * slope
    });
    assert_eq!((value, gradient), (484.0, vec![264.0, 176.0, 88.0]));
}

#[test]
fn a_tape_is_of_use_after_a_panic() {
    let mut tape = JacobianTape::new();
    let panics =
        catch_unwind(AssertUnwindSafe(|| tape.gradient(&[1.0, 2.0, 3.0], |x| Active::dot(x, &[x[0] * x[1] + x[2]]))));
    assert!(panics.is_err(), "lists of 3 and 1");
    assert_eq!(tape.gradient(&[1.0, 2.0, 3.0], |x| Active::dot(x, x)).1, [2.0, 4.0, 6.0]);
}

/// Half a layer is left behind, and the function goes on with the one before it.
#[test]
fn a_function_may_catch_a_panic_in_the_middle_of_a_layer() {
    let at = [0.3, 0.5, 0.7, -0.2, 1.1, 0.9];
    let mut tape = JacobianTape::new();
    let mut gradient = |good_calls: Option<usize>| {
        tape.gradient(&at, |x| {
            let mut sums = [Active::from(0.0); 2];
            Active::affine(&x[..2], x[2..].chunks(2).zip(&x[4..]), &mut sums);
            if let Some(good_calls) = good_calls {
                let calls = Cell::new(0);
                let stop = |neuron| {
                    calls.set(calls.get() + 1);
                    if calls.get() <= good_calls { neuron } else { panic!("no other neuron") }
                };
                let neurons = x.chunks(2).zip(x).map(stop);
                assert!(catch_unwind(AssertUnwindSafe(|| Active::affine(&x[..2], neurons, &mut [x[0]; 3]))).is_err());
            }
            sums[0] * sums[1] + x[5] * x[4]
        })
    };
    let expected = gradient(None);
    for good_calls in 0..7 {
        assert_eq!(gradient(Some(good_calls)), expected, "a panic after {good_calls}");
    }
    assert!(gradient(None) == expected);
}

#[test]
fn sums_of_half_a_layer_have_their_gradient() {
    // The first is looked at, both are recorded, then the sum of the first is written.
    const LAST: usize = 5;
    let calls = Cell::new(0);
    let (value, gradient) = JacobianTape::new().gradient(&[2.0, 3.0, 5.0, 7.0], |x| {
        let mut sums = [x[0]; 2];
        let neurons = x.chunks(2).zip(x).map(|neuron| {
            calls.set(calls.get() + 1);
            if calls.get() < LAST { neuron } else { panic!("no other neuron") }
        });
        assert!(catch_unwind(AssertUnwindSafe(|| Active::affine(&x[2..], neurons, &mut sums))).is_err());
        let other = x[0] * x[1] * x[2];
        sums[0] + other * 0.0
    });
    assert_eq!((value, gradient), (33.0, vec![6.0, 7.0, 2.0, 3.0]));
}

#[test]
fn a_layer_wants_a_weight_for_each_input() {
    for (weights, inputs) in [(2, 3), (3, 2), (0, 2), (2, 0)] {
        let mut tape = JacobianTape::new();
        let layer = AssertUnwindSafe(|| {
            tape.gradient(&[2.0, 3.0, 5.0], |x| {
                let mut sum = [x[0]];
                Active::affine(&x[..inputs], std::iter::once((&x[..weights], &x[0])), &mut sum);
                sum[0]
            })
        });
        let message = *catch_unwind(layer).expect_err("they differ").downcast::<String>().expect("a message");
        assert_eq!(message, format!("dot of lists of {weights} and {inputs} numbers"));
    }
}

#[test]
fn as_many_variables_as_are_copied_and_one_more() {
    fn check<const N: usize>() {
        let at: [f64; N] = std::array::from_fn(|k| (k as f64).sin());
        let mut gradient = [f64::NAN; N];
        JacobianTape::new().gradient_into(&at, &mut gradient, |x| Active::dot(x, x) + Active::sum(x));
        assert!(apart(&gradient, &at.map(|x| 2.0 * x + 1.0)) < 1e-15, "{gradient:?}");
    }
    check::<1>();
    check::<64>();
    check::<65>();
}

#[test]
fn dual_numbers_of_active_ones_give_second_derivatives() {
    let at = [0.4, -1.2, 0.7];
    let hessian = Program::record(&at, |x| (x[0] * x[1] + x[2]).exp() * x[0].sin()).hessian(&at, &[]).expect("a point");
    let row = JacobianTape::new().gradient(&at, |x| {
        let [a, b, c] =
            std::array::from_fn(|k| Dual { value: x[k], tangent: Active::from(if k == 0 { 1.0 } else { 0.0 }) });
        ((a * b + c).exp() * a.sin()).tangent
    });
    assert!(apart(&row.1, &hessian[0]) < 1e-14, "{row:?} for {hessian:?}");
}

/// What the documentation of the tape says about the order of multiplication.
#[test]
fn partials_are_multiplied_in_the_order_of_the_function_as_by_dual_numbers() {
    fn check(
        at: &[f64; 2],
        expected: f64,
        by_graph: f64,
        function: for<'t> fn(&[Active<'t>]) -> Active<'t>,
        dual: fn(&[Dual; 2]) -> Dual,
        graph: for<'g> fn(&[Value<'g>]) -> Value<'g>,
    ) {
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        assert!(same(JacobianTape::new().gradient(at, function).1[0], expected));
        assert!(same(dual(&[Dual::variable(at[0]), Dual::from(at[1])]).tangent, expected));
        assert!(same(Program::record(at, graph).gradient(at, &[]).expect("a point")[0], by_graph));
    }
    macro_rules! check {
        ($at:expr, $expected:expr, $by_graph:expr, $function:expr) => {
            check(&$at, $expected, $by_graph, $function, $function, $function)
        };
    }
    check!([1e200, 0.0], 0.0, 1e300 * 1e-200 * 1e-200, |x| x[0] * 1e-200 * 1e-200 * 1e300);
    check!([1e-200, 0.0], f64::INFINITY, 1e-300 * 1e200 * 1e200, |x| x[0] * 1e200 * 1e200 * 1e-300);
    check!([0.0, 1.0], f64::NAN, 0.0, |x| {
        let root = x[0].sqrt();
        root - root + x[1]
    });
}

#[test]
fn what_does_not_depend_on_the_variables_has_no_gradient() {
    let mut tape = JacobianTape::new();
    assert_eq!(tape.gradient(&[1.0, 2.0], |_| Active::from(7.0)), (7.0, vec![0.0, 0.0]));
    assert_eq!(tape.gradient(&[], |_| Active::sum(&[Active::from(7.0); 3])), (21.0, vec![]));
    assert_eq!(tape.gradient_into(&[], &mut [], |x| Active::dot(x, x)), 0.0);
    let mut none: [Active<'_>; 0] = [];
    Active::affine(&[], std::iter::empty(), &mut none);
}

#[test]
fn zero_times_an_infinite_partial_is_zero_wherever_they_meet() {
    let mut tape = JacobianTape::new();
    let mut gradient = |function: for<'t> fn(&[Active<'t>]) -> Active<'t>| tape.gradient(&[0.0, 0.0, 1.0], function).1;
    // At once, at a node, and at the inputs of a layer.
    assert_eq!(gradient(|x| x[0].sqrt() * x[1]), [0.0, 0.0, 0.0]);
    assert_eq!(gradient(|x| (x[0] + x[1] + x[2] - 1.0).sqrt() * x[0]), [0.0, 0.0, 0.0]);
    assert_eq!(gradient(|x| Active::dot(&x[1..], &[x[0].sqrt(), x[2]])), [0.0, 0.0, 2.0]);
    assert_eq!(gradient(|x| Active::dot(&x[..2], &[x[2], x[2]]).sqrt() * x[1]), [0.0, 0.0, 0.0]);
    assert_eq!(gradient(|x| x[0].sqrt() + x[2]), [f64::INFINITY, 0.0, 1.0]);
    assert!(gradient(|x| x[0].ln() - x[0].ln())[0].is_nan(), "infinity less infinity is no number");
    // Nothing of all that is left on the tape.
    assert_eq!(gradient(|x| x[0] * 2.0 + x[1] * 3.0 + x[2] * 5.0), [2.0, 3.0, 5.0]);
}

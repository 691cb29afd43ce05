//! Op x number type x edge: whatever a number type or a sweep, the same op at the same point gives the same bits.

#[path = "common/points.rs"]
mod points;

use engine::{Dual, Graph, JacobianTape, Lanes, Op, Real, Value};
use points::points;

/// Records the op, all but what is not differentiated as parameters.
fn record<'g>(graph: &'g Graph, op: Op, at: &[f64]) -> (Vec<Value<'g>>, Value<'g>) {
    let params = graph.params(params(op, at));
    let constants = at[params.len()..].iter().copied().map(Value::from);
    let result = Value::apply(op, &params.iter().copied().chain(constants).collect::<Vec<_>>());
    (params, result)
}

/// The arguments to differentiate by: all but the exponent of a whole power.
fn params(op: Op, at: &[f64]) -> &[f64] {
    if op == Op::Powi { &at[..1] } else { at }
}

/// Equal to the bit; any NaN equals any other, and the zeros of two derivatives may differ in sign.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

#[test]
fn every_sweep_and_number_type_gives_the_same() {
    for &op in Op::ALL {
        for at in points(op) {
            let value = op.value(&at);
            let graph = Graph::new();
            let (args, result) = record(&graph, op, &at);
            let gradients = result.backward();
            let reverse: Vec<f64> = args.iter().map(|arg| gradients[*arg]).collect();
            let (program, params) = (result.program(), params(op, &at));
            let check = |way: &str, number: f64, derivatives: &[f64]| {
                assert!(
                    number.to_bits() == value.to_bits() || (number.is_nan() && value.is_nan()),
                    "{op:?} at {at:?}: {value} itself, {number} by {way}"
                );
                assert!(
                    same(derivatives, &reverse),
                    "{op:?} at {at:?}: {reverse:?} recorded, {derivatives:?} by {way}"
                );
            };

            check("recording", result.number(), &reverse);
            let replayed = program.evaluate(params, &[]).expect("a point")[0];
            check("replay", replayed, &program.gradient(params, &[]).expect("a point"));

            let duals: Vec<Dual> = params.iter().map(|&x| Dual::from(x)).collect();
            let along = |k: usize| {
                let mut moving = duals.clone();
                moving[k] = Dual::variable(params[k]);
                program.evaluate(&moving, &[]).expect("a point")[0]
            };
            let tangents: Vec<f64> = (0..params.len()).map(|k| along(k).tangent).collect();
            check("dual", program.evaluate(&duals, &[]).expect("a point")[0].value, &tangents);
            let of_duals = program.gradient(&duals, &[]).expect("a point");
            check("reverse on duals", value, &of_duals.iter().map(|d| d.value).collect::<Vec<_>>());

            let (taped, by_tape) =
                JacobianTape::new().gradient(params, |x| program.evaluate(x, &[]).expect("a point")[0]);
            check("a Jacobian tape", taped, &by_tape);

            let gradient_program = program.differentiate(0).expect("one output");
            check("the gradient as a program", value, &gradient_program.evaluate(params, &[]).expect("a point"));
        }
    }
}

#[test]
fn lanes_do_not_know_of_each_other() {
    for &op in Op::ALL {
        for neighbours in points(op).windows(3).filter(|three| three.iter().all(|at| at.len() == three[0].len())) {
            let graph = Graph::new();
            let program = record(&graph, op, &neighbours[0]).1.program();
            let points: Vec<&[f64]> = neighbours.iter().map(|at| params(op, at)).collect();
            let lanes: Vec<Lanes<3>> =
                (0..points[0].len()).map(|k| Lanes(std::array::from_fn(|lane| points[lane][k]))).collect();
            let values = program.evaluate(&lanes, &[]).expect("a point");
            let gradients = program.gradient(&lanes, &[]).expect("a point");
            for (lane, at) in points.iter().enumerate() {
                let [value, gradient] =
                    [&values, &gradients].map(|all| all.iter().map(|l| l.0[lane]).collect::<Vec<_>>());
                assert!(same(&value, &program.evaluate(at, &[]).expect("a point")), "{op:?} at {at:?}: {value:?}");
                assert!(
                    same(&gradient, &program.gradient(at, &[]).expect("a point")),
                    "{op:?} at {at:?}: {gradient:?}"
                );
            }
        }
    }
}

#[test]
fn a_factor_of_zero_annihilates_whatever_the_op_makes() {
    for &op in Op::ALL {
        for at in points(op) {
            let graph = Graph::new();
            let (args, result) = record(&graph, op, &at);
            let factor = graph.param("factor", 0.0);
            let program = (factor * result).program();
            let point = [params(op, &at), &[0.0]].concat();
            let zeros = vec![0.0; point.len() - 1];
            let check = |way: &str, derivatives: &[f64]| {
                assert!(same(derivatives, &zeros), "0*{op:?} at {at:?}: {derivatives:?} by {way}");
            };

            let gradients = (factor * result).backward();
            check("recording", &args.iter().map(|arg| gradients[*arg]).collect::<Vec<_>>());
            check("replay", &program.gradient(&point, &[]).expect("a point")[..zeros.len()]);
            let lanes: Vec<Lanes<2>> = point.iter().map(|&x| Lanes([x, x])).collect();
            let of_lanes = program.gradient(&lanes, &[]).expect("a point");
            check("lanes", &of_lanes[..zeros.len()].iter().map(|l| l.0[1]).collect::<Vec<_>>());
            let by_tape = JacobianTape::new().gradient(&point, |x| program.evaluate(x, &[]).expect("a point")[0]).1;
            check("a Jacobian tape", &by_tape[..zeros.len()]);
            let gradient_program = program.differentiate(0).expect("one output");
            check("the program", &gradient_program.evaluate(&point, &[]).expect("a point")[..zeros.len()]);
            for k in 0..zeros.len() {
                let mut direction = vec![0.0; point.len()];
                direction[k] = 1.0;
                assert_eq!(
                    program.jvp(&point, &direction, &[]).expect("a point"),
                    [0.0],
                    "0*{op:?} at {at:?}, argument {k}"
                );
            }
        }
    }
}

#[test]
fn derivatives_are_the_limits_of_differences_at_the_probes() {
    for &op in Op::ALL {
        for &probe in op.probes() {
            let graph = Graph::new();
            let program = record(&graph, op, probe).1.program();
            let at = params(op, probe);
            let gradient = program.gradient(at, &[]).expect("a point");
            for (k, derivative) in gradient.iter().enumerate() {
                let h = 1e-5;
                let value = |step: f64| {
                    let mut moved = at.to_vec();
                    moved[k] += step;
                    program.evaluate(&moved, &[]).expect("a point")[0]
                };
                let difference = (8.0 * (value(h) - value(-h)) - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h);
                assert!(
                    (derivative - difference).abs() <= 1e-8 * derivative.abs().max(1.0),
                    "{op:?} at {probe:?}, argument {k}: derivative {derivative}, difference {difference}"
                );
            }
        }
    }
}

/// Forward over reverse against reverse over reverse: other arithmetic, so equal but for rounding, and where a second
/// derivative does not exist (powf of 0, atan2 of the origin) or overflows, they may fail in two ways.
#[test]
fn second_derivatives_agree() {
    for &op in Op::ALL {
        for at in points(op).into_iter().filter(|at| op != Op::Powf || at[0] != 0.0) {
            let graph = Graph::new();
            let program = record(&graph, op, &at).1.program();
            let params = params(op, &at);
            let forward = program.hessian(params, &[]).expect("a point").concat();
            let gradient = program.differentiate(0).expect("one output");
            let reverse = gradient.jacobian(params, &[]).expect("a point").concat();
            for (a, b) in forward.iter().zip(&reverse).filter(|(a, b)| a.is_finite() && b.is_finite()) {
                let close = (a - b).abs() <= 1e-12 * a.abs().max(1.0);
                assert!(close, "{op:?} at {at:?}: {forward:?} and {reverse:?}");
            }
            let finite = forward.iter().chain(&reverse).all(|x| x.is_finite());
            assert!(finite || !op.probes().contains(&&at[..]), "{op:?} at {at:?}: {forward:?} and {reverse:?}");
        }
    }
}

//! Every op against correctly rounded numbers from 60-digit arithmetic: `data/op_oracle.json`, and
//! `data/more_oracle.json` for what that one lacks.

use engine::{Dual, Error, Graph, Op, Program, Real, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How far apart two numbers are, in steps from one f64 to the next; NaN is far from everything.
fn ulps(a: f64, b: f64) -> u64 {
    let place = |x: f64| if x < 0.0 { -((-x).to_bits() as i64) } else { x.abs().to_bits() as i64 };
    if a.is_nan() || b.is_nan() { u64::MAX } else { place(a).abs_diff(place(b)) }
}

/// Values that are within 2^-52 where they are not within 2 ulp, with the reason.
const LOOSE_VALUES: &[(&str, &str)] = &[
    ("normal_cdf", "std has no erfc, and that of the libm crate is up to 3 ulp off by itself"),
    ("gelu", "made of normal_cdf"),
];

/// A point, the value there and the derivatives by each argument.
struct Row {
    args: Vec<f64>,
    value: f64,
    partials: Vec<f64>,
}

fn number(json: &Json) -> f64 {
    json.as_f64().or_else(|| json.as_str()?.parse().ok()).expect("a number, or one as a string")
}

fn rows(json: &Json) -> Vec<Row> {
    let parse = |row: &Json| {
        let numbers: Vec<f64> = row.as_array().expect("a row").iter().map(number).collect();
        let (args, results) = numbers.split_at(numbers.len() / 2);
        Row { args: args.to_vec(), value: results[0], partials: results[1..].to_vec() }
    };
    json.as_array().expect("rows").iter().map(parse).collect()
}

fn oracle() -> BTreeMap<&'static str, Vec<Row>> {
    let first: Json = serde_json::from_str(include_str!("data/op_oracle.json")).expect("JSON");
    let more: Json = serde_json::from_str(include_str!("data/more_oracle.json")).expect("JSON");
    let mut oracle = BTreeMap::new();
    for op in Op::ALL {
        let of = [&first["unary"], &first["binary"], &more].map(|part| part.get(op.name()));
        oracle.insert(op.name(), of.into_iter().flatten().flat_map(rows).collect());
    }
    oracle
}

/// The op alone as a program; the exponent of a whole power is a constant.
fn program(op: Op, args: &[f64]) -> Program {
    let graph = Graph::new();
    let differentiated = if op == Op::Powi { &args[..1] } else { args };
    let mut values = graph.params(differentiated);
    values.extend(args[differentiated.len()..].iter().copied().map(Value::from));
    graph.program(&[Value::apply(op, &values)])
}

/// The derivatives by the reverse sweep and by one dual sweep an argument, which must agree.
fn derivatives(op: Op, args: &[f64]) -> Result<Vec<f64>, Error> {
    let program = program(op, args);
    let mut reverse = program.gradient(&args[..program.params().len()], &[])?;
    reverse.resize(args.len(), 0.0);
    for (k, of_reverse) in reverse.iter().enumerate() {
        let moving: Vec<Dual> =
            args.iter().enumerate().map(|(i, &value)| Dual { value, tangent: f64::from(u8::from(i == k)) }).collect();
        assert_eq!(Dual::apply(op, &moving).tangent, *of_reverse, "{op:?} {args:?}: dual and reverse");
    }
    Ok(reverse)
}

#[test]
fn values_are_within_2_ulp_or_as_their_row_documents() {
    let mut failures = Vec::new();
    let oracle = oracle();
    for op in Op::ALL {
        let is_loose = LOOSE_VALUES.iter().any(|(name, _)| *name == op.name());
        let mut worst = 0;
        for row in &oracle[op.name()] {
            let off = ulps(op.value(&row.args), row.value);
            worst = worst.max(off);
            let close = is_loose && (op.value(&row.args) - row.value).abs() <= f64::EPSILON;
            if off > 2 && !close {
                failures.push(format!(
                    "{} of {:?} is {:e}, which is {off} ulp off {:e}",
                    op.name(),
                    row.args,
                    op.value(&row.args),
                    row.value
                ));
            }
        }
        println!("{:12} worst {worst} ulp", op.name());
        if is_loose && worst <= 2 {
            println!("    {} would hold 2 ulp on this platform", op.name());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn derivatives_are_within_4_ulp_or_as_their_row_documents() {
    let mut failures = Vec::new();
    let oracle = oracle();
    for op in Op::ALL {
        let (mut worst, mut farthest) = (0, 0.0);
        for row in &oracle[op.name()] {
            let derivatives = derivatives(*op, &row.args).expect("numbers for every parameter");
            for (k, (&got, &expected)) in derivatives.iter().zip(&row.partials).enumerate() {
                let (off, distance) = (ulps(got, expected), (got - expected).abs());
                let close = op.cheap().is_some() && distance <= f64::EPSILON;
                if off > 4 && !close {
                    failures.push(format!(
                        "{}, argument {k} of {:?}: {got:e} is {off} ulp off {expected:e}",
                        op.name(),
                        row.args
                    ));
                }
                worst = worst.max(off);
                if off > 4 {
                    farthest = f64::max(farthest, distance);
                }
            }
        }
        println!("{:12} worst {worst} ulp; beyond 4 ulp: {farthest:e} absolute", op.name());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_op_has_probes_away_from_coincidences_and_rows_in_the_oracle() {
    let oracle = oracle();
    for op in Op::ALL {
        assert!(oracle[op.name()].len() >= 6, "{op:?} has too few rows in the oracle: add some to data/more_oracle.py");
        assert!(op.probes().len() >= 2, "{op:?} needs at least two probes in the op table");
        for probe in op.probes() {
            assert!(op.arity().is_none_or(|arity| arity == probe.len()), "{op:?}: {probe:?}");
            assert_eq!(op.violated(probe), None, "{op:?} at {probe:?}");
            assert!(op.value(*probe).is_finite(), "{op:?} at {probe:?}");
            let coincidence = probe.iter().any(|x| [-1.0, 0.0, 1.0].contains(x));
            assert!(!coincidence, "{op:?} at {probe:?}: -1, 0 and 1 hide errors");
        }
    }
}

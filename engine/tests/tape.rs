//! The tape against the graph, and what it lets go.

#![allow(clippy::unwrap_used)]

use engine::{Graph, Op, Tape, Value};
use proptest::prelude::*;

/// Ops of one and of two arguments that are defined everywhere.
const ONE: [Op; 4] = [Op::Tanh, Op::Sin, Op::Sigmoid, Op::Neg];
const TWO: [Op; 3] = [Op::Add, Op::Sub, Op::Mul];

/// A computation: for each node an op and, modulo the nodes before it, its arguments.
fn computations() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    proptest::collection::vec((0..7usize, any::<usize>(), any::<usize>()), 1..40)
}

fn build(tape: &mut Tape, steps: &[(usize, usize, usize)]) -> Vec<u32> {
    let mut nodes = vec![tape.param(0.3), tape.param(-0.7)];
    for &(op, a, b) in steps {
        let (a, b) = (nodes[a % nodes.len()], nodes[b % nodes.len()]);
        nodes.push(if op < 4 { tape.record(ONE[op], &[a]) } else { tape.record(TWO[op - 4], &[a, b]) });
    }
    nodes
}

proptest! {
    #[test]
    fn a_tape_has_the_numbers_and_derivatives_of_a_graph(steps in computations()) {
        let mut tape = Tape::new();
        let nodes = build(&mut tape, &steps);
        let graph = Graph::new();
        let mut values = graph.params(&[0.3, -0.7]);
        for &(op, a, b) in &steps {
            let (a, b): (Value<'_>, Value<'_>) = (values[a % values.len()], values[b % values.len()]);
            values.push(match op {
                0 => a.tanh(),
                1 => a.sin(),
                2 => a.sigmoid(),
                3 => -a,
                4 => a + b,
                5 => a - b,
                _ => a * b,
            });
        }
        let (last, loss) = (*nodes.last().unwrap(), *values.last().unwrap());
        let (found, expected) = (tape.derivatives(last), loss.backward());
        for (&node, &value) in nodes.iter().zip(&values) {
            prop_assert_eq!(tape.number(node), value.number());
            prop_assert_eq!(found.by(node).0, expected[value]);
            prop_assert_eq!(tape.depends(last, &[node]) || found.by(node).0 == 0.0, true);
        }
    }

    #[test]
    fn cutting_keeps_the_numbers_and_what_later_nodes_say_of_live_parameters(steps in computations(), cut in any::<usize>()) {
        let mut tape = Tape::new();
        let nodes = build(&mut tape, &steps);
        let (first, last) = (nodes[0], *nodes.last().unwrap());
        let (number, whole) = (tape.number(last), tape.derivatives(last).by(first).0);
        let mut uncut = tape.clone();
        let moved = uncut.cut(0, &[first, last]);
        prop_assert!(uncut.len() <= tape.len());
        prop_assert_eq!(uncut.number(moved[1].unwrap()), number);
        prop_assert_eq!(uncut.derivatives(moved[1].unwrap()).by(moved[0].unwrap()).0, whole);

        let start = nodes[cut % nodes.len()];
        let moved = tape.cut(start, &[first, last]);
        match moved[1] {
            Some(last) => prop_assert_eq!(tape.number(last), number),
            None => prop_assert!(start > last),
        }
    }
}

#[test]
fn a_long_loop_runs_on_a_short_tape() {
    let mut tape = Tape::new();
    let mut w = tape.param(1.0);
    for _ in 0..1000 {
        let start = tape.len() as u32;
        let loss = tape.record(Op::Mul, &[w, w]);
        let step = tape.derivatives(loss).by(w).0;
        let next = tape.param(tape.number(w) - 0.1 * step);
        w = tape.cut(start, &[next])[0].unwrap();
        assert_eq!(tape.len(), 1);
    }
    assert!(tape.number(w).abs() < 1e-90);
}

#[test]
fn a_kink_is_seen_only_where_the_dependence_runs_through_it() {
    let mut tape = Tape::new();
    let (w, zero) = (tape.param(0.0), tape.constant(0.0));
    let (tied, other) = (tape.record(Op::Max, &[w, zero]), tape.param(2.0));
    let loss = tape.record(Op::Add, &[tied, other]);
    assert!(tape.is_on_kink(loss, &[w]));
    assert!(!tape.is_on_kink(loss, &[other]));
    assert!(!tape.depends(tied, &[other]) && tape.depends(loss, &[other]));
}

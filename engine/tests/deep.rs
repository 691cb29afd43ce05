//! Deep and wide graphs, and the memory that recording takes. Each test runs on a thread with the usual small stack, so
//! recursion over a graph would not get through.

use allocation_counter::measure;
use engine::{Gradients, Graph, Program, Value, sweep};

const MILLION: usize = 1_000_000;

/// Reciprocals of reciprocals: an even number of them is the identity, exactly so at a power of two.
fn reciprocals(x: Value<'_>, count: usize) -> Value<'_> {
    (0..count).fold(x, |y, _| y.recip())
}

#[test]
fn ten_million_nodes_deep() {
    let nodes = 10 * MILLION;
    let graph = Graph::with_capacity(nodes + 1);
    let x = graph.param("x", 2.0);
    let y = reciprocals(x, nodes);
    assert_eq!((y.number(), graph.len()), (2.0, nodes + 1));
    assert_eq!(y.backward()[x], 1.0);
    let formula = y.formula();
    assert!(formula.starts_with("recip(recip(") && formula.contains('…') && formula.len() < 1000, "{formula}");
    assert!(graph.check_finite().is_ok());
}

#[test]
fn a_deep_program_differentiates_again() {
    let program = Program::record(&[2.0], |x| reciprocals(x[0], MILLION));
    assert_eq!(program.gradient(&[4.0], &[]), Ok(vec![1.0]));
    assert_eq!(program.jvp(&[4.0], &[3.0], &[]), Ok(vec![3.0]));
    assert_eq!(program.hessian(&[4.0], &[]), Ok(vec![vec![0.0]]));
    let gradient = program.differentiate(0).expect("one output");
    assert!(gradient.len() > 3 * MILLION);
    assert_eq!(gradient.evaluate(&[4.0], &[]), Ok(vec![1.0]));
    assert_eq!(gradient.gradient(&[4.0], &[]), Ok(vec![0.0]));
    assert_eq!(program.optimize().gradient(&[4.0], &[]), Ok(vec![1.0]));
    assert!(program.definition(MILLION).len() < 1000);
}

#[test]
fn a_sum_of_a_million() {
    let graph = Graph::new();
    let xs = graph.params(&vec![0.5; MILLION]);
    let sum: Value<'_> = xs.iter().sum();
    assert_eq!((sum.number(), graph.len()), (0.5 * MILLION as f64, MILLION + 1));
    let gradients = sum.backward();
    assert!(xs.iter().all(|x| gradients[*x] == 1.0));
    let dot = Value::dot(&xs, &xs);
    let gradients = dot.backward();
    assert!(xs.iter().all(|x| gradients[*x] == 1.0));
    let formula = (sum + dot).formula();
    assert!(formula.starts_with("sum(param0, param1, ") && formula.len() < 2000, "{formula}");
    let program = graph.program(&[dot]);
    let gradient = program.differentiate(0).expect("one output");
    assert_eq!(gradient.evaluate(&vec![0.25; MILLION], &[]), Ok(vec![0.5; MILLION]));
}

#[test]
fn one_node_used_a_million_times() {
    let program =
        Program::record(&[0.5], |x| Value::sum(&vec![x[0]; MILLION]) + (0..MILLION).fold(x[0], |y, _| y + x[0]));
    assert_eq!(program.gradient(&[3.0], &[]), Ok(vec![2.0 * MILLION as f64 + 1.0]));
}

/// What all partials of an op need is not kept in a list of its own, however many there are.
#[test]
fn a_wide_op_is_differentiated_without_allocating() {
    let program = Program::record(&vec![0.5; 1000], |x| -Value::log_sum_exp(x));
    let (mut numbers, mut adjoints) = (Vec::new(), vec![0.0; program.len()]);
    let mut step = || {
        sweep::forward(&program, &[0.5; 1000], &[], &mut numbers).expect("a number for each parameter");
        adjoints.fill(0.0);
        adjoints[1001] = 1.0;
        sweep::reverse(&program, &numbers, &mut adjoints);
    };
    step();
    assert_eq!(measure(step).count_total, 0);
    assert!(adjoints[..1000].iter().all(|share| (share + 1e-3).abs() < 1e-15), "{}", adjoints[0]);
}

#[test]
fn a_node_takes_at_most_24_bytes() {
    let nodes = MILLION;
    let info = measure(|| {
        let graph = Graph::with_capacity(nodes);
        let x = graph.param("x", 2.0);
        let y = (1..nodes / 3).fold(x, |y, _| (y + 0.5).atan());
        assert!(y.number() > 0.0 && graph.len() > nodes - 10 && graph.len() <= nodes);
    });
    let bytes = info.bytes_max as f64 / nodes as f64;
    assert!(bytes <= 24.0, "{bytes} bytes a node");
}

#[test]
fn training_on_a_cleared_graph_allocates_nothing_after_the_first_step() {
    const HIDDEN: usize = 40;
    let samples = [([0.0, 1.0], 1.0), ([1.0, 1.0], 0.0), ([1.0, 0.0], 1.0), ([0.0, 0.0], 0.0)];
    let names: Vec<String> = (0..4 * HIDDEN).map(|k| format!("w{k}")).collect();
    let mut weights: Vec<f64> = (0..4 * HIDDEN).map(|k| (k as f64 * 1.7).sin()).collect();
    let mut graph = Graph::new();
    let mut gradients = Gradients::new();
    let mut step = || {
        graph.clear();
        let mut w = [Value::from(0.0); 4 * HIDDEN];
        for ((w, name), weight) in w.iter_mut().zip(&names).zip(&weights) {
            *w = graph.param(name, *weight);
        }
        let loss: Value<'_> = samples
            .iter()
            .map(|(x, target)| {
                let mut hidden = [Value::from(0.0); HIDDEN];
                for (h, w) in hidden.iter_mut().zip(w.chunks(4)) {
                    *h = (Value::dot(&w[..2], &x.map(Value::from)) + w[2]).tanh();
                }
                let out = w.chunks(4).zip(hidden).map(|(w, h)| w[3] * h).fold(Value::from(0.0), |a, b| a + b);
                (out - target).powi(2)
            })
            .reduce(|a, b| a + b)
            .expect("samples")
            .named("loss");
        loss.backward_into(&mut gradients);
        for (weight, w) in weights.iter_mut().zip(w) {
            *weight -= 0.02 * gradients[w];
        }
        loss.number()
    };
    let (first, second) = (step(), step());
    let mut last = 0.0;
    let info = measure(|| last = (0..200).map(|_| step()).last().expect("steps"));
    assert_eq!((info.count_total, info.bytes_current), (0, 0), "{info:?}");
    assert!(second < first && last < second / 10.0, "{first}, {second}, ..., {last}: it does train");
}

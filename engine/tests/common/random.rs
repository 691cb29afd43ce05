//! Random computations of any size, with every op inside its domain: shared nodes, dead branches, wide nodes, constants.

use engine::{Graph, Op, Program, Real, Value};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

pub(crate) const PARAMS: [&str; 5] = ["p", "q", "r", "s", "t"];
const INPUTS: [&str; 3] = ["x", "y", "z"];

/// A recorded computation with two outputs, and the point at which it was recorded.
///
/// A smaller one of the same seed is a beginning of the larger, so that a failure shrinks.
pub(crate) struct Random {
    pub(crate) program: Program,
    pub(crate) params: Vec<f64>,
    pub(crate) inputs: Vec<f64>,
}

impl Random {
    pub(crate) fn new(seed: u64, size: usize) -> Random {
        let graph = Graph::new();
        let program = graph.program(&record(&graph, seed, size));
        Random { program, params: graph.param_numbers(), inputs: graph.input_numbers() }
    }

    /// A direction in the space of the parameters.
    pub(crate) fn direction(&self, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        self.params.iter().map(|_| random.random_range(-1.0..1.0)).collect()
    }
}

/// Records `size` random ops, and more that keep their arguments where they belong; the first output depends on many
/// nodes, the second on the last few.
pub(crate) fn record<'g>(graph: &'g Graph, seed: u64, size: usize) -> [Value<'g>; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut number = || random.random_range(-2.0..2.0);
    let mut nodes: Vec<Value<'g>> = PARAMS.iter().map(|name| graph.param(name, number())).collect();
    nodes.extend(INPUTS.iter().map(|name| graph.input(name, number())));
    nodes.extend([1.5, -0.7].map(Value::from));
    let leaves = nodes.len();
    for _ in 0..size {
        let op = Op::ALL[random.random_range(0..Op::ALL.len())];
        let count = op.arity().unwrap_or_else(|| 2 * random.random_range(1..4));
        let mut pick = || {
            // Now and then one of the last few, so that it goes deep; else any, so that nodes are shared.
            let from = if random.random_bool(0.3) { nodes.len() - 4 } else { 0 };
            nodes[random.random_range(from..nodes.len())]
        };
        let args: Vec<Value<'g>> = (0..count).map(|_| pick()).collect();
        let power = f64::from(random.random_range(-3..=4));
        nodes.push(moderate(Value::apply(op, &inside(op, args, power))));
    }
    let many: Vec<Value<'g>> = nodes[leaves..].iter().copied().step_by(3).collect();
    let (a, b) = nodes[nodes.len() - 8..].split_at(4);
    [Value::sum(&many) / many.len().max(1) as f64, Value::dot(a, b)]
}

/// Brings the arguments to where the op is defined and not steep.
fn inside<'g>(op: Op, mut args: Vec<Value<'g>>, power: f64) -> Vec<Value<'g>> {
    let positive = |x: Value<'g>| x.softplus() + 0.3;
    match op {
        Op::Div | Op::Rem => args[1] = positive(args[1]),
        Op::Recip | Op::Ln | Op::Log2 | Op::Log10 | Op::Sqrt | Op::Cbrt => args[0] = positive(args[0]),
        Op::Ln1p => args[0] = positive(args[0]) - 1.0,
        Op::Acosh => args[0] = positive(args[0]) + 1.0,
        Op::Powf => args = vec![positive(args[0]), args[1].tanh() * 2.0],
        Op::Powi => args = vec![positive(args[0]), Value::from(power)],
        Op::Tan => args[0] = args[0].tanh(),
        Op::Asin | Op::Acos | Op::Atanh => args[0] = args[0].tanh() * 0.9,
        Op::Atan2 => args[1] = positive(args[1]),
        _ => {}
    }
    args
}

/// Pulls large numbers in.
fn moderate(mut x: Value<'_>) -> Value<'_> {
    while x.number().abs() > 3.0 {
        x = x.asinh();
    }
    x
}

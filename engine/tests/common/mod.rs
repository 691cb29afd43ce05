//! Random programs: shared nodes, repeated parts, constants, dead ends and wide nodes among them.

use engine::{Graph, Op, Program, Real, Value};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) const PARAMS: usize = 4;
pub(crate) const INPUTS: usize = 3;

/// What a random program is made of: where it picks an op or an argument, any number will do.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    constants: Vec<f64>,
    /// An op and its arguments, of which a wide op takes as many as the last number says.
    nodes: Vec<(u8, [u8; 8], usize)>,
    outputs: Vec<usize>,
}

pub(crate) fn recipe(constant: impl Strategy<Value = f64>, nodes: usize) -> impl Strategy<Value = Recipe> {
    let node = (any::<u8>(), any::<[u8; 8]>(), 0..5usize);
    (vec(constant, 1..3), vec(node, 1..nodes), vec(0..3usize, 1..3)).prop_map(|(constants, nodes, outputs)| Recipe {
        constants,
        nodes,
        outputs,
    })
}

impl Recipe {
    /// The program with its nodes taken from `ops`. Every argument is a leaf, or one of the last few nodes or their
    /// constants, so that most nodes matter to the outputs.
    pub(crate) fn program(&self, ops: &[Op], params: &[f64], inputs: &[f64]) -> Program {
        let graph = Graph::new();
        let mut nodes: Vec<Value<'_>> = self.constants.iter().copied().map(Value::from).collect();
        nodes.extend(graph.inputs(inputs));
        nodes.extend(graph.params(params));
        for (op, picks, wide) in &self.nodes {
            let op = ops[usize::from(*op) % ops.len()];
            let count = op.arity().unwrap_or(if op == Op::Dot { wide / 2 * 2 } else { *wide });
            let recent = nodes.len().min(9);
            let mut args: Vec<Value<'_>> =
                picks[..count].iter().map(|pick| nodes[nodes.len() - 1 - usize::from(*pick) % recent]).collect();
            if op == Op::Powi {
                args[1] = Value::from(2.0);
            }
            nodes.push(Value::apply(op, &args));
        }
        let outputs: Vec<Value<'_>> = self.outputs.iter().map(|back| nodes[nodes.len() - 1 - back]).collect();
        graph.program(&outputs)
    }
}

//! Makes one `dot` node of a chain of multiply-adds, and one `sum` node of a chain of additions.

use crate::ops::Op;
use crate::program::Program;

/// What chains of additions are made of.
const LINKS: &[Op] = &[Op::Add, Op::Sum];

/// Scalar code for a neuron, `w1*x1 + w2*x2 + b`, becomes `dot(w1, w2, x1, x2) + b`, as a layer writes it.
pub(super) fn products(program: &Program) -> Program {
    let Chains { terms, absorbed } = Chains::find(program);
    program.rewrite(|to, node, places| match &terms[node] {
        _ if absorbed[node] => None,
        None => Some(program.copy(to, node, places)),
        Some(terms) => {
            let (products, others): (Vec<u32>, Vec<u32>) = terms.iter().partition(|&&term| absorbed[term as usize]);
            let side = |side: usize| products.iter().map(move |&product| program.args(product as usize)[side]);
            let factors: Vec<u32> = side(0).chain(side(1)).collect();
            let dot = (!products.is_empty()).then(|| to.push_op(Op::Dot, places.of(&factors)));
            let terms: Vec<u32> = dot.into_iter().chain(places.of(&others)).collect();
            Some(match terms[..] {
                [one] => one,
                [_, _] => to.push_op(Op::Add, terms.into_iter()),
                _ => to.push_op(Op::Sum, terms.into_iter()),
            })
        }
    })
}

struct Chains {
    /// Of the last node of each chain, what it adds up, from left to right.
    terms: Vec<Option<Vec<u32>>>,
    /// Which nodes are part of a chain: additions on its way, and products of two or more that it adds up.
    absorbed: Vec<bool>,
}

impl Chains {
    fn find(program: &Program) -> Chains {
        let uses = program.uses();
        let inside = |node: u32, ops: &[Op]| uses[node as usize] == 1 && ops.contains(&program.op(node as usize));
        let mut chains = Chains { terms: vec![None; program.len()], absorbed: vec![false; program.len()] };
        for node in (0..program.len()).rev() {
            if chains.absorbed[node] || !LINKS.contains(&program.op(node)) {
                continue;
            }
            let (mut terms, mut parts) = (Vec::new(), Vec::new());
            let mut todo: Vec<u32> = program.args(node).iter().rev().copied().collect();
            while let Some(term) = todo.pop() {
                if inside(term, LINKS) {
                    parts.push(term);
                    todo.extend(program.args(term as usize).iter().rev());
                } else {
                    terms.push(term);
                }
            }
            let products: Vec<u32> = terms.iter().copied().filter(|&term| inside(term, &[Op::Mul])).collect();
            if products.len() >= 2 {
                parts.extend(products);
            }
            if terms.len() >= 3 || parts.len() >= 2 {
                parts.iter().for_each(|&part| chains.absorbed[part as usize] = true);
                chains.terms[node] = Some(terms);
            }
        }
        chains
    }
}

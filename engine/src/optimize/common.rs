//! Makes one node of those that compute the same.

use crate::ops::Op;
use crate::program::Program;
use smallvec::SmallVec;
use std::collections::HashMap;

/// Two nodes are one when op and arguments are the same; of a sum or product of two, in either order.
pub(super) fn share(program: &Program) -> Program {
    let mut written: HashMap<(Op, SmallVec<[u32; 4]>), u32> = HashMap::new();
    program.rewrite(|to, node, places| {
        let op = program.op(node);
        let key = match program.constant(node).map(f64::to_bits) {
            Some(bits) => SmallVec::from_slice(&[(bits >> 32) as u32, bits as u32]),
            None => {
                let mut args: SmallVec<_> = places.of(program.args(node)).collect();
                if matches!(op, Op::Add | Op::Mul) {
                    args.sort_unstable();
                }
                args
            }
        };
        Some(*written.entry((op, key)).or_insert_with(|| program.copy(to, node, places)))
    })
}

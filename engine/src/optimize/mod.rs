//! Passes over a program that leave what it computes as it is and make it quicker to run.

mod common;
mod dead;
mod fold;
mod fuse;

use crate::ops::Op;
use crate::program::Program;

/// A step of [`Program::optimize`], by itself.
///
/// ```
/// use engine::{Pass, Program};
///
/// let program = Program::record(&[2.0, 3.0], |p| p[0] * p[1] + p[1] * p[0]);
/// assert_eq!((program.len(), program.pass(Pass::Common).len()), (5, 4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pass {
    /// Leaves out what no output needs. Parameters and inputs stay.
    Dead,
    /// Computes what is made of constants only.
    Constants,
    /// Makes one node of those that compute the same.
    Common,
    /// Makes one [`dot`](crate::Real::dot) of a chain of multiply-adds, and one [`sum`](crate::Real::sum) of a chain of
    /// additions.
    Chains,
}

impl Pass {
    /// All passes, as they follow one another in [`Program::optimize`].
    pub const ALL: [Pass; 5] = [Pass::Dead, Pass::Constants, Pass::Common, Pass::Chains, Pass::Dead];
}

impl Program {
    /// The same computation after one pass.
    pub fn pass(&self, pass: Pass) -> Program {
        match pass {
            Pass::Dead => dead::remove(self),
            Pass::Constants => fold::constants(self),
            Pass::Common => common::share(self),
            Pass::Chains => fuse::products(self),
        }
    }

    /// The same computation in fewer nodes: without what no output needs, with constant parts computed and common parts
    /// shared, and with chains of additions and multiply-adds as one [`sum`](crate::Real::sum) or
    /// [`dot`](crate::Real::dot) node.
    ///
    /// Parameters, inputs and outputs keep their positions. Everything up to the last step computes the same bits; a
    /// chain of additions as one node may be added up in another order, which costs no more than its rounding. A name
    /// goes where its node goes; those of nodes that are no more are lost.
    ///
    /// ```
    /// let naive = engine::Program::record(&[0.5, -1.0, 2.0], |p| (p[0] * 3.0 + p[1] * 4.0 + p[2] * 5.0 + p[0]).tanh());
    /// let fused = naive.optimize();
    /// assert_eq!(fused.formula(fused.output(0)?), "tanh(dot(p0, p1, p2, …) + p0)".replace('p', "param"));
    /// assert_eq!(naive.evaluate(&[0.5, -1.0, 2.0], &[])?, fused.evaluate(&[0.5, -1.0, 2.0], &[])?);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn optimize(&self) -> Program {
        Pass::ALL.iter().fold(self.clone(), |program, pass| program.pass(*pass))
    }

    /// The program with every node that is not a parameter or input written anew, in order, by `write`, which is told
    /// the node and the places of its arguments and says where it went; `None` leaves it out.
    fn rewrite(&self, mut write: impl FnMut(&mut Program, usize, &Places) -> Option<u32>) -> Program {
        let mut to = Program::default();
        let mut places = Places(vec![ABSENT; self.len()]);
        for &param in self.params() {
            places.0[param as usize] = to.push_leaf(Op::Param);
        }
        for &input in self.inputs() {
            places.0[input as usize] = to.push_leaf(Op::Input);
        }
        for node in 0..self.len() {
            if !matches!(self.op(node), Op::Param | Op::Input) {
                places.0[node] = write(&mut to, node, &places).unwrap_or(ABSENT);
            }
        }
        for (name, node) in self.names().filter(|(_, node)| places.0[*node] != ABSENT) {
            to.set_name(name, places.0[node]);
        }
        to.with_outputs(places.of(self.outputs()).collect())
    }

    /// Writes a node as it is.
    fn copy(&self, to: &mut Program, node: usize, places: &Places) -> u32 {
        match self.constant(node) {
            Some(number) => to.push_constant(number),
            None => to.push_op(self.op(node), places.of(self.args(node))),
        }
    }

    /// How often each node is an argument or an output.
    pub(crate) fn uses(&self) -> Vec<u32> {
        let mut uses = vec![0; self.len()];
        let args = (0..self.len()).flat_map(|node| self.args(node));
        args.chain(self.outputs()).for_each(|&used| uses[used as usize] += 1);
        uses
    }
}

const ABSENT: u32 = u32::MAX;

/// Where the nodes of a program are in the one that is being written.
struct Places(Vec<u32>);

impl Places {
    fn of(&self, nodes: &[u32]) -> impl ExactSizeIterator<Item = u32> {
        nodes.iter().map(|&node| self.0[node as usize])
    }
}

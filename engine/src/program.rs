//! A program: a graph without its numbers.

use crate::error::{Error, Result};
use crate::ops::Op;
use indexmap::IndexMap;
use std::ops::Range;

/// The place of a forgotten name, see [`Program::clear`].
const FORGOTTEN: u32 = u32::MAX;

/// An append-only list of nodes, each an operation on earlier nodes, with named leaves and chosen outputs.
///
/// A program holds no numbers but its constants: the same one runs at any point and on any [`Real`](crate::Real). It
/// is made by recording ([`Graph::program`](crate::Graph::program), [`Program::record`]) and is therefore always in
/// order: a node comes after its arguments.
///
/// ```
/// use engine::Program;
///
/// let program = Program::record(&[3.0, 0.5], |x| x[0] * x[1].exp());
/// assert_eq!(program.evaluate(&[2.0, 0.0], &[])?, [2.0]);
/// assert_eq!(program.gradient(&[2.0, 0.0], &[])?, [1.0, 2.0]);
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Program {
    nodes: Vec<Node>,
    pool: Vec<u32>,
    names: IndexMap<String, u32>,
    params: Vec<u32>,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
}

/// Operands are node numbers; of an op with more than two, the place in the pool and the count; of a leaf, its position
/// among the parameters or inputs; of a constant, the bits of its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) op: Op,
    /// How many of the operands are node numbers; [`IN_POOL`] for a place in the pool.
    few: u8,
    operands: [u32; 2],
}

const IN_POOL: u8 = u8::MAX;

impl Node {
    /// Whether there are operands to compute with.
    #[inline(always)]
    pub(crate) fn computes(&self) -> bool {
        self.few != 0
    }

    #[inline(always)]
    pub(crate) fn args<'a>(&'a self, pool: &'a [u32]) -> &'a [u32] {
        match self.few {
            0..=2 => &self.operands[..usize::from(self.few)],
            _ => &pool[self.operands[0] as usize..][..self.operands[1] as usize],
        }
    }
}

#[inline(always)]
fn node_number(place: usize) -> u32 {
    assert!(place < FORGOTTEN as usize, "a graph holds at most {FORGOTTEN} nodes: clear it, or use several");
    place as u32
}

impl Program {
    pub(crate) fn with_capacity(nodes: usize) -> Self {
        Program { nodes: Vec::with_capacity(nodes), ..Program::default() }
    }

    /// How many nodes there are.
    ///
    /// ```
    /// let program = engine::Program::record(&[3.0, 4.0], |x| x[0] * x[1] + x[0]);
    /// assert_eq!(program.len(), 4);
    /// ```
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes, and the pool that their arguments lie in.
    #[inline(always)]
    pub(crate) fn nodes(&self) -> (&[Node], &[u32]) {
        (&self.nodes, &self.pool)
    }

    /// The op of a node.
    ///
    /// ```
    /// use engine::{Op, Program};
    ///
    /// let program = Program::record(&[1.0, 2.0], |x| x[0] / x[1]);
    /// assert_eq!(program.op(program.output(0)?), Op::Div);
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such node.
    #[inline(always)]
    pub fn op(&self, node: usize) -> Op {
        self.nodes[node].op
    }

    /// The nodes that a node is made of, in the order of the op's arguments.
    ///
    /// ```
    /// let program = engine::Program::record(&[1.0, 2.0], |x| x[1] - x[0]);
    /// assert_eq!(program.args(program.output(0)?), [1, 0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such node.
    #[inline(always)]
    pub fn args(&self, node: usize) -> &[u32] {
        self.nodes[node].args(&self.pool)
    }

    /// The number of a constant node.
    ///
    /// ```
    /// let program = engine::Program::record(&[1.0], |x| x[0] * 0.25);
    /// let args = program.args(program.output(0)?);
    /// assert_eq!(program.constant(args[0] as usize), None);
    /// assert_eq!(program.constant(args[1] as usize), Some(0.25));
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn constant(&self, node: usize) -> Option<f64> {
        let Node { op, operands: [high, low], .. } = *self.nodes.get(node)?;
        (op == Op::Const).then(|| f64::from_bits(u64::from(high) << 32 | u64::from(low)))
    }

    /// The position of a leaf among the parameters or the inputs.
    #[inline(always)]
    pub(crate) fn position(&self, leaf: usize) -> usize {
        self.nodes[leaf].operands[0] as usize
    }

    /// The nodes of the parameters, in the order in which they were made.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (x, w) = (g.input("x", 2.0), g.param("w", 3.0));
    /// let program = (w * x).program();
    /// assert_eq!((program.inputs(), program.params(), program.outputs()), (&[0][..], &[1][..], &[2][..]));
    /// ```
    pub fn params(&self) -> &[u32] {
        &self.params
    }

    /// The nodes of the inputs, in the order in which they were made.
    pub fn inputs(&self) -> &[u32] {
        &self.inputs
    }

    /// The nodes of the outputs.
    pub fn outputs(&self) -> &[u32] {
        &self.outputs
    }

    /// The node of one output, counted from 0; an error when there is none.
    ///
    /// ```
    /// let program = engine::Program::record(&[1.0, 2.0], |x| x[0] + x[1]);
    /// assert_eq!(program.output(0)?, 2);
    /// assert!(program.output(1).is_err());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn output(&self, output: usize) -> Result<usize> {
        let node = self.outputs.get(output).ok_or(Error::NoSuchOutput { output, outputs: self.outputs.len() })?;
        Ok(*node as usize)
    }

    /// Names and their nodes, in the order in which the names were first given.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (a, b) = (g.param("a", 1.0), g.param("b", 2.0));
    /// let program = (a * b).named("area").program();
    /// assert_eq!(program.names().collect::<Vec<_>>(), [("a", 0), ("b", 1), ("area", 2)]);
    /// ```
    pub fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().filter(|(_, node)| **node != FORGOTTEN).map(|(name, node)| (name.as_str(), *node as usize))
    }

    /// The node that a name was last given to.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.param("x", 1.0);
    /// let program = x.exp().named("y").program();
    /// assert_eq!((program.node("y"), program.node("z")), (Some(1), None));
    /// ```
    pub fn node(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied().filter(|node| *node != FORGOTTEN).map(|node| node as usize)
    }

    /// The name of a node, if it has one; the latest, if it has several.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.param("x", 1.0);
    /// let program = x.exp().program();
    /// assert_eq!((program.name(0), program.name(1)), (Some("x"), None));
    /// ```
    pub fn name(&self, node: usize) -> Option<&str> {
        self.names().filter(|(_, named)| *named == node).last().map(|(name, _)| name)
    }

    /// The first node that is infinite or NaN although its arguments are finite, given the number of every node: those of
    /// a forward sweep.
    ///
    /// ```
    /// use engine::{Program, sweep};
    ///
    /// let program = Program::record(&[1.0], |x| x[0].exp() * 0.0);
    /// let mut numbers = Vec::new();
    /// sweep::forward(&program, &[1000.0], &[], &mut numbers)?;
    /// let error = program.check_finite(&numbers).unwrap_err().to_string();
    /// assert!(error.starts_with("`exp(param0)` is inf: exp of 1000"));
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there are fewer numbers than nodes.
    pub fn check_finite(&self, numbers: &[f64]) -> Result<()> {
        let origin = (0..self.len()).find(|&node| {
            let mut args = self.args(node).iter().map(|&arg| numbers[arg as usize]);
            !numbers[node].is_finite() && args.all(f64::is_finite)
        });
        let Some(node) = origin else { return Ok(()) };
        let args: Vec<f64> = self.args(node).iter().map(|&arg| numbers[arg as usize]).collect();
        let op = self.op(node);
        Err(Error::NotFinite { node: self.formula(node), value: numbers[node], op, needs: op.violated(&args), args })
    }

    /// The same nodes with other outputs.
    pub(crate) fn with_outputs(&self, outputs: Vec<u32>) -> Program {
        let mut program = Program { outputs, ..self.clone() };
        program.names.retain(|_, node| *node != FORGOTTEN);
        program
    }

    /// The same program with a node cut loose from what made it: it becomes the last parameter.
    ///
    /// "The derivative of A with respect to B", for a B in the middle of a computation, is the derivative of this
    /// program by that parameter.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.param("x", 2.0);
    /// let h = (x * x).named("h");
    /// let program = (h * x).program();
    /// let loose = program.cut(program.node("h").unwrap());
    /// assert_eq!(loose.gradient(&[2.0, 4.0], &[])?, [4.0, 2.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such node.
    pub fn cut(&self, node: usize) -> Program {
        let mut program = self.clone();
        program.cut_off(node);
        program
    }

    pub(crate) fn cut_off(&mut self, node: usize) {
        self.nodes[node] = Node { op: Op::Param, few: 0, operands: [self.params.len() as u32, 0] };
        self.params.push(node as u32);
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, op: Op, operands: [u32; 2]) -> u32 {
        let node = node_number(self.nodes.len());
        let few = op.arity().and_then(|arity| u8::try_from(arity).ok()).filter(|few| *few <= 2).unwrap_or(IN_POOL);
        self.nodes.push(Node { op, few, operands });
        node
    }

    #[inline(always)]
    pub(crate) fn push_many(
        &mut self,
        op: Op,
        args: impl Iterator<Item = u32>,
        more: impl Iterator<Item = u32>,
    ) -> u32 {
        let start = self.pool.len();
        self.pool.extend(args);
        self.pool.extend(more);
        let place = |n: usize| u32::try_from(n).expect("a graph holds at most 2^32 arguments of n-ary nodes");
        self.push(op, [place(start), place(self.pool.len() - start)])
    }

    /// Adds a node of an op that computes.
    pub(crate) fn push_op(&mut self, op: Op, mut args: impl Iterator<Item = u32>) -> u32 {
        match op.arity() {
            Some(0..=2) => {
                let operands = [args.next(), args.next()].map(Option::unwrap_or_default);
                self.push(op, operands)
            }
            _ => self.push_many(op, args, [].into_iter()),
        }
    }

    /// Adds a parameter or an input.
    pub(crate) fn push_leaf(&mut self, op: Op) -> u32 {
        self.push_leaves(op, 1).start
    }

    /// Adds several parameters or inputs.
    #[inline]
    pub(crate) fn push_leaves(&mut self, op: Op, count: usize) -> Range<u32> {
        let first = self.nodes.len();
        let list = if op == Op::Param { &mut self.params } else { &mut self.inputs };
        let place = list.len() as u32;
        let nodes = node_number(first)..node_number(first + count);
        list.extend(nodes.clone());
        self.nodes.extend((place..place + count as u32).map(|place| Node { op, few: 0, operands: [place, 0] }));
        nodes
    }

    #[inline(always)]
    pub(crate) fn push_constant(&mut self, number: f64) -> u32 {
        let bits = number.to_bits();
        self.push(Op::Const, [(bits >> 32) as u32, bits as u32])
    }

    /// Gives a name, which an earlier node of that name loses; an empty one is none.
    pub(crate) fn set_name(&mut self, name: &str, node: u32) {
        if name.is_empty() {
            return;
        }
        match self.names.get_mut(name) {
            Some(place) => *place = node,
            None => drop(self.names.insert(name.to_owned(), node)),
        }
    }

    /// Forgets the nodes and keeps the memory: also the names, for the nodes to come, unless this round did not use
    /// them.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.pool.clear();
        self.params.clear();
        self.inputs.clear();
        self.outputs.clear();
        if !self.names.is_empty() {
            self.names.retain(|_, node| std::mem::replace(node, FORGOTTEN) != FORGOTTEN);
        }
    }
}

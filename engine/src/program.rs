//! A program: a graph without its numbers.

use crate::error::{Error, Result};
use crate::node::{Among, LONG, Node};
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
    /// How many parameters and inputs come before anything that is computed.
    leading: usize,
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

    /// How many parameters and inputs come before anything that is computed.
    #[inline(always)]
    pub(crate) fn leading(&self) -> usize {
        self.leading
    }

    /// What the arguments of a node of more than two are added to, before the node.
    #[inline(always)]
    pub(crate) fn pool(&mut self) -> &mut Vec<u32> {
        &mut self.pool
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
        let was_constant = self.nodes[node].op == Op::Const;
        self.nodes[node] = Node::leaf(Op::Param, self.params.len() as u32);
        self.params.push(node as u32);
        if was_constant {
            self.nodes.iter_mut().for_each(|user| user.loosen(node));
        }
    }

    /// Adds a node of an op of one or two arguments, or a constant; the bits of `constants` say which of them are constants.
    #[inline(always)]
    pub(crate) fn push_few(&mut self, op: Op, operands: [u32; 2], constants: u8) -> u32 {
        self.push(Node::few(op, operands, constants))
    }

    #[inline(always)]
    fn push(&mut self, node: Node) -> u32 {
        let place = node_number(self.nodes.len());
        self.nodes.push(node);
        place
    }

    /// Adds a node of an op of more than two arguments: of those that were added to the pool from `start` on, among which
    /// there may be constants.
    #[inline(always)]
    pub(crate) fn push_many(&mut self, op: Op, start: usize, constants: bool) -> u32 {
        let args = &self.pool[start..];
        let has_constant = || args.iter().any(|&arg| self.op(arg as usize) == Op::Const);
        let among = match args.len() >= LONG && are_in_runs(args) {
            _ if constants && has_constant() => Among::Anything,
            true => Among::Runs,
            false => Among::Nodes,
        };
        let place = |n: usize| u32::try_from(n).expect("a graph holds at most 2^32 arguments of n-ary nodes");
        self.push(Node::many(op, [place(start), place(args.len())], among))
    }

    /// Adds a node of an op that computes.
    pub(crate) fn push_op(&mut self, op: Op, mut args: impl Iterator<Item = u32>) -> u32 {
        match op.arity() {
            Some(arity @ 0..=2) => {
                let operands = [0; 2].map(|_| args.next().unwrap_or_default());
                let constants = (0..arity).map(|k| u8::from(self.op(operands[k] as usize) == Op::Const) << k).sum();
                self.push_few(op, operands, constants)
            }
            _ => {
                let start = self.pool.len();
                self.pool.extend(args);
                self.push_many(op, start, true)
            }
        }
    }

    /// Adds a parameter or an input.
    pub(crate) fn push_leaf(&mut self, op: Op) -> u32 {
        self.push_leaves(op, 1).start
    }

    /// Adds a few parameters or inputs, and says where the first is.
    #[inline(always)]
    pub(crate) fn push_leaf_array<const N: usize>(&mut self, op: Op) -> u32 {
        let first = node_number(self.nodes.len() + N) - N as u32;
        let list = if op == Op::Param { &mut self.params } else { &mut self.inputs };
        let place = list.len() as u32;
        list.extend_from_slice(&std::array::from_fn::<_, N, _>(|k| first + k as u32));
        self.nodes.extend_from_slice(&std::array::from_fn::<_, N, _>(|k| Node::leaf(op, place + k as u32)));
        self.lead(first as usize, N);
        first
    }

    /// Adds several parameters or inputs.
    #[inline]
    pub(crate) fn push_leaves(&mut self, op: Op, count: usize) -> Range<u32> {
        let first = self.nodes.len();
        let list = if op == Op::Param { &mut self.params } else { &mut self.inputs };
        let place = list.len() as u32;
        let nodes = node_number(first)..node_number(first + count);
        list.extend(nodes.clone());
        self.nodes.extend((place..place + count as u32).map(|place| Node::leaf(op, place)));
        self.lead(first, count);
        nodes
    }

    #[inline(always)]
    fn lead(&mut self, first: usize, count: usize) {
        if first == self.leading {
            self.leading += count;
        }
    }

    #[inline(always)]
    pub(crate) fn push_constant(&mut self, number: f64) -> u32 {
        let bits = number.to_bits();
        self.push_few(Op::Const, [(bits >> 32) as u32, bits as u32], 0)
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
        self.leading = 0;
        if !self.names.is_empty() {
            self.names.retain(|_, node| std::mem::replace(node, FORGOTTEN) != FORGOTTEN);
        }
    }
}

/// Whether both halves of some operands are nodes that follow one another.
fn are_in_runs(args: &[u32]) -> bool {
    let (a, b) = args.split_at(args.len() / 2);
    // What differs, of all together: a jump for each would cost more.
    let is_run = |half: &[u32]| half.iter().zip(half[0]..).fold(0, |all, (&arg, next)| all | (arg ^ next)) == 0;
    is_run(a) && is_run(b)
}

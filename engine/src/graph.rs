//! The graph: records nodes, names them and owns their numbers.

use crate::arguments::Arguments;
use crate::error::Result;
use crate::ops::Op;
use crate::program::Program;
use crate::record::Record;
use crate::value::Value;
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Records what is computed with its [`Value`]s.
///
/// A graph is an object one makes, holds and drops. Its values cannot outlive it, cannot leave its thread, and cannot be
/// mixed with those of another graph: other threads have graphs of their own, or run a [`Program`], which may be shared.
/// A recorded node takes 20 bytes.
///
/// ```
/// use engine::Graph;
///
/// let g = Graph::new();
/// let (w, x) = (g.param("w", 0.5), g.input("x", -2.0));
/// let y = (w * x).tanh().named("y");
/// assert_eq!(y.number(), (-1.0f64).tanh());
/// assert_eq!(g.program(&[y]).names().map(|(name, _)| name).collect::<Vec<_>>(), ["w", "x", "y"]);
/// ```
pub struct Graph {
    record: RefCell<Record>,
    /// Tells apart graphs, and the rounds of one graph between calls of `clear`: the graph in the upper half.
    round: u64,
}

impl Default for Graph {
    fn default() -> Self {
        Graph::new()
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph({} nodes)", self.len())
    }
}

impl Graph {
    /// A graph without nodes.
    pub fn new() -> Self {
        Graph::with_capacity(0)
    }

    /// A graph without nodes that has the memory for so many: recording these allocates nothing, but for names and the
    /// arguments of n-ary nodes.
    ///
    /// ```
    /// let g = engine::Graph::with_capacity(1000);
    /// let x = g.param("x", 0.5);
    /// let y = (1..1000).fold(x, |y, _| y.sin());
    /// assert_eq!(g.len(), 1000);
    /// # assert!(y < 0.5);
    /// ```
    pub fn with_capacity(nodes: usize) -> Self {
        static GRAPHS: AtomicU64 = AtomicU64::new(0);
        let record = Record { program: Program::with_capacity(nodes), numbers: Vec::with_capacity(nodes) };
        Graph { record: RefCell::new(record), round: GRAPHS.fetch_add(1 << 32, Ordering::Relaxed) }
    }

    /// A number to differentiate with respect to. A name that is given again passes to the new node, and an
    /// empty one is none.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let w = g.param("w", 0.5);
    /// assert_eq!((w.number(), w.formula()), (0.5, "w".to_owned()));
    /// ```
    pub fn param(&self, name: &str, number: f64) -> Value<'_> {
        self.leaf(Op::Param, number).named(name)
    }

    /// A number that is data. It can be asked for its derivative like any node, but is no parameter of the program.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (w, x) = (g.param("w", 2.0), g.input("x", 3.0));
    /// let y = w * x;
    /// assert_eq!(y.program().gradient(&[2.0], &[3.0])?, [3.0]);
    /// assert_eq!(y.backward()[x], 2.0);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn input(&self, name: &str, number: f64) -> Value<'_> {
        self.leaf(Op::Input, number).named(name)
    }

    /// Parameters without names, one a number.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let w = g.params(&[1.0, 4.0]);
    /// assert_eq!((w[1] * 2.0).number(), 8.0);
    /// assert_eq!(g.param_numbers(), [1.0, 4.0]);
    /// ```
    pub fn params(&self, numbers: &[f64]) -> Vec<Value<'_>> {
        self.leaves(Op::Param, numbers).collect()
    }

    /// Inputs without names, one a number.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.inputs(&[1.0, 4.0]);
    /// assert_eq!((x[1] - x[0]).number(), 3.0);
    /// assert_eq!(g.input_numbers(), [1.0, 4.0]);
    /// ```
    pub fn inputs(&self, numbers: &[f64]) -> Vec<Value<'_>> {
        self.leaves(Op::Input, numbers).collect()
    }

    /// As [`params`](Graph::params), for a few: nothing is allocated for the list.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let [a, b] = g.param_array(&[1.0, 4.0]);
    /// assert_eq!((a + b).number(), 5.0);
    /// assert_eq!(g.param_numbers(), [1.0, 4.0]);
    /// ```
    #[inline]
    pub fn param_array<const N: usize>(&self, numbers: &[f64; N]) -> [Value<'_>; N] {
        self.leaf_array(Op::Param, numbers)
    }

    /// As [`inputs`](Graph::inputs), for a few: nothing is allocated for the list.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let [x, y] = g.input_array(&[1.0, 4.0]);
    /// assert_eq!((y - x).number(), 3.0);
    /// ```
    #[inline]
    pub fn input_array<const N: usize>(&self, numbers: &[f64; N]) -> [Value<'_>; N] {
        self.leaf_array(Op::Input, numbers)
    }

    /// How many nodes are recorded.
    pub fn len(&self) -> usize {
        self.record.borrow().program.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node that a name was last given to.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.param("x", 3.0);
    /// (x * x).named("square");
    /// assert_eq!(g.get("square").map(|square| square.number()), Some(9.0));
    /// assert!(g.get("cube").is_none());
    /// ```
    pub fn get(&self, name: &str) -> Option<Value<'_>> {
        let record = self.record.borrow();
        record.program.node(name).map(|node| self.value(&record, node))
    }

    /// What is recorded, without its numbers, with these outputs.
    ///
    /// A constant among the outputs becomes a node.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (a, b) = (g.param("a", 1.0), g.param("b", 1.0));
    /// let program = g.program(&[a + b, a * b]);
    /// assert_eq!(program.evaluate(&[3.0, 4.0], &[])?, [7.0, 12.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When an output belongs to another graph.
    pub fn program(&self, outputs: &[Value<'_>]) -> Program {
        let outputs = outputs.iter().map(|output| self.place(*output)).collect();
        self.record.borrow().program.with_outputs(outputs)
    }

    /// The numbers of the parameters, in the order of [`Program::params`].
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (a, x, b) = (g.param("a", 1.0), g.input("x", 2.0), g.param("b", 3.0));
    /// let program = (a * x + b).program();
    /// assert_eq!((g.param_numbers(), g.input_numbers()), (vec![1.0, 3.0], vec![2.0]));
    /// assert_eq!(program.evaluate(&g.param_numbers(), &g.input_numbers())?, [5.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn param_numbers(&self) -> Vec<f64> {
        let record = self.record.borrow();
        record.program.params().iter().map(|&node| record.numbers[node as usize]).collect()
    }

    /// The numbers of the inputs, in the order of [`Program::inputs`].
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// g.inputs(&[0.5, -2.0]);
    /// assert_eq!(g.input_numbers(), [0.5, -2.0]);
    /// ```
    pub fn input_numbers(&self) -> Vec<f64> {
        let record = self.record.borrow();
        record.program.inputs().iter().map(|&node| record.numbers[node as usize]).collect()
    }

    /// Forgets every node and keeps the memory, so that recording again allocates nothing.
    ///
    /// ```
    /// let mut g = engine::Graph::new();
    /// for step in 0..3 {
    ///     g.clear();
    ///     let x = g.param("x", f64::from(step));
    ///     assert_eq!((x * x).backward()[x], 2.0 * f64::from(step));
    /// }
    /// assert_eq!(g.len(), 2);
    /// ```
    pub fn clear(&mut self) {
        let record = self.record.get_mut();
        record.program.clear();
        record.numbers.clear();
        self.round += 1;
    }

    /// The first node, in order of recording, that is infinite or NaN although its arguments are finite.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let p = g.param("p", -0.5);
    /// let loss = -(p.ln() * 2.0).named("score");
    /// let error = g.check_finite().unwrap_err().to_string();
    /// assert_eq!(error, "`ln(p)` is NaN: ln of -0.5; it needs x > 0: keep its argument there");
    /// ```
    pub fn check_finite(&self) -> Result<()> {
        let record = self.record.borrow();
        record.program.check_finite(&record.numbers)
    }

    fn leaf(&self, op: Op, number: f64) -> Value<'_> {
        let record = &mut *self.record.borrow_mut();
        record.numbers.push(number);
        Value::new(self, record.program.push_leaf(op), number)
    }

    fn leaves<'g>(&'g self, op: Op, numbers: &[f64]) -> impl Iterator<Item = Value<'g>> {
        let record = &mut *self.record.borrow_mut();
        record.numbers.extend_from_slice(numbers);
        record.program.push_leaves(op, numbers.len()).zip(numbers).map(|(node, &number)| Value::new(self, node, number))
    }

    #[inline(always)]
    fn leaf_array<const N: usize>(&self, op: Op, numbers: &[f64; N]) -> [Value<'_>; N] {
        let record = &mut *self.record.borrow_mut();
        record.numbers.extend_from_slice(numbers);
        let first = record.program.push_leaf_array::<N>(op);
        std::array::from_fn(|k| Value::new(self, first + k as u32, numbers[k]))
    }

    fn value(&self, record: &Record, node: usize) -> Value<'_> {
        Value::new(self, node as u32, record.numbers[node])
    }

    /// Every node, in order; constants by their numbers alone.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let record = self.record.borrow();
        let value = |node| record.program.constant(node).map_or_else(|| self.value(&record, node), Value::from);
        (0..record.program.len()).map(value).collect()
    }

    /// The node of a value; a constant becomes one.
    fn place(&self, value: Value<'_>) -> u32 {
        let own = value.graph().is_none_or(|graph| std::ptr::eq(graph, self));
        assert!(own, "`{}` belongs to another graph: call `program` on the graph that recorded it", value.formula());
        self.record.borrow_mut().operand(value)
    }

    /// Adds a node of few operands, all of this graph; the bits of `constants` say which of them are constants.
    #[inline(always)]
    pub(crate) fn push(&self, op: Op, operands: [u32; 2], constants: u8, number: f64) -> Value<'_> {
        Value::new(self, self.record.borrow_mut().push(op, operands, constants, number), number)
    }

    /// Adds a constant.
    #[inline(always)]
    pub(crate) fn constant(&self, number: f64) -> u32 {
        self.record.borrow_mut().constant(number)
    }

    /// Adds a node of an op of more than two arguments, of which `own` is one of this graph.
    #[inline(always)]
    pub(crate) fn push_many<'g>(
        &'g self,
        op: Op,
        args: impl Arguments<Item = Value<'g>>,
        number: f64,
        own: u32,
    ) -> Value<'g> {
        // In halves, which are plain lists of their own even of an op of two lists.
        let (a, b) = args.halves();
        let all_are_nodes = self.owns_all(a) & self.owns_all(b);
        if !all_are_nodes {
            args.each().for_each(|arg| self.expect_own(arg, own));
        }
        let record = &mut *self.record.borrow_mut();
        let node = if all_are_nodes {
            record.push_nodes(op, a.each().map(Value::place), b.each().map(Value::place), number)
        } else {
            record.push_mixed(op, args.each(), number)
        };
        Value::new(self, node, number)
    }

    #[inline(always)]
    fn owns_all<'g>(&'g self, args: impl Arguments<Item = Value<'g>>) -> bool {
        let mut all = true;
        for arg in args.each() {
            all &= arg.is_of(self);
        }
        all
    }

    #[inline(always)]
    fn expect_own(&self, arg: Value<'_>, own: u32) {
        if let Some(other) = arg.graph() {
            self.expect_same(other, [own, arg.place()]);
        }
    }

    /// Refuses another graph than this; a node of each.
    #[inline(always)]
    pub(crate) fn expect_same(&self, other: &Graph, nodes: [u32; 2]) {
        if !std::ptr::eq(self, other) {
            two_graphs([self, other], nodes);
        }
    }

    pub(crate) fn set_name(&self, node: u32, name: &str) {
        self.record.borrow_mut().program.set_name(name, node);
    }

    pub(crate) fn with<T>(&self, read: impl FnOnce(&Program, &[f64]) -> T) -> T {
        let record = self.record.borrow();
        read(&record.program, &record.numbers)
    }

    #[inline(always)]
    pub(crate) fn round(&self) -> u64 {
        self.round
    }
}

#[cold]
fn two_graphs(graphs: [&Graph; 2], nodes: [u32; 2]) -> ! {
    let formula = |k: usize| graphs[k].with(|program, _| program.formula(nodes[k] as usize));
    panic!("`{}` and `{}` belong to two graphs: record both on one `Graph`", formula(0), formula(1))
}

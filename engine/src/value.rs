//! The value: a handle on a node of a graph, with its number inside.

use crate::arguments::{Arguments, Each};
use crate::formula::short;
use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::ops::{Op, Row, each_op, row};
use crate::program::Program;
use crate::real::{Real, operators_from_compute};
use std::fmt;

/// A number of a computation that is being recorded.
///
/// Values are copied freely and take part in arithmetic with each other and with `f64`. A value made from a bare number
/// is a constant: it belongs to no graph, and records nothing until it meets a value that does. Values compare by their
/// numbers.
///
/// ```
/// use engine::Graph;
///
/// let g = Graph::new();
/// let x = g.param("x", 3.0);
/// let y = 12.0 / (x + 1.0) - x * x;
/// assert_eq!(y, -6.0);
/// assert_eq!(y.backward()[x], -12.0 / 16.0 - 6.0);
/// assert_eq!(y.formula(), "12/(x + 1) - x*x");
/// ```
#[derive(Clone, Copy)]
pub struct Value<'g> {
    graph: Option<&'g Graph>,
    node: u32,
    number: f64,
}

impl<'g> Value<'g> {
    #[inline(always)]
    pub(crate) fn new(graph: &'g Graph, node: u32, number: f64) -> Self {
        Value { graph: Some(graph), node, number }
    }

    #[inline(always)]
    pub(crate) fn graph(self) -> Option<&'g Graph> {
        self.graph
    }

    /// The node; a constant has none.
    #[inline(always)]
    pub(crate) fn node(self) -> Option<u32> {
        self.graph.map(|_| self.node)
    }

    /// The number itself.
    #[inline(always)]
    pub fn number(self) -> f64 {
        self.number
    }

    /// Names the node; a constant stays without, and an empty name is none. A name that is given again passes to the new
    /// node.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.param("x", 2.0);
    /// let h = (x * x).named("h");
    /// assert_eq!((h + 1.0).formula(), "h + 1");
    /// ```
    pub fn named(self, name: &str) -> Self {
        if let Some(graph) = self.graph {
            graph.set_name(self.node, name);
        }
        self
    }

    /// The name, or else the formula in terms of named nodes; long ones are cut short with `…`.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (a, b) = (g.param("a", 2.0), g.param("b", 3.0));
    /// assert_eq!(((a + b) * a).exp().formula(), "exp((a + b)*a)");
    /// ```
    pub fn formula(self) -> String {
        match self.graph {
            Some(graph) => graph.with(|program, _| program.formula(self.node as usize)),
            None => short(self.number),
        }
    }

    /// The derivatives of this value by every node of its graph.
    ///
    /// Nothing is kept in the graph: each call gives the gradients anew. The gradients of a constant are zero.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (a, b) = (g.param("a", 2.0), g.param("b", 3.0));
    /// let gradients = (a * a * b).backward();
    /// assert_eq!((gradients[a], gradients[b]), (12.0, 4.0));
    /// ```
    pub fn backward(self) -> Gradients {
        let mut gradients = Gradients::new();
        self.backward_into(&mut gradients);
        gradients
    }

    /// As [`backward`](Value::backward), into gradients whose memory is used again.
    ///
    /// ```
    /// use engine::{Gradients, Graph};
    ///
    /// let (g, mut gradients) = (Graph::new(), Gradients::new());
    /// let x = g.param("x", 5.0);
    /// (x * 3.0).backward_into(&mut gradients);
    /// assert_eq!(gradients[x], 3.0);
    /// (x * x).backward_into(&mut gradients);
    /// assert_eq!(gradients[x], 10.0);
    /// ```
    pub fn backward_into(self, gradients: &mut Gradients) {
        gradients.fill(self);
    }

    /// What the graph has recorded, with this value as the one output.
    ///
    /// For a constant it is the program of that constant alone.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let x = g.param("x", 5.0);
    /// assert_eq!((x * x).program().evaluate(&[4.0], &[])?, [16.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn program(self) -> Program {
        match self.graph {
            Some(graph) => graph.program(&[self]),
            None => Graph::new().program(&[self]),
        }
    }

    #[inline(always)]
    fn of_one(op: Op, [x]: [Self; 1], number: f64) -> Self {
        match x.graph {
            Some(graph) => graph.push(op, [x.node, 0], 0, number),
            None => Value::from(number),
        }
    }

    #[inline(always)]
    fn of_two(op: Op, [a, b]: [Self; 2], number: f64) -> Self {
        match (a.graph, b.graph) {
            (Some(graph), Some(other)) => {
                graph.expect_same(other, [a.node, b.node]);
                graph.push(op, [a.node, b.node], 0, number)
            }
            (Some(graph), None) => graph.push(op, [a.node, graph.constant(b.number)], 0b10, number),
            (None, Some(graph)) => graph.push(op, [graph.constant(a.number), b.node], 0b01, number),
            (None, None) => Value::from(number),
        }
    }

    /// The place of the node; nothing of a constant.
    #[inline(always)]
    pub(crate) fn place(self) -> u32 {
        self.node
    }

    #[inline(always)]
    pub(crate) fn is_of(self, graph: &Graph) -> bool {
        self.graph.is_some_and(|own| std::ptr::eq(own, graph))
    }
}

impl From<f64> for Value<'_> {
    #[inline(always)]
    fn from(number: f64) -> Self {
        Value { graph: None, node: 0, number }
    }
}

impl Real for Value<'_> {
    #[inline(always)]
    fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self {
        let number = K::value(Each(args, |arg: Self| arg.number));
        match K::OP.arity() {
            Some(1) => Value::of_one(K::OP, args.exactly(), number),
            Some(2) => Value::of_two(K::OP, args.exactly(), number),
            _ => match args.each().find_map(|arg| arg.graph.map(|graph| (graph, arg.node))) {
                Some((graph, own)) => graph.push_many(K::OP, args, number, own),
                None => Value::from(number),
            },
        }
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self.number
    }

    fn named(self, name: &str) -> Self {
        Value::named(self, name)
    }

    /// Only a constant is sure to be zero when the program runs again.
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.graph.is_none() && self.number == 0.0
    }

    /// Leaves out products with the constants 0 and 1, which a recorded sweep is full of.
    fn chain(self, partial: Self) -> Self {
        let is = |value: Self, number: f64| value.graph.is_none() && value.number == number;
        if is(self, 1.0) || partial.is_zero() {
            partial
        } else if is(partial, 1.0) || self.is_zero() {
            self
        } else {
            Self::compute::<row::Chain>(&[self, partial])
        }
    }

    fn accumulate(&mut self, other: Self) {
        *self = if self.is_zero() { other } else { *self + other };
    }
}

operators_from_compute!(('g) Value<'g>);

macro_rules! value_methods {
    (
        operators { $($operators:tt)* }
        functions { $(
            $(#[$doc:meta])*
            $Op:ident $name:ident($first:ident $(, $rest:ident)*) -> $y:ident { $($formula:tt)* }
        )* }
        many { $(
            $(#[$many_doc:meta])*
            $ManyOp:ident $many_name:ident $many_args:tt -> $many_y:ident { $($many_formula:tt)* }
        )* }
        two_lists { $(
            $(#[$two_doc:meta])*
            $TwoOp:ident $two_name:ident $two_args:tt -> $two_y:ident { $($two_formula:tt)* }
        )* }
    ) => {
        /// The functions of the op table.
        impl<'g> Value<'g> {
            /// The power with a whole exponent.
            #[inline]
            pub fn powi(self, n: i32) -> Self {
                Real::powi(self, n)
            }

            $(
                $(#[$doc])*
                #[inline]
                pub fn $name(self $(, $rest: impl Into<Value<'g>>)*) -> Self {
                    Real::$name(self $(, $rest.into())*)
                }
            )*
            $(
                $(#[$many_doc])*
                #[inline]
                pub fn $many_name(all: &[Self]) -> Self {
                    <Self as Real>::$many_name(all)
                }
            )*
            $(
                $(#[$two_doc])*
                ///
                /// # Panics
                ///
                /// When the two lists differ in length.
                #[inline]
                pub fn $two_name(a: &[Self], b: &[Self]) -> Self {
                    <Self as Real>::$two_name(a, b)
                }
            )*
        }
    };
}
each_op!(value_methods);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.formula(), self.number)
    }
}

//! The result of a reverse sweep over a graph.

use crate::error::Result;
use crate::graph::Graph;
use crate::sweep::{self, expect_length};
use crate::value::Value;
use std::ops::Index;

/// The derivatives of one value by the nodes of its graph, indexed by value.
///
/// ```
/// use engine::Graph;
///
/// let g = Graph::new();
/// let (a, b) = (g.param("a", 2.0), g.param("b", -3.0));
/// let c = a * b;
/// let grad = (c + a).backward();
/// assert_eq!((grad[a], grad[b], grad[c]), (-2.0, 2.0, 1.0));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Gradients {
    adjoints: Vec<f64>,
    /// Which graph, and which round of it, these belong to; none for those of a constant.
    round: Option<u64>,
}

impl Gradients {
    /// No derivatives yet: for [`Value::backward_into`].
    pub fn new() -> Self {
        Gradients::default()
    }

    /// The derivative by a node, like indexing: zero by what the value does not depend on.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (x, y) = (g.param("x", 5.0), g.param("y", 1.0));
    /// let gradients = (x * 3.0).backward();
    /// assert_eq!((gradients.get(x), gradients.get(y)), (3.0, 0.0));
    /// ```
    ///
    /// # Panics
    ///
    /// When the node belongs to another graph, or the graph has been cleared since.
    pub fn get(&self, by: Value<'_>) -> f64 {
        self[by]
    }

    /// The derivatives by all parameters of the graph, in the order of [`Program::params`](crate::Program::params), one
    /// written to each place of `to`. Errors when there are more or fewer places than parameters.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let [a, b] = g.param_array(&[2.0, -3.0]);
    /// let mut by_params = [0.0; 2];
    /// (a * b).backward().write_params(&g, &mut by_params)?;
    /// assert_eq!(by_params, [-3.0, 2.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When these are gradients on another graph, or the graph has been cleared since.
    pub fn write_params(&self, graph: &Graph, to: &mut [f64]) -> Result<()> {
        assert!(
            self.round.is_none_or(|own| own == graph.round()),
            "these gradients were taken on another graph, or before it was cleared"
        );
        graph.with(|program, _| {
            expect_length("places for derivatives", program.params().len(), to.len())?;
            let params = program.params();
            // A graph numbers them in rising order, so those that follow one another have no other node between them.
            let run =
                params.first().zip(params.last()).filter(|(first, last)| (*last - *first) as usize + 1 == to.len());
            if let Some(run) = run.and_then(|(&first, &last)| self.adjoints.get(first as usize..=last as usize)) {
                to.copy_from_slice(run);
                return Ok(());
            }
            for (derivative, &param) in to.iter_mut().zip(params) {
                *derivative = self.adjoints.get(param as usize).copied().unwrap_or(0.0);
            }
            Ok(())
        })
    }

    pub(crate) fn fill(&mut self, of: Value<'_>) {
        let end = of.node().map_or(0, |node| node as usize + 1);
        self.adjoints.truncate(end);
        self.adjoints.fill(0.0);
        self.adjoints.resize(end, 0.0);
        self.round = of.graph().map(|graph| {
            graph.with(|program, numbers| {
                self.adjoints[end - 1] = 1.0;
                sweep::reverse(program, numbers, &mut self.adjoints);
            });
            graph.round()
        });
    }
}

impl Index<Value<'_>> for Gradients {
    type Output = f64;

    #[inline]
    fn index(&self, by: Value<'_>) -> &f64 {
        let (Some(graph), Some(node)) = (by.graph(), by.node()) else { return &0.0 };
        if self.round.is_some_and(|own| own != graph.round()) {
            not_of_this_graph(by);
        }
        self.adjoints.get(node as usize).unwrap_or(&0.0)
    }
}

#[cold]
fn not_of_this_graph(by: Value<'_>) -> ! {
    panic!("`{}` is no node of the graph that these gradients were taken on", by.formula())
}

//! The tape: a program that is recorded by the numbers of its nodes.

use crate::check::{Rounded, adjoints, is_tied};
use crate::ops::Op;
use crate::program::Program;
use crate::real::Real;
use smallvec::SmallVec;

/// Records what is computed elsewhere, by an interpreter say, whose objects cannot hold a lifetime of a
/// [`Graph`](crate::Graph): nodes are plain numbers, and what is no longer needed is let go by [`cut`](Tape::cut).
///
/// Every number comes with a bound on what rounding has done to it.
///
/// ```
/// use engine::{Op, Tape};
///
/// let mut tape = Tape::new();
/// let w = tape.param(3.0);
/// let two = tape.constant(2.0);
/// let y = tape.record(Op::Mul, &[w, two]);
/// let loss = tape.record(Op::Mul, &[y, y]);
/// assert_eq!(tape.number(loss), 36.0);
/// assert_eq!(tape.derivatives(loss).by(w).0, 24.0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Tape {
    program: Program,
    numbers: Vec<Rounded>,
}

/// The derivatives of one node of a tape by every earlier one.
#[derive(Debug, Clone)]
pub struct Derivatives {
    adjoints: Vec<Rounded>,
}

impl Derivatives {
    /// The derivative by a node, and a bound on its rounding: zero by what the node does not depend on.
    pub fn by(&self, node: u32) -> (f64, f64) {
        self.adjoints.get(node as usize).map_or((0.0, 0.0), |adjoint| (adjoint.value, adjoint.error))
    }
}

impl Tape {
    /// A tape without nodes.
    pub fn new() -> Self {
        Tape::default()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.program.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.program.is_empty()
    }

    /// A number to differentiate with respect to.
    pub fn param(&mut self, number: f64) -> u32 {
        self.numbers.push(Rounded::exact(number));
        self.program.push_leaf(Op::Param)
    }

    /// A number that never changes.
    pub fn constant(&mut self, number: f64) -> u32 {
        self.numbers.push(Rounded::exact(number));
        self.program.push_constant(number)
    }

    /// What an op makes of earlier nodes.
    ///
    /// # Panics
    ///
    /// When an argument is no node, or their number is not the op's.
    pub fn record(&mut self, op: Op, args: &[u32]) -> u32 {
        let numbers: SmallVec<[Rounded; 8]> = args.iter().map(|&arg| self.numbers[arg as usize]).collect();
        self.numbers.push(Rounded::apply(op, numbers.as_slice()));
        self.program.push_op(op, args.iter().copied())
    }

    /// The number of a node.
    ///
    /// # Panics
    ///
    /// When there is no such node; so do the other calls that take one.
    pub fn number(&self, node: u32) -> f64 {
        self.numbers[node as usize].value
    }

    /// A bound on what rounding has done to the number of a node.
    pub fn rounding(&self, node: u32) -> f64 {
        self.numbers[node as usize].error
    }

    /// The derivatives of a node by all nodes.
    pub fn derivatives(&self, of: u32) -> Derivatives {
        Derivatives { adjoints: adjoints(&self.program, &self.numbers, of as usize) }
    }

    /// The nodes by which one depends on others: each is made of one of `on`, and `of` is made of it.
    fn between(&self, of: u32, on: &[u32]) -> Vec<bool> {
        let needed = self.program.ancestors([of as usize]);
        let made_of_them = self.program.descendants(on.iter().map(|&node| node as usize));
        needed.iter().zip(made_of_them).map(|(&needed, made)| needed && made).collect()
    }

    /// Whether a node is one of others, or made of any of them.
    pub fn depends(&self, of: u32, on: &[u32]) -> bool {
        self.between(of, on)[of as usize]
    }

    /// Whether an op by which a node depends on others sits exactly on its kink, where the derivative jumps.
    pub fn is_on_kink(&self, of: u32, on: &[u32]) -> bool {
        let numbers: Vec<f64> = self.numbers.iter().map(|number| number.value).collect();
        let between = self.between(of, on);
        (0..between.len()).any(|node| between[node] && is_tied(&self.program, &numbers, node))
    }

    /// Lets go of what is not needed: of the nodes before `start` only the parameters among `live` stay, what later
    /// nodes took from the others becomes a constant, and of the rest stays what `live` nodes are made of.
    ///
    /// Gives the new number of each live node, in their order; `None` for one that has become a constant.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let w = tape.param(3.0);
    /// let old = tape.record(Op::Exp, &[w]);
    /// let new = tape.record(Op::Mul, &[old, w]);
    /// let moved = tape.cut(new, &[w, old, new]);
    /// assert_eq!((moved[1], tape.len()), (None, 3));
    /// let (w, new) = (moved[0].unwrap(), moved[2].unwrap());
    /// assert_eq!(tape.derivatives(new).by(w).0, 3f64.exp());
    /// ```
    pub fn cut(&mut self, start: u32, live: &[u32]) -> Vec<Option<u32>> {
        let mut needed = vec![false; self.len()];
        live.iter().for_each(|&node| needed[node as usize] = true);
        for node in (start as usize..self.len()).rev() {
            if needed[node] {
                self.program.args(node).iter().for_each(|&arg| needed[arg as usize] = true);
            }
        }
        let old = std::mem::take(self);
        let mut moved: Vec<Option<u32>> = vec![None; old.len()];
        for node in (0..old.len()).filter(|&node| needed[node]) {
            let number = old.numbers[node];
            moved[node] = Some(match old.program.op(node) {
                Op::Param => self.param(number.value),
                Op::Const => self.constant(number.value),
                _ if node < start as usize => self.constant(number.value),
                op => {
                    let args = old.program.args(node).iter().filter_map(|&arg| moved[arg as usize]);
                    self.record(op, &args.collect::<SmallVec<[u32; 8]>>())
                }
            });
        }
        let place = |&node: &u32| moved[node as usize].filter(|&place| self.program.op(place as usize) != Op::Const);
        live.iter().map(place).collect()
    }
}

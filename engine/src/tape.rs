//! The tape: a program that is recorded by the numbers of its nodes.

use crate::check::{Rounded, is_tied};
use crate::ops::{Op, Partials};
use crate::program::Program;
use crate::real::Real;
use crate::sweep;
use smallvec::SmallVec;
use std::collections::HashMap;

/// Records what is computed elsewhere, by an interpreter say, whose objects cannot hold a lifetime of a
/// [`Graph`](crate::Graph): nodes are plain numbers, and what is no longer needed is let go by [`cut`](Tape::cut).
///
/// Every number comes with a bound on what rounding has done to it. For gradients of Rust functions, quickly, there is the
/// [`JacobianTape`](crate::JacobianTape).
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

/// Some nodes of a tape as functions of the numbers of others, see [`Tape::what_if`].
#[derive(Debug, Clone)]
pub struct WhatIf<'a> {
    tape: &'a Tape,
    of: Vec<u32>,
    changed: Vec<u32>,
    /// What has to be computed anew, in order.
    nodes: Vec<usize>,
}

impl WhatIf<'_> {
    /// The numbers of the nodes asked for, from those of the changed ones.
    ///
    /// # Panics
    ///
    /// When there are not as many numbers as changed nodes.
    pub fn numbers(&self, changed: &[f64]) -> Vec<f64> {
        assert_eq!(changed.len(), self.changed.len(), "a number for each changed node");
        let mut anew: HashMap<u32, f64> = self.changed.iter().copied().zip(changed.iter().copied()).collect();
        let program = &self.tape.program;
        for &node in &self.nodes {
            let number = |arg: &u32| anew.get(arg).copied().unwrap_or_else(|| self.tape.number(*arg));
            let args: SmallVec<[f64; 8]> = program.args(node).iter().map(number).collect();
            anew.insert(node as u32, program.op(node).value(args.as_slice()));
        }
        self.of.iter().map(|node| anew.get(node).copied().unwrap_or_else(|| self.tape.number(*node))).collect()
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

    /// The nodes, without their numbers.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let w = tape.param(3.0);
    /// let y = tape.record(Op::Exp, &[w]);
    /// assert_eq!((tape.program().op(y as usize), tape.program().args(y as usize)), (Op::Exp, &[w][..]));
    /// ```
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The derivatives of a node by all nodes.
    pub fn derivatives(&self, of: u32) -> Derivatives {
        self.pull_back(&[(of, 1.0)])
    }

    /// The derivatives of a sum of nodes, each times a number, by all nodes (a vector-Jacobian product).
    ///
    /// With the adjoint of `v` times its partial by `u` at `u`, it is the sum over all paths of the chain rule that lead
    /// through the edge from `u` to `v`.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let w = tape.param(3.0);
    /// let (square, exp) = (tape.record(Op::Mul, &[w, w]), tape.record(Op::Exp, &[w]));
    /// assert_eq!(tape.pull_back(&[(square, 1.0), (exp, 2.0)]).by(w).0, 6.0 + 2.0 * 3f64.exp());
    /// ```
    pub fn pull_back(&self, seeds: &[(u32, f64)]) -> Derivatives {
        let length = seeds.iter().map(|&(node, _)| node as usize + 1).max().unwrap_or(0);
        let mut adjoints = vec![Rounded::exact(0.0); length];
        seeds.iter().for_each(|&(node, seed)| adjoints[node as usize].value += seed);
        sweep::reverse(&self.program, &self.numbers, &mut adjoints);
        Derivatives { adjoints }
    }

    /// The partial derivative of a node by one that it is made of, by that argument's place.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let (a, b) = (tape.param(3.0), tape.param(4.0));
    /// let y = tape.record(Op::Mul, &[a, b]);
    /// assert_eq!((tape.partial(y, 0), tape.partial(y, 1)), (4.0, 3.0));
    /// ```
    pub fn partial(&self, node: u32, place: usize) -> f64 {
        struct Only(usize, f64);
        impl Partials<f64> for Only {
            fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
                if position == self.0 {
                    self.1 += partial();
                }
            }
        }
        let args: SmallVec<[f64; 8]> =
            self.program.args(node as usize).iter().map(|&arg| self.numbers[arg as usize].value).collect();
        let mut only = Only(place, 0.0);
        self.program.op(node as usize).partials(args.as_slice(), self.number(node), &mut only);
        only.1
    }

    /// Marks what some nodes are made of, and those nodes.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let (a, b) = (tape.param(3.0), tape.param(4.0));
    /// let y = tape.record(Op::Exp, &[a]);
    /// assert_eq!(tape.made_of(&[y]), [true, false, true]);
    /// ```
    pub fn made_of(&self, nodes: &[u32]) -> Vec<bool> {
        self.program.ancestors(nodes.iter().map(|&node| node as usize))
    }

    /// Marks some nodes and what is made of them.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let (a, b) = (tape.param(3.0), tape.param(4.0));
    /// let y = tape.record(Op::Exp, &[a]);
    /// assert_eq!(tape.made_from(&[a]), [true, false, true]);
    /// ```
    pub fn made_from(&self, nodes: &[u32]) -> Vec<bool> {
        self.program.descendants(nodes.iter().map(|&node| node as usize))
    }

    /// What some nodes would be if others had other numbers.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let (a, b) = (tape.param(3.0), tape.param(4.0));
    /// let square = tape.record(Op::Mul, &[a, a]);
    /// let y = tape.record(Op::Add, &[square, b]);
    /// assert_eq!(tape.what_if(&[y], &[square]).numbers(&[100.0]), [104.0]);
    /// ```
    pub fn what_if(&self, of: &[u32], changed: &[u32]) -> WhatIf<'_> {
        let (needed, moved) = (self.made_of(of), self.made_from(changed));
        let is_changed = |node: &usize| changed.contains(&(*node as u32));
        let nodes = (0..self.len()).filter(|&node| needed[node] && moved[node]).filter(|node| !is_changed(node));
        WhatIf { tape: self, of: of.to_vec(), changed: changed.to_vec(), nodes: nodes.collect() }
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

    /// Whether every node `of[k]`, where there is one, depends on none of `by` but `by[k]`: then the Jacobian of the ones by
    /// the others is diagonal, and the derivatives of their sum are what stands on the diagonal.
    ///
    /// What the nodes `by` are made of themselves does not count.
    ///
    /// ```
    /// use engine::{Op, Tape};
    ///
    /// let mut tape = Tape::new();
    /// let (a, b) = (tape.param(3.0), tape.param(4.0));
    /// let (x, y) = (tape.record(Op::Exp, &[a]), tape.record(Op::Mul, &[a, b]));
    /// assert!(tape.is_diagonal(&[Some(x), None], &[a, b]));
    /// assert!(!tape.is_diagonal(&[Some(x), Some(y)], &[a, b]));
    /// ```
    pub fn is_diagonal(&self, of: &[Option<u32>], by: &[u32]) -> bool {
        /// Which of `by` a node depends on.
        #[derive(Clone, Copy, PartialEq)]
        enum On {
            None,
            One(usize),
            Many,
        }
        let mut on = vec![On::None; self.len()];
        by.iter().enumerate().for_each(|(k, &node)| on[node as usize] = On::One(k));
        for node in 0..self.len() {
            // A node of `by` is where its own making is cut off.
            if on[node] != On::None {
                continue;
            }
            let join = |known: On, &arg: &u32| match (known, on[arg as usize]) {
                (On::None, other) => other,
                (known, other) if known == other || other == On::None => known,
                _ => On::Many,
            };
            on[node] = self.program.args(node).iter().fold(On::None, join);
        }
        let alone = |(k, node): (usize, &Option<u32>)| {
            node.is_none_or(|node| on[node as usize] == On::None || on[node as usize] == On::One(k))
        };
        of.iter().enumerate().all(alone)
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

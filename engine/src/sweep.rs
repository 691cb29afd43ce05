//! The two sweeps over a program, generic over the number type.

use crate::arguments::{Arguments, Picked, TwoLists};
use crate::error::{Error, Result};
use crate::node::{Among, Node};
use crate::ops::{MANY, Op, Partials};
use crate::program::Program;
use crate::real::Real;
use std::ops::Range;

/// Runs the program: the number of every node, from those of the parameters and inputs.
///
/// `numbers` is filled anew and its memory is used again. Errors when a list is not as long as the program's.
///
/// ```
/// use engine::{Dual, Program, sweep};
///
/// let program = Program::record(&[1.0], |x| x[0].powi(3));
/// let mut numbers = Vec::new();
/// sweep::forward(&program, &[Dual::variable(2.0)], &[], &mut numbers)?;
/// assert_eq!(numbers[program.output(0)?].tangent, 12.0);
/// # Ok::<(), engine::Error>(())
/// ```
pub fn forward<R: Real>(program: &Program, params: &[R], inputs: &[R], numbers: &mut Vec<R>) -> Result<()> {
    expect_length("parameters", program.params().len(), params.len())?;
    expect_length("inputs", program.inputs().len(), inputs.len())?;
    numbers.resize(program.len(), R::from(f64::NAN));
    for node in 0..program.len() {
        let (earlier, from) = numbers.split_at_mut(node);
        from[0] = match program.op(node) {
            Op::Param => params[program.position(node)],
            Op::Input => inputs[program.position(node)],
            Op::Const => R::from(program.constant(node).unwrap_or(f64::NAN)),
            op => R::apply(op, Picked { numbers: earlier, args: program.args(node) }),
        };
    }
    Ok(())
}

/// Carries adjoints from the outputs to the leaves.
///
/// `numbers` are those of a forward sweep. `adjoints` come in holding the seeds (1 at the output of a gradient, 0
/// elsewhere) and go out holding the derivative of the seeded combination by each node; when they are shorter than the
/// program, only that beginning of the program is swept.
///
/// ```
/// use engine::{Program, sweep};
///
/// let program = Program::record(&[1.0, 1.0], |x| x[0] * x[1]);
/// let mut numbers = Vec::new();
/// sweep::forward(&program, &[3.0, 5.0], &[], &mut numbers)?;
/// let mut adjoints = [0.0, 0.0, 1.0];
/// sweep::reverse(&program, &numbers, &mut adjoints);
/// assert_eq!(adjoints, [5.0, 3.0, 1.0]);
/// # Ok::<(), engine::Error>(())
/// ```
///
/// # Panics
///
/// When there are fewer numbers than adjoints, or more adjoints than nodes.
pub fn reverse<R: Real>(program: &Program, numbers: &[R], adjoints: &mut [R]) {
    let (nodes, _) = program.nodes();
    // All of one length, so that one comparison shows that a node is in all of them.
    let (nodes, numbers) = (&nodes[..adjoints.len()], &numbers[..adjoints.len()]);
    for place in (0..adjoints.len()).rev().take_while(|&place| place >= program.leading()) {
        let (node, y, adjoint) = (&nodes[place], numbers[place], adjoints[place]);
        if !node.computes() || adjoint.is_zero() {
            continue;
        }
        match node.direct() {
            Some(operands) => {
                let args = Few { numbers, operands };
                node.op.partials_among::<1, 2, R>(args, y, &mut FewPullBack { node, operands, adjoint, adjoints });
            }
            None => pull_back_many(program, place, numbers, adjoints),
        }
    }
}

/// The step of the sweep at a node of more than two arguments. By itself, since the loop is quicker without it.
#[inline(never)]
fn pull_back_many<R: Real>(program: &Program, place: usize, numbers: &[R], adjoints: &mut [R]) {
    let (nodes, pool) = program.nodes();
    let (node, y, adjoint) = (&nodes[place], numbers[place], Carried::new(adjoints[place]));
    let args = node.args(pool);
    match (node.among(), <&[u32; 4]>::try_from(args)) {
        (Among::Runs, _) => {
            let [a, b] = node.runs(pool);
            let args = TwoLists(&numbers[a.clone()], &numbers[b.clone()]);
            node.op.partials_among::<MANY, MANY, R>(args, y, &mut RunsPullBack { a, b, adjoint, adjoints });
        }
        // As many as the weighted sum of two inputs has: loops of a known length.
        (Among::Nodes, Ok(args)) => {
            let mut sink = PullBack { nodes: None, args, adjoint, adjoints };
            node.op.partials_among::<3, MANY, R>(Picked { numbers, args }, y, &mut sink);
        }
        (Among::Nodes, _) => {
            let mut sink = PullBack { nodes: None, args, adjoint, adjoints };
            node.op.partials_among::<3, MANY, R>(Picked { numbers, args }, y, &mut sink);
        }
        (Among::Anything, _) => {
            let mut sink = PullBack { nodes: Some(nodes), args, adjoint, adjoints };
            node.op.partials_among::<3, MANY, R>(Picked { numbers, args }, y, &mut sink);
        }
    }
}

/// The numbers of the operands of a node that has a few.
#[derive(Clone, Copy)]
struct Few<'a, R> {
    numbers: &'a [R],
    operands: &'a [u32; 2],
}

impl<R: Copy> Arguments for Few<'_, R> {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        self.operands.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        self.numbers[self.operands[position] as usize]
    }

    /// As many as the op takes: a node has them.
    #[inline(always)]
    fn exactly<const N: usize>(self) -> [R; N] {
        std::array::from_fn(|position| self.at(position))
    }
}

/// Adds adjoint times partial to the adjoint of each of a few operands.
struct FewPullBack<'a, R> {
    node: &'a Node,
    operands: &'a [u32; 2],
    adjoint: R,
    adjoints: &'a mut [R],
}

impl<R: Real> Partials<R> for FewPullBack<'_, R> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> R) {
        if !self.node.is_constant(position) {
            self.adjoints[self.operands[position] as usize].accumulate(self.adjoint.chain(partial()));
        }
    }
}

/// An adjoint that is carried on to many arguments.
#[derive(Clone, Copy)]
pub(crate) struct Carried<R> {
    adjoint: R,
    is_plain: bool,
}

impl<R: Real> Carried<R> {
    #[inline(always)]
    pub(crate) fn new(adjoint: R) -> Self {
        Carried { adjoint, is_plain: adjoint.chains_plainly() }
    }

    #[inline(always)]
    pub(crate) fn times(self, partial: R) -> R {
        if self.is_plain { self.adjoint * partial } else { self.adjoint.chain(partial) }
    }
}

/// Adds adjoint times partial to the adjoints of two lists of nodes that follow one another.
struct RunsPullBack<'a, R> {
    a: Range<usize>,
    b: Range<usize>,
    adjoint: Carried<R>,
    adjoints: &'a mut [R],
}

impl<R: Real> Partials<R> for RunsPullBack<'_, R> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> R) {
        self.take_each(position, std::iter::once(partial()));
    }

    #[inline(always)]
    fn take_each(&mut self, first: usize, partials: impl Iterator<Item = R>) {
        let (adjoint, half) = (self.adjoint, self.a.len());
        let (run, first) = if first < half { (&self.a, first) } else { (&self.b, first - half) };
        for (sum, partial) in self.adjoints[run.start + first..run.end].iter_mut().zip(partials) {
            sum.accumulate(adjoint.times(partial));
        }
    }
}

/// Adds adjoint times partial to the adjoint of each argument.
struct PullBack<'a, R> {
    /// The nodes, if some argument may be a constant.
    nodes: Option<&'a [Node]>,
    args: &'a [u32],
    adjoint: Carried<R>,
    adjoints: &'a mut [R],
}

impl<R: Real> Partials<R> for PullBack<'_, R> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> R) {
        self.add(self.args[position], partial);
    }

    #[inline(always)]
    fn take_each(&mut self, first: usize, partials: impl Iterator<Item = R>) {
        let args = self.args;
        for (&arg, partial) in args[first..].iter().zip(partials) {
            self.add(arg, || partial);
        }
    }
}

impl<R: Real> PullBack<'_, R> {
    #[inline(always)]
    fn add(&mut self, arg: u32, partial: impl FnOnce() -> R) {
        let arg = arg as usize;
        if self.nodes.is_none_or(|nodes| nodes[arg].op != Op::Const) {
            self.adjoints[arg].accumulate(self.adjoint.times(partial()));
        }
    }
}

pub(crate) fn expect_length(what: &'static str, expected: usize, given: usize) -> Result<()> {
    if expected == given { Ok(()) } else { Err(Error::Length { what, expected, given }) }
}

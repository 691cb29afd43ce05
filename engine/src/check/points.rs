//! Points near the recorded one, at which a program is replayed.

use crate::error::{Error, Result};
use crate::ops::Op;
use crate::program::Program;
use crate::sweep;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use smallvec::SmallVec;

/// How many points are tried for one that will do.
const TRIES: usize = 120;
/// How far a leaf moves at most, relative to its size plus [`REST`].
const WIDEST: f64 = 0.5;
const NARROWEST: f64 = 1e-6;
const REST: f64 = 0.25;
/// Later points of a run lie nearer by these factors, so that some see the recorded surroundings and not only what lies
/// far away.
const NEARER: [f64; 4] = [1.0, 0.25, 0.0625, 0.015625];

/// The numbers of a program's leaves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    pub(crate) params: Vec<f64>,
    pub(crate) inputs: Vec<f64>,
}

/// Draws points around the recorded one.
///
/// Every op stays on the side of its kink, jump or pole on which it was recorded: what a program decided by comparing
/// numbers then holds at every point. Only an op that sits exactly on its kink is let go to either side.
pub(crate) struct Neighbourhood<'a> {
    program: &'a Program,
    centre: &'a Point,
    needed: &'a [bool],
    moving_inputs: Vec<bool>,
    /// The branch of every node that has to keep it; NaN for the rest.
    branches: Vec<f64>,
    reach: f64,
    drawn: usize,
    rng: ChaCha8Rng,
    numbers: Vec<f64>,
}

impl<'a> Neighbourhood<'a> {
    /// `numbers` are those of every node at the centre. Parameters always move.
    pub(crate) fn new(
        program: &'a Program,
        centre: &'a Point,
        needed: &'a [bool],
        moving_inputs: Vec<bool>,
        numbers: &[f64],
        seed: u64,
    ) -> Self {
        let branch = |node: usize| {
            let kept = needed[node] && !is_tied(program, numbers, node);
            if kept { branch(program, numbers, node) } else { f64::NAN }
        };
        let branches = (0..program.len()).map(branch).collect();
        let rng = ChaCha8Rng::seed_from_u64(seed);
        let numbers = Vec::new();
        Neighbourhood { program, centre, needed, moving_inputs, branches, reach: WIDEST, drawn: 0, rng, numbers }
    }

    /// The next point: every needed node is finite there.
    pub(crate) fn draw(&mut self) -> Result<Point> {
        let nearer = NEARER[self.drawn % NEARER.len()];
        self.drawn += 1;
        let mut tried = 0;
        loop {
            tried += 1;
            let point = self.around(self.reach * nearer);
            sweep::forward(self.program, &point.params, &point.inputs, &mut self.numbers)?;
            let Some(node) = (0..self.program.len()).find(|&node| !self.admits(node)) else {
                self.reach = (self.reach * 1.5).min(WIDEST);
                return Ok(point);
            };
            if tried == TRIES {
                let (node, value) = (self.program.formula(node), self.numbers[node]);
                return Err(Error::NoPoint { tried, node, value });
            }
            if tried % 4 == 0 {
                self.reach = (self.reach / 2.0).max(NARROWEST);
            }
        }
    }

    fn around(&mut self, reach: f64) -> Point {
        let rng = &mut self.rng;
        let mut moved = |number: f64| number + rng.random_range(-reach..reach) * (number.abs() + REST);
        let params = self.centre.params.iter().map(|&number| moved(number)).collect();
        let inputs = self.centre.inputs.iter().zip(&self.moving_inputs);
        let inputs = inputs.map(|(&number, &moves)| if moves { moved(number) } else { number }).collect();
        Point { params, inputs }
    }

    fn admits(&self, node: usize) -> bool {
        let kept = self.branches[node];
        !self.needed[node]
            || self.numbers[node].is_finite() && (kept.is_nan() || kept == branch(self.program, &self.numbers, node))
    }
}

fn branch(program: &Program, numbers: &[f64], node: usize) -> f64 {
    with_args(program, numbers, node, |op, args| op.branch(args))
}

/// Whether a node sits exactly on a kink or jump of its op: the least move of an argument takes it to another branch.
pub(crate) fn is_tied(program: &Program, numbers: &[f64], node: usize) -> bool {
    with_args(program, numbers, node, |op, args| {
        let here = op.branch(args);
        (0..args.len()).any(|position| {
            let own = args[position];
            let least = own.abs() * f64::EPSILON + f64::MIN_POSITIVE;
            [own - least, own + least].iter().any(|&moved| {
                args[position] = moved;
                let there = op.branch(args);
                args[position] = own;
                there != here && !there.is_nan()
            })
        })
    })
}

fn with_args<T>(program: &Program, numbers: &[f64], node: usize, f: impl FnOnce(Op, &mut [f64]) -> T) -> T {
    let mut args: SmallVec<[f64; 4]> = program.args(node).iter().map(|&arg| numbers[arg as usize]).collect();
    f(program.op(node), &mut args)
}

//! What can go wrong.

use crate::formula::short;
use crate::ops::Op;

/// An error of this crate. Each message names what it is about and says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A list of numbers has the wrong length.
    #[error("{given} {what} given where {expected} are needed: give one number for each")]
    Length {
        /// Which list: parameters, inputs, tangents, ...
        what: &'static str,
        /// How many are needed.
        expected: usize,
        /// How many were given.
        given: usize,
    },
    /// A program has no output of that position.
    #[error("output {output} was asked of a program with {outputs}: count from 0")]
    NoSuchOutput {
        /// The position asked for, from 0.
        output: usize,
        /// How many there are.
        outputs: usize,
    },
    /// A node's number is infinite or NaN although the numbers that it is made of are finite.
    #[error("{}", not_finite(node, *value, *op, args, *needs))]
    NotFinite {
        /// The node's name, or its formula.
        node: String,
        /// Its number.
        value: f64,
        /// The op that made it.
        op: Op,
        /// The numbers of the op's arguments.
        args: Vec<f64>,
        /// What the op asks of its arguments, where they do not meet it.
        needs: Option<&'static str>,
    },
    /// A program has no node of that number.
    #[error("node {node} was asked of a program with {nodes} nodes: count from 0")]
    NoSuchNode {
        /// The node asked for, from 0.
        node: usize,
        /// How many there are.
        nodes: usize,
    },
    /// A derivative was to be checked at a number that is infinite or NaN.
    #[error("a derivative cannot be checked where `{input}` is {value}: choose a finite point")]
    PointNotFinite {
        /// The input's name.
        input: String,
        /// Its number.
        value: f64,
    },
    /// A derivative was to be checked outside the domain given for its input.
    #[error(
        "`{input}` is {value}, outside its domain from {low} to {high}: choose a point inside, or widen the domain"
    )]
    OutsideDomain {
        /// The input's name.
        input: String,
        /// The number of the input.
        value: f64,
        /// Where the domain begins.
        low: f64,
        /// Where it ends.
        high: f64,
    },
    /// A derivative was to be checked where the function itself is infinite or NaN.
    #[error("{what} is {value} where `{input}` is {at}: choose a point where it is finite")]
    FunctionNotFinite {
        /// What is: the function, or a derivative that is to be differentiated again.
        what: String,
        /// The input's name.
        input: String,
        /// The input's number.
        at: f64,
        /// The function's value.
        value: f64,
    },
    /// A constant belongs to no graph and has no derivatives.
    #[error("the constant {0} belongs to no graph: make it a parameter or an input to differentiate it")]
    Constant(f64),
    /// There is nothing to check.
    #[error("no claims were given: give at least one")]
    NoClaims,
    /// The relative difference that a check is to let pass is no fraction.
    #[error("the relative difference `rtol` is {0}: give a number from 0 to less than 1, such as 1e-6")]
    Tolerance(f64),
    /// Values of two graphs stand in one check.
    #[error("`{one}` and `{other}` belong to two graphs: record both on one `Graph`")]
    TwoGraphs {
        /// A value of the one graph.
        one: String,
        /// A value of the other.
        other: String,
    },
    /// A computation cannot be replayed at other points.
    #[error(
        "no point near the recorded one was found in {tried} tries: `{node}` becomes {value}; move the leaves away from \
         the edge of its domain or from its kink"
    )]
    NoPoint {
        /// How many points were tried.
        tried: usize,
        /// The first node that was not finite, or fell on another side of a kink, at the last of them.
        node: String,
        /// Its number there.
        value: f64,
    },
}

/// A leaf and a constant are what was given; every other node is made of its arguments.
fn not_finite(node: &str, value: f64, op: Op, args: &[f64], needs: Option<&str>) -> String {
    match op {
        Op::Const => format!("a constant was given as {value}: give a finite number"),
        Op::Param | Op::Input => format!("`{node}` was given as {value}: give a finite number"),
        _ => format!("`{node}` is {value}: {} of {}{}", op.name(), join(args), hint(needs)),
    }
}

/// The numbers in a row, of very many the first few.
fn join(numbers: &[f64]) -> String {
    let text = numbers.iter().take(MOST).map(|&x| short(x)).collect::<Vec<_>>().join(", ");
    if numbers.len() > MOST { format!("{text}, … ({} numbers)", numbers.len()) } else { text }
}

/// So many numbers are shown.
const MOST: usize = 8;

fn hint(needs: Option<&str>) -> String {
    match needs {
        Some(needs) => format!("; it needs {needs}: keep its argument there"),
        None => "; the result does not fit an f64: scale its arguments down".to_owned(),
    }
}

/// The result of what may fail in this crate.
pub type Result<T> = std::result::Result<T, Error>;

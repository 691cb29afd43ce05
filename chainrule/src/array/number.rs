//! A number of the program.

use engine::Op;
use smallvec::SmallVec;

/// A number that a program computes with.
///
/// All arithmetic on it goes through the engine's op table.
#[derive(Debug, Clone)]
pub struct Number {
    value: f64,
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number { value }
    }
}

impl Number {
    /// The number itself.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// What an op makes of its arguments.
    ///
    /// # Panics
    ///
    /// When the number of arguments is not the op's.
    pub fn apply(op: Op, args: &[&Number]) -> Number {
        let values: SmallVec<[f64; 8]> = args.iter().map(|arg| arg.value).collect();
        Number::from(op.value(values.as_slice()))
    }

    /// The sum of all.
    pub fn sum(all: &[Number]) -> Number {
        Number::apply(Op::Sum, &all.iter().collect::<Vec<_>>())
    }

    /// The sum of products of two lists of one length.
    pub fn dot(a: &[Number], b: &[Number]) -> Number {
        Number::from(a.iter().zip(b).map(|(a, b)| a.value * b.value).sum::<f64>())
    }
}

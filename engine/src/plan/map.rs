//! One op on neighbouring numbers, in loops over the lanes of each.

use super::Map;
use super::run::{LANES, Wave, add};
use crate::lane_math::Lane;
use crate::ops::{Op, Partials, Row, row};
use crate::real::Real;
use std::marker::PhantomData;

/// The ops that the compiler can vectorise: their rows, and the functions of `lane_math`, have no calls. Each has loops
/// of its own, with the row's formulas in them; all other ops choose their row number by number.
macro_rules! vectorised {
    ($($args:literal: $($Op:ident)*;)*) => {
        impl Map {
            /// The numbers of all lanes.
            #[inline(always)]
            pub(super) fn forward(&self, numbers: &mut [Wave]) {
                match self.op {
                    $($(Op::$Op => self.values(Fixed::<row::$Op, $args>::NEW, numbers),)*)*
                    _ => self.values_by_row(numbers),
                }
            }

            /// The contributions of all lanes to the adjoints of the arguments.
            #[inline(always)]
            pub(super) fn reverse(&self, numbers: &[Wave], adjoints: &mut [Wave]) {
                match self.op {
                    $($(Op::$Op => self.contributions(Fixed::<row::$Op, $args>::NEW, numbers, adjoints),)*)*
                    _ => self.contributions_by_row(numbers, adjoints),
                }
            }
        }
    };
}
vectorised! {
    1: Neg Recip Exp ExpM1 Ln Ln1p Sqrt Tanh Abs Signum Sigmoid Softplus Relu;
    2: Add Sub Mul Div Max Min LeakyRelu;
    3: Select;
}

impl Map {
    #[inline(never)]
    fn values_by_row(&self, numbers: &mut [Wave]) {
        match self.op.arity() {
            Some(1) => self.values(ByRow::<1>(self.op), numbers),
            Some(2) => self.values(ByRow::<2>(self.op), numbers),
            _ => self.values(ByRow::<3>(self.op), numbers),
        }
    }

    #[inline(never)]
    fn contributions_by_row(&self, numbers: &[Wave], adjoints: &mut [Wave]) {
        match self.op.arity() {
            Some(1) => self.contributions(ByRow::<1>(self.op), numbers, adjoints),
            Some(2) => self.contributions(ByRow::<2>(self.op), numbers, adjoints),
            _ => self.contributions(ByRow::<3>(self.op), numbers, adjoints),
        }
    }

    #[inline(always)]
    fn values<const ARGS: usize>(&self, op: impl Choice<ARGS>, numbers: &mut [Wave]) {
        for position in 0..self.len {
            let (args, mut y) = (self.args::<ARGS>(position, numbers), [0.0; LANES]);
            for (lane, y) in y.iter_mut().enumerate() {
                *y = op.value(&at(&args, lane)).primal();
            }
            numbers[self.out + position] = y;
        }
    }

    #[inline(always)]
    fn contributions<const ARGS: usize>(&self, op: impl Choice<ARGS>, numbers: &[Wave], adjoints: &mut [Wave]) {
        for position in 0..self.len {
            let (args, y) = (self.args::<ARGS>(position, numbers), numbers[self.out + position]);
            let adjoint = adjoints[self.out + position];
            for arg in 0..ARGS {
                let operand = &self.operands[arg];
                if operand.active {
                    let mut products = [0.0; LANES];
                    for lane in 0..LANES {
                        let (adjoint, product) = (Lane::from(adjoint[lane]), Lane::from(0.0));
                        let mut sink = Product { arg, adjoint, product };
                        op.partials(&at(&args, lane), Lane::from(y[lane]), &mut sink);
                        products[lane] = sink.product.primal();
                    }
                    add(&mut adjoints[operand.at(position)], &products);
                }
            }
        }
    }

    /// Copies, of which the compiler knows that nothing is written to them while the lanes are gone through.
    #[inline(always)]
    fn args<const ARGS: usize>(&self, position: usize, numbers: &[Wave]) -> [Wave; ARGS] {
        std::array::from_fn(|arg| numbers[self.operands[arg].at(position)])
    }
}

#[inline(always)]
fn at<const ARGS: usize>(args: &[Wave; ARGS], lane: usize) -> [Lane; ARGS] {
    let mut numbers = [Lane::from(0.0); ARGS];
    for arg in 0..ARGS {
        numbers[arg] = Lane::from(args[arg][lane]);
    }
    numbers
}

/// An op that is known when this is compiled, or when it runs.
trait Choice<const ARGS: usize>: Copy {
    fn value(self, args: &[Lane; ARGS]) -> Lane;
    fn partials(self, args: &[Lane; ARGS], y: Lane, sink: &mut Product);
}

#[derive(Clone, Copy)]
struct Fixed<K, const ARGS: usize>(PhantomData<K>);

impl<K, const ARGS: usize> Fixed<K, ARGS> {
    const NEW: Self = Fixed(PhantomData);
}

impl<K: Row + Copy, const ARGS: usize> Choice<ARGS> for Fixed<K, ARGS> {
    #[inline(always)]
    fn value(self, args: &[Lane; ARGS]) -> Lane {
        Lane::compute::<K>(args)
    }

    #[inline(always)]
    fn partials(self, args: &[Lane; ARGS], y: Lane, sink: &mut Product) {
        K::partials(args, y, sink);
    }
}

#[derive(Clone, Copy)]
struct ByRow<const ARGS: usize>(Op);

impl<const ARGS: usize> Choice<ARGS> for ByRow<ARGS> {
    fn value(self, args: &[Lane; ARGS]) -> Lane {
        Lane::apply(self.0, args)
    }

    fn partials(self, args: &[Lane; ARGS], y: Lane, sink: &mut Product) {
        self.0.partials(args, y, sink);
    }
}

/// Adjoint times the partial by one argument.
struct Product {
    arg: usize,
    adjoint: Lane,
    product: Lane,
}

impl Partials<Lane> for Product {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> Lane) {
        if position == self.arg {
            self.product = self.adjoint * partial();
        }
    }
}

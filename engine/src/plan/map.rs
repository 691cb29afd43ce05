//! One op on neighbouring numbers, whose lanes lie one after another in one long loop.

use super::run::{Buffers, Sums, Wave, add, lanes};
use super::{Map, Operand, Place};
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
            pub(super) fn forward(
                &self,
                params: &[f64],
                numbers: &mut [Wave],
                buffers: &mut Buffers,
            ) {
                match self.op {
                    $($(Op::$Op => self.values(Fixed::<row::$Op, $args>::NEW, params, numbers, buffers),)*)*
                    _ => self.values_by_row(params, numbers, buffers),
                }
            }

            /// The contributions of all lanes to the adjoints of the arguments.
            #[inline(always)]
            pub(super) fn reverse(
                &self,
                params: &[f64],
                numbers: &[Wave],
                adjoints: &mut [Wave],
                gradient: &mut [Sums],
                buffers: &mut Buffers,
            ) {
                match self.op {
                    $($(Op::$Op => {
                        self.contributions(Fixed::<row::$Op, $args>::NEW, params, numbers, adjoints, gradient, buffers);
                    })*)*
                    _ => self.contributions_by_row(params, numbers, adjoints, gradient, buffers),
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
    fn values_by_row(&self, params: &[f64], numbers: &mut [Wave], buffers: &mut Buffers) {
        match self.op.arity() {
            Some(1) => self.values(ByRow::<1>(self.op), params, numbers, buffers),
            Some(2) => self.values(ByRow::<2>(self.op), params, numbers, buffers),
            _ => self.values(ByRow::<3>(self.op), params, numbers, buffers),
        }
    }

    #[inline(never)]
    fn contributions_by_row(
        &self,
        params: &[f64],
        numbers: &[Wave],
        adjoints: &mut [Wave],
        gradient: &mut [Sums],
        buffers: &mut Buffers,
    ) {
        match self.op.arity() {
            Some(1) => self.contributions(ByRow::<1>(self.op), params, numbers, adjoints, gradient, buffers),
            Some(2) => self.contributions(ByRow::<2>(self.op), params, numbers, adjoints, gradient, buffers),
            _ => self.contributions(ByRow::<3>(self.op), params, numbers, adjoints, gradient, buffers),
        }
    }

    #[inline(always)]
    fn values<const ARGS: usize>(
        &self,
        op: impl Choice<ARGS>,
        params: &[f64],
        numbers: &mut [Wave],
        buffers: &mut Buffers,
    ) {
        let (earlier, out) = numbers.split_at_mut(self.out);
        let out = out[..self.len].as_flattened_mut();
        let args: [&[f64]; ARGS] = self.args(params, earlier, buffers, out.len());
        for (place, y) in out.iter_mut().enumerate() {
            *y = op.value(&at(&args, place)).primal();
        }
    }

    #[inline(always)]
    fn contributions<const ARGS: usize>(
        &self,
        op: impl Choice<ARGS>,
        params: &[f64],
        numbers: &[Wave],
        adjoints: &mut [Wave],
        gradient: &mut [Sums],
        buffers: &mut Buffers,
    ) {
        let (earlier, out) = adjoints.split_at_mut(self.out);
        let out = out[..self.len].as_flattened();
        let y = &numbers[self.out..self.out + self.len].as_flattened()[..out.len()];
        let mut products = std::mem::take(&mut buffers.products);
        let args: [&[f64]; ARGS] = self.args(params, numbers, buffers, out.len());
        for arg in 0..ARGS {
            let operand = &self.operands[arg];
            if !operand.active {
                continue;
            }
            let direct = operand.slots(self.len);
            let target = match &direct {
                Some(slots) => earlier[slots.clone()].as_flattened_mut(),
                None => {
                    products.clear();
                    products.resize(out.len(), 0.0);
                    &mut products
                }
            };
            for (place, target) in target.iter_mut().enumerate() {
                let mut sink = Product { arg, adjoint: Lane::from(out[place]), product: Lane::from(0.0) };
                op.partials(&at(&args, place), Lane::from(y[place]), &mut sink);
                *target += sink.product.primal();
            }
            if direct.is_none() {
                for (position, contributions) in products.as_chunks().0.iter().enumerate() {
                    add(operand.at(position), contributions, earlier, gradient);
                }
            }
        }
        buffers.products = products;
    }

    /// The numbers of each argument in all lanes, of equal length.
    #[inline(always)]
    fn args<'a, const ARGS: usize>(
        &self,
        params: &[f64],
        numbers: &'a [Wave],
        buffers: &'a mut Buffers,
        length: usize,
    ) -> [&'a [f64]; ARGS] {
        let mut args: [&[f64]; ARGS] = [&[]; ARGS];
        for ((arg, operand), spread) in args.iter_mut().zip(&self.operands).zip(&mut buffers.spread) {
            let all = match operand.slots(self.len) {
                Some(slots) => numbers[slots].as_flattened(),
                None => {
                    spread.clear();
                    for position in 0..self.len {
                        spread.extend_from_slice(&lanes(operand.at(position), params, numbers));
                    }
                    spread
                }
            };
            *arg = &all[..length];
        }
        args
    }
}

impl Operand {
    /// The slots of an operand that has one for each number.
    #[inline(always)]
    fn slots(&self, len: usize) -> Option<std::ops::Range<usize>> {
        match self.place {
            Place::Slot(first) if self.steps || len == 1 => Some(first as usize..first as usize + len),
            _ => None,
        }
    }
}

#[inline(always)]
fn at<const ARGS: usize>(args: &[&[f64]; ARGS], place: usize) -> [Lane; ARGS] {
    let mut numbers = [Lane::from(0.0); ARGS];
    for arg in 0..ARGS {
        numbers[arg] = Lane::from(args[arg][place]);
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

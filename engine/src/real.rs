//! The arithmetic that the op table needs, so that one formula serves every number type.

use crate::arguments::{Arguments, TwoLists};
use crate::ops::{Op, Row, each_op, row};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

macro_rules! define_real {
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
        /// A number that a program can run on: `f64`, [`Dual`](crate::Dual), [`Lanes`](crate::Lanes),
        /// [`Value`](crate::Value), [`Active`](crate::Active).
        ///
        /// There is no comparison: what a function of a `Real` computes cannot depend on its numbers other than
        /// through an op ([`select`](Real::select), [`max`](Real::max), ...), so it may be recorded once and run again
        /// anywhere.
        ///
        /// ```
        /// use engine::{Dual, Real};
        ///
        /// fn bell<R: Real>(x: R) -> R {
        ///     (-(x * x)).exp()
        /// }
        /// assert_eq!(bell(0.5), (-0.25f64).exp());
        /// let slope = bell(Dual::variable(0.5)).tangent;
        /// assert_eq!(slope, -2.0 * 0.5 * (-0.25f64).exp());
        /// ```
        pub trait Real:
            Copy
            + Debug
            + From<f64>
            + Neg<Output = Self>
            + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Rem<Output = Self>
            + Add<f64, Output = Self> + Sub<f64, Output = Self> + Mul<f64, Output = Self> + Div<f64, Output = Self>
            + AddAssign + SubAssign + MulAssign + DivAssign
        {
            /// The result of an op, given as a row of the table, on as many arguments as it takes.
            fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self;

            /// The result of an op that is known at run time only, on as many arguments as it takes.
            #[inline(always)]
            fn apply(op: Op, args: impl Arguments<Item = Self>) -> Self {
                op.compute(args)
            }

            /// The number itself, without tangents; of several lanes, the first.
            fn primal(self) -> f64;

            /// Whether this is zero in every part and always will be, so that a sweep need not follow it.
            fn is_zero(self) -> bool;

            /// Names the number where it is being recorded, and does nothing elsewhere: so a function of any `Real` can
            /// say what its intermediate quantities are called.
            #[inline(always)]
            fn named(self, _name: &str) -> Self {
                self
            }

            /// This times a partial derivative, where exactly zero times anything is zero: see the conventions.
            #[inline(always)]
            fn chain(self, partial: Self) -> Self {
                Self::compute::<row::Chain>(&[self, partial])
            }

            /// Whether [`chain`](Real::chain) adds to a sum what the plain product does, whatever the partial is: so it is
            /// for a finite number.
            #[inline(always)]
            fn chains_plainly(self) -> bool {
                false
            }

            /// Adds to a sum of contributions that began at zero.
            #[inline(always)]
            fn accumulate(&mut self, other: Self) {
                *self += other;
            }

            /// The sums of a layer of neurons: of each the [`dot`](Real::dot) of its weights with `x`, plus its bias. Writes
            /// as many as there are neurons and places in `sums`.
            ///
            /// [`Active`](crate::Active) does it for all neurons at once where the weights of each are variables that follow one
            /// another.
            ///
            /// ```
            /// use engine::Real;
            ///
            /// fn layer<R: Real>(weights: &[R], biases: &[R], x: &[R]) -> [R; 2] {
            ///     let mut sums = [R::from(0.0); 2];
            ///     R::affine(x, weights.chunks(x.len()).zip(biases), &mut sums);
            ///     sums
            /// }
            /// assert_eq!(layer(&[1.0, 2.0, 3.0, 4.0], &[0.5, -0.5], &[1.0, 10.0]), [21.5, 42.5]);
            /// ```
            ///
            /// # Panics
            ///
            /// When a neuron has more or fewer weights than there are in `x`. It may panic too when the iterator computes with
            /// numbers that are being recorded.
            #[inline]
            fn affine<'a>(x: &[Self], neurons: impl Iterator<Item = (&'a [Self], &'a Self)> + Clone, sums: &mut [Self])
            where
                Self: 'a,
            {
                sums.iter_mut().zip(neurons).for_each(|(sum, (weights, bias))| *sum = Self::dot(weights, x) + *bias);
            }

            /// The power with a whole exponent.
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                Self::compute::<row::Powi>(&[self, Self::from(f64::from(n))])
            }

            $(
                $(#[$doc])*
                #[inline(always)]
                fn $name(self $(, $rest: Self)*) -> Self {
                    let $first = self;
                    Self::compute::<row::$Op>(&[$first $(, $rest)*])
                }
            )*
            $(
                $(#[$many_doc])*
                #[inline(always)]
                fn $many_name(all: &[Self]) -> Self {
                    Self::compute::<row::$ManyOp>(all)
                }
            )*
            $(
                $(#[$two_doc])*
                ///
                /// # Panics
                ///
                /// When the two lists differ in length.
                #[inline]
                fn $two_name(a: &[Self], b: &[Self]) -> Self {
                    expect_pairs(stringify!($two_name), a, b);
                    // Of two each, as in a first lesson: then the compiler knows the lengths.
                    match (<&[Self; 2]>::try_from(a), <&[Self; 2]>::try_from(b)) {
                        (Ok(a), Ok(b)) => Self::compute::<row::$TwoOp>(TwoLists(a, b)),
                        _ => Self::compute::<row::$TwoOp>(TwoLists(a, b)),
                    }
                }
            )*
        }
    };
}
each_op!(define_real);

#[inline(always)]
pub(crate) fn expect_pairs<R>(name: &str, a: &[R], b: &[R]) {
    assert!(a.len() == b.len(), "{name} of lists of {} and {} numbers", a.len(), b.len());
}

impl Real for f64 {
    #[inline(always)]
    fn compute<K: Row>(args: impl Arguments<Item = f64>) -> f64 {
        K::value(args)
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self == 0.0
    }

    #[inline(always)]
    fn chains_plainly(self) -> bool {
        self.is_finite()
    }
}

/// What every number type over [`Real::compute`] has: the operators in every mix with itself, `f64` and references to
/// both, the assigning forms, sums and products.
macro_rules! operators_from_compute {
    (@from ($($generics:tt)*) $Type:ty; $Source:ty) => {
        impl<$($generics)*> From<$Source> for $Type {
            #[inline(always)]
            fn from(number: $Source) -> Self {
                (*number).into()
            }
        }
    };
    (@each $generics:tt $Type:ty; $($Trait:ident $method:ident $Assign:ident $assign:ident),*) => {$(
        $crate::real::operators_from_compute!(@same $generics $Type; $Trait $method);
        $crate::real::operators_from_compute!(@mixed $generics $Type; $Trait $method;
            $Type, &$Type; &$Type, $Type; &$Type, &$Type;
            $Type, f64; f64, $Type; &$Type, f64; f64, &$Type;
            $Type, &f64; &f64, $Type; &$Type, &f64; &f64, &$Type);
        $crate::real::operators_from_compute!(@assign $generics $Type; $Trait $method $Assign $assign;
            $Type, &$Type, f64, &f64);
    )*};
    (@same ($($generics:tt)*) $Type:ty; $Trait:ident $method:ident) => {
        impl<$($generics)*> std::ops::$Trait for $Type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                <Self as $crate::Real>::compute::<$crate::row::$Trait>(&[self, other])
            }
        }
    };
    (@mixed $generics:tt $Type:ty; $Trait:ident $method:ident; $($Left:ty, $Right:ty);*) => {
        $($crate::real::operators_from_compute!(@mix $generics $Type; $Trait $method; $Left, $Right);)*
    };
    (@mix ($($generics:tt)*) $Type:ty; $Trait:ident $method:ident; $Left:ty, $Right:ty) => {
        impl<$($generics)*> std::ops::$Trait<$Right> for $Left {
            type Output = $Type;
            #[inline(always)]
            fn $method(self, other: $Right) -> $Type {
                std::ops::$Trait::$method(<$Type>::from(self), <$Type>::from(other))
            }
        }
    };
    (@assign $generics:tt $Type:ty; $Trait:ident $method:ident $Assign:ident $assign:ident; $($Right:ty),*) => {
        $($crate::real::operators_from_compute!(@assign_one $generics $Type; $Trait $method $Assign $assign; $Right);)*
    };
    (@assign_one ($($generics:tt)*) $Type:ty; $Trait:ident $method:ident $Assign:ident $assign:ident; $Right:ty) => {
        impl<$($generics)*> std::ops::$Assign<$Right> for $Type {
            #[inline(always)]
            fn $assign(&mut self, other: $Right) {
                *self = std::ops::$Trait::$method(*self, <$Type>::from(other));
            }
        }
    };
    (@alone ($($generics:tt)*) $Type:ty; $Item:ty) => {
        impl<$($generics)*> std::ops::Neg for $Item {
            type Output = $Type;
            #[inline(always)]
            fn neg(self) -> $Type {
                <$Type as $crate::Real>::compute::<$crate::row::Neg>(&[<$Type>::from(self)])
            }
        }
        /// One `sum` op, however many there are.
        impl<$($generics)*> std::iter::Sum<$Item> for $Type {
            fn sum<I: Iterator<Item = $Item>>(numbers: I) -> Self {
                let all: smallvec::SmallVec<[$Type; 16]> = numbers.map(<$Type>::from).collect();
                <Self as $crate::Real>::sum(&all)
            }
        }
        impl<$($generics)*> std::iter::Product<$Item> for $Type {
            fn product<I: Iterator<Item = $Item>>(numbers: I) -> Self {
                let all = numbers.map(<$Type>::from);
                all.reduce(|product, number| product * number).unwrap_or(<$Type>::from(1.0))
            }
        }
    };
    (($($generics:tt)*) $Type:ty) => {
        $crate::real::operators_from_compute!(@from ($($generics)*) $Type; &$Type);
        $crate::real::operators_from_compute!(@from ($($generics)*) $Type; &f64);
        $crate::real::operators_from_compute!(@each ($($generics)*) $Type;
            Add add AddAssign add_assign, Sub sub SubAssign sub_assign, Mul mul MulAssign mul_assign,
            Div div DivAssign div_assign, Rem rem RemAssign rem_assign);
        $crate::real::operators_from_compute!(@alone ($($generics)*) $Type; $Type);
        $crate::real::operators_from_compute!(@alone ('a, $($generics)*) $Type; &'a $Type);
    };
}
pub(crate) use operators_from_compute;

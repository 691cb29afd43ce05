//! The arithmetic that the op table needs, so that one formula serves every number type.

use crate::ops::{Op, each_op};
use smallvec::SmallVec;
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
        /// [`Value`](crate::Value).
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
            /// The result of `op` on `args`, which are as many as the op takes.
            fn apply(op: Op, args: &[Self]) -> Self;

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
                Self::apply(Op::Chain, &[self, partial])
            }

            /// Adds to a sum of contributions that began at zero.
            #[inline(always)]
            fn accumulate(&mut self, other: Self) {
                *self += other;
            }

            /// The power with a whole exponent.
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                Self::apply(Op::Powi, &[self, Self::from(f64::from(n))])
            }

            $(
                $(#[$doc])*
                #[inline(always)]
                fn $name(self $(, $rest: Self)*) -> Self {
                    let $first = self;
                    Self::apply(Op::$Op, &[$first $(, $rest)*])
                }
            )*
            $(
                $(#[$many_doc])*
                #[inline(always)]
                fn $many_name(all: &[Self]) -> Self {
                    Self::apply(Op::$ManyOp, all)
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
                    assert!(a.len() == b.len(), "{} of lists of {} and {} numbers", stringify!($two_name), a.len(), b.len());
                    let both: SmallVec<[Self; 32]> = a.iter().chain(b).copied().collect();
                    Self::apply(Op::$TwoOp, &both)
                }
            )*
        }
    };
}
each_op!(define_real);

impl Real for f64 {
    #[inline(always)]
    fn apply(op: Op, args: &[f64]) -> f64 {
        op.value(args)
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self == 0.0
    }
}

/// Calls `f` with what `get` takes from each of `items`, on the stack when they are few.
#[inline(always)]
pub(crate) fn gather<T, R: Copy, O>(items: &[T], get: impl Fn(&T) -> R, f: impl FnOnce(&[R]) -> O) -> O {
    match items {
        [a] => f(&[get(a)]),
        [a, b] => f(&[get(a), get(b)]),
        [a, b, c] => f(&[get(a), get(b), get(c)]),
        many => f(&many.iter().map(get).collect::<SmallVec<[R; 16]>>()),
    }
}

/// The operators of a number type whose arithmetic is [`Real::apply`], in every mix with `f64` and with assignment.
macro_rules! operators_from_apply {
    (($($generics:tt)*) $Type:ty) => {
        $crate::real::operators_from_apply!(@each ($($generics)*) $Type;
            Add add AddAssign add_assign Add, Sub sub SubAssign sub_assign Sub, Mul mul MulAssign mul_assign Mul,
            Div div DivAssign div_assign Div, Rem rem RemAssign rem_assign Rem);
        impl<$($generics)*> std::ops::Neg for $Type {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                <Self as $crate::Real>::apply($crate::Op::Neg, &[self])
            }
        }
    };
    (@each $generics:tt $Type:ty; $($Trait:ident $method:ident $Assign:ident $assign:ident $Op:ident),*) => {
        $($crate::real::operators_from_apply!(@one $generics $Type; $Trait $method $Assign $assign $Op);)*
    };
    (@one ($($generics:tt)*) $Type:ty; $Trait:ident $method:ident $Assign:ident $assign:ident $Op:ident) => {
        impl<$($generics)*> std::ops::$Trait for $Type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                <Self as $crate::Real>::apply($crate::Op::$Op, &[self, other])
            }
        }
        impl<$($generics)*> std::ops::$Trait<f64> for $Type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                std::ops::$Trait::$method(self, Self::from(other))
            }
        }
        impl<$($generics)*> std::ops::$Trait<$Type> for f64 {
            type Output = $Type;
            #[inline(always)]
            fn $method(self, other: $Type) -> $Type {
                std::ops::$Trait::$method(<$Type>::from(self), other)
            }
        }
        impl<$($generics)*> std::ops::$Assign for $Type {
            #[inline(always)]
            fn $assign(&mut self, other: Self) {
                *self = std::ops::$Trait::$method(*self, other);
            }
        }
        impl<$($generics)*> std::ops::$Assign<f64> for $Type {
            #[inline(always)]
            fn $assign(&mut self, other: f64) {
                *self = std::ops::$Trait::$method(*self, Self::from(other));
            }
        }
    };
}
pub(crate) use operators_from_apply;

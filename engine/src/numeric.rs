//! num-traits and comparisons, so that code written for any number takes values, dual numbers and those of a Jacobian tape.
//!
//! ```
//! use engine::{Dual, Graph};
//! use num_traits::Float;
//!
//! /// Knows nothing of derivatives.
//! fn newton<T: Float>(square: T) -> T {
//!     let half = T::from(0.5).unwrap();
//!     (0..6).fold(square, |root, _| half * (root + square / root))
//! }
//! assert_eq!(newton(9.0), 3.0);
//! assert!((newton(Dual::variable(9.0)).tangent - 1.0 / 6.0).abs() < 1e-15);
//! let g = Graph::new();
//! let x = g.param("x", 9.0);
//! assert!((newton(x).backward()[x] - 1.0 / 6.0).abs() < 1e-15);
//! ```

use crate::dual::Dual;
use crate::jacobian::Active;
use crate::real::Real;
use crate::value::Value;
use num_traits::{Bounded, Float, FloatConst, FromPrimitive, Inv, Num, One, Pow, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::num::FpCategory;

macro_rules! numeric_traits {
    (@from ($($generics:tt)*) $Type:ty; $Source:ty) => {
        impl<$($generics)*> From<$Source> for $Type {
            fn from(number: $Source) -> Self {
                Self::from(f64::from(number))
            }
        }
    };
    (@compare $generics:tt $($Left:ty, $Right:ty);*) => {
        $(numeric_traits!(@compare_one $generics $Left, $Right);)*
    };
    (@compare_one ($($generics:tt)*) $Left:ty, $Right:ty) => {
        /// By number.
        impl<$($generics)*> PartialEq<$Right> for $Left {
            fn eq(&self, other: &$Right) -> bool {
                self.primal() == other.primal()
            }
        }
        /// By number.
        impl<$($generics)*> PartialOrd<$Right> for $Left {
            fn partial_cmp(&self, other: &$Right) -> Option<Ordering> {
                self.primal().partial_cmp(&other.primal())
            }
        }
    };
    (@power ($($generics:tt)*) $Type:ty; $Exponent:ty, $power:path) => {
        impl<$($generics)*> Pow<$Exponent> for $Type {
            type Output = Self;
            fn pow(self, exponent: $Exponent) -> Self {
                $power(self, exponent.into())
            }
        }
    };
    (@traits ($($generics:tt)*) $Type:ty) => {
        impl<$($generics)*> Inv for $Type {
            type Output = Self;
            fn inv(self) -> Self {
                Real::recip(self)
            }
        }

        /// Zero.
        impl<$($generics)*> Default for $Type {
            fn default() -> Self {
                Self::from(0.0)
            }
        }

        impl<$($generics)*> Zero for $Type {
            fn zero() -> Self {
                Self::from(0.0)
            }
            fn is_zero(&self) -> bool {
                self.primal() == 0.0
            }
        }

        impl<$($generics)*> One for $Type {
            fn one() -> Self {
                Self::from(1.0)
            }
        }

        impl<$($generics)*> Num for $Type {
            type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;
            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                f64::from_str_radix(text, radix).map(Self::from)
            }
        }

        impl<$($generics)*> Bounded for $Type {
            fn min_value() -> Self {
                Self::from(f64::MIN)
            }
            fn max_value() -> Self {
                Self::from(f64::MAX)
            }
        }

        impl<$($generics)*> ToPrimitive for $Type {
            fn to_i64(&self) -> Option<i64> {
                self.primal().to_i64()
            }
            fn to_u64(&self) -> Option<u64> {
                self.primal().to_u64()
            }
            fn to_f64(&self) -> Option<f64> {
                Some(self.primal())
            }
        }

        impl<$($generics)*> FromPrimitive for $Type {
            fn from_i64(number: i64) -> Option<Self> {
                f64::from_i64(number).map(Self::from)
            }
            fn from_u64(number: u64) -> Option<Self> {
                f64::from_u64(number).map(Self::from)
            }
            fn from_f64(number: f64) -> Option<Self> {
                Some(Self::from(number))
            }
        }

        impl<$($generics)*> num_traits::NumCast for $Type {
            fn from<N: ToPrimitive>(number: N) -> Option<Self> {
                number.to_f64().map(<Self as From<f64>>::from)
            }
        }

        /// `signum` of 0 is 0, as in the op table.
        impl<$($generics)*> Signed for $Type {
            fn abs(&self) -> Self {
                Real::abs(*self)
            }
            fn abs_sub(&self, other: &Self) -> Self {
                Real::max(*self - *other, Self::from(0.0))
            }
            fn signum(&self) -> Self {
                Real::signum(*self)
            }
            fn is_positive(&self) -> bool {
                self.primal().is_sign_positive()
            }
            fn is_negative(&self) -> bool {
                self.primal().is_sign_negative()
            }
        }

        /// By the op table, whose conventions hold: `max` and `min` propagate NaN, `signum` of 0 is 0. `mul_add` rounds
        /// twice.
        impl<$($generics)*> Float for $Type {
            numeric_traits!(@constants
                nan NAN, infinity INFINITY, neg_infinity NEG_INFINITY, min_value MIN, max_value MAX,
                min_positive_value MIN_POSITIVE, epsilon EPSILON);
            numeric_traits!(@questions
                is_nan bool, is_infinite bool, is_finite bool, is_normal bool, is_subnormal bool, classify FpCategory,
                is_sign_positive bool, is_sign_negative bool);
            numeric_traits!(@functions
                floor(), ceil(), round(), trunc(), abs(), signum(), recip(), sqrt(), cbrt(), exp(), exp_m1(), ln(), ln_1p(),
                log2(), log10(), sin(), cos(), tan(), asin(), acos(), atan(), sinh(), cosh(), tanh(), asinh(), acosh(),
                atanh(), powf(other: Self), max(other: Self), min(other: Self), hypot(other: Self), atan2(other: Self),
                powi(other: i32));
            fn neg_zero() -> Self {
                Self::from(-0.0)
            }
            fn fract(self) -> Self {
                self - Real::trunc(self)
            }
            fn mul_add(self, a: Self, b: Self) -> Self {
                self * a + b
            }
            fn exp2(self) -> Self {
                Real::powf(Self::from(2.0), self)
            }
            fn log(self, base: Self) -> Self {
                Real::ln(self) / Real::ln(base)
            }
            fn to_degrees(self) -> Self {
                self * 1.0_f64.to_degrees()
            }
            fn to_radians(self) -> Self {
                self * 1.0_f64.to_radians()
            }
            fn abs_sub(self, other: Self) -> Self {
                Signed::abs_sub(&self, &other)
            }
            fn sin_cos(self) -> (Self, Self) {
                (Real::sin(self), Real::cos(self))
            }
            fn integer_decode(self) -> (u64, i16, i8) {
                Float::integer_decode(self.primal())
            }
        }

        #[allow(non_snake_case)]
        impl<$($generics)*> FloatConst for $Type {
            numeric_traits!(@constants_of_mathematics
                E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10
                LN_2 LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10);
        }
    };
    (@constants $($name:ident $CONSTANT:ident),*) => {$(
        fn $name() -> Self {
            Self::from(f64::$CONSTANT)
        }
    )*};
    (@questions $($name:ident $Answer:ty),*) => {$(
        fn $name(self) -> $Answer {
            self.primal().$name()
        }
    )*};
    (@functions $($name:ident($($other:ident: $Other:ty)?)),*) => {$(
        fn $name(self $(, $other: $Other)?) -> Self {
            Real::$name(self $(, $other)?)
        }
    )*};
    (@constants_of_mathematics $($CONSTANT:ident)*) => {$(
        fn $CONSTANT() -> Self {
            Self::from(std::f64::consts::$CONSTANT)
        }
    )*};
    ($generics:tt $Type:ty) => {
        numeric_traits!(@from $generics $Type; f32);
        numeric_traits!(@from $generics $Type; i32);
        numeric_traits!(@compare $generics $Type, $Type; $Type, f64; f64, $Type);
        numeric_traits!(@power $generics $Type; i32, Real::powi);
        numeric_traits!(@power $generics $Type; f64, Real::powf);
        numeric_traits!(@power $generics $Type; $Type, Real::powf);
        numeric_traits!(@traits $generics $Type);
    };
}

numeric_traits!(('g) Value<'g>);
numeric_traits!((R: Real) Dual<R>);
numeric_traits!(('t) Active<'t>);

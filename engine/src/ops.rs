//! The table of operations: one row an op, and nothing about an op is said anywhere else.
//!
//! Four groups differ only in how a program writes them: `operators` have hand-written methods, `functions` and `many`
//! (any number of arguments) get theirs from the row, and `two_lists` take two lists, one after the other.
//!
//! A row reads
//!
//! ```text
//! /// What it is.                       the documentation of the variant and of the methods
//! Ln ln(x) -> y {                       variant, method, names of the inputs and of the result
//!     value: x.ln(),                    the number, from f64 inputs
//!     partials: [x.recip()],            one an input; of any `Real`, from the inputs and the result
//!     cheap: "where it loses digits";   the partials keep 2^-52 absolute there, not 4 ulp (optional)
//!     domain: x > 0.0, "x > 0";         where it is defined (optional)
//!     branch: sign(x);                  changes where the op has a kink, a jump or a pole (optional)
//!     show: Infix("+", 1);              how it is written, when not as a call (optional)
//!     probes: [[0.3], [1.7]];           points at which the tests try it, away from coincidences
//! }
//! ```
//!
//! An op of any number of arguments gives the partial by the one at `k`, and may compute what all of them need `once`;
//! an op of two lists gives the partials by all of each, one after the other.
//!
//! Methods of [`Real`] and [`Value`](crate::Value), rendering, both sweeps and the tests pick it up from here. The
//! formulas are textbook derivatives; where a form is chosen for its rounding, the row's comment says why. Conventions
//! at kinks are listed in `docs/CONVENTIONS.md`.

use crate::arguments::Arguments;
use crate::real::Real;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, LN_10, PI};

macro_rules! each_op {
    ($callback:ident) => {
        $callback! {
            operators {
                /// The negative, `-x`.
                Neg neg(x) -> y { value: -x, partials: [R::from(-1.0)], show: Prefix("-", 3); probes: [[1.7], [-0.3]]; }
                /// The sum `a + b`.
                Add add(a, b) -> y {
                    value: a + b, partials: [R::from(1.0), R::from(1.0)],
                    show: Infix(" + ", 1); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The difference `a - b`.
                Sub sub(a, b) -> y {
                    value: a - b, partials: [R::from(1.0), R::from(-1.0)],
                    show: Infix(" - ", 1); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The product `a * b`.
                Mul mul(a, b) -> y {
                    value: a * b, partials: [b, a],
                    show: Infix("*", 2); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The quotient `a / b`.
                Div div(a, b) -> y {
                    value: a / b, partials: [b.recip(), -y / b],
                    domain: b != 0.0, "b != 0"; branch: sign(b);
                    show: Infix("/", 2); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The remainder of `a / b` with the sign of `a`, as Rust's `%`.
                // a / b can round up to a whole number that it does not reach, as in 1 % 0.1; (a - y) / b is near one.
                Rem rem(a, b) -> y {
                    value: a % b, partials: [R::from(1.0), -((a - y) / b).round()],
                    domain: b != 0.0, "b != 0"; branch: ((a - a % b) / b).round();
                    show: Infix(" % ", 2); probes: [[7.5, 2.0], [-7.25, 3.0], [5.5, -1.75]];
                }
                /// A product of the chain rule, `a` times the partial `p`: zero if either is exactly zero, even against
                /// an infinity or a NaN. The sweeps multiply with it; see the conventions.
                Chain chain(a, p) -> y {
                    value: strong_product(a, p), partials: [p, a],
                    show: Infix("·", 2); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The power `x^n` with a whole exponent, which is not differentiated.
                Powi powi(x, n) -> y {
                    value: whole_power(x, n),
                    partials: [n.chain(R::compute::<row::Powi>(&[x, n - 1.0])), R::from(0.0)],
                    domain: x != 0.0 || n >= 0.0, "x != 0 for a negative exponent";
                    branch: if n < 0.0 { sign(x) } else { 0.0 };
                    show: Infix("^", 4); probes: [[1.7, 3.0], [-0.6, 2.0], [-1.3, -3.0], [2.5, 7.0]];
                }
            }
            functions {
                /// The reciprocal `1 / x`.
                Recip recip(x) -> y {
                    value: 1.0 / x, partials: [-y * y],
                    domain: x != 0.0, "x != 0"; branch: sign(x);
                    probes: [[1.7], [-0.3]];
                }
                /// The power `a^b`, differentiable in both; NaN for a negative `a` unless `b` is whole.
                // b - 1 is rounded, which costs a^(b - 1) many digits: the last factor gives them back, to first order in
                // what the rounding lost, and its logarithm is bounded for a = 0 and infinity. y / a would keep them too,
                // but underflows with y.
                Powf powf(a, b) -> y {
                    value: a.powf(b),
                    partials: [
                        b.chain(
                            a.powf(b - 1.0)
                                * ((b - (b - 1.0 + 1.0)) * a.abs().ln().max(R::from(-800.0)).min(R::from(800.0)) + 1.0),
                        ),
                        R::select(a.abs(), y.chain(a.ln()), R::from(0.0)),
                    ],
                    domain: a > 0.0 || (a == 0.0 && b >= 0.0) || (a < 0.0 && b == b.trunc()),
                        "a > 0, or a whole exponent, or 0 to a power >= 0";
                    branch: sign(a);
                    show: Infix("^", 4); probes: [[1.7, 2.3], [0.4, -1.6], [3.5, 0.5]];
                }
                /// The exponential `e^x`.
                Exp exp(x) -> y { value: x.exp(), partials: [y], probes: [[-1.3], [0.7], [2.1]]; }
                /// `e^x - 1`, exact near zero.
                ExpM1 exp_m1(x) -> y { value: x.exp_m1(), partials: [x.exp()], probes: [[-1.3], [1e-9], [2.1]]; }
                /// The natural logarithm.
                Ln ln(x) -> y {
                    value: x.ln(), partials: [x.recip()],
                    domain: x > 0.0, "x > 0"; branch: sign(x); probes: [[0.3], [1.7], [42.0]];
                }
                /// `ln(1 + x)`, exact near zero.
                Ln1p ln_1p(x) -> y {
                    value: x.ln_1p(), partials: [(x + 1.0).recip()],
                    domain: x > -1.0, "x > -1"; branch: sign(x + 1.0); probes: [[-0.7], [1e-9], [3.1]];
                }
                /// The logarithm to base 2.
                Log2 log2(x) -> y {
                    value: x.log2(), partials: [(x * LN_2).recip()],
                    domain: x > 0.0, "x > 0"; branch: sign(x); probes: [[0.3], [1.7], [42.0]];
                }
                /// The logarithm to base 10.
                Log10 log10(x) -> y {
                    value: x.log10(), partials: [(x * LN_10).recip()],
                    domain: x > 0.0, "x > 0"; branch: sign(x); probes: [[0.3], [1.7], [42.0]];
                }
                /// The square root.
                Sqrt sqrt(x) -> y {
                    value: x.sqrt(), partials: [y.recip() * 0.5],
                    domain: x >= 0.0, "x >= 0"; branch: sign(x); probes: [[0.3], [1.7], [42.0]];
                }
                /// The cube root, of negative numbers too.
                Cbrt cbrt(x) -> y {
                    value: x.cbrt(), partials: [(y * y * 3.0).recip()],
                    branch: sign(x); probes: [[-0.3], [1.7], [42.0]];
                }
                /// The sine of `x` radians.
                Sin sin(x) -> y { value: x.sin(), partials: [x.cos()], probes: [[-1.3], [0.7], [4.0]]; }
                /// The cosine of `x` radians.
                Cos cos(x) -> y { value: x.cos(), partials: [-x.sin()], probes: [[-1.3], [0.7], [4.0]]; }
                /// The tangent of `x` radians.
                Tan tan(x) -> y {
                    value: x.tan(), partials: [y * y + 1.0],
                    branch: (x / PI + 0.5).floor(); probes: [[-1.3], [0.7], [4.0]];
                }
                /// The arcsine, in radians.
                // (1 - x)(1 + x) keeps the digits that 1 - x*x loses near 1.
                Asin asin(x) -> y {
                    value: x.asin(), partials: [((R::from(1.0) - x) * (x + 1.0)).sqrt().recip()],
                    domain: x.abs() <= 1.0, "-1 <= x <= 1"; probes: [[-0.8], [0.1], [0.6]];
                }
                /// The arccosine, in radians.
                Acos acos(x) -> y {
                    value: x.acos(), partials: [-((R::from(1.0) - x) * (x + 1.0)).sqrt().recip()],
                    domain: x.abs() <= 1.0, "-1 <= x <= 1"; probes: [[-0.8], [0.1], [0.6]];
                }
                /// The arctangent, in radians.
                Atan atan(x) -> y { value: x.atan(), partials: [(x * x + 1.0).recip()], probes: [[-1.3], [0.7], [4.0]]; }
                /// The angle of the point `(b, a)`, in radians, as Rust's `a.atan2(b)`.
                // Dividing by the length twice neither overflows nor underflows, as dividing by its square does.
                Atan2 atan2(a, b) -> y {
                    value: a.atan2(b),
                    partials: [b / a.hypot(b) / a.hypot(b), -a / a.hypot(b) / a.hypot(b)],
                    branch: if b < 0.0 { sign(a) } else { 0.0 };
                    probes: [[1.7, 0.4], [-0.3, 2.5], [1.1, -0.6], [-2.0, -0.7]];
                }
                /// The hyperbolic sine.
                Sinh sinh(x) -> y { value: x.sinh(), partials: [x.cosh()], probes: [[-1.3], [0.7], [2.1]]; }
                /// The hyperbolic cosine.
                Cosh cosh(x) -> y { value: x.cosh(), partials: [x.sinh()], probes: [[-1.3], [0.7], [2.1]]; }
                /// The hyperbolic tangent.
                Tanh tanh(x) -> y {
                    value: tanh(x, f64::exp_m1), partials: [R::from(1.0) - y * y],
                    cheap: "1 - y*y, where tanh saturates"; probes: [[-1.3], [0.7], [2.1]];
                }
                /// The inverse hyperbolic sine.
                Asinh asinh(x) -> y {
                    value: libm::asinh(x), partials: [x.hypot(R::from(1.0)).recip()], probes: [[-1.3], [0.7], [4.0]];
                }
                /// The inverse hyperbolic cosine.
                // Two roots, since the root of the product overflows from 1e154 on.
                Acosh acosh(x) -> y {
                    value: libm::acosh(x), partials: [((x - 1.0).sqrt() * (x + 1.0).sqrt()).recip()],
                    domain: x >= 1.0, "x >= 1"; probes: [[1.2], [2.7], [42.0]];
                }
                /// The inverse hyperbolic tangent.
                Atanh atanh(x) -> y {
                    value: libm::atanh(x), partials: [((R::from(1.0) - x) * (x + 1.0)).recip()],
                    domain: x.abs() < 1.0, "-1 < x < 1"; probes: [[-0.8], [0.1], [0.6]];
                }
                /// The absolute value; its derivative at 0 is 0.
                Abs abs(x) -> y { value: x.abs(), partials: [x.signum()], branch: sign(x); probes: [[-1.3], [0.7]]; }
                /// The sign: -1, 0 or 1, and 0 at 0 (unlike `f64::signum`).
                Signum signum(x) -> y { value: sign(x), partials: [R::from(0.0)], branch: sign(x); probes: [[-1.3], [0.7]]; }
                /// The largest whole number not above `x`.
                Floor floor(x) -> y { value: x.floor(), partials: [R::from(0.0)], branch: x.floor(); probes: [[-1.3], [0.7]]; }
                /// The smallest whole number not below `x`.
                Ceil ceil(x) -> y { value: x.ceil(), partials: [R::from(0.0)], branch: x.ceil(); probes: [[-1.3], [0.7]]; }
                /// The nearest whole number, halves away from zero.
                Round round(x) -> y { value: x.round(), partials: [R::from(0.0)], branch: x.round(); probes: [[-1.3], [0.7]]; }
                /// The whole part, towards zero.
                Trunc trunc(x) -> y { value: x.trunc(), partials: [R::from(0.0)], branch: x.trunc(); probes: [[-1.3], [0.7]]; }
                /// The larger of two; NaN if either is; equal ones share the derivative.
                Max max(a, b) -> y {
                    value: if b.is_nan() || b > a { b } else { a }, partials: [a.exceeds(b), b.exceeds(a)],
                    branch: order(a, b); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The smaller of two; NaN if either is; equal ones share the derivative.
                Min min(a, b) -> y {
                    value: if b.is_nan() || b < a { b } else { a }, partials: [b.exceeds(a), a.exceeds(b)],
                    branch: order(a, b); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// 1 where `a > b`, 1/2 where they are equal, 0 where `a < b`: the derivative of `max` by `a`.
                Exceeds exceeds(a, b) -> y {
                    value: (order(a, b) + 1.0) / 2.0, partials: [R::from(0.0), R::from(0.0)],
                    branch: order(a, b); probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The length `sqrt(a*a + b*b)`; its derivative at the origin is 0.
                Hypot hypot(a, b) -> y {
                    value: a.hypot(b),
                    partials: [R::select(y, a / y, R::from(0.0)), R::select(y, b / y, R::from(0.0))],
                    branch: if a == 0.0 { sign(b) } else if b == 0.0 { sign(a) } else { 2.0 };
                    probes: [[1.7, -0.4], [-2.5, 3.25]];
                }
                /// The logistic function `1 / (1 + e^-x)`, without overflow.
                Sigmoid sigmoid(x) -> y {
                    value: logistic(x, f64::exp), partials: [y * (R::from(1.0) - y)],
                    cheap: "y*(1 - y), where y is near 1"; probes: [[-1.3], [0.7], [4.0]];
                }
                /// `ln(1 + e^x)`, without overflow.
                Softplus softplus(x) -> y {
                    value: softplus(x, f64::exp, f64::ln_1p), partials: [x.sigmoid()], probes: [[-1.3], [0.7], [4.0]];
                }
                /// The rectifier `max(x, 0)`; its derivative at 0 is 0.
                Relu relu(x) -> y {
                    value: choose(x, x, 0.0), partials: [R::select(x, R::from(1.0), R::from(0.0))],
                    branch: sign(x); probes: [[-1.3], [0.7]];
                }
                /// `x` where positive, else `slope * x`; its derivative at 0 is the slope.
                LeakyRelu leaky_relu(x, slope) -> y {
                    value: choose(x, x, slope * x),
                    partials: [R::select(x, R::from(1.0), slope), R::select(x, R::from(0.0), x)],
                    branch: sign(x); probes: [[-1.3, 0.01], [0.7, 0.2], [-0.4, -0.3]];
                }
                /// `x * sigmoid(x)`, also called swish.
                // 1 - sigmoid(x) would lose its digits where it meets a large x: sigmoid(-x) has them all.
                Silu silu(x) -> y {
                    value: silu(x), partials: [x.sigmoid() * (x * (-x).sigmoid() + 1.0)],
                    cheap: "a sum that cancels near its root at -1.28"; probes: [[-1.3], [0.7], [4.0]];
                }
                /// The probability of a standard normal variable below `x`: within 2^-52, as the erfc of the libm crate is.
                NormalCdf normal_cdf(x) -> y {
                    value: normal_cdf(x), partials: [normal_density(x)],
                    cheap: "the exponential of a rounded square"; probes: [[-1.3], [0.7], [2.1]];
                }
                /// The exact Gaussian error linear unit, `x * normal_cdf(x)`: within 2^-52 where it is not within 2 ulp.
                Gelu gelu(x) -> y {
                    value: x * normal_cdf(x),
                    partials: [x.normal_cdf() + x * normal_density(x)],
                    cheap: "a sum that cancels near its root at -0.75"; probes: [[-1.3], [0.7], [2.1]];
                }
                /// `a` where the condition is positive, else `b`; NaN for a condition that is NaN.
                Select select(c, a, b) -> y {
                    value: choose(c, a, b),
                    partials: [
                        R::from(0.0),
                        R::select(c, R::from(1.0), R::from(0.0)),
                        R::select(c, R::from(0.0), R::from(1.0)),
                    ],
                    branch: sign(c); probes: [[1.5, 0.3, -2.0], [-0.5, 0.3, -2.0]];
                }
            }
            many {
                /// The sum of all, one node however many.
                Sum sum(xs, k) -> y {
                    value: xs.each().sum(), partial: R::from(1.0),
                    probes: [[1.5, -0.25, 3.0], [0.5, -1e-3, 0.1, 7.0]];
                }
                /// The logarithm of the sum of the exponentials, without overflow.
                LogSumExp log_sum_exp(xs, k) -> y {
                    value: log_sum_exp(xs), once: total = total(xs, y), partial: share(xs.at(k), y) / total,
                    cheap: "the exponential of a rounded difference";
                    probes: [[1.5, -0.25, 3.0], [0.5, -1e-3]];
                }
            }
            two_lists {
                /// The sum of products of two lists of one length, given one after the other; one node.
                Dot dot(a, b) -> y {
                    value: a.each().zip(b.each()).map(|(a, b)| a * b).sum(),
                    partials: [b.each(), a.each()],
                    probes: [[1.5, -0.25, 3.0, 0.7], [0.5, -1e-3, 0.1, 7.0, -2.0, 0.3]];
                }
            }
        }
    };
}
pub(crate) use each_op;

/// How an op is written in a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `name(a, b)`.
    Call,
    /// The symbol before its operand; the number is how tightly it binds.
    Prefix(&'static str, u8),
    /// The symbol between its operands; the number is how tightly it binds.
    Infix(&'static str, u8),
}

/// Takes the partials of one op, one for each of its arguments.
pub trait Partials<R> {
    /// Takes the partial by the argument at `position`; what is not needed is not computed.
    fn take(&mut self, position: usize, partial: impl FnOnce() -> R);

    /// Takes the partials by the arguments from `first` on, of an op of any number of arguments: by those of one half, in
    /// which it may have a list of its own.
    #[inline(always)]
    fn take_each(&mut self, first: usize, partials: impl Iterator<Item = R>) {
        partials.enumerate().for_each(|(position, partial)| self.take(first + position, || partial));
    }
}

/// How many arguments an op takes that takes any number, for [`Op::partials_among`].
pub(crate) const MANY: usize = usize::MAX;

/// A row of the table as a type, for code that knows the op when it is compiled; the types are in [`row`].
///
/// At run time an op is an [`Op`], which has the same functions.
pub trait Row {
    /// The op of this row.
    const OP: Op;

    /// See [`Op::value`].
    fn value(args: impl Arguments<Item = f64>) -> f64;

    /// See [`Op::partials`].
    fn partials<R: Real>(args: impl Arguments<Item = R>, y: R, sink: &mut impl Partials<R>);
}

/// What to do with the row of an op that is known at run time only, see [`Op::with_row`].
pub trait WithRow {
    /// What comes of it.
    type Output;

    /// Does it.
    fn with_row<K: Row>(self) -> Self::Output;
}

/// Names the numbers as a row does.
macro_rules! bind {
    (($($input:ident),+) = $args:ident; $body:expr) => {{
        let [$($input),+] = $args.exactly();
        $body
    }};
}

macro_rules! count {
    (($($input:ident),+)) => { [$(stringify!($input)),+].len() };
}

macro_rules! hand_over {
    ($sink:ident, $position:expr,) => {};
    ($sink:ident, $position:expr, $partial:expr, $($more:tt)*) => {
        $sink.take($position, || $partial);
        hand_over!($sink, $position + 1, $($more)*);
    };
}

macro_rules! define_ops {
    (
        operators { $($operators:tt)* }
        functions { $($functions:tt)* }
        many { $($many:tt)* }
        two_lists { $($two_lists:tt)* }
    ) => {
        define_ops!(@rows fixed { $($operators)* $($functions)* } many { $($many)* } two_lists { $($two_lists)* });
    };
    (@rows
        fixed { $(
            $(#[$doc:meta])*
            $Op:ident $name:ident $inputs:tt -> $y:ident {
                value: $value:expr,
                partials: [$($partial:expr),+ $(,)?],
                $(cheap: $cheap:literal;)?
                $(domain: $domain:expr, $needs:literal;)?
                $(branch: $branch:expr;)?
                $(show: $show:expr;)?
                probes: [$($probe:expr),*];
            }
        )* }
        many { $(
            $(#[$many_doc:meta])*
            $ManyOp:ident $many_name:ident($xs:ident, $k:ident) -> $many_y:ident {
                value: $many_value:expr,
                $(once: $once:ident = $once_value:expr,)?
                partial: $many_partial:expr,
                $(cheap: $many_cheap:literal;)?
                probes: [$($many_probe:expr),*];
            }
        )* }
        two_lists { $(
            $(#[$two_doc:meta])*
            $TwoOp:ident $two_name:ident($a:ident, $b:ident) -> $two_y:ident {
                value: $two_value:expr,
                partials: [$by_a:expr, $by_b:expr],
                probes: [$($two_probe:expr),*];
            }
        )* }
    ) => {
        /// An operation: what a node of the graph computes from earlier nodes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op {
            /// A number that is data, such as a sample.
            Input,
            /// A number to differentiate with respect to.
            Param,
            /// A number that never changes.
            Const,
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nPartials: ", $("`", stringify!($partial), "` "),+)]
                $(#[doc = concat!("(to 2^-52 absolute: ", $cheap, ")")])?
                $(#[doc = concat!("\n\nDefined for ", $needs, ".")])?
                $Op,
            )*
            $(
                $(#[$many_doc])*
                $(#[doc = concat!("\n\nPartials to 2^-52 absolute: ", $many_cheap)])?
                $ManyOp,
            )*
            $( $(#[$two_doc])* $TwoOp, )*
        }

        impl Op {
            /// Every op that computes, in the order of the table.
            pub const ALL: &'static [Op] = &[$(Op::$Op,)* $(Op::$ManyOp,)* $(Op::$TwoOp,)*];

            /// The name, as the method is called.
            ///
            /// ```
            /// assert_eq!(engine::Op::LogSumExp.name(), "log_sum_exp");
            /// ```
            pub const fn name(self) -> &'static str {
                match self {
                    Op::Input => "input",
                    Op::Param => "param",
                    Op::Const => "const",
                    $(Op::$Op => stringify!($name),)*
                    $(Op::$ManyOp => stringify!($many_name),)*
                    $(Op::$TwoOp => stringify!($two_name),)*
                }
            }

            /// How many arguments it takes: `None` for any number.
            ///
            /// ```
            /// use engine::Op;
            ///
            /// assert_eq!([Op::Param, Op::Exp, Op::Mul, Op::Sum].map(Op::arity), [Some(0), Some(1), Some(2), None]);
            /// ```
            #[inline(always)]
            pub const fn arity(self) -> Option<usize> {
                match self {
                    Op::Input | Op::Param | Op::Const => Some(0),
                    $(Op::$Op => Some(count!($inputs)),)*
                    $(Op::$ManyOp => None,)*
                    $(Op::$TwoOp => None,)*
                }
            }

            /// How it is written in a formula.
            ///
            /// ```
            /// use engine::{Notation, Op};
            ///
            /// assert_eq!(Op::Exp.notation(), Notation::Call);
            /// assert!(matches!(Op::Mul.notation(), Notation::Infix("*", _)));
            /// ```
            pub const fn notation(self) -> Notation {
                use Notation::*;
                match self {
                    $($(Op::$Op => $show,)?)*
                    _ => Call,
                }
            }

            /// What it asks of its arguments, when these numbers do not meet it: `x > 0`.
            ///
            /// ```
            /// use engine::Op;
            ///
            /// assert_eq!(Op::Ln.violated(&[-2.0]), Some("x > 0"));
            /// assert_eq!(Op::Ln.violated(&[2.0]), None);
            /// ```
            #[allow(unused_variables)]
            pub fn violated(self, args: &[f64]) -> Option<&'static str> {
                match self {
                    $($(Op::$Op => bind!($inputs = args; if $domain { None } else { Some($needs) }),)?)*
                    _ => None,
                }
            }

            /// Where the op switches: between two points with different numbers lies a kink, a jump or a pole.
            ///
            /// ```
            /// use engine::Op;
            ///
            /// assert_eq!((Op::Relu.branch(&[-0.1]), Op::Relu.branch(&[0.1])), (-1.0, 1.0));
            /// assert_eq!(Op::Exp.branch(&[-0.1]), Op::Exp.branch(&[0.1]));
            /// ```
            #[allow(unused_variables)]
            pub fn branch(self, args: &[f64]) -> f64 {
                match self {
                    $($(Op::$Op => bind!($inputs = args; $branch),)?)*
                    _ => 0.0,
                }
            }

            /// Where the partials keep 2^-52 absolute instead of 4 ulp, for the ops that use such a form.
            ///
            /// ```
            /// use engine::Op;
            ///
            /// assert!(Op::Tanh.cheap().is_some() && Op::Exp.cheap().is_none());
            /// ```
            pub const fn cheap(self) -> Option<&'static str> {
                match self {
                    $($(Op::$Op => Some($cheap),)?)*
                    $($(Op::$ManyOp => Some($many_cheap),)?)*
                    _ => None,
                }
            }

            /// Points at which the tests try the op.
            ///
            /// ```
            /// use engine::Op;
            ///
            /// let probes = Op::Hypot.probes();
            /// assert!(!probes.is_empty() && probes.iter().all(|point| point.len() == 2));
            /// ```
            pub const fn probes(self) -> &'static [&'static [f64]] {
                match self {
                    $(Op::$Op => &[$(&$probe),*],)*
                    $(Op::$ManyOp => &[$(&$many_probe),*],)*
                    $(Op::$TwoOp => &[$(&$two_probe),*],)*
                    _ => &[],
                }
            }

            /// The number that the op makes of its arguments.
            ///
            /// ```
            /// use engine::Op;
            ///
            /// assert_eq!(Op::Hypot.value(&[3.0, 4.0]), 5.0);
            /// assert_eq!(Op::Sum.value(&[1.0, 2.0, 4.0]), 7.0);
            /// ```
            ///
            /// # Panics
            ///
            /// When the number of arguments is not the op's, or the op is a leaf.
            #[inline(always)]
            pub fn value(self, args: impl Arguments<Item = f64>) -> f64 {
                self.compute(args)
            }

            /// The derivatives of the op's result `y` by each of its arguments, handed to `sink`.
            ///
            /// ```
            /// use engine::{Op, Partials};
            ///
            /// struct Listed(Vec<f64>);
            ///
            /// impl Partials<f64> for Listed {
            ///     fn take(&mut self, _position: usize, partial: impl FnOnce() -> f64) {
            ///         self.0.push(partial());
            ///     }
            /// }
            /// let mut partials = Listed(Vec::new());
            /// Op::Mul.partials(&[3.0, 5.0], 15.0, &mut partials);
            /// assert_eq!(partials.0, [5.0, 3.0]);
            /// ```
            ///
            /// # Panics
            ///
            /// When the number of arguments is not the op's.
            #[inline(always)]
            pub fn partials<R: Real>(
                self,
                args: impl Arguments<Item = R>,
                y: R,
                sink: &mut impl Partials<R>,
            ) {
                self.partials_among::<1, MANY, R>(args, y, sink);
            }

            /// As [`partials`](Op::partials), where the op takes from `FEWEST` to `MOST` arguments: code for others is
            /// not made.
            #[inline(always)]
            pub(crate) fn partials_among<const FEWEST: usize, const MOST: usize, R: Real>(
                self,
                args: impl Arguments<Item = R>,
                y: R,
                sink: &mut impl Partials<R>,
            ) {
                match self {
                    $(Op::$Op => if const { FEWEST <= count!($inputs) && count!($inputs) <= MOST } {
                        row::$Op::partials(args, y, sink)
                    },)*
                    $(Op::$ManyOp => if const { MOST == MANY } { row::$ManyOp::partials(args, y, sink) },)*
                    $(Op::$TwoOp => if const { MOST == MANY } { row::$TwoOp::partials(args, y, sink) },)*
                    Op::Input | Op::Param | Op::Const => {}
                }
            }

            /// Does something with the row of this op; nothing for a leaf, which has none.
            ///
            /// A compiler of programs asks here for the function that computes an op:
            ///
            /// ```
            /// use engine::{Op, Row, WithRow};
            ///
            /// struct OfOneNumber;
            ///
            /// impl WithRow for OfOneNumber {
            ///     type Output = fn(f64) -> f64;
            ///
            ///     fn with_row<K: Row>(self) -> fn(f64) -> f64 {
            ///         |x| K::value(&[x])
            ///     }
            /// }
            /// let exp = Op::Exp.with_row(OfOneNumber).unwrap();
            /// assert_eq!(exp(1.5), 1.5f64.exp());
            /// assert!(Op::Param.with_row(OfOneNumber).is_none());
            /// ```
            pub fn with_row<W: WithRow>(self, work: W) -> Option<W::Output> {
                Some(match self {
                    $(Op::$Op => work.with_row::<row::$Op>(),)*
                    $(Op::$ManyOp => work.with_row::<row::$ManyOp>(),)*
                    $(Op::$TwoOp => work.with_row::<row::$TwoOp>(),)*
                    Op::Input | Op::Param | Op::Const => return None,
                })
            }

            /// What a number type makes of the row of this op.
            #[inline(always)]
            pub(crate) fn compute<R: Real>(self, args: impl Arguments<Item = R>) -> R {
                match self {
                    $(Op::$Op => R::compute::<row::$Op>(args),)*
                    $(Op::$ManyOp => R::compute::<row::$ManyOp>(args),)*
                    $(Op::$TwoOp => R::compute::<row::$TwoOp>(args),)*
                    Op::Input | Op::Param | Op::Const => no_value(self),
                }
            }
        }

        /// The rows of the table, each a type without values.
        pub mod row {
            $( $(#[$doc])* #[derive(Debug, Clone, Copy)] pub enum $Op {} )*
            $( $(#[$many_doc])* #[derive(Debug, Clone, Copy)] pub enum $ManyOp {} )*
            $( $(#[$two_doc])* #[derive(Debug, Clone, Copy)] pub enum $TwoOp {} )*
        }

        $(
            impl Row for row::$Op {
                const OP: Op = Op::$Op;

                #[inline(always)]
                fn value(args: impl Arguments<Item = f64>) -> f64 {
                    bind!($inputs = args; $value)
                }

                #[inline(always)]
                #[allow(unused_variables)]
                fn partials<R: Real>(args: impl Arguments<Item = R>, y: R, sink: &mut impl Partials<R>) {
                    bind!($inputs = args; {
                        let $y = y;
                        hand_over!(sink, 0, $($partial,)+);
                    })
                }
            }
        )*
        $(
            impl Row for row::$ManyOp {
                const OP: Op = Op::$ManyOp;

                #[inline(always)]
                fn value($xs: impl Arguments<Item = f64>) -> f64 {
                    $many_value
                }

                #[inline(always)]
                #[allow(unused_variables)]
                fn partials<R: Real>($xs: impl Arguments<Item = R>, y: R, sink: &mut impl Partials<R>) {
                    let $many_y = y;
                    $(let $once = $once_value;)?
                    let (count, half) = ($xs.count(), $xs.count() / 2);
                    sink.take_each(0, (0..half).map(|$k| $many_partial));
                    sink.take_each(half, (half..count).map(|$k| $many_partial));
                }
            }
        )*
        $(
            impl Row for row::$TwoOp {
                const OP: Op = Op::$TwoOp;

                #[inline(always)]
                fn value(args: impl Arguments<Item = f64>) -> f64 {
                    let ($a, $b) = args.halves();
                    $two_value
                }

                #[inline(always)]
                #[allow(unused_variables)]
                fn partials<R: Real>(args: impl Arguments<Item = R>, y: R, sink: &mut impl Partials<R>) {
                    let (($a, $b), $two_y) = (args.halves(), y);
                    sink.take_each(0, $by_a);
                    sink.take_each($a.count(), $by_b);
                }
            }
        )*
    };
}
each_op!(define_ops);

#[cold]
fn no_value(leaf: Op) -> ! {
    panic!("`{}` computes nothing: its number is given", leaf.name())
}

/// -1, 0 or 1; NaN for NaN.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The sign of `a - b`, for infinities too.
fn order(a: f64, b: f64) -> f64 {
    a.partial_cmp(&b).map_or(f64::NAN, |order| f64::from(order as i8))
}

/// In two steps that each choose between two numbers, which vectorises; a chain of branches does not.
fn choose(condition: f64, positive: f64, otherwise: f64) -> f64 {
    let chosen = if condition > 0.0 { positive } else { otherwise };
    if condition.is_nan() { f64::NAN } else { chosen }
}

fn strong_product(a: f64, b: f64) -> f64 {
    // Not `||`, which would jump.
    if (a == 0.0) | (b == 0.0) { 0.0 } else { a * b }
}

/// Small powers by multiplication, the rest by `powf`: `f64::powi` promises neither digits nor the same bits.
fn whole_power(x: f64, n: f64) -> f64 {
    if n == 2.0 {
        x * x
    } else if n == 1.0 {
        x
    } else if n == 3.0 {
        x * x * x
    } else if n == -1.0 {
        1.0 / x
    } else {
        x.powf(n)
    }
}

/// Exponentiates only what is negative. Lanes have an exponential of their own, and so with the functions that follow.
#[inline(always)]
pub(crate) fn logistic(x: f64, exp: impl Fn(f64) -> f64) -> f64 {
    let e = exp(-x.abs());
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

#[inline(always)]
pub(crate) fn softplus(x: f64, exp: impl Fn(f64) -> f64, ln_1p: impl Fn(f64) -> f64) -> f64 {
    ln_1p(exp(-x.abs())) + if x < 0.0 { 0.0 } else { x }
}

/// The platform's is up to 2 ulp off near 1, too far for the partial that is made of it.
#[inline(always)]
pub(crate) fn tanh(x: f64, exp_m1: impl Fn(f64) -> f64) -> f64 {
    let e = exp_m1(2.0 * x.abs());
    let small = e < 1.0;
    let quotient = (if small { e } else { 2.0 }) / (e + 2.0);
    (if small { quotient } else { 1.0 - quotient }).copysign(x)
}

/// In two halves where `e^-x` would overflow.
fn silu(x: f64) -> f64 {
    let half = (x / 2.0).exp();
    if x < -709.0 { x * half * half } else { x / (1.0 + (-x).exp()) }
}

/// Exponentiates only what is negative, and adds 1 for the largest last, so that the digits of small ones are kept.
fn log_sum_exp(xs: impl Arguments<Item = f64>) -> f64 {
    let exceeds = |x: f64, y: f64| x > y || x.is_nan();
    let Some((top, most)) = xs.each().enumerate().reduce(|top, x| if exceeds(x.1, top.1) { x } else { top }) else {
        return f64::NEG_INFINITY;
    };
    if most.is_infinite() {
        return most;
    }
    let others = xs.each().enumerate().filter(|(k, _)| *k != top);
    most + others.map(|(_, x)| (x - most).exp()).sum::<f64>().ln_1p()
}

/// The part of one exponential in the sum of all, whose logarithm is `y`, but for the rounding of `y`: dividing by the
/// [`total`], which would be 1 without it, takes it out again.
fn share<R: Real>(x: R, y: R) -> R {
    (x - y).exp()
}

fn total<R: Real>(xs: impl Arguments<Item = R>, y: R) -> R {
    xs.each().map(|x| share(x, y)).reduce(|sum, share| sum + share).unwrap_or(R::from(0.0))
}

/// `erfc(-x / sqrt(2)) / 2`. The quotient's rounding, times the steep slope of erfc, would cost up to a hundred ulp in
/// the tail: a fused multiply gives that rounding exactly, and one step along the slope takes it out again.
fn normal_cdf(x: f64) -> f64 {
    let t = -x * FRAC_1_SQRT_2;
    // What sqrt(1/2) is more than its nearest f64.
    let lacking = -4.833_646_656_726_457e-17;
    let rounding = (-x).mul_add(FRAC_1_SQRT_2, -t) - x * lacking;
    let slope = -(-t * t).exp() * 2.0 / PI.sqrt();
    0.5 * (libm::erfc(t) + strong_product(slope, rounding))
}

fn normal_density<R: Real>(x: R) -> R {
    (-x * x * 0.5).exp() * (FRAC_1_SQRT_2 / PI.sqrt())
}

//! Code that knows nothing of derivatives takes values, dual numbers and those of a Jacobian tape: operators in every mix,
//! num-traits.

use engine::{Active, Dual, Graph, JacobianTape, Lanes, Value};
use num_traits::{Bounded, Float, FloatConst, FromPrimitive, Inv, NumAssignRef, NumRef, Pow, RefNum, Signed};
use std::cell::RefCell;
use std::fmt::Debug;

/// Every operator, with its derivatives, on every form of its operands.
macro_rules! every_mix {
    ($check:ident, $x:ident, $y:ident, $a:ident, $b:ident; $($op:tt $assign:tt $partials:expr;)*) => {$({
        let (by_a, by_b) = $partials;
        let expected = $a $op $b;
        let check = |form: &str, result, partials| {
            $check(&format!("{} {form}", stringify!($op)), result, expected, partials);
        };
        check("T, T", $x $op $y, (by_a, by_b));
        check("&T, T", &$x $op $y, (by_a, by_b));
        check("T, &T", $x $op &$y, (by_a, by_b));
        check("&T, &T", &$x $op &$y, (by_a, by_b));
        check("T, f64", $x $op $b, (by_a, 0.0));
        check("&T, f64", &$x $op $b, (by_a, 0.0));
        check("T, &f64", $x $op &$b, (by_a, 0.0));
        check("&T, &f64", &$x $op &$b, (by_a, 0.0));
        check("f64, T", $a $op $y, (0.0, by_b));
        check("f64, &T", $a $op &$y, (0.0, by_b));
        check("&f64, T", &$a $op $y, (0.0, by_b));
        check("&f64, &T", &$a $op &$y, (0.0, by_b));
        let mut z = $x;
        z $assign $y;
        check("assign T", z, (by_a, by_b));
        z = $x;
        z $assign &$y;
        check("assign &T", z, (by_a, by_b));
        z = $x;
        z $assign $b;
        check("assign f64", z, (by_a, 0.0));
        z = $x;
        z $assign &$b;
        check("assign &f64", z, (by_a, 0.0));
    })*};
}

const A: f64 = 7.25;
const B: f64 = -1.75;

macro_rules! every_operator {
    ($check:ident, $x:ident, $y:ident) => {
        every_mix! {
            $check, $x, $y, A, B;
            + += (1.0, 1.0);
            - -= (1.0, -1.0);
            * *= (B, A);
            / /= (1.0 / B, -A / B / B);
            % %= (1.0, 4.0);
        }
    };
}

#[test]
fn values_mix_with_numbers_and_references_in_every_order() {
    let g = Graph::new();
    let (x, y) = (g.param("x", A), g.param("y", B));
    let check = |form: &str, result: Value<'_>, expected: f64, partials: (f64, f64)| {
        let gradients = result.backward();
        assert_eq!(result.number(), expected, "{form}");
        assert_eq!((gradients[x], gradients[y]), partials, "{form}");
    };
    every_operator!(check, x, y);
    check("neg T", -x, -A, (-1.0, 0.0));
    check("neg &T", -&x, -A, (-1.0, 0.0));
}

#[test]
fn dual_numbers_mix_with_numbers_and_references_in_every_order() {
    // The tangents tell the two partials apart.
    let (x, y) = (Dual { value: A, tangent: 1.0 }, Dual { value: B, tangent: 1024.0 });
    let check = |form: &str, result: Dual, expected: f64, partials: (f64, f64)| {
        assert_eq!(result.value, expected, "{form}");
        assert_eq!(result.tangent, partials.0 + 1024.0 * partials.1, "{form}");
    };
    every_operator!(check, x, y);
    check("neg &T", -&x, -A, (-1.0, 0.0));
}

#[test]
fn lanes_mix_with_numbers_and_references_in_every_order() {
    let (x, y) = (Lanes([A, A]), Lanes([B, B]));
    let check =
        |form: &str, result: Lanes<2>, expected: f64, _: (f64, f64)| assert_eq!(result.0, [expected; 2], "{form}");
    every_operator!(check, x, y);
    check("neg &T", -&x, -A, (-1.0, 0.0));
}

/// Every form of every operator: its result, the number that it is to have, and its partials.
fn forms<'t>(x: Active<'t>, y: Active<'t>) -> Vec<(Active<'t>, f64, (f64, f64))> {
    let forms = RefCell::new(Vec::new());
    let check = |_: &str, result: Active<'t>, expected: f64, partials: (f64, f64)| {
        forms.borrow_mut().push((result, expected, partials));
    };
    every_operator!(check, x, y);
    check("neg T", -x, -A, (-1.0, 0.0));
    check("neg &T", -&x, -A, (-1.0, 0.0));
    forms.into_inner()
}

#[test]
fn active_numbers_mix_with_numbers_and_references_in_every_order() {
    let mut tape = JacobianTape::new();
    for form in 0..5 * 16 + 2 {
        let mut expected = (f64::NAN, (f64::NAN, f64::NAN));
        let (number, gradient) = tape.gradient(&[A, B], |numbers| {
            let (result, number, partials) = forms(numbers[0], numbers[1])[form];
            expected = (number, partials);
            result
        });
        assert_eq!((number, (gradient[0], gradient[1])), expected, "form {form}");
    }
}

#[test]
fn sums_and_products() {
    let g = Graph::new();
    let x = g.params(&[2.0, 3.0, 4.0]);
    assert_eq!(x.iter().sum::<Value<'_>>(), 9.0);
    assert_eq!(x.iter().copied().sum::<Value<'_>>(), 9.0);
    let product: Value<'_> = x.iter().product();
    assert_eq!(product.backward()[x[0]], 12.0);
    assert_eq!(x.iter().copied().product::<Value<'_>>(), 24.0);
    assert_eq!(std::iter::empty::<Value<'_>>().sum::<Value<'_>>(), 0.0);
    assert_eq!(std::iter::empty::<Value<'_>>().product::<Value<'_>>(), 1.0);
    assert_eq!([Dual::variable(2.0), Dual::variable(3.0)].iter().product::<Dual>().tangent, 5.0);
    assert_eq!([Lanes([1.0, 2.0]), Lanes([3.0, 5.0])].iter().sum::<Lanes<2>>(), Lanes([4.0, 7.0]));
}

#[test]
fn numbers_compare_in_every_order() {
    let g = Graph::new();
    let (x, y) = (g.param("x", 2.0), g.param("y", 3.0));
    assert_eq!([x < y, x < 3.0, 1.0 < x, x > y, x >= 3.0, 1.0 >= x], [true, true, true, false, false, false]);
    assert_eq!([x == y, x == 2.0, 2.0 == x, x == 3.0], [false, true, true, false]);
    let (x, y) = (Dual::variable(2.0), Dual::from(2.0));
    assert_eq!([x == y, x == 2.0, 2.0 == x, x < 3.0, 1.0 < x], [true; 5]);
}

/// Code as it is written for big numbers, with references in all places.
#[expect(clippy::op_ref, reason = "references are what this is about")]
fn horner<T: NumRef + NumAssignRef + Copy>(coefficients: &[T], x: &T) -> T
where
    for<'a> &'a T: RefNum<T>,
{
    let mut sum = T::zero();
    for coefficient in coefficients {
        sum *= x;
        sum += coefficient;
    }
    &sum * &T::one() + &T::zero()
}

#[test]
fn code_generic_over_references_differentiates() {
    assert_eq!(horner(&[2.0, -1.0, 3.0], &4.0), 31.0);
    let g = Graph::new();
    let (c, x) = (g.params(&[2.0, -1.0, 3.0]), g.param("x", 4.0));
    let p = horner(&c, &x);
    let gradients = p.backward();
    assert_eq!((p.number(), gradients[x]), (31.0, 15.0));
    assert_eq!(c.iter().map(|c| gradients[*c]).collect::<Vec<_>>(), [16.0, 4.0, 1.0]);
    assert_eq!(num_traits::pow(x, 3).backward()[x], 48.0);
    assert_eq!(num_traits::clamp(x, Value::from(0.0), Value::from(5.0)).backward()[x], 1.0);
}

/// Each method of `Float` on a value, against f64's own and against its difference.
macro_rules! float_methods {
    ($($at:literal: $($name:ident($($other:expr),*)),*;)*) => {$($({
        let f = |x: f64| Float::$name(x $(, $other)*);
        let g = Graph::new();
        let x = g.param("x", $at);
        let y = Float::$name(x $(, ($other).into())*);
        let difference = (f($at + 1e-6) - f($at - 1e-6)) / 2e-6;
        let close = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance * b.abs().max(1.0);
        assert!(close(y.number(), f($at), 1e-15), "{}({}) is {y}", stringify!($name), $at);
        let derivative = y.backward()[x];
        assert!(close(derivative, difference, 1e-8), "{}({})' is {derivative}, not {difference}", stringify!($name), $at);
        let tangent = Float::$name(Dual::variable($at) $(, ($other).into())*).tangent;
        assert_eq!(tangent, derivative, "{}({})", stringify!($name), $at);
        let (taped, by_tape) = JacobianTape::new().gradient(&[$at], |x| Float::$name(x[0] $(, ($other).into())*));
        assert_eq!((taped, by_tape[0]), (y.number(), derivative), "{}({})", stringify!($name), $at);
    })*)*};
}

#[test]
fn every_method_of_float_has_its_derivative() {
    float_methods! {
        2.3: floor(), ceil(), round(), trunc(), fract(), abs(), signum(), recip(), sqrt(), cbrt(), exp(), exp2(), exp_m1(),
            ln(), ln_1p(), log2(), log10(), log(3.0), sin(), cos(), tan(), atan(), sinh(), cosh(), tanh(), asinh(), acosh(),
            to_degrees(), to_radians(), mul_add(3.0, -0.5), powi(3), powf(1.5), max(1.0), max(7.0), min(1.0), min(7.0),
            abs_sub(1.0), abs_sub(7.0), hypot(1.5), atan2(-0.5), copysign(-1.0), clamp(0.0, 5.0), clamp(0.0, 1.0);
        -0.3: floor(), ceil(), round(), trunc(), fract(), abs(), signum(), recip(), cbrt(), exp(), exp2(), asin(), acos(),
            atanh(), powi(-2), atan2(-0.5), copysign(1.0);
    }
    let g = Graph::new();
    let (sin, cos) = Float::sin_cos(g.param("x", 0.7));
    assert_eq!((sin.number(), cos.number()), 0.7.sin_cos());
}

fn facts_of<T: Float + FloatConst + Signed + Bounded + FromPrimitive + Default + Debug>(of: impl Fn(f64) -> T) {
    assert!(T::nan().is_nan() && T::infinity().is_infinite() && T::neg_infinity() < of(0.0));
    assert!(
        Float::is_sign_negative(T::neg_zero()) && T::neg_zero().is_zero() && T::zero().is_zero() && T::one().is_one()
    );
    assert_eq!(T::epsilon(), of(f64::EPSILON));
    assert_eq!((<T as Float>::min_value(), <T as Float>::max_value()), (of(f64::MIN), of(f64::MAX)));
    assert_eq!((<T as Bounded>::min_value(), <T as Bounded>::max_value()), (of(f64::MIN), of(f64::MAX)));
    assert_eq!(T::min_positive_value(), of(f64::MIN_POSITIVE));
    assert!(of(1e-310).is_subnormal() && !of(1e-310).is_normal() && of(2.0).is_finite());
    assert_eq!(of(2.0).classify(), std::num::FpCategory::Normal);
    assert_eq!(of(0.75).integer_decode(), 0.75.integer_decode());
    assert_eq!((T::PI(), T::E(), T::LN_2(), T::TAU()), (of(f64::PI()), of(f64::E()), of(f64::LN_2()), of(f64::TAU())));
    assert_eq!((T::SQRT_2(), T::LOG10_2(), T::LOG2_10()), (of(f64::SQRT_2()), of(f64::LOG10_2()), of(f64::LOG2_10())));
    assert_eq!((of(2.5).to_i64(), of(-2.5).to_u64(), of(2.5).to_f64()), (Some(2), None, Some(2.5)));
    assert_eq!((T::from_i64(-3), T::from_u64(3), T::from_f64(0.5)), (Some(of(-3.0)), Some(of(3.0)), Some(of(0.5))));
    assert_eq!(<T as num_traits::NumCast>::from(7_u8), Some(of(7.0)));
    assert_eq!(T::from_str_radix("ff.8", 16).ok(), Some(of(255.5)));
    assert!(T::from_str_radix("five", 10).is_err());
    assert!(of(2.0).is_positive() && of(-2.0).is_negative() && of(0.0).is_positive() && of(-0.0).is_negative());
    assert_eq!((Signed::signum(&of(-2.0)), Signed::abs(&of(-2.0))), (of(-1.0), of(2.0)));
    assert_eq!(T::default(), of(0.0));
}

#[test]
fn num_traits_hold_for_every_number_type() {
    let g = Graph::new();
    facts_of(|number| g.param("x", number));
    facts_of::<Value<'_>>(Value::from);
    facts_of::<Dual>(Dual::variable);
    facts_of::<Dual<Dual>>(Dual::from);
    facts_of::<Active<'_>>(Active::from);
    facts_of::<f64>(f64::from);
}

#[test]
fn powers_reciprocals_and_conversions() {
    let g = Graph::new();
    let x = g.param("x", 2.0);
    assert_eq!(Pow::pow(x, 3).backward()[x], 12.0);
    assert_eq!(Pow::pow(x, 3.0).backward()[x], 12.0);
    assert_eq!(Pow::pow(Value::from(1.0), x).number(), 1.0);
    assert_eq!(x.inv().backward()[x], -0.25);
    assert_eq!((Value::from(3), Value::from(0.5_f32)), (Value::from(3.0), Value::from(0.5)));
    assert_eq!((x.max(3), x.max(0.5_f32)), (Value::from(3.0), x));
    assert_eq!([&1.0, &3.0].map(|y| x.max(y)), [2.0, 3.0]);
}

//! Functions of one or two elements, over whole arrays with broadcasting.

use super::{Array, Data, Element, Kind, Number, broadcast_shapes};
use crate::error::{Error, Result};
use engine::Op;
use ndarray::ArrayViewD;

/// A function of two elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are numpy's")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
    Maximum,
    Minimum,
    Arctan2,
    Hypot,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    LogicalAnd,
    LogicalOr,
    LogicalXor,
    BitwiseAnd,
    BitwiseOr,
    BitwiseXor,
}

impl Binary {
    /// Every one, with the name of numpy's function.
    pub const ALL: &'static [(&'static str, Binary)] = &[
        ("add", Binary::Add),
        ("subtract", Binary::Subtract),
        ("multiply", Binary::Multiply),
        ("divide", Binary::Divide),
        ("true_divide", Binary::Divide),
        ("floor_divide", Binary::FloorDivide),
        ("remainder", Binary::Remainder),
        ("mod", Binary::Remainder),
        ("power", Binary::Power),
        ("maximum", Binary::Maximum),
        ("minimum", Binary::Minimum),
        ("arctan2", Binary::Arctan2),
        ("hypot", Binary::Hypot),
        ("equal", Binary::Equal),
        ("not_equal", Binary::NotEqual),
        ("less", Binary::Less),
        ("less_equal", Binary::LessEqual),
        ("greater", Binary::Greater),
        ("greater_equal", Binary::GreaterEqual),
        ("logical_and", Binary::LogicalAnd),
        ("logical_or", Binary::LogicalOr),
        ("logical_xor", Binary::LogicalXor),
        ("bitwise_and", Binary::BitwiseAnd),
        ("bitwise_or", Binary::BitwiseOr),
        ("bitwise_xor", Binary::BitwiseXor),
    ];

    /// The kind that both operands are brought to, from the wider of theirs.
    fn operand_kind(self, wider: Kind) -> Result<Kind> {
        use Binary::*;
        match (self, wider) {
            (Divide | Arctan2 | Hypot, _) => Ok(Kind::Float),
            (LogicalAnd | LogicalOr | LogicalXor, _) => Ok(Kind::Bool),
            (FloorDivide | Remainder | Power, Kind::Bool) => Ok(Kind::Int),
            (BitwiseAnd | BitwiseOr | BitwiseXor, Kind::Float) => {
                Err(Error::Type("bitwise operations are for integers and booleans, not for floats".into()))
            }
            (Subtract, Kind::Bool) => Err(Error::Type(
                "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, \
                 or the logical_xor function instead."
                    .into(),
            )),
            _ => Ok(wider),
        }
    }

    /// On numbers: a number, or a truth value for a comparison.
    pub fn of_numbers(self, a: &Number, b: &Number) -> Number {
        use Binary::*;
        let op = |op| Number::apply(op, &[a, b]);
        match self {
            Add => op(Op::Add),
            Subtract => op(Op::Sub),
            Multiply => op(Op::Mul),
            Divide => op(Op::Div),
            Maximum => op(Op::Max),
            Minimum => op(Op::Min),
            Arctan2 => op(Op::Atan2),
            Hypot => op(Op::Hypot),
            // An exponent that something is differentiated by is none of the whole ones.
            Power if b.node().is_none() && b.value() == b.value().trunc() && b.value().abs() < 64.0 => op(Op::Powi),
            Power => op(Op::Powf),
            // It is constant between its jumps.
            FloorDivide => Number::from(floor_quotient(a.value(), b.value())),
            Remainder => {
                let rest = op(Op::Rem);
                let differs = rest.value() != 0.0 && (rest.value() < 0.0) != (b.value() < 0.0);
                if differs { Number::apply(Op::Add, &[&rest, b]) } else { rest }
            }
            _ => Number::from(f64::from(u8::from(self.compares(a.value(), b.value())))),
        }
    }

    fn of_ints(self, a: i64, b: i64) -> Result<i64> {
        use Binary::*;
        Ok(match self {
            Add => a.wrapping_add(b),
            Subtract => a.wrapping_sub(b),
            Multiply => a.wrapping_mul(b),
            // numpy gives 0 for a division of integers by zero, and warns.
            FloorDivide if b == 0 => 0,
            Remainder if b == 0 => 0,
            FloorDivide => a.wrapping_div(b) - i64::from(a.wrapping_rem(b) != 0 && (a < 0) != (b < 0)),
            Remainder => {
                let rest = a.wrapping_rem(b);
                if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
            }
            Power if b < 0 => return Err(Error::value("Integers to negative integer powers are not allowed.")),
            Power => a.wrapping_pow(u32::try_from(b).unwrap_or(u32::MAX)),
            Maximum => a.max(b),
            Minimum => a.min(b),
            BitwiseAnd => a & b,
            BitwiseOr => a | b,
            BitwiseXor => a ^ b,
            _ => i64::from(self.compares(a, b)),
        })
    }

    fn of_bools(self, a: bool, b: bool) -> bool {
        use Binary::*;
        match self {
            Add | Maximum | LogicalOr | BitwiseOr => a | b,
            Multiply | Minimum | LogicalAnd | BitwiseAnd => a & b,
            LogicalXor | BitwiseXor => a ^ b,
            _ => self.compares(a, b),
        }
    }

    fn compares<T: PartialOrd>(self, a: T, b: T) -> bool {
        use Binary::*;
        match self {
            Equal => a == b,
            NotEqual => a != b,
            Less => a < b,
            LessEqual => a <= b,
            Greater => a > b,
            GreaterEqual => a >= b,
            _ => false,
        }
    }

    fn is_comparison(self) -> bool {
        use Binary::*;
        matches!(self, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
    }
}

/// `a // b` as Python and numpy compute it: from the remainder, so that both agree.
fn floor_quotient(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return a / b;
    }
    let rest = a % b;
    let quotient = (a - rest) / b - f64::from(u8::from(rest != 0.0 && (rest < 0.0) != (b < 0.0)));
    let floor = quotient.floor();
    if quotient == 0.0 {
        0.0f64.copysign(a / b)
    } else if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// A function of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// A row of the engine's op table, for numbers.
    Op(Op),
    /// The square, which leaves whole numbers whole.
    Square,
    /// To the nearest whole number, halves to the even one.
    Rint,
    /// Whether it is not a number.
    IsNan,
    /// Whether it is infinite.
    IsInf,
    /// Whether it is neither infinite nor not a number.
    IsFinite,
    /// Whether it is zero or false.
    LogicalNot,
    /// All bits, or the truth value, turned over.
    Invert,
}

impl Unary {
    /// Every one, with the name of numpy's function.
    pub const ALL: &'static [(&'static str, Unary)] = &[
        ("negative", Unary::Op(Op::Neg)),
        ("exp", Unary::Op(Op::Exp)),
        ("expm1", Unary::Op(Op::ExpM1)),
        ("log", Unary::Op(Op::Ln)),
        ("log2", Unary::Op(Op::Log2)),
        ("log10", Unary::Op(Op::Log10)),
        ("log1p", Unary::Op(Op::Ln1p)),
        ("sqrt", Unary::Op(Op::Sqrt)),
        ("cbrt", Unary::Op(Op::Cbrt)),
        ("reciprocal", Unary::Op(Op::Recip)),
        ("abs", Unary::Op(Op::Abs)),
        ("absolute", Unary::Op(Op::Abs)),
        ("fabs", Unary::Op(Op::Abs)),
        ("sign", Unary::Op(Op::Signum)),
        ("sin", Unary::Op(Op::Sin)),
        ("cos", Unary::Op(Op::Cos)),
        ("tan", Unary::Op(Op::Tan)),
        ("arcsin", Unary::Op(Op::Asin)),
        ("arccos", Unary::Op(Op::Acos)),
        ("arctan", Unary::Op(Op::Atan)),
        ("sinh", Unary::Op(Op::Sinh)),
        ("cosh", Unary::Op(Op::Cosh)),
        ("tanh", Unary::Op(Op::Tanh)),
        ("arcsinh", Unary::Op(Op::Asinh)),
        ("arccosh", Unary::Op(Op::Acosh)),
        ("arctanh", Unary::Op(Op::Atanh)),
        ("floor", Unary::Op(Op::Floor)),
        ("ceil", Unary::Op(Op::Ceil)),
        ("trunc", Unary::Op(Op::Trunc)),
        ("square", Unary::Square),
        ("rint", Unary::Rint),
        ("isnan", Unary::IsNan),
        ("isinf", Unary::IsInf),
        ("isfinite", Unary::IsFinite),
        ("logical_not", Unary::LogicalNot),
        ("invert", Unary::Invert),
    ];

    fn of_number(self, x: &Number) -> Number {
        match self {
            Unary::Op(op) => Number::apply(op, &[x]),
            Unary::Square => Number::apply(Op::Mul, &[x, x]),
            _ => Number::from(x.value().round_ties_even()),
        }
    }

    /// On whole numbers, where the result is whole too.
    fn of_int(self, i: i64) -> Option<i64> {
        match self {
            Unary::Op(Op::Neg) => Some(i.wrapping_neg()),
            Unary::Op(Op::Abs) => Some(i.wrapping_abs()),
            Unary::Op(Op::Signum) => Some(i.signum()),
            Unary::Op(Op::Floor | Op::Ceil | Op::Trunc) => Some(i),
            Unary::Square => Some(i.wrapping_mul(i)),
            Unary::Invert => Some(!i),
            _ => None,
        }
    }
}

impl Element {
    /// A function of two elements.
    pub fn binary(&self, f: Binary, other: &Element) -> Result<Element> {
        let kind = f.operand_kind(self.kind().max(other.kind()))?;
        Ok(match kind {
            Kind::Float if f.is_comparison() => {
                Element::Bool(f.compares(self.number().value(), other.number().value()))
            }
            Kind::Float => Element::Float(f.of_numbers(&self.number(), &other.number())),
            Kind::Int if f.is_comparison() => Element::Bool(f.compares(self.whole(), other.whole())),
            Kind::Int => Element::Int(f.of_ints(self.whole(), other.whole())?),
            Kind::Bool => Element::Bool(f.of_bools(self.truth(), other.truth())),
        })
    }
}

impl Array {
    /// A function of two elements, with both arrays repeated to a common shape.
    pub fn binary(&self, f: Binary, other: &Array) -> Result<Array> {
        let kind = f.operand_kind(self.kind().max(other.kind()))?;
        let shape = broadcast_shapes(self.shape(), other.shape())?;
        let (a, b) = (self.of_kind(kind), other.of_kind(kind));
        let (p, q) = (a.places_as(&shape)?, b.places_as(&shape)?);
        let data = match (&*a.buffer(), &*b.buffer()) {
            (Data::Float(x), Data::Float(y)) if f.is_comparison() => {
                Data::Bool(zipped(p, q, |p, q| f.compares(x[p].value(), y[q].value())).collect())
            }
            (Data::Float(x), Data::Float(y)) => Data::Float(zipped(p, q, |p, q| f.of_numbers(&x[p], &y[q])).collect()),
            (Data::Int(x), Data::Int(y)) if f.is_comparison() => {
                Data::Bool(zipped(p, q, |p, q| f.compares(x[p], y[q])).collect())
            }
            (Data::Int(x), Data::Int(y)) => {
                Data::Int(zipped(p, q, |p, q| f.of_ints(x[p], y[q])).collect::<Result<_>>()?)
            }
            (Data::Bool(x), Data::Bool(y)) => Data::Bool(zipped(p, q, |p, q| f.of_bools(x[p], y[q])).collect()),
            _ => return Err(Error::value("the operands could not be cast to one kind")),
        };
        Array::new(data, &shape)
    }

    /// A function of each element.
    pub fn unary(&self, f: Unary) -> Result<Array> {
        let data = match (self.data(), f) {
            (data, Unary::LogicalNot) => Data::Bool(each_not(data)),
            (Data::Bool(v), Unary::Invert) => Data::Bool(v.iter().map(|b| !b).collect()),
            (Data::Float(_), Unary::Invert) => {
                return Err(Error::Type("ufunc 'invert' not supported for the input types".into()));
            }
            (Data::Bool(_), Unary::Op(Op::Neg)) => {
                return Err(Error::Type(
                    "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the \
                     logical_not function instead."
                        .into(),
                ));
            }
            (Data::Bool(v), Unary::Op(Op::Abs)) => Data::Bool(v),
            (Data::Int(v), _) if f.of_int(0).is_some() => {
                Data::Int(v.into_iter().filter_map(|i| f.of_int(i)).collect())
            }
            (data, Unary::IsNan) => Data::Bool(each_float(data, f64::is_nan)),
            (data, Unary::IsInf) => Data::Bool(each_float(data, f64::is_infinite)),
            (data, Unary::IsFinite) => Data::Bool(each_float(data, f64::is_finite)),
            (data, _) => match data.cast(Kind::Float) {
                Data::Float(v) => Data::Float(v.iter().map(|x| f.of_number(x)).collect()),
                other => other,
            },
        };
        Ok(self.with_shape_of(data))
    }

    /// To a number of decimals, halves to the even digit; negative decimals round before the point.
    pub fn round(&self, decimals: i32) -> Array {
        let Data::Float(v) = self.data() else { return self.copy() };
        let scale = 10f64.powi(decimals.abs());
        let round = |x: f64| match decimals {
            0.. => (x * scale).round_ties_even() / scale,
            _ => (x / scale).round_ties_even() * scale,
        };
        self.with_shape_of(Data::Float(v.iter().map(|x| round(x.value()).into()).collect()))
    }

    /// The elements of `yes` where this is true, else those of `no`.
    pub fn choose(&self, yes: &Array, no: &Array) -> Result<Array> {
        let shape = broadcast_shapes(self.shape(), &broadcast_shapes(yes.shape(), no.shape())?)?;
        let kind = yes.kind().max(no.kind());
        let (condition, yes, no) = (self.of_kind(Kind::Bool), yes.of_kind(kind), no.of_kind(kind));
        let (c, p, q) = (condition.places_as(&shape)?, yes.places_as(&shape)?, no.places_as(&shape)?);
        let conditions = condition.buffer();
        let Data::Bool(truth) = &*conditions else { return Err(Error::value("the condition could not be cast")) };
        let chosen = c.iter().zip(p).zip(q).map(|((&c, &p), &q)| (truth[c], p, q));
        let data = match (&*yes.buffer(), &*no.buffer()) {
            (Data::Float(x), Data::Float(y)) => {
                Data::Float(chosen.map(|(t, p, q)| if t { x[p].clone() } else { y[q].clone() }).collect())
            }
            (Data::Int(x), Data::Int(y)) => Data::Int(chosen.map(|(t, p, q)| if t { x[p] } else { y[q] }).collect()),
            (Data::Bool(x), Data::Bool(y)) => Data::Bool(chosen.map(|(t, p, q)| if t { x[p] } else { y[q] }).collect()),
            _ => return Err(Error::value("the operands could not be cast to one kind")),
        };
        Array::new(data, &shape)
    }
}

fn zipped<'a, T>(
    p: ArrayViewD<'a, usize>,
    q: ArrayViewD<'a, usize>,
    f: impl Fn(usize, usize) -> T + 'a,
) -> impl Iterator<Item = T> + 'a {
    p.into_iter().zip(q).map(move |(&p, &q)| f(p, q))
}

fn each_not(data: Data) -> Vec<bool> {
    match data {
        Data::Bool(v) => v.into_iter().map(|b| !b).collect(),
        Data::Int(v) => v.into_iter().map(|i| i == 0).collect(),
        Data::Float(v) => v.iter().map(|x| x.value() == 0.0).collect(),
    }
}

fn each_float(data: Data, f: fn(f64) -> bool) -> Vec<bool> {
    match data {
        Data::Float(v) => v.iter().map(|x| f(x.value())).collect(),
        other => vec![f(0.0); other.len()],
    }
}

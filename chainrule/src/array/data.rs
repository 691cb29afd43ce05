//! The elements of arrays.

use super::Number;

/// What the elements are. A later kind takes in the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `bool`.
    Bool,
    /// `int64`.
    Int,
    /// `float64`.
    Float,
}

impl Kind {
    /// The name of the `dtype`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int64",
            Kind::Float => "float64",
        }
    }
}

/// One element.
#[derive(Debug, Clone)]
pub enum Element {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number that may be traced.
    Float(Number),
}

impl Element {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Element::Bool(_) => Kind::Bool,
            Element::Int(_) => Kind::Int,
            Element::Float(_) => Kind::Float,
        }
    }

    /// As a number.
    pub fn number(&self) -> Number {
        match self {
            Element::Bool(b) => Number::from(f64::from(u8::from(*b))),
            Element::Int(i) => Number::from(*i as f64),
            Element::Float(x) => x.clone(),
        }
    }

    /// As another kind.
    pub fn cast(&self, kind: Kind) -> Element {
        match kind {
            Kind::Bool => Element::Bool(self.truth()),
            Kind::Int => Element::Int(self.whole()),
            Kind::Float => Element::Float(self.number()),
        }
    }

    /// As a whole number, cut towards zero.
    pub fn whole(&self) -> i64 {
        match self {
            Element::Bool(b) => i64::from(*b),
            Element::Int(i) => *i,
            Element::Float(x) => x.value() as i64,
        }
    }

    /// Whether it is true, or not zero.
    pub fn truth(&self) -> bool {
        match self {
            Element::Bool(b) => *b,
            Element::Int(i) => *i != 0,
            Element::Float(x) => x.value() != 0.0,
        }
    }
}

/// The elements of a buffer, all of one kind.
#[derive(Debug, Clone)]
pub enum Data {
    /// Truth values.
    Bool(Vec<bool>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Numbers.
    Float(Vec<Number>),
}

/// Calls one expression with the vector of whichever kind there is.
macro_rules! each_kind {
    ($data:expr, $v:ident => $body:expr) => {
        match $data {
            $crate::array::Data::Bool($v) => $body,
            $crate::array::Data::Int($v) => $body,
            $crate::array::Data::Float($v) => $body,
        }
    };
    ($data:expr, $v:ident => wrapped $body:expr) => {
        match $data {
            $crate::array::Data::Bool($v) => $crate::array::Data::Bool($body),
            $crate::array::Data::Int($v) => $crate::array::Data::Int($body),
            $crate::array::Data::Float($v) => $crate::array::Data::Float($body),
        }
    };
}
pub(crate) use each_kind;

impl Data {
    /// What the elements are.
    pub fn kind(&self) -> Kind {
        match self {
            Data::Bool(_) => Kind::Bool,
            Data::Int(_) => Kind::Int,
            Data::Float(_) => Kind::Float,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        each_kind!(self, v => v.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn get(&self, place: usize) -> Element {
        match self {
            Data::Bool(v) => Element::Bool(v[place]),
            Data::Int(v) => Element::Int(v[place]),
            Data::Float(v) => Element::Float(v[place].clone()),
        }
    }

    /// The elements at some places, in their order.
    pub(super) fn gather<'a>(&self, places: impl IntoIterator<Item = &'a usize>) -> Data {
        fn pick<'a, T: Clone>(from: &[T], places: impl IntoIterator<Item = &'a usize>) -> Vec<T> {
            places.into_iter().map(|&place| from[place].clone()).collect()
        }
        each_kind!(self, v => wrapped pick(v, places))
    }

    /// As another kind: whole numbers cut towards zero, truth as "not zero".
    pub(super) fn cast(self, kind: Kind) -> Data {
        match (self, kind) {
            (Data::Bool(v), Kind::Int) => Data::Int(v.into_iter().map(i64::from).collect()),
            (Data::Bool(v), Kind::Float) => Data::Float(v.into_iter().map(|b| f64::from(u8::from(b)).into()).collect()),
            (Data::Int(v), Kind::Bool) => Data::Bool(v.into_iter().map(|i| i != 0).collect()),
            (Data::Int(v), Kind::Float) => Data::Float(v.into_iter().map(|i| (i as f64).into()).collect()),
            (Data::Float(v), Kind::Bool) => Data::Bool(v.iter().map(|x| x.value() != 0.0).collect()),
            (Data::Float(v), Kind::Int) => Data::Int(v.iter().map(|x| x.value() as i64).collect()),
            (same, _) => same,
        }
    }
}

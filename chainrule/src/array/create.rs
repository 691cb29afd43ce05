//! Arrays from nothing and from nested lists.

use super::{Array, Data, Element, Kind, Number};
use crate::error::{Error, Result};

/// A list of lists of elements, as a program writes an array down.
#[derive(Debug, Clone)]
pub enum Nested {
    /// One element.
    Leaf(Element),
    /// A list, which must be rectangular.
    List(Vec<Nested>),
    /// An array that stands in the list.
    Array(Array),
}

impl Nested {
    fn shape(&self) -> Result<Vec<usize>> {
        match self {
            Nested::Leaf(_) => Ok(Vec::new()),
            Nested::Array(array) => Ok(array.shape().to_vec()),
            Nested::List(items) => {
                let mut shapes = items.iter().map(Nested::shape);
                let first = shapes.next().unwrap_or(Ok(Vec::new()))?;
                for shape in shapes {
                    if shape? != first {
                        return Err(Error::Value(
                            "setting an array element with a sequence. The requested array has an inhomogeneous shape"
                                .into(),
                        ));
                    }
                }
                Ok(std::iter::once(items.len()).chain(first).collect())
            }
        }
    }

    fn kind(&self) -> Option<Kind> {
        match self {
            Nested::Leaf(element) => Some(element.kind()),
            Nested::Array(array) => Some(array.kind()),
            Nested::List(items) => items.iter().filter_map(Nested::kind).max(),
        }
    }

    fn elements(&self, into: &mut Vec<Element>) {
        match self {
            Nested::Leaf(element) => into.push(element.clone()),
            Nested::Array(array) => into.extend((0..array.len()).filter_map(|n| array.nth(n))),
            Nested::List(items) => items.iter().for_each(|item| item.elements(into)),
        }
    }
}

impl Array {
    /// The array of a nested list; of the widest kind in it unless one is given. An empty list gives `float64`.
    pub fn from_nested(nested: &Nested, kind: Option<Kind>) -> Result<Array> {
        let shape = nested.shape()?;
        let mut elements = Vec::with_capacity(shape.iter().product());
        nested.elements(&mut elements);
        let wide = match nested.kind() {
            Some(Kind::Bool) => Data::Bool(elements.iter().map(Element::truth).collect()),
            Some(Kind::Int) => Data::Int(elements.iter().map(Element::whole).collect()),
            _ => Data::Float(elements.iter().map(Element::number).collect()),
        };
        let natural = wide.kind();
        Array::new(wide.cast(kind.unwrap_or(natural)), &shape)
    }

    /// The same element everywhere.
    pub fn full(shape: &[usize], element: &Element) -> Result<Array> {
        let n = shape.iter().try_fold(1usize, |n, &length| n.checked_mul(length)).filter(|&n| n <= MAX_ELEMENTS);
        let n = n.ok_or_else(|| Error::Value(format!("an array of shape {shape:?} is larger than this can hold")))?;
        let data = match element {
            Element::Bool(b) => Data::Bool(vec![*b; n]),
            Element::Int(i) => Data::Int(vec![*i; n]),
            Element::Float(x) => Data::Float(vec![x.clone(); n]),
        };
        Array::new(data, shape)
    }

    /// Ones on a diagonal, `k` above the main one, zeros elsewhere.
    pub fn eye(rows: usize, columns: usize, k: isize) -> Result<Array> {
        let zero = Array::full(&[rows, columns], &Element::Float(Number::from(0.0)))?;
        let cells = (0..rows * columns).map(|n| ((n / columns) as isize, (n % columns) as isize));
        let data = cells.map(|(row, column)| f64::from(u8::from(column - row == k)).into()).collect();
        Ok(zero.with_shape_of(Data::Float(data)))
    }

    /// Equal steps from `start` up to and without `stop`; whole numbers when all three are.
    pub fn arange(start: &Element, stop: &Element, step: &Element) -> Result<Array> {
        let kind = start.kind().max(stop.kind()).max(step.kind());
        let (first, last, by) = (start.number().value(), stop.number().value(), step.number().value());
        if by == 0.0 {
            return Err(Error::value("Maximum allowed size exceeded"));
        }
        let n = ((last - first) / by).ceil().max(0.0);
        if n.is_nan() || n > MAX_ELEMENTS as f64 {
            return Err(Error::value("Maximum allowed size exceeded"));
        }
        let n = n as usize;
        if kind == Kind::Float {
            // The second element minus the first, which rounding makes other than the step: numpy fills that way.
            let delta = (first + by) - first;
            return Ok(Array::from_floats((0..n).map(|k| first + k as f64 * delta).collect()));
        }
        Ok(Array::from_ints((0..n as i64).map(|k| start.whole() + k * step.whole()).collect()))
    }

    /// `n` numbers from `start` to `stop` at equal distances, with or without the last.
    pub fn linspace(start: f64, stop: f64, n: usize, with_end: bool) -> Array {
        let gaps = if with_end { n.saturating_sub(1) } else { n };
        let step = (stop - start) / gaps as f64;
        let mut numbers: Vec<f64> = (0..n).map(|k| if gaps > 0 { k as f64 * step + start } else { start }).collect();
        if let (true, true, Some(last)) = (with_end, n > 1, numbers.last_mut()) {
            *last = stop;
        }
        Array::from_floats(numbers)
    }
}

/// Refused beyond, lest a slip of the pen takes all memory.
const MAX_ELEMENTS: usize = 1 << 28;

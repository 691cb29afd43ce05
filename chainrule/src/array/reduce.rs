//! Sums, means, extremes and their like, over all elements or along axes.

use super::{Array, Binary, Data, Kind, Number, Places};
use crate::error::{Error, Result};
use engine::Op;
use ndarray::Axis;

/// Which axes a reduction takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axes {
    /// All of them.
    All,
    /// These, negative ones counted from the last.
    These(Vec<isize>),
}

/// What many elements are brought down to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduction {
    /// The sum; truth values are counted.
    Sum,
    /// The product.
    Prod,
    /// The arithmetic mean.
    Mean,
    /// The mean squared distance from the mean, divided by the count less this.
    Var(f64),
    /// The square root of the variance.
    Std(f64),
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// Whether any is not zero.
    Any,
    /// Whether all are not zero.
    All,
}

/// Which element is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg {
    /// The first of the largest.
    Max,
    /// The first of the smallest.
    Min,
}

/// The places that are reduced together, one row a result.
struct Rows {
    places: Vec<usize>,
    width: usize,
    shape: Vec<usize>,
}

impl Rows {
    fn iter(&self) -> impl Iterator<Item = &[usize]> {
        (0..self.shape.iter().product()).map(|row| &self.places[row * self.width..][..self.width])
    }
}

/// An axis counted from the first. Errors when there is none such.
pub(crate) fn axis_of(axis: isize, ndim: usize) -> Result<usize> {
    let from_first = if axis < 0 { axis + ndim as isize } else { axis };
    usize::try_from(from_first)
        .ok()
        .filter(|&axis| axis < ndim)
        .ok_or_else(|| Error::Value(format!("axis {axis} is out of bounds for array of dimension {ndim}")))
}

impl Array {
    fn rows(&self, axes: &Axes, keep: bool) -> Result<Rows> {
        let gone: Vec<usize> = match axes {
            Axes::All => (0..self.ndim()).collect(),
            Axes::These(axes) => axes.iter().map(|&axis| axis_of(axis, self.ndim())).collect::<Result<_>>()?,
        };
        if (1..gone.len()).any(|k| gone[..k].contains(&gone[k])) {
            return Err(Error::value("duplicate value in 'axis'"));
        }
        let stays = |axis: &usize| !gone.contains(axis);
        let order: Vec<usize> = (0..self.ndim()).filter(stays).chain(gone.iter().copied()).collect();
        let along = |axis: usize| self.shape()[axis];
        let shape = match keep {
            true => (0..self.ndim()).map(|axis| if stays(&axis) { along(axis) } else { 1 }).collect(),
            false => (0..self.ndim()).filter(stays).map(along).collect(),
        };
        let places = self.places.view().permuted_axes(order).iter().copied().collect();
        Ok(Rows { places, width: gone.iter().map(|&axis| along(axis)).product(), shape })
    }

    /// Brings the elements along some axes down to one; `keep` leaves those axes at length 1.
    ///
    /// ```
    /// use chainrule::array::{Array, Axes, Reduction};
    ///
    /// let table = Array::from_ints(vec![1, 2, 3, 4, 5, 6]).reshape(&[2, 3])?;
    /// let sums = table.reduce(Reduction::Sum, &Axes::These(vec![0]), false)?;
    /// assert_eq!(sums.ints(), [5, 7, 9]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn reduce(&self, reduction: Reduction, axes: &Axes, keep: bool) -> Result<Array> {
        use Reduction::*;
        let rows = self.rows(axes, keep)?;
        if rows.width == 0 && matches!(reduction, Max | Min) {
            let name = if reduction == Max { "maximum" } else { "minimum" };
            return Err(Error::Value(format!("zero-size array to reduction operation {name} which has no identity")));
        }
        let whole = matches!(reduction, Sum | Prod) && self.kind() == Kind::Bool;
        let source = match reduction {
            Mean | Var(_) | Std(_) => self.of_kind(Kind::Float),
            Any | All => self.of_kind(Kind::Bool),
            _ if whole => self.of_kind(Kind::Int),
            _ => self.clone(),
        };
        // A cast array has its elements row by row and so other places.
        let rows = if source.shares_buffer(self) { rows } else { source.rows(axes, keep)? };
        let data = match &*source.buffer() {
            Data::Float(v) => Data::Float(rows.iter().map(|row| reduction.of_numbers(&pick(v, row))).collect()),
            Data::Int(v) => Data::Int(rows.iter().map(|row| reduction.of_ints(&pick(v, row))).collect()),
            Data::Bool(v) => Data::Bool(rows.iter().map(|row| reduction.of_bools(&pick(v, row))).collect()),
        };
        Array::new(data, &rows.shape)
    }

    /// Where the largest or smallest element is: along one axis, or counted row by row over all.
    pub fn arg(&self, which: Arg, axis: Option<isize>, keep: bool) -> Result<Array> {
        let rows = self.rows(&axis.map_or(Axes::All, |axis| Axes::These(vec![axis])), keep)?;
        if rows.width == 0 {
            return Err(Error::value("attempt to get argmax or argmin of an empty sequence"));
        }
        let better = |x: f64, best: f64| match which {
            Arg::Max => x > best,
            Arg::Min => x < best,
        };
        let numbers = self.data.borrow();
        let found = rows.iter().map(|row| {
            let values: Vec<f64> = row.iter().map(|&place| numbers.get(place).number().value()).collect();
            let mut best = 0;
            for (k, &x) in values.iter().enumerate() {
                // The first NaN counts as both the largest and the smallest, as in numpy.
                if !values[best].is_nan() && (x.is_nan() || better(x, values[best])) {
                    best = k;
                }
            }
            best as i64
        });
        Array::new(Data::Int(found.collect()), &rows.shape)
    }

    /// Along one axis: where the elements are that come first, second, ... in rising order; equal ones keep theirs.
    pub fn argsort(&self, axis: isize) -> Result<Array> {
        let axis = axis_of(axis, self.ndim())?;
        let moved = self.view(last_axis(&self.places, axis));
        let width = self.shape()[axis];
        let numbers = moved.floats();
        let mut order: Vec<i64> = Vec::with_capacity(numbers.len());
        for row in numbers.chunks(width.max(1)) {
            let mut places: Vec<usize> = (0..row.len()).collect();
            places.sort_by(|&a, &b| row[a].total_cmp(&row[b]));
            order.extend(places.iter().map(|&k| k as i64));
        }
        let sorted = Array::new(Data::Int(order), moved.shape())?;
        Ok(sorted.view(last_axis(&sorted.places, axis)).copy())
    }

    /// A copy with the elements in rising order along one axis.
    pub fn sorted(&self, axis: isize) -> Result<Array> {
        let from_first = axis_of(axis, self.ndim())?;
        let (order, source) = (self.argsort(axis)?.ints(), self.places.clone());
        let mut places = source.clone();
        for ((at, place), k) in places.indexed_iter_mut().zip(order) {
            let mut at = at;
            at[from_first] = k as usize;
            *place = source[at];
        }
        Ok(self.view(places).copy())
    }

    /// The running sums or products: along one axis, or over all elements row by row.
    pub fn running(&self, f: Binary, axis: Option<isize>) -> Result<Array> {
        let kind = self.kind().max(Kind::Int);
        let Some(axis) = axis else {
            return self.reshape(&[-1])?.running(f, Some(0));
        };
        let axis = axis_of(axis, self.ndim())?;
        let result = self.cast(kind);
        for k in 1..self.shape()[axis] {
            let at = |k: usize| result.view(result.places.clone().index_axis_move(Axis(axis), k));
            at(k).assign(&at(k - 1).binary(f, &at(k))?)?;
        }
        Ok(result)
    }

    /// Whether all elements of two arrays are within `atol + rtol * |other|` of each other, after broadcasting.
    pub fn close_to(&self, other: &Array, rtol: f64, atol: f64, equal_nan: bool) -> Result<Array> {
        let shape = super::broadcast_shapes(self.shape(), other.shape())?;
        let (a, b) = (self.of_kind(Kind::Float), other.of_kind(Kind::Float));
        let (p, q) = (a.places_as(&shape)?, b.places_as(&shape)?);
        let (x, y) = (a.buffer(), b.buffer());
        let close = p.iter().zip(q).map(|(&p, &q)| {
            let (a, b) = (x.get(p).number().value(), y.get(q).number().value());
            a == b
                || (b.is_finite() && (a - b).abs() <= atol + rtol * b.abs())
                || (equal_nan && a.is_nan() && b.is_nan())
        });
        Array::new(Data::Bool(close.collect()), &shape)
    }
}

/// One axis exchanged with the last.
fn last_axis(places: &Places, axis: usize) -> Places {
    let mut swapped = places.clone();
    swapped.swap_axes(axis, places.ndim() - 1);
    swapped
}

fn pick<T: Clone>(from: &[T], places: &[usize]) -> Vec<T> {
    places.iter().map(|&place| from[place].clone()).collect()
}

impl Reduction {
    fn of_numbers(self, row: &[Number]) -> Number {
        use Reduction::*;
        let count = Number::from(row.len() as f64);
        let fold = |op: Op| {
            let first = row.first().cloned().unwrap_or_else(|| Number::from(1.0));
            row.iter().skip(1).fold(first, |so_far, x| Number::apply(op, &[&so_far, x]))
        };
        match self {
            Max => fold(Op::Max),
            Min => fold(Op::Min),
            Prod => fold(Op::Mul),
            Mean => Number::apply(Op::Div, &[&Number::sum(row), &count]),
            Var(less) => {
                let mean = Mean.of_numbers(row);
                let squares: Vec<Number> = row
                    .iter()
                    .map(|x| Number::apply(Op::Sub, &[x, &mean]))
                    .map(|distance| Number::apply(Op::Mul, &[&distance, &distance]))
                    .collect();
                Number::apply(Op::Div, &[&Number::sum(&squares), &Number::from(row.len() as f64 - less)])
            }
            Std(less) => Number::apply(Op::Sqrt, &[&Var(less).of_numbers(row)]),
            Sum | Any | All => Number::sum(row),
        }
    }

    fn of_ints(self, row: &[i64]) -> i64 {
        match self {
            Reduction::Max => row.iter().copied().max().unwrap_or_default(),
            Reduction::Min => row.iter().copied().min().unwrap_or_default(),
            Reduction::Prod => row.iter().fold(1, |product: i64, &i| product.wrapping_mul(i)),
            _ => row.iter().fold(0, |sum: i64, &i| sum.wrapping_add(i)),
        }
    }

    fn of_bools(self, row: &[bool]) -> bool {
        match self {
            Reduction::All | Reduction::Min => row.iter().all(|&b| b),
            _ => row.iter().any(|&b| b),
        }
    }
}

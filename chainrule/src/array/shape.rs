//! Views and copies of other shapes.

use super::{Array, Data, Kind, Places, each_kind, reduce::axis_of, size_mismatch};
use crate::error::{Error, Result};
use ndarray::{Axis, IxDyn};

impl Array {
    /// The same elements, row by row, in another shape; one length may be -1. A view where numpy makes one.
    pub fn reshape(&self, shape: &[isize]) -> Result<Array> {
        let known: usize = shape.iter().filter(|&&n| n >= 0).map(|&n| n as usize).product();
        let open = shape.iter().filter(|&&n| n < 0).count();
        if open > 1 {
            return Err(Error::value("can only specify one unknown dimension"));
        }
        let fill = self.len().checked_div(known).unwrap_or(0);
        let shape: Vec<usize> = shape.iter().map(|&n| usize::try_from(n).unwrap_or(fill)).collect();
        if shape.iter().product::<usize>() != self.len() {
            return Err(size_mismatch(self.len(), &shape));
        }
        let source = if self.is_regular() { self.clone() } else { self.copy() };
        let places: ndarray::Array1<usize> = source.places.iter().copied().collect();
        let places = places.into_shape_with_order(IxDyn(&shape)).map_err(|_| size_mismatch(self.len(), &shape))?;
        Ok(source.view(places.into_shared()))
    }

    /// Whether the elements lie in the buffer at equal steps, row by row, as those of a contiguous array do.
    fn is_regular(&self) -> bool {
        self.places.iter().zip(self.places.iter().skip(1)).all(|(a, b)| *b == a + 1)
    }

    /// The axes in another order, or reversed: a view.
    pub fn transpose(&self, order: Option<&[isize]>) -> Result<Array> {
        let order: Vec<usize> = match order {
            None => (0..self.ndim()).rev().collect(),
            Some(axes) => axes.iter().map(|&axis| axis_of(axis, self.ndim())).collect::<Result<_>>()?,
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted != (0..self.ndim()).collect::<Vec<_>>() {
            return Err(Error::value("axes don't match array"));
        }
        Ok(self.view(self.places.clone().permuted_axes(order)))
    }

    /// Without axes of length 1: all of them, or these.
    pub fn squeeze(&self, axes: Option<&[isize]>) -> Result<Array> {
        let mut gone: Vec<usize> = match axes {
            None => (0..self.ndim()).filter(|&axis| self.shape()[axis] == 1).collect(),
            Some(axes) => axes.iter().map(|&axis| axis_of(axis, self.ndim())).collect::<Result<_>>()?,
        };
        if gone.iter().any(|&axis| self.shape()[axis] != 1) {
            return Err(Error::value("cannot select an axis to squeeze out which has size not equal to one"));
        }
        gone.sort_unstable();
        gone.dedup();
        let places = gone.iter().rev().fold(self.places.clone(), |places, &axis| places.index_axis_move(Axis(axis), 0));
        Ok(self.view(places))
    }

    /// With new axes of length 1 at these places of the result.
    pub fn expand_dims(&self, axes: &[isize]) -> Result<Array> {
        let ndim = self.ndim() + axes.len();
        let mut places = axes.iter().map(|&axis| axis_of(axis, ndim)).collect::<Result<Vec<_>>>()?;
        places.sort_unstable();
        Ok(self.view(places.iter().fold(self.places.clone(), |view, &axis| view.insert_axis(Axis(axis)))))
    }

    /// The part at one place of the first axis: a view.
    pub fn row(&self, k: usize) -> Result<Array> {
        if self.ndim() == 0 {
            return Err(Error::Type("iteration over a 0-d array".into()));
        }
        if k >= self.shape()[0] {
            return Err(Error::Index(format!("index {k} is out of bounds for axis 0 with size {}", self.shape()[0])));
        }
        Ok(self.view(self.places.clone().index_axis_move(Axis(0), k)))
    }

    /// Repeated to a shape. Errors when the shapes do not fit.
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Array> {
        Ok(self.view(self.places_as(shape)?.to_shared()).copy())
    }

    /// Arrays one after the other along an axis they have.
    pub fn concatenate(arrays: &[Array], axis: isize) -> Result<Array> {
        let first = arrays.first().ok_or_else(|| Error::value("need at least one array to concatenate"))?;
        let kind = arrays.iter().map(Array::kind).max().unwrap_or(Kind::Float);
        let axis = axis_of(axis, first.ndim()).map_err(|error| match first.ndim() {
            0 => Error::value("zero-dimensional arrays cannot be concatenated"),
            _ => error,
        })?;
        let mut data = Data::Bool(Vec::new()).cast(kind);
        let mut parts: Vec<Places> = Vec::with_capacity(arrays.len());
        for array in arrays {
            let start = data.len();
            append(&mut data, array.data().cast(kind));
            let places = ndarray::Array1::from_iter(start..data.len());
            let shaped = places.into_shape_with_order(IxDyn(array.shape()));
            parts.push(shaped.map_err(|_| size_mismatch(array.len(), array.shape()))?.into_shared());
        }
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        let places = ndarray::concatenate(Axis(axis), &views).map_err(|_| {
            let shapes: Vec<String> = arrays.iter().map(|array| super::shape_text(array.shape())).collect();
            Error::Value(format!(
                "all the input array dimensions except for the concatenation axis must match exactly: {}",
                shapes.join(" ")
            ))
        })?;
        let whole = Array::vector(data);
        Ok(whole.view(places.into_shared()).copy())
    }

    /// Arrays of one shape side by side along a new axis.
    pub fn stack(arrays: &[Array], axis: isize) -> Result<Array> {
        if arrays.windows(2).any(|pair| pair[0].shape() != pair[1].shape()) {
            return Err(Error::value("all input arrays must have the same shape"));
        }
        let grown = arrays.iter().map(|array| array.expand_dims(&[axis])).collect::<Result<Vec<_>>>()?;
        Array::concatenate(&grown, axis)
    }

    /// Each element as many times in a row as said, along an axis or over all.
    pub fn repeat(&self, times: usize, axis: Option<isize>) -> Result<Array> {
        let Some(axis) = axis else { return self.reshape(&[-1])?.repeat(times, Some(0)) };
        let axis = axis_of(axis, self.ndim())?;
        let picks: Vec<usize> = (0..self.shape()[axis]).flat_map(|k| std::iter::repeat_n(k, times)).collect();
        Ok(self.view(self.places.select(Axis(axis), &picks).into_shared()).copy())
    }
}

fn append(to: &mut Data, from: Data) {
    match (to, from) {
        (Data::Bool(to), Data::Bool(v)) => to.extend(v),
        (Data::Int(to), Data::Int(v)) => to.extend(v),
        (Data::Float(to), Data::Float(v)) => to.extend(v),
        // The caller has brought both to one kind.
        (to, from) => each_kind!(from, v => debug_assert!(v.is_empty() && to.is_empty())),
    }
}

//! What stands between square brackets.

use super::{Array, Data, Places, broadcast_shapes, shape_text};
use crate::error::{Error, Result};
use ndarray::{ArrayD, Axis, IxDyn};

/// One item of an index.
#[derive(Debug, Clone)]
pub enum Index {
    /// One place, from the end when negative.
    At(i64),
    /// `start:stop:step`.
    Slice(Option<i64>, Option<i64>, i64),
    /// `numpy.newaxis`, or `None`.
    NewAxis,
    /// `...`.
    Ellipsis,
    /// An array of whole numbers or truth values.
    Array(Array),
}

/// A step on the way through the axes, after the shorthands are written out.
enum Step {
    Keep(Vec<usize>),
    Take(usize),
    Pick(ArrayD<i64>),
    New,
}

impl Array {
    /// The part that an index names: a view for slices and single places, a copy where an array is in the index.
    pub fn select(&self, index: &[Index]) -> Result<Array> {
        let (places, copied) = self.selected(index)?;
        let view = self.view(places);
        Ok(if copied { view.copy() } else { view })
    }

    /// Writes to the part that an index names.
    pub fn set(&self, index: &[Index], from: &Array) -> Result<()> {
        let (places, _) = self.selected(index)?;
        self.view(places).assign(from).map_err(|error| match error {
            Error::Value(_) if index.iter().any(|item| matches!(item, Index::Array(_))) => Error::Value(format!(
                "shape mismatch: value array of shape {} could not be broadcast to indexing result of shape",
                shape_text(from.shape())
            )),
            other => other,
        })
    }

    /// The places that an index names, and whether numpy makes a copy of them.
    fn selected(&self, index: &[Index]) -> Result<(Places, bool)> {
        let steps = self.steps(index)?;
        let advanced = steps.iter().any(|step| matches!(step, Step::Pick(_)));
        let mut places = self.places.clone();
        let mut axis = 0;
        let mut picks: Vec<(usize, ArrayD<i64>)> = Vec::new();
        let mut adjacent = true;
        let mut closed = false;
        for step in steps {
            // Beside an array, a single place counts as an array too.
            let step = match step {
                Step::Take(k) if advanced => Step::Pick(ArrayD::from_elem(IxDyn(&[]), k as i64)),
                step => step,
            };
            closed |= !picks.is_empty() && !matches!(step, Step::Pick(_));
            match step {
                Step::Keep(kept) => {
                    places = places.select(Axis(axis), &kept).into_shared();
                    axis += 1;
                }
                Step::Take(k) => places = places.index_axis_move(Axis(axis), k),
                Step::New => {
                    places = places.insert_axis(Axis(axis));
                    axis += 1;
                }
                Step::Pick(numbers) => {
                    adjacent &= !closed;
                    picks.push((axis, numbers));
                    axis += 1;
                }
            }
        }
        if picks.is_empty() { Ok((places, false)) } else { Ok((pick(&places, &picks, adjacent)?, true)) }
    }

    /// The index with an ellipsis, masks and missing axes written out, one step an axis.
    fn steps(&self, index: &[Index]) -> Result<Vec<Step>> {
        let uses = |item: &Index| match item {
            Index::NewAxis | Index::Ellipsis => 0,
            Index::Array(array) if array.kind() == super::Kind::Bool => array.ndim(),
            Index::At(_) | Index::Slice(..) | Index::Array(_) => 1,
        };
        let used: usize = index.iter().map(uses).sum();
        let ndim = self.ndim();
        let missing = ndim.checked_sub(used).ok_or_else(|| {
            Error::Index(format!("too many indices for array: array is {ndim}-dimensional, but {used} were indexed"))
        })?;
        if index.iter().filter(|item| matches!(item, Index::Ellipsis)).count() > 1 {
            return Err(Error::index("an index can only have a single ellipsis ('...')"));
        }
        let mut steps = Vec::new();
        let mut axis = 0;
        let whole = |axis: usize| Step::Keep((0..self.shape()[axis]).collect());
        for item in index {
            match item {
                Index::NewAxis => steps.push(Step::New),
                Index::Ellipsis => {
                    steps.extend((axis..axis + missing).map(whole));
                    axis += missing;
                    continue;
                }
                Index::At(k) => steps.push(Step::Take(place(*k, self.shape()[axis], axis)?)),
                Index::Slice(start, stop, step) => {
                    steps.push(Step::Keep(slice(*start, *stop, *step, self.shape()[axis])?));
                }
                Index::Array(array) => match array.data() {
                    Data::Bool(truth) => steps.extend(self.mask(array, &truth, axis)?.into_iter().map(Step::Pick)),
                    Data::Int(numbers) => steps.push(Step::Pick(shaped(numbers, array.shape())?)),
                    Data::Float(numbers) if numbers.is_empty() => {
                        steps.push(Step::Pick(shaped(Vec::new(), array.shape())?));
                    }
                    Data::Float(_) => {
                        return Err(Error::index("arrays used as indices must be of integer (or boolean) type"));
                    }
                },
            }
            axis += uses(item);
        }
        steps.extend((axis..ndim).map(whole));
        Ok(steps)
    }

    /// A mask as one list of places for each axis it covers.
    fn mask(&self, mask: &Array, truth: &[bool], axis: usize) -> Result<Vec<ArrayD<i64>>> {
        for (k, (&own, &masks)) in self.shape()[axis..].iter().zip(mask.shape()).enumerate() {
            if own != masks {
                return Err(Error::Index(format!(
                    "boolean index did not match indexed array along axis {}; size of axis is {own} but size of \
                     corresponding boolean axis is {masks}",
                    axis + k
                )));
            }
        }
        let found = nonzero(truth, mask.shape());
        found.into_iter().map(shaped_vector).collect()
    }

    /// Where the elements are not zero: one list of places for each axis.
    pub fn nonzero(&self) -> Vec<Array> {
        nonzero(&self.bools(), self.shape()).into_iter().map(Array::from_ints).collect()
    }
}

fn nonzero(truth: &[bool], shape: &[usize]) -> Vec<Vec<i64>> {
    let hits: Vec<usize> = (0..truth.len()).filter(|&n| truth[n]).collect();
    let along = |axis: usize| {
        let step: usize = shape[axis + 1..].iter().product();
        hits.iter().map(|n| ((n / step) % shape[axis]) as i64).collect()
    };
    (0..shape.len()).map(along).collect()
}

fn shaped(numbers: Vec<i64>, shape: &[usize]) -> Result<ArrayD<i64>> {
    let n = numbers.len();
    ArrayD::from_shape_vec(IxDyn(shape), numbers).map_err(|_| super::size_mismatch(n, shape))
}

fn shaped_vector(numbers: Vec<i64>) -> Result<ArrayD<i64>> {
    let n = numbers.len();
    shaped(numbers, &[n])
}

fn place(k: i64, length: usize, axis: usize) -> Result<usize> {
    let from_first = if k < 0 { k + length as i64 } else { k };
    usize::try_from(from_first)
        .ok()
        .filter(|&k| k < length)
        .ok_or_else(|| Error::Index(format!("index {k} is out of bounds for axis {axis} with size {length}")))
}

/// The places of a slice, by Python's rules.
fn slice(start: Option<i64>, stop: Option<i64>, step: i64, length: usize) -> Result<Vec<usize>> {
    let n = length as i64;
    if step == 0 {
        return Err(Error::value("slice step cannot be zero"));
    }
    let (lowest, highest) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let clamp = |k: i64| (if k < 0 { k.saturating_add(n) } else { k }).clamp(lowest, highest);
    let start = start.map_or(if step > 0 { lowest } else { highest }, clamp);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, clamp);
    let inside = |k: &i64| if step > 0 { *k < stop } else { *k > stop };
    let walk = std::iter::successors(Some(start), |k| k.checked_add(step)).take_while(inside);
    Ok(walk.map(|k| k as usize).collect())
}

/// Picks by arrays along some axes. Their common shape takes the place of those axes when they are next to each other,
/// else it comes first.
fn pick(places: &Places, picks: &[(usize, ArrayD<i64>)], adjacent: bool) -> Result<Places> {
    let mut common = Vec::new();
    for (_, numbers) in picks {
        common = broadcast_shapes(&common, numbers.shape()).map_err(|_| {
            let shapes: Vec<String> = picks.iter().map(|(_, numbers)| shape_text(numbers.shape())).collect();
            Error::Index(format!(
                "shape mismatch: indexing arrays could not be broadcast together with shapes {}",
                shapes.join(" ")
            ))
        })?;
    }
    let axes: Vec<usize> = picks.iter().map(|(axis, _)| *axis).collect();
    let rest: Vec<usize> = (0..places.ndim()).filter(|axis| !axes.contains(axis)).collect();
    let count: usize = common.iter().product();
    let mut columns = Vec::with_capacity(picks.len());
    for (axis, numbers) in picks {
        let spread = numbers.broadcast(IxDyn(&common)).ok_or_else(|| Error::index("the indices do not fit"))?;
        let length = places.shape()[*axis];
        columns.push(spread.iter().map(|&k| place(k, length, *axis)).collect::<Result<Vec<_>>>()?);
    }
    let order: Vec<usize> = axes.iter().chain(&rest).copied().collect();
    let source = places.view().permuted_axes(order);
    let mut found = Vec::new();
    for n in 0..count {
        let part = columns.iter().fold(source.clone(), |part, column| part.index_axis_move(Axis(0), column[n]));
        found.extend(part.iter().copied());
    }
    let shape: Vec<usize> = common.iter().copied().chain(rest.iter().map(|&axis| places.shape()[axis])).collect();
    let n = found.len();
    let result = ArrayD::from_shape_vec(IxDyn(&shape), found).map_err(|_| super::size_mismatch(n, &shape))?;
    let lead = if adjacent { rest.iter().filter(|&&axis| axis < axes[0]).count() } else { 0 };
    // The common axes move behind those that stood before the first picked one.
    let (k, ndim) = (common.len(), shape.len());
    let order: Vec<usize> = (k..k + lead).chain(0..k).chain(k + lead..ndim).collect();
    Ok(result.permuted_axes(order).into_shared())
}

//! Products of vectors and matrices.

use super::{Array, Data, Kind, Number, broadcast_shapes, shape_text};
use crate::error::{Error, Result};

impl Array {
    /// `numpy.dot`: an inner product of vectors, a matrix product, a product with a scalar, or for more axes the sum
    /// over the last axis of this and the last but one of the other.
    pub fn dot(&self, other: &Array) -> Result<Array> {
        if self.ndim() == 0 || other.ndim() == 0 {
            return self.binary(super::Binary::Multiply, other);
        }
        let (a, b) = (self.shape(), other.shape());
        let (last, inner) = (a.len() - 1, b.len().saturating_sub(2));
        if a[last] != b[inner] {
            let (left, right) = (shape_text(a), shape_text(b));
            let (n, m) = (a[last], b[inner]);
            return Err(Error::Value(format!(
                "shapes {left} and {right} not aligned: {n} (dim {last}) != {m} (dim {inner})"
            )));
        }
        let shape: Vec<usize> =
            a[..last].iter().chain(&b[..inner]).chain(&b[(inner + 1).min(b.len())..]).copied().collect();
        let order: Vec<usize> = (0..b.len()).filter(|&axis| axis != inner).chain([inner]).collect();
        let columns = other.view(other.places.view().permuted_axes(order).to_shared());
        Array::new(products(self, &columns, a[last]), &shape)
    }

    /// `numpy.matmul`, the operator `@`: matrix products of the last two axes, repeated over the others.
    pub fn matmul(&self, other: &Array) -> Result<Array> {
        if self.ndim() == 0 || other.ndim() == 0 {
            return Err(Error::value(
                "matmul: Input operand does not have enough dimensions (scalars are not allowed)",
            ));
        }
        if self.ndim() <= 2 && other.ndim() <= 2 {
            let inner = other.ndim().saturating_sub(2);
            let (n, m) = (self.shape()[self.ndim() - 1], other.shape()[inner]);
            if n != m {
                return Err(Error::Value(format!(
                    "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
                     (n?,k),(k,m?)->(n?,m?) (size {m} is different from {n})"
                )));
            }
            return self.dot(other);
        }
        let (a, b) = (self.as_matrices(0)?, other.as_matrices(1)?);
        let split = |x: &Array| (x.shape()[..x.ndim() - 2].to_vec(), x.shape()[x.ndim() - 2..].to_vec());
        let ((stack_a, core_a), (stack_b, core_b)) = (split(&a), split(&b));
        let stack = broadcast_shapes(&stack_a, &stack_b)?;
        let spread = |x: &Array, core: &[usize]| -> Result<Array> {
            let shape: Vec<usize> = stack.iter().chain(core).copied().collect();
            let rows = [-1].into_iter().chain(core.iter().map(|&n| n as isize)).collect::<Vec<_>>();
            x.view(x.places_as(&shape)?.to_shared()).copy().reshape(&rows)
        };
        let (a, b) = (spread(&a, &core_a)?, spread(&b, &core_b)?);
        let each = (0..a.shape()[0]).map(|k| a.row(k)?.matmul(&b.row(k)?)).collect::<Result<Vec<_>>>()?;
        let mut shape: Vec<isize> = stack.iter().map(|&n| n as isize).collect();
        if self.ndim() > 1 {
            shape.push(core_a[0] as isize);
        }
        if other.ndim() > 1 {
            shape.push(core_b[1] as isize);
        }
        Array::stack(&each, 0)?.reshape(&shape)
    }

    /// `numpy.outer`: every product of an element of this with one of the other.
    pub fn outer(&self, other: &Array) -> Result<Array> {
        self.reshape(&[-1, 1])?.binary(super::Binary::Multiply, &other.reshape(&[1, -1])?)
    }

    /// With a second axis of length 1 when there is only one: before it (0) or after it (1).
    fn as_matrices(&self, at: isize) -> Result<Array> {
        if self.ndim() == 1 { self.expand_dims(&[at]) } else { Ok(self.clone()) }
    }
}

/// The inner products of every row of `a` with every row of `b`, both of this width.
fn products(a: &Array, b: &Array, width: usize) -> Data {
    let kind = a.kind().max(b.kind());
    match kind {
        Kind::Float => {
            let (a, b) = (a.numbers(), b.numbers());
            Data::Float(each_pair(&a, &b, width, Number::dot))
        }
        Kind::Int => {
            let inner =
                |a: &[i64], b: &[i64]| a.iter().zip(b).fold(0i64, |sum, (&a, &b)| sum.wrapping_add(a.wrapping_mul(b)));
            Data::Int(each_pair(&a.ints(), &b.ints(), width, inner))
        }
        Kind::Bool => {
            let inner = |a: &[bool], b: &[bool]| a.iter().zip(b).any(|(&a, &b)| a && b);
            Data::Bool(each_pair(&a.bools(), &b.bools(), width, inner))
        }
    }
}

fn each_pair<T, U>(a: &[T], b: &[T], width: usize, inner: impl Fn(&[T], &[T]) -> U) -> Vec<U> {
    if width == 0 {
        return Vec::new();
    }
    a.chunks(width).flat_map(|row| b.chunks(width).map(|column| inner(row, column)).collect::<Vec<_>>()).collect()
}

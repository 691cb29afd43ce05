//! The n-dimensional array of the `numpy` module, without anything of Python.
//!
//! An [`Array`] is a shared buffer and an n-dimensional array of *places* in it. A view (a basic slice, a transpose, a
//! reshape) is the same buffer with other places, so it writes through to what it was taken from, as in numpy; shapes,
//! axes and broadcasting are those of the `ndarray` crate on the places.

mod create;
mod data;
mod elementwise;
mod format;
mod index;
mod number;
mod product;
mod reduce;
mod shape;

pub use create::Nested;
pub(crate) use data::each_kind;
pub use data::{Data, Element, Kind};
pub use elementwise::{Binary, Unary};
pub use format::Style;
pub use index::Index;
pub use number::{Number, Trace};
pub use reduce::{Arg, Axes, Reduction};

use crate::error::{Error, Result};
use ndarray::{ArcArray, ArrayViewD, IxDyn};
use std::cell::{Ref, RefCell};
use std::rc::Rc;

pub(crate) type Places = ArcArray<usize, IxDyn>;

/// An n-dimensional array of numbers, whole numbers or truth values.
///
/// ```
/// use chainrule::array::{Array, Binary};
///
/// let column = Array::from_floats(vec![1.0, 2.0]).reshape(&[2, 1])?;
/// let row = Array::from_floats(vec![10.0, 20.0, 30.0]);
/// let table = column.binary(Binary::Add, &row)?;
/// assert_eq!(table.shape(), [2, 3]);
/// assert_eq!(table.to_string(), "[[11. 21. 31.]\n [12. 22. 32.]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Array {
    data: Rc<RefCell<Data>>,
    places: Places,
}

impl Array {
    /// An array of its own buffer, row by row. Errors when the shape does not hold that many elements.
    pub fn new(data: Data, shape: &[usize]) -> Result<Array> {
        let places = ndarray::Array1::from_iter(0..data.len()).into_shared();
        let places = places.into_shape_with_order(IxDyn(shape)).map_err(|_| size_mismatch(data.len(), shape))?;
        Ok(Array { data: Rc::new(RefCell::new(data)), places })
    }

    /// One element, without dimensions.
    pub fn scalar(element: Element) -> Array {
        Array::vector(match element {
            Element::Bool(b) => Data::Bool(vec![b]),
            Element::Int(i) => Data::Int(vec![i]),
            Element::Float(x) => Data::Float(vec![x]),
        })
        .first_row()
    }

    /// One dimension.
    pub fn vector(data: Data) -> Array {
        let places = ndarray::Array1::from_iter(0..data.len()).into_dyn().into_shared();
        Array { data: Rc::new(RefCell::new(data)), places }
    }

    /// One dimension of plain numbers.
    pub fn from_floats(numbers: Vec<f64>) -> Array {
        Array::vector(Data::Float(numbers.into_iter().map(Number::from).collect()))
    }

    /// One dimension of whole numbers.
    pub fn from_ints(numbers: Vec<i64>) -> Array {
        Array::vector(Data::Int(numbers))
    }

    /// What the elements are.
    pub fn kind(&self) -> Kind {
        self.data.borrow().kind()
    }

    /// How long it is along each axis.
    pub fn shape(&self) -> &[usize] {
        self.places.shape()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many axes there are.
    pub fn ndim(&self) -> usize {
        self.places.ndim()
    }

    /// The elements, row by row.
    pub fn data(&self) -> Data {
        self.data.borrow().gather(&self.places)
    }

    /// The elements as numbers, row by row.
    pub fn numbers(&self) -> Vec<Number> {
        match self.data().cast(Kind::Float) {
            Data::Float(v) => v,
            Data::Bool(_) | Data::Int(_) => Vec::new(),
        }
    }

    /// The elements as plain numbers, row by row.
    pub fn floats(&self) -> Vec<f64> {
        self.numbers().iter().map(Number::value).collect()
    }

    /// The elements as whole numbers, row by row; those with a fraction are cut.
    pub fn ints(&self) -> Vec<i64> {
        match self.data().cast(Kind::Int) {
            Data::Int(v) => v,
            Data::Bool(_) | Data::Float(_) => Vec::new(),
        }
    }

    /// The elements as truth values, row by row.
    pub fn bools(&self) -> Vec<bool> {
        match self.data().cast(Kind::Bool) {
            Data::Bool(v) => v,
            Data::Int(_) | Data::Float(_) => Vec::new(),
        }
    }

    /// The element at a place counted row by row.
    pub fn nth(&self, n: usize) -> Option<Element> {
        let place = self.places.iter().nth(n)?;
        Some(self.data.borrow().get(*place))
    }

    /// The only element. Errors when there are several or none.
    pub fn item(&self) -> Result<Element> {
        match self.len() {
            1 => self.nth(0).ok_or_else(|| Error::index("an array without elements has no item")),
            _ => Err(Error::value("can only convert an array of size 1 to a Python scalar")),
        }
    }

    /// A copy as another kind.
    pub fn cast(&self, kind: Kind) -> Array {
        self.with_shape_of(self.data().cast(kind))
    }

    /// A copy with a buffer of its own.
    pub fn copy(&self) -> Array {
        self.with_shape_of(self.data())
    }

    /// Puts other numbers in the place of its own; whole numbers and truth values stay.
    pub fn renew(&self, f: impl Fn(&Number) -> Number) {
        if let Data::Float(v) = &mut *self.data.borrow_mut() {
            self.places.iter().for_each(|&place| v[place] = f(&v[place]));
        }
    }

    /// Whether the two look at one buffer.
    pub fn shares_buffer(&self, other: &Array) -> bool {
        Rc::ptr_eq(&self.data, &other.data)
    }

    /// The same as this when it is of the kind, else a copy that is.
    fn of_kind(&self, kind: Kind) -> Array {
        if self.kind() == kind { self.clone() } else { self.cast(kind) }
    }

    /// A new array of this shape.
    fn with_shape_of(&self, data: Data) -> Array {
        let mut places = Places::zeros(self.places.raw_dim());
        for (n, place) in places.iter_mut().enumerate() {
            *place = n;
        }
        Array { data: Rc::new(RefCell::new(data)), places }
    }

    /// Other places in the same buffer.
    fn view(&self, places: Places) -> Array {
        Array { data: self.data.clone(), places }
    }

    fn first_row(self) -> Array {
        Array { data: self.data, places: self.places.index_axis_move(ndarray::Axis(0), 0) }
    }

    fn buffer(&self) -> Ref<'_, Data> {
        self.data.borrow()
    }

    /// The places, repeated to a larger shape.
    fn places_as(&self, shape: &[usize]) -> Result<ArrayViewD<'_, usize>> {
        let refused = || {
            let (from, to) = (shape_text(self.shape()), shape_text(shape));
            Error::Value(format!("could not broadcast input array from shape {from} into shape {to}"))
        };
        self.places.broadcast(IxDyn(shape)).ok_or_else(refused)
    }

    /// Writes the elements of another array over those of this one, repeating them to its shape.
    pub fn assign(&self, from: &Array) -> Result<()> {
        // numpy lets leading axes of length 1 go when assigning.
        let excess = from.ndim().saturating_sub(self.ndim());
        let from = match from.shape()[..excess].iter().all(|&n| n == 1) {
            true => from.reshape(&from.shape()[excess..].iter().map(|&n| n as isize).collect::<Vec<_>>())?,
            false => from.clone(),
        };
        from.places_as(self.shape())?;
        // What is written may be a view of the same buffer, so it is read first.
        let copied = from.cast(self.kind());
        let to_read = copied.places_as(self.shape())?;
        let source = copied.buffer();
        match (&mut *self.data.borrow_mut(), &*source) {
            (Data::Bool(to), Data::Bool(v)) => self.places.iter().zip(to_read).for_each(|(&p, &q)| to[p] = v[q]),
            (Data::Int(to), Data::Int(v)) => self.places.iter().zip(to_read).for_each(|(&p, &q)| to[p] = v[q]),
            (Data::Float(to), Data::Float(v)) => {
                self.places.iter().zip(to_read).for_each(|(&p, &q)| to[p] = v[q].clone());
            }
            _ => return Err(Error::value("the elements could not be cast")),
        }
        Ok(())
    }
}

/// The shape that both shapes are repeated to.
pub(crate) fn broadcast_shapes(a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    let axes = a.len().max(b.len());
    let along = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(axes).map_or(1, |k| shape[k]);
    let shape = (0..axes).map(|axis| match (along(a, axis), along(b, axis)) {
        (n, m) if n == m || m == 1 => Some(n),
        (1, m) => Some(m),
        _ => None,
    });
    shape.collect::<Option<Vec<_>>>().ok_or_else(|| {
        let (a, b) = (shape_text(a), shape_text(b));
        Error::Value(format!("operands could not be broadcast together with shapes {a} {b} "))
    })
}

/// A shape as numpy writes it in messages: `(2,3)`.
pub(crate) fn shape_text(shape: &[usize]) -> String {
    match shape {
        [n] => format!("({n},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(",")),
    }
}

fn size_mismatch(elements: usize, shape: &[usize]) -> Error {
    Error::Value(format!("cannot reshape array of size {elements} into shape {}", shape_text(shape)))
}

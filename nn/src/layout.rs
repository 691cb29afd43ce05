//! Names of the numbers in a flat list.

use crate::error::{Error, Result};
use indexmap::IndexSet;

/// The names of a model's parameters, in the order of the flat list that holds their numbers.
///
/// ```
/// use nn::Layout;
///
/// let layout = Layout::new(Layout::matrix("W1", 2, 3).chain(["b1".to_owned()]))?;
/// assert_eq!(layout.len(), 7);
/// assert_eq!(layout.name(4), Some("W1[1][1]"));
/// assert_eq!(layout.index("b1"), Some(6));
/// assert_eq!(layout.within("W1[1]").collect::<Vec<_>>(), [3, 4, 5]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    names: IndexSet<String>,
}

impl Layout {
    /// These names, in this order. Errors on a name that is given twice.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Result<Layout> {
        let mut layout = Layout::default();
        for name in names {
            let (position, new) = layout.names.insert_full(name.into());
            if !new {
                return Err(Error::DuplicateName { name: layout.names[position].clone() });
            }
        }
        Ok(layout)
    }

    /// Names that are unique by the way they are made.
    pub(crate) fn distinct(names: impl Iterator<Item = String>) -> Layout {
        Layout { names: names.collect() }
    }

    /// The names of a matrix row by row: `name[row][column]`.
    pub fn matrix(name: &str, rows: usize, columns: usize) -> impl Iterator<Item = String> {
        (0..rows).flat_map(move |row| Layout::vector(&format!("{name}[{row}]"), columns).collect::<Vec<_>>())
    }

    /// The names of a vector: `name[position]`.
    pub fn vector(name: &str, length: usize) -> impl Iterator<Item = String> {
        (0..length).map(move |position| format!("{name}[{position}]"))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of a position in the flat list.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.names.get_index(index).map(String::as_str)
    }

    /// The position of a name in the flat list.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.get_index_of(name)
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The positions of a name and of all that lies in it: `layers.0` holds `layers.0.bias[2]`, not `layers.01`.
    pub fn within(&self, name: &str) -> impl Iterator<Item = usize> {
        self.names().enumerate().filter_map(move |(index, full)| {
            let rest = full.strip_prefix(name)?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some(index)
        })
    }

    /// Each name with its number.
    ///
    /// ```
    /// let layout = nn::Layout::new(["w", "b"])?;
    /// assert_eq!(layout.pair(&[0.5, 1.0]).collect::<Vec<_>>(), [("w", 0.5), ("b", 1.0)]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn pair(&self, numbers: &[f64]) -> impl Iterator<Item = (&str, f64)> {
        self.names().zip(numbers.iter().copied())
    }
}

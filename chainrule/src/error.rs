//! What can go wrong in the arrays and in the random numbers, by the Python exception that it becomes.

/// An error of an array operation. The words are numpy's where numpy has any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, an axis or a number that does not fit: `ValueError`.
    #[error("{0}")]
    Value(String),
    /// A kind of element or argument that does not fit: `TypeError`.
    #[error("{0}")]
    Type(String),
    /// A place outside an array: `IndexError`.
    #[error("{0}")]
    Index(String),
    /// Something that numpy can do and this module cannot: `NotImplementedError`.
    #[error("{0}")]
    Unsupported(String),
}

impl Error {
    pub(crate) fn value(message: impl Into<String>) -> Error {
        Error::Value(message.into())
    }

    pub(crate) fn index(message: impl Into<String>) -> Error {
        Error::Index(message.into())
    }
}

/// The result of what may fail in an array operation.
pub type Result<T> = std::result::Result<T, Error>;

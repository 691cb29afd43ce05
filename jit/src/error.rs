//! What can go wrong.

/// An error of this crate. Each message says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What the engine refuses: a program without an output, a list of the wrong length.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// A program is so large that a line of code without loops would be slow to make and slow to run.
    #[error(
        "{size} nodes and arguments are more than the {most} that are compiled: replay the program as a batch of one sample"
    )]
    TooLarge {
        /// How many nodes and arguments of nodes there are: of the program alone, or of its loss and gradient together.
        size: usize,
        /// How many there may be.
        most: usize,
    },
    /// There is no compiler for this processor or system.
    #[error("nothing can be compiled on this machine, {reason}: replay the program as a batch of one sample")]
    Platform {
        /// Why not.
        reason: String,
    },
}

/// The result of what may fail in this crate.
pub type Result<T> = std::result::Result<T, Error>;

//! The `chainrule` command: runs a tutorial's own Python program, unchanged, without Python or numpy on the machine.
//!
//! - [`mod@array`] and [`random`] are numpy without Python: arrays with views and broadcasting, and the same random numbers.
//! - `numpy` and `math` give them to the program as modules; `modules` holds what else tutorials import.
//! - [`run`] is the host: RustPython without access to the machine, a counter of steps at the head of every loop and
//!   function (put into the syntax tree before it is compiled), and a thread of its own that is left when time is up.
//!
//! - [`mod@check`] compares the derivatives in the program's updates with those of what it computes.
//! - [`explore`] tells and draws what it computed: the chain rule path by path.
//!
//! Every number that a program computes with is an [`array::Number`], and all arithmetic on it goes through the engine's
//! op table, in one place: `Number::apply`. A traced number holds its place on an engine tape by counted reference
//! ([`array::Trace`]), since Python's objects cannot hold the lifetime of a graph: what no living object is made of, and
//! what is older than the last step of training, is let go, so a loop of any length runs in the memory of a few steps.

pub mod array;
pub mod check;
mod error;
pub mod explore;
mod failure;
mod host;
mod limits;
mod math;
mod modules;
mod numpy;
mod output;
pub mod random;
mod worker;

pub use error::{Error, Result};
pub use failure::Failure;
pub use host::{Outcome, run};
pub use limits::Limits;

/// The text of a program. Errors when the bytes are not UTF-8, with the line and column where they stop being so.
///
/// ```
/// let failure = chainrule::decode(b"x = 1\ny = '\xff'\n").unwrap_err();
/// assert_eq!((failure.line, failure.column), (Some(2), Some(6)));
/// ```
pub fn decode(bytes: &[u8]) -> std::result::Result<&str, Failure> {
    std::str::from_utf8(bytes)
        .map_err(|error| Failure::at(bytes, error.valid_up_to(), "the bytes are not UTF-8: save the program as UTF-8"))
}

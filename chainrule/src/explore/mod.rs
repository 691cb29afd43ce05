//! What a program computed, to be looked at: the chain rule path by path, and pictures.
//!
//! The program runs (`record`) until a quantity has been computed as often as asked for. What is between that quantity
//! and another one is told as products of partials (`paths`, [`explain`]), or drawn (`layout`, [`draw`]).

mod dot;
mod explain;
mod layout;
mod paths;
mod record;
mod svg;

use crate::limits::Limits;

pub use explain::explain;
pub use layout::{Picture, draw};

/// What of a run is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The quantity that is differentiated, by the name that the program gives it: `L`, `self.loss`, `A2[0,1]`.
    pub of: String,
    /// The quantity that it is differentiated by. A picture can do without.
    pub wrt: Option<String>,
    /// Which time, from 1: of the times that `of` gets a value that depends on `wrt`.
    pub point: usize,
    /// How long the program may run.
    pub limits: Limits,
}

/// A number as it is shown: six digits, with an exponent where that is shorter.
fn shown(x: f64) -> String {
    // Zero without a sign.
    let rounded = format!("{x:.5e}").parse().unwrap_or(x) + 0.0;
    if rounded != 0.0 && !(1e-4..1e7).contains(&rounded.abs()) { format!("{rounded:e}") } else { rounded.to_string() }
}

//! What the demo programs share: four published tutorials with their derivations by hand, their published figures, and
//! the tables that show both.
//!
//! Each tutorial is a network written once for any [`engine::Real`]: on `f64` it trains, on [`engine::Value`] it is
//! recorded and its author's derivatives are checked.

pub mod and_gate;
pub mod figures;
pub mod moons;
pub mod options;
pub mod show;
pub mod tutorial;
pub mod two_layer;
pub mod worked_example;
pub mod xor;

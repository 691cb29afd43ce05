//! Workloads for timing the engine, each beside the gradient that one would write by hand.
//!
//! Every way of computing a workload's loss and gradient is a [`Method`], so that all of them run on the same numbers
//! and are checked against the same reference.

pub mod by_engine;
pub mod by_hand;
pub mod by_hand_arrays;
pub mod by_hand_lanes;
#[cfg(feature = "jit")]
pub mod by_jit;
pub mod contest;
pub mod contestants;
pub mod models;
pub mod naive;
#[cfg(feature = "others")]
pub mod others;
pub mod threads;
pub mod training;
pub mod workload;

pub use workload::{Method, Workload};

//! Scalar automatic differentiation.
//!
//! A computation is an append-only list of nodes, each an operation on earlier nodes: a [`Program`]. Two [`sweep`]s run
//! it, one forward, one backward, on any number type ([`Real`]): `f64`, [`Dual`], [`Lanes`], or the [`Value`]s of a
//! [`Graph`] that is being recorded. All derivatives are these two sweeps at some type. A function that runs once may do
//! without a program: see [`JacobianTape`].
//!
//! ```
//! use engine::Graph;
//!
//! let g = Graph::new();
//! let (w1, b1) = (g.param("w1", 0.5), g.param("b1", 0.0));
//! let (x1, y_true) = (g.input("x1", -2.0), g.input("y_true", 1.0));
//! let y_pred = (w1 * x1 + b1).sigmoid().named("y_pred");
//! let loss = (y_true - y_pred).powi(2).named("L");
//! let grad = loss.backward();
//! println!("dL/dw1 = {}", grad[w1]);
//! # assert!((grad[w1] - 0.5749393618).abs() < 1e-9);
//! ```
//!
//! | to | see |
//! |---|---|
//! | record a computation and get its gradient | [`Graph`], [`Value`], [`Gradients`] |
//! | get a gradient at once, without a graph | [`JacobianTape`], [`Active`] |
//! | differentiate functions: jvp, vjp, Jacobian, hvp, Hessian, any order | [`Program`] |
//! | check a gradient against finite differences, in one line of a test | [`check::gradient`] |
//! | check a derivation by hand, and learn what is wrong with it | [`check::hand`] |
//! | write a function for every number type | [`Real`], [`Op`] |
//! | learn the chain rule | [`tutorial`] |

mod arguments;
#[cfg(feature = "batch")]
mod batch;
pub mod check;
mod derive;
mod dual;
mod error;
mod formula;
mod gradients;
mod graph;
mod jacobian;
#[cfg(feature = "batch")]
mod lane_math;
mod lanes;
mod node;
mod numeric;
mod ops;
mod optimize;
#[cfg(feature = "batch")]
mod plan;
mod program;
mod reach;
mod real;
mod record;
#[cfg(feature = "batch")]
mod split;
pub mod sweep;
mod tape;
pub mod tutorial;
mod value;

pub use arguments::Arguments;
#[cfg(feature = "batch")]
pub use batch::{Batch, Instructions};
pub use dual::Dual;
pub use error::{Error, Result};
pub use gradients::Gradients;
pub use graph::Graph;
pub use jacobian::{Active, JacobianTape};
pub use lanes::Lanes;
pub use ops::{Notation, Op, Partials, Row, WithRow, row};
pub use optimize::Pass;
pub use program::Program;
pub use real::Real;
pub use tape::{Derivatives, Tape, WhatIf};
pub use value::Value;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

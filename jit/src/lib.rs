//! Losses and gradients as machine code, for programs that run one sample at a time.
//!
//! A small program spends most of its time on finding out what to do next. Here that is done once: the loss and its
//! gradient become one [`Program`](engine::Program), by the sweeps of the engine, and that program becomes one straight
//! line of instructions.
//!
//! ```
//! use engine::Program;
//! use jit::Compiled;
//!
//! let program = Program::record(&[1.0, 1.0], |x| (x[0] * x[1]).sin() + x[1].powi(2));
//! let compiled = Compiled::new(&program)?;
//! let mut gradient = [0.0; 2];
//! let value = compiled.gradient_into(&[0.5, 2.0], &[], &mut gradient)?;
//! assert_eq!(value, 1.0f64.sin() + 4.0);
//! assert_eq!(gradient, [2.0 * 1.0f64.cos(), 0.5 * 1.0f64.cos() + 4.0]);
//! # Ok::<(), jit::Error>(())
//! ```
//!
//! There are no derivatives in this crate and no formulas of ops: what is not an instruction or two of the processor is
//! a call of the op's own row in the table of the engine.

mod code;
mod compiled;
mod emit;
mod error;

pub use compiled::{Compiled, MOST};
pub use error::{Error, Result};

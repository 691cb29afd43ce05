//! The gradients by compiled programs.

use crate::{Method, by_engine};
use engine::Value;
use jit::{Compiled, Result};

/// How it computes a gradient.
pub const IDIOM: &str = "a program recorded once and compiled to machine code, dot nodes";

/// Records the loss once, compiles it and runs the code at each step. Errors where that is too large to be compiled.
pub fn compiled<const P: usize, const I: usize>(
    model: impl for<'g> Fn(&[Value<'g>], &[Value<'g>]) -> Value<'g>,
) -> Result<impl Method<P, I>> {
    let compiled = Compiled::new(&by_engine::program::<P, I>(model))?;
    Ok(move |params: &[f64; P], inputs: &[f64; I], gradient: &mut [f64; P]| {
        compiled.gradient_into(params, inputs, gradient).unwrap_or(f64::NAN)
    })
}

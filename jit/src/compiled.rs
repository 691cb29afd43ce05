//! A compiled loss with its gradient.

use crate::code::Code;
use crate::error::{Error, Result};
use engine::{Pass, Program};

/// The largest size of a loss and its gradient that is compiled: how many nodes and arguments of nodes they have together.
pub const MOST: usize = 30_000;

/// The first output of a program and its derivatives by the parameters, compiled.
///
/// The value has the bits of [`Program::evaluate`] and the gradient those of [`Program::gradient`], save that a zero which
/// is a derivative, or a product by [`chain`](engine::Real::chain), may differ in sign. A program that was
/// [optimized](Program::optimize) before is another one, which may add up in another order. Where the value or a
/// derivative comes out infinite or NaN, the sweeps over the program are run instead, in which a factor of exactly zero
/// annihilates.
///
/// Code has no loops: what is small, or irregular, gains most. Two dense layers of 16 neurons each are about as fast as a
/// batch of one sample (`Program::batch`, a feature of the engine), and larger ones are slower. Compiling takes a few
/// milliseconds, and a tenth of a second at most.
///
/// ```
/// let g = engine::Graph::new();
/// let (w, x) = (g.param("w", 0.0), g.input("x", 0.0));
/// let compiled = jit::Compiled::new(&(w * x).sigmoid().program())?;
/// let mut gradient = [f64::NAN];
/// assert_eq!(compiled.gradient_into(&[0.0], &[8.0], &mut gradient)?, 0.5);
/// assert_eq!(gradient, [2.0]);
/// # Ok::<(), jit::Error>(())
/// ```
#[derive(Debug)]
pub struct Compiled {
    program: Program,
    code: Code,
}

impl Compiled {
    /// Compiles a program. Errors when it has no output, when loss and gradient are larger than [`MOST`], and on a machine
    /// that there is no compiler for.
    ///
    /// ```
    /// let nothing = engine::Program::record_all(&[1.0], |_| vec![]);
    /// assert!(jit::Compiled::new(&nothing).is_err());
    /// ```
    pub fn new(program: &Program) -> Result<Compiled> {
        size(program)?;
        // The passes that leave every bit of a value as it is.
        let passes = [Pass::Constants, Pass::Common, Pass::Dead];
        let both = passes.iter().fold(program.value_and_gradient(0)?, |program, pass| program.pass(*pass));
        let code = Code::new(&both, size(&both)?)?;
        Ok(Compiled { program: program.clone(), code })
    }

    /// Writes the derivatives by the parameters, and gives the value. Errors on lists of the wrong length.
    ///
    /// ```
    /// let square = jit::Compiled::new(&engine::Program::record(&[1.0], |x| x[0] * x[0]))?;
    /// let mut gradient = [0.0];
    /// assert_eq!(square.gradient_into(&[3.0], &[], &mut gradient), Ok(9.0));
    /// assert_eq!(gradient, [6.0]);
    /// assert!(square.gradient_into(&[3.0, 4.0], &[], &mut gradient).is_err());
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn gradient_into(&self, params: &[f64], inputs: &[f64], gradient: &mut [f64]) -> Result<f64> {
        let value = self.code.run(params, inputs, gradient)?;
        let finite = |all, number: &f64| all & number.is_finite();
        if gradient.iter().fold(value.is_finite(), finite) {
            return Ok(value);
        }
        self.careful(params, inputs, gradient)
    }

    /// The same by the sweeps over the program.
    #[cold]
    fn careful(&self, params: &[f64], inputs: &[f64], gradient: &mut [f64]) -> Result<f64> {
        gradient.copy_from_slice(&self.program.gradient(params, inputs)?);
        Ok(self.program.evaluate(params, inputs)?[0])
    }
}

/// How many nodes and arguments of nodes there are, if that is not too many.
fn size(program: &Program) -> Result<usize> {
    let size = (0..program.len()).map(|node| 1 + program.args(node).len()).sum();
    if size > MOST { Err(Error::TooLarge { size, most: MOST }) } else { Ok(size) }
}

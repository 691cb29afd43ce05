//! The gradient of a function that is run once, by a tape of partials.

mod active;
mod differential;
mod layer;
mod recording;

pub use active::Active;

use recording::{Memory, Recording};
use std::cell::RefCell;

/// Computes gradients of functions that are recorded anew each time, such as the loss of a step of training.
///
/// A [`Graph`](crate::Graph) keeps the ops, hence it can be drawn, checked, run again and differentiated again. This tape
/// keeps partial derivatives only, and of these only what the numbers do not carry with them: see [`Active`]. That is much
/// quicker for functions of few numbers, and for layers by [`Real::affine`](crate::Real::affine) whose weights are variables
/// that follow one another; it is no quicker for code that adds up one product after another, each with numbers of its own.
/// The memory is used again at each gradient; two partials take 24 bytes.
///
/// With [`gradient_into`](JacobianTape::gradient_into), and a function that the compiler sees whole because it is small or
/// `#[inline]`, the compiler knows which numbers move with which variables, and little is left of the tape.
///
/// It is called after the local Jacobians that it keeps, as elsewhere in the field (Sagebaum, Albring, Gauger,
/// *High-Performance Derivative Computations using CoDiPack*, ACM Trans. Math. Softw. 45, 2019, who call the products that
/// are made at once local preaccumulation). The Jacobian of a function is given by
/// [`Program::jacobian`](crate::Program::jacobian), and a tape for interpreters, which has ops, is [`Tape`](crate::Tape).
///
/// It multiplies partials in the order of the function, as [`Dual`](crate::Dual) does, and a graph in the opposite order.
/// So derivatives differ in the last digits; where a product of partials leaves the range of `f64` on the way, one may be 0
/// or infinite and the other not; and where a slope is infinite, one may be NaN.
///
/// # Panics
///
/// All gradients panic when the function takes more than 2^31 - 1 nodes.
///
/// ```
/// use engine::{Active, JacobianTape, Real};
///
/// fn loss<R: Real>(params: &[R], x: &[R]) -> R {
///     let [w, b] = [params[0], params[1]];
///     (w * x[0] + b).sigmoid()
/// }
///
/// let mut tape = JacobianTape::new();
/// let (mut params, mut gradient) = ([0.5, 0.0], [0.0; 2]);
/// for sample in [[-2.0], [1.0], [3.0]] {
///     tape.gradient_into(&params, &mut gradient, |params| loss(params, &sample.map(Active::from)));
///     params.iter_mut().zip(&gradient).for_each(|(param, derivative)| *param -= 0.1 * derivative);
/// }
/// assert!(params[1] < 0.0);
/// ```
#[derive(Debug, Default)]
pub struct JacobianTape {
    memory: Memory,
    /// Zeros, but while a gradient is computed.
    adjoints: Vec<f64>,
}

/// How many variables are better copied than allocated.
const FEW: usize = 64;

impl JacobianTape {
    /// A tape that holds no memory yet.
    pub fn new() -> Self {
        JacobianTape::default()
    }

    /// A tape that has the memory for a function of so many variables that records so many nodes of two partials.
    ///
    /// ```
    /// use engine::{JacobianTape, Real};
    ///
    /// let mut tape = JacobianTape::with_capacity(3, 1);
    /// let mut gradient = [0.0; 3];
    /// let value = tape.gradient_into(&[2.0, 3.0, 5.0], &mut gradient, |x| x[0] * x[1] * x[2]);
    /// assert_eq!((value, gradient), (30.0, [15.0, 10.0, 6.0]));
    /// ```
    pub fn with_capacity(variables: usize, nodes: usize) -> Self {
        let adjoints = Vec::with_capacity(1 + variables + nodes);
        JacobianTape { memory: Memory::with_capacity(nodes), adjoints }
    }

    /// The value of a function at a point, and its gradient. It allocates the list of variables, and the gradient.
    ///
    /// A generic function is handed over in a closure, `|x| f(x)`: by its name alone it would be of one lifetime only.
    ///
    /// ```
    /// use engine::{JacobianTape, Real};
    ///
    /// let (value, gradient) = JacobianTape::new().gradient(&[3.0, 5.0], |x| x[0] * x[1] + x[0].powi(2));
    /// assert_eq!((value, gradient), (24.0, vec![11.0, 3.0]));
    /// ```
    pub fn gradient(
        &mut self,
        at: &[f64],
        function: impl for<'t> FnOnce(&[Active<'t>]) -> Active<'t>,
    ) -> (f64, Vec<f64>) {
        let value = self.sweep(at, function);
        (value, self.take_derivatives(at.len()).collect())
    }

    /// The same for as many variables as are known when the code is compiled. Gives the value and writes the gradient;
    /// for up to 64 variables it allocates nothing, once the tape has its memory.
    ///
    /// ```
    /// use engine::{JacobianTape, Real};
    ///
    /// let mut gradient = [0.0; 2];
    /// let value = JacobianTape::new().gradient_into(&[3.0, 5.0], &mut gradient, |x| x[0] * x[1] + x[0].powi(2));
    /// assert_eq!((value, gradient), (24.0, [11.0, 3.0]));
    /// ```
    #[inline]
    pub fn gradient_into<const N: usize>(
        &mut self,
        at: &[f64; N],
        gradient: &mut [f64; N],
        function: impl for<'t> FnOnce(&[Active<'t>]) -> Active<'t>,
    ) -> f64 {
        let value = if N > FEW { self.sweep(at, function) } else { self.sweep_array(at, function) };
        gradient.iter_mut().zip(self.take_derivatives(N)).for_each(|(to, derivative)| *to = derivative);
        value
    }

    fn sweep(&mut self, at: &[f64], function: impl for<'t> FnOnce(&[Active<'t>]) -> Active<'t>) -> f64 {
        let JacobianTape { memory, adjoints } = self;
        let tape = RefCell::new(Recording::new(memory, at));
        let variables: Vec<Active<'_>> = (0..at.len()).map(|place| Active::variable(&tape, at, place)).collect();
        recording::sweep(&tape, &variables, function, adjoints)
    }

    #[inline(always)]
    fn sweep_array<const N: usize>(
        &mut self,
        at: &[f64; N],
        function: impl for<'t> FnOnce(&[Active<'t>]) -> Active<'t>,
    ) -> f64 {
        let JacobianTape { memory, adjoints } = self;
        let tape = RefCell::new(Recording::new(memory, at));
        let variables: [Active<'_>; N] = std::array::from_fn(|place| Active::variable(&tape, at, place));
        recording::sweep(&tape, &variables, function, adjoints)
    }

    /// The derivatives by the variables, which are the first nodes after none. They leave zeros behind, as the sweep does.
    #[inline(always)]
    fn take_derivatives(&mut self, count: usize) -> impl Iterator<Item = f64> {
        self.adjoints[1..=count].iter_mut().map(std::mem::take)
    }
}

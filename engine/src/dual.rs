//! Dual numbers: a value and a tangent, for derivatives along a direction.

use crate::arguments::{Arguments, Each};
use crate::ops::{Partials, Row};
use crate::real::{Real, operators_from_compute};

/// `value + tangent ε` with `ε² = 0`: a number together with how fast it moves along a direction.
///
/// Over `f64` it gives first derivatives; `Dual<Dual>` gives second ones, and so on. Dual numbers compare by their values,
/// so that code that branches on a number takes the same branch for all of them.
///
/// ```
/// use engine::{Dual, Real};
///
/// let x = Dual::variable(2.0);
/// let y = x.powi(3);
/// assert_eq!((y.value, y.tangent), (8.0, 12.0));
///
/// let twice = Dual { value: Dual::variable(2.0), tangent: Dual::from(1.0) };
/// assert_eq!(twice.powi(3).tangent.tangent, 12.0);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Dual<R = f64> {
    /// The primal.
    pub value: R,
    /// The derivative of the value along the direction.
    pub tangent: R,
}

impl Dual {
    /// A number that moves at speed one: the variable of a derivative.
    pub fn variable(value: f64) -> Self {
        Dual { value, tangent: 1.0 }
    }
}

impl<R: Real> From<f64> for Dual<R> {
    #[inline(always)]
    fn from(constant: f64) -> Self {
        Dual { value: R::from(constant), tangent: R::from(0.0) }
    }
}

/// Adds up partial times tangent.
struct Tangent<A, R> {
    args: A,
    total: R,
}

impl<R: Real, A: Arguments<Item = Dual<R>>> Partials<R> for Tangent<A, R> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> R) {
        let tangent = self.args.at(position).tangent;
        if !tangent.is_zero() {
            self.total += tangent.chain(partial());
        }
    }
}

impl<R: Real> Real for Dual<R> {
    #[inline(always)]
    fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self {
        let values = Each(args, |arg: Self| arg.value);
        let value = R::compute::<K>(values);
        let mut sink = Tangent { args, total: R::from(0.0) };
        K::partials(values, value, &mut sink);
        Dual { value, tangent: sink.total }
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self.value.primal()
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self.value.is_zero() && self.tangent.is_zero()
    }
}

operators_from_compute!((R: Real) Dual<R>);

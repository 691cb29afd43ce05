//! Several samples side by side.

use crate::arguments::{Arguments, Each};
use crate::ops::Row;
use crate::real::{Real, operators_from_compute};

/// `N` numbers that go through the same operations, one lane a sample.
///
/// ```
/// use engine::{Lanes, Real};
///
/// let x = Lanes([0.0, 1.0, -2.0]);
/// assert_eq!((x * 2.0 + 1.0).relu(), Lanes([1.0, 3.0, 0.0]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lanes<const N: usize>(pub [f64; N]);

impl<const N: usize> From<f64> for Lanes<N> {
    #[inline(always)]
    fn from(constant: f64) -> Self {
        Lanes([constant; N])
    }
}

impl<const N: usize> Real for Lanes<N> {
    #[inline(always)]
    fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self {
        Lanes(std::array::from_fn(|lane| K::value(Each(args, |arg: Self| arg.0[lane]))))
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self.0.first().copied().unwrap_or(f64::NAN)
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self.0.iter().all(|&x| x == 0.0)
    }
}

operators_from_compute!((const N: usize) Lanes<N>);

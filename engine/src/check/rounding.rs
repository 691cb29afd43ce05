//! Numbers that carry a bound on their own rounding.

use crate::arguments::{Arguments, Each};
use crate::ops::{Partials, Row};
use crate::real::{Real, operators_from_compute};

/// What one op may add, relative to its result: the table's values are within 2 ulp.
const UNIT: f64 = 2.0 * f64::EPSILON;

/// Errors that are larger than this part of their number change the partials.
const VAGUE: f64 = 1e-8;

/// A number and a bound on what rounding has done to it: each op passes on the errors of its arguments, times its
/// partials, and adds its own (running error analysis: Higham, Accuracy and Stability of Numerical Algorithms, section
/// 3.3).
///
/// The forward sweep on it bounds the error of every value, and the reverse sweep that of every derivative, so that a
/// derivative that has vanished is told from one that is merely small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rounded {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

impl Rounded {
    pub(crate) fn exact(value: f64) -> Self {
        Rounded { value, error: 0.0 }
    }

    pub(crate) fn all_exact(values: &[f64]) -> Vec<Self> {
        values.iter().copied().map(Rounded::exact).collect()
    }

    fn is_vague(self) -> bool {
        self.error > VAGUE * self.value.abs()
    }
}

impl From<f64> for Rounded {
    fn from(constant: f64) -> Self {
        Rounded::exact(constant)
    }
}

/// Adds up the errors that the arguments pass on.
struct PassedOn<A> {
    args: A,
    total: f64,
}

impl<A: Arguments<Item = Rounded>> Partials<f64> for PassedOn<A> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        let error = self.args.at(position).error;
        if error > 0.0 {
            self.total += error * partial().abs();
        }
    }
}

impl Real for Rounded {
    fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self {
        let at = |shift: f64| {
            // What is known well keeps its number: an exponent has to stay whole. So does what is not moved: -0 + 0 is 0.
            let moved =
                Each(
                    args,
                    |arg: Self| if shift != 0.0 && arg.is_vague() { arg.value + shift * arg.error } else { arg.value },
                );
            let value = K::value(moved);
            let mut passed_on = PassedOn { args, total: 0.0 };
            K::partials(moved, value, &mut passed_on);
            (value, if passed_on.total.is_nan() { f64::INFINITY } else { passed_on.total })
        };
        let (value, mut passed_on) = at(0.0);
        if args.each().any(Rounded::is_vague) {
            // A product of two numbers that have vanished is lost in the product of their errors.
            passed_on = [at(-1.0).1, at(1.0).1].into_iter().fold(passed_on, f64::max);
        }
        Rounded { value, error: UNIT * value.abs() + passed_on }
    }

    fn primal(self) -> f64 {
        self.value
    }

    fn is_zero(self) -> bool {
        self.value == 0.0 && self.error == 0.0
    }
}

operators_from_compute!(() Rounded);

#[cfg(test)]
mod tests {
    use super::Rounded;
    use crate::Real;

    #[test]
    fn a_zero_that_is_not_known_well_keeps_its_sign() {
        let zero = -(Rounded::exact(1.0).exp() % Rounded::exact(1.0).exp());
        assert!(zero.error > 0.0);
        assert_eq!(zero.atan2(Rounded::exact(-1.0)).value, -std::f64::consts::PI);
    }

    #[test]
    fn the_bound_knows_of_cancellation_and_not_of_mere_smallness() {
        let small = Rounded::exact(-40.0).exp() * 3.0;
        assert!(small.error < 1e-14 * small.value, "{small:?}");
        let cancelled = -Rounded::exact(40.0).sigmoid() + 1.0;
        let truth = 4.248354255291589e-18;
        assert!((cancelled.value - truth).abs() <= cancelled.error && cancelled.error < 1e-14, "{cancelled:?}");
        let lost = cancelled * cancelled;
        assert!(truth * truth <= lost.error && lost.error < 1e-28, "{lost:?}");
        let deep = (0..100).fold(cancelled, |x, _| x * 1.01 - x * 0.01);
        assert!(deep.error < 1e-12, "{deep:?}");
        let power = (Rounded::exact(0.3) * 3.0 - 0.9).powi(2);
        assert!(power.error < 1e-28, "{power:?}");
    }
}

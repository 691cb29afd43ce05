//! A function at points on both sides of one, and the derivative that they show.

use super::finite::{Difference, Estimate, Options};
use super::ladder::{Rung, limit, steps};
use super::probe::Probe;
use crate::error::{Error, Result};

/// A few units in the last place, which any computed number is trusted to be off by.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// What part of a value may be rounding that nobody sees: of single precision, and of most sums that cancel.
const COARSE: f64 = 1e-6;

/// The derivative at `x` of a function that tells its branches and its rounding, as far as it can. The name is that of
/// its input, for errors.
pub(super) fn difference(
    mut f: impl FnMut(f64) -> Result<Probe>,
    name: &str,
    x: f64,
    options: &Options,
) -> Result<Estimate> {
    let input = || name.to_owned();
    if !x.is_finite() {
        return Err(Error::PointNotFinite { input: input(), value: x });
    }
    if !options.domain.contains(&x) {
        let (&low, &high) = (options.domain.start(), options.domain.end());
        return Err(Error::OutsideDomain { input: input(), value: x, low, high });
    }
    let center = f(x)?;
    if !center.value.is_finite() {
        let what = "the function".to_owned();
        return Err(Error::FunctionNotFinite { what, input: input(), at: x, value: center.value });
    }
    let mut steps = steps(x);
    steps.retain(|step| x + step != x && x - step != x);
    let above = side(&mut f, x, steps.iter().rev().copied(), options)?;
    let below = side(&mut f, x, steps.iter().rev().map(|step| -step), options)?;
    Ok(Stencil::new(x, center, above, below, options.noise).estimate())
}

/// A point and the function there.
type Point = (f64, Probe);

/// The points from the smallest step on, up to where the domain ends or the function is not finite.
fn side(
    f: &mut impl FnMut(f64) -> Result<Probe>,
    x: f64,
    steps: impl Iterator<Item = f64>,
    options: &Options,
) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for at in steps.map(|step| x + step).take_while(|at| at.is_finite() && options.domain.contains(at)) {
        let probe = f(at)?;
        if !probe.value.is_finite() {
            break;
        }
        points.push((at, probe));
    }
    Ok(points)
}

/// Points on both sides of `x`, the nearest first.
struct Stencil {
    x: f64,
    center: Probe,
    above: Vec<Point>,
    below: Vec<Point>,
    /// What each value may be off by, besides its own rounding.
    noise: f64,
}

impl Stencil {
    fn new(x: f64, center: Probe, above: Vec<Point>, below: Vec<Point>, noise: f64) -> Self {
        // At a kink the ops may stand still, and with them what is known of their rounding: it is looked up where the
        // function first moves.
        let moved = |side: &[Point]| side.iter().map(|point| point.1).find(|probe| probe.value != center.value);
        let nearby = [Some(center), moved(&above), moved(&below)];
        let rounding = nearby.into_iter().flatten().filter_map(|probe| probe.rounding).fold(0.0, f64::max);
        Stencil { x, center, above, below, noise: noise + rounding }
    }

    fn estimate(&self) -> Estimate {
        let (up, down) = (self.one_sided(&self.above), self.one_sided(&self.below));
        let doubt = if self.center.rounding.is_some() { None } else { Some(COARSE * self.center.value.abs()) };
        let (left, right) = (limit(&down, 1, doubt), limit(&up, 1, doubt));
        let slopes = || up.iter().chain(&down);
        let clear = slopes().filter(|rung| rung.slope.abs() > 4.0 * rung.noise);
        let estimate = Estimate {
            value: f64::NAN,
            error: f64::INFINITY,
            left,
            right,
            scale: clear.map(|rung| rung.slope.abs()).fold(0.0, f64::max),
            flat: slopes().all(|rung| rung.slope == 0.0),
        };
        let Difference { value, error } = if estimate.is_kink() {
            let half = (left.value - right.value).abs() / 2.0;
            Difference { value: (left.value + right.value) / 2.0, error: half + left.error + right.error }
        } else {
            let ways = [limit(&self.central(), 2, doubt), left, right];
            ways.into_iter().fold(Difference::UNKNOWN, |best, next| if next.error < best.error { next } else { best })
        };
        Estimate { value, error, ..estimate }
    }

    /// The slopes from `x` to the points of one side.
    fn one_sided(&self, side: &[Point]) -> Vec<Rung> {
        let rung = |(at, probe): &Point| {
            let (run, rise) = (at - self.x, probe.value - self.center.value);
            Rung {
                step: run.abs(),
                slope: rise / run,
                noise: 2.0 * self.noise(probe) / run.abs(),
                branch: probe.branch,
            }
        };
        side.iter().rev().map(rung).collect()
    }

    /// The slopes between two points on either side that lie on the branch of `x`.
    fn central(&self) -> Vec<Rung> {
        let branch = self.center.branch;
        let pairs = self.above.iter().zip(&self.below);
        let smooth = pairs.filter(|(above, below)| above.1.branch == branch && below.1.branch == branch);
        let rung = |((high, above), (low, below)): (&Point, &Point)| {
            let (run, rise) = (high - low, above.value - below.value);
            Rung { step: run / 2.0, slope: rise / run, noise: (self.noise(above) + self.noise(below)) / run, branch }
        };
        let mut rungs: Vec<Rung> = smooth.map(rung).collect();
        rungs.reverse();
        rungs
    }

    /// What a value may be off by, or the one at `x`.
    fn noise(&self, probe: &Probe) -> f64 {
        let largest = probe.value.abs().max(self.center.value.abs());
        self.noise.max(probe.rounding.unwrap_or(0.0)) + ROUNDING * largest + f64::MIN_POSITIVE
    }
}

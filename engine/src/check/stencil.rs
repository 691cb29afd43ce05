//! A function at points on both sides of one, and the derivative that they show.

use super::finite::{Difference, Estimate, Options};
use super::ladder::{Rung, limit, steps};
use super::probe::Probe;
use crate::error::{Error, Result};

/// A few units in the last place, which any computed number is trusted to be off by.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// What part of a value may be rounding that nobody sees: of single precision, and of most sums that cancel.
const COARSE: f64 = 1e-6;

/// How many times more than at the points that were met a derivative is granted to vary between them.
const GRANTED: f64 = 3.0;
/// The points at which it is looked at lie closer together than those of the slopes, by no ratio that a period may have;
/// the first of them is about a unit in the last place away.
const DENSE: f64 = 1.7;
const CLOSEST: f64 = 256.0;

/// A function around `x`, which tells its branches and its rounding as far as it can. The name is that of its input,
/// for errors.
pub(super) fn stencil(
    mut f: impl FnMut(f64) -> Result<Probe>,
    name: &str,
    x: f64,
    options: &Options,
) -> Result<Stencil> {
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
    Ok(Stencil::new(x, center, above, below, options.noise))
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
pub(super) struct Stencil {
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

    /// The derivative that the points show.
    pub(super) fn estimate(&self) -> Estimate {
        let (up, down) = (self.one_sided(&self.above), self.one_sided(&self.below));
        let doubt = if self.center.rounding.is_some() { None } else { Some(COARSE * self.center.value.abs()) };
        let (left, right) = (limit(&down, 1, doubt), limit(&up, 1, doubt));
        // On one branch the slopes do not run off on one side only: they are not seen from near enough.
        let hidden = |side: Difference, other: Difference| {
            self.is_one_branch() && side.value.is_infinite() && other.value.is_finite()
        };
        let seen = |side, other| if hidden(side, other) { Difference::UNKNOWN } else { side };
        let (left, right) = (seen(left, right), seen(right, left));
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

    /// Whether the ops are known to go the same way as far as where the function is first seen to move.
    fn is_one_branch(&self) -> bool {
        let moves = |(_, probe): &&Point| (probe.value - self.center.value).abs() > self.noise(probe);
        let same = |side: &[Point]| {
            let point = side.iter().find(moves).or(side.last());
            point.is_some_and(|(_, probe)| probe.branch == self.center.branch)
        };
        self.center.rounding.is_some() && same(&self.above) && same(&self.below)
    }

    /// Whether the derivative right beside `x` is that which the slopes of either side show, when these differ though no
    /// op went another way: as at the kink of the root of a square, and not where the slopes are those of a function that
    /// turns within a few units in the last place.
    pub(super) fn jumps(&self, estimate: &Estimate, mut slope: impl FnMut(f64) -> Result<f64>) -> Result<bool> {
        let apart = (estimate.left.value - estimate.right.value).abs();
        if !self.is_one_branch() || !apart.is_finite() {
            return Ok(true);
        }
        for (side, shown) in [(&self.above, estimate.right), (&self.below, estimate.left)] {
            let Some((nearest, _)) = side.first() else { return Ok(true) };
            let beside = slope(self.x + (nearest - self.x) / CLOSEST)?;
            if (beside - shown.value).abs() > apart / 4.0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the function cannot have a derivative at `x`: by the mean value theorem the slope from `x` to a point is
    /// the derivative somewhere between, so the one at `x` is as far from it as the derivative varies there, at most.
    ///
    /// What varies is told by the same derivative at the points, from the nearest outwards. Where it varies as much as
    /// the slopes do, as that of sin at 1e15 or of a root beside its edge, they tell nothing.
    pub(super) fn contradicts(
        &self,
        derivative: f64,
        tolerance: f64,
        mut slope: impl FnMut(f64) -> Result<f64>,
    ) -> Result<bool> {
        let center = slope(self.x)?;
        for (side, rungs) in [&self.above, &self.below].map(|side| (side, self.one_sided(side))) {
            let mut varied: f64 = 0.0;
            let mut ahead = side.first().map_or(0.0, |(at, _)| (at - self.x) / CLOSEST);
            for rung in rungs.iter().rev() {
                while varied < f64::INFINITY && ahead.abs() <= rung.step {
                    let moved = (slope(self.x + ahead)? - center).abs();
                    varied = if moved.is_nan() { f64::INFINITY } else { varied.max(moved) };
                    ahead *= DENSE;
                }
                if rung.branch != self.center.branch || varied == f64::INFINITY {
                    break;
                }
                let explained = GRANTED * (varied + rung.noise) + tolerance;
                if (rung.slope - derivative).abs() > explained {
                    return Ok(true);
                }
            }
        }
        Ok(false)
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

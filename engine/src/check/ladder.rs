//! From slopes at a ladder of steps to their limit at step zero, with an error.
//!
//! Ridders' extrapolation (C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering
//! Software 4, 1982) gives each rung a limit and an error. It goes down the whole ladder instead of stopping early, and
//! a limit that was found at large steps has to agree with those found at smaller ones (the rule of O. Lepski for
//! choosing a bandwidth): a function that looks tame from afar is seen for what it is.

use super::finite::Difference;
use std::iter::successors;

/// Steps shrink by this much. It is a power of two, so that all have few digits and `x + h` is seldom rounded.
const RATIO: f64 = 4.0;
/// The largest step for a number between 1 and 2: no round number, lest it meet a function's period.
const LARGEST: f64 = 197.0 / 1024.0;
/// The columns of the extrapolation: more only carry rounding from rung to rung.
const COLUMNS: usize = 6;
/// How many rungs of one branch, besides its first, say anything where smaller steps see another branch.
const MANY: usize = 3;
/// How many rungs of smaller steps tell how much a rung is shaken by noise; the last few tell it of each other.
const SHAKEN: usize = 3;
/// How many of the smallest steps, down to where noise takes over, have to show slopes that move one way without slowing
/// down, for a slope without bound. Of noise as many move one way about once in a thousand times.
const UNBOUNDED: usize = 10;
/// Moves of a slope that shrink by less than this do not slow down.
const STEADY: f64 = 0.95;

/// The slope between two points, as seen at one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rung {
    pub(super) step: f64,
    pub(super) slope: f64,
    /// What the rounding of the function may do to the slope.
    pub(super) noise: f64,
    /// Rungs with different numbers lie on different branches of the function.
    pub(super) branch: u64,
}

/// A limit as found at one rung.
struct Limit {
    step: f64,
    value: f64,
    /// How far the limits that it was made of are apart.
    spread: f64,
    noise: f64,
    error: f64,
    /// Whether the function does not move at this and at smaller steps.
    flat: bool,
}

/// The steps to try around `x`, largest first.
///
/// They begin at a fifth of |x| or of 1, whichever is more, and end at some hundred units in the last place of `x`.
pub(super) fn steps(x: f64) -> Vec<f64> {
    let own = if x == 0.0 { 0.0 } else { x.abs().log2().floor().exp2() };
    let near_zero = (-60.0f64).exp2();
    let smallest = own * (-44.0f64).exp2();
    let down = |from: f64, to: f64| {
        successors(Some(LARGEST * from), |h| Some(h / RATIO)).take_while(move |h| *h > 0.0 && *h >= to)
    };
    if own >= near_zero {
        down(own.max(1.0), smallest).collect()
    } else {
        down(1.0, near_zero).chain(down(own, smallest)).collect()
    }
}

/// The limit of the slopes at step zero; `order` is the power of the step that their error goes with.
///
/// Where the noise of the rungs bounds all rounding, whatever the slopes do beyond it is the function's doing. Where it
/// is a guess, there is a `doubt`: how much the function may move by rounding that nobody sees. Then slopes that scatter
/// as noise does are excused, and smaller steps are not believed for the mere reason that they are smaller.
pub(super) fn limit(rungs: &[Rung], order: i32, doubt: Option<f64>) -> Difference {
    if let Some(infinite) = unbounded(rungs) {
        return Difference { value: infinite, error: 0.0 };
    }
    let mut limits = extrapolate(rungs, order);
    for k in 0..limits.len() {
        let spread = if doubt.is_some() { shaken_spread(&limits, k) } else { restless_spread(&limits, k) };
        limits[k].error = 2.0 * spread + limits[k].noise;
    }
    let errors: Vec<f64> = (0..limits.len()).map(|k| agreed_error(&limits, k, doubt)).collect();
    limits
        .iter()
        .zip(errors)
        .map(|(limit, error)| Difference { value: limit.value, error })
        .fold(Difference::UNKNOWN, |best, next| if next.error < best.error { next } else { best })
}

/// The largest spread of a limit and the next, and of what those at smaller steps have beyond their noise: the closer the
/// points, the less a function does between them.
fn restless_spread(limits: &[Limit], k: usize) -> f64 {
    let next = limits.get(k + 1).map_or(0.0, |next| next.spread);
    let beyond_noise = |smaller: &Limit| smaller.spread - 2.0 * smaller.noise;
    limits[k + 1..].iter().map(beyond_noise).fold(limits[k].spread.max(next), f64::max)
}

/// The spread of a limit, taking those of the next smaller steps for noise, which shakes a slope less the larger its step.
fn shaken_spread(limits: &[Limit], k: usize) -> f64 {
    let from = k.min(limits.len().saturating_sub(SHAKEN + 1));
    let shaken = limits[from..].iter().take(k + SHAKEN + 1 - from).map(|near| near.spread * near.step);
    shaken.fold(0.0, f64::max) / limits[k].step
}

/// The error of a limit, widened until it agrees with all that were found at smaller steps.
///
/// In doubt it has to agree with those of larger steps too, when what parts them is less than the doubt, or when the
/// function does not move at all: nobody can say then whether it is flat or coarse.
fn agreed_error(limits: &[Limit], k: usize, doubt: Option<f64>) -> f64 {
    let own = &limits[k];
    limits.iter().enumerate().fold(own.error, |error, (other_k, other)| {
        let apart = (other.value - own.value).abs();
        let doubtful = doubt.is_some_and(|doubt| own.flat || apart * own.step < doubt);
        let counts = other_k > k || doubtful;
        if counts && apart > error + 2.0 * other.error { apart + other.error } else { error }
    })
}

/// Neville's scheme on each run of rungs of one branch; a limit for each rung but the first of a run, or but the first
/// few where smaller steps see another branch: two of those may be alike by chance.
fn extrapolate(rungs: &[Rung], order: i32) -> Vec<Limit> {
    let moving = rungs.iter().rposition(|rung| rung.slope != 0.0);
    let mut limits = Vec::new();
    let mut above: Vec<(f64, f64)> = Vec::new();
    for (k, rung) in rungs.iter().enumerate() {
        if k > 0 && rungs[k - 1].branch != rung.branch {
            above.clear();
        }
        let mut row = vec![(rung.slope, rung.noise)];
        let mut best: Option<Limit> = None;
        for (j, &(before, before_noise)) in above.iter().take(COLUMNS).enumerate() {
            let (value, noise) = row[j];
            let weight = 1.0 / ((rungs[k - j - 1].step / rung.step).powi(order) - 1.0);
            let next = value + (value - before) * weight;
            let next_noise = noise + (noise + before_noise) * weight;
            row.push((next, next_noise));
            let spread = (next - value).abs().max((next - before).abs());
            if best.as_ref().is_none_or(|best| 2.0 * spread + next_noise < 2.0 * best.spread + best.noise) {
                let flat = moving.is_some_and(|moving| k > moving);
                best = Some(Limit { step: rung.step, value: next, spread, noise: next_noise, error: 0.0, flat });
            }
        }
        let beyond = rungs[k..].iter().any(|smaller| smaller.branch != rung.branch);
        if !beyond || row.len() > MANY {
            limits.extend(best);
        }
        above = row;
    }
    limits
}

/// The infinity that the slopes run to when they do not settle at the smallest steps: at a jump, or as those of a root
/// or of x ln x do at zero.
fn unbounded(rungs: &[Rung]) -> Option<f64> {
    let moved = |k: usize| rungs[k].slope - rungs[k - 1].slope;
    let last = (1..rungs.len()).rfind(|&k| moved(k).abs() > 4.0 * rungs[k].noise)?;
    let moves: Vec<f64> = (last.checked_sub(UNBOUNDED)? + 1..=last).map(moved).collect();
    let restless = moves.windows(2).all(|two| two[1] / two[0] > STEADY);
    // A slope that had settled would be seen to stand still.
    let drowned = rungs.get(last + 1).is_none_or(|rung| 4.0 * rung.noise > STEADY * moved(last).abs());
    (restless && drowned).then(|| f64::INFINITY.copysign(moves[0]))
}

//! Two half circles of points that no straight line parts.

use nn::{Dataset, Init, seeded};
use std::f64::consts::PI;

/// So many points, every other one on each half circle, moved by normal noise of this deviation; the target is -1 or 1.
///
/// ```
/// let data = demos::moons::moons(100, 0.1, 7)?;
/// assert_eq!((data.len(), data.inputs(), data.target(0), data.target(1)), (100, 2, &[-1.0][..], &[1.0][..]));
/// # Ok::<(), nn::Error>(())
/// ```
pub fn moons(points: usize, noise: f64, seed: u64) -> nn::Result<Dataset> {
    let mut jitter = vec![0.0; 2 * points];
    Init::Normal { mean: 0.0, deviation: noise }.fill(&mut jitter, 1, 1, &mut seeded(seed))?;
    let last = (points.div_ceil(2)).saturating_sub(1).max(1) as f64;
    let point = |k: usize| {
        let angle = PI * (k / 2) as f64 / last;
        let [x, y] = match k % 2 {
            0 => [angle.cos(), angle.sin()],
            _ => [1.0 - angle.cos(), 0.5 - angle.sin()],
        };
        [x + jitter[2 * k], y + jitter[2 * k + 1]]
    };
    let x: Vec<[f64; 2]> = (0..points).map(point).collect();
    let y: Vec<[f64; 1]> = (0..points).map(|k| [if k % 2 == 0 { -1.0 } else { 1.0 }]).collect();
    Dataset::new(&x, &y)
}

/// Draws which side of zero `score` is on over the plane, with the points of `data` on top: `o` and `x` where the sign
/// is that of the target, `O` and `X` where it is not.
pub fn boundary(data: &Dataset, score: impl Fn(&[f64]) -> f64) -> String {
    const COLUMNS: usize = 64;
    const ROWS: usize = 22;
    let bounds = |axis: usize| {
        let along = data.iter().map(|(x, _)| x[axis]);
        let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        (low - 0.25, high + 0.25)
    };
    let ((left, right), (bottom, top)) = (bounds(0), bounds(1));
    let at = |k: usize, count: usize, from: f64, to: f64| from + (k as f64 + 0.5) / count as f64 * (to - from);
    let cell = |x: f64, count: usize, from: f64, to: f64| ((x - from) / (to - from) * count as f64) as usize;
    let ground = |row: usize, column: usize| {
        let here = score(&[at(column, COLUMNS, left, right), at(row, ROWS, top, bottom)]);
        if here > 0.0 { '░' } else { ' ' }
    };
    let mut picture: Vec<Vec<char>> = (0..ROWS).map(|row| (0..COLUMNS).map(|c| ground(row, c)).collect()).collect();
    for (x, target) in data.iter() {
        let (row, column) = (cell(x[1], ROWS, top, bottom), cell(x[0], COLUMNS, left, right));
        let mark = if target[0] > 0.0 { 'x' } else { 'o' };
        let right = (score(x) > 0.0) == (target[0] > 0.0);
        picture[row.min(ROWS - 1)][column.min(COLUMNS - 1)] = if right { mark } else { mark.to_ascii_uppercase() };
    }
    picture.into_iter().map(|row| row.into_iter().collect::<String>() + "\n").collect()
}

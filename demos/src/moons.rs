//! Two half circles of points that no straight line parts.

use nn::{Activation, Dataset, Init, Mlp, seeded};
use std::f64::consts::PI;

/// The strength of the penalty of large parameters.
pub const PENALTY: f64 = 1e-4;

/// A 2-16-16-1 network of rectifiers, and the parameters that it begins with.
///
/// ```
/// let (_, params) = demos::moons::network(1337)?;
/// assert_eq!(params.len(), 16 * 3 + 16 * 17 + 17);
/// # Ok::<(), nn::Error>(())
/// ```
pub fn network(seed: u64) -> nn::Result<(Mlp, Vec<f64>)> {
    let model = Mlp::new(2, &[(16, Activation::Relu), (16, Activation::Relu), (1, Activation::Identity)])?;
    let params = model.init(Init::Uniform { low: -1.0, high: 1.0 }, &mut seeded(seed))?;
    Ok((model, params))
}

/// The learning rate in an epoch of so many: it falls from 1 to a tenth.
///
/// ```
/// assert_eq!((demos::moons::rate(0, 100), demos::moons::rate(50, 100)), (1.0, 0.55));
/// ```
pub fn rate(epoch: usize, epochs: usize) -> f64 {
    1.0 - 0.9 * epoch as f64 / epochs as f64
}

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

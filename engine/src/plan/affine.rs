//! A layer: rows of parameters times the numbers of some slots.
//!
//! The sums run in the order of `dot`'s row in the op table, lane by lane, without fused multiply-adds, so that every
//! processor computes the same bits.

use super::Affine;
use super::run::{LANES, SUMS, Sums, Wave};
use pulp::Simd;

/// Of how many rows or slots the sums are kept in registers together.
const TILE: usize = 8;
/// For how many rows, if they share no weights, a number is read once to add to the weights' derivatives.
const ROW_TILE: usize = 4;

impl Affine {
    #[inline(always)]
    pub(super) fn forward<S: Simd>(&self, simd: S, params: &[f64], numbers: &mut [Wave]) {
        let (earlier, out) = numbers.split_at_mut(self.out);
        let whole = self.rows - self.rows % TILE;
        for row in (0..whole).step_by(TILE) {
            self.rows::<S, TILE>(simd, row, params, earlier, out);
        }
        for row in whole..self.rows {
            self.rows::<S, 1>(simd, row, params, earlier, out);
        }
    }

    #[inline(always)]
    pub(super) fn reverse<S: Simd>(
        &self,
        simd: S,
        params: &[f64],
        numbers: &[Wave],
        adjoints: &mut [Wave],
        gradient: &mut [Sums],
    ) {
        let (earlier, out) = adjoints.split_at_mut(self.out);
        let out = &out[..self.rows];
        let whole = if self.weights.1 < self.slots.len() { 0 } else { self.rows - self.rows % ROW_TILE };
        for row in (0..whole).step_by(ROW_TILE) {
            self.weight_derivatives::<S, ROW_TILE>(simd, row, numbers, out, gradient);
        }
        for row in whole..self.rows {
            self.weight_derivatives::<S, 1>(simd, row, numbers, out, gradient);
        }
        if self.active {
            let whole = self.slots.len() - self.slots.len() % TILE;
            for k in (0..whole).step_by(TILE) {
                self.slot_adjoints::<S, TILE>(simd, k, params, earlier, out);
            }
            for k in whole..self.slots.len() {
                self.slot_adjoints::<S, 1>(simd, k, params, earlier, out);
            }
        }
    }

    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize>(
        &self,
        simd: S,
        first: usize,
        params: &[f64],
        numbers: &[Wave],
        out: &mut [Wave],
    ) {
        let weights: [&[f64]; ROWS] = std::array::from_fn(|row| &params[self.row(first + row)][..self.slots.len()]);
        for part in 0..LANES / (2 * S::F64_LANES) {
            let mut sums = [[simd.splat_f64s(-0.0); 2]; ROWS];
            for (k, &slot) in self.slots.iter().enumerate() {
                let x = pair::<S>(&numbers[slot as usize], part);
                for row in 0..ROWS {
                    let weight = simd.splat_f64s(weights[row][k]);
                    for half in 0..2 {
                        sums[row][half] = simd.add_f64s(sums[row][half], simd.mul_f64s(weight, x[half]));
                    }
                }
            }
            for row in 0..ROWS {
                let bias = simd.splat_f64s(self.bias(first + row).map_or(-0.0, |bias| params[bias]));
                let y = pair_mut::<S>(&mut out[first + row], part);
                for half in 0..2 {
                    y[half] = simd.add_f64s(sums[row][half], bias);
                }
            }
        }
    }

    #[inline(always)]
    fn weight_derivatives<S: Simd, const ROWS: usize>(
        &self,
        simd: S,
        first: usize,
        numbers: &[Wave],
        out: &[Wave],
        gradient: &mut [Sums],
    ) {
        for part in 0..SUMS / S::F64_LANES {
            let adjoints: [[S::f64s; 2]; ROWS] = std::array::from_fn(|row| fold::<S>(&out[first + row], part));
            let add = |derivative: &mut Sums, terms: [S::f64s; 2]| {
                let sum = &mut S::as_mut_simd_f64s(derivative).0[part];
                *sum = simd.add_f64s(simd.add_f64s(*sum, terms[0]), terms[1]);
            };
            for (row, adjoint) in adjoints.iter().enumerate() {
                if let Some(bias) = self.bias(first + row) {
                    add(&mut gradient[bias], *adjoint);
                }
            }
            let mut rows = gradient[self.row(first).start..].chunks_mut(self.weights.1.max(self.slots.len()));
            let derivatives: [&mut [Sums]; ROWS] =
                std::array::from_fn(|_| &mut rows.next().unwrap_or_default()[..self.slots.len()]);
            for (k, &slot) in self.slots.iter().enumerate() {
                let x = fold::<S>(&numbers[slot as usize], part);
                for row in 0..ROWS {
                    let [a, b] = adjoints[row];
                    add(&mut derivatives[row][k], [simd.mul_f64s(a, x[0]), simd.mul_f64s(b, x[1])]);
                }
            }
        }
    }

    #[inline(always)]
    fn slot_adjoints<S: Simd, const SLOTS: usize>(
        &self,
        simd: S,
        first: usize,
        params: &[f64],
        adjoints: &mut [Wave],
        out: &[Wave],
    ) {
        let slots: [usize; SLOTS] = std::array::from_fn(|k| self.slots[first + k] as usize);
        for part in 0..LANES / (2 * S::F64_LANES) {
            let mut sums: [[S::f64s; 2]; SLOTS] = std::array::from_fn(|k| pair::<S>(&adjoints[slots[k]], part));
            for (row, adjoint) in out.iter().enumerate().rev() {
                let adjoint = pair::<S>(adjoint, part);
                let weights = &params[self.row(row)][first..first + SLOTS];
                for k in 0..SLOTS {
                    let weight = simd.splat_f64s(weights[k]);
                    for half in 0..2 {
                        sums[k][half] = simd.add_f64s(sums[k][half], simd.mul_f64s(weight, adjoint[half]));
                    }
                }
            }
            for k in 0..SLOTS {
                *pair_mut::<S>(&mut adjoints[slots[k]], part) = sums[k];
            }
        }
    }
}

/// Two vectors of lanes that are added up in the same sums.
#[inline(always)]
fn fold<S: Simd>(lanes: &Wave, part: usize) -> [S::f64s; 2] {
    let (lanes, _) = S::as_simd_f64s(lanes);
    [lanes[part], lanes[part + SUMS / S::F64_LANES]]
}

/// Two vectors of lanes, so that a weight is read once for both.
#[inline(always)]
fn pair<S: Simd>(lanes: &Wave, part: usize) -> [S::f64s; 2] {
    let (lanes, _) = S::as_simd_f64s(lanes);
    [lanes[2 * part], lanes[2 * part + 1]]
}

#[inline(always)]
fn pair_mut<S: Simd>(lanes: &mut Wave, part: usize) -> &mut [S::f64s; 2] {
    let (lanes, _) = S::as_mut_simd_f64s(lanes);
    let (pairs, _) = lanes.as_chunks_mut::<2>();
    &mut pairs[part]
}

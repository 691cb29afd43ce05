//! The gradients as one would write them by hand for speed: as many samples side by side as a register holds, which is
//! eight where the machine has AVX-512. `pulp` finds out at run time, and runs the same code on AVX2 or on single
//! numbers elsewhere.
//!
//! The registers are named as such: of loops over arrays of eight the compiler vectorised the outer one, across
//! neurons, with gathers and scatters that took four times as long as the plain loop.

use pulp::{Arch, Simd, WithSimd, bytemuck};

/// W2, as [`by_hand::moons`](crate::by_hand::moons).
pub fn moons(params: &[f64; 337], inputs: &[f64; 300], gradient: &mut [f64; 337]) -> f64 {
    Arch::new().dispatch(Moons { params, inputs, gradient })
}

struct Moons<'a> {
    params: &'a [f64; 337],
    inputs: &'a [f64; 300],
    gradient: &'a mut [f64; 337],
}

impl WithSimd for Moons<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        const HIDDEN: usize = 16;
        let (points, labels) = self.inputs.split_at(200);
        let (first, rest) = self.params.split_at(HIDDEN * 3);
        let (second, third) = rest.split_at(HIDDEN * 17);

        let zero = simd.splat_f64s(0.0);
        // One lane a sample; the lanes are summed once, at the end.
        let mut sums = [zero; 337];
        let (d_first, rest) = sums.split_at_mut(HIDDEN * 3);
        let (d_second, d_third) = rest.split_at_mut(HIDDEN * 17);
        let mut losses = zero;
        for (points, labels) in points.chunks(2 * S::F64_LANES).zip(labels.chunks(S::F64_LANES)) {
            let mut x = [zero; 2];
            for (point, l) in points.chunks(2).zip(0..) {
                lanes(&mut x[0])[l] = point[0];
                lanes(&mut x[1])[l] = point[1];
            }
            // A lane without a sample has the label 0, and is left out of the loss by its weight of 0.
            let y = simd.partial_load_f64s(labels);
            let weight = simd.partial_load_f64s(&[0.01; 8][..labels.len()]);
            let (mut h1, mut h2, mut score) = ([zero; HIDDEN], [zero; HIDDEN], [zero]);
            neurons::<S, 2, HIDDEN>(simd, first, &x, &mut h1);
            rectify(simd, &mut h1);
            neurons::<S, HIDDEN, HIDDEN>(simd, second, &h1, &mut h2);
            rectify(simd, &mut h2);
            neurons::<S, HIDDEN, 1>(simd, third, &h2, &mut score);
            let margin = simd.sub_f64s(simd.splat_f64s(1.0), simd.mul_f64s(y, score[0]));
            losses = simd.mul_add_e_f64s(simd.max_f64s(margin, zero), weight, losses);

            let positive = |condition, then| simd.select_f64s(simd.greater_than_f64s(condition, zero), then, zero);
            let d_score = positive(margin, simd.neg_f64s(simd.mul_f64s(y, weight)));
            let mut d_h1 = [zero; HIDDEN];
            for k in 0..HIDDEN {
                let neuron = &second[17 * k..][..17];
                let d_neuron = &mut d_second[17 * k..][..17];
                d_third[k] = simd.mul_add_e_f64s(d_score, h2[k], d_third[k]);
                let d = positive(h2[k], simd.mul_f64s(d_score, simd.splat_f64s(third[k])));
                for j in 0..HIDDEN {
                    d_neuron[j] = simd.mul_add_e_f64s(d, h1[j], d_neuron[j]);
                    d_h1[j] = simd.mul_add_e_f64s(d, simd.splat_f64s(neuron[j]), d_h1[j]);
                }
                d_neuron[HIDDEN] = simd.add_f64s(d_neuron[HIDDEN], d);
            }
            d_third[HIDDEN] = simd.add_f64s(d_third[HIDDEN], d_score);
            for k in 0..HIDDEN {
                let d = positive(h1[k], d_h1[k]);
                d_first[3 * k] = simd.mul_add_e_f64s(d, x[0], d_first[3 * k]);
                d_first[3 * k + 1] = simd.mul_add_e_f64s(d, x[1], d_first[3 * k + 1]);
                d_first[3 * k + 2] = simd.add_f64s(d_first[3 * k + 2], d);
            }
        }
        let mut loss = simd.reduce_sum_f64s(losses);
        for ((derivative, param), sum) in self.gradient.iter_mut().zip(self.params).zip(sums) {
            *derivative = simd.reduce_sum_f64s(sum) + 2e-4 * param;
            loss += 1e-4 * param * param;
        }
        loss
    }
}

/// W3, as [`by_hand::digits`](crate::by_hand::digits), summed over samples.
pub fn digits(params: &[f64; 2410], samples: &[[f64; 74]], gradient: &mut [f64; 2410]) -> f64 {
    gradient.fill(0.0);
    Arch::new().dispatch(Digits { params, samples, gradient })
}

struct Digits<'a> {
    params: &'a [f64; 2410],
    samples: &'a [[f64; 74]],
    gradient: &'a mut [f64; 2410],
}

impl WithSimd for Digits<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        const PIXELS: usize = 64;
        const HIDDEN: usize = 32;
        const CLASSES: usize = 10;
        let (first, second) = self.params.split_at(HIDDEN * (PIXELS + 1));
        let (d_first, d_second) = self.gradient.split_at_mut(HIDDEN * (PIXELS + 1));

        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        let mut loss = 0.0;
        for samples in self.samples.chunks(S::F64_LANES) {
            let mut x = [zero; PIXELS + CLASSES];
            for (sample, l) in samples.iter().zip(0..) {
                for (x, number) in x.iter_mut().zip(sample) {
                    lanes(x)[l] = *number;
                }
            }
            let (x, label) = x.split_at(PIXELS);
            let (mut h, mut scores) = ([zero; HIDDEN], [zero; CLASSES]);
            neurons::<S, PIXELS, HIDDEN>(simd, first, x, &mut h);
            h.iter_mut().flat_map(lanes).for_each(|z| *z = z.tanh());
            neurons::<S, HIDDEN, CLASSES>(simd, second, &h, &mut scores);
            let top = scores.into_iter().fold(scores[0], |top, score| simd.max_f64s(top, score));
            let mut exps = scores;
            for exp in &mut exps {
                *exp = simd.sub_f64s(*exp, top);
            }
            exps.iter_mut().flat_map(lanes).for_each(|z| *z = z.exp());
            let total = exps.into_iter().fold(zero, |sum, exp| simd.add_f64s(sum, exp));
            let mut losses = total;
            lanes(&mut losses).iter_mut().for_each(|total| *total = total.ln());
            losses = simd.add_f64s(losses, top);

            let mut d_h = [zero; HIDDEN];
            let mut d_scores = [zero; CLASSES];
            for k in 0..CLASSES {
                losses = simd.sub_f64s(losses, simd.mul_f64s(label[k], scores[k]));
                let d = simd.sub_f64s(simd.div_f64s(exps[k], total), label[k]);
                d_scores[k] = d;
                for (d_h, w) in d_h.iter_mut().zip(&second[33 * k..]) {
                    *d_h = simd.mul_add_e_f64s(d, simd.splat_f64s(*w), *d_h);
                }
            }
            for (d, h) in d_h.iter_mut().zip(h) {
                *d = simd.mul_f64s(*d, simd.sub_f64s(one, simd.mul_f64s(h, h)));
            }
            // The weights' gradients are sums over samples: for these, a register holds several inputs of one sample.
            let mut rows = [[0.0; HIDDEN]; 8];
            for (h, j) in h.iter_mut().zip(0..) {
                for (row, number) in rows.iter_mut().zip(lanes(h)) {
                    row[j] = *number;
                }
            }
            for (d_neuron, d) in d_second.chunks_mut(HIDDEN + 1).zip(&mut d_scores) {
                add_outer::<S, HIDDEN>(simd, d_neuron, &lanes(d)[..samples.len()], &rows);
            }
            for (d_neuron, d) in d_first.chunks_mut(PIXELS + 1).zip(&mut d_h) {
                add_outer::<S, PIXELS>(simd, d_neuron, &lanes(d)[..samples.len()], samples);
            }
            loss += lanes(&mut losses)[..samples.len()].iter().sum::<f64>();
        }
        loss
    }
}

#[inline(always)]
fn lanes<V: bytemuck::Pod>(register: &mut V) -> &mut [f64] {
    bytemuck::cast_slice_mut(std::slice::from_mut(register))
}

/// Weights times inputs plus bias, of `O` neurons on `N` inputs.
#[inline(always)]
fn neurons<S: Simd, const N: usize, const O: usize>(simd: S, params: &[f64], x: &[S::f64s], z: &mut [S::f64s; O]) {
    for (z, neuron) in z.iter_mut().zip(params.chunks_exact(N + 1)) {
        let mut sum = simd.splat_f64s(neuron[N]);
        for (x, w) in x.iter().zip(neuron) {
            sum = simd.mul_add_e_f64s(*x, simd.splat_f64s(*w), sum);
        }
        *z = sum;
    }
}

#[inline(always)]
fn rectify<S: Simd>(simd: S, layer: &mut [S::f64s]) {
    for z in layer {
        *z = simd.max_f64s(*z, simd.splat_f64s(0.0));
    }
}

/// Adds to a neuron's derivatives what each sample contributes: `d` times the first `N` inputs, and `d` for its bias.
#[inline(always)]
fn add_outer<S: Simd, const N: usize>(simd: S, d_neuron: &mut [f64], d: &[f64], inputs: &[impl AsRef<[f64]>]) {
    let (weights, bias) = d_neuron.split_at_mut(N);
    let (registers, _) = S::as_mut_simd_f64s(weights);
    for (i, sum) in registers.iter_mut().enumerate() {
        for (d, input) in d.iter().zip(inputs) {
            let (input, _) = S::as_simd_f64s(&input.as_ref()[..N]);
            *sum = simd.mul_add_e_f64s(input[i], simd.splat_f64s(*d), *sum);
        }
    }
    bias[0] += d.iter().sum::<f64>();
}

//! The gradients as one would write them by hand: plain nested loops over arrays, forward then backward.

use std::array::from_fn;

/// The dot product of a neuron's weights with `x`, plus the bias that follows them.
#[inline(always)]
fn neuron<const N: usize>(params: &[f64], x: &[f64; N]) -> f64 {
    let mut z = params[N];
    for i in 0..N {
        z += params[i] * x[i];
    }
    z
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// W1: a 2-2-1 sigmoid network, squared error.
pub fn seed_net(params: &[f64; 9], &[x1, x2, y]: &[f64; 3], gradient: &mut [f64; 9]) -> f64 {
    let &[w1, w2, w3, w4, w5, w6, b1, b2, b3] = params;
    let h1 = logistic(w1 * x1 + w2 * x2 + b1);
    let h2 = logistic(w3 * x1 + w4 * x2 + b2);
    let prediction = logistic(w5 * h1 + w6 * h2 + b3);
    let error = prediction - y;

    let d_out = 2.0 * error * prediction * (1.0 - prediction);
    let d_h1 = d_out * w5 * h1 * (1.0 - h1);
    let d_h2 = d_out * w6 * h2 * (1.0 - h2);
    *gradient = [d_h1 * x1, d_h1 * x2, d_h2 * x1, d_h2 * x2, d_out * h1, d_out * h2, d_h1, d_h2, d_out];
    error * error
}

/// W2: a 2-16-16-1 network with rectifiers, mean hinge loss of 100 points, L2 term.
pub fn moons(params: &[f64; 337], inputs: &[f64; 300], gradient: &mut [f64; 337]) -> f64 {
    const HIDDEN: usize = 16;
    let (points, labels) = inputs.split_at(200);
    let (first, rest) = params.split_at(HIDDEN * 3);
    let (second, third) = rest.split_at(HIDDEN * 17);

    let mut loss = 0.0;
    for (derivative, param) in gradient.iter_mut().zip(params) {
        *derivative = 2e-4 * param;
        loss += 1e-4 * param * param;
    }
    let (d_first, rest) = gradient.split_at_mut(HIDDEN * 3);
    let (d_second, d_third) = rest.split_at_mut(HIDDEN * 17);
    for i in 0..100 {
        let (x, y) = ([points[2 * i], points[2 * i + 1]], labels[i]);
        let h1: [f64; HIDDEN] = from_fn(|k| neuron(&first[3 * k..], &x).max(0.0));
        let h2: [f64; HIDDEN] = from_fn(|k| neuron(&second[17 * k..], &h1).max(0.0));
        let margin = 1.0 - y * neuron(third, &h2);
        if margin <= 0.0 {
            continue;
        }
        loss += margin / 100.0;

        let d_score = -y / 100.0;
        let mut d_h1 = [0.0; HIDDEN];
        for k in 0..HIDDEN {
            d_third[k] += d_score * h2[k];
            if h2[k] > 0.0 {
                let d = d_score * third[k];
                for j in 0..HIDDEN {
                    d_second[17 * k + j] += d * h1[j];
                    d_h1[j] += d * second[17 * k + j];
                }
                d_second[17 * k + HIDDEN] += d;
            }
        }
        d_third[HIDDEN] += d_score;
        for k in 0..HIDDEN {
            if h1[k] > 0.0 {
                d_first[3 * k] += d_h1[k] * x[0];
                d_first[3 * k + 1] += d_h1[k] * x[1];
                d_first[3 * k + 2] += d_h1[k];
            }
        }
    }
    loss
}

/// W3: a 64-32-10 network with tanh, softmax cross-entropy.
pub fn digits(params: &[f64; 2410], inputs: &[f64; 74], gradient: &mut [f64; 2410]) -> f64 {
    const PIXELS: usize = 64;
    const HIDDEN: usize = 32;
    const CLASSES: usize = 10;
    let (x, label) = inputs.split_first_chunk::<PIXELS>().expect("an array of 74");
    let (first, second) = params.split_at(HIDDEN * (PIXELS + 1));
    let h: [f64; HIDDEN] = from_fn(|k| neuron(&first[65 * k..], x).tanh());
    let scores: [f64; CLASSES] = from_fn(|k| neuron(&second[33 * k..], &h));
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps = scores.map(|score| (score - top).exp());
    let total: f64 = exps.iter().sum();
    let mut loss = top + total.ln();

    let (d_first, d_second) = gradient.split_at_mut(HIDDEN * (PIXELS + 1));
    let mut d_h = [0.0; HIDDEN];
    for k in 0..CLASSES {
        loss -= label[k] * scores[k];
        let d = exps[k] / total - label[k];
        for j in 0..HIDDEN {
            d_second[33 * k + j] = d * h[j];
            d_h[j] += d * second[33 * k + j];
        }
        d_second[33 * k + HIDDEN] = d;
    }
    for k in 0..HIDDEN {
        let d = d_h[k] * (1.0 - h[k] * h[k]);
        for j in 0..PIXELS {
            d_first[65 * k + j] = d * x[j];
        }
        d_first[65 * k + PIXELS] = d;
    }
    loss
}

/// See [`models::tiny`](crate::models::tiny).
pub fn tiny(&[a, b]: &[f64; 2], _: &[f64; 0], gradient: &mut [f64; 2]) -> f64 {
    let c = a + b;
    let d = a * b + b * b * b;
    let e = c - d;

    *gradient = [e * (1.0 - b), e * (1.0 - a - 3.0 * b * b)];
    e * e / 2.0
}

/// See [`models::small`](crate::models::small).
pub fn small(&[a, b]: &[f64; 2], _: &[f64; 0], gradient: &mut [f64; 2]) -> f64 {
    let relu = |x: f64| x.max(0.0);
    let step = |x: f64| if x > 0.0 { 1.0 } else { 0.0 };
    let c1 = a + b;
    let d1 = a * b + b * b * b;
    let c2 = c1 + (c1 + 1.0);
    let c3 = c2 + (1.0 + c2 - a);
    let d2 = d1 + (2.0 * d1 + relu(b + a));
    let d3 = d2 + (3.0 * d2 + relu(b - a));
    let e = c3 - d3;
    let f = e * e;

    let d_f = 0.5 - 10.0 / (f * f);
    let d_e = d_f * 2.0 * e;
    let d_d2 = -d_e * 4.0;
    let d_d1 = d_d2 * 3.0;
    let (d_plus, d_minus) = (d_d2 * step(b + a), -d_e * step(b - a));
    let d_c1 = d_e * 4.0;
    *gradient = [d_c1 - d_e + d_d1 * b + d_plus - d_minus, d_c1 + d_d1 * (a + 3.0 * b * b) + d_plus + d_minus];
    f / 2.0 + 10.0 / f
}

//! The losses, written once for any number type of the engine: `params` and `inputs` are laid out as a
//! [`Workload`](crate::Workload)'s. The small ones are inlined: a tape is folded away where the compiler sees a function whole.

use engine::Real;
use std::array::from_fn;

/// A layer of `O` neurons on `N` inputs: the weights of a neuron, then its bias, neuron by neuron.
fn layer<R: Real, const N: usize, const O: usize>(params: &[R], x: &[R], activation: impl Fn(R) -> R) -> [R; O] {
    let mut sums = [R::from(0.0); O];
    R::affine(x, params.chunks_exact(N + 1).map(|neuron| (&neuron[..N], &neuron[N])).take(O), &mut sums);
    sums.iter_mut().for_each(|sum| *sum = activation(*sum));
    sums
}

/// W1: the squared error of a 2-2-1 sigmoid network.
#[inline(always)]
pub fn seed_net<R: Real>(params: &[R], inputs: &[R]) -> R {
    let (w, b, x, y) = (&params[..6], &params[6..], &inputs[..2], inputs[2]);
    let hidden = [neuron(&w[..2], b[0], x), neuron(&w[2..4], b[1], x)];
    (neuron(&w[4..], b[2], &hidden) - y).powi(2)
}

/// The sigmoid of a weighted sum.
#[inline(always)]
fn neuron<R: Real>(w: &[R], b: R, x: &[R]) -> R {
    (R::dot(w, x) + b).sigmoid()
}

/// W2: the mean hinge loss of a 2-16-16-1 network with rectifiers on 100 points, plus 1e-4 times the sum of squares of
/// the parameters.
pub fn moons<R: Real>(params: &[R], inputs: &[R]) -> R {
    let (points, labels) = inputs.split_at(200);
    let losses: [R; 100] = from_fn(|i| hinge(params, &points[2 * i..][..2], labels[i]));
    R::sum(&losses) / 100.0 + R::dot(params, params) * 1e-4
}

/// One point of W2, x1, x2 and y, with a hundredth of the whole loss: a sum over the points is that loss.
pub fn moons_point<R: Real>(params: &[R], inputs: &[R]) -> R {
    (hinge(params, &inputs[..2], inputs[2]) + R::dot(params, params) * 1e-4) / 100.0
}

fn hinge<R: Real>(params: &[R], point: &[R], label: R) -> R {
    let (first, rest) = params.split_at(16 * 3);
    let (second, third) = rest.split_at(16 * 17);
    let h = layer::<R, 2, 16>(first, point, |sum| sum.relu());
    let h = layer::<R, 16, 16>(second, &h, |sum| sum.relu());
    let [score] = layer::<R, 16, 1>(third, &h, |score| score);
    (-(label * score) + 1.0).relu()
}

/// W3: the softmax cross-entropy of a 64-32-10 network with tanh.
pub fn digits<R: Real>(params: &[R], inputs: &[R]) -> R {
    let (x, label) = inputs.split_at(64);
    let (first, second) = params.split_at(32 * 65);
    let h = layer::<R, 64, 32>(first, x, |sum| sum.tanh());
    let scores = layer::<R, 32, 10>(second, &h, |score| score);
    R::log_sum_exp(&scores) - R::dot(&scores, label)
}

/// A chain of a few operations on two numbers.
#[inline(always)]
pub fn tiny<R: Real>(params: &[R], _: &[R]) -> R {
    let (a, b) = (params[0], params[1]);
    let c = a + b;
    let d = a * b + b.powi(3);
    (c - d).powi(2) / 2.0
}

/// The expression of micrograd's README.
#[inline(always)]
pub fn small<R: Real>(params: &[R], _: &[R]) -> R {
    let (a, b) = (params[0], params[1]);
    let mut c = a + b;
    let mut d = a * b + b.powi(3);
    c = c + (c + 1.0);
    c = c + (c + 1.0 - a);
    d = d + (d * 2.0 + (b + a).relu());
    d = d + (d * 3.0 + (b - a).relu());
    let f = (c - d).powi(2);
    f / 2.0 + R::from(10.0) / f
}

//! Normal numbers by the ziggurat method (Marsaglia and Tsang 2000), in numpy's arrangement of the bits.

use super::{Draw, Generator};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};
use std::sync::LazyLock;

/// Where the tail begins, with 256 layers.
const TAIL: f64 = 3.654_152_885_361_009;
const SCALE: f64 = 4_503_599_627_370_496.0;

/// For each layer: the bound below which a draw lies under the curve for certain, the width of a step, the height.
struct Layers {
    sure: [u64; 256],
    step: [f64; 256],
    height: [f64; 256],
}

static LAYERS: LazyLock<Layers> = LazyLock::new(|| {
    let height = |x: f64| (-0.5 * x * x).exp();
    let area = TAIL * height(TAIL) + FRAC_PI_2.sqrt() * libm::erfc(TAIL * FRAC_1_SQRT_2);
    let mut layers = Layers { sure: [0; 256], step: [0.0; 256], height: [1.0; 256] };
    let base = area / height(TAIL);
    layers.sure[0] = (TAIL / base * SCALE) as u64;
    layers.step[0] = base / SCALE;
    layers.step[255] = TAIL / SCALE;
    layers.height[255] = height(TAIL);
    let mut outer = TAIL;
    for k in (1..255).rev() {
        let x = (-2.0 * (area / outer + height(outer)).ln()).sqrt();
        layers.sure[k + 1] = (x / outer * SCALE) as u64;
        layers.step[k] = x / SCALE;
        layers.height[k] = height(x);
        outer = x;
    }
    layers
});

pub(super) fn normal(random: &mut Generator) -> f64 {
    let Layers { sure, step, height } = &*LAYERS;
    loop {
        let bits = random.bits();
        let layer = (bits & 0xff) as usize;
        let negative = bits >> 8 & 1 == 1;
        let draw = bits >> 9 & 0x000f_ffff_ffff_ffff;
        let x = draw as f64 * step[layer];
        let signed = if negative { -x } else { x };
        if draw < sure[layer] {
            return signed;
        }
        if layer == 0 {
            return tail(random, draw >> 8 & 1 == 1);
        }
        if (height[layer - 1] - height[layer]) * random.uniform() + height[layer] < (-0.5 * x * x).exp() {
            return signed;
        }
    }
}

fn tail(random: &mut Generator, negative: bool) -> f64 {
    loop {
        let beyond = -(-random.uniform()).ln_1p() / TAIL;
        let y = -(-random.uniform()).ln_1p();
        if y + y > beyond * beyond {
            return if negative { -(TAIL + beyond) } else { TAIL + beyond };
        }
    }
}

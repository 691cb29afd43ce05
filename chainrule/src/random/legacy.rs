//! The generator of `numpy.random.seed` and of Python's `random`: the Mersenne Twister.

use super::Draw;
use rand_mt::Mt;

/// The Mersenne Twister MT19937 of 32 bits, with its two common draws.
#[derive(Debug, Clone)]
pub struct Mersenne(Mt);

impl Mersenne {
    /// Seeded with one number, as `numpy.random.seed` does (Matsumoto and Nishimura's `init_genrand`).
    pub fn from_number(seed: u32) -> Self {
        Mersenne(Mt::new(seed))
    }

    /// Seeded with a list, as Python's `random.seed` does (`init_by_array`).
    pub fn from_words(words: &[u32]) -> Self {
        Mersenne(Mt::new_with_key(words.iter().copied()))
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number from 0 up to and without 1, of 53 bits.
    pub fn uniform(&mut self) -> f64 {
        let (high, low) = (f64::from(self.bits() >> 5), f64::from(self.bits() >> 6));
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }
}

/// numpy's legacy generator.
///
/// ```
/// use chainrule::random::{Draw, RandomState};
///
/// let mut random = RandomState::new(42);
/// assert_eq!(random.normal(), 0.4967141530112327);
/// ```
#[derive(Debug, Clone)]
pub struct RandomState {
    source: Mersenne,
    spare: Option<f64>,
}

impl RandomState {
    /// Seeded with one number.
    pub fn new(seed: u32) -> Self {
        RandomState { source: Mersenne::from_number(seed), spare: None }
    }

    /// Seeded with several.
    pub fn from_words(words: &[u32]) -> Self {
        RandomState { source: Mersenne::from_words(words), spare: None }
    }

    /// By throwing away what lies above, after masking the bits that are never needed.
    fn masked(&mut self, most: u64) -> u64 {
        if most == 0 {
            return 0;
        }
        let mask = u64::MAX >> most.leading_zeros();
        loop {
            let mut bits = u64::from(self.source.bits());
            if most > u64::from(u32::MAX) {
                bits = bits << 32 | u64::from(self.source.bits());
            }
            if bits & mask <= most {
                return bits & mask;
            }
        }
    }
}

impl Draw for RandomState {
    fn uniform(&mut self) -> f64 {
        self.source.uniform()
    }

    /// By the polar method, which gives two at a time.
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let r2 = x * x + y * y;
            if r2 < 1.0 && r2 != 0.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                self.spare = Some(f * x);
                return f * y;
            }
        }
    }

    fn below_or_at(&mut self, most: u64) -> u64 {
        self.masked(most)
    }

    fn swap_place(&mut self, most: u64) -> u64 {
        self.masked(most)
    }

    fn sample(&mut self, n: usize, size: usize) -> Vec<usize> {
        let mut order = self.permutation(n);
        order.truncate(size);
        order
    }
}

//! The generator of `numpy.random.default_rng`: PCG64.

use super::{Draw, seed::spread, ziggurat};
use rand_pcg::Lcg128Xsl64;
use rand_pcg::rand_core::Rng;
use std::collections::HashSet;

/// numpy's newer generator.
///
/// ```
/// use chainrule::random::{Draw, Generator};
///
/// let mut random = Generator::new(&[42]);
/// assert_eq!(random.uniform(), 0.7739560485559633);
/// ```
#[derive(Debug, Clone)]
pub struct Generator {
    source: Lcg128Xsl64,
    half: Option<u32>,
}

impl Generator {
    /// Seeded with the words of a number, see [`seed_words`](super::seed_words).
    pub fn new(words: &[u32]) -> Self {
        let state = spread(words, 4);
        let wide = |k: usize| u128::from(state[k]) << 64 | u128::from(state[k + 1]);
        Generator { source: Lcg128Xsl64::new(wide(0), wide(2)), half: None }
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.source.next_u64()
    }

    /// The lower half of 64 bits first; the upper half waits for the next call.
    fn half_bits(&mut self) -> u32 {
        self.half.take().unwrap_or_else(|| {
            let bits = self.bits();
            self.half = Some((bits >> 32) as u32);
            bits as u32
        })
    }
}

impl Draw for Generator {
    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn normal(&mut self) -> f64 {
        ziggurat::normal(self)
    }

    /// By Lemire's multiplication.
    fn below_or_at(&mut self, most: u64) -> u64 {
        match u32::try_from(most) {
            Ok(0) => 0,
            Ok(u32::MAX) => u64::from(self.half_bits()),
            Ok(most) => {
                let n = u64::from(most) + 1;
                let threshold = u64::from(u32::MAX - most) % n;
                loop {
                    let product = u64::from(self.half_bits()) * n;
                    if product & u64::from(u32::MAX) >= threshold {
                        return product >> 32;
                    }
                }
            }
            Err(_) if most == u64::MAX => self.bits(),
            Err(_) => {
                let n = u128::from(most) + 1;
                let threshold = u128::from(u64::MAX - most) % n;
                loop {
                    let product = u128::from(self.bits()) * n;
                    if product & u128::from(u64::MAX) >= threshold {
                        return (product >> 64) as u64;
                    }
                }
            }
        }
    }

    /// By throwing away what lies above, after masking the bits that are never needed.
    fn swap_place(&mut self, most: u64) -> u64 {
        let mask = u64::MAX.checked_shr(most.leading_zeros()).unwrap_or(0);
        loop {
            let wide = most > u64::from(u32::MAX);
            let bits = mask & if wide { self.bits() } else { u64::from(self.half_bits()) };
            if bits <= most {
                return bits;
            }
        }
    }

    /// By Floyd's method, or by shuffling the end of a long list when much of it is wanted.
    fn sample(&mut self, n: usize, size: usize) -> Vec<usize> {
        if n > 10_000 && size > n / 50 {
            let mut order: Vec<usize> = (0..n).collect();
            for i in ((n - size).max(1)..n).rev() {
                order.swap(i, self.below_or_at(i as u64) as usize);
            }
            return order.split_off(n - size);
        }
        let mut taken = HashSet::with_capacity(size);
        let mut found = Vec::with_capacity(size);
        for last in n - size..n {
            let drawn = self.below_or_at(last as u64) as usize;
            let place = if taken.contains(&drawn) { last } else { drawn };
            taken.insert(place);
            found.push(place);
        }
        for i in (1..size).rev() {
            found.swap(i, self.below_or_at(i as u64) as usize);
        }
        found
    }
}

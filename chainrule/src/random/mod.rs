//! numpy's random numbers: the same numbers for the same seed.
//!
//! [`RandomState`] is the generator behind `numpy.random.seed` and `numpy.random.RandomState`, [`Generator`] the one of
//! `numpy.random.default_rng`. [`Mersenne`] is shared with Python's own `random`.

mod generator;
mod legacy;
mod seed;
mod ziggurat;

pub use generator::Generator;
pub use legacy::{Mersenne, RandomState};
pub use seed::seed_words;

use crate::error::{Error, Result};

/// What both generators can do; each draws in its own way.
pub trait Draw {
    /// A number from 0 up to and without 1.
    fn uniform(&mut self) -> f64;

    /// A number of the standard normal distribution.
    fn normal(&mut self) -> f64;

    /// A whole number from 0 up to and with `most`, as `randint` or `integers` draws it.
    fn below_or_at(&mut self, most: u64) -> u64;

    /// A whole number from 0 up to and with `most`, as a shuffle draws it.
    fn swap_place(&mut self, most: u64) -> u64;

    /// `size` different whole numbers below `n`.
    fn sample(&mut self, n: usize, size: usize) -> Vec<usize>;

    /// The order that a shuffle of `n` things brings them into.
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.swap_place(i as u64) as usize);
        }
        order
    }

    /// A whole number from `low` up to and without `high`.
    fn integer(&mut self, low: i64, high: i64) -> Result<i64> {
        if low >= high {
            return Err(Error::value(if low == 0 { "high <= 0" } else { "low >= high" }));
        }
        Ok(low.wrapping_add(self.below_or_at((high.wrapping_sub(low) as u64).wrapping_sub(1)) as i64))
    }

    /// One place drawn by weights that add up to 1, given as their running sums.
    fn weighted(&mut self, running: &[f64]) -> usize {
        let x = self.uniform();
        running.partition_point(|&sum| sum <= x).min(running.len().saturating_sub(1))
    }

    /// `size` different places by their weights, as both generators' `choice` without replacement finds them.
    fn weighted_sample(&mut self, weights: &[f64], size: usize) -> Vec<usize> {
        let mut weights = weights.to_vec();
        let mut found: Vec<usize> = Vec::with_capacity(size);
        while found.len() < size {
            let draws: Vec<f64> = (found.len()..size).map(|_| self.uniform()).collect();
            found.iter().for_each(|&place| weights[place] = 0.0);
            let running = running_sums(&weights);
            for x in draws {
                let place = running.partition_point(|&sum| sum <= x);
                if !found.contains(&place) && place < weights.len() {
                    found.push(place);
                }
            }
        }
        found
    }
}

/// The running sums of weights, scaled to end at 1.
pub fn running_sums(weights: &[f64]) -> Vec<f64> {
    let sums: Vec<f64> = weights
        .iter()
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let total = sums.last().copied().unwrap_or(1.0);
    sums.iter().map(|sum| sum / total).collect()
}

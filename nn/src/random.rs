//! The seeded generator: same seed, same bits, everywhere.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The generator of all that is random here: ChaCha with 8 rounds, which is specified to the bit.
pub type Random = ChaCha8Rng;

/// A generator from a seed: ChaCha's key is the seed, lowest byte first, filled up with zeros.
///
/// ```
/// use rand::Rng;
///
/// // The first bytes of the published key stream of ChaCha8 with a key of zeros: 3e 00 ef 2f.
/// assert_eq!(nn::seeded(0).next_u32(), 0x2fef003e);
/// ```
pub fn seeded(seed: u64) -> Random {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    Random::from_seed(key)
}

/// A number from 0 on and below 1: a multiple of 2^-53, from the upper 53 bits of the generator's next 64.
pub(crate) fn unit(random: &mut Random) -> f64 {
    random.random()
}

/// A number of the standard normal distribution, by the transform of Box and Muller (1958).
///
/// The logarithm and the cosine are those of the crate `libm`, since a platform's own may differ in the last bit.
pub(crate) fn normal(random: &mut Random) -> f64 {
    // 1 - u lies above 0, so that its logarithm is finite.
    let radius = (-2.0 * libm::log(1.0 - unit(random))).sqrt();
    radius * libm::cos(std::f64::consts::TAU * unit(random))
}

//! Initial values of weights.

use crate::error::{Result, expect_from_0, expect_setting};
use crate::random::{Random, normal, unit};

/// How initial weights are drawn. `fan_in` and `fan_out` are the inputs and the neurons of a weight's layer.
///
/// ```
/// use nn::{Init, seeded};
///
/// let mut numbers = [0.0; 4];
/// Init::Uniform { low: -1.0, high: 1.0 }.fill(&mut numbers, 1, 1, &mut seeded(3))?;
/// assert!(numbers.iter().all(|x| x.abs() <= 1.0));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// This number for all.
    Constant(f64),
    /// Normally distributed with this mean and standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        deviation: f64,
    },
    /// Evenly between two bounds.
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
    /// Evenly between ±√(6 / (fan_in + fan_out)): X. Glorot and Y. Bengio, AISTATS 2010, equation 16.
    XavierUniform,
    /// Normal of mean 0 and variance 2 / (fan_in + fan_out), that of [`Init::XavierUniform`].
    XavierNormal,
    /// Evenly between ±√(6 / fan_in), of the variance of [`Init::HeNormal`].
    HeUniform,
    /// Normal of mean 0 and variance 2 / fan_in: K. He and others, ICCV 2015, equation 10.
    HeNormal,
}

impl Init {
    /// Draws all `numbers`. Errors when a bound or a moment is not finite, a deviation is negative, or `low` is above
    /// `high`.
    ///
    /// ```
    /// use nn::{Init, seeded};
    ///
    /// let mut numbers = [0.0; 100];
    /// Init::XavierUniform.fill(&mut numbers, 2, 4, &mut seeded(3))?;
    /// assert!(numbers.iter().all(|x| x.abs() <= 1.0) && numbers.iter().any(|x| x.abs() > 0.5));
    /// Init::Constant(0.25).fill(&mut numbers, 2, 4, &mut seeded(3))?;
    /// assert_eq!(numbers, [0.25; 100]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn fill(self, numbers: &mut [f64], fan_in: usize, fan_out: usize, random: &mut Random) -> Result<()> {
        let (fan_in, both) = (fan_in as f64, fan_in as f64 + fan_out as f64);
        match self {
            Init::Constant(number) => {
                numbers.fill(expect_setting("initial constant", number, number.is_finite(), "a finite number")?);
            }
            Init::Normal { mean, deviation } => {
                expect_setting("mean of the normal distribution", mean, mean.is_finite(), "a finite number")?;
                expect_from_0("deviation of the normal distribution", deviation)?;
                numbers.fill_with(|| mean + deviation * normal(random));
            }
            Init::Uniform { low, high } => {
                expect_setting("lower bound of the uniform distribution", low, low.is_finite(), "a finite number")?;
                let meets = (high - low).is_finite() && high >= low;
                expect_setting(
                    "upper bound of the uniform distribution",
                    high,
                    meets,
                    "a finite number from the lower one on",
                )?;
                numbers.fill_with(|| low + (high - low) * unit(random));
            }
            Init::XavierUniform => return even((6.0 / both).sqrt()).fill(numbers, 1, 1, random),
            Init::XavierNormal => return bell((2.0 / both).sqrt()).fill(numbers, 1, 1, random),
            Init::HeUniform => return even((6.0 / fan_in).sqrt()).fill(numbers, 1, 1, random),
            Init::HeNormal => return bell((2.0 / fan_in).sqrt()).fill(numbers, 1, 1, random),
        }
        Ok(())
    }
}

fn even(bound: f64) -> Init {
    Init::Uniform { low: -bound, high: bound }
}

fn bell(deviation: f64) -> Init {
    Init::Normal { mean: 0.0, deviation }
}

//! Scaling of inputs.

use crate::data::Dataset;
use crate::error::{Error, Result, expect_length};

/// The mean and the deviation of each input over some samples, to bring inputs to mean 0 and deviation 1.
///
/// Fit it on what is trained on, and apply it to that and to all that is predicted later. An input that never changes
/// becomes 0.
///
/// ```
/// use nn::{Dataset, Standard};
///
/// let mut train = Dataset::new(&[[1.0, 5.0], [3.0, 5.0]], &[[0.0], [1.0]])?;
/// let mut test = Dataset::new(&[[4.0, 5.5]], &[[1.0]])?;
/// let standard = Standard::fit(&train)?;
/// standard.apply(&mut train)?;
/// standard.apply(&mut test)?;
/// assert_eq!((train.x(0), train.x(1), test.x(0)), (&[-1.0, 0.0][..], &[1.0, 0.0][..], &[2.0, 0.5][..]));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    means: Vec<f64>,
    /// The deviations, with 1 in the place of 0.
    scales: Vec<f64>,
}

impl Standard {
    /// Measures the inputs of these samples: the root of the mean squared distance from the mean, over n, not n - 1.
    /// Errors when an input is so large that this does not fit an f64.
    ///
    /// The running formulas are those of B. P. Welford, Technometrics 4 (1962), under which the deviation of an input
    /// that never changes is exactly zero.
    ///
    /// ```
    /// use nn::{Dataset, Standard};
    ///
    /// let standard = Standard::fit(&Dataset::new(&[[1.0], [5.0]], &[[0.0], [0.0]])?)?;
    /// assert_eq!((standard.means(), standard.scales()), (&[3.0][..], &[2.0][..]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn fit(data: &Dataset) -> Result<Standard> {
        let mut means = vec![0.0; data.inputs()];
        let mut squares = vec![0.0; data.inputs()];
        for (earlier, (x, _)) in data.iter().enumerate() {
            for ((&x, mean), squares) in x.iter().zip(&mut means).zip(&mut squares) {
                let distance: f64 = x - *mean;
                *mean += distance / (earlier + 1) as f64;
                *squares += distance * (x - *mean);
            }
        }
        let deviations: Vec<f64> = squares.iter().map(|squares| (squares / data.len() as f64).sqrt()).collect();
        if let Some(column) = deviations.iter().position(|deviation| !deviation.is_finite()) {
            let what = format!("the deviation of the input `{}`", data.columns()[column]);
            return Err(Error::NotFinite { what, value: f64::INFINITY });
        }
        let scales = deviations.iter().map(|&deviation| if deviation == 0.0 { 1.0 } else { deviation }).collect();
        Ok(Standard { means, scales })
    }

    /// The mean of each input.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// What each input is divided by: its deviation, or 1 where that is 0.
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// Scales the inputs of samples. Errors when they are of another width.
    ///
    /// ```
    /// use nn::{Dataset, Standard};
    ///
    /// let mut data = Dataset::new(&[[1.0], [5.0]], &[[0.0], [0.0]])?;
    /// Standard::fit(&data)?.apply(&mut data)?;
    /// assert_eq!((data.x(0), data.x(1)), (&[-1.0][..], &[1.0][..]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn apply(&self, data: &mut Dataset) -> Result<()> {
        expect_length(|| "inputs of the data set".to_owned(), self.means.len(), data.inputs())?;
        data.xs_mut().try_for_each(|x| self.apply_to(x))
    }

    /// Scales one input. Errors when it is of another width.
    ///
    /// ```
    /// use nn::{Dataset, Standard};
    ///
    /// let standard = Standard::fit(&Dataset::new(&[[1.0], [5.0]], &[[0.0], [0.0]])?)?;
    /// let mut x = [7.0];
    /// standard.apply_to(&mut x)?;
    /// assert_eq!(x, [2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn apply_to(&self, x: &mut [f64]) -> Result<()> {
        expect_length(|| "numbers of an input".to_owned(), self.means.len(), x.len())?;
        for ((x, mean), scale) in x.iter_mut().zip(&self.means).zip(&self.scales) {
            *x = (*x - mean) / scale;
        }
        Ok(())
    }
}

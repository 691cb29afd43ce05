//! Optimisers: what a gradient does to the parameters.

use crate::error::{Result, expect_from_0, expect_length, expect_setting};

/// Moves parameters against a gradient.
pub trait Optimizer {
    /// Moves each of `params` by what its derivative in `gradient` says. Errors when the lists are not of the same length
    /// as each other and as in earlier steps, or a setting is outside of its range.
    fn step(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()>;

    /// Sets the learning rate, for a schedule.
    fn set_rate(&mut self, rate: f64);
}

/// Stochastic gradient descent: `p -= rate * g`, with momentum, Nesterov's form of it, and weight decay.
///
/// The formulas are those of PyTorch's `torch.optim.SGD`: with weight decay λ, `g` is first `g + λ p`; with momentum μ,
/// a velocity `v = μ v + g`, at first `v = g`, takes the place of `g`, and in Nesterov's form `g + μ v` does. The rate
/// multiplies the velocity and is no part of it.
///
/// ```
/// use nn::{Optimizer, Sgd};
///
/// let mut params = [1.0];
/// let mut sgd = Sgd::new(0.5).momentum(0.5);
/// sgd.step(&mut params, &[1.0])?; // v = 1
/// sgd.step(&mut params, &[1.0])?; // v = 1.5
/// assert_eq!(params, [1.0 - 0.5 - 0.75]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd {
    rate: f64,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
    velocity: Vec<f64>,
}

impl Sgd {
    /// Plain gradient descent with this learning rate.
    pub fn new(rate: f64) -> Sgd {
        Sgd { rate, momentum: 0.0, nesterov: false, weight_decay: 0.0, velocity: Vec::new() }
    }

    /// With momentum, from 0 on and below 1.
    ///
    /// ```
    /// use nn::{Optimizer, Sgd};
    ///
    /// let (mut params, mut sgd) = ([0.0], Sgd::new(1.0).momentum(0.5));
    /// sgd.step(&mut params, &[-1.0])?;
    /// sgd.step(&mut params, &[0.0])?;
    /// assert_eq!(params, [1.0 + 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn momentum(self, momentum: f64) -> Sgd {
        Sgd { momentum, ..self }
    }

    /// With momentum in Nesterov's form.
    ///
    /// ```
    /// use nn::{Optimizer, Sgd};
    ///
    /// let mut params = [0.0];
    /// Sgd::new(1.0).nesterov(0.5).step(&mut params, &[-1.0])?;
    /// assert_eq!(params, [1.0 + 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn nesterov(self, momentum: f64) -> Sgd {
        Sgd { momentum, nesterov: true, ..self }
    }

    /// With weight decay, from 0 on: the gradient of `weight_decay / 2` times the sum of squares is added.
    ///
    /// ```
    /// use nn::{Optimizer, Sgd};
    ///
    /// let mut params = [8.0];
    /// Sgd::new(0.5).weight_decay(0.25).step(&mut params, &[0.0])?;
    /// assert_eq!(params, [8.0 - 0.5 * 0.25 * 8.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn weight_decay(self, weight_decay: f64) -> Sgd {
        Sgd { weight_decay, ..self }
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        expect_from_0("learning rate", self.rate)?;
        expect_share("momentum", self.momentum)?;
        expect_from_0("weight decay", self.weight_decay)?;
        expect_length(|| "derivatives in the gradient".to_owned(), params.len(), gradient.len())?;
        // From a velocity of zero the first one is the gradient itself.
        prepare(&mut self.velocity, params.len())?;
        for ((p, &g), v) in params.iter_mut().zip(gradient).zip(&mut self.velocity) {
            let g = g + self.weight_decay * *p;
            *v = self.momentum * *v + g;
            *p -= self.rate * if self.nesterov { g + self.momentum * *v } else { *v };
        }
        Ok(())
    }

    fn set_rate(&mut self, rate: f64) {
        self.rate = rate;
    }
}

/// Adam: steps whose size follows from running means of the gradient and of its square.
///
/// D. Kingma and J. Ba, ICLR 2015, algorithm 1: `m = β1 m + (1 - β1) g`, `v = β2 v + (1 - β2) g²`, and
/// `p -= rate * (m / (1 - β1^t)) / (√(v / (1 - β2^t)) + ε)` in step t, counted from 1.
///
/// ```
/// use nn::{Adam, Optimizer};
///
/// let mut params = [1.0, 1.0];
/// Adam::new(0.1).step(&mut params, &[1e-3, -500.0])?;
/// assert!((params[0] - 0.9).abs() < 1e-5 && (params[1] - 1.1).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    rate: f64,
    betas: [f64; 2],
    epsilon: f64,
    moments: [Vec<f64>; 2],
    /// `β^t` of both.
    powers: [f64; 2],
}

impl Adam {
    /// With this learning rate, and the paper's β1 = 0.9, β2 = 0.999, ε = 1e-8.
    pub fn new(rate: f64) -> Adam {
        Adam { rate, betas: [0.9, 0.999], epsilon: 1e-8, moments: [Vec::new(), Vec::new()], powers: [1.0; 2] }
    }

    /// With other decays of the running means, each from 0 on and below 1.
    ///
    /// ```
    /// use nn::{Adam, Optimizer};
    ///
    /// // Without memory each step is the sign of its derivative, times the rate.
    /// let (mut params, mut adam) = ([0.0], Adam::new(0.1).betas(0.0, 0.0));
    /// adam.step(&mut params, &[-5.0])?;
    /// adam.step(&mut params, &[-500.0])?;
    /// assert!((params[0] - 0.2).abs() < 1e-8);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn betas(self, first: f64, second: f64) -> Adam {
        Adam { betas: [first, second], ..self }
    }

    /// With another ε, above 0.
    ///
    /// ```
    /// use nn::{Adam, Optimizer};
    ///
    /// let mut params = [0.0];
    /// Adam::new(1.0).epsilon(1.0).step(&mut params, &[-1.0])?;
    /// assert!((params[0] - 1.0 / (1.0 + 1.0)).abs() < 1e-12);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn epsilon(self, epsilon: f64) -> Adam {
        Adam { epsilon, ..self }
    }
}

impl Optimizer for Adam {
    fn step(&mut self, params: &mut [f64], gradient: &[f64]) -> Result<()> {
        expect_from_0("learning rate", self.rate)?;
        expect_share("first beta", self.betas[0])?;
        expect_share("second beta", self.betas[1])?;
        expect_setting(
            "epsilon",
            self.epsilon,
            self.epsilon.is_finite() && self.epsilon > 0.0,
            "a finite number above 0",
        )?;
        expect_length(|| "derivatives in the gradient".to_owned(), params.len(), gradient.len())?;
        let ([first, second], [m, v]) = (self.betas, &mut self.moments);
        prepare(m, params.len())?;
        prepare(v, params.len())?;
        self.powers = [self.powers[0] * first, self.powers[1] * second];
        let [fill_m, fill_v] = self.powers.map(|power| 1.0 - power);
        for (((p, &g), m), v) in params.iter_mut().zip(gradient).zip(m).zip(v) {
            *m = first * *m + (1.0 - first) * g;
            *v = second * *v + (1.0 - second) * g * g;
            *p -= self.rate * (*m / fill_m) / ((*v / fill_v).sqrt() + self.epsilon);
        }
        Ok(())
    }

    fn set_rate(&mut self, rate: f64) {
        self.rate = rate;
    }
}

/// The state of an optimiser: zeros at the first step, and from then on of one length.
fn prepare(state: &mut Vec<f64>, length: usize) -> Result<()> {
    if state.is_empty() {
        state.resize(length, 0.0);
    }
    expect_length(|| "parameters of an optimiser that has begun".to_owned(), state.len(), length)
}

fn expect_share(setting: &'static str, value: f64) -> Result<f64> {
    expect_setting(setting, value, (0.0..1.0).contains(&value), "a number from 0 on and below 1")
}

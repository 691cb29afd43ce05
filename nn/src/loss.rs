//! Losses of one sample, as functions of a model's outputs and the sample's target.
//!
//! Each is generic over [`engine::Real`] and says what it sums or averages over. Over the samples of a batch the
//! training always takes the mean; [`l2`] is then added once.
//!
//! A logit is a number before the sigmoid or the softmax. The losses from logits neither overflow nor lose digits,
//! however large the logits: use them for training, and the probabilities for reading.

use crate::error::{Error, Result};
use engine::{Op, Partials, Real};
use std::fmt;
use std::str::FromStr;

/// What a training run makes small: the loss of one sample. [`Loss`] has the usual ones.
///
/// ```
/// use engine::Real;
/// use nn::Objective;
///
/// /// The sum of absolute errors.
/// struct Absolute;
///
/// impl Objective for Absolute {
///     fn of<R: Real>(&self, outputs: &[R], target: &[R]) -> R {
///         R::sum(&outputs.iter().zip(target).map(|(&y, &t)| (y - t).abs()).collect::<Vec<_>>())
///     }
/// }
/// assert_eq!(Absolute.of(&[1.0, -2.0], &[0.5, 1.0]), 3.5);
/// ```
pub trait Objective {
    /// The loss of a sample whose target has as many numbers as the model has outputs.
    fn of<R: Real>(&self, outputs: &[R], target: &[R]) -> R;

    /// What the loss asks of a target, when this one does not meet it.
    fn violated(&self, target: &[f64]) -> Option<&'static str> {
        let _ = target;
        None
    }
}

/// The losses of this module by name, as [`Display`](fmt::Display) writes and [`FromStr`] reads them.
///
/// ```
/// use nn::{Loss, Objective};
///
/// let loss: Loss = "mse".parse()?;
/// assert_eq!(loss.of(&[0.0, 0.0, 0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// [`mse`].
    MeanSquared,
    /// [`half_squared`].
    HalfSquared,
    /// [`binary_cross_entropy`].
    BinaryCrossEntropy,
    /// [`binary_cross_entropy_with_logits`].
    BinaryCrossEntropyWithLogits,
    /// [`softmax_cross_entropy`].
    SoftmaxCrossEntropy,
    /// [`hinge`].
    Hinge,
}

impl Loss {
    /// Every loss.
    pub const ALL: [Loss; 6] = [
        Loss::MeanSquared,
        Loss::HalfSquared,
        Loss::BinaryCrossEntropy,
        Loss::BinaryCrossEntropyWithLogits,
        Loss::SoftmaxCrossEntropy,
        Loss::Hinge,
    ];

    /// The name of its function in [`loss`](self).
    pub const fn name(self) -> &'static str {
        match self {
            Loss::MeanSquared => "mse",
            Loss::HalfSquared => "half_squared",
            Loss::BinaryCrossEntropy => "binary_cross_entropy",
            Loss::BinaryCrossEntropyWithLogits => "binary_cross_entropy_with_logits",
            Loss::SoftmaxCrossEntropy => "softmax_cross_entropy",
            Loss::Hinge => "hinge",
        }
    }
}

impl Objective for Loss {
    fn of<R: Real>(&self, outputs: &[R], target: &[R]) -> R {
        let function = match self {
            Loss::MeanSquared => mse,
            Loss::HalfSquared => half_squared,
            Loss::BinaryCrossEntropy => binary_cross_entropy,
            Loss::BinaryCrossEntropyWithLogits => binary_cross_entropy_with_logits,
            Loss::SoftmaxCrossEntropy => softmax_cross_entropy,
            Loss::Hinge => hinge,
        };
        function(outputs, target)
    }

    fn violated(&self, target: &[f64]) -> Option<&'static str> {
        let probabilities = target.iter().all(|t| (0.0..=1.0).contains(t));
        let (meets, needs) = match self {
            Loss::MeanSquared | Loss::HalfSquared => (true, ""),
            Loss::BinaryCrossEntropy | Loss::BinaryCrossEntropyWithLogits => (probabilities, "numbers from 0 to 1"),
            Loss::SoftmaxCrossEntropy => {
                (probabilities && (target.iter().sum::<f64>() - 1.0).abs() < 1e-9, "probabilities that sum to 1")
            }
            Loss::Hinge => (target.iter().all(|t| t.abs() == 1.0), "-1 or 1"),
        };
        (!meets).then_some(needs)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Loss {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Loss::ALL.into_iter().find(|loss| loss.name() == text).ok_or_else(|| Error::Unknown {
            what: "loss",
            given: text.to_owned(),
            choices: Loss::ALL.map(Loss::name).join(", "),
        })
    }
}

/// The mean over the outputs of the squared errors `(y - t)^2`.
///
/// ```
/// assert_eq!(nn::loss::mse(&[0.0, 0.0, 0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]), 0.5);
/// ```
///
/// # Panics
///
/// When outputs and target differ in length, as all of these functions do.
pub fn mse<R: Real>(outputs: &[R], target: &[R]) -> R {
    mean_of(outputs, target, |y, t| (y - t).powi(2))
}

/// Half the sum over the outputs of the squared errors, `Σ (y - t)^2 / 2`.
///
/// ```
/// assert_eq!(nn::loss::half_squared(&[3.0, -1.0], &[1.0, 0.0]), 2.5);
/// ```
pub fn half_squared<R: Real>(outputs: &[R], target: &[R]) -> R {
    R::sum(&each(outputs, target, |y, t| (y - t).powi(2) * 0.5))
}

/// The mean over the outputs of `-t ln p - (1 - t) ln(1 - p)`, where the outputs are probabilities p.
///
/// A term whose factor t or 1 - t is zero is zero, whatever p. Where p rounds to the wrong one of 0 and 1 the loss is
/// infinite: [`binary_cross_entropy_with_logits`] does not round.
///
/// ```
/// let loss = nn::loss::binary_cross_entropy(&[0.25, 1.0], &[1.0, 1.0]);
/// assert_eq!(loss, 4.0f64.ln() / 2.0);
/// ```
pub fn binary_cross_entropy<R: Real>(probabilities: &[R], target: &[R]) -> R {
    mean_of(probabilities, target, |p, t| -(t.chain(p.ln()) + (-t + 1.0).chain((-p).ln_1p())))
}

/// The mean over the outputs of [`binary_cross_entropy`] of sigmoid(z), where the outputs are logits z.
///
/// With `-ln sigmoid(z) = softplus(-z)` it is `t softplus(-z) + (1 - t) softplus(z)`.
///
/// ```
/// let loss = nn::loss::binary_cross_entropy_with_logits(&[700.0], &[1.0]);
/// assert!((loss / 9.859676543759770e-305 - 1.0).abs() < 1e-15);
/// ```
pub fn binary_cross_entropy_with_logits<R: Real>(logits: &[R], target: &[R]) -> R {
    mean_of(logits, target, |z, t| t * (-z).softplus() + (-t + 1.0) * z.softplus())
}

/// The sum over the classes of `-t_k ln p_k`, where p is the [`softmax`] of the outputs, which are logits z, and t the
/// probabilities that the sample belongs to each class: 1 for the one that it is known to belong to.
///
/// With any class c it is `log_sum_exp(z_k - z_c) + (z_c - Σ t_k z_k)`. When c is a class of more than one half, and the
/// constant 0 stands for `z_c - z_c`, nothing cancels, in the derivatives either.
///
/// ```
/// let loss = nn::loss::softmax_cross_entropy(&[0.0, 700.0, -50.0], &[0.0, 1.0, 0.0]);
/// assert!((loss / 9.859676543759770e-305 - 1.0).abs() < 1e-15);
/// ```
///
/// # Panics
///
/// Also when there are no outputs.
pub fn softmax_cross_entropy<R: Real>(logits: &[R], target: &[R]) -> R {
    // 1 at the class of more than one half, and at the first class when there is none.
    let mut chosen = each(logits, target, |_, t| R::select(t - 0.5, R::from(1.0), R::from(0.0)));
    chosen[0] = -R::sum(&chosen[1..]) + 1.0;
    let own = R::dot(&chosen, logits);
    let distances = each(logits, &chosen, |z, chosen| R::select(chosen, R::from(0.0), z - own));
    // Its coefficients are exactly zero at a plain class, so that they swallow no digits of the small derivatives there.
    let soft = R::dot(&each(&chosen, target, |chosen, t| chosen - t), logits);
    R::log_sum_exp(&distances) + soft
}

/// The probabilities `exp(z_k) / Σ exp(z_i)` of classes from their logits z: the gradient of their
/// [`log_sum_exp`](Real::log_sum_exp), as the op table has it.
///
/// ```
/// let [a, b] = nn::loss::softmax(&[710.0, 710.0 + 3.0f64.ln()])[..] else { unreachable!() };
/// assert!((a - 0.25).abs() < 1e-12 && (b - 0.75).abs() < 1e-12);
/// ```
pub fn softmax<R: Real>(logits: &[R]) -> Vec<R> {
    let mut shares = Shares(Vec::with_capacity(logits.len()));
    Op::LogSumExp.partials(logits, R::log_sum_exp(logits), &mut shares);
    shares.0
}

struct Shares<R>(Vec<R>);

impl<R> Partials<R> for Shares<R> {
    fn take(&mut self, _class: usize, partial: impl FnOnce() -> R) {
        self.0.push(partial());
    }
}

/// The mean over the outputs of `max(0, 1 - t y)`, where each target t is -1 or 1: the loss of the largest margin.
///
/// ```
/// assert_eq!(nn::loss::hinge(&[0.25, 3.0], &[-1.0, 1.0]), 0.625);
/// ```
pub fn hinge<R: Real>(scores: &[R], target: &[R]) -> R {
    mean_of(scores, target, |y, t| (-(t * y) + 1.0).relu())
}

/// A penalty of large parameters: `strength` times the sum, not halved, of their squares.
///
/// ```
/// assert_eq!(nn::loss::l2(&[3.0, -1.0], 0.5), 5.0);
/// ```
pub fn l2<R: Real>(params: &[R], strength: f64) -> R {
    R::dot(params, params) * strength
}

fn each<R: Real>(outputs: &[R], target: &[R], f: impl Fn(R, R) -> R) -> Vec<R> {
    assert_eq!(outputs.len(), target.len(), "a loss of {} outputs and {} targets", outputs.len(), target.len());
    outputs.iter().zip(target).map(|(&y, &t)| f(y, t)).collect()
}

/// Of a single output the loss itself, without a sum and a division that would be nodes of their own.
fn mean_of<R: Real>(outputs: &[R], target: &[R], f: impl Fn(R, R) -> R) -> R {
    match &each(outputs, target, f)[..] {
        &[one] => one,
        all => R::sum(all) / all.len() as f64,
    }
}

//! Activations, which are ops of the engine's table.

use crate::error::{Error, Result, expect_setting};
use engine::{Op, Real};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a neuron does with its weighted sum.
///
/// Formulas and derivatives are those of the engine's ops; the names, as [`Display`](fmt::Display) writes and
/// [`FromStr`] reads them, are the ops' names, with `identity` for none and `leaky_relu(0.2)` for another slope than
/// 0.01.
///
/// ```
/// use nn::Activation;
///
/// let tanh: Activation = "tanh".parse()?;
/// assert!((tanh.apply(0.5) - 0.5f64.tanh()).abs() < 1e-15);
/// assert_eq!("leaky_relu(0.2)".parse::<Activation>()?.apply(-1.0), -0.2);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Activation {
    /// The sum itself.
    Identity,
    /// [`Op::Sigmoid`].
    Sigmoid,
    /// [`Op::Tanh`].
    Tanh,
    /// [`Op::Relu`].
    Relu,
    /// [`Op::LeakyRelu`], with its slope for negative numbers.
    LeakyRelu(f64),
    /// [`Op::Silu`].
    Silu,
    /// [`Op::Gelu`].
    Gelu,
    /// [`Op::Softplus`].
    Softplus,
}

impl Activation {
    /// Every activation, the leaky one with the slope 0.01.
    pub const ALL: [Activation; 8] = [
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu(0.01),
        Activation::Silu,
        Activation::Gelu,
        Activation::Softplus,
    ];

    /// The op, unless it is the identity.
    pub const fn op(self) -> Option<Op> {
        match self {
            Activation::Identity => None,
            Activation::Sigmoid => Some(Op::Sigmoid),
            Activation::Tanh => Some(Op::Tanh),
            Activation::Relu => Some(Op::Relu),
            Activation::LeakyRelu(_) => Some(Op::LeakyRelu),
            Activation::Silu => Some(Op::Silu),
            Activation::Gelu => Some(Op::Gelu),
            Activation::Softplus => Some(Op::Softplus),
        }
    }

    /// What becomes of a weighted sum.
    pub fn apply<R: Real>(self, sum: R) -> R {
        match (self, self.op()) {
            (Activation::LeakyRelu(slope), _) => sum.leaky_relu(R::from(slope)),
            (_, Some(op)) => R::apply(op, &[sum]),
            (_, None) => sum,
        }
    }

    fn name(self) -> &'static str {
        self.op().map_or("identity", Op::name)
    }

    pub(crate) fn check(self) -> Result<()> {
        match self {
            Activation::LeakyRelu(slope) => {
                expect_setting("slope of leaky_relu", slope, slope.is_finite(), "a finite number").map(drop)
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Activation::LeakyRelu(slope) => write!(f, "{}({slope})", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}

impl FromStr for Activation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let slope = |text: &str| text.strip_prefix("leaky_relu(")?.strip_suffix(')')?.trim().parse().ok();
        let plain = || Activation::ALL.into_iter().find(|activation| activation.name() == text);
        let unknown = || Error::Unknown {
            what: "activation",
            given: text.to_owned(),
            choices: Activation::ALL.map(Activation::name).join(", ") + ", or a slope as in leaky_relu(0.2)",
        };
        let activation = slope(text).map(Activation::LeakyRelu).or_else(plain).ok_or_else(unknown)?;
        activation.check()?;
        Ok(activation)
    }
}

impl From<Activation> for String {
    fn from(activation: Activation) -> String {
        activation.to_string()
    }
}

impl TryFrom<String> for Activation {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

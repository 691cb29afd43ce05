//! A neuron.

use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::model::Model;
use crate::network::Network;
use engine::Real;

/// A weighted sum of the inputs plus a bias, and what an activation makes of it.
///
/// The parameters are the weights, then the bias: `w1`, `w2`, ..., `b`.
///
/// ```
/// use nn::{Activation, Neuron};
///
/// let neuron = Neuron::from_numbers(&[0.0, 1.0], 4.0, Activation::Sigmoid)?;
/// assert!((neuron.predict(&[2.0, 3.0])?[0] - 0.9990889488055994).abs() < 1e-15);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neuron {
    inputs: usize,
    activation: Activation,
}

impl Neuron {
    /// A neuron of so many inputs. Errors when there are none.
    pub fn new(inputs: usize, activation: Activation) -> Result<Neuron> {
        if inputs == 0 {
            return Err(Error::Empty { what: "the neuron".to_owned(), parts: "inputs" });
        }
        if inputs == usize::MAX {
            return Err(Error::TooLarge { what: "the neuron".to_owned() });
        }
        activation.check()?;
        Ok(Neuron { inputs, activation })
    }

    /// A neuron with its numbers. Errors when there are no weights or a number is not finite.
    pub fn from_numbers(weights: &[f64], bias: f64, activation: Activation) -> Result<Network<Neuron>> {
        Neuron::new(weights.len(), activation)?.with([weights, &[bias]].concat())
    }
}

impl Model for Neuron {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        1
    }

    fn layout(&self) -> Layout {
        Layout::distinct((1..=self.inputs).map(|n| format!("w{n}")).chain(["b".to_owned()]))
    }

    fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R> {
        let (weights, bias) = params.split_at(params.len() - 1);
        vec![self.activation.apply(R::dot(weights, x) + bias[0])]
    }

    fn param_count(&self) -> usize {
        self.inputs + 1
    }
}

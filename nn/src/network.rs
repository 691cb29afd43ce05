//! A model with its numbers.

use crate::data::largest;
use crate::error::{Result, expect_finite, expect_length};
use crate::model::Model;

/// A model together with the numbers of its parameters: what predicts, is saved and loaded.
///
/// ```
/// use nn::{Activation, Mlp, Model};
///
/// let model = Mlp::new(2, &[(2, Activation::Relu), (1, Activation::Identity)])?;
/// let network = model.with([1.0, 1.0, 0.0, 1.0, 1.0, -1.0, 1.0, -2.0, 0.0])?;
/// assert_eq!(network.predict(&[0.0, 1.0])?, [1.0]);
/// assert_eq!(network.predict(&[1.0, 1.0])?, [0.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network<M> {
    pub(crate) model: M,
    pub(crate) params: Vec<f64>,
}

impl<M: Model> Network<M> {
    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The numbers of the parameters, in the order of [`Model::layout`].
    pub fn params(&self) -> &[f64] {
        &self.params
    }

    /// The model and its numbers apart.
    pub fn into_parts(self) -> (M, Vec<f64>) {
        (self.model, self.params)
    }

    /// The outputs for an input. Errors when it has not as many numbers as the model takes, or one is not finite.
    ///
    /// ```
    /// use nn::{Activation, Model, Neuron};
    ///
    /// let network = Neuron::new(2, Activation::Identity)?.with([2.0, 3.0, 0.5])?;
    /// assert_eq!(network.predict(&[1.0, 10.0])?, [32.5]);
    /// assert!(network.predict(&[1.0]).is_err());
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn predict(&self, x: &[f64]) -> Result<Vec<f64>> {
        expect_length(|| "inputs of the model".to_owned(), self.model.inputs(), x.len())?;
        expect_finite(x, |position| format!("the input x[{position}]"))?;
        Ok(self.model.forward(&self.params, x))
    }

    /// The position of the largest output, the first of equal ones: the class of a classifier. Errors as
    /// [`predict`](Network::predict) does.
    ///
    /// ```
    /// use nn::{Activation, Layer};
    ///
    /// let layer = Layer::from_numbers(&[[1.0], [-1.0]], &[0.0, 0.0], Activation::Identity)?;
    /// assert_eq!((layer.classify(&[2.0])?, layer.classify(&[-2.0])?), (0, 1));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn classify(&self, x: &[f64]) -> Result<usize> {
        self.predict(x).map(|outputs| largest(&outputs))
    }
}

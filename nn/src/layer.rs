//! A layer of neurons.

use crate::activation::Activation;
use crate::error::{Error, Result, expect_length};
use crate::init::Init;
use crate::layout::Layout;
use crate::model::Model;
use crate::network::Network;
use crate::neuron::Neuron;
use crate::random::Random;
use engine::Real;

/// Neurons side by side: all take the same inputs and have the same activation.
///
/// The parameters come neuron by neuron, of each the weights and then the bias: `weight[0][0]`, `weight[0][1]`,
/// `bias[0]`, `weight[1][0]`, ... where `weight[n][i]` is what neuron n multiplies input i with. So a neuron's numbers
/// lie side by side.
///
/// ```
/// use nn::{Activation, Layer, Model};
///
/// let layer = Layer::from_numbers(&[[1.0, 2.0], [3.0, 4.0]], &[0.5, -0.5], Activation::Identity)?;
/// assert_eq!(layer.predict(&[1.0, 10.0])?, [21.5, 42.5]);
/// assert_eq!(layer.model().layout().name(3), Some("weight[1][0]"));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    neuron: Neuron,
    activation: Activation,
    outputs: usize,
}

impl Layer {
    /// A layer of so many inputs and neurons. Errors when either is none.
    pub fn new(inputs: usize, neurons: usize, activation: Activation) -> Result<Layer> {
        let neuron = Neuron::new(inputs, activation)?;
        if neurons == 0 {
            return Err(Error::Empty { what: "the layer".to_owned(), parts: "neurons" });
        }
        if neuron.param_count().checked_mul(neurons).is_none() {
            return Err(Error::TooLarge { what: "the layer".to_owned() });
        }
        Ok(Layer { neuron, activation, outputs: neurons })
    }

    /// A layer with its numbers: the weights of each neuron, and the bias of each. Errors when they do not fit together,
    /// there are none, or one is not finite.
    pub fn from_numbers(
        weights: &[impl AsRef<[f64]>],
        biases: &[f64],
        activation: Activation,
    ) -> Result<Network<Layer>> {
        let inputs = weights.first().map_or(1, |row| row.as_ref().len());
        let layer = Layer::new(inputs, weights.len(), activation)?;
        expect_length(|| "biases of the layer".to_owned(), weights.len(), biases.len())?;
        let mut params = Vec::with_capacity(layer.param_count());
        for (neuron, (row, bias)) in weights.iter().zip(biases).enumerate() {
            expect_length(|| format!("weights of neuron {neuron}"), inputs, row.as_ref().len())?;
            params.extend(row.as_ref().iter().chain([bias]));
        }
        layer.with(params)
    }

    /// The activation of its neurons.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Initial numbers: weights as `weights` says, biases zero. Errors when `weights` is outside of its range.
    ///
    /// ```
    /// use nn::{Activation, Init, Layer, seeded};
    ///
    /// let layer = Layer::new(2, 2, Activation::Tanh)?;
    /// assert_eq!(layer.init(Init::Constant(0.5), &mut seeded(1))?, [0.5, 0.5, 0.0, 0.5, 0.5, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn init(&self, weights: Init, random: &mut Random) -> Result<Vec<f64>> {
        let mut params = vec![0.0; self.param_count()];
        for neuron in params.chunks_exact_mut(self.neuron.param_count()) {
            weights.fill(&mut neuron[..self.inputs()], self.inputs(), self.outputs, random)?;
        }
        Ok(params)
    }
}

impl Model for Layer {
    fn inputs(&self) -> usize {
        self.neuron.inputs()
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn layout(&self) -> Layout {
        Layout::distinct((0..self.outputs).flat_map(|neuron| {
            let weights = Layout::vector(&format!("weight[{neuron}]"), self.inputs()).collect::<Vec<_>>();
            weights.into_iter().chain([format!("bias[{neuron}]")])
        }))
    }

    fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R> {
        let (given, own) = (params.len(), self.param_count());
        assert_eq!(given, own, "a layer of {own} parameters was given {given}: give one number for each");
        let neurons = params.chunks_exact(self.neuron.param_count()).filter_map(|neuron| neuron.split_last());
        let mut outputs = vec![R::from(0.0); self.outputs];
        R::affine(x, neurons.map(|(bias, weights)| (weights, bias)), &mut outputs);
        outputs.iter_mut().for_each(|sum| *sum = self.activation.apply(*sum));
        outputs
    }

    fn param_count(&self) -> usize {
        self.outputs * self.neuron.param_count()
    }
}

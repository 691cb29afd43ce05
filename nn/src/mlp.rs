//! A network of layers.

use crate::activation::Activation;
use crate::error::{Error, Result, expect_length};
use crate::init::Init;
use crate::layer::Layer;
use crate::layout::Layout;
use crate::model::Model;
use crate::network::Network;
use crate::random::Random;
use engine::Real;
use serde::{Deserialize, Serialize};

/// A multilayer perceptron: layers one after the other, the outputs of each being the inputs of the next.
///
/// The parameters come layer by layer, in each neuron by neuron, of each the weights and then the bias.
///
/// ```
/// use nn::{Activation, Mlp, Model};
///
/// let model = Mlp::new(2, &[(3, Activation::Tanh), (1, Activation::Sigmoid)])?;
/// assert_eq!(model.param_count(), 3 * (2 + 1) + (3 + 1));
/// assert_eq!(model.layout().name(7), Some("layers.0.weight[2][1]"));
/// assert_eq!(model.layout().name(8), Some("layers.0.bias[2]"));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    layers: Vec<Layer>,
    naming: Naming,
}

/// How the parameters of an [`Mlp`] are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// By their place: `layers.0.weight[2][1]` is what neuron 2 of the first layer multiplies its input 1 with.
    #[default]
    Places,
    /// By counting: `w1`, `w2`, `b1`, `w3`, ... in the order of the flat list.
    Numbers,
}

impl Mlp {
    /// Layers of so many neurons each. Errors when there is no layer, or one has no neurons or inputs.
    pub fn new(inputs: usize, layers: &[(usize, Activation)]) -> Result<Mlp> {
        let mut built = Vec::with_capacity(layers.len());
        let mut inputs = inputs;
        for (place, &(neurons, activation)) in layers.iter().enumerate() {
            built.push(Layer::new(inputs, neurons, activation).map_err(|error| in_layer(place, error))?);
            inputs = neurons;
        }
        Mlp::of(built)
    }

    /// A network made of layers with their numbers. Errors when there is none, or the outputs of one are not the inputs
    /// of the next.
    ///
    /// ```
    /// use nn::{Activation, Layer, Mlp};
    ///
    /// let hidden = Layer::from_numbers(&[[0.0, 1.0], [0.0, 1.0]], &[0.0, 0.0], Activation::Sigmoid)?;
    /// let output = Layer::from_numbers(&[[0.0, 1.0]], &[0.0], Activation::Sigmoid)?;
    /// let network = Mlp::from_layers([hidden, output])?;
    /// assert!((network.predict(&[2.0, 3.0])?[0] - 0.7216325609518421).abs() < 1e-15);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn from_layers(layers: impl IntoIterator<Item = Network<Layer>>) -> Result<Network<Mlp>> {
        let (layers, params): (Vec<_>, Vec<_>) = layers.into_iter().map(Network::into_parts).unzip();
        for (place, pair) in layers.windows(2).enumerate() {
            expect_length(|| format!("inputs of layer {}", place + 1), pair[0].outputs(), pair[1].inputs())?;
        }
        Mlp::of(layers)?.with(params.concat())
    }

    fn of(layers: Vec<Layer>) -> Result<Mlp> {
        if layers.is_empty() {
            return Err(Error::Empty { what: "the network".to_owned(), parts: "layers" });
        }
        let total = layers.iter().try_fold(0usize, |total, layer| total.checked_add(layer.param_count()));
        total.ok_or_else(|| Error::TooLarge { what: "the network".to_owned() })?;
        Ok(Mlp { layers, naming: Naming::default() })
    }

    /// The same network with its parameters named another way.
    ///
    /// ```
    /// use nn::{Activation, Mlp, Model, Naming};
    ///
    /// let model = Mlp::new(2, &[(2, Activation::Sigmoid), (1, Activation::Sigmoid)])?.named(Naming::Numbers);
    /// let names = ["w1", "w2", "b1", "w3", "w4", "b2", "w5", "w6", "b3"];
    /// assert_eq!(model.layout().names().collect::<Vec<_>>(), names);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn named(self, naming: Naming) -> Mlp {
        Mlp { naming, ..self }
    }

    /// How the parameters are named.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// The layers, from the input on.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Initial numbers: weights as `weights` says, biases zero. Errors when `weights` is outside of its range.
    ///
    /// ```
    /// use nn::{Activation, Init, Mlp, seeded};
    ///
    /// let model = Mlp::new(2, &[(16, Activation::Relu), (1, Activation::Identity)])?;
    /// let params = model.init(Init::HeNormal, &mut seeded(7))?;
    /// assert_eq!(params, model.init(Init::HeNormal, &mut seeded(7))?);
    /// assert_eq!(params[2], 0.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn init(&self, weights: Init, random: &mut Random) -> Result<Vec<f64>> {
        let layers: Result<Vec<_>> = self.layers.iter().map(|layer| layer.init(weights, random)).collect();
        Ok(layers?.concat())
    }
}

impl Model for Mlp {
    fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs()
    }

    fn layout(&self) -> Layout {
        let places = self.layers.iter().enumerate().flat_map(|(place, layer)| {
            let names = layer.layout();
            names.names().map(|name| format!("layers.{place}.{name}")).collect::<Vec<_>>()
        });
        match self.naming {
            Naming::Places => Layout::distinct(places),
            Naming::Numbers => Layout::distinct(self.numbered()),
        }
    }

    fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R> {
        let (given, own) = (params.len(), self.param_count());
        assert_eq!(given, own, "a network of {own} parameters was given {given}: give one number for each");
        let (mut rest, mut x) = (params, x.to_vec());
        for layer in &self.layers {
            let (own, others) = rest.split_at(layer.param_count());
            (rest, x) = (others, layer.forward(own, &x));
        }
        x
    }

    fn param_count(&self) -> usize {
        self.layers.iter().map(Layer::param_count).sum()
    }
}

impl Mlp {
    /// The names by counting: weights and biases are counted apart.
    fn numbered(&self) -> impl Iterator<Item = String> {
        let neurons = self.layers.iter().flat_map(|layer| vec![layer.inputs(); layer.outputs()]);
        neurons
            .scan((0, 0), |(weights, biases), inputs| {
                let first = *weights + 1;
                (*weights, *biases) = (*weights + inputs, *biases + 1);
                let names = (first..=*weights).map(|weight| format!("w{weight}"));
                Some(names.chain([format!("b{biases}")]).collect::<Vec<_>>())
            })
            .flatten()
    }
}

/// The same error with the place of the layer that it is about.
fn in_layer(place: usize, error: Error) -> Error {
    match error {
        Error::Empty { parts, .. } => Error::Empty { what: format!("layer {place}"), parts },
        Error::TooLarge { .. } => Error::TooLarge { what: format!("layer {place}") },
        other => other,
    }
}

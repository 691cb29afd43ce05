//! Networks in files, exact to the bit.

use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::mlp::{Mlp, Naming};
use crate::model::Model;
use crate::network::Network;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// What a file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    inputs: usize,
    layers: Vec<SavedLayer>,
    #[serde(default)]
    naming: Naming,
    params: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLayer {
    neurons: usize,
    activation: Activation,
}

impl Network<Mlp> {
    /// The network as JSON: its inputs, its layers, how the parameters are named, and their numbers.
    ///
    /// A number is written with as many digits as it takes to get the same bits back.
    ///
    /// ```
    /// use nn::{Activation, Mlp, Model, Network};
    ///
    /// let network = Mlp::new(1, &[(1, Activation::Tanh)])?.with([0.1, 1e-300])?;
    /// let text = network.to_json()?;
    /// assert_eq!(
    ///     text.split_whitespace().collect::<String>(),
    ///     r#"{"inputs":1,"layers":[{"neurons":1,"activation":"tanh"}],"naming":"places","params":[0.1,1e-300]}"#
    /// );
    /// assert_eq!(Network::from_json(&text)?, network);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn to_json(&self) -> Result<String> {
        let layers = self.model.layers().iter();
        let saved = Saved {
            inputs: self.model.inputs(),
            layers: layers.map(|it| SavedLayer { neurons: it.outputs(), activation: it.activation() }).collect(),
            naming: self.model.naming(),
            params: self.params.clone(),
        };
        serde_json::to_string_pretty(&saved).map_err(Error::Json)
    }

    /// A network from JSON. Errors name the line and column of what cannot be read; or say which sizes do not fit.
    ///
    /// ```
    /// use nn::Network;
    ///
    /// let text = r#"{"inputs": 1, "layers": [{"neurons": 1, "activation": "identity"}], "params": [2, 1]}"#;
    /// assert_eq!(Network::from_json(text)?.predict(&[3.0])?, [7.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        let saved: Saved = serde_json::from_str(text).map_err(Error::Json)?;
        let layers: Vec<_> = saved.layers.iter().map(|layer| (layer.neurons, layer.activation)).collect();
        Mlp::new(saved.inputs, &layers)?.named(saved.naming).with(saved.params)
    }

    /// Writes a file that [`load`](Network::load) reads. Errors name the file.
    ///
    /// ```
    /// use nn::{Activation, Mlp, Model, Network};
    ///
    /// let network = Mlp::new(1, &[(1, Activation::Tanh)])?.with([0.1, -0.2])?;
    /// let path = std::env::temp_dir().join(format!("network-{}.json", std::process::id()));
    /// network.save(&path)?;
    /// let loaded = Network::load(&path)?;
    /// std::fs::remove_file(&path)?;
    /// assert_eq!(loaded.params(), [0.1, -0.2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let write = || Ok(fs::write(path, self.to_json()? + "\n")?);
        write().map_err(|error: Error| error.in_file(path))
    }

    /// Reads a file that [`save`](Network::save) wrote. Errors name the file, and what [`from_json`](Network::from_json)
    /// says.
    ///
    /// ```
    /// let error = nn::Network::load("no/such/network.json").unwrap_err().to_string();
    /// assert!(error.starts_with("no/such/network.json: "), "{error}");
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let read = || Network::from_json(&fs::read_to_string(path)?);
        read().map_err(|error| error.in_file(path))
    }
}

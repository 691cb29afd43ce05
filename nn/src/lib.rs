//! Small neural networks on the engine.
//!
//! A model is a pure function of its parameters and an input, generic over the number type ([`engine::Real`]): the same
//! [`Model::forward`] predicts, is differentiated, runs in lanes and is recorded. The parameters are one flat list of
//! numbers, which a [`Layout`] gives names. The loss of one sample is recorded once as a program ([`BatchLoss`]), and
//! [`Training`] runs it again for every sample.
//!
//! ```
//! use nn::{Activation, Dataset, Init, Loss, Mlp, Model, Sgd, Training, seeded};
//! use std::ops::ControlFlow;
//!
//! let data = Dataset::new(&[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &[[0.0], [1.0], [1.0], [0.0]])?;
//! let model = Mlp::new(2, &[(4, Activation::Tanh), (1, Activation::Identity)])?;
//! let mut params = model.init(Init::XavierUniform, &mut seeded(1))?;
//!
//! let training = Training::new(&model, Loss::BinaryCrossEntropyWithLogits).epochs(500);
//! training.run(&mut params, &data, &mut Sgd::new(0.5).momentum(0.9), |epoch| {
//!     if epoch.loss < 0.01 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
//! })?;
//!
//! let network = model.with(params)?;
//! assert!(network.predict(&[1.0, 0.0])?[0] > 0.0);
//! assert!(network.predict(&[1.0, 1.0])?[0] < 0.0);
//! # Ok::<(), nn::Error>(())
//! ```
//!
//! | file | what is in it |
//! |---|---|
//! | `activation.rs` | activations, which are ops of the engine's table |
//! | `layout.rs` | names of the numbers in the flat list |
//! | `model.rs`, `neuron.rs`, `layer.rs`, `mlp.rs` | models |
//! | `network.rs`, `file.rs` | a model with its numbers, and its file |
//! | `loss.rs` | losses of one sample |
//! | `random.rs`, `init.rs` | the seeded generator and initial values |
//! | `optimizer.rs` | SGD and Adam |
//! | `data.rs`, `table.rs`, `standard.rs` | samples, from memory and CSV, and their scaling |
//! | `batch.rs`, `train.rs` | the gradient of a batch, and the training loop |

mod activation;
mod batch;
mod data;
mod error;
mod file;
mod init;
mod layer;
mod layout;
pub mod loss;
mod mlp;
mod model;
mod network;
mod neuron;
mod optimizer;
mod random;
mod standard;
mod table;
mod train;

pub use activation::Activation;
pub use batch::BatchLoss;
pub use data::{Batches, Dataset};
pub use error::{Error, Result};
pub use init::Init;
pub use layer::Layer;
pub use layout::Layout;
pub use loss::{Loss, Objective};
pub use mlp::{Mlp, Naming};
pub use model::Model;
pub use network::Network;
pub use neuron::Neuron;
pub use optimizer::{Adam, Optimizer, Sgd};
pub use random::{Random, seeded};
pub use standard::Standard;
pub use table::Label;
pub use train::{Epoch, Outcome, Stop, Training};

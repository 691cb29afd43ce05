//! Record the network and read its numbers.
//!
//! Everything happens on a [`Graph`](crate::Graph). What we want derivatives by is a `param`; what is data is an
//! `input`. Arithmetic with them is ordinary arithmetic, and a name makes a quantity easy to find again.
//!
//! ```
//! use engine::Graph;
//!
//! let g = Graph::new();
//! let (x1, x2, y_true) = (g.input("x1", -2.0), g.input("x2", -1.0), g.input("y_true", 1.0));
//! let (w1, w2, b1) = (g.param("w1", 1.0), g.param("w2", 1.0), g.param("b1", 0.0));
//! let (w3, w4, b2) = (g.param("w3", 1.0), g.param("w4", 1.0), g.param("b2", 0.0));
//! let (w5, w6, b3) = (g.param("w5", 1.0), g.param("w6", 1.0), g.param("b3", 0.0));
//!
//! let sum_h1 = (w1 * x1 + w2 * x2 + b1).named("sum_h1");
//! let sum_h2 = (w3 * x1 + w4 * x2 + b2).named("sum_h2");
//! let (h1, h2) = (sum_h1.sigmoid().named("h1"), sum_h2.sigmoid().named("h2"));
//! let sum_o1 = (w5 * h1 + w6 * h2 + b3).named("sum_o1");
//! let y_pred = sum_o1.sigmoid().named("y_pred");
//! let loss = (y_true - y_pred).powi(2).named("L");
//!
//! assert_eq!(sum_h1, -3.0);
//! assert!((h1.number() - 0.0474).abs() < 1e-4);
//! assert!((y_pred.number() - 0.524).abs() < 1e-3);
//! assert!((loss.number() - 0.2269).abs() < 1e-4);
//! ```
//!
//! With all weights one and all biases zero, the network says 0.524 for a sample whose answer is 1: it has everything to
//! learn. How should each weight move? That is what the derivatives of L tell.
//!
//! Next: [the output layer](super::chapter_2_output_layer).

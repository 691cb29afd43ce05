//! The derivatives by w5, w6 and b3.
//!
//! L depends on w5 only through y_pred, and y_pred only through sum_o1. The chain rule multiplies the derivatives along
//! that way:
//!
//! ```text
//! dL/dw5 = dL/dy_pred * dy_pred/dsum_o1 * dsum_o1/dw5
//!        = -2*(y_true - y_pred) * f'(sum_o1) * h1        with f'(x) = f(x)*(1 - f(x)) for the sigmoid f
//! ```
//!
//! `backward` gives the derivative of L by *every* quantity of the graph, so each factor can be checked on its own.
//!
//! ```
//! # use engine::Graph;
//! # let g = Graph::new();
//! # let (x1, x2, y_true) = (g.input("x1", -2.0), g.input("x2", -1.0), g.input("y_true", 1.0));
//! # let (w1, w2, b1) = (g.param("w1", 1.0), g.param("w2", 1.0), g.param("b1", 0.0));
//! # let (w3, w4, b2) = (g.param("w3", 1.0), g.param("w4", 1.0), g.param("b2", 0.0));
//! # let (w5, w6, b3) = (g.param("w5", 1.0), g.param("w6", 1.0), g.param("b3", 0.0));
//! # let (h1, h2) = ((w1 * x1 + w2 * x2 + b1).sigmoid(), (w3 * x1 + w4 * x2 + b2).sigmoid());
//! # let sum_o1 = w5 * h1 + w6 * h2 + b3;
//! # let y_pred = sum_o1.sigmoid();
//! # let loss = (y_true - y_pred).powi(2);
//! let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} is not {b}");
//! let by_loss = loss.backward();
//! let by_output = y_pred.backward();
//!
//! // One factor at a time.
//! let dl_dypred = -2.0 * (y_true.number() - y_pred.number());
//! close(dl_dypred, by_loss[y_pred]);
//! let f = y_pred.number();
//! let dypred_dsum = f * (1.0 - f);
//! close(dypred_dsum, by_output[sum_o1]);
//!
//! // And what they make. The derivative of a sum of products by one factor is the other; by b3 it is 1.
//! close(dl_dypred * dypred_dsum * h1.number(), by_loss[w5]);
//! close(dl_dypred * dypred_dsum * h2.number(), by_loss[w6]);
//! close(dl_dypred * dypred_dsum, by_loss[b3]);
//! assert!((by_loss[b3] - -0.2376).abs() < 1e-4);
//! ```
//!
//! dL/db3 is negative: raising b3 lowers the loss.
//!
//! Next: [the hidden layer](super::chapter_3_hidden_layer).

//! The derivatives by w1..w4, b1 and b2.
//!
//! w1 is one step further away: it moves sum_h1, which moves h1, which moves sum_o1. Two factors are new.
//!
//! ```text
//! dL/dw1 = dL/dy_pred * dy_pred/dh1          * dh1/dw1
//!        = dL/dy_pred * (w5 * f'(sum_o1))    * (x1 * f'(sum_h1))
//! ```
//!
//! Each letter matters, and this is where derivations go wrong: it is w5 and not w6 that leads from h1 to the output, and
//! f' is taken at sum_h1 and not at h1.
//!
//! ```
//! # use engine::Graph;
//! # let g = Graph::new();
//! # let (x1, x2, y_true) = (g.input("x1", -2.0), g.input("x2", -1.0), g.input("y_true", 1.0));
//! # let (w1, w2, b1) = (g.param("w1", 1.0), g.param("w2", 1.0), g.param("b1", 0.0));
//! # let (w3, w4, b2) = (g.param("w3", 1.0), g.param("w4", 1.0), g.param("b2", 0.0));
//! # let (w5, w6, b3) = (g.param("w5", 1.0), g.param("w6", 1.0), g.param("b3", 0.0));
//! # let (h1, h2) = ((w1 * x1 + w2 * x2 + b1).sigmoid(), (w3 * x1 + w4 * x2 + b2).sigmoid());
//! # let y_pred = (w5 * h1 + w6 * h2 + b3).sigmoid();
//! # let loss = (y_true - y_pred).powi(2);
//! # let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} is not {b}");
//! let by_loss = loss.backward();
//! let slope = |output: f64| output * (1.0 - output); // f' from the result of f
//!
//! let dl_dypred = -2.0 * (y_true - y_pred).number();
//! let dypred_dh1 = w5.number() * slope(y_pred.number());
//! let dypred_dh2 = w6.number() * slope(y_pred.number());
//! close(dl_dypred * dypred_dh1, by_loss[h1]);
//! close(dl_dypred * dypred_dh2, by_loss[h2]);
//!
//! close(dl_dypred * dypred_dh1 * x1.number() * slope(h1.number()), by_loss[w1]);
//! close(dl_dypred * dypred_dh1 * x2.number() * slope(h1.number()), by_loss[w2]);
//! close(dl_dypred * dypred_dh1 * slope(h1.number()), by_loss[b1]);
//! close(dl_dypred * dypred_dh2 * x1.number() * slope(h2.number()), by_loss[w3]);
//! close(dl_dypred * dypred_dh2 * x2.number() * slope(h2.number()), by_loss[w4]);
//! close(dl_dypred * dypred_dh2 * slope(h2.number()), by_loss[b2]);
//! assert!((by_loss[w1] - 0.0214).abs() < 1e-4);
//! ```
//!
//! Had h1 also been used elsewhere (in a second output, or once more in the same sum) there would be a second way from w1
//! to L, and the derivative would be the sum over both ways. A forgotten way is the most common fault after a wrong letter.
//!
//! Next: [let the engine read your derivation](super::chapter_4_check).

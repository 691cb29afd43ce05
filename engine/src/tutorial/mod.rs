//! The chain rule by hand, in four short chapters, each line checked with the engine.
//!
//! The network is the smallest that shows everything: two inputs, two hidden neurons, one output, all sigmoid, with
//! weights w1..w6 and biases b1..b3.
//!
//! ```text
//! x1 ──w1──▶ sum_h1 ─▶ h1 ──w5──▶
//!    ╲ w3  ╱ w2                   sum_o1 ─▶ y_pred ─▶ L = (y_true - y_pred)²
//!     ╲   ╱
//! x2 ──w4──▶ sum_h2 ─▶ h2 ──w6──▶          (b1, b2, b3 are added to the sums)
//! ```
//!
//! 1. [`chapter_1_forward`]: record the network and read its numbers.
//! 2. [`chapter_2_output_layer`]: the derivatives by w5, w6 and b3.
//! 3. [`chapter_3_hidden_layer`]: the derivatives by w1..w4, b1 and b2.
//! 4. [`chapter_4_check`]: let the engine read your derivation, and be told what is wrong with it.

pub mod chapter_1_forward;
pub mod chapter_2_output_layer;
pub mod chapter_3_hidden_layer;
pub mod chapter_4_check;

//! Let the engine read your derivation, and be told what is wrong with it.
//!
//! So far we compared numbers one by one. [`check::hand`](crate::check::hand) takes the derivation itself: a
//! [`Claim`](crate::check::hand::Claim) says "the derivative of this by that is this expression", written with the
//! recorded quantities. It is compared at the recorded point and at random points near it, so that a coincidence does
//! not pass.
//!
//! Here is a derivation with the fault of the last chapter: w6 where w5 belongs.
//!
//! ```
//! use engine::check::hand::{Claim, Options, Verdict, check};
//! # use engine::{Graph, Value};
//! # let g = Graph::new();
//! # let (x1, x2, y_true) = (g.input("x1", -2.0), g.input("x2", -1.0), g.input("y_true", 1.0));
//! # let (w1, w2, b1) = (g.param("w1", 0.9), g.param("w2", 1.1), g.param("b1", 0.2));
//! # let (w3, w4, b2) = (g.param("w3", 0.4), g.param("w4", -0.3), g.param("b2", 0.1));
//! # let (w5, w6, b3) = (g.param("w5", 1.2), g.param("w6", 0.7), g.param("b3", -0.5));
//! # let sum_h1 = (w1 * x1 + w2 * x2 + b1).named("sum_h1");
//! # let sum_h2 = (w3 * x1 + w4 * x2 + b2).named("sum_h2");
//! # let (h1, h2) = (sum_h1.sigmoid().named("h1"), sum_h2.sigmoid().named("h2"));
//! # let sum_o1 = (w5 * h1 + w6 * h2 + b3).named("sum_o1");
//! # let y_pred = sum_o1.sigmoid().named("y_pred");
//! # let loss = (y_true - y_pred).powi(2).named("L");
//!
//! fn deriv_sigmoid(x: Value<'_>) -> Value<'_> {
//!     let fx = x.sigmoid();
//!     fx * (1.0 - fx)
//! }
//! let dl_dypred = -2.0 * (y_true - y_pred);
//! let dypred_dh1 = w6 * deriv_sigmoid(sum_o1); // it is w5 that leads from h1 to the output
//!
//! let report = check(
//!     &[
//!         Claim { of: loss, wrt: w5, hand: dl_dypred * h1 * deriv_sigmoid(sum_o1) },
//!         Claim { of: loss, wrt: w1, hand: dl_dypred * dypred_dh1 * x1 * deriv_sigmoid(sum_h1) },
//!     ],
//!     &Options::default(),
//! )?;
//! assert_eq!(report.claims[0].verdict, Verdict::Right);
//! assert_eq!(report.claims[1].verdict, Verdict::Wrong);
//!
//! let diagnosis = report.claims[1].diagnosis.as_ref().expect("what is wrong is diagnosed");
//! assert_eq!(diagnosis.kind.name(), "substitution");
//! assert_eq!((diagnosis.replace.as_deref(), diagnosis.with.as_deref()), (Some("w6"), Some("w5")));
//! println!("{report}");
//! # Ok::<(), engine::Error>(())
//! ```
//!
//! The report shows both numbers of every claim, and for each wrong one what is wrong and what to write instead. The kinds
//! of fault that are known by name are those of [`Kind`](crate::check::hand::Kind).

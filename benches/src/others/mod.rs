//! Other crates for automatic differentiation, each with its best idiom.
//!
//! The losses are those of [`naive`](crate::naive), for any of their number types: what a crate's number can do is its
//! [`Scalar`](crate::naive::Scalar). Where a crate lets its user record a node of known partial derivatives, an activation is one such node,
//! and so is the product of a weight with a number of the sample together with the sum that it is added to.

pub mod ad_trait;
pub mod easy_ml;
pub mod echidna;
pub mod reverse;
pub mod rustquant;

use crate::contest::Contest;
use crate::naive::Model;

/// Enters all of them.
pub fn enter<'a, const P: usize, const I: usize>(contest: &mut Contest<'a, P, I>, model: impl Model + 'a) {
    contest.enter("echidna record", echidna::RECORD, echidna::record(model));
    contest.enter("echidna replay", echidna::REPLAY, echidna::replay(model));
    contest.enter("reverse", reverse::IDIOM, reverse::method(model));
    contest.enter("RustQuant_autodiff", rustquant::IDIOM, rustquant::method(model));
    contest.enter("easy-ml", easy_ml::IDIOM, easy_ml::method(model));
    contest.enter("ad_trait", ad_trait::IDIOM, ad_trait::method(model));
}

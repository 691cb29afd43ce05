//! Checks of derivatives against what does not know the chain rule, and of derivations written by hand ([`hand`]) against
//! the derivative of what was recorded.

mod diagnose;
mod edges;
pub mod hand;
mod points;
mod report;
mod rounding;
mod route;
mod scales;
mod study;
mod substitute;
mod words;

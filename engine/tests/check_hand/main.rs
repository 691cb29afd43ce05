//! Claims about derivatives: what is right is called right, and what is wrong is found out.

#![allow(clippy::unwrap_used)]

mod derivation;
mod diagnoses;
mod faults;
mod repairs;
mod tutorials;
mod verdicts;
mod words;

use engine::Value;
use engine::check::hand::{Claim, Judged, Options, Report, check};

pub(crate) fn claim<'g>(of: Value<'g>, wrt: Value<'g>, hand: impl Into<Value<'g>>) -> Claim<'g> {
    Claim { of, wrt, hand: hand.into() }
}

pub(crate) fn judge(claims: &[Claim<'_>]) -> Report {
    let report = check(claims, &Options::default()).unwrap();
    println!("{report}");
    report
}

pub(crate) fn find<'r>(report: &'r Report, wrt: &str) -> &'r Judged {
    report.claims.iter().find(|judged| judged.wrt == wrt).unwrap()
}

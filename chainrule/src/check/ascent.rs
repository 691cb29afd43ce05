//! Updates that go up what they are about.

use super::monitor::Monitor;
use super::report::Verdict;
use super::samples::{Finding, is_same};
use super::verdicts::{self, Ruling};

/// What many call a cost, and others what is to grow.
const EITHER: &str = "J";

/// The ruling on all updates, if all go up: right for what is never positive, as the logarithm of a likelihood is.
pub(super) fn ruling(monitor: &Monitor, findings: &[Option<Finding>]) -> Option<Ruling> {
    let goes_up = |finding: &Finding| match finding {
        Finding::Off(factor) => factor.is_some_and(|factor| is_same(factor, -1.0)),
        other => *other == Finding::Vanishing,
    };
    let (met, loss) = (|| findings.iter().flatten(), verdicts::loss(monitor)?);
    if !met().all(goes_up) || met().all(|finding| *finding == Finding::Vanishing) {
        return None;
    }
    let mut updates = monitor.claims.updates.iter().zip(findings).filter(|(_, finding)| finding.is_some());
    match monitor.seen.borrow().highest.get(&loss) {
        Some(&highest) if highest <= 0.0 => Some((Verdict::Right, None, None)),
        _ if monitor.candidate(loss).name == EITHER && updates.all(|(update, _)| update.adds) => {
            let reason = "every update goes up J: right if J is to grow, and else a sign is wrong in each";
            Some((Verdict::Unchecked, None, Some(reason.to_owned())))
        }
        _ => None,
    }
}

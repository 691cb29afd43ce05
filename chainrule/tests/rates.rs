//! Rates that no name tells: they are typed, or stand among other constant factors.

#![allow(clippy::unwrap_used)]

use chainrule::check::{FaultKind, Options, Report, Verdict, check};

fn report(update: &str) -> Report {
    let program = format!(
        "data = [(1.0, 3.0), (2.0, 5.0), (-1.5, -1.0)]\nw, b = 0.1, 0.2\na = 0.05\nfor epoch in range(20):\n    \
         for x, y in data:\n        pred = w * x + b\n        loss = (pred - y) ** 2\n        d = 2 * (pred - y)\n        \
         {update}\n"
    );
    check(&program, "program.py", &Options::default())
}

#[test]
fn a_rate_is_known_among_other_constant_factors() {
    for update in [
        "w -= 0.1 * d * x; b -= 0.1 * d",
        "w -= 0.1 * 2 * (pred - y) * x; b -= 0.1 * 2 * (pred - y)",
        "w -= x * d * 0.1; b -= d * 0.1",
        "w = w - x * 0.1 * d; b = b - d * 0.1",
        "w += -0.1 * d * x; b += -0.1 * d",
        "w += -(0.1 * d * x); b += -(0.1 * d)",
        "w += 0.1 * 2 * (y - pred) * x; b += 0.1 * -d",
        // A decay of its own, a rate by a name that tells nothing, and none.
        "w -= 0.5 * 0.1 * d * x * 2; b -= 0.1 * d",
        "w -= a * d * x; b -= a * d; a *= 0.99",
        "w -= a * 2 * (pred - y) * x; b -= a * 2 * (pred - y)",
        "w -= 2 * (pred - y) * x; b -= 2 * (pred - y)",
        "w -= d * x; b -= d",
        // Parts of what holds settings, schedules, a part of many, and a sign that the rate has.
        "s = {'lr': 0.05}; w -= s['lr'] * d * x; b -= s.get('lr', 1) * 2 * (pred - y)",
        "rates = [0.05, 0.1]; w -= rates[0] * d * x; b -= rates[1] * d",
        "w -= 0.1 / (1 + 0.01 * epoch) * d * x; b -= 0.1 * 0.9 ** epoch * d",
        "lr = 0.1; w -= lr * d * x / (epoch + 1) ** 0.5; b -= d * lr * 0.95 ** epoch",
        "lr_at = lambda t: 0.1 / (1 + t); w -= lr_at(epoch) * d * x; b -= float(lr_at(epoch) * d)",
        "w -= d * x / 100; b -= 0.01 * d",
        "w -= 0.1 * d * x if abs(d) > 1e-9 else 0; b -= 0.1 * d",
        "lr = -0.1; w += lr * d * x; b = b + lr * d",
    ] {
        let found = report(update);
        let verdicts: Vec<Verdict> = found.claims.iter().map(|claim| claim.verdict).collect();
        assert_eq!((verdicts, found.error.is_none()), (vec![Verdict::Right; 2], true), "{update}: {found:?}");
    }
}

#[test]
fn a_factor_too_many_is_no_rate() {
    for (update, kind) in [
        ("w -= 0.1 * 3 * d * x; b -= 0.1 * d", FaultKind::ConstantFactor),
        ("w -= 0.1 * d * x * x; b -= 0.1 * d", FaultKind::RepeatedFactor),
        ("w -= 0.1 * d; b -= 0.1 * d", FaultKind::MissingFactor),
        ("w -= 0.1 * d * y; b -= 0.1 * d", FaultKind::Substitution),
        ("w += 0.1 * 2 * (y - pred) * x; b += 0.1 * d", FaultKind::Sign),
        ("w -= -0.1 * d * x; b -= 0.1 * d", FaultKind::Sign),
        ("lr = -0.1; w -= lr * d * x; b += lr * d", FaultKind::Sign),
        ("s = {'lr': 0.05}; w -= s['lr'] * d * x * x; b -= s['lr'] * d", FaultKind::RepeatedFactor),
        ("w -= 0.1 * 0.9 ** epoch * d; b -= 0.1 * 0.9 ** epoch * d", FaultKind::MissingFactor),
    ] {
        let found = report(update);
        let kinds: Vec<FaultKind> =
            found.claims.iter().filter_map(|claim| Some(claim.diagnosis.as_ref()?.kind)).collect();
        assert_eq!((found.verdict, kinds.as_slice()), (Verdict::Wrong, &[kind][..]), "{update}: {found:?}");
    }
}

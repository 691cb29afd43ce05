//! Objectives whose updates are right in their own way: those that are to grow, and those with a guard against zero.

#![allow(clippy::unwrap_used)]

use chainrule::check::{Judged, Options, Report, Verdict, check};

fn report(objective: &str, gradient: &str, update: &str) -> Report {
    let program = format!(
        "import numpy as np\neps = 1e-5\nreg = 1e-3\nX = np.array([[1.0, 0.2], [0.4, -1.0], [-0.3, 2.0]])\n\
         y = np.array([1.0, 0.0, 1.0])\nw = np.array([0.4, -0.2])\nlr = 0.1\nfor step in range(5):\n    \
         p = 1 / (1 + np.exp(-X @ w))\n    {objective}\n    g = {gradient}\n    {update}\n"
    );
    check(&program, "program.py", &Options::default())
}

const LIKELIHOOD: &str = "np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))";

#[test]
fn what_is_never_positive_may_be_ascended() {
    let ascent = report(&format!("L = {LIKELIHOOD}"), "X.T @ (y - p)", "w += lr * g");
    assert_eq!((ascent.verdict, ascent.claims.len()), (Verdict::Right, 1), "{ascent:?}");
    let beside = report(&format!("J = {LIKELIHOOD}; loss = -J"), "X.T @ (y - p)", "w += lr * g");
    assert_eq!((beside.verdict, beside.loss.as_deref()), (Verdict::Right, Some("loss")), "{beside:?}");
    let reward = report("J = p.sum()", "X.T @ (p * (1 - p))", "w += lr * g");
    assert_eq!((reward.verdict, &reward.error), (Verdict::Unchecked, &None), "{reward:?}");
    for (objective, gradient, update) in [
        ("J = p.sum()".to_owned(), "X.T @ (p * (1 - p))", "w -= lr * -g"),
        ("J = p.sum()".to_owned(), "X.T @ (p * p)", "w += lr * g"),
        ("loss = p.sum()".to_owned(), "X.T @ (p * (1 - p))", "w += lr * g"),
        (format!("L = {LIKELIHOOD}"), "X.T @ (y - p) * p.sum()", "w += lr * g"),
        (format!("L = -{LIKELIHOOD}"), "X.T @ (p - y)", "w += lr * g"),
        (format!("L = {LIKELIHOOD}"), "2 * X.T @ (y - p)", "w += lr * g"),
    ] {
        let found = report(&objective, gradient, update);
        assert_eq!((found.verdict, found.error.is_none()), (Verdict::Wrong, true), "{objective} {gradient}: {found:?}");
    }
}

#[test]
fn a_guard_against_zero_is_left_out_by_hand() {
    let objectives = [
        "loss = -np.sum(y * np.log(p + 1e-5) + (1 - y) * np.log(1 - p + 1e-5))",
        "loss = -np.sum(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))",
        "q = np.clip(X @ w, -1e-5, None) if step > 9 else p; loss = -np.sum(y * np.log(q + eps) + (1 - y) * np.log(1 - q + eps))",
    ];
    for objective in objectives {
        let found = report(objective, "X.T @ (p - y)", "w -= lr * g");
        assert_eq!((found.verdict, found.error.is_none()), (Verdict::Right, true), "{objective}: {found:?}");
        for wrong in ["X.T @ (p - y) * p.sum()", "X.T @ (p * p - y)"] {
            let found = report(objective, wrong, "w -= lr * g");
            assert_eq!(
                (found.verdict, found.error.is_none()),
                (Verdict::Wrong, true),
                "{objective} {wrong}: {found:?}"
            );
        }
    }
    // A tiny number that is no guard.
    let penalty = format!("loss = -{LIKELIHOOD} + reg * np.sum(w ** 4) + 1e-5 * np.sum(w ** 2)");
    let found = report(&penalty, "X.T @ (p - y)", "w -= lr * g");
    assert_eq!((found.verdict, found.error.is_none()), (Verdict::Wrong, true), "{found:?}");
    let right = report(&penalty, "X.T @ (p - y) + 4 * reg * w ** 3 + 2e-5 * w", "w -= lr * g");
    assert_eq!(right.verdict, Verdict::Right, "{right:?}");
}

#[test]
fn a_parameter_may_decay_beside_its_step() {
    let loss = format!("loss = -{LIKELIHOOD}");
    let penalty = format!("{loss} + 0.5 * reg * np.sum(w ** 2)");
    for (objective, gradient, update, verdict) in [
        (&loss, "X.T @ (p - y)", "w -= lr * (g + reg * w)", Verdict::Unchecked),
        (&loss, "X.T @ (p - y)", "w -= lr * g + lr * reg * w", Verdict::Unchecked),
        (&loss, "X.T @ (p - y) * p.sum()", "w -= lr * (g + reg * w)", Verdict::Wrong),
        (&loss, "X.T @ (p - y)", "w -= lr * (g - reg * w)", Verdict::Wrong),
        (&penalty, "X.T @ (p - y)", "w -= lr * (g + reg * w)", Verdict::Right),
        (&penalty, "X.T @ (p - y)", "w -= lr * (g + 2 * reg * w)", Verdict::Wrong),
    ] {
        let found = report(objective, gradient, update);
        assert_eq!((found.verdict, found.error.is_none()), (verdict, true), "{objective} {gradient}: {found:?}");
    }
}

#[test]
fn a_parameter_may_be_moved_twice_for_one_loss() {
    let penalty = format!("loss = -{LIKELIHOOD} + 0.5 * reg * np.sum(w ** 2)");
    let twice = report(&penalty, "X.T @ (p - y); d = reg * w", "w -= lr * g; w -= lr * d");
    assert_eq!((twice.verdict, twice.claims.len(), &twice.error), (Verdict::Unchecked, 2, &None), "{twice:?}");
    let once = report(&penalty, "X.T @ (p - y); d = reg * w", "w -= lr * (g + d)");
    assert_eq!(once.verdict, Verdict::Right, "{once:?}");
    let wrong = report(&penalty, "X.T @ (p - y); d = reg * w", "w -= lr * (g + d + d)");
    assert_eq!(wrong.verdict, Verdict::Wrong, "{wrong:?}");
}

#[test]
fn a_kink_is_shown_where_the_claim_differs() {
    let program = "w, b, lr = 0.0, 0.0, 0.1\nfor epoch in range(5):\n    for x, y in ((1.0, 2.0), (2.0, 4.0)):\n        \
                   z = w * x + b\n        a = max(0, z)\n        loss = (a - y) ** 2\n        dz = 2 * (a - y) * (z >= 0)\n        \
                   w -= lr * dz * x\n        b -= lr * dz\n";
    let found = check(program, "program.py", &Options::default());
    let kinks: Vec<_> = found.claims.iter().filter(|claim| claim.verdict == Verdict::Kink).collect();
    assert_eq!((found.verdict, kinks.len()), (Verdict::Kink, 2), "{found:?}");
    let gap = |claim: &Judged| claim.claimed.numbers[0] - claim.derivative.numbers[0];
    assert!(kinks.iter().all(|claim| gap(claim).abs() > 0.1), "{found:?}");
}

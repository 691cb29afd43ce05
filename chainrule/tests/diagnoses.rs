//! `chainrule check`: where a fault is said to begin, and what to write instead.

#![allow(clippy::unwrap_used)]

use chainrule::check::{Diagnosis, FaultKind, Options, Report, Verdict, check};

fn report(program: &str) -> Report {
    let report = check(program, "program.py", &Options::default());
    assert_eq!(report.error, None, "{program}");
    report
}

/// The diagnoses of the claims in which faults begin.
fn roots(report: &Report) -> Vec<(&str, &Diagnosis)> {
    let roots = report.claims.iter().filter(|claim| claim.verdict == Verdict::Wrong && claim.begins_at.is_none());
    roots.map(|claim| (claim.target.as_str(), claim.diagnosis.as_ref().unwrap())).collect()
}

/// Two layers whose chain has names that tell nothing.
const LAYERS: &str = "
import numpy as np
np.random.seed(3)
X, Y = np.random.randn(5, 2), np.random.rand(5, 1)
W1, c1, W2, c2 = np.random.randn(2, 3), np.zeros(3), np.random.randn(3, 1), np.zeros(1)
rate = 0.1

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

for epoch in range(8):
    s1 = X @ W1 + c1
    h = np.tanh(s1)
    out = sigmoid(h @ W2 + c2)
    loss = np.sum((out - Y) ** 2) / 10
    miss = out - Y
    delta2 = miss * out * (1 - out)
    delta1 = (delta2 @ W2.T) * (1 - h ** 2)
    W2 -= rate * h.T @ delta2 / 5
    c2 -= rate * delta2.sum(axis=0) / 5
    W1 -= rate * X.T @ delta1 / 5
    c1 -= rate * delta1.sum(axis=0) / 5
";

#[test]
fn the_first_quantity_that_is_no_derivative_is_named_with_what_it_is_to_be() {
    assert_eq!(report(LAYERS).verdict, Verdict::Right);
    // Nothing that can be left out or written for another explains a cosine.
    let wrong = report(&LAYERS.replace("* (1 - h ** 2)", "* np.cos(h + 0.3)"));
    let found = roots(&wrong);
    assert_eq!(found.len(), 1, "{wrong:?}");
    let (target, diagnosis) = found[0];
    assert_eq!((target, diagnosis.kind, diagnosis.repaired), ("W1", FaultKind::Unknown, false));
    assert!(diagnosis.text.contains("line 18"), "{diagnosis:?}");
    assert!(diagnosis.text.contains("`delta1` is to be 5 times dloss/ds1, ["), "{diagnosis:?}");
    // All claims are wrong by it, and what comes before it is recognized.
    let wrong = report(&LAYERS.replace("miss * out * (1 - out)", "miss * np.cos(out + 0.3)"));
    let found = roots(&wrong);
    let (_, diagnosis) = found[0];
    assert!(found.len() == 1 && diagnosis.kind == FaultKind::Unknown, "{wrong:?}");
    let meant = "line 17, and is none of the usual slips: `delta2` is to be 5 times the derivative of loss by the `z` of \
                 `sigmoid`, [";
    assert!(diagnosis.text.contains(meant), "{diagnosis:?}");
}

#[test]
fn a_repair_says_what_the_quantity_is_then() {
    let wrong = report(&LAYERS.replace("(1 - h ** 2)", "(1 - h)"));
    let (_, diagnosis) = roots(&wrong)[0];
    assert_eq!((diagnosis.kind, diagnosis.repaired), (FaultKind::MissingFactor, true), "{diagnosis:?}");
    let says = "write `(delta2 @ W2.T) * (1 - h ** 2)`. `delta1` is then 5 times dloss/ds1.";
    assert!(diagnosis.text.ends_with(says), "{diagnosis:?}");
}

#[test]
fn a_gradient_that_is_dropped_from_a_step_is_put_back() {
    let program = LAYERS.replace("W1 -= rate * X.T @ delta1 / 5", "G = X.T @ delta1 / 5\n    W1 -= rate * G");
    assert_eq!(report(&program).verdict, Verdict::Right);
    for (step, kind, with) in [
        ("rate", FaultKind::MissingFactor, "`rate * G`"),
        ("rate * 1.0", FaultKind::MissingFactor, "`rate * 1.0 * G`"),
        ("rate * W1", FaultKind::Substitution, "`rate * G`"),
    ] {
        let wrong = report(&program.replace("W1 -= rate * G", &format!("W1 -= {step}")));
        let found = roots(&wrong);
        let (target, diagnosis) = found[0];
        assert_eq!((found.len(), target, diagnosis.kind, diagnosis.repaired), (1, "W1", kind, true), "{diagnosis:?}");
        assert!(diagnosis.text.contains(&format!("write {with}.")), "{diagnosis:?}");
    }
}

#[test]
fn a_step_with_a_name_is_no_rate() {
    let program = "
w, b, lr = 0.4, 0.1, 0.2
for x, y in [(0.5, 1.0), (-1.5, 0.25), (2.0, -0.5)] * 4:
    loss = (w * x + b - y) ** 2
    g = 2 * (w * x + b - y)
    step = lr * g * x
    b_step = -lr * g
    w -= step
    b += b_step
";
    assert_eq!(report(program).verdict, Verdict::Right);
    assert_eq!(report(&program.replace("lr * g * x", "lr * g")).verdict, Verdict::Wrong);
}

/// A memory that is unrolled, with the loop backwards through time in which every derivative is made of all others.
const MEMORY: &str = "
import numpy as np
np.random.seed(1)
n, m = 3, 2
xs, ts = [np.random.randn(m) for _ in range(4)], [np.random.randn(n) for _ in range(4)]
Wf, Wg = np.random.randn(n, n + m) * 0.5, np.random.randn(n, n + m) * 0.5
lr = 0.1

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

for epoch in range(8):
    loss, cache = 0.0, []
    c = np.zeros(n)
    for x, t in zip(xs, ts):
        c_prev = c
        z = np.concatenate([np.tanh(c_prev), x])
        f = sigmoid(Wf @ z)
        g = np.tanh(Wg @ z)
        c = f * c_prev + (1 - f) * g
        loss += np.sum((c - t) ** 2)
        cache.append((z, f, g, c, c_prev, t))
    dWf, dWg = np.zeros_like(Wf), np.zeros_like(Wg)
    dc_next = np.zeros(n)
    for z, f, g, c, c_prev, t in reversed(cache):
        dc = 2 * (c - t) + dc_next
        df = dc * (c_prev - g) * f * (1 - f)
        dg = dc * (1 - f) * (1 - g ** 2)
        dWf += np.outer(df, z)
        dWg += np.outer(dg, z)
        dz = Wf.T @ df + Wg.T @ dg
        dc_next = dc * f + dz[:n] * (1 - np.tanh(c_prev) ** 2)
    Wf -= lr * dWf
    Wg -= lr * dWg
";

#[test]
fn a_fault_in_a_loop_through_time_begins_in_one_place() {
    assert_eq!(report(MEMORY).verdict, Verdict::Right);
    for (from, with) in [("dc * f + dz", "dc * g + dz"), ("+ dz[:n] * (1 - np.tanh(c_prev) ** 2)", "+ dz[:n]")] {
        let wrong = report(&MEMORY.replace(from, with));
        let found = roots(&wrong);
        assert_eq!(found.iter().map(|(target, _)| *target).collect::<Vec<_>>(), ["dc"], "{wrong:?}");
        let lines = MEMORY.find("dz = Wf").unwrap()..MEMORY.find("    Wf -=").unwrap();
        assert!(found[0].1.repaired && lines.contains(&found[0].1.place.start), "{found:?}");
    }
    // Where all is wrong by a delta, its name is not held against it once it is put right.
    let wrong = report(&MEMORY.replace("(c_prev - g) * f * (1 - f)", "(c_prev - g) * f"));
    let found = roots(&wrong);
    assert_eq!(found.len(), 1, "{wrong:?}");
    assert!(found[0].1.text.contains("in line 27") && found[0].1.repaired, "{found:?}");
    let delta = wrong.claims.iter().find(|claim| claim.target == "df").unwrap();
    assert!(delta.verdict == Verdict::Wrong && delta.begins_at.is_some());
    // What is only another name for a delta is not to blame.
    let wrong = report(&MEMORY.replace("np.outer(df, z)", "np.outer(df, z * z)").replace("(dg, z)", "(dg, z * z)"));
    let mut targets: Vec<&str> = roots(&wrong).into_iter().map(|(target, _)| target).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["dWf", "dWg"], "{wrong:?}");
}

#[test]
fn a_path_that_is_put_back_is_verified_on_the_steps_of_the_repaired_program() {
    // As it stands, w falls to 0; once the path is put back it rises to 1.6, and there another fault would show.
    let program = "
w, rate = 1.0, 0.05
for i in range(40):
    near = w * 1.0
    far = 2 * w
    L = near ** 2 + (far - 4) ** 2
    NAME = 2 * near
    if w > 1.3:
        NAME = NAME * FAULT
    w -= rate * NAME
";
    for name in ["dw", "pull"] {
        let told = |fault: &str| {
            let wrong = report(&program.replace("NAME", name).replace("FAULT", fault));
            let found = roots(&wrong);
            assert_eq!(found.len(), 1, "{wrong:?}");
            (found[0].1.kind, found[0].1.repaired)
        };
        assert_eq!(told("1.0"), (FaultKind::MissingPath, true), "{name}");
        assert_eq!(told("w"), (FaultKind::Unknown, false), "{name}");
    }
}

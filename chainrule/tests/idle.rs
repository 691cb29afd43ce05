//! Parameters on which the loss does not depend at some executions: units that are off, margins that are kept.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Options, Report, Verdict, check};

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

/// The verdicts on the updates of a program.
fn updates(program: &str) -> Vec<Verdict> {
    let claims = report(program).claims;
    claims.iter().filter(|claim| claim.kind == ClaimKind::Update).map(|claim| claim.verdict).collect()
}

fn unit(activation: &str, slope: &str, inputs: &str) -> String {
    format!(
        "import numpy as np\nw, v = 0.5, 0.3\nlr = 0.1\nfor x, y in {inputs}:\n    z = w * x\n    h = {activation}\n    \
         o = v * h\n    loss = (o - y) ** 2\n    gv = 2 * (o - y) * h\n    gw = 2 * (o - y) * v * {slope} * x\n    \
         v -= lr * gv\n    w -= lr * gw\n"
    )
}

const RAMPS: [(&str, &str); 6] = [
    ("max(0, z)", "(z > 0)"),
    ("z if z > 0 else 0.0", "(1 if z > 0 else 0)"),
    ("max(0.0, z)", "(h > 0)"),
    ("np.maximum(0, z)", "(z > 0)"),
    ("z * (z > 0)", "(z > 0)"),
    ("np.where(z > 0, z, 0)", "np.where(z > 0, 1, 0)"),
];

/// The unit is off at the first execution, at one in the middle, and at the last.
const OFF: [&str; 3] = [
    "((-1.0, 0.2), (1.0, 1.0), (2.0, 1.5))",
    "((1.0, 1.0), (-1.0, 0.2), (2.0, 1.5))",
    "((2.0, 1.5), (1.0, 1.0), (-1.0, 0.2))",
];

#[test]
fn a_unit_that_is_off_at_some_executions_is_compared_at_all() {
    for (activation, slope) in RAMPS {
        for inputs in OFF {
            let program = unit(activation, slope, inputs);
            assert_eq!(updates(&program), [Verdict::Right; 2], "{program}");
            let found = report(&program);
            assert!(found.claims.iter().all(|claim| claim.points == 3), "{found:?}");
            let planted = program.replace("gw = 2", "gw = 3");
            assert_eq!(updates(&planted), [Verdict::Right, Verdict::Wrong], "{planted}");
        }
    }
}

#[test]
fn a_claim_that_differs_only_where_the_unit_is_off_is_wrong() {
    for (activation, slope) in RAMPS {
        for inputs in OFF {
            let program = unit(activation, slope, inputs).replace(&format!("v * {slope}"), "v");
            assert_eq!(updates(&program), [Verdict::Right, Verdict::Wrong], "{program}");
        }
    }
}

#[test]
fn the_only_parameter_of_a_program_may_be_of_a_unit_that_is_off() {
    for (program, factor) in [
        (
            "w = -0.5\nlr = 0.1\nfor x in (1.0, -1.0, 2.0, 0.5):\n    h = max(0, w * x)\n    loss = (h - 1) ** 2\n    \
             w -= lr * 2 * (h - 1) * (1 if h > 0 else 0) * x\n",
            "lr * 2",
        ),
        (
            "y = 1\nw = 0.1\nlr = 0.5\nfor x in (0.3, 0.4, 9.0, 0.1):\n    margin = y * w * x\n    \
             loss = max(0, 1 - margin)\n    dw = -y * x if margin < 1 else 0\n    w = w - lr * dw\n",
            "-y",
        ),
        (
            "P = {'b': -0.5}\nconfig = {'rate': 0.1}\nfor x in (0.2, 1.0, 2.0):\n    z = P['b'] + x\n    \
             h = z if z > 0 else 0\n    loss = (h - 2) ** 2\n    \
             P['b'] -= config['rate'] * 2 * (h - 2) * (1 if z > 0 else 0)\n",
            "2 * (h",
        ),
    ] {
        assert_eq!(updates(program), [Verdict::Right], "{program}");
        let planted = program.replace(factor, &format!("x * {factor}"));
        assert_eq!(updates(&planted), [Verdict::Wrong], "{planted}");
    }
}

#[test]
fn units_of_a_list_may_be_off() {
    let program = "
W, v, b = [0.5, -0.4], [0.3, 0.6], [0.0, 0.1]
lr = 0.1
for x, y in [(-1.0, 0.2), (1.0, 1.0), (2.0, 1.5), (-0.5, -1.0)] * 3:
    z = [W[j] * x + b[j] for j in range(2)]
    h = [max(0, each) for each in z]
    loss = (sum(v[j] * h[j] for j in range(2)) - y) ** 2
    d = 2 * (sum(v[j] * h[j] for j in range(2)) - y)
    dz = [d * v[j] * (z[j] > 0) for j in range(2)]
    for j in range(2):
        v[j] -= lr * d * h[j]
        W[j] -= lr * dz[j] * x
        b[j] -= lr * dz[j]
";
    assert_eq!(updates(program), [Verdict::Right; 3]);
    let planted = program.replace(" * (z[j] > 0)", "");
    assert_eq!(updates(&planted), [Verdict::Right, Verdict::Wrong, Verdict::Wrong]);
}

#[test]
fn a_step_that_carries_state_goes_on_where_the_unit_is_off() {
    let program = "
w, v, lr = 0.5, 0.0, 0.1
for x, y in [(-1.0, 0.2), (1.0, 1.0), (-2.0, 0.3), (2.0, 1.5), (0.5, 1.0)] * 3:
    h = max(0, w * x)
    loss = (h - y) ** 2
    gw = 2 * (h - y) * (h > 0) * x
    v = 0.9 * v + gw
    w -= lr * v
";
    assert_eq!(updates(program), [Verdict::Unchecked]);
    assert!(report(program).claims.iter().all(|claim| claim.verdict != Verdict::Wrong));
    assert_eq!(report(&program.replace("gw = 2", "gw = 3 * x")).verdict, Verdict::Wrong);
}

#[test]
fn what_is_decided_at_a_tie_is_a_kink() {
    let program = "
w = [0.0, 0.0]
b = 0.0
lr = 0.5
for x, y in [([2.0, 1.0], 1), ([-1.0, 0.5], -1), ([1.0, -4.5], 1), ([0.5, 2.5], -1)] * 3:
    margin = y * (w[0] * x[0] + w[1] * x[1] + b)
    loss = max(0, -margin)
    if margin <= 0:
        w[0] += lr * y * x[0]
        w[1] += lr * y * x[1]
        b += lr * y
";
    assert_eq!(updates(program), [Verdict::Kink; 3]);
    assert_eq!(report(&program.replace("w[1] += lr * y * x[1]", "w[1] += lr * y * x[0]")).verdict, Verdict::Wrong);
}

#[test]
fn what_is_kept_from_the_logarithm_of_zero_is_no_unit_that_is_off() {
    for clip in ["min(max(p, 1e-7), 1 - 1e-7)", "np.clip(p, 1e-7, 1 - 1e-7)"] {
        let program = format!(
            "import math\nimport numpy as np\nw, lr = 5.0, 0.5\nfor e in range(5):\n    \
             for x, y in ((20.0, 1), (-15.0, 0), (0.5, 1)):\n        p = 1 / (1 + math.exp(-w * x))\n        \
             kept = {clip}\n        loss = -(y * math.log(kept) + (1 - y) * math.log(1 - kept))\n        \
             w -= lr * (p - y) * x\n"
        );
        assert_eq!(updates(&program), [Verdict::Right], "{program}");
        assert_eq!(updates(&program.replace("(p - y) * x", "(p - y / 2) * x")), [Verdict::Wrong], "{program}");
    }
}

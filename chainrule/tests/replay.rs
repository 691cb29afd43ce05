//! Claims that a program makes once only: they are compared near the point that it gives, too.

#![allow(clippy::unwrap_used)]

use chainrule::check::{FaultKind, Options, Report, Verdict, check};
use std::path::{Path, PathBuf};

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

/// A program, a part of it, and what in its place is right at the program's own point by accident, with its fault.
const ACCIDENTS: &[(&str, &str, &str, FaultKind)] = &[
    ("w = 1.0\nloss = w ** 3\ndw = 3 * w * w\nw -= 0.1 * dw\n", "w * w\n", "w\n", FaultKind::MissingFactor),
    // A parameter that is as large as an input, and an input that is as large as another.
    (NEURON, "d_loss_d_v = d_out * u", "d_loss_d_v = d_out * v", FaultKind::Substitution),
    (
        "x1, x2 = 1.5, 1.5\nw1, w2 = 0.4, 0.3\nloss = (w1 * x1 + w2 * x2) ** 2\nd = 2 * (w1 * x1 + w2 * x2)\n\
         w1 -= 0.1 * d * x1\nw2 -= 0.1 * d * x2\n",
        "0.1 * d * x2",
        "0.1 * d * x1",
        FaultKind::Substitution,
    ),
    // Two parameters of the same value.
    (CHAIN, "(1 - o * o) * w2", "(1 - o * o) * w1", FaultKind::Substitution),
    (CHAIN, "h * rate", "h * rate * (w1 / w2) ** 3", FaultKind::Substitution),
    // Matrices, of which one is symmetric where it begins, and ones.
    (MATRICES, "V.T @ dz", "V @ dz", FaultKind::Transposed),
    (MATRICES, "dW = np.outer(dh, x)", "dW = np.outer(dh, h)", FaultKind::Substitution),
];

const NEURON: &str = "
x, u, y = 1.0, 0.0, 0.5
w, v, b = 0.4, 0.0, 0.3
out = w * x + v * u + b
loss = (out - y) ** 2
d_out = 2 * (out - y)
d_out_d_w = x
d_loss_d_w = d_out * d_out_d_w
d_loss_d_v = d_out * u
d_loss_d_b = d_out
w -= 0.1 * d_loss_d_w
v -= 0.1 * d_loss_d_v
b -= 0.1 * d_loss_d_b
";

const CHAIN: &str = "
import math
rate = 0.5
x = 0.05
w1 = w2 = 0.25
h = math.tanh(w1 * x)
o = math.tanh(w2 * h)
E_total = (0.01 - o) ** 2 / 2
d_o = o - 0.01
d_h = d_o * (1 - o * o) * w2
d_w1 = d_h * (1 - h * h) * x
w1_new = w1 - rate * d_w1
w2_new = w2 - d_o * (1 - o * o) * h * rate
";

const MATRICES: &str = "
import numpy as np
x = np.array([1.0, 1.0])
y = np.array([0.3, -0.7])
W = np.array([[0.5, 0.5], [0.25, 0.75]])
V = np.array([[0.2, -0.4], [-0.4, 0.9]])
h = W @ x
z = V @ h
loss = np.sum((z - y) ** 2)
dz = 2 * (z - y)
dV = np.outer(dz, h)
dh = V.T @ dz
dW = np.outer(dh, x)
W -= 0.1 * dW
V -= 0.1 * dV
";

#[test]
fn what_is_right_at_one_point_by_accident_is_wrong_and_what_is_right_is_right() {
    for (program, right, wrong, kind) in ACCIDENTS {
        let found = report(program);
        let points: Vec<usize> = found.claims.iter().map(|claim| claim.points).collect();
        assert_eq!((found.verdict, &found.error), (Verdict::Right, &None), "{program}{found:?}");
        assert!(points.iter().all(|&points| points == 5), "{program}{points:?}");
        let faulty = program.replace(right, wrong);
        let alone = check(&faulty, "program.py", &Options { points: 1, ..Options::default() });
        assert_ne!((faulty.as_str(), alone.verdict), (*program, Verdict::Wrong), "{wrong}: this is no accident");
        let found = report(&faulty);
        let kinds: Vec<FaultKind> =
            found.claims.iter().filter_map(|claim| Some(claim.diagnosis.as_ref()?.kind)).collect();
        assert_eq!((found.verdict, found.error.is_none()), (Verdict::Wrong, true), "{wrong}: {found:?}");
        assert!(kinds.contains(kind), "{wrong}: {kinds:?}");
        assert_eq!(found, report(&faulty), "{wrong}");
    }
}

/// Right programs of one step, whose claims do not hold, or mean something else, at any point near their own.
const RIGHT: &[&str] = &[
    // Numbers that were read off: a parameter, an input, and a result.
    "x = 3.0\nt = 1.0\nw = 0.7\nb = 0.4\ny = w * x + b\nloss = (y - t) ** 2\ndw = 2 * (2.5 - t) * 3\ndb = 2 * (y - 1)\n\
     w -= 0.1 * dw\nb -= 0.1 * db\n",
    "import math\nx = 0.5\nw, v = 0.3, 0.45\nh = math.tanh(w * x)\nloss = v * h\nd_h = 0.45\ndv = 0.14888503362\n\
     dw = 0.45 * (1 - h * h) * x\nw -= 0.1 * dw\nv -= 0.1 * dv\n",
    // A derivative for labels that are one-hot, and for inputs that are.
    "import numpy as np\nx = np.array([0.5, 1.0])\ny = np.array([0.0, 1.0, 0.0])\nW = np.array([[0.1, 0.2], [0.3, -0.1], \
     [0.2, 0.2]])\nz = W @ x\ne = np.exp(z)\np = e / e.sum()\nloss = -np.sum(y * np.log(p))\ndz = p - y\n\
     W -= 0.1 * np.outer(dz, x)\n",
    "import numpy as np\nx = np.array([0, 1, 0])\nW = np.array([[0.1, 0.2, 0.4], [0.3, -0.1, 0.6]])\nz = W @ x\n\
     loss = np.sum(z * z)\ndW = np.zeros_like(W)\ndW[:, 1] = 2 * z\nW -= 0.1 * dW\n",
    // Inputs that add up to zero, a matrix that is symmetric, and a label whose square is 1.
    "import numpy as np\nx = np.array([1.0, -3.0, 2.0])\ny = np.array([1.0, 2.0, 4.0])\nw, b = 0.3, 0.5\n\
     loss = np.sum((w * x + b - y) ** 2)\ndw = 2 * np.sum(x * (w * x - y))\ndb = 2 * np.sum(b - y)\nw -= 0.1 * dw\n\
     b -= 0.1 * db\n",
    "import numpy as np\nA = np.array([[3.0, 1.0], [1.0, 2.0]])\nw = np.array([0.5, -0.25])\nloss = 0.5 * w.dot(A.dot(w))\n\
     dw = A.dot(w)\nw -= 0.1 * dw\n",
    "import numpy as np\ny = -1.0\nx = np.array([1.0, 0.5])\nw = np.array([0.5, -0.25])\nmargin = y * np.dot(w, x)\n\
     loss = (1 - margin) ** 2\ndw = 2 * (np.dot(w, x) - y) * x\nw -= 0.1 * dw\n",
    // A count among the parameters, and a finite difference whose steps look like updates.
    "import numpy as np\np = {'m': 0.5, 's': 0.0, 'n': 3}\nx = np.array([1.0, 2.0, 0.0])\nz = (x - p['m']) / np.exp(p['s'])\n\
     loss = np.sum(0.5 * z ** 2 + p['s']) / p['n']\nd_m = -np.sum(z) / np.exp(p['s']) / len(x)\n\
     d_s = np.sum(1 - z ** 2) / len(x)\np['m'] -= 0.1 * d_m\np['s'] -= 0.1 * d_s\n",
    "import numpy as np\nw = np.array([0.3, -0.1])\nx = np.array([1.0, 2.0])\nf = lambda w: (np.tanh(w @ x) - 1) ** 2\n\
     L = f(w)\nh = np.tanh(w @ x)\ndw = 2 * (h - 1) * (1 - h ** 2) * x\neps = 1e-5\nfor i in range(2):\n    \
     up, down = w.copy(), w.copy()\n    up[i] += eps\n    down[i] -= eps\n    slope = (f(up) - f(down)) / (2 * eps)\n    \
     assert abs(slope - dw[i]) < 1e-6\nw -= 0.1 * dw\n",
    // The side of a branch that the numbers are on, where another is near.
    "w, x = 0.7, 2.0\nh = max(0.0, w * x)\nloss = (h - 1) ** 2\ndw = 2 * (h - 1) * x\nw -= 0.1 * dw\n",
    "w, x = 0.001, 0.0\nz = w - x\nif z > 0.001 - 1e-9:\n    loss = 3 * w\n    dw = 3\nelse:\n    loss = w * w\n    dw = 2 * w\n\
     w -= 0.1 * dw\n",
    // A program that holds to its own numbers, one that ends itself, and one that counts down.
    "w = 0.5\nloss = w * w\nassert loss == 0.25\ndw = 2 * w\nw -= 0.1 * dw\n",
    "import sys\nw = 0.5\nloss = w * w\ndw = 2 * w\nw -= 0.1 * dw\nsys.exit()\n",
    "w = 0.5\nn = 3\nloss = w * w\ndw = 2 * w\nw -= 0.1 * dw\nwhile n != 0:\n    n -= 1\n",
    // A momentum whose only step shows nothing of its state.
    "w, v = 0.5, 0.0\nloss = w * w\ndw = 2 * w\nv = 0.9 * v + 0.1 * dw\nw -= 0.5 * v / (abs(v) + 1)\n",
];

#[test]
fn a_right_program_of_one_step_is_never_wrong() {
    for program in RIGHT {
        let found = report(program);
        assert!(found.verdict != Verdict::Wrong && found.error.is_none(), "{program}{found:?}");
        assert!(found.claims.iter().all(|claim| claim.verdict != Verdict::Wrong), "{program}{found:?}");
    }
}

/// Programs of one step with a claim that is right for the inputs as they are written, and what would be so for others.
const OF_INPUTS: &[(&str, &str)] = &[
    // An input that is typed where it is used, alone and beside others.
    ("x = 2.0\ny = 3.0\nw = 0.5\npred = w * x\nloss = (pred - y) ** 2\ndw = 2 * (pred - y) * 2\nw -= 0.1 * dw\n", ""),
    ("x = 1\nw = 0.4\nloss = w * x * x\ndw = x  #: dloss/dw\nw -= 0.1 * dw\n", "`x * x` for `x` in line 4"),
    // One that is a product of another.
    (
        "x = 2.5\nx_sq = 6.25\ny = 3.0\na, b = 0.5, 0.2\npred = a * x + b * x_sq\nloss = (pred - y) ** 2\n\
         da = 2 * (pred - y) * x\ndb = 2 * (pred - y) * x * x\na -= 0.1 * da\nb -= 0.1 * db\n",
        "",
    ),
    // The input of a bias, which is 1 and left out.
    (
        "x, one, y = 0.7, 1.0, 0.2\nw, b = 0.4, 0.3\nout = w * x + b * one\nloss = (out - y) ** 2\nd = 2 * (out - y)\n\
         w -= 0.1 * d * x\nb -= 0.1 * d\n",
        "`0.1 * d * one` for `0.1 * d` in line 7",
    ),
    // An input by another name.
    (
        "inputs = [2.0, 0.1]\ni1 = 2.0\nw, v = 0.4, 0.3\nout = inputs[0] * w\nloss = (v * out) ** 2\n\
         dw = 2 * v * out * v * i1\ndv = 2 * v * out * out\nw -= 0.1 * dw\nv -= 0.1 * dv\n",
        "",
    ),
];

#[test]
fn what_holds_for_the_inputs_of_a_program_only_is_not_wrong() {
    for (program, instead) in OF_INPUTS {
        let found = report(program);
        assert!(found.verdict != Verdict::Wrong && found.error.is_none(), "{program}{found:?}");
        assert!(found.claims.iter().all(|claim| claim.verdict != Verdict::Wrong), "{program}{found:?}");
        let reasons = found.claims.iter().filter(|claim| claim.verdict == Verdict::Unchecked);
        let mut reasons = reasons.filter_map(|claim| claim.reason.as_deref());
        assert!(
            reasons.any(|reason| reason.starts_with("it is right for the inputs") && reason.contains(instead)),
            "{program}{found:?}"
        );
    }
}

/// The program with one round of the loop over its steps.
fn one_step(source: &str) -> Option<String> {
    let steps = ["for epoch in range(", "for step in range(", "for it in range(", "for i in range(", "for t in range("];
    let is_loop = |line: &&str| steps.iter().any(|head| line.trim_start().starts_with(head));
    let line = source.lines().find(|line| is_loop(line) && (!line.starts_with(' ') || line.contains("epochs")))?;
    let begin = line.find("range(")?;
    Some(source.replace(line, &format!("{}[1]:", &line[..begin])))
}

fn programs(folder: &str) -> Vec<(PathBuf, String)> {
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn right_programs_are_right_when_they_make_one_step_only() {
    let mut count = 0;
    for (path, source) in [programs("tests/programs/right"), programs("../demos/tutorials")].concat() {
        let Some(program) = one_step(&source) else { panic!("{}: no loop", path.display()) };
        let found = report(&program);
        assert!(found.error.is_none(), "{}: {found:?}", path.display());
        let wrong = found.claims.iter().filter(|claim| claim.verdict == Verdict::Wrong);
        assert_eq!(wrong.map(|claim| &claim.target).collect::<Vec<_>>(), [""; 0], "{}", path.display());
        count += found.claims.iter().filter(|claim| claim.points == 5).count();
    }
    assert!(count > 80, "only {count} claims were compared again");
}

#[test]
fn the_report_says_where_an_accident_was_found() {
    let program = "w = 1.0\nloss = w ** 3\ndw = 3 * w\nw -= 0.1 * dw\n";
    let text = report(program).text(program, "cube.py", false);
    assert!(text.contains("with numbers near the program's own") && text.contains("write `3 * w * w`"), "{text}");
}

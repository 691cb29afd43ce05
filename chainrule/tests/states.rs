//! `chainrule check`: steps that carry state, of which the gradient that enters it is compared, whatever its name.

#![allow(clippy::unwrap_used)]

use chainrule::check::{FaultKind, Judged, Options, Report, Verdict, check};

fn report(program: &str) -> Report {
    let report = check(program, "program.py", &Options::default());
    assert_eq!(report.error, None, "{program}");
    report
}

fn verdicts(report: &Report) -> Vec<(&str, Verdict)> {
    report.claims.iter().map(|claim| (claim.target.as_str(), claim.verdict)).collect()
}

/// Two layers with momentum, whose gradients have names that tell nothing.
const MOMENTUM: &str = "
import numpy as np
np.random.seed(1)
X, Y = np.random.randn(6, 2), np.random.rand(6, 1)
W1, W2 = np.random.randn(2, 3), np.random.randn(3, 1)
rate, keep = 0.1, 0.9
m1, m2 = 0, 0
for epoch in range(12):
    A = X @ W1
    H = np.tanh(A)
    out = H @ W2
    loss = np.mean((out - Y) ** 2)
    miss = 2 * (out - Y) / len(Y)
    to_second = H.T @ miss
    back = (miss @ W2.T) * (1 - H ** 2)
    to_first = X.T @ back
    m1 = keep * m1 + (1 - keep) * to_first
    m2 = keep * m2 + (1 - keep) * to_second
    W2 -= rate * m2
    W1 -= rate * m1
";

/// A neuron, with this in the place of what its two steps carry and take off.
fn neuron(gradients: &str, steps: &str) -> String {
    let indented = |text: &str| text.replace('\n', "\n        ");
    format!(
        "
import math
w, b = 0.3, 0.1
sw = sb = cw = cb = 0.0
rate, t = 0.1, 0
for epoch in range(10):
    for x, y in [(0.5, 1.0), (-1.5, 0.25), (2.0, -0.5)]:
        t += 1
        out = math.tanh(w * x + b)
        loss = (out - y) ** 2
        {}
        {}
",
        indented(gradients),
        indented(steps)
    )
}

const GRADIENTS: &str = "slope = 2 * (out - y) * (1 - out ** 2)\nto_w = slope * x";

/// Steps that carry something, each for a parameter, what it carries and a gradient.
const OPTIMIZERS: &[(&str, &str)] = &[
    ("momentum", "sw = 0.9 * sw + 0.1 * g\nw -= rate * sw"),
    ("heavy ball, signs in the state", "sw = 0.9 * sw - rate * g\nw += sw"),
    ("a rate that falls", "sw = 0.9 * sw - rate / t * g\nw += sw"),
    ("nesterov", "old = sw\nsw = 0.9 * sw - rate * g\nw_step = 1.9 * sw - 0.9 * old\nw += w_step"),
    ("adagrad", "cw += g ** 2\nw -= rate * g / (math.sqrt(cw) + 1e-8)"),
    ("rmsprop", "cw = 0.9 * cw + 0.1 * g * g\nw = w - rate * g / math.sqrt(cw + 1e-8)"),
    ("adamax", "sw = 0.9 * sw + 0.1 * g\ncw = max(0.9 * cw, abs(g))\nw -= rate / (1 - 0.9 ** t) * sw / cw"),
    (
        "adam",
        "sw = 0.9 * sw + 0.1 * g\ncw = 0.99 * cw + 0.01 * g ** 2\nup = sw / (1 - 0.9 ** t)\ndown = cw / (1 - 0.99 ** t)\n\
         w -= rate * up / (math.sqrt(down) + 1e-8)",
    ),
    ("weights that decay", "sw = 0.9 * sw + 0.1 * g\nw -= rate * (sw + 0.01 * w)"),
];

fn both(step: &str) -> String {
    let of_b = step.replace("sw", "sb").replace("cw", "cb").replace("w_step", "b_step").replace("w -=", "b -=");
    let of_b = of_b.replace("w +=", "b +=").replace("w = w", "b = b").replace("* w)", "* b)").replace("* g", "* slope");
    let of_b = of_b.replace("g **", "slope **").replace("abs(g)", "abs(slope)").replace("slope * g", "slope * slope");
    format!("{}\n{of_b}", step.replace("* g", "* to_w").replace("g **", "to_w **").replace("abs(g)", "abs(to_w)"))
}

#[test]
fn right_gradients_by_any_name_enter_every_optimizer_without_alarm() {
    for (name, step) in OPTIMIZERS {
        let program = neuron(GRADIENTS, &both(step));
        let report = report(&program);
        let all = [("w", Verdict::Unchecked), ("b", Verdict::Unchecked)];
        assert_eq!((verdicts(&report).as_slice(), report.verdict), (&all[..], Verdict::Right), "{name}\n{program}");
        assert!(report.claims.iter().all(|claim| claim.reason.as_ref().unwrap().contains("is right")), "{name}");
    }
}

#[test]
fn wrong_gradients_by_any_name_are_wrong_in_every_optimizer() {
    for (name, step) in OPTIMIZERS {
        let program = neuron(&GRADIENTS.replace("(1 - out ** 2)", "(1 - out)"), &both(step));
        let report = report(&program);
        assert_eq!(verdicts(&report), [("w", Verdict::Wrong), ("b", Verdict::Wrong)], "{name}\n{program}");
        let only_w = neuron(&GRADIENTS.replace("slope * x", "slope * x * x"), &both(step));
        let report = self::report(&only_w);
        assert_eq!(verdicts(&report), [("w", Verdict::Wrong), ("b", Verdict::Unchecked)], "{name}\n{only_w}");
    }
}

#[test]
fn arrays_and_their_repairs() {
    let right = report(MOMENTUM);
    assert_eq!(right.verdict, Verdict::Right, "{right:?}");
    let of = |from: &str, with: &str| report(&MOMENTUM.replace(from, with));
    let wrong = of(" * (1 - H ** 2)", "");
    assert_eq!(verdicts(&wrong), [("W2", Verdict::Unchecked), ("W1", Verdict::Wrong)]);
    let diagnosis = wrong.claims[1].diagnosis.as_ref().unwrap();
    assert_eq!((diagnosis.kind, diagnosis.repaired), (FaultKind::MissingFactor, true), "{diagnosis:?}");
    // What is left of `back` is the derivative by H, and so the fault begins where it is taken for that by A.
    let says = "line 16: write `X.T @ (back * (1 - H ** 2))`. `to_first` is then dloss/dW1.";
    assert!(diagnosis.text.ends_with(says), "{diagnosis:?}");
    let tripled = of("H.T @ miss", "3 * (H.T @ miss)");
    assert_eq!(verdicts(&tripled), [("W2", Verdict::Wrong), ("W1", Verdict::Unchecked)]);
    let factor = |claim: &Judged| (claim.factor.unwrap() - 3.0).abs() < 1e-9;
    assert!(factor(&tripled.claims[0]), "{tripled:?}");
    // All of them by one constant is no fault.
    let scaled = of("2 * (out - Y)", "6 * (out - Y)");
    assert_eq!(verdicts(&scaled), [("W2", Verdict::Unchecked), ("W1", Verdict::Unchecked)]);
    let uphill = of("m2 + (1 - keep)", "m2 - (1 - keep)");
    let diagnosis = uphill.claims[0].diagnosis.as_ref().unwrap();
    assert_eq!((uphill.claims[0].verdict, diagnosis.kind), (Verdict::Wrong, FaultKind::Sign));
    assert!(diagnosis.text.contains("`to_second` in line 14 is right"), "{diagnosis:?}");
}

#[test]
fn a_wrong_gradient_with_a_name_of_its_own_is_told_once() {
    let named = MOMENTUM.replace("to_first", "dW1").replace("to_second", "dW2");
    assert_eq!(report(&named).verdict, Verdict::Right);
    let wrong = report(&named.replace("X.T @ back", "X.T @ (back * back)"));
    let all = [("dW2", Verdict::Right), ("dW1", Verdict::Wrong), ("W2", Verdict::Unchecked), ("W1", Verdict::Wrong)];
    assert_eq!(verdicts(&wrong), all);
    assert_eq!(wrong.claims[3].begins_at, Some(1));
}

/// Three layers of a kind, and weights in lists, each with what it carries.
const LAYERS: &str = "
import numpy as np
rng = np.random.default_rng(3)

class Dense:
    def __init__(self, n, m):
        self.w = rng.normal(size=(n, m)) * 0.5
        self.b = np.zeros((1, m))
        self.mw, self.mb = np.zeros_like(self.w), np.zeros_like(self.b)
    def forward(self, x):
        self.x = x
        self.out = np.tanh(x @ self.w + self.b)
        return self.out
    def backward(self, up, lr, mu=0.9):
        inner = up * (1 - self.out ** 2)
        down = inner @ self.w.T
        self.mw = mu * self.mw + self.x.T @ inner
        self.mb = mu * self.mb + inner.sum(axis=0, keepdims=True)
        self.w -= lr * self.mw
        self.b -= lr * self.mb
        return down

net = [Dense(2, 4), Dense(4, 3), Dense(3, 1)]
X, Y = rng.normal(size=(6, 2)), rng.uniform(size=(6, 1))
for step in range(8):
    out = X
    for layer in net:
        out = layer.forward(out)
    loss = np.mean((out - Y) ** 2)
    up = 2 * (out - Y) / len(Y)
    for layer in reversed(net):
        up = layer.backward(up, 0.1)
";
const ELEMENTS: &str = "
w, velocity = [0.1, -0.2, 0.3], [0.0, 0.0, 0.0]
bias, carried, rate = 0.0, 0.0, 0.05
data = [([1.0, 0.5, -1.0], 1.0), ([0.2, -0.3, 0.8], 0.0), ([-1.0, 1.5, 0.5], 0.5)]
for epoch in range(8):
    for xs, t in data:
        guess = bias + sum(a * x for a, x in zip(w, xs))
        loss = (guess - t) ** 2
        err = 2 * (guess - t)
        for i in range(3):
            velocity[i] = 0.9 * velocity[i] - rate * err * xs[i]
            w[i] = w[i] + velocity[i]
        carried = 0.9 * carried - rate * err
        bias = bias + carried
";

#[test]
fn layers_and_elements_that_carry_something_are_compared_too() {
    for (program, from, with) in
        [(LAYERS, "out ** 2)\n        down", "out)\n        down"), (ELEMENTS, "err * xs[i]", "err")]
    {
        let right = report(program);
        assert_eq!(right.verdict, Verdict::Right, "{right:?}");
        assert_eq!(right.claims.len(), 2);
        let wrong = report(&program.replace(from, with));
        assert_eq!((wrong.claims[0].verdict, wrong.verdict), (Verdict::Wrong, Verdict::Wrong), "{wrong:?}");
    }
}

#[test]
fn what_enters_and_cannot_be_told_stays_unchecked() {
    // A trace of what was active, which a current error moves along; a memory that the loss is made of.
    let trace = "
w, v, trace, rate = 0.5, 0.3, 0.0, 0.05
for x, y in [(1.0, 0.5), (2.0, -0.5), (-1.5, 0.25)] * 6:
    loss = (w * w * x + v - y) ** 2
    miss = 2 * (w * w * x + v - y)
    trace = 0.9 * trace + 2 * w * x
    w -= rate * miss * trace
    v -= rate * miss
";
    let memory = "
w, v, h, slope, rate = 0.5, 0.3, 0.0, 0.0, 0.05
for x, y in [(1.0, 0.5), (2.0, -0.5), (-1.5, 0.25)] * 6:
    h = 0.9 * h + w * x
    loss = (h + v - y) ** 2
    slope = 0.9 * slope + x
    w -= rate * 2 * (h + v - y) * slope
    v -= rate * 2 * (h + v - y)
";
    // A ball that rolls on, told by where it was.
    let ball = "
w, before, v, rate = 0.5, 0.5, 0.3, 0.05
for x, y in [(1.0, 0.5), (2.0, -0.5), (-1.5, 0.25)] * 6:
    loss = (w * x + v - y) ** 2
    g = 2 * (w * x + v - y)
    now = w
    w -= rate * g * x - 0.5 * (w - before)
    before = now
    v -= rate * g
";
    for program in [trace, memory, ball] {
        let report = report(program);
        assert_eq!(verdicts(&report), [("w", Verdict::Unchecked), ("v", Verdict::Right)], "{program}\n{report:?}");
    }
}

#[test]
fn steps_by_the_sign_alone_are_no_derivatives_and_not_wrong() {
    let program = "
import numpy as np
w, v, rate = np.array([0.5, -0.2]), 0.3, 0.05
for x, y in [([1.0, 2.0], 0.5), ([-0.5, 1.0], -0.5), ([-1.5, 0.5], 0.25)] * 6:
    x = np.array(x)
    loss = (w @ x + v - y) ** 2
    g = 2 * (w @ x + v - y)
    w -= rate * np.sign(g * x)
    v -= rate * g
";
    let right = report(program);
    assert_eq!(verdicts(&right), [("w", Verdict::Unchecked), ("v", Verdict::Right)], "{right:?}");
    // The wrong way, and by more than the sign.
    for step in ["-np.sign(g * x)", "np.sign(g * x[::-1])", "np.sign(g) * x"] {
        let wrong = report(&program.replace("np.sign(g * x)", step));
        assert_eq!(wrong.claims[0].verdict, Verdict::Wrong, "{step}: {wrong:?}");
    }
}

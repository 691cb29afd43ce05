//! `chainrule check`: programs that are right, whose steps are the derivative but for what an optimizer does to it.

#![allow(clippy::unwrap_used)]

use chainrule::check::{Options, Report, Verdict, check};

fn report(program: &str) -> Report {
    let report = check(program, "program.py", &Options::default());
    assert_eq!(report.error, None, "{program}");
    report
}

/// The verdict on each update, and its reason.
fn updates(report: &Report) -> Vec<(Verdict, &str)> {
    let updates = report.claims.iter().filter(|claim| claim.kind == chainrule::check::ClaimKind::Update);
    updates.map(|claim| (claim.verdict, claim.reason.as_deref().unwrap_or_default())).collect()
}

/// A weight in two elements, with this before its training and this in the place of its step, whose gradient is `g`.
fn training(before: &str, step: &str) -> String {
    let step = step.replace('\n', "\n    ");
    format!(
        "
import numpy as np
class Layer: pass
class Optimizer:
    def __init__(self): self.rate, self.h = 0.1, {{}}
    def adagrad(self, params, grads):
        for k in params:
            self.h[k] = self.h.get(k, 0) + grads[k] * grads[k]
            params[k] -= self.rate * grads[k] / (np.sqrt(self.h[k]) + 1e-7)
    def rmsprop(self, g):
        self.h = 0.9 * self.h + 0.1 * g ** 2
        return self.rate * g / (np.sqrt(self.h) + 1e-7)
w, lr = np.array([1.0, 2.0]), 0.1
{before}
for i in range(6):
    loss = np.sum(w ** 4)
    g = 4 * w ** 3
    {step}
"
    )
}

/// Steps whose state is nowhere but in what they are divided by, and is not bound to a plain name.
const DIVISORS: &[(&str, &str)] = &[
    ("s = Layer(); s.h = np.zeros(2)", "s.h = 0.9 * s.h + 0.1 * g ** 2\nw -= lr * g / (np.sqrt(s.h) + 1e-7)"),
    ("h = {'w': 0.0}", "h['w'] = h['w'] + g ** 2\nw += -lr * g / (np.sqrt(h['w']) + 1e-7)"),
    ("s = Layer(); s.h = [0.0]; k = 0", "s.h[k] = 0.9 * s.h[k] + 0.1 * g * g\nw -= lr * g / np.sqrt(s.h[k] + 1e-7)"),
    ("h = [0]", "h.append(h[-1] + g ** 2)\nw -= lr * g / np.sqrt(h[-1])"),
    ("o = Optimizer()", "o.adagrad({'w': w}, {'w': g})"),
    ("o = Optimizer(); o.h = np.zeros(2)", "w -= o.rmsprop(g)"),
];

#[test]
fn a_state_of_squares_in_an_attribute_a_part_or_a_list_is_carried() {
    for (before, step) in DIVISORS {
        let right = report(&training(before, step));
        let [(verdict, reason)] = updates(&right)[..] else { panic!("{step}: {right:?}") };
        assert_eq!((verdict, right.verdict), (Verdict::Unchecked, Verdict::Right), "{step}: {right:?}");
        assert!(reason.contains("the gradient that enters that is right"), "{step}: {reason}");
        let wrong = report(&training(before, step).replace("4 * w ** 3", "4 * w ** 5"));
        assert_eq!(wrong.verdict, Verdict::Wrong, "{step}: {wrong:?}");
    }
}

/// A program of plain numbers that begins far off, with this in the place of its step by the gradients `g`.
fn far_off(step: &str) -> String {
    let step = step.replace('\n', "\n    ");
    format!(
        "
import math
import numpy as np
def held(v, low=-1.0, high=1.0):
    return max(low, min(high, v))
def sign(v):
    if v > 0:
        return 1
    return -1
w, lr = [3.0, -2.0], 0.25
for i in range(16):
    loss = (w[0] - 1) ** 2 + 0.5 * (w[1] + 1) ** 4
    g = [2 * (w[0] - 1), 2 * (w[1] + 1) ** 3]
    {step}
"
    )
}

const BY_ELEMENT: &str = "\nfor k in range(2):\n    w[k] -= lr * g[k]";

/// What is made of a gradient before a step by it, and whether its first steps alone are held back.
const HELD: &[(&str, bool)] = &[
    ("g = [max(-1.0, min(1.0, v)) for v in g]", true),
    ("g = [held(v) for v in g]", true),
    ("for k in range(2):\n    if g[k] > 1:\n        g[k] = 1.0\n    elif g[k] < -1:\n        g[k] = -1.0", true),
    ("for k in range(2):\n    if abs(g[k]) > 1:\n        g[k] = math.copysign(1.0, g[k])", true),
    ("norm = math.sqrt(sum(v * v for v in g))\nif norm > 1:\n    g = [v * 1.0 / norm for v in g]", true),
    ("norm = math.sqrt(sum(v * v for v in g))\nif norm > 1:\n    g = [v / norm for v in g]", true),
    ("norm = math.hypot(g[0], g[1])\ng = [v * min(1, 1 / norm) for v in g]", true),
    ("n = math.hypot(g[0], g[1])\ng = [v / n for v in g]", false),
    ("n = math.sqrt(g[0] ** 2 + g[1] ** 2)\ng = [v * (1 / n) for v in g]", false),
    ("g = [np.sign(v) for v in g]", false),
    ("g = [sign(v) for v in g]", false),
    ("g = [1 if v > 0 else -1 for v in g]", false),
];

#[test]
fn gradients_that_are_clipped_normalised_or_signs_alone_are_not_wrong() {
    for (held, goes_free) in HELD {
        let step = format!("{held}{BY_ELEMENT}");
        let right = report(&far_off(&step));
        let verdict = if *goes_free { Verdict::Right } else { Verdict::Unchecked };
        assert_eq!(right.verdict, verdict, "{step}: {right:?}");
        // Uphill, and another step where it is not held back.
        let uphill = report(&far_off(&step.replace("-= lr", "+= lr")));
        assert_eq!(uphill.verdict, Verdict::Wrong, "{step}: {uphill:?}");
        let wrong = report(&far_off(&step).replace("(w[1] + 1) ** 3", "(w[1] + 1) ** 2"));
        assert!(!goes_free || wrong.verdict == Verdict::Wrong, "{step}: {wrong:?}");
    }
}

/// A recurrent network that goes on from where its last state was, with this in the place of its steps.
fn recurrent(steps: &str) -> String {
    let steps = steps.replace('\n', "\n    ");
    format!(
        "
import numpy as np
rng = np.random.default_rng(2)
U, V = rng.normal(size=(4, 2)) * 0.4, rng.normal(size=(1, 4)) * 0.4
W, b, c = rng.normal(size=(4, 4)) * 0.4, np.zeros((4, 1)), np.zeros((1, 1))
series = rng.normal(size=(48, 2, 1))
lr = 0.05

def unroll(xs, ts, begin):
    hs, ys, loss = {{-1: begin}}, {{}}, 0
    for k in range(len(xs)):
        hs[k] = np.tanh(U @ xs[k] + W @ hs[k - 1] + b)
        ys[k] = V @ hs[k] + c
        loss += 0.5 * np.sum((ys[k] - ts[k]) ** 2)
    dU, dV, dW = np.zeros_like(U), np.zeros_like(V), np.zeros_like(W)
    db, dc = np.zeros_like(b), np.zeros_like(c)
    later = np.zeros_like(begin)
    for k in reversed(range(len(xs))):
        dy = ys[k] - ts[k]
        dV += dy @ hs[k].T
        dc += dy
        back = (V.T @ dy + later) * (1 - hs[k] ** 2)
        dU += back @ xs[k].T
        dW += back @ hs[k - 1].T
        db += back
        later = W.T @ back
    return loss, dU, dV, dW, db, dc, hs[len(xs) - 1]

state, memories = np.zeros((4, 1)), [np.zeros_like(each) for each in (U, V, W, b, c)]
for at in range(0, 40, 4):
    xs, ts = series[at:at + 4], series[at + 1:at + 5, :1]
    loss, dU, dV, dW, db, dc, state = unroll(xs, ts, state)
    {steps}
"
    )
}

const RECURRENT: &[&str] = &[
    "for w, d, m in zip([U, V, W, b, c], [dU, dV, dW, db, dc], memories):\n    m += d * d\n    w -= lr * d / np.sqrt(m + 1e-8)",
    "for w, d, m in zip([U, V, W, b, c], [dU, dV, dW, db, dc], memories):\n    m *= 0.9\n    m += d\n    w -= lr * m",
    "for w, d in zip([U, V, W, b, c], [dU, dV, dW, db, dc]):\n    w -= lr * d",
    "for w, d in zip([U, V, W, b, c], [dU, dV, dW, db, dc]):\n    np.clip(d, -0.5, 0.5, out=d)\n    w -= lr * d",
    "U -= lr * dU\nV -= lr * dV\nW -= lr * dW\nb -= lr * db\nc -= lr * dc",
];

#[test]
fn a_gradient_of_a_network_whose_state_goes_on_is_compared_by_its_name() {
    for steps in RECURRENT {
        let right = report(&recurrent(steps));
        assert_eq!(right.verdict, Verdict::Right, "{steps}: {right:?}");
        for (from, with) in [(" + later)", ")"), ("W.T @ back", "W @ back"), ("hs[k] ** 2", "hs[k]")] {
            let wrong = report(&recurrent(steps).replace(from, with));
            assert_eq!(wrong.verdict, Verdict::Wrong, "{steps}, {with}: {wrong:?}");
        }
    }
}

#[test]
fn what_goes_by_the_name_of_a_gradient_and_is_more_than_that_is_not_wrong() {
    // What is carried, and weights that decay beside a loss that does not say so.
    let decay = RECURRENT[0].replace("m += d * d", "d = d + 0.01 * w\n    m += d * d");
    for (from, with, steps) in [
        ("    return loss", "    dW += 0.01 * W\n    return loss", RECURRENT[0]),
        ("    return loss", "    dW += 0.01 * np.sign(W)\n    return loss", RECURRENT[0]),
        ("    return loss", "    return loss", decay.as_str()),
    ] {
        let right = report(&recurrent(steps).replace(from, with));
        assert_ne!(right.verdict, Verdict::Wrong, "{steps}: {right:?}");
    }
}

#[test]
fn steps_of_newton_are_not_wrong() {
    for (begin, loss, first, second) in [
        ("3.0", "w ** 4 - 2 * w", "4 * w ** 3 - 2", "12 * w ** 2"),
        ("np.array([2.0, -1.5])", "np.sum((w - 1) ** 4)", "4 * (w - 1) ** 3", "12 * (w - 1) ** 2"),
        ("np.array([0.5, 0.2])", "np.sum(np.cosh(w))", "np.sinh(w)", "np.cosh(w)"),
    ] {
        let of = |first: &str, second: &str| {
            format!(
                "import numpy as np\nw = {begin}\nfor i in range(5):\n    loss = {loss}\n    up = {first}\n    \
                 down = {second}\n    w -= up / down\n"
            )
        };
        let right = report(&of(first, second));
        let [(verdict, reason)] = updates(&right)[..] else { panic!("{loss}: {right:?}") };
        assert!(verdict == Verdict::Unchecked && reason.contains("Newton"), "{loss}: {right:?}");
        for wrong in [of(&format!("({first}) * w"), second), of(first, &format!("({second}) * w"))] {
            assert_eq!(report(&wrong).verdict, Verdict::Wrong, "{wrong}");
        }
    }
}

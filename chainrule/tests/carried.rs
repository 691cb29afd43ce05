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

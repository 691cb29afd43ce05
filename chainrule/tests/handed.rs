//! Parameters that are handed on, and gradients that are not used as they are.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Options, Report, Verdict, check};

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

#[test]
fn parameters_that_are_handed_on_are_compared_from_their_first_update_on() {
    let program = "
def step(p, grad, lr):
    p -= lr * grad
    return p

w, b, lr = 0.5, 0.1, 0.1
for x, y in [(1.0, 2.0), (2.0, -1.0), (0.5, 0.25)] * 4:
    loss = (w * x + b - y) ** 2
    g = 2 * (w * x + b - y)
    w = step(w, g * x, lr)
    b = step(b, g, lr)
";
    let right = report(program);
    assert_eq!((right.claims.len(), right.verdict), (1, Verdict::Right), "{right:?}");
    assert_eq!(right.claims[0].points, 24);
    assert_eq!(report(&program.replace("g * x", "g")).verdict, Verdict::Wrong);
}

#[test]
fn arrays_that_are_moved_in_place_through_a_list_are_compared() {
    let program = "
import numpy as np
W, b = np.array([0.5, -0.25]), np.array([0.1])
lr = 0.1
for x, y in [([1.0, 0.5], 2.0), ([2.0, -1.0], -1.0), ([0.5, 2.0], 0.25)] * 4:
    x = np.array(x)
    loss = np.sum((x @ W + b - y) ** 2)
    g = 2 * (x @ W + b - y)
    grads = [g * x, g]
    for grad in grads:
        np.clip(grad, -1e6, 1e6, out=grad)
    for param, grad in zip([W, b], grads):
        param -= lr * grad
";
    let right = report(program);
    assert_eq!((right.claims.len(), right.verdict), (1, Verdict::Right), "{right:?}");
    assert_eq!(right.claims[0].points, 24);
    assert_eq!(report(&program.replace("[g * x, g]", "[g * x, 2 * g]")).verdict, Verdict::Wrong);
}

#[test]
fn parameters_are_known_through_lists_functions_and_pairs() {
    let program = "
import numpy as np

class Descent:
    def __init__(self, rate):
        self.rate = rate

    def move(self, tensor, slope):
        tensor -= self.rate * slope

np.random.seed(2)
W = np.random.randn(2)
b = np.zeros(1)
tensors = [W, b]
x, y = np.array([0.5, -1.5]), 0.75
z = x @ W + b
loss = np.sum((z - y) ** 2)
slopes = [2 * (z - y) * x, 2 * (z - y)]
descent = Descent(0.1)
for k, (each, slope) in enumerate(zip(tensors, slopes)):
    descent.move(each, slope)
print(W, tensors[0] is W)
";
    let right = report(program);
    assert_eq!((right.claims.len(), right.verdict), (1, Verdict::Right), "{right:?}");
    assert_eq!(report(&program.replace("* x, 2", "* W, 2")).verdict, Verdict::Wrong);
}

#[test]
fn parameters_that_a_function_returns_are_known_from_the_first_update_on() {
    let program = "
import numpy as np

def begin():
    return np.array([[0.5, -0.25]]), np.zeros(1)

x, y = np.array([2.0, 1.0]), 0.5
W, b = begin()
z = W @ x + b
loss = np.sum((z - y) ** 2)
slope = 2 * (z - y)
W -= 0.1 * np.outer(slope, x)
b -= 0.1 * slope
";
    let right = report(program);
    assert_eq!((right.claims.len(), right.verdict), (2, Verdict::Right), "{right:?}");
    assert_eq!(report(&program.replace("outer(slope", "outer(-slope")).verdict, Verdict::Wrong);
}

/// Two layers whose tensors are moved in one loop, in one step: sums that are made in place are no state.
#[test]
fn sums_in_one_step_are_no_state_of_the_tensors_that_share_an_update() {
    let program = "
import numpy as np
np.random.seed(3)
U, V = np.random.randn(3, 2), np.random.randn(1, 3)
rate = 0.1
xs, ys = np.random.randn(4, 2), np.random.randn(4)
loss = 0.0
dU, dV = np.zeros_like(U), np.zeros_like(V)
for x, y in zip(xs, ys):
    h = np.tanh(U @ x)
    loss = loss + (V @ h - y)[0] ** 2
    dz = 2 * (V @ h - y)
    dV += np.outer(dz, h)
    dU += np.outer((1 - h * h) * (V.T @ dz), x)
for tensor, slope in zip([U, V], [dU, dV]):
    tensor += -rate * slope
";
    let of = |report: &Report| -> Vec<Verdict> {
        report.claims.iter().filter(|claim| claim.target == "tensor").map(|claim| claim.verdict).collect()
    };
    assert_eq!(of(&report(program)), [Verdict::Right]);
    assert_eq!(of(&report(&program.replace("1 - h * h", "1 - h"))), [Verdict::Wrong]);
}

#[test]
fn a_clipped_gradient_is_compared_where_it_is_not_clipped() {
    let program = "
import numpy as np
w, c = np.array([0.5, -0.25, 2.0]), np.array([9.0])
x, y = np.array([1.0, 0.5, 3.0]), 0.2
lr = 0.01
for i in range(5):
    z = x * w + c
    loss = np.sum((z - y) ** 2)
    dz = 2 * (z - y)
    dw = dz * x
    dc = np.clip(dz.sum(), -1.0, 1.0)
    np.clip(dw, -30, 30, out=dw)
    w -= lr * dw
    c -= lr * dc
";
    let clipped = report(program);
    let of = |report: &Report, target: &str| -> Vec<(Verdict, bool)> {
        let own = report.claims.iter().filter(|claim| claim.target == target);
        own.map(|claim| (claim.verdict, claim.reason.is_some())).collect()
    };
    assert_eq!(of(&clipped, "w"), [(Verdict::Right, false)], "{clipped:?}");
    assert_eq!(of(&clipped, "dw"), [(Verdict::Right, false)]);
    assert_eq!(
        (of(&clipped, "c"), of(&clipped, "dc")),
        (vec![(Verdict::Unchecked, true)], vec![(Verdict::Unchecked, true)])
    );
    // The same with a fault that the elements show which are not clipped; and a bound in the place of a mask.
    let wrong = report(&program.replace("dz * x", "dz * x * x"));
    assert_eq!((of(&wrong, "w"), of(&wrong, "dw")), (vec![(Verdict::Wrong, false)], vec![(Verdict::Wrong, false)]));
    let masked = report(&program.replace("dz * x", "np.maximum(-dz * x, 0)").replace("out=dw", "out=0 * dw"));
    assert_eq!(of(&masked, "w"), [(Verdict::Wrong, false)]);
}

#[test]
fn a_gradient_that_is_shortened_by_its_norm_is_compared_where_it_is_not() {
    let program = "
import numpy as np
np.random.seed(1)
X = np.random.randn(6, 2)
y = X @ np.array([1.0, -2.0])
w = np.zeros(2)
lr = 0.05
for i in range(30):
    pred = X @ w
    loss = np.sum((pred - y) ** 2)
    dw = 2 * X.T @ (pred - y)
    norm = np.sqrt(np.sum(dw ** 2))
    if norm > 5:
        dw *= 5 / norm
    w -= lr * dw
";
    for shortened in ["dw *= 5 / norm", "dw = dw * 5 / norm", "dw /= norm / 5"] {
        let program = program.replace("dw *= 5 / norm", shortened);
        let right = report(&program);
        assert_eq!(right.verdict, Verdict::Right, "{right:?}");
        assert!(right.claims.iter().any(|claim| claim.target == "w" && claim.verdict == Verdict::Right), "{right:?}");
        assert!(right.claims.iter().all(|claim| claim.verdict != Verdict::Wrong), "{right:?}");
        assert_eq!(report(&program.replace("2 * X.T", "2 * X[::-1].T")).verdict, Verdict::Wrong, "{shortened}");
    }
    // Where it is always too long, nothing is compared; a mask that is no norm excuses nothing.
    let always = report(&program.replace("> 5", "> 0").replace("5 / norm", "1e-6 / norm"));
    assert!(always.claims.iter().all(|claim| claim.verdict == Verdict::Unchecked), "{always:?}");
    assert_eq!(report(&program.replace("5 / norm", "0.5")).verdict, Verdict::Wrong);
}

#[test]
fn parameters_that_are_updated_in_one_statement_are_told_apart() {
    let right = include_str!("programs/right/two_at_once.py");
    let report =
        check(&right.replace("start - 0.1 * d_start", "start - 0.1 * d_slope"), "pairs.py", &Options::default());
    let updates: Vec<_> = report.claims.iter().filter(|claim| claim.kind == ClaimKind::Update).collect();
    let told: Vec<_> = updates.iter().map(|update| (update.target.as_str(), update.verdict)).collect();
    assert_eq!(told, [("slope", Verdict::Right), ("start", Verdict::Wrong)], "{report:?}");
    let diagnosis = updates[1].diagnosis.as_ref().unwrap();
    assert!(diagnosis.text.contains("write `0.1 * d_start`"), "{}", diagnosis.text);
}

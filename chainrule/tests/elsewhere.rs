//! `chainrule check`: losses that are taken over other data than a step, as once in an epoch.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Judged, Options, Report, Verdict, check};

const DATA: &str = "X, Y = [1.0, 2.0, -1.5, 3.0], [2.0, 5.0, -1.0, 6.5]\nw, b, lr = 0.1, 0.2, 0.05\n";

const OF_ARRAYS: &str = "import numpy as np\nX = np.array([[1.0, 0.2], [1.0, -1.0], [0.5, 2.0], [0.3, 0.4]])\n\
     y = np.array([1.0, 0.0, 1.5, 0.25])\nlr = 0.1\n";

/// A class whose two methods are these.
const CLASS: &str = "
class Line:
    def __init__(self):
        self.w, self.b = 0.1, 0.0
    def cost(self, X, Y):
        return sum((self.w * x + self.b - y) ** 2 for x, y in zip(X, Y)) / len(X)
    def step(self, x, y):
        e = self.w * x + self.b - y
        self.w -= lr * 2 * e * x
        self.b -= lr * 2 * e
    def fit(self, X, Y):
        for epoch in range(4):
";

fn program(data: &str, body: &str) -> String {
    format!("{data}{body}")
}

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

/// Right programs, and how many updates each has.
const RIGHT: &[(&str, &str, usize)] = &[
    (
        DATA,
        "for epoch in range(5):
    for x, y in zip(X, Y):
        e = w * x + b - y
        w -= lr * 2 * e * x
        b -= lr * 2 * e
    loss = sum((w * x + b - y) ** 2 for x, y in zip(X, Y)) / len(X)
",
        2,
    ),
    // Before the steps of an epoch, and after all.
    (
        DATA,
        "for epoch in range(5):
    loss = sum((w * x - y) ** 2 for x, y in zip(X, Y))
    for x, y in zip(X, Y):
        w -= lr * 2 * (w * x - y) * x
",
        1,
    ),
    (
        DATA,
        "for x, y in zip(X, Y):
    w -= lr * 2 * (w * x - y) * x
loss = sum((w * x - y) ** 2 for x, y in zip(X, Y))
",
        1,
    ),
    // Minibatches.
    (
        DATA,
        "for epoch in range(5):
    for s in (0, 2):
        xb, yb = X[s:s + 2], Y[s:s + 2]
        w -= lr * sum(2 * (w * x - y) * x for x, y in zip(xb, yb)) / 2
    loss = sum((w * x - y) ** 2 for x, y in zip(X, Y)) / 4
",
        1,
    ),
    (
        OF_ARRAYS,
        "W = np.zeros(2)
for epoch in range(3):
    for s in range(0, 4, 2):
        xb, yb = X[s:s + 2], y[s:s + 2]
        pred = xb @ W
        dW = 2 * xb.T @ (pred - yb) / len(xb)
        W -= lr * dW
    loss = np.mean((X @ W - y) ** 2)
",
        1,
    ),
    // The parameters of a step are gone through in a loop.
    (
        OF_ARRAYS,
        "params = {'w': np.array([0.3, -0.2]), 'b': np.zeros(1)}
for epoch in range(4):
    for row, target in zip(X, y):
        e = row @ params['w'] + params['b'] - target
        grads = {'w': 2 * e * row, 'b': 2 * e}
        for k in params:
            params[k] -= lr * grads[k]
    loss = np.sum((X @ params['w'] + params['b'] - y) ** 2)
",
        1,
    ),
    // In methods.
    (
        DATA,
        "            for x, y in zip(X, Y):
                self.step(x, y)
            loss = self.cost(X, Y)
Line().fit(X, Y)
",
        2,
    ),
    // A state that is carried.
    (
        DATA,
        "v = 0.0
for epoch in range(5):
    for x, y in zip(X, Y):
        dw = 2 * (w * x - y) * x
        v = 0.9 * v + dw
        w -= lr * v
    loss = sum((w * x - y) ** 2 for x, y in zip(X, Y))
",
        1,
    ),
    // While the loss of a step has the same name, that is the one.
    (
        DATA,
        "for epoch in range(5):
    for x, y in zip(X, Y):
        loss = (w * x - y) ** 2
        w -= lr * 2 * (w * x - y) * x
    loss = sum((w * x - y) ** 2 for x, y in zip(X, Y))
",
        1,
    ),
];

fn right(data: &str, body: &str) -> String {
    match body.starts_with("      ") {
        true => program(&format!("{data}{CLASS}"), body),
        false => program(data, body),
    }
}

#[test]
fn steps_over_other_data_than_the_loss_are_not_wrong() {
    for (data, body, updates) in RIGHT {
        let program = right(data, body);
        let found = report(&program);
        let told = |verdict: Verdict| found.claims.iter().filter(|claim| claim.verdict == verdict).count();
        assert_eq!(found.error, None, "{program}");
        assert_eq!(told(Verdict::Right) + told(Verdict::Unchecked), found.claims.len(), "{program}{found:?}");
        assert!(found.claims.len() >= *updates, "{program}{found:?}");
        let is_unchecked = |claim: &&Judged| claim.verdict == Verdict::Unchecked && claim.kind == ClaimKind::Update;
        let reasons = found.claims.iter().filter(is_unchecked);
        let is_told = |reason: &str| reason.contains("--loss") || reason.contains("carries state");
        assert!(reasons.into_iter().all(|claim| is_told(claim.reason.as_ref().unwrap())), "{program}{found:?}");
    }
}

#[test]
fn their_faults_are_found_by_the_loss_of_a_step() {
    for (data, body, updates) in &RIGHT[..3] {
        let program = right(data, body);
        let loss = if *updates == 2 { "e ** 2" } else { "(w * x - y) ** 2" };
        let options = Options { loss: Some(loss.to_owned()), ..Options::default() };
        let of = |program: &str| check(program, "program.py", &options).verdict;
        let faulty = program.replace("y)\n", "y) * 2\n").replace("* x\n", "* x * x\n");
        assert_eq!((of(&program), of(&faulty)), (Verdict::Right, Verdict::Wrong), "{faulty}");
    }
}

#[test]
fn the_loss_of_a_step_is_told_by_where_it_stands() {
    for (data, body) in [
        // In the loop that makes the step, in which the parameters, or their elements, are gone through.
        (
            OF_ARRAYS,
            "params = {'w': np.array([0.3, -0.2]), 'b': np.zeros(1)}
for epoch in range(4):
    e = X @ params['w'] + params['b'] - y
    loss = np.sum(e ** 2)
    grads = {'w': 2 * X.T @ e / 4, 'b': 2 * np.sum(e)}
    for k in params:
        params[k] -= lr * grads[k]
",
        ),
        (
            OF_ARRAYS,
            "w = [0.3, -0.2]
for epoch in range(4):
    for row, target in zip(X, y):
        e = sum(w[i] * row[i] for i in range(2)) - target
        loss = e ** 2
        for i in range(2):
            w[i] -= lr * 2 * e * row[0]
",
        ),
        (
            OF_ARRAYS,
            "layers = [np.array([0.3, -0.2]), np.array([0.1, 0.1])]
for epoch in range(4):
    e = X @ layers[0] + (X ** 2) @ layers[1] - y
    loss = np.sum(e ** 2)
    for layer, part in zip(layers, [X, X]):
        layer -= lr * 2 * part.T @ e
",
        ),
        // In a function that is called there.
        (
            DATA,
            "def step(x, y):
    global w
    e = w * x - y
    loss = e ** 2
    w -= lr * 2 * e
for epoch in range(4):
    for x, y in zip(X, Y):
        step(x, y)
",
        ),
        (
            DATA,
            "class Neuron:
    def __init__(self):
        self.w = 0.4
    def forward(self, x, y):
        self.x, self.e = x, self.w * x - y
        self.loss = self.e ** 2
    def update(self):
        self.w -= lr * 2 * self.e
neuron = Neuron()
for epoch in range(4):
    for x, y in zip(X, Y):
        neuron.forward(x, y)
        neuron.update()
",
        ),
        // Added up there.
        (
            DATA,
            "for epoch in range(4):
    total = 0.0
    for x, y in zip(X, Y):
        e = w * x - y
        total += e ** 2
        w -= lr * 2 * e
    loss = total / len(X)
",
        ),
        (
            DATA,
            "for epoch in range(4):
    loss = 0.0
    for x, y in zip(X, Y):
        e = w * x - y
        loss += e ** 2
        w -= lr * 2 * e
",
        ),
        // Of the sample that the last step was made with.
        (
            DATA,
            "for epoch in range(4):
    for x, y in zip(X, Y):
        out = w * x
        w -= lr * 2 * (out - y)
    loss = (out - y) ** 2
",
        ),
        // After all steps, each of which is made of the same data.
        (
            OF_ARRAYS,
            "W = np.array([0.3, -0.2])
for step in range(30):
    W -= lr * 2 * X.T @ (X @ W + y) / len(y)
loss = np.mean((X @ W - y) ** 2)
",
        ),
    ] {
        let program = program(data, body);
        let found = report(&program);
        assert_eq!((found.verdict, found.error.as_ref()), (Verdict::Wrong, None), "{program}{found:?}");
    }
}

#[test]
fn a_loss_that_is_computed_after_the_updates_of_a_step_is_that_of_all_parameters_before_them() {
    for (data, body, right, faulty) in [
        (
            DATA,
            "for epoch in range(5):
    dw = sum(2 * (w * x + b - y) * x for x, y in zip(X, Y))
    db = sum(2 * (w * x + b - y) for x, y in zip(X, Y))
    w -= lr * dw
    b -= lr * db
    loss = sum((w * x + b - y) ** 2 for x, y in zip(X, Y))
",
            "db = sum(2 * (w * x + b - y) for",
            "db = sum(2 * (w * x + b) for",
        ),
        (
            DATA,
            "for epoch in range(5):
    for x, y in zip(X, Y):
        e = w * x + b - y
        w -= lr * 2 * e * x
        b -= lr * 2 * e
        loss = (w * x + b - y) ** 2
",
            "b -= lr * 2 * e\n",
            "b -= lr * 2 * e * x\n",
        ),
        (
            OF_ARRAYS,
            "w = [0.3, -0.2]
for epoch in range(5):
    g = [sum(2 * (w[0] * r[0] + w[1] * r[1] - t) * r[j] for r, t in zip(X, y)) for j in range(2)]
    for j in range(2):
        w[j] -= lr * g[j]
    loss = sum((w[0] * r[0] + w[1] * r[1] - t) ** 2 for r, t in zip(X, y))
",
            "* r[j] for",
            "* r[0] for",
        ),
        (
            OF_ARRAYS,
            "W1, W2 = np.array([[0.2, -0.4], [0.1, 0.3]]), np.array([0.5, -0.3])
for epoch in range(5):
    H = np.tanh(X @ W1)
    d = 2 * (H @ W2 - y) / 4
    to_first = X.T @ (np.outer(d, W2) * (1 - H ** 2))
    W2 -= lr * H.T @ d
    W1 -= lr * to_first
    loss = np.mean((np.tanh(X @ W1) @ W2 - y) ** 2)
",
            "(1 - H ** 2)",
            "(1 - H)",
        ),
        // The derivative by one as the other is now.
        (
            DATA,
            "for epoch in range(5):
    w -= lr * sum(2 * (w * x + b - y) * x for x, y in zip(X, Y))
    b -= lr * sum(2 * (w * x + b - y) for x, y in zip(X, Y))
    loss = sum((w * x + b - y) ** 2 for x, y in zip(X, Y))
",
            "b -= lr * sum(2 * (w * x + b - y)",
            "b -= lr * sum(2 * (w * x + b)",
        ),
    ] {
        let program = program(data, body);
        let (right, faulty) = (report(&program), program.replace(right, faulty));
        assert_eq!((right.verdict, right.error.as_ref()), (Verdict::Right, None), "{program}{right:?}");
        assert!(right.claims.iter().all(|claim| claim.verdict == Verdict::Right), "{program}{right:?}");
        assert_eq!(report(&faulty).verdict, Verdict::Wrong, "{faulty}");
    }
}

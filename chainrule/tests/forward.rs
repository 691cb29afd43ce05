//! `chainrule check`: what each step begins anew on its way forwards is no parameter, however it is moved.

#![allow(clippy::unwrap_used)]

use chainrule::check::{Options, Report, Verdict, check};

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

/// Right programs, the targets of whose updates are these, and what makes each of them wrong.
const PROGRAMS: &[(&str, &[&str], (&str, &str))] = &[
    // A sum that begins with a parameter.
    (
        "w, b, lr = [0.2, 0.1], 0.3, 0.5
for x, t in (([1.0, 2.0], 1), ([-1.0, 0.5], 0)) * 2:
    z = b
    for i in range(2):
        z += w[i] * x[i]
    loss = (z - t) ** 2 / 2
    for i in range(2):
        w[i] -= lr * (z - t) * x[i]
    b -= lr * (z - t)
",
        &["w[i]", "b"],
        ("(z - t) * x", "(z + t) * x"),
    ),
    (
        "w, lr = [0.2, 0.1], 0.5
for x, t in ((2.0, 1.0), (-1.0, 0.5), (0.5, 2.0)):
    s = w[-1]
    s += w[0] * x
    loss = (s - t) ** 2 / 2
    w[0] -= lr * (s - t) * x
    w[-1] -= lr * (s - t)
",
        &["w[0]", "w[-1]"],
        ("(s - t) * x", "(s - t) * t"),
    ),
    (
        "w, b, lr = 0.5, 0.1, 0.1
for x, y in ((1.0, 2.0), (2.0, 1.0), (-0.5, 0.25)):
    z = b
    z += w * x
    loss = (z - y) ** 2
    w -= lr * 2 * (z - y) * x
    b -= lr * 2 * (z - y)
",
        &["w", "b"],
        ("(z - y) * x", "(z - y) * x * x"),
    ),
    // With the target, from which the inputs' parts are taken off.
    (
        "w, lr = [0.2, 0.3], 0.1
for x, y in (([1.0, 2.0], 3.0), ([0.5, -1.0], 0.2)) * 5:
    r = y
    for i in range(2):
        r -= w[i] * x[i]
    loss = r * r
    for i in range(2):
        w[i] -= lr * -2 * r * x[i]
",
        &["w[i]"],
        ("-2 * r", "2 * r"),
    ),
    // Of each neuron of a layer, in a function and in a dictionary.
    (
        "import math
W, b, v, c, lr = [[0.1, -0.3], [0.4, 0.2]], [0.05, -0.1], [0.3, -0.5], 0.1, 0.2
def hidden(x):
    h = []
    for j in range(2):
        total = b[j]
        for i in range(2):
            total += W[j][i] * x[i]
        h.append(math.tanh(total))
    return h
for epoch in range(4):
    for x, t in (([1.0, 0.5], 1), ([-0.5, 0.2], 0)):
        h = hidden(x)
        out = c
        for j in range(2):
            out += v[j] * h[j]
        loss = 0.5 * (out - t) ** 2
        d = out - t
        dh = [d * v[j] * (1 - h[j] ** 2) for j in range(2)]
        for j in range(2):
            v[j] -= lr * d * h[j]
            for i in range(2):
                W[j][i] -= lr * dh[j] * x[i]
            b[j] -= lr * dh[j]
        c -= lr * d
print(hidden([0.0, 1.0]))
",
        &["v[j]", "W[j][i]", "b[j]", "c"],
        ("(1 - h[j] ** 2)", "(1 - h[j])"),
    ),
    (
        "net, lr = [{'w': [0.2, 0.1], 'out': 0.0}], 0.5
for x, t in ((1.0, 1), (-1.0, 0), (0.5, 1)):
    for n in net:
        n['out'] = n['w'][-1]
        n['out'] += n['w'][0] * x
    loss = (net[0]['out'] - t) ** 2 / 2
    for n in net:
        n['w'][0] -= lr * (n['out'] - t) * x
        n['w'][-1] -= lr * (n['out'] - t)
",
        &["n['w'][0]", "n['w'][-1]"],
        ("(n['out'] - t) * x", "(n['out'] - t) * t"),
    ),
    (
        "import numpy as np
W, b, lr = np.array([[0.3, -0.2], [0.1, 0.4]]), np.array([0.1, -0.1]), 0.1
x, y = np.array([1.0, -0.5]), np.array([0.5, 0.25])
for step in range(5):
    out = b.copy()
    out -= W @ x
    loss = np.sum((out - y) ** 2)
    W -= lr * -2 * np.outer(out - y, x)
    b -= lr * 2 * (out - y)
",
        &["W", "b"],
        ("-2 * np", "2 * np"),
    ),
    // Simulations, with what they are sensitive to.
    (
        "k, dt, lr = 0.5, 0.1, 0.1
for it in range(3):
    y = 1.0
    s = 0.0
    for n in range(4):
        s = s - dt * (y + k * s)
        y = y - dt * k * y
    loss = (y - 0.4) ** 2
    k -= lr * 2 * (y - 0.4) * s
",
        &["k"],
        ("* s\n", "* y\n"),
    ),
    (
        "k, step, lr, target = 0.5, 0.1, 0.1, 0.4
def simulate():
    y, s = 1.0, 0.0
    for n in range(4):
        s = s - step * (y + k * s)
        y = y - step * k * y
    return y, s
for it in range(3):
    y, s = simulate()
    loss = (y - target) ** 2
    k -= lr * 2 * (y - target) * s
",
        &["k"],
        ("* s\n", "* y\n"),
    ),
    // One whose loss is added up on its way.
    (
        "k, lr = 0.5, 0.1
for it in range(3):
    y, s, loss, dk = 1.0, 0.0, 0.0, 0.0
    for seen in (0.9, 0.7, 0.6):
        s = s - 0.1 * (y + k * s)
        y = y - 0.1 * k * y
        loss += (y - seen) ** 2
        dk += 2 * (y - seen) * s
    k -= lr * dk
",
        &["k"],
        ("* s\n", "* y\n"),
    ),
    (
        "g, dt, v0, target, lr = 9.8, 0.01, 10.0, 4.0, 0.05
for it in range(5):
    pos = 0.0
    vel = v0
    for t in range(50):
        pos += vel * dt
        vel -= g * dt
    loss = (pos - target) ** 2
    v0 -= lr * 2 * (pos - target) * 50 * dt
",
        &["v0"],
        ("- target) * 50 * dt", "- target) * pos * dt"),
    ),
];

#[test]
fn what_a_step_begins_anew_is_no_parameter() {
    for (program, targets, (right, faulty)) in PROGRAMS {
        let found = report(program);
        let updates: Vec<&str> = found.claims.iter().map(|claim| claim.target.as_str()).collect();
        let told: Vec<&str> = updates.into_iter().filter(|target| !target.starts_with('d')).collect();
        assert_eq!((found.verdict, told.as_slice()), (Verdict::Right, *targets), "{program}{found:?}");
        assert_eq!(program.matches(right).count(), 1, "{program}");
        let faulty = program.replace(right, faulty);
        assert_eq!(report(&faulty).verdict, Verdict::Wrong, "{faulty}");
    }
}

/// Programs that set a parameter in the same round of a loop, or in the same function, and move it: by `G`.
const PARAMETERS: &[&str] = &[
    // Copies, and other names.
    "params, b, x, y, lr = {'w': 0.5}, 0.1, 2.0, 3.0, 0.1
for i in range(5):
    w = params['w']
    loss = (w * x + 0 * b - y) ** 2
    w -= 0.1 * G
    params['w'] = w
    b -= lr * 0 * b
",
    "params, x, y = {'w': 0.5}, 2.0, 3.0
def update(params, dw):
    w = params['w']
    w = w - 0.1 * dw
    return {'w': w}
for i in range(5):
    w = params['w']
    loss = (w * x - y) ** 2
    params = update(params, G)
",
    "import numpy as np
layers, lr, x, y = [np.array([0.5]), np.array([0.2])], 0.1, 2.0, 3.0
for i in range(5):
    for k in range(2):
        w = layers[k]
        loss = np.sum((w * x - y) ** 2)
        w -= 0.1 * G
",
    // Trials, each with its own parameters.
    "x, y, best = 2.0, 3.0, 9.0
for lr in (0.01, 0.1):
    w = 0.5
    for i in range(5):
        loss = (w * x - y) ** 2
        w -= lr * G
    best -= 0.5 * lr
",
    "x, y = 2.0, 3.0
for trial in range(3):
    w, b = 0.5 + trial, 0.1
    for i in range(5):
        loss = (w * x + b - y) ** 2
        db = 2 * (w * x + b - y)
        w = w - 0.1 * (G + 2 * b * x)
        b = b - 0.1 * db
",
    "x, y = 2.0, 3.0
for trial in range(3):
    w, b = 0.5 + trial, 0.1
    loss = (w * x + 0 * b - y) ** 2
    w -= 0.1 * G
    b -= 0.1 * 0 * b
",
    "def fit(x, y):
    w = 0.5
    for i in range(5):
        loss = (w * x - y) ** 2
        w -= 0.1 * G
    return w
print([fit(2.0, y) for y in (3.0, 4.0)])
",
    // One step.
    "x, y = 2.0, 3.0
w = 0.5
loss = (w * x - y) ** 2
w -= 0.1 * G
",
    "def main():
    x, y = 2.0, 3.0
    w = 0.5
    loss = (w * x - y) ** 2
    w -= 0.1 * G
main()
",
    // A choice of where to begin.
    "x, y, b, lr = 2.0, 3.0, 0.0, 0.1
for i in range(5):
    if i == 0:
        w = 0.5
    loss = (w * x + 0 * b - y) ** 2
    w -= 0.1 * G
    b -= lr * 0 * b
",
];

#[test]
fn parameters_that_are_copied_or_set_in_a_loop_or_a_function_are_still_parameters() {
    for program in PARAMETERS {
        let of = |gradient: &str| report(&program.replace('G', gradient));
        let (right, wrong) = (of("2 * (w * x - y) * x"), of("2 * (w * x - y) ** 2"));
        assert_eq!((right.verdict, right.error.as_ref()), (Verdict::Right, None), "{program}{right:?}");
        assert_eq!((wrong.verdict, wrong.error.as_ref()), (Verdict::Wrong, None), "{program}{wrong:?}");
    }
}

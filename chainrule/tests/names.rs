//! Parameters that are called like a loss, or are known by other names where they are moved.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Options, Verdict, check};

/// The verdicts on the updates of a program.
fn updates(program: &str) -> Vec<Verdict> {
    let claims = check(program, "program.py", &Options::default()).claims;
    claims.iter().filter(|claim| claim.kind == ClaimKind::Update).map(|claim| claim.verdict).collect()
}

/// Each program with its number of updates, and a fault that is wrong in it.
fn all_are_found(programs: &[(&str, usize, &str, &str)]) {
    for (program, count, replaced, with) in programs {
        assert_eq!(updates(program), vec![Verdict::Right; *count], "{program}");
        let planted = program.replace(replaced, with);
        assert!(updates(&planted).contains(&Verdict::Wrong), "{planted}");
    }
}

#[test]
fn what_is_moved_by_a_rate_is_no_loss() {
    all_are_found(&[
        (
            "m, C, lr = 0.4, 0.1, 0.1\nfor x, y in [(1, 2), (2, 3), (3, 1)]:\n    E = (m * x + C - y) ** 2\n    \
             e = m * x + C - y\n    m -= lr * 2 * e * x\n    C -= lr * 2 * e\n",
            2,
            "lr * 2 * e\n",
            "lr * 2 * e * x\n",
        ),
        (
            "b, L = 0.3, 0.1\nfor x in (1.0, 2.0, 4.0):\n    loss = (b * x + L - 1) ** 2\n    \
             g = 2 * (b * x + L - 1)\n    b -= 0.1 * g * x\n    L -= 0.1 * g\n",
            2,
            "L -= 0.1 * g",
            "L -= 0.1 * g * x",
        ),
        (
            "import numpy as np\nE = np.array([[1.0, 2.0], [3.0, 4.0]])\nw, lr = np.array([0.5, 0.1]), 0.1\n\
             for k in range(4):\n    h = E[k % 2] * w\n    loss = np.sum((h - 1) ** 2)\n    dh = 2 * (h - 1)\n    \
             dE = np.zeros_like(E)\n    dE[k % 2] = dh * w\n    dw = dh * E[k % 2]\n    E -= lr * dE\n    w -= lr * dw\n",
            2,
            "= dh * w",
            "= 7 * dh * w",
        ),
        (
            "E, J, lr = 0.1, 0.2, 0.05\nfor x, y in [(1, 2), (2, 3)] * 3:\n    r = E * x + J - y\n    cost = r * r\n    \
             E = E - lr * 2 * r * x\n    J = J - lr * 2 * r\n",
            2,
            "lr * 2 * r\n",
            "lr * r * y\n",
        ),
    ]);
}

#[test]
fn a_loss_that_is_summed_up_by_subtractions_stays_one() {
    let program = "w, lr = 0.5, 0.1\nfor x, y in [(1.0, 2.0), (2.0, -1.0)] * 3:\n    L = 0.0\n    \
                   L -= 0.5 * (w * x - y) ** 2\n    w += lr * (y - w * x) * x\n    L = -L\n";
    assert!(!updates(program).contains(&Verdict::Wrong), "{program}");
}

#[test]
fn parameters_are_moved_under_other_names_by_rates_of_any_form() {
    let loss = "    loss = np.sum((w * v - 1) ** 2)\n    e = 2 * (w * v - 1)\n";
    let begin = "import numpy as np\nw, v = np.array([1.0, 2.0]), np.array([0.5, 0.2])\n";
    for moved in [
        "    for p, g in zip([w, v], [e * v, e * w]):\n        p -= 0.05 * g\n",
        "    for p, g in zip(params, [e * v, e * w]):\n        p -= 0.05 * g\n",
        "    for p, g in zip(params, [e * v, e * w]):\n        p -= config['lr'] * g\n",
        "    for k, (p, g) in enumerate(zip(params, [e * v, e * w])):\n        move(p, g)\n",
    ] {
        let head = "params = [w, v]\nconfig = {'lr': 0.05}\ndef move(p, g):\n    p -= 0.05 * g\n";
        let program = format!("{begin}{head}for step in range(5):\n{loss}{moved}");
        let planted = program.replace("e * w]", "e]");
        all_are_found(&[(&program, 1, &program, &planted)]);
    }
    all_are_found(&[
        (
            "import numpy as np\ndef move(P, G):\n    for k in P:\n        P[k] -= 0.1 * G[k]\n\
             Q = {'w': np.array([1.0, 2.0])}\nfor i in range(6):\n    loss = np.sum(Q['w'] ** 2)\n    \
             move(Q, {'w': 2 * Q['w']})\n",
            1,
            "{'w': 2 * Q['w']}",
            "{'w': 2 * Q['w'] ** 2}",
        ),
        (
            "import numpy as np\nparams = [{'W': np.array([1.0, 2.0])}, {'W': np.array([0.5, 0.2])}]\n\
             for step in range(5):\n    L = np.sum((params[0]['W'] * params[1]['W'] - 1) ** 2)\n    \
             e = 2 * (params[0]['W'] * params[1]['W'] - 1)\n    \
             grads = [{'W': e * params[1]['W']}, {'W': e * params[0]['W']}]\n    for p, g in zip(params, grads):\n        \
             for k in p:\n            p[k] -= 0.05 * g[k]\n",
            1,
            "{'W': e * params[1]['W']}",
            "{'W': e * params[0]['W']}",
        ),
    ]);
}

#[test]
fn what_has_the_name_of_a_parameter_somewhere_else_is_none() {
    all_are_found(&[
        (
            "import numpy as np\ndef run(p):\n    w = p['w']\n    loss = np.sum(w ** 2)\n    return loss, 2 * w\n\
             def move(w, dw, lr=0.1):\n    w -= lr * dw\np = {'w': np.array([1.0, 2.0])}\nfor i in range(4):\n    \
             loss, g = run(p)\n    move(p['w'], g)\n",
            1,
            "2 * w\n",
            "2 * w * w\n",
        ),
        (
            "import numpy as np\nlr = 0.1\nclass Model:\n    def __init__(self):\n        \
             self.params = {'w': np.array([1.0, 2.0])}\n    def loss(self):\n        w = self.params['w']\n        \
             loss = np.sum(w ** 2)\n        return loss, {'w': 2 * w}\nclass Solver:\n    def __init__(self, model):\n        \
             self.model = model\n    def step(self):\n        loss, grads = self.model.loss()\n        \
             for k, w in self.model.params.items():\n            w -= lr * grads[k]\nsolver = Solver(Model())\n\
             for i in range(6):\n    solver.step()\n",
            1,
            "2 * w}",
            "2 * w * w}",
        ),
        (
            "import numpy as np\ndef sgd(w, dw, lr=0.1):\n    w -= lr * dw\n    return w\nclass Model:\n    \
             def __init__(self):\n        self.params = {'w': np.array([1.0, 2.0])}\n    def loss(self):\n        \
             w = self.params['w']\n        loss = np.sum(w ** 2)\n        return loss, {'w': 2 * w}\nclass Solver:\n    \
             def __init__(self, model):\n        self.model = model\n        self.rule = sgd\n    def step(self):\n        \
             loss, grads = self.model.loss()\n        for k, q in self.model.params.items():\n            \
             self.model.params[k] = self.rule(q, grads[k])\nsolver = Solver(Model())\nfor i in range(6):\n    \
             solver.step()\n",
            1,
            "2 * w}",
            "2 * w * w}",
        ),
        (
            "import numpy as np\ndef f(params, X, y):\n    W, = params\n    s = X.dot(W)\n    \
             p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)\n    \
             loss = -np.log(p[np.arange(2), y]).mean()\n    return loss, p\nX = np.array([[1.0, 2.0], [3.0, 1.0]])\n\
             y = np.array([0, 1])\nparams = [np.array([[0.1, 0.2], [0.3, 0.4]])]\nlr = 0.1\nfor it in range(10):\n    \
             loss, p = f(params, X, y)\n    d = p.copy()\n    d[np.arange(2), y] -= 1\n    d /= 2\n    \
             for q, g in zip(params, [X.T.dot(d)]):\n        q -= lr * g\n",
            1,
            "X.T.dot(d)",
            "X.dot(d)",
        ),
    ]);
}

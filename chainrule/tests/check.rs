//! `chainrule check`: what is said of whole programs.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Judged, Options, Report, Verdict, check};
use std::path::Path;

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

/// The updates alone: what is said of partials is tested on its own.
fn updates(report: &Report) -> Vec<&Judged> {
    report.claims.iter().filter(|claim| claim.kind == ClaimKind::Update).collect()
}

fn verdicts(report: &Report) -> Vec<(&str, Verdict)> {
    updates(report).into_iter().map(|claim| (claim.target.as_str(), claim.verdict)).collect()
}

/// One neuron that descends the squared error, with these two lines in the place of its gradients.
fn neuron(gradients: &str) -> String {
    format!(
        "
import math
w, b = 0.4, 0.1
lr = 0.2
for step in range(30):
    for x, y in [(0.5, 1.0), (-1.5, 0.25), (2.0, -0.5)]:
        out = math.tanh(w * x + b)
        loss = (out - y) ** 2
        {}
        w -= lr * dw
        b -= lr * db
",
        gradients.replace('\n', "\n        ")
    )
}

#[test]
fn a_right_program_is_right() {
    let report = report(&neuron("dz = 2 * (out - y) * (1 - out ** 2)\ndw = dz * x\ndb = dz"));
    assert_eq!(verdicts(&report), [("w", Verdict::Right), ("b", Verdict::Right)]);
    assert_eq!(
        (report.verdict, report.loss.as_deref(), report.error.as_ref().map(|error| error.message.as_str())),
        (Verdict::Right, Some("loss"), None)
    );
    assert_eq!((updates(&report)[0].line, updates(&report)[0].points), (12, 90));
}

#[test]
fn a_wrong_derivative_is_wrong_with_both_numbers() {
    let report = report(&neuron("dz = 2 * (out - y) * (1 - out)\ndw = dz * x\ndb = 2 * (out - y) * (1 - out ** 2)"));
    assert_eq!(verdicts(&report), [("w", Verdict::Wrong), ("b", Verdict::Right)]);
    let out = (0.4f64 * 0.5 + 0.1).tanh();
    let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert!(near(updates(&report)[0].claimed.numbers[0], 2.0 * (out - 1.0) * (1.0 - out) * 0.5));
    assert!(near(updates(&report)[0].derivative.numbers[0], 2.0 * (out - 1.0) * (1.0 - out * out) * 0.5));
    assert_eq!(updates(&report)[0].factor, None);
}

#[test]
fn a_constant_factor_of_all_updates_is_no_fault_and_of_one_is() {
    let halved = report(&neuron("dz = (out - y) * (1 - out ** 2)\ndw = dz * x\ndb = dz"));
    assert_eq!(verdicts(&halved), [("w", Verdict::Scaled), ("b", Verdict::Scaled)]);
    assert!((updates(&halved)[0].factor.unwrap() - 0.5).abs() < 1e-9);
    let one = report(&neuron("dz = 2 * (out - y) * (1 - out ** 2)\ndw = 3 * dz * x\ndb = dz"));
    assert_eq!(verdicts(&one), [("w", Verdict::Wrong), ("b", Verdict::Right)]);
    assert!((updates(&one)[0].factor.unwrap() - 3.0).abs() < 1e-9);
    let turned = report(&neuron("dz = -2 * (out - y) * (1 - out ** 2)\ndw = dz * x\ndb = dz"));
    assert_eq!(turned.verdict, Verdict::Wrong);
}

/// A hidden layer of three, trained with matrices kept in a dictionary.
const LAYERS: &str = "
import numpy as np
np.random.seed(1)
X = np.random.randn(5, 2)
Y = np.random.rand(5, 1)
params = {'W1': np.random.randn(2, 3), 'b1': np.zeros(3), 'W2': np.random.randn(3, 1), 'b2': np.zeros(1)}

def forward(params):
    H = np.maximum(0, X @ params['W1'] + params['b1'])
    return H, H @ params['W2'] + params['b2']

def squares(out):
    return np.mean((out - Y) ** 2)

for epoch in range(40):
    H, out = forward(params)
    loss = squares(out)
    d = 2 * (out - Y) / len(Y)
    dH = (d @ params['W2'].T) * (H > 0)
    grads = {'W1': X.T @ dH, 'b1': dH.sum(axis=0), 'W2': H.T @ d, 'b2': d.sum(axis=0)}
    for k in params:
        params[k] -= 0.1 * grads[k]
";

#[test]
fn matrices_in_a_dictionary_are_followed() {
    let right = report(LAYERS);
    assert_eq!(verdicts(&right), [("params[k]", Verdict::Right)], "{right:?}");
    assert_eq!(updates(&right)[0].points, 100);
    let wrong = report(&LAYERS.replace("* (H > 0)", "* H"));
    assert_eq!(verdicts(&wrong), [("params[k]", Verdict::Wrong)]);
}

#[test]
fn new_names_and_attributes_and_added_negatives_are_updates_too() {
    let program = "
class Net:
    def __init__(self):
        self.w = 0.3

net = Net()
v = -0.6
u = 0.8
eta = 0.5
for i in range(10):
    E = (net.w * v + u - 1) ** 2
    g = 2 * (net.w * v + u - 1)
    v_new = v - eta * g * net.w
    u = u + -eta * g
    net.w += -eta * g * v
    v = v_new
";
    let report = report(program);
    let all = [("v_new", Verdict::Right), ("u", Verdict::Right), ("net.w", Verdict::Right)];
    assert_eq!(verdicts(&report), all, "{report:?}");
    assert_eq!(updates(&report)[0].wrt, "v");
}

#[test]
fn a_parameter_that_is_used_after_its_update_is_not_the_old_one() {
    let program = "
lr = 0.1
w = 0.7
v = -0.4
for i in range(20):
    h = w * 1.5
    loss = (h * v - 1) ** 2
    d = 2 * (h * v - 1)
    v -= lr * d * h
    w -= lr * d * v * 1.5
";
    assert_eq!(verdicts(&report(program)), [("v", Verdict::Right), ("w", Verdict::Wrong)]);
}

#[test]
fn what_is_summed_up_is_no_update() {
    let program = "
import numpy as np
w = np.array([0.5, -0.25])
x = np.array([1.0, 2.0])
lr = 0.1
total = 0.0
for i in range(5):
    z = 0.0
    for k in range(2):
        z += w[k] * x[k]
    loss = (z - 1.0) ** 2
    total += loss
    shifted = x
    shifted = shifted - shifted.max()
    w -= lr * 2 * (z - 1.0) * x
";
    assert_eq!(verdicts(&report(program)), [("w", Verdict::Right)]);
}

#[test]
fn momentum_is_unchecked_with_its_reason() {
    let program = "
w = 1.0
velocity = 0.0
lr = 0.1
for i in range(10):
    loss = (w - 3) ** 2
    velocity = 0.9 * velocity - lr * 2 * (w - 3)
    w += velocity
";
    let report = report(program);
    assert_eq!(verdicts(&report), [("w", Verdict::Unchecked)], "{report:?}");
    assert!(updates(&report)[0].reason.as_deref().unwrap().contains("momentum"));
}

#[test]
fn how_far_a_result_lies_from_its_target_is_no_loss() {
    let program = "
w, b = 0.5, 0.0
rate = 0.1
for x, y in [(1.0, 2.0), (2.0, 3.0), (0.5, 0.0)] * 5:
    error = y - (w * x + b)
    w += rate * error * x
    b += rate * error
";
    let alone = report(program);
    assert!(alone.claims.is_empty() && alone.error.unwrap().message.contains("no loss"));
    let options = Options { loss: Some("error ** 2 / 2".into()), ..Options::default() };
    assert_eq!(check(program, "program.py", &options).verdict, Verdict::Right);
}

/// Right programs in other styles: sums over samples, penalties, layers, lists, stabilised exponentials.
#[test]
fn right_programs_of_many_styles_are_right() {
    let batches = "
import numpy as np
np.random.seed(0)
W = np.random.randn(3)
b = 0.0
data = [(np.random.randn(3), np.random.rand()) for _ in range(4)]
learning_rate, reg = 0.05, 0.01
for epoch in range(6):
    loss, dW, db = 0.0, np.zeros(3), 0.0
    for x, y in data:
        p = 1 / (1 + np.exp(-(W @ x + b)))
        loss += -(y * np.log(p) + (1 - y) * np.log(1 - p)) / len(data)
        dW += (p - y) * x / len(data)
        db += (p - y) / len(data)
    loss += reg * np.sum(W ** 2)
    dW += 2 * reg * W
    W -= learning_rate * dW
    b -= learning_rate * db
";
    let layers = "
import numpy as np
rng = np.random.default_rng(3)

class Layer:
    def __init__(self, n, m):
        self.W = rng.normal(size=(n, m)) * 0.5
        self.b = np.zeros((1, m))
    def forward(self, x):
        self.x = x
        self.out = np.tanh(x @ self.W + self.b)
        return self.out
    def backward(self, grad, lr):
        grad = grad * (1 - self.out ** 2)
        back = grad @ self.W.T
        self.W -= lr * (self.x.T @ grad)
        self.b -= lr * grad.sum(axis=0, keepdims=True)
        return back

net = [Layer(2, 4), Layer(4, 3), Layer(3, 1)]
X, Y = rng.normal(size=(6, 2)), rng.uniform(size=(6, 1))
for step in range(15):
    out = X
    for layer in net:
        out = layer.forward(out)
    loss = np.mean((out - Y) ** 2)
    grad = 2 * (out - Y) / len(Y)
    for layer in reversed(net):
        grad = layer.backward(grad, 0.1)
";
    let softmax = "
import numpy as np
np.random.seed(4)
W = 0.1 * np.random.randn(4, 3)
X, y = np.random.randn(7, 4), np.random.randint(0, 3, 7)
step_size = 0.5
for i in range(12):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    e = np.exp(scores)
    probs = e / np.sum(e, axis=1, keepdims=True)
    loss = np.mean(-np.log(probs[range(7), y]))
    dscores = probs.copy()
    dscores[range(7), y] -= 1
    dscores /= 7
    W += -step_size * X.T.dot(dscores)
";
    let lists = "
import math, random
random.seed(2)
weights = [random.gauss(0, 1) for _ in range(3)]
bias = 0
samples = [([0.5, -1.0, 2.0], 1), ([1.5, 0.25, -0.5], 0)]
for epoch in range(20):
    for inputs, target in samples:
        total = bias + sum(w * x for w, x in zip(weights, inputs))
        guess = 1 / (1 + math.exp(-total))
        cost = 0.5 * (guess - target) ** 2
        delta = (guess - target) * guess * (1 - guess)
        for i in range(len(weights)):
            weights[i] -= 0.3 * delta * inputs[i]
        bias -= 0.3 * delta
";
    for (program, count) in [(batches, 2), (layers, 2), (softmax, 1), (lists, 2)] {
        let report = report(program);
        assert_eq!((report.verdict, updates(&report).len()), (Verdict::Right, count), "{program}\n{report:?}");
        assert!(report.error.is_none(), "{report:?}");
    }
}

#[test]
fn a_gradient_that_has_vanished_raises_no_alarm() {
    let program = "
import numpy as np
w = np.array([[4.0]])
x, y = np.array([[2.0]]), np.array([[1.0]])
lr = 5.0
for i in range(60):
    a = 1 / (1 + np.exp(-x @ w))
    cost = -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a + 1e-300))
    w = w - lr * x.T @ (a - y)
";
    assert_eq!(report(program).verdict, Verdict::Right);
}

#[test]
fn a_difference_on_a_kink_alone_is_a_kink() {
    let program = "
import numpy as np
w = np.zeros(2)
x = np.array([1.0, -1.0])
lr = 0.1
for i in range(3):
    h = np.maximum(0, w)
    loss = np.sum((h - x) ** 2)
    w -= lr * 2 * (h - x) * np.where(w >= 0, 1, 0)
";
    assert_eq!(report(program).verdict, Verdict::Kink);
}

#[test]
fn what_cannot_be_checked_says_why() {
    let error = |program: &str| report(program).error.unwrap().message;
    assert!(error("x = 1\n").contains("nothing to check"));
    assert!(error("").contains("nothing to check"));
    assert!(error("w = 1.0\nlr = 0.1\nfor i in range(3):\n    w -= lr * 2 * w\n").contains("no loss"));
    assert_eq!(report("w = (\n").error.unwrap().line, Some(1));
    assert!(error(&neuron("dw = 1 / 0\ndb = 0")).contains("ZeroDivisionError"));
    let late =
        "w = 1.0\nlr = 0.1\nfor i in range(3):\n    g = 2 * w\n    w -= lr * g\n    old = w\n    loss = old ** 2\n";
    assert!(error(late).contains("--loss"), "{}", error(late));
    let two = "w = 1.0\nlr = 0.1\nfor i in range(3):\n    loss = w ** 2\n    error = w ** 3 + w\n    w -= lr * 2 * w\n";
    assert!(error(two).contains("loss (line 4) and error (line 5)"), "{}", error(two));
    let rivals = "w = 1.0\nv = 2.0\nlr = 0.1\nimport numpy as np\np = np.array([1.0, 2.0])\nfor i in range(3):
    loss = np.sum(p ** 2)\n    cost = p[0] * p[1]\n    p -= lr * 2 * p\n";
    assert!(error(rivals).contains("loss (line 7) and cost (line 8)"), "{}", error(rivals));
}

#[test]
fn the_loss_and_the_rate_can_be_given() {
    let program = "w = 1.0\nk = 0.1\nfor i in range(9):\n    miss = w - 2\n    w -= k * 0.5 * 2 * miss\n";
    let options = Options { loss: Some("miss ** 2".into()), rate: Some("k * 0.5".into()), ..Options::default() };
    let report = check(program, "program.py", &options);
    assert_eq!(report.verdict, Verdict::Right, "{report:?}");
}

#[test]
fn the_text_shows_the_line_and_both_numbers() {
    let program = neuron("dz = 2 * (out - y) * (1 - out)\ndw = dz * x\ndb = 2 * (out - y) * (1 - out ** 2)");
    let text = report(&program).text(&program, "neuron.py", false);
    assert!(text.contains("neuron.py:10:9") && text.contains("dw = dz * x") && text.contains("^^^^"), "{text}");
    assert!(text.contains("line 12") && text.contains("w -= lr * dw"), "{text}");
    let summary = "neuron.py: wrong: 2 updates (1 right, 1 wrong), 2 partials (1 right, 1 wrong) by loss\n";
    assert!(text.ends_with(summary), "{text}");
}

#[test]
fn the_published_tutorials_get_their_verdicts() {
    let tutorials = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tutorials");
    let checked = |name: &str, loss: Option<&str>| {
        let program = std::fs::read_to_string(tutorials.join(name)).ok()?;
        Some(check(&program, name, &Options { loss: loss.map(str::to_owned), ..Options::default() }))
    };
    let Some(two_layer) = checked("two_layer.py", Some("(y_true - y_pred) ** 2")) else { return };
    assert_eq!((two_layer.verdict, updates(&two_layer).len()), (Verdict::Right, 9));
    assert!(checked("two_layer.py", None).unwrap().error.unwrap().message.contains("--loss"));
    let xor = checked("xor.py", None).unwrap();
    assert_eq!((xor.verdict, updates(&xor).len(), xor.loss.as_deref()), (Verdict::Right, 4, Some("cost")));
    let worked = checked("worked_example.py", None).unwrap();
    let wrong: Vec<&str> =
        worked.claims.iter().filter(|claim| claim.verdict == Verdict::Wrong).map(|claim| &*claim.target).collect();
    assert_eq!((wrong, worked.claims.len()), (vec!["w3_new", "w4_new"], 8));
    assert!((worked.claims[6].derivative.numbers[0] - 0.0000363631).abs() < 1e-10);
    let gate = checked("and_gate_runs.py", None).unwrap();
    assert_eq!((gate.verdict, updates(&gate).len()), (Verdict::Scaled, 4));
    assert!(updates(&gate).iter().all(|claim| (claim.factor.unwrap() - 2.0).abs() < 1e-9));
    assert!(checked("and_gate.py", None).unwrap().error.unwrap().line == Some(60));
    assert!(checked("neuron_steps.py", None).unwrap().error.unwrap().message.contains("nothing to check"));
}

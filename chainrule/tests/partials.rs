//! `chainrule check`: named partials and comment claims.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Judged, Options, Report, Verdict, check};
use std::path::{Path, PathBuf};

fn report(program: &str) -> Report {
    check(program, "program.py", &Options::default())
}

/// The verdicts on the claims of one target, in the order of the source.
fn verdicts_on(report: &Report, target: &str) -> Vec<Verdict> {
    report.claims.iter().filter(|claim| claim.target == target).map(|claim| claim.verdict).collect()
}

fn partials(report: &Report) -> impl Iterator<Item = &Judged> {
    report.claims.iter().filter(|claim| claim.kind != ClaimKind::Update)
}

fn right_programs() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/right");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn right_programs_of_many_styles_have_nothing_wrong() {
    let programs = right_programs();
    assert!(programs.len() >= 15);
    for (path, program) in programs {
        let report = report(&program);
        assert!(report.error.is_none(), "{}: {report:?}", path.display());
        assert!(matches!(report.verdict, Verdict::Right | Verdict::Scaled), "{}: {report:?}", path.display());
        let compared = report.claims.iter().filter(|claim| claim.verdict != Verdict::Unchecked).count();
        assert!(compared >= 2 && report.claims.iter().all(|claim| claim.verdict != Verdict::Wrong), "{report:?}");
    }
}

/// A hidden neuron and an output, with every derivative named, `edit`ed.
fn chain(edit: impl Fn(&str) -> String) -> Report {
    report(&edit(
        "
import math
w1, b1, w2 = 0.5, -0.2, 0.8
lr = 0.1
for epoch in range(8):
    for x, y in [(0.5, 1.0), (-1.25, 0.3), (2.0, -0.4)]:
        z = w1 * x + b1
        h = math.tanh(z)
        y_pred = w2 * h * h
        L = (y_pred - y) ** 2
        d_L_d_ypred = 2 * (y_pred - y)
        d_ypred_d_w2 = h * h
        d_ypred_d_h = 2 * w2 * h
        dh_dz = 1 - h ** 2
        dz_dw1 = x
        dz_db1 = 1
        w2 -= lr * d_L_d_ypred * d_ypred_d_w2
        w1 -= lr * d_L_d_ypred * d_ypred_d_h * dh_dz * dz_dw1
        b1 -= lr * d_L_d_ypred * d_ypred_d_h * dh_dz * dz_db1
",
    ))
}

#[test]
fn each_named_partial_is_compared_with_its_own_derivative() {
    let right = chain(str::to_owned);
    assert_eq!(right.verdict, Verdict::Right, "{right:?}");
    let named: Vec<(&str, &str, &str, usize)> =
        partials(&right).map(|claim| (&*claim.target, &*claim.of, &*claim.wrt, claim.points)).collect();
    let expected = [
        ("d_L_d_ypred", "L", "y_pred", 24),
        ("d_ypred_d_w2", "y_pred", "w2", 24),
        ("d_ypred_d_h", "y_pred", "h", 24),
        ("dh_dz", "h", "z", 24),
        ("dz_dw1", "z", "w1", 24),
        ("dz_db1", "z", "b1", 24),
    ];
    assert_eq!(named, expected);
}

#[test]
fn a_wrong_partial_is_wrong_where_it_begins() {
    let report = chain(|program| program.replace("1 - h ** 2", "1 - h"));
    assert_eq!(verdicts_on(&report, "dh_dz"), [Verdict::Wrong]);
    let wrong: Vec<&str> =
        report.claims.iter().filter(|claim| claim.verdict == Verdict::Wrong).map(|claim| &*claim.target).collect();
    assert_eq!(wrong, ["dh_dz", "w1", "b1"]);
    let root = report.claims.iter().position(|claim| claim.target == "dh_dz").unwrap();
    let begin: Vec<Option<usize>> =
        report.claims.iter().filter(|claim| claim.verdict == Verdict::Wrong).map(|claim| claim.begins_at).collect();
    assert_eq!(begin, [None, Some(root), Some(root)]);
    let h = (0.5f64 * 0.5 - 0.2).tanh();
    assert!((report.claims[root].claimed.numbers[0] - (1.0 - h)).abs() < 1e-12);
    assert!((report.claims[root].derivative.numbers[0] - (1.0 - h * h)).abs() < 1e-12);
}

#[test]
fn a_factor_that_a_later_line_takes_back_is_scaled() {
    let report =
        chain(|program| program.replace("= 2 * (y_pred - y)", "= (y - y_pred)").replace("lr * d_L", "lr * -2 * d_L"));
    assert_eq!(verdicts_on(&report, "d_L_d_ypred"), [Verdict::Scaled], "{report:?}");
    assert_eq!((partials(&report).next().unwrap().factor, report.verdict), (Some(-0.5), Verdict::Right));
    // Nothing takes it back of a value that nothing is made of.
    let idle = chain(|program| {
        program.replace("        dz_dw1 = x", "        dz_dw1 = x\n        d_L_d_h = 3 * d_L_d_ypred * d_ypred_d_h")
    });
    assert_eq!(verdicts_on(&idle, "d_L_d_h"), [Verdict::Wrong], "{idle:?}");
}

#[test]
fn an_explicit_name_is_held_to_what_it_says() {
    let moved = |program: &str| {
        program.replace("d_ypred_d_h = 2 * w2 * h", "d_ypred_d_h = 2 * w2 * h * (1 - h ** 2)").replace(" * dh_dz", "")
    };
    let report = chain(moved);
    assert_eq!(verdicts_on(&report, "d_ypred_d_h"), [Verdict::Wrong], "{report:?}");
    assert_eq!(verdicts_on(&report, "w1"), [Verdict::Right]);
}

#[test]
fn an_implied_name_may_be_a_delta_of_another_kind() {
    let delta = |program: &str| {
        program
            .replace("d_ypred_d_h = 2 * w2 * h", "dh = 2 * w2 * h * (1 - h ** 2) * d_L_d_ypred")
            .replace("d_L_d_ypred * d_ypred_d_h * dh_dz", "dh")
    };
    let report = chain(delta);
    assert_eq!(verdicts_on(&report, "dh"), [Verdict::Unchecked], "{report:?}");
    assert_eq!(report.verdict, Verdict::Right);
    let wrong = chain(|program| delta(program).replace("(1 - h ** 2) *", "(1 - h) *"));
    assert_eq!(verdicts_on(&wrong, "dh"), [Verdict::Wrong], "{wrong:?}");
}

#[test]
fn what_only_looks_like_a_partial_is_none() {
    let report = chain(|program| {
        let idle = "        data = [x, y]\n        delta = y_pred - y\n        dL_dy = 3.0\n        dx = 0.5\n";
        program.replace("        dz_db1 = 1\n", &format!("{idle}        dz_db1 = 1\n"))
    });
    assert_eq!((partials(&report).count(), report.verdict), (6, Verdict::Right), "{report:?}");
}

#[test]
fn a_sum_is_judged_when_it_is_whole() {
    let program = "
import numpy as np
np.random.seed(0)
W = np.random.randn(2, 3)
X = np.random.randn(4, 2)
lr = 0.1
for step in range(5):
    loss = 0.05 * np.sum(W ** 2)
    dW = np.zeros((2, 3))
    for x in X:
        loss += np.sum((x @ W) ** 2)
        dW += 2 * np.outer(x, x @ W)
        if step == 2:
            print(dW)
    dW += 0.1 * W
    W -= lr * dW
";
    let right = report(program);
    assert_eq!((right.verdict, verdicts_on(&right, "dW")), (Verdict::Right, vec![Verdict::Right]), "{right:?}");
    let claim = partials(&right).next().unwrap();
    assert_eq!((claim.points, claim.line), (5, 12));
    let wrong = report(&program.replace("0.1 * W\n", "0.05 * W\n"));
    assert_eq!((verdicts_on(&wrong, "dW"), verdicts_on(&wrong, "W")), (vec![Verdict::Wrong], vec![Verdict::Wrong]));
}

#[test]
fn arrays_by_arrays_are_compared_where_the_jacobian_is_diagonal() {
    let program = "
import numpy as np
W = np.array([[0.5, -0.25], [0.75, 1.0]])
x = np.array([1.0, 2.0])
lr = 0.1
for step in range(6):
    z = x @ W
    a = 1 / (1 + np.exp(-z))
    s = a / np.sum(a)
    C = np.sum(s * np.array([1.0, 3.0]))
    da_dz = a * (1 - a)
    ds_da = 1 / np.sum(a)
    g = np.array([1.0, 3.0]) / np.sum(a) - np.sum(a * np.array([1.0, 3.0])) / np.sum(a) ** 2
    W -= lr * np.outer(x, g * da_dz)
";
    let right = report(program);
    assert_eq!(verdicts_on(&right, "da_dz"), [Verdict::Right], "{right:?}");
    assert_eq!((verdicts_on(&right, "ds_da"), right.verdict), (vec![Verdict::Unchecked], Verdict::Right));
    let reason = partials(&right).find(|claim| claim.target == "ds_da").unwrap().reason.clone().unwrap();
    assert!(reason.contains("more than one of a"), "{reason}");
    let wrong = report(&program.replace("a * (1 - a)", "a * (1 + a)"));
    assert_eq!(verdicts_on(&wrong, "da_dz"), [Verdict::Wrong]);
}

#[test]
fn a_comment_says_what_a_name_does_not() {
    let program = "
w, v, eta = 0.5, -0.3, 0.1
for x, t in [(1.0, 0.5), (2.0, -0.5), (-1.5, 0.25)] * 4:
    h = (w * x) ** 2
    E = (v * h - t) ** 2
    back = 2 * (v * h - t) * v    #: dE/dh
    slope = 2 * (w * x) * x       #: dh/dw
    w -= eta * back * slope
    v -= eta * 2 * (v * h - t) * h
";
    let right = report(program);
    let comments: Vec<(&str, Verdict)> = partials(&right).map(|claim| (&*claim.target, claim.verdict)).collect();
    assert_eq!(comments, [("back", Verdict::Right), ("slope", Verdict::Right)], "{right:?}");
    assert!(partials(&right).all(|claim| claim.kind == ClaimKind::Comment));
    let wrong = report(&program.replace("2 * (w * x) * x ", "2 * (w * x) ** x "));
    assert_ne!(wrong.verdict, Verdict::Right);
    let wrong = report(&program.replace("(w * x) * x ", "(w * x) "));
    assert_eq!((verdicts_on(&wrong, "slope"), verdicts_on(&wrong, "w")), (vec![Verdict::Wrong], vec![Verdict::Wrong]));
}

#[test]
fn a_claim_in_a_loop_over_names_says_which_keys_fail() {
    let program = "
import numpy as np
p = {'a': 0.5, 'b': -0.25, 'c': 2.0}
lr = 0.1
for i in range(6):
    loss = p['a'] ** 2 + np.sin(p['b']) + 3 * p['c']
    grads = {'a': 2 * p['a'], 'b': np.sin(p['b']), 'c': 3 + i}
    for k in p:
        p[k] -= lr * grads[k]
";
    let report = report(program);
    assert_eq!(report.claims[0].failing_keys, ["b", "c"], "{report:?}");
}

#[test]
fn a_sum_with_a_minus_is_no_parameter() {
    let program = "
w, v, b = 0.5, -0.25, 0.1
lr = 0.1
for x, y in [(1.0, 2.0), (2.0, -1.0), (0.5, 0.25)] * 4:
    z = 0.0
    for a in [w, v]:
        z -= a * x
    z -= b
    loss = (z - y) ** 2
    g = 2 * (z - y)
    w -= lr * g * -x
    v -= lr * g * -x
    b -= lr * -g
";
    let report = report(program);
    let targets: Vec<&str> = report.claims.iter().map(|claim| &*claim.target).collect();
    assert_eq!((targets, report.verdict), (vec!["w", "v", "b"], Verdict::Right), "{report:?}");
    // A training that begins anew in each round of a loop is one all the same.
    let again = "
for lr in [0.1, 0.2]:
    w = 0.0
    for x in [1.0, 2.0, -1.0]:
        L = (w * x - 1) ** 2
        w -= lr * 2 * w
";
    let again = check(again, "again.py", &Options::default());
    assert_eq!((again.claims.len(), again.verdict), (1, Verdict::Wrong), "{again:?}");
}

#[test]
fn conversions_to_plain_numbers_do_not_cut_the_program_short() {
    let program = "
import numpy as np
w = np.array([0.5, -0.25])
lr = 0.1
for x, y in [(1.0, 2.0), (2.0, -1.0), (0.5, 0.25)] * 4:
    z = float(w[0] * x) + (w[1] * x).item() + sum((w * w).tolist())
    L = float(np.square(z - y))
    w -= lr * 2 * float(z - y) * (x + 2 * w)
";
    let right = report(program);
    assert_eq!((right.claims.len(), right.verdict), (1, Verdict::Right), "{right:?}");
    assert_eq!(report(&program.replace("(x + 2 * w)", "(x + w)")).verdict, Verdict::Wrong);
    let mapped = "
w = [0.5, -0.25]
lr = 0.1
for i in range(5):
    first, second = map(float, w)
    loss = sum(map(float, [first * first, 3 * second]))
    w[0] -= lr * 2 * first
    w[1] -= lr * 3
";
    let right = report(mapped);
    assert_eq!((right.claims.len(), right.verdict), (2, Verdict::Right), "{right:?}");
    assert_eq!(report(&mapped.replace("2 * first", "first")).verdict, Verdict::Wrong);
}

#[test]
fn a_training_that_runs_away_raises_no_alarm() {
    let program = "
w, lr = 3.0, 1.0
for i in range(40):
    loss = (w * w - 1) ** 2
    dw = 4 * w * (w * w - 1)
    w -= lr * dw
    if w != w or abs(w) > 1e300:
        break
";
    let right = report(program);
    assert_eq!((right.claims.len(), right.verdict), (2, Verdict::Right), "{right:?}");
    assert_eq!(report(&program.replace("(w * w - 1)\n    w", "(w * w + 1)\n    w")).verdict, Verdict::Wrong);
}

#[test]
fn a_tie_that_the_loss_does_not_feel_is_no_kink() {
    let program = "
import numpy as np
W = np.zeros((2, 3))
x, label = np.array([1.0, -2.0]), 1
lr = 0.1
for i in range(6):
    scores = x @ W
    shifted = scores - np.max(scores)
    probs = np.exp(shifted) / np.sum(np.exp(shifted))
    loss = -np.log(probs[label])
    dscores = probs.copy()
    dscores[label] -= 1
    W -= lr * np.outer(x, dscores)
";
    assert_eq!(report(program).verdict, Verdict::Right);
    let wrong = report(&program.replace("dscores[label] -= 1", "dscores[label] -= 0.5"));
    assert_eq!(verdicts_on(&wrong, "W"), [Verdict::Wrong], "{wrong:?}");
    let once = report(&program.replace("range(6)", "range(1)").replace("label] -= 1", "label] -= 0.5"));
    assert_eq!(verdicts_on(&once, "W"), [Verdict::Wrong], "{once:?}");
}

#[test]
fn the_text_shows_a_fault_once_and_is_quiet_otherwise() {
    let wrong = "w = 0.5\nlr = 0.1\nfor x in [1.0, 2.0, -0.5]:\n    z = w * x\n    L = z ** 3\n    dL_dz = 3 * z\n    dL_dw = dL_dz * x\n    w -= lr * dL_dw\n";
    let text = report(wrong).text(wrong, "cube.py", false);
    assert!(text.contains("cube.py:6:5") && text.contains("`dL_dz` is not dL/dz"), "{text}");
    assert!(text.contains("line 7") && text.contains("line 8") && !text.contains("cube.py:7"), "{text}");
    assert!(text.ends_with("cube.py: wrong: 1 update, 2 partials wrong by L\n"), "{text}");
    let right = wrong.replace("3 * z\n", "3 * z ** 2\n");
    assert_eq!(report(&right).text(&right, "cube.py", false), "cube.py: right: 1 update, 2 partials right by L\n");
}

#[test]
fn the_published_tutorials_have_right_partials() {
    let tutorials = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tutorials");
    let checked = |name: &str, loss: Option<&str>| {
        let program = std::fs::read_to_string(tutorials.join(name)).ok()?;
        Some(check(&program, name, &Options { loss: loss.map(str::to_owned), ..Options::default() }))
    };
    let count = |report: &Report, is_update: bool, verdict: Verdict| {
        let of_kind = report.claims.iter().filter(|claim| (claim.kind == ClaimKind::Update) == is_update);
        of_kind.filter(|claim| claim.verdict == verdict).count()
    };
    let Some(two_layer) = checked("two_layer.py", Some("(y_true - y_pred) ** 2")) else { return };
    assert_eq!((count(&two_layer, true, Verdict::Right), count(&two_layer, false, Verdict::Right)), (9, 12));
    assert_eq!((two_layer.claims.len(), two_layer.verdict), (21, Verdict::Right));
    let xor = checked("xor.py", None).unwrap();
    assert_eq!((count(&xor, true, Verdict::Right), verdicts_on(&xor, "dZ2")), (4, vec![Verdict::Scaled]));
    let dz2 = xor.claims.iter().find(|claim| claim.target == "dZ2").unwrap();
    assert!((dz2.factor.unwrap() - 4.0).abs() < 1e-9 && xor.verdict == Verdict::Right);
    assert_eq!(count(&xor, false, Verdict::Wrong), 0);
    let gate = checked("and_gate_runs.py", None).unwrap();
    assert_eq!((count(&gate, true, Verdict::Scaled), gate.verdict), (4, Verdict::Scaled));
    assert_eq!(count(&gate, false, Verdict::Wrong), 0);
    let worked = checked("worked_example.py", None).unwrap();
    assert_eq!((count(&worked, true, Verdict::Wrong), count(&worked, true, Verdict::Right)), (2, 6));
    assert_eq!(partials(&worked).count(), 0);
}

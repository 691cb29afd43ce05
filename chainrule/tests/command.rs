//! The `chainrule` command: its arguments, its exit status, and what it prints where.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Exit status, standard output, standard error.
fn chainrule(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_chainrule")).args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A file that is there as long as this is.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, bytes: &[u8]) -> Written {
        // Tests run side by side, and some write files of one name.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let own = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("chainrule-{}-{own}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Written(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

const RIGHT: &str = "
w, v = 0.5, 2.0
lr = 0.1
for x, y in [(1.0, 2.0), (2.0, 3.0), (0.5, 0.0)] * 5:
    loss = (w * v * x - y) ** 2
    d = 2 * (w * v * x - y) * x
    w_new = w - lr * d * v
    v -= lr * d * w
    w = w_new
";

fn json(program: &str, arguments: &[&str]) -> (i32, Value) {
    let file = Written::new("json.py", program.as_bytes());
    let (status, out, err) = chainrule(&[&["check", "--json", file.path()], arguments].concat());
    assert_eq!((err.as_str(), out.lines().count()), ("", 1), "{out}");
    (status, serde_json::from_str(&out).unwrap())
}

#[test]
fn a_loss_that_bears_on_nothing_is_named() {
    let program = format!("{RIGHT}    cost, error = loss, 2 * loss\n    cost = loss\n    error = loss\n");
    let (status, report) = json(&program, &["--loss", "no_such_name"]);
    let message = report["error"]["message"].as_str().unwrap();
    assert_eq!((status, message.contains("`no_such_name` bears on no updated parameter")), (2, true), "{message}");
}

#[test]
fn the_exit_status_tells_the_verdict() {
    let status = |program: &str, arguments: &[&str]| json(program, arguments).0;
    let halved = RIGHT.replace("d = 2 *", "d =");
    assert_eq!(status(RIGHT, &["--strict"]), 0);
    assert_eq!((status(&halved, &[]), status(&halved, &["--strict"])), (0, 1));
    assert_eq!(status(&RIGHT.replace("* d * w", "* d * v"), &[]), 1);
    assert_eq!(status("print(1)", &[]), 2);
    assert_eq!(status(RIGHT, &["--loss", "(w * v * x - y) ** 2"]), 0);
    assert_eq!(status(RIGHT, &["--loss", "no_such_name"]), 2);
}

#[test]
fn json_tells_all_claims() {
    let (_, wrong) = json(&RIGHT.replace("* d * w", "* d * v"), &["--points", "7"]);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((&wrong["loss"], &wrong["verdict"], &wrong["error"]), (&"loss".into(), &"wrong".into(), &Value::Null));
    let claims = wrong["claims"].as_array().unwrap();
    let told: Vec<[&str; 5]> = claims
        .iter()
        .map(|claim| ["kind", "target", "of", "wrt", "verdict"].map(|key| claim[key].as_str().unwrap()))
        .collect();
    assert_eq!(told, [["update", "w_new", "loss", "w", "right"], ["update", "v", "loss", "v", "wrong"]]);
    assert_eq!((&claims[1]["line"], &claims[1]["points"]), (&8.into(), &7.into()));
    assert_eq!((&claims[0]["diagnosis"], &claims[0]["failing_keys"]), (&Value::Null, &Value::Array(Vec::new())));
    assert!(keys(&claims[0]).len() == 11 && keys(&wrong).len() == 5);
    // At the first sample: d = 2 (0.5 * 2 * 1 - 2) = -2, times v = 2 as claimed, times w = 0.5 in truth.
    assert_eq!((claims[1]["claimed"].as_f64(), claims[1]["derivative"].as_f64()), (Some(-4.0), Some(-1.0)));

    let (_, halved) = json(&RIGHT.replace("d = 2 *", "d ="), &[]);
    let factor = halved["claims"][0]["diagnosis"]["factor"].as_f64().unwrap();
    assert!((factor - 0.5).abs() < 1e-12 && halved["claims"][0]["verdict"] == "scaled", "{halved}");
    let momentum = "
w, velocity = 1.0, 0.0
for i in range(10):
    loss = (w - 3) ** 2
    velocity = 0.9 * velocity - 0.1 * 2 * (w - 3)
    w += velocity * 1.0
";
    let (_, unchecked) = json(&momentum.replace("w += velocity * 1.0", "w -= -velocity"), &[]);
    assert!(unchecked["claims"][0]["diagnosis"]["text"].as_str().unwrap().contains("momentum"), "{unchecked}");
}

#[test]
fn the_keys_have_the_order_of_the_description() {
    let file = Written::new("order.py", RIGHT.as_bytes());
    let (_, text, _) = chainrule(&["check", "--json", file.path()]);
    let mut rest = text.as_str();
    for key in [
        "file",
        "loss",
        "verdict",
        "claims",
        "kind",
        "target",
        "line",
        "of",
        "wrt",
        "points",
        "verdict",
        "claimed",
        "derivative",
        "failing_keys",
        "diagnosis",
    ] {
        let key = format!("\"{key}\":");
        let place = rest.find(&key).unwrap_or_else(|| panic!("no {key} here: {rest}"));
        rest = &rest[place + key.len()..];
    }
    assert!(rest.ends_with("\"error\":null}\n"), "{rest}");
}

#[test]
fn several_files_are_one_object_a_line_each() {
    let (right, broken) = (Written::new("a.py", RIGHT.as_bytes()), Written::new("b.py", b"w = (\n"));
    let (status, out, _) = chainrule(&["check", "--json", right.path(), broken.path(), "no/such/file.py"]);
    let files: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, files.len()), (2, 3));
    assert_eq!(files[0]["verdict"], "right");
    assert_eq!((&files[1]["error"]["line"], &files[1]["claims"]), (&1.into(), &Value::Array(Vec::new())));
    assert_eq!((&files[2]["file"], &files[2]["error"]["line"]), (&"no/such/file.py".into(), &Value::Null));
}

/// What cannot be checked: the bytes, the place that is named, and a word of the message.
type Bad = (&'static [u8], Option<(usize, usize)>, &'static str);

const BAD: &[Bad] = &[
    (b"", None, "nothing to check"),
    (b"x = 1\n", None, "nothing to check"),
    (b"w = 1\ny = '\xff'\n", Some((2, 6)), "UTF-8"),
    (b"\xff\xfew\0", Some((1, 1)), "UTF-8"),
    (b"w = (\n", Some((1, 5)), "never closed"),
    (b"if True:\nx = 1\n", Some((2, 1)), "indented block"),
    (b"def f():\n    w = 2\n    global w\n", Some((3, 12)), "global"),
    (b"x = 1\n\ny = x +/ 2\n", Some((3, 8)), "SyntaxError"),
    (b"x = 1\0\n", Some((1, 6)), "SyntaxError"),
    (b"def f(x):\n    return 1 / x\n\nf(0)\n", Some((2, 12)), "ZeroDivisionError: division by zero"),
    (b"import numpy as np\nx = np.fft(3)\n", Some((2, 5)), "fft"),
    (b"import numpy as np\nx = np.ones((2, 3)) @ np.ones((2, 3))\n", Some((2, 5)), "ValueError"),
    (b"import os\n", Some((1, 1)), "without access to files"),
    (b"x = 1\nname = input()\n", Some((2, 8)), "without access to files"),
    (b"for i in range(3):\n    open('x')\n", Some((2, 5)), "without access to files"),
    (b"x = 1\nwhile True:\n    x += 1\n", Some((2, 1)), "stopped after 2000 steps"),
    (b"import sys\nsys.exit('no data')\n", Some((2, 1)), "no data"),
    (b"def f():\n    return f()\nf()\n", Some((2, 12)), "RecursionError"),
    (b"w = 1.0\nlr = 0.1\nfor i in range(3):\n    w -= lr * w\n", Some((4, 5)), "no loss"),
    (
        b"w = 1.0\nfor i in range(9):\n    loss = w * w\n    w -= 2 * w * 0.1\n    w / (i - 4)\n",
        Some((5, 5)),
        "ZeroDivision",
    ),
];

#[test]
fn what_cannot_be_checked_is_told_once_with_its_place() {
    for (k, (bytes, place, word)) in BAD.iter().enumerate() {
        let file = Written::new(&format!("bad{k}.py"), bytes);
        let shown = String::from_utf8_lossy(bytes);
        let (status, out, err) = chainrule(&["check", "--steps", "2000", file.path()]);
        assert_eq!((status, out.as_str()), (2, ""), "{shown}\n{err}");
        let told = match place {
            Some((line, column)) => format!("{}:{line}:{column}\n", file.path()),
            None => format!("{}\n", file.path()),
        };
        assert!(err.contains(&told) && err.contains(word), "{shown}\nwants {place:?} and {word}:\n{err}");
        assert_eq!(err.matches("error").count(), 1 + word.matches("error").count(), "{err}");
        let (status, out, _) = chainrule(&["check", "--steps", "2000", "--json", file.path()]);
        let error = &serde_json::from_str::<Value>(&out).unwrap()["error"];
        let found = error["line"].as_u64().zip(error["column"].as_u64());
        assert_eq!((status, found), (2, place.map(|(line, column)| (line as u64, column as u64))), "{shown}\n{out}");
    }
}

#[test]
fn what_is_no_file_is_told() {
    let folder = std::env::temp_dir();
    for path in ["no/such/file.py", folder.to_str().unwrap()] {
        for command in ["check", "run"] {
            let (status, out, err) = chainrule(&[command, path]);
            assert_eq!((status, out.as_str()), (2, ""));
            assert!(err.starts_with("error: ") && err.contains(path), "{err}");
        }
    }
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let file = Written::new("arguments.py", RIGHT.as_bytes());
    for (name, values) in [
        ("rtol", &["nan", "-1", "inf", "1", "x", ""][..]),
        ("points", &["0", "-1", "1.5", "nan", "99999999999"]),
        ("steps", &["0", "-1", "nan"]),
        ("seconds", &["0", "-1", "nan", "inf", "1e99"]),
    ] {
        for value in values {
            let (status, _, err) = chainrule(&["check", &format!("--{name}={value}"), file.path()]);
            assert_eq!(status, 2, "--{name}={value}: {err}");
            assert!(err.contains(&format!("--{name}")), "{err}");
        }
    }
    assert_eq!(chainrule(&["check"]).0, 2);
    assert_eq!(chainrule(&["check", "--rtol=0", "--points=1", "--steps=1000000", file.path()]).0, 0);
}

#[test]
fn a_program_that_is_stopped_says_how_to_let_it_run() {
    let file = Written::new("endless.py", b"while True:\n    pass\n");
    for command in ["check", "run"] {
        let (status, _, err) = chainrule(&[command, "--seconds", "0.2", file.path()]);
        assert!(status == 2 && err.contains("--seconds") && err.contains("0.2 s"), "{err}");
    }
}

#[test]
fn a_program_that_takes_all_memory_ends_as_any_other_failure() {
    let (greedy, right) = (Written::new("greedy.py", b"x = [0] * 10 ** 12\n"), Written::new("c.py", RIGHT.as_bytes()));
    for command in ["check", "run"] {
        let (status, _, err) = chainrule(&[command, greedy.path()]);
        assert!(status == 2 && err.contains("memory") && err.contains(greedy.path()), "{err}");
    }
    let (status, out, _) = chainrule(&["check", "--json", greedy.path(), right.path()]);
    let files: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, files.len(), &files[1]["verdict"]), (2, 2, &"right".into()));
    assert!(files[0]["error"]["message"].as_str().unwrap().contains("memory"));
}

#[test]
fn explain_and_draw_write_what_they_are_asked_for() {
    let file = Written::new("looked.py", RIGHT.as_bytes());
    let (status, out, err) = chainrule(&["explain", file.path(), "--of", "loss", "--wrt", "v"]);
    // loss = (w v x - y)^2 = 1 at first, with the derivative 2 (1 - 2) * 0.5 by v.
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.ends_with("dloss/dv = -1, the sum of 1 path\n"), "{out}");
    for ending in ["svg", "dot"] {
        let picture = Written::new(&format!("picture.{ending}"), b"");
        assert_eq!(chainrule(&["draw", file.path(), "--of", "loss", "-o", picture.path()]).0, 0);
        assert!(std::fs::read_to_string(picture.path()).unwrap().contains("loss"));
    }
    assert_eq!(chainrule(&["draw", file.path(), "--of", "loss", "-o", "graph.png"]).0, 2);
    let (status, _, err) = chainrule(&["explain", file.path(), "--of", "loss", "--wrt", "q"]);
    assert!(status == 2 && err.contains("nothing by the name of q") && err.contains(file.path()), "{err}");
}

#[test]
fn run_prints_what_the_program_prints() {
    let file = Written::new("run.py", b"import numpy as np\nprint(np.ones(2) / 3)\n");
    let expected = (0, "[0.33333333 0.33333333]\n".to_owned(), String::new());
    assert_eq!(chainrule(&["run", file.path()]), expected);
    let broken = Written::new("broken.py", b"print('first')\nx = 1 / 0\n");
    let (status, out, err) = chainrule(&["run", broken.path()]);
    assert_eq!((status, out.as_str()), (2, "first\n"));
    assert!(err.contains("line 2") && err.ends_with("ZeroDivisionError: division by zero\n"), "{err}");
}

#[test]
fn every_command_explains_itself() {
    for command in
        [&["--help"][..], &["check", "--help"], &["run", "--help"], &["explain", "--help"], &["draw", "--help"]]
    {
        let (status, out, _) = chainrule(command);
        assert!(status == 0 && out.contains("Usage: chainrule"), "{out}");
    }
}

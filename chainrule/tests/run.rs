//! `chainrule run`: what programs print, and how they end.

#![allow(clippy::unwrap_used)]

mod common;

use chainrule::{Limits, Outcome};
use std::path::Path;
use std::time::Duration;

fn printed(program: &str, limits: Limits) -> (Outcome, String) {
    common::printed(program, "program.py", limits)
}

fn output(program: &str) -> String {
    let (outcome, text) = printed(program, Limits::default());
    assert_eq!((outcome, program), (Outcome::Finished, program), "{text}");
    text
}

fn failure(program: &str) -> String {
    match printed(program, Limits::default()).0 {
        Outcome::Failed { traceback, .. } => traceback,
        Outcome::Finished => panic!("no failure: {program}"),
    }
}

#[test]
fn python_runs_with_the_modules_that_tutorials_import() {
    let program = "
import copy, functools, itertools, math, operator, random, time, typing
from abc import ABC, abstractmethod
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional, Tuple, Union

@dataclass
class Layer:
    name: str
    width: int = 3
    weights: List[float] = field(default_factory=list)

class Shape(ABC):
    @abstractmethod
    def area(self) -> Optional[float]: ...

Point = namedtuple('Point', 'x y')
layer = Layer('hidden')
twin = copy.deepcopy(layer)
twin.weights.append(0.5)
print(layer, twin.weights, layer == Layer('hidden'))
words = defaultdict(list)
words['a'].append(1)
print(words, Point(1, y=2).x, Counter('abba').most_common(1), functools.reduce(operator.add, [1, 2, 3]))
print(list(itertools.product([0, 1], repeat=2)), time.time() > 0, math.tau > 6)
";
    let expected = "Layer(name='hidden', width=3, weights=[]) [0.5] True
defaultdict(<class 'list'>, {'a': [1]}) 1 [('a', 2)] 6
[(0, 0), (0, 1), (1, 0), (1, 1)] True True
";
    assert_eq!(output(program), expected);
}

#[test]
fn a_view_writes_through_and_a_copy_does_not() {
    let program = "
import numpy as np
W = np.zeros((2, 3))
row, copied = W[1], W[[1]]
row += 1
copied += 5
alias = W
alias -= 0.5
print(W.tolist(), copied.tolist())
";
    assert_eq!(output(program), "[[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]] [[5.0, 5.0, 5.0]]\n");
}

#[test]
fn the_same_program_prints_the_same_without_a_seed() {
    let program =
        "import numpy as np, random\nprint(np.random.randn(3), random.random(), np.random.default_rng().random())";
    assert_eq!(output(program), output(program));
}

#[test]
fn an_exception_is_shown_as_python_shows_it() {
    let text = failure("def f(x):\n    return 1 / x\n\nf(0)\n");
    let place = |line: &str| text.contains(line);
    assert!(place("File \"program.py\", line 4, in <module>") && place("File \"program.py\", line 2, in f"), "{text}");
    assert!(text.ends_with("ZeroDivisionError: division by zero\n"), "{text}");
}

#[test]
fn what_does_not_compile_is_shown_with_its_line_and_a_caret() {
    let text = failure("w = 1\ndef f():\n    w = 2\n    global w\n");
    assert!(text.contains("File \"program.py\", line 4") && text.contains("global w") && text.contains('^'), "{text}");
    assert!(failure("x = (1,\n").contains("line 1"));
}

#[test]
fn a_name_that_numpy_has_and_this_lacks_is_named_with_its_line() {
    let text = failure("import numpy as np\n\nnp.fft(3)\n");
    assert!(text.contains("line 3") && text.contains("'fft'") && text.contains("numpy"), "{text}");
    let text = failure("import numpy as np\nnp.random.gamma(2)\n");
    assert!(text.contains("'gamma'") && text.contains("numpy.random"), "{text}");
    let text = failure("import numpy as np\nnp.sum([1], where=[True])\n");
    assert!(text.contains("'where'") && text.contains("line 2"), "{text}");
    let text = failure("import numpy as np\nnp.zeros(3, dtype=np.float32)\n");
    assert!(text.contains("'float32'"), "{text}");
}

#[test]
fn the_program_has_no_access_to_the_machine() {
    for program in
        ["open('x')", "input()", "import os", "import socket", "from pathlib import Path", "import subprocess"]
    {
        let text = failure(program);
        assert!(text.contains("without access to files, processes, the network or a keyboard"), "{program}: {text}");
        assert!(text.contains("line 1"), "{program}: {text}");
    }
    let text = failure("import _io\n_io.FileIO('/etc/passwd')");
    assert!(text.contains("Error"), "{text}");
}

#[test]
fn an_endless_loop_is_stopped_by_its_steps() {
    let limits = Limits { steps: 10_000, ..Limits::default() };
    for program in [
        "while True:\n    pass",
        "while True:\n    try:\n        x = 1 / 0\n    except Exception:\n        pass",
        "def f():\n    while True:\n        pass\nwhile True:\n    try:\n        f()\n    except:\n        pass",
    ] {
        let (outcome, _) = printed(program, limits);
        let Outcome::Failed { traceback: text, .. } = outcome else { panic!("{program}") };
        assert!(text.contains("stopped after 10000 steps") && text.contains("line "), "{text}");
    }
}

#[test]
fn a_program_is_stopped_by_its_time() {
    let limits = Limits { time: Duration::from_millis(200), ..Limits::default() };
    let Outcome::Failed { traceback: text, .. } = printed("while True:\n    pass", limits).0 else { panic!() };
    assert!(text.contains("stopped after 0.2 s") && text.contains("line 1"), "{text}");
}

#[test]
fn endless_recursion_is_an_exception() {
    assert!(failure("def f():\n    return f()\nf()").contains("RecursionError"));
}

#[test]
fn leaving_early_is_no_failure() {
    assert_eq!(output("import sys\nprint(1)\nsys.exit()\nprint(2)"), "1\n");
    assert!(failure("import sys\nsys.exit('no data')").contains("no data"));
    assert_eq!(output(""), "");
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let error = chainrule::decode(b"x = 1\ny = '\xff'\n").unwrap_err().to_string();
    assert!(error.contains("line 2, column 6"), "{error}");
}

#[test]
fn the_published_tutorials_print_what_numpy_prints() {
    let tutorials = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tutorials");
    for (name, whole) in [("xor", true), ("neuron_steps", true), ("and_gate_runs", true), ("worked_example", false)] {
        let Ok(program) = std::fs::read_to_string(tutorials.join(name).with_extension("py")) else { continue };
        let ending = if whole { "out" } else { "tail.out" };
        let expected = std::fs::read_to_string(tutorials.join("expected").join(format!("{name}.{ending}"))).unwrap();
        let found = output(&program);
        let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
        let skipped = if whole { 0 } else { found.len() - expected.len() };
        assert_eq!(found.len() - skipped, expected.len(), "{name}");
        for (found, expected) in found[skipped..].iter().zip(expected) {
            assert!(same_line(found, expected), "{name}: {found} instead of {expected}");
        }
    }
}

/// The same words, and numbers within 1e-12.
fn same_line(found: &str, expected: &str) -> bool {
    let (found, expected): (Vec<&str>, Vec<&str>) = (found.split(' ').collect(), expected.split(' ').collect());
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(x), Ok(y)) => (x - y).abs() <= 1e-12 * y.abs(),
            _ => *a == b,
        })
}

//! `chainrule explain` and `chainrule draw`: what a program computed.

#![allow(clippy::unwrap_used)]

use chainrule::explore::{Look, draw, explain};
use chainrule::{Failure, Limits};
use std::path::Path;

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../demos/tutorials/{name}.py"));
    std::fs::read_to_string(path).unwrap()
}

fn look(of: &str, wrt: Option<&str>, point: usize) -> Look {
    Look { of: of.to_owned(), wrt: wrt.map(str::to_owned), point, limits: Limits::default() }
}

fn told(program: &str, of: &str, wrt: &str, point: usize) -> Result<String, Failure> {
    explain(program, "program.py", &look(of, Some(wrt), point))
}

/// The numbers behind a word at the beginning of lines.
fn numbers(text: &str, word: &str) -> Vec<f64> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix(word));
    lines.map(|rest| rest.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-5 * b.abs().max(1e-9)
}

#[test]
fn every_path_is_a_product_of_partials_and_they_sum_up_to_the_derivative() {
    let program = "
w, v = 0.5, -2.0
lr = 0.1
for x in [1.0, 3.0]:
    a = w * x
    b = a * a
    c = v * a
    L = b * c
    v -= lr * 2 * b * a
    w -= lr * 6 * v * w ** 2 * x ** 3
";
    // L = v w^3 x^3: at first dL/dw = 3 v w^2 = -1.5, of which two parts go through b and one through c.
    let text = told(program, "L", "w", 1).unwrap();
    assert!(text.starts_with("program.py:8: the derivative of L by w, point 1\n"), "{text}");
    assert!(text.ends_with("\ndL/dw = -1.5, the sum of 2 paths\n"), "{text}");
    assert!(text.contains("path 1 of 2: L, b, a, w") && text.contains("path 2 of 2: L, c, a, w"), "{text}");
    assert_eq!(numbers(&text, "product"), [-1.0, -0.5]);
    assert_eq!(
        (numbers(&text, "dL/db"), numbers(&text, "db/da"), numbers(&text, "da/dw")),
        (vec![-1.0], vec![1.0], vec![1.0; 2])
    );
    assert!(text.contains("at L = -0.25, b = 0.25"), "{text}");
    // By then v = -2 - 0.1 * 2 * 0.25 * 0.5 = -2.025, and w with it: dL/dv = w^3 x^3.
    let w = 0.5 + 0.1 * 6.0 * 2.025 * 0.25;
    let second = told(program, "L", "v", 2).unwrap();
    let derivative: f64 = second.lines().last().unwrap().split([' ', ',']).nth(2).unwrap().parse().unwrap();
    assert!(near(derivative, (3.0 * w) * (3.0 * w) * (3.0 * w)), "{second}");
    // What is computed on the way can be asked for as well.
    assert!(told(program, "c", "a", 1).unwrap().ends_with("dc/da = -2, the sum of 1 path\n"));
}

#[test]
fn the_worked_example_has_four_paths_to_a_shared_bias() {
    let text = told(&example("worked_example"), "E_total", "b1", 1).unwrap();
    let products = numbers(&text, "product");
    let by_path = |stops: [&str; 3]| {
        let (.., rest) = text.split_once(&format!("E_total, {}, {}, {}", stops[0], stops[1], stops[2])).unwrap();
        numbers(rest, "product")[0]
    };
    // The same from the formulas, by hand.
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let (h1, h2) = (sigmoid(0.3 * 0.4 + 0.2 * 0.9 + 0.25), sigmoid(0.55 * 0.4 - 0.15 * 0.9 + 0.25));
    let (o1, o2) = (sigmoid(0.6 * h1 - 0.35 * h2 + 0.1), sigmoid(0.45 * h1 + 0.75 * h2 + 0.1));
    let (d1, d2) = ((o1 - 0.15) * o1 * (1.0 - o1), (o2 - 0.85) * o2 * (1.0 - o2));
    let (s1, s2) = (h1 * (1.0 - h1), h2 * (1.0 - h2));
    for (stops, product) in [
        (["o1", "z3", "h1"], d1 * 0.6 * s1),
        (["o1", "z3", "h2"], d1 * -0.35 * s2),
        (["o2", "z4", "h1"], d2 * 0.45 * s1),
        (["o2", "z4", "h2"], d2 * 0.75 * s2),
    ] {
        assert!(near(by_path(stops), product), "{stops:?}: {text}");
    }
    assert_eq!(products.len(), 4);
}

#[test]
fn arrays_are_told_element_by_element() {
    let xor = example("xor");
    let text = told(&xor, "cost", "W1", 1).unwrap();
    assert!(text.contains("one of the 4 elements of W1") && text.contains("dcost/dW1["), "{text}");
    let text = told(&xor, "A2[0,3]", "params['W2'][0,1]", 1).unwrap();
    assert!(text.contains("path 1 of 1: A2[0,3], Z2[0,3], W2[0,1]"), "{text}");
    assert!(told(&xor, "A2", "W2", 1).unwrap_err().message.contains("as A2[0,0]"));
    assert!(told(&xor, "A2[1,0]", "W2", 1).unwrap_err().message.contains("[1, 4]"));
    assert!(told(&xor, "cost", "W2[0,2]", 1).unwrap_err().message.contains("[1, 2]"));
}

/// Of 2^60 paths a dozen are told, and the rest is one sum.
#[test]
fn paths_without_number_are_summed_up() {
    let program = "w = 1.0\na = w\nfor i in range(60):\n    b = a * 0.5\n    c = a * 0.25\n    a = b + c\nL = a\nw -= 0.1 * 0.75 ** 60\n";
    let text = told(program, "L", "w", 1).unwrap();
    assert_eq!(numbers(&text, "product").len(), 12);
    let total = 0.75f64.powi(60);
    let listed: f64 = numbers(&text, "product").iter().sum();
    let line = text.lines().find(|line| line.contains("smaller paths")).unwrap();
    let rest: f64 = line.split(": ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(near(rest + listed, total) && line.starts_with(&(2f64.powi(60) - 12.0).to_string()), "{text}");
    // The largest go by b always, or by c once.
    assert!(near(numbers(&text, "product")[0], 0.5f64.powi(60)) && near(numbers(&text, "product")[1], 0.5f64.powi(61)));
}

#[test]
fn what_cannot_be_told_says_why() {
    let two_layer = example("two_layer");
    let why = |of: &str, wrt: &str, point: usize| told(&two_layer, of, wrt, point).unwrap_err().message;
    assert!(why("nothing", "w1", 1).contains("nothing was computed"), "{}", why("nothing", "w1", 1));
    assert!(why("L", "nothing", 1).contains("nothing was traced"), "{}", why("L", "nothing", 1));
    assert!(why("h2", "w1", 1).contains("never one that depends on w1"));
    assert!(why("L", "w1", 801).contains("800 times"));
    assert!(why("L", "w1 + 1", 1).contains("no name of a quantity"));
    assert!(why("L", "w1", 0).contains("from 1"));
    let failed = told("w = 1.0\nL = w / 0\n", "L", "w", 1).unwrap_err();
    assert_eq!((failed.line, failed.message.as_str()), (Some(2), "ZeroDivisionError: division by zero"));
}

#[test]
fn a_picture_has_the_names_the_values_and_the_derivatives() {
    let program = example("two_layer");
    let picture = draw(&program, "two_layer.py", &look("L", None, 1)).unwrap();
    let (svg, dot) = (picture.svg(), picture.dot());
    // h1 = sigmoid(0.8 * 1.5 - 0.5 * 0.5 + 0.1), to six digits.
    let h1 = 1.0 / (1.0 + (-1.05f64).exp());
    for text in [&svg, &dot] {
        for words in ["w1", "h1: div 1", &format!("{h1:.6}"), "L: powi 2", "point 1"] {
            assert!(text.contains(words), "no {words} here: {text}");
        }
    }
    assert_eq!(dot.matches("fillcolor=\"#dcefdc\"").count(), 9);
    assert_eq!(svg.matches("<rect").count(), dot.matches(", fillcolor").count() + 1);
    assert_eq!(svg.matches("<path").count(), dot.matches(" -> ").count());
    let part = draw(&program, "two_layer.py", &look("L", Some("h2"), 1)).unwrap().dot();
    assert!(part.contains("h2") && part.contains("z3") && !part.contains("w1"), "{part}");
}

#[test]
fn no_two_nodes_of_a_picture_lie_on_each_other() {
    let svg = draw(&example("xor"), "xor.py", &look("cost", None, 2)).unwrap().svg();
    let number = |line: &str, key: &str| -> f64 {
        line.split(&format!(" {key}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let boxes: Vec<[f64; 4]> = svg
        .lines()
        .filter(|line| line.starts_with("<rect x"))
        .map(|line| ["x", "y", "width", "height"].map(|key| number(line, key)))
        .collect();
    assert!(boxes.len() > 50);
    for (k, a) in boxes.iter().enumerate() {
        for b in &boxes[k + 1..] {
            let apart = a[0] + a[2] < b[0] || b[0] + b[2] < a[0] || a[1] + a[3] < b[1] || b[1] + b[3] < a[1];
            assert!(apart, "{a:?} {b:?}");
        }
    }
}

#[test]
fn what_is_too_large_for_a_picture_is_told() {
    let program = "w = 0.5\nL = w\nfor i in range(300):\n    L = L * w\nL = L + 1\nw -= 0.1 * w\n";
    let error = |point| draw(program, "long.py", &look("L", None, point)).unwrap_err().message;
    assert!(error(300).contains("at most 200") && error(300).contains("--of"), "{}", error(300));
    assert!(draw(program, "long.py", &look("L", None, 100)).is_ok());
}

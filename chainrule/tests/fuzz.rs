//! Example files spoilt at random: the checker never breaks off, never hangs, and what is right stays right.

#![allow(clippy::unwrap_used)]

use chainrule::check::{Options, Verdict, check};
use chainrule::{Limits, decode};
use proptest::prelude::*;
use std::path::Path;
use std::time::Duration;

/// Short and of many styles: a class, arrays, a dictionary, comments, a kink.
const EXAMPLES: [(&str, &str, &str); 7] = [
    ("comments", "range(60)", "range(2)"),
    ("scaled", "range(50)", "range(2)"),
    ("kink", "range(30)", "range(3)"),
    ("momentum", "range(40)", "range(2)"),
    ("two_layer", "epochs=200", "epochs=1"),
    ("xor", "range(600)", "range(2)"),
    ("and_gate", "range(300)", "range(2)"),
];

fn example(k: usize) -> String {
    let (name, long, short) = EXAMPLES[k];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../demos/tutorials/{name}.py"));
    std::fs::read_to_string(path).unwrap().replace(long, short)
}

/// One change of a file.
#[derive(Debug, Clone)]
enum Change {
    Byte(usize, u8),
    Drop(usize),
    Double(usize),
    Swap(usize, usize),
    Token(usize, &'static str),
    Insert(usize, &'static str),
    Cut(usize),
}

/// What may stand in the place of a word. No large numbers: a program may take the memory that it asks for.
const TOKENS: [&str; 48] = [
    "w",
    "b",
    "x",
    "rate",
    "loss",
    "self",
    "0",
    "1",
    "-1",
    "2.5",
    "1e308",
    "None",
    "True",
    "[]",
    "{}",
    "()",
    "(",
    ")",
    "[",
    "]",
    ":",
    ",",
    "=",
    "-=",
    "+=",
    "*",
    "**",
    "/",
    "//",
    "%",
    "@",
    ".T",
    ".",
    "'",
    "\"\"\"",
    "#: dE/dw",
    "lambda: 0",
    "np.nan",
    "float('inf')",
    "import os",
    "while True:",
    "return",
    "yield w",
    "del w",
    "global w",
    "\t",
    "é",
    "\u{0}",
];

fn change() -> impl Strategy<Value = Change> {
    let place = || 0usize..10_000;
    let token = || proptest::sample::select(&TOKENS[..]);
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(place, byte)| Change::Byte(place, byte)),
        place().prop_map(Change::Drop),
        place().prop_map(Change::Double),
        (place(), place()).prop_map(|(a, b)| Change::Swap(a, b)),
        (place(), token()).prop_map(|(place, token)| Change::Token(place, token)),
        (place(), token()).prop_map(|(place, token)| Change::Insert(place, token)),
        place().prop_map(Change::Cut),
    ]
}

/// Where the words of a text begin and end; what is neither word nor space is a word for itself.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut open = false;
    for (place, letter) in text.char_indices() {
        let (end, is_word) = (place + letter.len_utf8(), letter.is_alphanumeric() || letter == '_');
        match words.last_mut() {
            Some(last) if open && is_word => last.1 = end,
            _ if !letter.is_whitespace() => words.push((place, end)),
            _ => {}
        }
        open = is_word;
    }
    words
}

fn apply(bytes: Vec<u8>, change: &Change) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (count, words) = (lines.len().max(1), words(&text));
    let word = |place: usize| words.get(place % words.len().max(1)).copied().unwrap_or((0, 0));
    match *change {
        _ if bytes.is_empty() => return bytes,
        Change::Byte(place, byte) => {
            let mut bytes = bytes;
            let place = place % bytes.len();
            bytes[place] = byte;
            return bytes;
        }
        Change::Cut(place) => return bytes[..place % bytes.len()].to_vec(),
        Change::Drop(line) => drop(lines.remove(line % count)),
        Change::Double(line) => lines.insert(line % count, lines[line % count]),
        Change::Swap(a, b) => lines.swap(a % count, b % count),
        Change::Token(place, token) => {
            let (start, end) = word(place);
            return format!("{}{token}{}", &text[..start], &text[end..]).into_bytes();
        }
        Change::Insert(place, token) => {
            let start = word(place).0;
            return format!("{}{token} {}", &text[..start], &text[start..]).into_bytes();
        }
    }
    lines.concat().into_bytes()
}

/// Checks a program and says it in words and in JSON, whatever it is.
fn survives(bytes: &[u8]) {
    let Ok(source) = decode(bytes) else { return };
    let limits = Limits { time: Duration::from_secs(20), steps: 3000 };
    let options = Options { points: 4, limits, ..Options::default() };
    let report = check(source, "spoilt.py", &options);
    let said = report.text(source, "spoilt.py", false);
    assert!(!said.is_empty() && !said.contains("fault of chainrule") && !said.contains("long operation"), "{said}");
    let json: serde_json::Value = serde_json::from_str(&report.json("spoilt.py")).unwrap();
    assert_eq!(json["error"].is_null(), report.error.is_none());
    if let Some(place) = report.error.and_then(|error| error.line) {
        assert!((1..=source.lines().count() + 1).contains(&place), "line {place}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spoilt_file_is_told_so_or_checked(k in 0..EXAMPLES.len(), changes in prop::collection::vec(change(), 1..4)) {
        let spoilt = changes.iter().fold(example(k).into_bytes(), apply);
        survives(&spoilt);
    }
}

/// Changes that leave what is computed.
fn harmless(source: &str, name: &str) -> Vec<String> {
    let renamed = |from: &str, to: &str| {
        let mut text = source.to_owned();
        for (start, end) in words(source).into_iter().rev().filter(|&(start, end)| &source[start..end] == from) {
            text.replace_range(start..end, to);
        }
        text
    };
    let lines: Vec<&str> = source.lines().collect();
    let every = |line: &dyn Fn(&str) -> String| lines.iter().map(|text| line(text) + "\n").collect::<String>();
    let mut changed = vec![
        format!("# A comment: w -= 0.1 * loss, d_L_d_w = 0.\n{source}\n\n# And one behind it all."),
        every(&|line| {
            if line.ends_with(':') || line.contains('#') { line.to_owned() } else { format!("{line}  # said") }
        }),
        source.replace('\n', "\r\n"),
        every(&|line| line.replace("    ", "\t")),
        format!("\u{feff}{source}"),
    ];
    let names: &[(&str, &str)] = match name {
        "comments" => &[("x", "entry"), ("t", "wanted"), ("local", "inner"), ("w", "theta")],
        "two_layer" => &[("slope", "deriv"), ("samples", "data"), ("total", "summed"), ("sigmoid", "squash")],
        "xor" => &[("grads", "gradients"), ("params", "weights"), ("name", "k"), ("m", "count")],
        "and_gate" => &[("W1", "hidden"), ("train_step", "go"), ("X", "inputs"), ("y", "labels")],
        _ => &[],
    };
    changed.extend(names.iter().map(|(from, to)| renamed(from, to)));
    changed
}

#[test]
fn what_is_right_stays_right_when_nothing_is_changed_that_counts() {
    for (k, (name, ..)) in EXAMPLES.iter().enumerate() {
        let source = example(k);
        let verdict = |source: &str| {
            let report = check(source, "same.py", &Options { points: 4, ..Options::default() });
            assert_eq!(report.error, None, "{source}");
            report.verdict
        };
        let own = verdict(&source);
        assert_ne!(own, Verdict::Wrong);
        for changed in harmless(&source, name) {
            assert_ne!(changed, source);
            assert_eq!(verdict(&changed), own, "{changed}");
        }
    }
}

/// Neighbouring assignments that do not need each other may stand in any order.
#[test]
fn the_order_of_independent_lines_does_not_matter() {
    for (k, block) in [(0, "back = h - t  #: dE/dh"), (4, "d_y_d_w5 = h1 * slope(z3)"), (6, "dL_dW2 = a1.T @ dL_dz2")] {
        let source = example(k);
        let lines: Vec<&str> = source.lines().collect();
        let first = lines.iter().position(|line| line.trim() == block).unwrap();
        let mut swapped = lines.clone();
        swapped.swap(first, first + 1);
        let report = check(&swapped.join("\n"), "swapped.py", &Options { points: 4, ..Options::default() });
        assert_eq!((report.verdict, report.error), (Verdict::Right, None), "{block}");
    }
}

#[test]
fn what_once_broke_it_off_does_so_no_more() {
    for source in
        ["", "\n", "\u{feff}", "w -= w", "w -= 1\nw = 1", "L = w = 1.0\nw -= 0.1 * L\n", "loss = 1\nloss -= loss\n"]
    {
        survives(source.as_bytes());
    }
}

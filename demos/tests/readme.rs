//! The README shows the examples as they are, and what they really print.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

/// Without the carriage returns, trailing spaces and blank ends that make no difference to a reader.
fn plain(text: &str) -> String {
    text.trim().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_readme_shows_the_examples_and_their_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = plain(&std::fs::read_to_string(root.join("README.md")).unwrap());
    for example in ["first_program", "derivation", "own_gradient"] {
        let source = std::fs::read_to_string(root.join(format!("engine/examples/{example}.rs"))).unwrap();
        let (_doc, code) = source.split_once("\n\n").unwrap();
        assert!(readme.contains(&plain(code)), "the README does not show engine/examples/{example}.rs as it is");
        let run = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--package", "engine", "--example", example])
            .current_dir(&root)
            .output()
            .unwrap();
        let printed = plain(&String::from_utf8(run.stdout).unwrap());
        assert!(
            !printed.is_empty() && readme.contains(printed.trim_end()),
            "the README does not show what it prints:\n{printed}"
        );
    }
}

#[test]
fn the_picture_is_what_the_worked_example_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let picture = std::fs::read_to_string(root.join("docs/worked_example.svg")).unwrap();
    let run = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "demos", "--example", "picture"])
        .current_dir(&root)
        .output()
        .unwrap();
    let drawn = String::from_utf8(run.stdout).unwrap();
    assert!(plain(&picture) == plain(&drawn), "draw it anew: cargo run -p demos --example picture");
}

//! The README shows what the command really prints.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

/// Without trailing spaces and blank ends.
fn plain(text: &str) -> String {
    text.trim().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_readme_shows_what_the_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let section = readme.split("## ").find(|section| section.starts_with("Check a tutorial in Python")).unwrap();
    let shown: Vec<String> =
        section.split("```text\n").skip(1).map(|rest| plain(rest.split("```").next().unwrap())).collect();
    let commands: Vec<&str> =
        section.lines().filter_map(|line| line.split('#').next()?.trim().strip_prefix("chainrule ")).collect();
    let printed = |command: &str| {
        let arguments = command.split_whitespace();
        let output = Command::new(env!("CARGO_BIN_EXE_chainrule")).args(arguments).current_dir(&root).output().unwrap();
        plain(&String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(commands.len(), 4, "{commands:?}");
    for (start, shown) in ["check ", "explain "].iter().zip(&shown) {
        let command = commands.iter().find(|command| command.starts_with(start)).unwrap();
        let printed = printed(command);
        assert!(printed == *shown, "chainrule {command} prints:\n{printed}");
    }
    assert!(printed("run demos/tutorials/xor.py").contains("cost"));
}

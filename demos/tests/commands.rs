//! The commands as they are run.

#![allow(clippy::unwrap_used)]

use serde_json::Value as Json;
use std::process::{Command, Output};

fn run(program: &str, args: &[&str]) -> Output {
    Command::new(program).args(args).output().unwrap()
}

fn json(program: &str, args: &[&str]) -> Json {
    let output = run(program, &[args, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const TUTORIALS: &str = env!("CARGO_BIN_EXE_tutorials");
const MOONS: &str = env!("CARGO_BIN_EXE_moons");
const IRIS: &str = env!("CARGO_BIN_EXE_iris");

#[test]
fn the_tutorials_print_one_object() {
    let all = json(TUTORIALS, &[]);
    let tutorials = all["tutorials"].as_array().unwrap();
    let names: Vec<&str> = tutorials.iter().map(|tutorial| tutorial["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["two_layer", "xor", "worked_example", "worked_example_corrected", "and_gate"]);
    let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    for tutorial in tutorials {
        assert_eq!(keys(tutorial), "claims final initial loss losses name outputs");
        for claim in tutorial["claims"].as_array().unwrap() {
            assert_eq!(keys(claim), "derivative diagnosis finite_difference finite_error hand of verdict wrt");
        }
        assert!(tutorial["losses"][0][1].is_number());
    }
    let missing = &tutorials[2]["claims"][2];
    assert_eq!((&missing["wrt"], &missing["verdict"]), (&Json::from("w3"), &Json::from("wrong")));
    assert_eq!(keys(&missing["diagnosis"]), "factor kind path text");
    assert_eq!(tutorials[4]["claims"][0]["diagnosis"]["factor"], 2.0);
    assert!(tutorials[4]["final"]["W2[1][0]"].is_number());
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for program in [TUTORIALS, MOONS, IRIS] {
        let args = ["--seed", "4", "--epochs", "20", "--json"];
        assert_eq!(run(program, &args).stdout, run(program, &args).stdout);
    }
}

#[test]
fn a_pipe_gets_no_colour_and_no_progress() {
    for program in [TUTORIALS, MOONS, IRIS] {
        let output = run(program, &["--epochs", "20"]);
        assert!(output.status.success() && output.stderr.is_empty());
        assert!(!output.stdout.contains(&0x1b), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_networks_learn() {
    assert_eq!(json(MOONS, &[])["accuracy"], 1.0);
    let iris = json(IRIS, &[]);
    assert!(iris["test_accuracy"].as_f64().unwrap() >= 0.9);
    let tested: u64 = iris["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(tested, 45);
}

#[test]
fn a_network_that_is_not_trained_is_said_to_be() {
    for program in [MOONS, IRIS] {
        let output = run(program, &["--epochs", "0"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("\nnot trained: these are the initial values\n"), "{text}");
    }
}

#[test]
fn bad_arguments_are_named() {
    for (program, args, says) in [
        (TUTORIALS, &["--rate", "nan"][..], "not a finite number above 0"),
        (TUTORIALS, &["--rate", "-1"], "not a finite number above 0"),
        (TUTORIALS, &["--epochs", "99999999999"], "--epochs"),
        (MOONS, &["--points", "1"], "--points"),
        (IRIS, &["--hidden", "0"], "--hidden"),
        (IRIS, &["--activation", "step"], "step"),
        (IRIS, &["--data", "no such file.csv"], "no such file.csv"),
        (env!("CARGO_BIN_EXE_and_gate"), &["--activation", "step"], "step"),
        (env!("CARGO_BIN_EXE_xor"), &["--seed", "-3"], "-3"),
        (env!("CARGO_BIN_EXE_xor"), &["--rate", "1e300"], "train with a lower --rate"),
        (MOONS, &["--rate", "1e300"], "epoch"),
    ] {
        let output = run(program, args);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{args:?}");
        assert!(message.contains(says) && !message.contains("panicked"), "{args:?}: {message}");
    }
}

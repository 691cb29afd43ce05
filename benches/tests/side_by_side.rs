//! The bin `side_by_side` prints what its readers parse.

use serde_json::Value;
use std::process::Command;

const OTHERS: [&str; 6] = ["echidna record", "echidna replay", "reverse", "RustQuant_autodiff", "easy-ml", "ad_trait"];

fn run(args: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_side_by_side")).args(args).output().expect("the bin starts");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_report_has_every_workload_and_contestant() {
    let (success, report) = run(&["--json", "--rounds", "1"]);
    assert!(success);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let workloads = report["workloads"].as_object().expect("an object");
    assert_eq!(workloads.keys().collect::<Vec<_>>(), ["W1", "W2", "W3", "small", "tiny"]);
    let threads = &report["threads"];
    assert_eq!((&threads["samples"], &threads["same_bits"]), (&Value::from(100_000), &Value::from(true)));
    let [one, two, speedup] = ["one", "two", "speedup"].map(|key| threads[key].as_f64().expect("a number"));
    assert!(one > 0.0 && (one / two - speedup).abs() <= 1e-12 * speedup);
    assert!(threads["ceiling"].as_f64().is_some_and(|ceiling| ceiling > 0.0));
    for (name, workload) in workloads {
        assert!(workload["unit"].as_str().is_some_and(|unit| unit.starts_with("ns/")));
        let plain = workload["plain"].as_f64().expect("a time");
        let contestants = workload["contestants"].as_object().expect("an object");
        let has = |contestant| contestants.contains_key(contestant);
        for contestant in ["chainrule record", "chainrule graph", "chainrule replay", "chainrule naive"] {
            assert!(has(contestant), "{name}: {contestants:?}");
        }
        assert_eq!(has("hand lanes"), name == "W2" || name == "W3");
        assert_eq!(has("chainrule batch"), name == "W2" || name == "W3");
        assert_eq!(has("chainrule jit"), cfg!(feature = "jit") && name != "W2");
        assert_eq!(
            OTHERS.iter().filter(|other| has(other)).count(),
            if cfg!(feature = "others") { OTHERS.len() } else { 0 }
        );
        for (contestant, figure) in contestants {
            let [time, ratio, error] =
                ["time", "ratio", "gradient_error"].map(|key| figure[key].as_f64().expect("a number"));
            assert!(error <= 1e-9, "{name}, {contestant}: error {error}");
            assert!((time / plain - ratio).abs() <= 1e-12 * ratio, "{name}, {contestant}");
        }
    }
}

#[test]
fn one_workload_can_be_chosen() {
    let (success, report) = run(&["--json", "--rounds", "1", "--only", "tiny"]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert!(success && report["workloads"].as_object().is_some_and(|workloads| workloads.keys().eq(["tiny"])));
    assert!(!run(&["--only", "W4"]).0);
    assert!(!run(&["--rounds", "0"]).0);
}

#[test]
fn the_columns_of_the_table_are_aligned() {
    let (_, table) = run(&["--rounds", "1", "--only", "W2"]);
    let rows: Vec<&str> = table.lines().take_while(|line| !line.is_empty()).collect();
    let contestants = 7 + if cfg!(feature = "others") { OTHERS.len() } else { 0 };
    assert_eq!(rows.len(), 1 + contestants, "a header and {contestants} contestants: {table}");
    for row in rows {
        assert_eq!(row.get(45..47), Some("  "), "{table}");
        assert!(!row[47..].starts_with(' ') && !row[..45].ends_with(' '), "{table}");
    }
}

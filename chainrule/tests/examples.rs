//! The example files in `demos/tutorials`: the verdict of each, and of each faulty twin.

#![allow(clippy::unwrap_used)]

use chainrule::check::{ClaimKind, Diagnosis, FaultKind, Options, Report, Verdict, check};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demos/tutorials")
}

fn source(name: &str) -> String {
    std::fs::read_to_string(folder().join(name).with_extension("py")).unwrap()
}

fn report(name: &str) -> Report {
    let report = check(&source(name), name, &Options { points: 10, ..Options::default() });
    assert_eq!(report.error, None, "{name}");
    report
}

/// The targets of the claims with a verdict.
fn targets(report: &Report, verdict: Verdict) -> Vec<&str> {
    report.claims.iter().filter(|claim| claim.verdict == verdict).map(|claim| claim.target.as_str()).collect()
}

#[test]
fn the_right_examples_are_right() {
    for (name, updates, loss) in [
        ("two_layer", 9, "L"),
        ("worked_example", 10, "E_total"),
        ("xor", 1, "cost"),
        ("and_gate", 4, "loss"),
        ("recurrent", 3, "loss"),
        ("comments", 2, "E"),
    ] {
        let report = report(name);
        let (right, all) = (targets(&report, Verdict::Right).len(), report.claims.len());
        assert_eq!((report.verdict, report.loss.as_deref()), (Verdict::Right, Some(loss)), "{name}: {report:?}");
        assert!(right == all && all >= updates, "{name}: {right} of {all} claims are right");
    }
}

#[test]
fn a_common_factor_a_kink_and_a_momentum_are_called_so() {
    let scaled = report("scaled");
    assert_eq!((scaled.verdict, targets(&scaled, Verdict::Scaled)), (Verdict::Scaled, vec!["a", "b"]));
    assert!((scaled.claims[0].factor.unwrap() - 0.5).abs() < 1e-12);
    let kink = report("kink");
    assert_eq!((kink.verdict, targets(&kink, Verdict::Kink)), (Verdict::Kink, vec!["c"]));
    let momentum = report("momentum");
    let unchecked: Vec<&str> = targets(&momentum, Verdict::Unchecked);
    assert!(unchecked.contains(&"w") && unchecked.contains(&"v"), "{momentum:?}");
}

/// Each twin by the fault that it has, the example that it is a twin of, and the updates that are wrong.
const TWINS: &[(FaultKind, &str, &str, &[&str])] = &[
    (FaultKind::Shape, "shape", "and_gate", &["b1"]),
    (FaultKind::Unused, "unused", "two_layer", &["w3", "w4"]),
    (FaultKind::Sign, "sign", "two_layer", &["w1", "w2", "b1", "w3", "w4", "b2", "w5", "w6", "b3"]),
    (FaultKind::ConstantFactor, "constant_factor", "xor", &["params[name]"]),
    (FaultKind::UpdatedValue, "updated_value", "and_gate", &["W1", "b1"]),
    (FaultKind::Substitution, "substitution", "two_layer", &["w3", "w4", "b2"]),
    (FaultKind::Transposed, "transposed", "xor", &["params[name]"]),
    (FaultKind::MissingPath, "missing_path", "worked_example", &["w3_new", "w4_new", "b1_new"]),
    (FaultKind::OnlyPath, "only_path", "recurrent", &["u"]),
    (FaultKind::MissingFactor, "missing_factor", "two_layer", &["w1"]),
    (FaultKind::RepeatedFactor, "repeated_factor", "xor", &["params[name]"]),
    (FaultKind::WrongVariable, "wrong_variable", "worked_example", &["w2_new"]),
    (FaultKind::Unknown, "unknown", "recurrent", &["w", "u"]),
];

#[test]
fn every_faulty_twin_is_wrong_where_its_fault_is_and_gets_its_diagnosis() {
    let mut others = Vec::new();
    for (kind, name, _, wrong) in TWINS {
        let report = report(&format!("faulty/{name}"));
        let mut updates = report.clone();
        updates.claims.retain(|claim| claim.kind == ClaimKind::Update);
        let found = targets(&updates, Verdict::Wrong);
        assert_eq!((report.verdict, found.as_slice()), (Verdict::Wrong, *wrong), "{name}");
        let diagnoses = || report.claims.iter().filter_map(|claim| claim.diagnosis.as_ref());
        let fits = |found: &Diagnosis| found.kind == *kind && found.repaired == (*kind != FaultKind::Unknown);
        if !diagnoses().any(fits) {
            others.push((name, diagnoses().map(|found| (found.kind, found.repaired)).collect::<Vec<_>>()));
        }
    }
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn there_is_one_twin_for_each_kind_of_fault_and_it_has_one_line_of_its_own() {
    let files = std::fs::read_dir(folder().join("faulty")).unwrap();
    let mut found: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    let mut named: Vec<String> = TWINS.iter().map(|(_, name, _, _)| format!("{name}.py")).collect();
    named.sort();
    assert_eq!(found, named);
    for (kind, name, right, _) in TWINS {
        assert_eq!(serde_json::to_value(kind).unwrap(), *name);
        let (right, faulty) = (source(right), source(&format!("faulty/{name}")));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
        let own = |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).count();
        let (right, faulty) = (lines(&right), lines(&faulty));
        // The update that comes too early is the same line in another place.
        let moved = usize::from(*kind != FaultKind::UpdatedValue);
        assert_eq!((own(&faulty, &right), own(&right, &faulty), right.len()), (moved, moved, faulty.len()), "{name}");
        assert_ne!(right, faulty, "{name}");
    }
}

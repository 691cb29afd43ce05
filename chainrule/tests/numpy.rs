//! The numpy module against numpy itself.
//!
//! `data/numpy_cases.json` holds what numpy 2.4.6 gives for each expression; `data/make_numpy_cases.py` wrote it.

#![allow(clippy::unwrap_used)]

mod common;

use chainrule::{Limits, Outcome};
use serde_json::Value;

/// What each case prints, between marks.
fn outputs(prelude: &str, cases: &[Value]) -> Vec<String> {
    let mut program = format!("{prelude}\n");
    for case in cases {
        let of = |key: &str| case[key].as_str().unwrap();
        let shown = match of("kind") {
            "numbers" => {
                "array = np.asarray(found); print(list(array.shape)); print([float(x) for x in array.ravel().tolist()])"
            }
            _ => "print(str(found)); print('<and>'); print(repr(found))",
        };
        program.push_str(&format!("{prelude}\ntry:\n"));
        for statement in of("statements").split("; ").filter(|statement| !statement.is_empty()) {
            program.push_str(&format!("    {statement}\n"));
        }
        let expression = of("expression");
        program.push_str(&format!("    found = {expression}\n    {shown}\nexcept Exception as error:\n    "));
        program.push_str("print(type(error).__name__, error)\nprint('<next>')\n");
    }
    let (outcome, text) = common::printed(&program, "cases.py", Limits::default());
    assert_eq!(outcome, Outcome::Finished);
    text.split("<next>\n").map(|part| part.trim_end_matches('\n').to_owned()).collect()
}

/// The numbers of a Python list.
fn parsed(list: &str) -> Option<Vec<f64>> {
    let inner = list.strip_prefix('[')?.strip_suffix(']')?;
    inner.split(", ").filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect()
}

fn near(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12 * b.abs().max(1e-300)
}

fn agrees(case: &Value, output: &str) -> bool {
    match case["kind"].as_str() {
        Some("numbers") => {
            let Some((shape, values)) = output.split_once('\n') else { return false };
            let expected = case["values"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().parse::<f64>());
            let expected: Vec<f64> = expected.map(Result::unwrap).collect();
            let Some(found) = parsed(values) else { return false };
            let tiny = 1e-15 * expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            let same = |(a, b): (&f64, &f64)| near(*a, *b) || (a - b).abs() <= tiny;
            shape.parse::<Value>().ok().as_ref() == Some(&case["shape"])
                && found.len() == expected.len()
                && found.iter().zip(&expected).all(same)
        }
        Some("texts") => {
            output == format!("{}\n<and>\n{}", case["str"].as_str().unwrap(), case["repr"].as_str().unwrap())
        }
        _ => output.split(' ').next() == case["error"].as_str(),
    }
}

#[test]
fn every_case_is_as_numpy_has_it() {
    let data: Value = serde_json::from_str(include_str!("data/numpy_cases.json")).unwrap();
    let cases = data["cases"].as_array().unwrap();
    assert!(cases.len() > 500, "{} cases", cases.len());
    let outputs = outputs(data["prelude"].as_str().unwrap(), cases);
    let wrong: Vec<String> = cases
        .iter()
        .zip(&outputs)
        .filter(|(case, output)| !agrees(case, output))
        .map(|(case, output)| format!("{case:#}\n{output}\n"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

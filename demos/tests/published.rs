//! The tutorials against their published figures, over the whole of their training.

#![allow(clippy::unwrap_used)]

use demos::and_gate::{Activation, AndGate};
use demos::figures::{Figures, Named};
use demos::options::Options;
use demos::show::differences;
use demos::tutorial::{Outcome, Tutorial, run};
use demos::two_layer::{PARAMS, TwoLayer};
use demos::worked_example::{self, Form, GIVEN, WorkedExample};
use demos::xor::Xor;

const CLOSE: f64 = 1e-12;

fn outcome(tutorial: &dyn Tutorial) -> Outcome {
    run(tutorial, &Options::default()).unwrap()
}

/// Meets all of the figures, which are so many.
fn meets(tutorial: &dyn Tutorial, figures: usize) {
    let differences = differences(&outcome(tutorial), &tutorial.published());
    assert_eq!(differences.len(), figures);
    let furthest = differences.iter().copied().fold(0.0, f64::max);
    assert!(differences.iter().all(|difference| *difference <= CLOSE), "{}: {furthest:e}", tutorial.name());
}

#[test]
fn every_published_figure_is_met() {
    meets(&TwoLayer, 100 + 9 + 9 + 2);
    meets(&Xor, 11 + 9 + 9 + 8 + 9 + 9);
    meets(&AndGate::default(), 10 + 13 + 13 + 4 + 13 + 13);
    for form in [Form::Published, Form::Corrected, Form::OutputFirst] {
        meets(&WorkedExample(form), 6 + 8 + 3 + 8 + 8);
    }
}

#[test]
fn the_two_layer_network_trains_as_published_from_all_three_starts() {
    for run in 0..3 {
        let figures = Figures::two_layer(run);
        let start = PARAMS.map(|name| figures.initial[name]);
        let trained = TwoLayer.train(&start, TwoLayer.settings());
        let last: Named = PARAMS.iter().map(|name| (*name).to_owned()).zip(trained.params).collect();
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() <= CLOSE, "run {run}: {a} is not {b}");
        figures.last.iter().for_each(|(name, &number)| near(last[name], number));
        assert_eq!(trained.losses.len(), figures.losses.len());
        trained.losses.iter().zip(&figures.losses).for_each(|(ours, theirs)| near(ours.1, theirs.1));
        trained.outputs.iter().for_each(|(name, number)| near(*number, figures.outputs[name]));
    }
}

#[test]
fn the_worked_example_has_the_published_outputs_along_the_way() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../data/worked_example.json")).unwrap();
    for (form, variant) in [
        (Form::Published, "as_published"),
        (Form::Corrected, "bias_fixed"),
        (Form::OutputFirst, "bias_fixed_output_layer_first"),
    ] {
        let mut weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55];
        let mut met = 0;
        for step in 0..10_000 {
            let rows = file["variants"][variant]["trace"].as_array().unwrap();
            if let Some(row) = rows.iter().find(|row| row["iteration"] == step) {
                let pass = worked_example::forward(form, weights, GIVEN);
                for (ours, name) in [(pass.o1, "o1"), (pass.o2, "o2")] {
                    let theirs = row[name].as_f64().unwrap();
                    assert!((ours / theirs - 1.0).abs() <= CLOSE, "{variant} {name} at {step}: {ours} is not {theirs}");
                    met += 1;
                }
            }
            weights = worked_example::update(form, weights, 0.5);
        }
        assert_eq!(met, 12);
    }
}

#[test]
fn right_derivations_are_called_right() {
    for (tutorial, claims) in [(&TwoLayer as &dyn Tutorial, 12 + 9), (&Xor, 9), (&WorkedExample(Form::Corrected), 8)] {
        let outcome = outcome(tutorial);
        assert_eq!(outcome.claims.len(), claims);
        for claim in outcome.claims {
            assert_eq!(claim.verdict, "right", "{} by {}", claim.of, claim.wrt);
            assert!(claim.diagnosis.is_none());
        }
    }
}

#[test]
fn the_gate_is_scaled_by_two_in_every_parameter() {
    for tutorial in [AndGate::default(), AndGate { hidden: 5, activation: Activation::Tanh }] {
        let claims = outcome(&tutorial).claims;
        assert_eq!(claims.len(), 4 * tutorial.hidden + 1);
        for claim in claims {
            assert_eq!(claim.verdict, "scaled", "by {}", claim.wrt);
            assert!((claim.diagnosis.unwrap().factor.unwrap() - 2.0).abs() < 1e-9);
        }
    }
}

#[test]
fn the_worked_example_misses_the_path_through_h2() {
    for claim in outcome(&WorkedExample(Form::Published)).claims {
        if !["w3", "w4"].contains(&claim.wrt.as_str()) {
            assert_eq!(claim.verdict, "right", "by {}", claim.wrt);
            continue;
        }
        assert_eq!(claim.verdict, "wrong", "by {}", claim.wrt);
        let diagnosis = claim.diagnosis.unwrap();
        assert_eq!(diagnosis.kind, "missing_path");
        assert_eq!(diagnosis.path, ["E_total", "o2", "net_o2", "h2", "net_h2", &claim.wrt]);
    }
}

#[test]
fn the_difference_agrees_with_the_derivative_within_its_error() {
    let tutorials: [&dyn Tutorial; 4] = [&TwoLayer, &Xor, &WorkedExample(Form::Published), &AndGate::default()];
    for tutorial in tutorials {
        for claim in outcome(tutorial).claims {
            let apart = (claim.finite_difference - claim.derivative).abs();
            let what = format!("{}: {} by {}", tutorial.name(), claim.of, claim.wrt);
            // No sum of the gate is exactly zero at the start, so no difference meets the kink of its rectifier.
            assert!(apart <= claim.finite_error + 1e-15, "{what}: {apart:e} apart, error {:e}", claim.finite_error);
            assert!(claim.finite_error <= 1e-6, "{what}: the difference is worth nothing");
        }
    }
}

#[test]
fn a_seed_draws_what_the_tutorial_draws_and_nothing_else() {
    let seeded = |tutorial: &dyn Tutorial, seed| {
        run(tutorial, &Options { seed: Some(seed), epochs: Some(1), ..Options::default() }).unwrap().initial
    };
    assert_eq!(seeded(&TwoLayer, 5), seeded(&TwoLayer, 5));
    assert_ne!(seeded(&TwoLayer, 5), seeded(&TwoLayer, 6));
    let (published, drawn) = (Xor.published().initial, seeded(&Xor, 5));
    assert_eq!(published["b1[1][0]"], drawn["b1[1][0]"]);
    assert_ne!(published["W1[0][1]"], drawn["W1[0][1]"]);
    assert_eq!(seeded(&WorkedExample(Form::Published), 5)["w3"], 0.25);
}

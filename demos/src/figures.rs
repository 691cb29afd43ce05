//! The published figures of the tutorials, from `demos/data`.

use indexmap::IndexMap;
use serde_json::Value as Json;

/// Numbers by name; the entries of a matrix `W1` are named `W1[0][1]`.
pub type Named = IndexMap<String, f64>;

/// What a tutorial's published run came to. What the tutorial does not tell is empty.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// The parameters before training.
    pub initial: Named,
    /// Steps and the loss that is published for them.
    pub losses: Vec<(usize, f64)>,
    /// The parameters after training.
    pub last: Named,
    /// What the trained network answers.
    pub outputs: Named,
    /// The author's derivatives at the initial parameters.
    pub hand: Named,
    /// The true ones.
    pub derivatives: Named,
}

impl Figures {
    /// One of the three published runs of the two-layer network.
    pub fn two_layer(run: usize) -> Figures {
        let file = parse(include_str!("../data/two_layer.json"));
        let run = &file["runs"][run];
        Figures {
            initial: flat(&run["initial"]),
            losses: every(10, &run["loss_every_10_epochs"]),
            last: flat(&run["final"]),
            outputs: ["emily", "frank"].iter().flat_map(|name| named(name, &run[*name])).collect(),
            ..Figures::default()
        }
    }

    /// The exclusive or.
    pub fn xor() -> Figures {
        let file = parse(include_str!("../data/xor.json"));
        let mut outputs: Named = named("output", &file["output"]).into_iter().collect();
        outputs.extend(named("predictions", &file["predictions"]));
        Figures {
            initial: flat(&file["initial"]),
            losses: every(100, &file["cost_every_100"]),
            last: flat(&file["final"]),
            outputs,
            hand: flat(&file["first_gradient"]),
            derivatives: flat(&file["first_gradient"]),
        }
    }

    /// One variant of the worked example.
    pub fn worked_example(variant: &str) -> Figures {
        let file = parse(include_str!("../data/worked_example.json"));
        let variant = &file["variants"][variant];
        let after = &variant["after_10000_updates"];
        let trace = variant["trace"].as_array().into_iter().flatten();
        Figures {
            losses: trace.map(|row| (row["iteration"].as_u64().unwrap_or(0) as usize, number(&row["E"]))).collect(),
            last: flat(&after["weights"]),
            outputs: ["o1", "o2", "E"].iter().flat_map(|name| named(name, &after[*name])).collect(),
            hand: flat(&variant["first_hand_gradient"]),
            derivatives: flat(&variant["first_true_gradient"]),
            ..Figures::default()
        }
    }

    /// The AND gate.
    pub fn and_gate() -> Figures {
        let file = parse(include_str!("../data/and_gate.json"));
        Figures {
            initial: flat(&file["initial"]),
            losses: every(100, &file["loss_every_100"]),
            last: flat(&file["final"]),
            outputs: named("output", &file["output"]).into_iter().collect(),
            hand: flat(&file["first_hand_gradient"]),
            derivatives: flat(&file["first_true_gradient_of_mse"]),
        }
    }
}

fn parse(text: &str) -> Json {
    serde_json::from_str(text).expect("the data files of this crate are JSON")
}

fn number(json: &Json) -> f64 {
    json.as_f64().unwrap_or(f64::NAN)
}

/// The numbers of an object, those of nested lists one by one.
fn flat(object: &Json) -> Named {
    object.as_object().into_iter().flatten().flat_map(|(name, json)| named(name, json)).collect()
}

fn named(name: &str, json: &Json) -> Vec<(String, f64)> {
    match json {
        Json::Array(list) => {
            list.iter().enumerate().flat_map(|(k, item)| named(&format!("{name}[{k}]"), item)).collect()
        }
        _ => vec![(name.to_owned(), number(json))],
    }
}

fn every(steps: usize, losses: &Json) -> Vec<(usize, f64)> {
    let losses = losses.as_array().into_iter().flatten();
    losses.enumerate().map(|(k, loss)| (k * steps, number(loss))).collect()
}

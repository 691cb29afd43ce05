//! Saved networks come back bit for bit, and nothing else comes back.

use nn::{Activation, Mlp, Model, Naming, Network};
use proptest::collection::vec;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |number| number.is_finite())
}

fn network() -> impl Strategy<Value = Network<Mlp>> {
    let activation =
        prop_oneof![prop::sample::select(Activation::ALL.to_vec()), number().prop_map(Activation::LeakyRelu),];
    let layers = vec((1..5usize, activation), 1..4);
    let naming = prop::sample::select(vec![Naming::Places, Naming::Numbers]);
    (1..5usize, layers, naming).prop_flat_map(|(inputs, layers, naming)| {
        let model = Mlp::new(inputs, &layers).expect("sizes fit").named(naming);
        vec(number(), model.param_count()).prop_map(move |params| model.clone().with(params).expect("sizes fit"))
    })
}

proptest! {
    #[test]
    fn a_network_comes_back_bit_for_bit(network in network()) {
        let again = Network::from_json(&network.to_json().unwrap()).unwrap();
        prop_assert_eq!(again.model(), network.model());
        let bits = |network: &Network<Mlp>| network.params().iter().map(|p| p.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&again), bits(&network));
    }

    #[test]
    fn a_broken_file_is_an_error(network in network(), at in 0.0..1.0, byte: u8) {
        let text = network.to_json().unwrap();
        let at = (at * text.len() as f64) as usize;
        prop_assert!(Network::from_json(&text[..at]).is_err());
        let mut bytes = text.into_bytes();
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes) {
            // Another digit may still be a network; what matters is that nothing panics.
            if let Ok(network) = Network::from_json(&text) {
                prop_assert_eq!(network.params().len(), network.model().param_count());
            }
        }
    }
}

#[test]
fn bad_files_are_refused_with_the_place() {
    let file = |inputs: &str, layers: &str, params: &str| {
        format!("{{\"inputs\": {inputs},\n\"layers\": [{layers}],\n\"naming\": \"places\",\n\"params\": [{params}]}}")
    };
    let layer = r#"{"neurons": 1, "activation": "tanh"}"#;
    assert!(Network::from_json(&file("1", layer, "0.5, -0.25")).is_ok());
    let cases = [
        (file("1", layer, "0.5"), "parameters of the model: 1 given where 2 belong"),
        (file("2", layer, "0.5, 1"), "parameters of the model: 2 given where 3 belong"),
        (file("1", "", ""), "the network has no layers: give it at least one"),
        (file("0", layer, "1"), "layer 0 has no inputs: give it at least one"),
        (file("18446744073709551615", layer, "1"), "layer 0 has more parameters than fit in memory: make it smaller"),
        (
            file("-1", layer, "1"),
            "not a saved network: invalid value: integer `-1`, expected usize at line 1 column 13",
        ),
        (file("1", layer, "0.5, null"), "not a saved network: invalid type: null, expected f64 at line 4 column 20"),
        (file("1", layer, "0.5, 1e999"), "not a saved network: number out of range at line 4 column 21"),
        (
            file("1", r#"{"neurons": 1, "activation": "step"}"#, "1, 2"),
            "not a saved network: `step` is no activation: choose identity, sigmoid, tanh, relu, leaky_relu, silu, gelu, \
             softplus, or a slope as in leaky_relu(0.2) at line 2 column 47",
        ),
        (
            file("1", r#"{"neurons": 1, "activation": "tanh", "bias": false}"#, "1, 2"),
            "not a saved network: unknown field `bias`, expected `neurons` or `activation` at line 2 column 54",
        ),
        (String::new(), "not a saved network: EOF while parsing a value at line 1 column 0"),
    ];
    for (text, message) in cases {
        assert_eq!(Network::from_json(&text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn files_are_written_and_read() {
    let folder = std::env::temp_dir().join(format!("nn-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("network.json");
    let network = Mlp::new(2, &[(1, Activation::Gelu)]).unwrap().with([0.1, -0.0, 5e-324]).unwrap();
    network.save(&path).unwrap();
    assert_eq!(Network::load(&path).unwrap(), network);
    std::fs::write(&path, "{}").unwrap();
    let error = Network::load(&path).unwrap_err().to_string();
    assert_eq!(error, format!("{}: not a saved network: missing field `inputs` at line 1 column 2", path.display()));
    std::fs::remove_dir_all(&folder).unwrap();
    for result in [Network::load(&path).map(drop), network.save(&path)] {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", path.display())), "{error}");
    }
}

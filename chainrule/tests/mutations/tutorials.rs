//! The right examples, and what of each is derived by hand.

use std::path::Path;

/// A right program whose derivatives are spoilt.
pub(crate) struct Tutorial {
    pub(crate) name: &'static str,
    /// The program, with a short training.
    pub(crate) source: String,
    /// What is printed of it at the end: all of its parameters.
    parameters: &'static str,
    /// Names that begin so are derivatives written by hand, or updates.
    pub(crate) hand: &'static [&'static str],
    /// Names that begin so are computed on the way forwards from parameters.
    pub(crate) forward: &'static [&'static str],
    /// Quantities that are easily taken for each other.
    pub(crate) alike: &'static [&'static [&'static str]],
    /// Parameters that are easily taken for each other on the way forwards.
    pub(crate) parameters_alike: &'static [&'static [&'static str]],
}

impl Tutorial {
    /// A program with a line behind it that prints the parameters, in full.
    pub(crate) fn printing(&self, program: &str) -> String {
        format!(
            "{program}\nimport numpy\nprint('parameters', numpy.concatenate([numpy.ravel(p) for p in {}]).tolist())\n",
            self.parameters
        )
    }
}

/// All of them.
pub(crate) fn tutorials() -> Vec<Tutorial> {
    let source = |name: &str, long: &str, short: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../demos/tutorials/{name}.py"));
        let source = std::fs::read_to_string(path).unwrap();
        assert!(source.contains(long), "{name} trains in another way");
        source.replace(long, short)
    };
    vec![
        Tutorial {
            name: "two_layer",
            source: source("two_layer", "epochs=200", "epochs=2"),
            parameters: "list(network.__dict__.values())",
            hand: &["d_", "w", "b"],
            forward: &["z"],
            alike: &[
                &["self.w5", "self.w6"],
                &["x[0]", "x[1]"],
                &["h1", "h2"],
                &["z1", "z2", "z3"],
                &["d_y_d_h1", "d_y_d_h2"],
                &["d_h1_d_w1", "d_h1_d_w2", "d_h1_d_b1"],
                &["d_h2_d_w3", "d_h2_d_w4", "d_h2_d_b2"],
                &["d_y_d_w5", "d_y_d_w6", "d_y_d_b3"],
            ],
            parameters_alike: &[&["self.w1", "self.w2"], &["self.w3", "self.w4"], &["self.w5", "self.w6"]],
        },
        Tutorial {
            name: "worked_example",
            source: source("worked_example", "range(400)", "range(4)"),
            parameters: "[w1, w2, w3, w4, b1, w5, w6, w7, w8, b2]",
            hand: &["dE_", "w", "b"],
            forward: &["z"],
            alike: &[
                &["w5", "w6", "w7", "w8"],
                &["x1", "x2"],
                &["h1", "h2"],
                &["o1", "o2"],
                &["t1", "t2"],
                &["dE_dz1", "dE_dz2"],
                &["dE_dz3", "dE_dz4"],
                &["dE_dh1", "dE_dh2"],
                &["dE_do1", "dE_do2"],
            ],
            parameters_alike: &[&["w1", "w2"], &["w3", "w4"], &["w5", "w6"], &["w7", "w8"]],
        },
        Tutorial {
            name: "xor",
            source: source("xor", "range(600)", "range(4)"),
            parameters: "list(params.values())",
            hand: &["dZ", "dW", "db", "dA"],
            forward: &[],
            alike: &[&["A1", "A2"], &["A2", "Y"], &["dZ1", "dZ2"], &["A1", "X"], &["dA1", "dZ1"]],
            parameters_alike: &[],
        },
        Tutorial {
            name: "and_gate",
            source: source("and_gate", "range(300)", "range(4)"),
            parameters: "[W1, b1, W2, b2]",
            hand: &["dL_", "W", "b"],
            forward: &[],
            alike: &[&["out", "y"], &["z1", "a1"], &["z2", "out"], &["dL_dz1", "dL_da1"], &["dL_dout", "dL_dz2"]],
            parameters_alike: &[],
        },
        Tutorial {
            name: "recurrent",
            source: source("recurrent", "range(100)", "range(2)"),
            parameters: "[u, w, v]",
            hand: &["s", "dv", "dw", "du", "v", "w", "u"],
            forward: &[],
            alike: &[&["x1", "x2", "x3"], &["h0", "h1", "h2", "h3"], &["s1", "s2", "s3"], &["u", "w", "v"]],
            parameters_alike: &[],
        },
        Tutorial {
            name: "comments",
            source: source("comments", "range(60)", "range(3)"),
            parameters: "[w, b]",
            hand: &["back", "local", "delta", "w", "b"],
            forward: &[],
            alike: &[&["h", "z", "t"], &["back", "local"], &["delta", "back"]],
            parameters_alike: &[],
        },
    ]
}

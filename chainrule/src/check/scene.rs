//! A claim at one execution, with its place on the tape: what a diagnosis is looked for in.

use super::samples::Sample;
use engine::{Derivatives, Tape};

/// One execution of a claim in a run whose tape keeps everything.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    /// Which claim, by its place among those of the program.
    pub(crate) claim: usize,
    /// What is differentiated.
    pub(crate) of: u32,
    /// What it is differentiated by, element by element.
    pub(crate) wrt: Vec<Option<u32>>,
    pub(crate) shape: Vec<usize>,
    /// The shape of what is claimed, before broadcasting.
    pub(crate) hand_shape: Vec<usize>,
    /// What is claimed, before the rate is taken off; none where it is a number that is not traced.
    pub(crate) hand: Vec<Option<u32>>,
    pub(crate) rate: f64,
    pub(crate) samples: Vec<Sample>,
    /// How many values had been noted.
    pub(crate) noted: usize,
    pub(crate) on_kink: bool,
    /// Whether what is claimed is what enters the state that an update carries.
    pub(crate) enters: bool,
}

impl Scene {
    /// Whether other numbers in place of the claim would be `scale` times the derivative.
    pub(crate) fn admits(&self, claimed: impl IntoIterator<Item = f64>, scale: f64, rtol: f64) -> bool {
        let mut count = 0;
        let all = claimed.into_iter().zip(&self.samples).all(|(claimed, sample)| {
            count += 1;
            claimed.is_finite() && Sample { claimed, ..*sample }.agrees(scale, rtol)
        });
        all && count == self.samples.len()
    }

    /// The claimed numbers.
    pub(crate) fn claimed(&self) -> impl Iterator<Item = f64> + '_ {
        self.samples.iter().map(|sample| sample.claimed)
    }

    /// The derivatives, element by element, of what some adjoints belong to.
    pub(crate) fn by(&self, adjoints: &Derivatives) -> Vec<f64> {
        self.wrt.iter().map(|node| node.map_or(0.0, |node| adjoints.by(node).0)).collect()
    }

    /// The nodes of what is differentiated by.
    pub(crate) fn leaves(&self) -> Vec<u32> {
        self.wrt.iter().copied().flatten().collect()
    }

    /// The claim with other numbers at some nodes.
    pub(crate) fn with<'a>(&self, tape: &'a Tape, changed: &[u32]) -> impl Fn(&[f64]) -> Vec<f64> + use<'a> {
        let nodes: Vec<u32> = self.hand.iter().copied().flatten().collect();
        let what_if = tape.what_if(&nodes, changed);
        let (hand, rate) = (self.hand.clone(), self.rate);
        let claimed: Vec<f64> = self.claimed().collect();
        move |numbers| {
            let mut anew = what_if.numbers(numbers).into_iter();
            let element = |(node, &old): (&Option<u32>, &f64)| match node {
                Some(_) => anew.next().map_or(old, |number| number / rate),
                None => old,
            };
            hand.iter().zip(&claimed).map(element).collect()
        }
    }
}

/// What was evaluated in the place of a value, once.
#[derive(Debug, Clone)]
pub(crate) struct Variation {
    pub(crate) site: usize,
    /// Where the value stands.
    pub(crate) nodes: Vec<u32>,
    /// For each variant its numbers, if it has as many.
    pub(crate) numbers: Vec<Option<Vec<f64>>>,
}

//! What the claims about one graph have in common: the program, which of its nodes matter, and its replays.

use crate::check::hand::Claim;
use crate::check::points::{Neighbourhood, Point, is_tied};
use crate::check::rounding::Rounded;
use crate::error::{Error, Result};
use crate::program::Program;
use crate::real::Real;
use crate::sweep;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::collections::HashMap;

/// The nodes of a claim.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nodes {
    pub(crate) of: usize,
    pub(crate) wrt: usize,
    pub(crate) hand: usize,
}

/// A claim at one point: both numbers, with bounds on their rounding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) hand: Rounded,
    pub(crate) derivative: Rounded,
}

impl Sample {
    /// What rounding alone may set between the two.
    pub(crate) fn floor(&self) -> f64 {
        self.hand.error + self.derivative.error + f64::MIN_POSITIVE
    }

    /// Whether the claim is `factor` times the derivative.
    pub(crate) fn agrees(&self, factor: f64, rtol: f64) -> bool {
        let (hand, derivative) = (self.hand.value, factor * self.derivative.value);
        let floor = self.hand.error + factor.abs() * self.derivative.error + f64::MIN_POSITIVE;
        (hand - derivative).abs() <= rtol * hand.abs().max(derivative.abs()) + floor
    }

    pub(crate) fn gap(&self) -> f64 {
        (self.hand.value - self.derivative.value).abs()
    }

    /// Whether both numbers are zero but for rounding.
    pub(crate) fn vanishes(&self) -> bool {
        let zero = |x: Rounded| x.value.abs() <= x.error + f64::MIN_POSITIVE;
        zero(self.hand) && zero(self.derivative)
    }

    /// How far the derivative stands out of its rounding.
    pub(crate) fn clarity(&self) -> f64 {
        self.derivative.value.abs() / (self.derivative.error + f64::MIN_POSITIVE)
    }

    /// Whether the rounding is bounded at all, so that a difference tells something.
    pub(crate) fn is_telling(&self) -> bool {
        self.is_finite() && self.floor().is_finite()
    }

    /// The same numbers, taken to be exact.
    pub(crate) fn exact(self) -> Sample {
        Sample { hand: Rounded::exact(self.hand.value), derivative: Rounded::exact(self.derivative.value) }
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.hand.value.is_finite() && self.derivative.value.is_finite()
    }
}

pub(crate) struct Study {
    pub(crate) program: Program,
    pub(crate) claims: Vec<Nodes>,
    /// Which nodes the claims and what they are about are made of.
    pub(crate) needed: Vec<bool>,
    /// Which nodes belong to what is differentiated, and not to a claim alone.
    pub(crate) forward: Vec<bool>,
    pub(crate) names: HashMap<usize, String>,
    pub(crate) recorded: Point,
    /// The number of every node at the recorded point.
    pub(crate) numbers: Vec<f64>,
}

impl Study {
    /// Errors when a claim differentiates a constant, when values belong to two graphs, and when a needed number is not
    /// finite.
    pub(crate) fn new(claims: &[Claim<'_>]) -> Result<Study> {
        let Some(first) = claims.first() else { return Err(Error::NoClaims) };
        let graph = first.of.graph().ok_or(Error::Constant(first.of.number()))?;
        let mut values = Vec::with_capacity(3 * claims.len());
        for claim in claims {
            for value in [claim.of, claim.wrt, claim.hand] {
                let own = value.graph().is_none_or(|own| std::ptr::eq(own, graph));
                if !own {
                    return Err(Error::TwoGraphs { one: first.of.formula(), other: value.formula() });
                }
                values.push(value);
            }
            for value in [claim.of, claim.wrt] {
                value.graph().ok_or(Error::Constant(value.number()))?;
            }
        }
        let program = graph.program(&values);
        let outputs: Vec<usize> = program.outputs().iter().map(|&node| node as usize).collect();
        let claims: Vec<Nodes> =
            outputs.chunks_exact(3).map(|nodes| Nodes { of: nodes[0], wrt: nodes[1], hand: nodes[2] }).collect();
        let needed = program.ancestors(outputs.iter().copied());
        let forward = program.ancestors(claims.iter().flat_map(|nodes| [nodes.of, nodes.wrt]));
        let names = program.names().map(|(name, node)| (node, name.to_owned())).collect();
        let recorded = Point { params: graph.param_numbers(), inputs: graph.input_numbers() };
        let numbers = program.numbers(&recorded.params, &recorded.inputs)?;
        let only_needed: Vec<f64> =
            numbers.iter().zip(&needed).map(|(&x, &needed)| if needed { x } else { 0.0 }).collect();
        program.check_finite(&only_needed)?;
        Ok(Study { program, claims, needed, forward, names, recorded, numbers })
    }

    /// The name of a node, or its formula.
    pub(crate) fn name(&self, node: usize) -> String {
        self.names.get(&node).cloned().unwrap_or_else(|| self.program.formula(node))
    }

    /// Which inputs move beside the parameters: all of them, or else those that claims differentiate by, or all when
    /// nothing else would.
    pub(crate) fn moving_inputs(&self, move_inputs: bool) -> Vec<bool> {
        let asked = |input: &u32| self.claims.iter().any(|nodes| nodes.wrt == *input as usize);
        let all = move_inputs || !self.program.params().iter().any(|&param| self.forward[param as usize]);
        self.program.inputs().iter().map(|input| all || asked(input)).collect()
    }

    /// The points around the recorded one.
    pub(crate) fn neighbourhood(&self, move_inputs: bool, seed: u64) -> Neighbourhood<'_> {
        let moving = self.moving_inputs(move_inputs);
        Neighbourhood::new(&self.program, &self.recorded, &self.needed, moving, &self.numbers, seed)
    }

    /// Every claim of `chosen` at a point, in their order.
    pub(crate) fn samples(&self, point: &Point, chosen: &[usize]) -> Result<Vec<Sample>> {
        let numbers = self.program.numbers(&Rounded::all_exact(&point.params), &Rounded::all_exact(&point.inputs))?;
        let mut samples = vec![Sample { hand: Rounded::exact(0.0), derivative: Rounded::exact(0.0) }; chosen.len()];
        let mut by_output: Vec<usize> = (0..chosen.len()).collect();
        by_output.sort_by_key(|&place| self.claims[chosen[place]].of);
        for group in by_output.chunk_by(|&a, &b| self.claims[chosen[a]].of == self.claims[chosen[b]].of) {
            let adjoints = adjoints(&self.program, &numbers, self.claims[chosen[group[0]]].of);
            for &place in group {
                let Nodes { wrt, hand, .. } = self.claims[chosen[place]];
                let derivative = adjoints.get(wrt).copied().unwrap_or(Rounded::exact(0.0));
                samples[place] = Sample { hand: numbers[hand], derivative };
            }
        }
        Ok(samples)
    }

    /// Whether the derivative jumps at a point: it varies among points around it, and no less so among points that are
    /// a hundred times nearer, as it would where it is smooth.
    pub(crate) fn is_kink(&self, claim: usize, point: &Point) -> Result<bool> {
        let Nodes { of, wrt, .. } = self.claims[claim];
        let numbers = self.program.numbers(&point.params, &point.inputs)?;
        let made_of = self.program.ancestors([of]);
        if !(0..self.program.len()).any(|node| made_of[node] && is_tied(&self.program, &numbers, node)) {
            return Ok(false);
        }
        let loose = self.program.cut(wrt);
        let params: Vec<f64> = point.params.iter().chain([&numbers[wrt]]).copied().collect();
        let [far, near] = [1e-8, 1e-10].map(|step| variation(&loose, of, wrt, &params, &point.inputs, step));
        Ok(near? > 0.5 * far?)
    }
}

/// How much the derivative varies among points around one, relative to its size; zero when by no more than rounding.
fn variation(loose: &Program, of: usize, wrt: usize, params: &[f64], inputs: &[f64], step: f64) -> Result<f64> {
    const AROUND: usize = 16;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut moved =
        |xs: &[f64]| xs.iter().map(|&x| x + step * rng.random_range(-1.0..1.0) * (x.abs() + 1.0)).collect::<Vec<f64>>();
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for _ in 0..AROUND {
        let numbers = loose.numbers(&moved(params), &moved(inputs))?;
        let derivative = adjoints(loose, &numbers, of).get(wrt).copied().unwrap_or(0.0);
        if derivative.is_finite() {
            (least, most) = (least.min(derivative), most.max(derivative));
        }
    }
    let relative = (most - least) / most.abs().max(least.abs());
    Ok(if relative > 1e-9 { relative } else { 0.0 })
}

/// The derivative of a node by itself and every earlier one.
pub(crate) fn adjoints<R: Real>(program: &Program, numbers: &[R], of: usize) -> Vec<R> {
    let mut adjoints = vec![R::from(0.0); of + 1];
    adjoints[of] = R::from(1.0);
    sweep::reverse(program, numbers, &mut adjoints);
    adjoints
}

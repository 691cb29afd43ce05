//! Whether what a diagnosis says to write instead makes a claim right.

use crate::derivation::{Line, Planted, derivation};
use engine::check::hand::{Diagnosis, Kind};
use engine::{Graph, Program, Value};

/// From a statement to one of its arguments.
#[derive(Clone, Copy)]
struct Edge {
    statement: usize,
    /// Which of the statement's slopes it is.
    place: usize,
    argument: usize,
    slope: f64,
    /// What all paths along it would add up to, if the slope were 1.
    bypass: f64,
}

/// The numbers of a derivation at one point. They come from its own slopes, never from a sweep of the engine.
struct Numbers {
    names: Vec<String>,
    /// What the claim with its slip is, and what it should be.
    hand: f64,
    truth: f64,
    /// The derivative of the output by each node.
    adjoints: Vec<f64>,
    edges: Vec<Edge>,
    /// The claim after each replacement of one name by another that the diagnosis may mean.
    substituted: Vec<f64>,
}

fn numbers(leaves: &[f64], lines: &[Line], planted: Planted, diagnosis: &Diagnosis) -> Numbers {
    let g = Graph::new();
    let derivation = derivation(&g, leaves, lines);
    let nodes = derivation.nodes.len();
    let mut tangents = vec![0.0; nodes];
    tangents[planted.wrt] = 1.0;
    for node in planted.wrt + 1..nodes {
        tangents[node] = derivation.slopes[node].iter().map(|(arg, slope)| tangents[*arg] * slope.number()).sum();
    }
    let mut adjoints = vec![0.0; nodes];
    adjoints[nodes - 1] = 1.0;
    for node in (0..nodes).rev() {
        derivation.slopes[node].iter().for_each(|(arg, slope)| adjoints[*arg] += adjoints[node] * slope.number());
    }
    let edges = (0..nodes).flat_map(|statement| {
        derivation.slopes[statement].iter().enumerate().map(move |(place, by)| (statement, place, by))
    });
    let edge = |(statement, place, (argument, slope)): (usize, usize, &(usize, Value<'_>))| {
        let bypass = tangents[*argument] * adjoints[statement];
        Edge { statement, place, argument: *argument, slope: slope.number(), bypass }
    };
    let mut edges: Vec<Edge> = edges.map(edge).collect();
    // An argument that stands in two places of its statement has a path through each.
    for (statement, (form, [_, b, _])) in (derivation.leaves..).zip(&derivation.statements) {
        let two = |edge: &&Edge| edge.statement == statement && matches!((form, edge.place), (3, 0) | (4, 1));
        let Some(&whole) = edges.iter().find(two) else { continue };
        let slope = if *form == 3 { b.number() } else { whole.slope / 2.0 };
        edges.extend([slope, whole.slope - slope].map(|slope| Edge { slope, ..whole }));
    }
    let hand = derivation.claim(planted.wrt, Some(planted)).hand;
    let truth = derivation.claim(planted.wrt, None).hand.number();
    let substituted = match (&diagnosis.replace, &diagnosis.with) {
        (Some(replace), Some(with)) => substitute(&g, [derivation.output(), hand], replace, with),
        _ => Vec::new(),
    };
    let names = derivation.nodes.iter().map(|node| node.formula()).collect();
    Numbers { names, hand: hand.number(), truth, adjoints, edges, substituted }
}

/// A claim with one name put for another: everywhere below each of its own nodes, and in each single place.
fn substitute(g: &Graph, [output, hand]: [Value<'_>; 2], replace: &str, with: &str) -> Vec<f64> {
    let program = g.program(&[output, hand]);
    let [output, hand] = [0, 1].map(|k| program.outputs()[k] as usize);
    let [Some(replace), Some(with)] = [replace, with].map(|name| program.node(name)) else { return Vec::new() };
    let mut numbers: Vec<f64> = (0..program.len()).map(|node| program.constant(node).unwrap_or(f64::NAN)).collect();
    for (leaves, given) in [(program.params(), g.param_numbers()), (program.inputs(), g.input_numbers())] {
        leaves.iter().zip(given).for_each(|(&leaf, number)| numbers[leaf as usize] = number);
    }
    let computed = |numbers: &[f64], node: usize, replaced: &dyn Fn(usize) -> bool| {
        let args = program.args(node).iter().map(|&arg| arg as usize).enumerate();
        let put = args.map(|(place, arg)| numbers[if arg == replace && replaced(place) { with } else { arg }]);
        program.op(node).value(&put.collect::<Vec<f64>>()[..])
    };
    let ops: Vec<usize> = (0..program.len()).filter(|&node| !program.args(node).is_empty()).collect();
    ops.iter().for_each(|&node| numbers[node] = computed(&numbers, node, &|_| false));
    let forward = made_of(&program, output);
    let own: Vec<usize> = ops.into_iter().filter(|&node| !forward[node] && made_of(&program, hand)[node]).collect();
    let from = |top: usize, number: f64| {
        let mut numbers = numbers.clone();
        numbers[top] = number;
        own.iter().filter(|&&node| node > top).for_each(|&node| numbers[node] = computed(&numbers, node, &|_| false));
        numbers[hand]
    };
    let mut found = if hand == replace { vec![numbers[with]] } else { Vec::new() };
    for &top in &own {
        let below = made_of(&program, top);
        let mut changed = numbers.clone();
        own.iter().filter(|&&node| below[node]).for_each(|&node| changed[node] = computed(&changed, node, &|_| true));
        found.push(from(top, changed[top]));
        let places = 0..program.args(top).len();
        found.extend(places.map(|only| from(top, computed(&numbers, top, &|place| place == only))));
    }
    found
}

fn made_of(program: &Program, top: usize) -> Vec<bool> {
    let mut marks = vec![false; program.len()];
    marks[top] = true;
    for node in (0..=top).rev() {
        if marks[node] {
            program.args(node).iter().for_each(|&arg| marks[arg as usize] = true);
        }
    }
    marks
}

/// What the claim is, repaired in each way that a diagnosis may mean: its path passes several edges, of which it names
/// the one in question in words only.
fn repaired(at: &Numbers, diagnosis: &Diagnosis) -> Vec<f64> {
    let place = |name: &String| at.names.iter().position(|other| other == name);
    let on_path = |edge: &&Edge| {
        let ends = (Some(edge.statement), Some(edge.argument));
        diagnosis.path.windows(2).any(|two| (place(&two[0]), place(&two[1])) == ends)
    };
    let along = || at.edges.iter().filter(on_path).map(|edge| (edge.slope, edge.slope * edge.bypass, edge.bypass));
    let slopes = || at.edges.iter().map(|edge| edge.slope);
    // A product within a statement has the paths of several of its edges.
    let sums: Vec<f64> = (diagnosis.path.iter().filter_map(place))
        .flat_map(|statement| {
            let edges = at.edges.iter().filter(|edge| edge.statement == statement);
            edges.fold(vec![0.0], |sums, edge| {
                sums.iter().flat_map(|sum| [*sum, sum + edge.slope * edge.bypass]).collect()
            })
        })
        .collect();
    match (diagnosis.kind, diagnosis.factor) {
        (Kind::Sign | Kind::ConstantFactor, Some(factor)) if diagnosis.path.is_empty() => vec![at.hand / factor],
        (Kind::Sign | Kind::ConstantFactor | Kind::MissingFactor | Kind::RepeatedFactor, Some(factor)) => {
            sums.iter().map(|sum| at.hand + (1.0 - factor) * sum).collect()
        }
        // Of a claim of zero all paths are missing, and it may name any.
        (Kind::MissingPath, _) if at.hand.abs() < 1e-12 => vec![at.truth],
        (Kind::MissingPath, _) => sums.iter().map(|sum| at.hand + sum).collect(),
        (Kind::OnlyPath, _) => sums.iter().map(|sum| at.hand + (at.truth - sum)).collect(),
        (Kind::MissingFactor, _) => {
            // Where the slope is zero, what it is missing from is not its sum over itself.
            let own = along().map(|(slope, _, bypass)| at.hand + (slope - 1.0) * bypass);
            let others = along().flat_map(|(_, sum, _)| slopes().map(move |slope| at.hand + sum * (1.0 - 1.0 / slope)));
            own.chain(others).collect()
        }
        (Kind::RepeatedFactor, _) => {
            along().flat_map(|(_, sum, _)| slopes().map(move |slope| at.hand + sum * (1.0 - slope))).collect()
        }
        (Kind::Substitution, _) => at.substituted.clone(),
        (Kind::WrongVariable, _) => {
            let other = diagnosis.replace.as_ref().and_then(place);
            other.map(|other| at.hand + (at.truth - at.adjoints[other])).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a diagnosis is that of a slip: repaired as it says, the claim is the derivative at points near the recorded
/// one. Its kind may be another than the one that was planted, for to leave out a constant is to be off by it, and to
/// leave out a factor can be to replace a name by another.
pub(crate) fn is_repaired(leaves: &[f64], lines: &[Line], planted: Planted, diagnosis: &Diagnosis) -> bool {
    let decisions = |leaves: &[f64]| derivation(&Graph::new(), leaves, lines).decisions();
    let ways = (1..=4).map(|point| {
        // Inputs stay, and so does what is decided by comparing numbers, as in the check itself.
        let moved = |reach: f64| -> Vec<f64> {
            let by = |k: usize| if k % 3 == 2 { 0.0 } else { reach * (7.0 * k as f64 + f64::from(point)).sin() };
            leaves.iter().enumerate().map(|(k, x)| x * (1.0 + by(k))).collect()
        };
        let mut reaches = (0..20).map(|halved| 0.1 * 0.5f64.powi(halved));
        let near = reaches.find(|&reach| decisions(&moved(reach)) == decisions(leaves)).unwrap();
        let at = numbers(&moved(near), lines, planted, diagnosis);
        let good = |number: &f64| (number - at.truth).abs() <= 1e-5 * (at.hand - at.truth).abs() + 1e-12;
        repaired(&at, diagnosis).iter().map(good).collect::<Vec<bool>>()
    });
    let together = ways.reduce(|one, other| one.iter().zip(other).map(|(one, other)| *one && other).collect());
    together.is_some_and(|ways| ways.contains(&true))
}

//! Random derivations, right ones and such with one planted fault.
//!
//! A computation is a list of named statements on leaves and earlier statements. Its derivation is the chain rule written
//! out statement by statement, from the last one back, as a careful student does; a fault is one slip in one product.

#![allow(clippy::unwrap_used)]

use engine::check::hand::{Claim, Judged, Kind, Options, Verdict, check};
use engine::{Graph, Value};
use proptest::prelude::*;

/// One statement: its form, and where its three arguments are looked for among what came before.
type Line = (u8, [u16; 3]);

/// What goes wrong in the product of the derivative by a statement with that of the statement by its argument.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slip {
    Dropped,
    LeftOut,
    Twice,
    Sign,
    Constant,
    Swapped,
}

/// The derivatives of a statement by its arguments, as one writes them.
fn state<'g>(form: u8, [a, b, c]: [Value<'g>; 3]) -> (Value<'g>, Vec<(Value<'g>, Value<'g>)>) {
    let step = |x: Value<'g>| if x > 0.0 { 1.0 } else { 0.0 };
    match form {
        0 => {
            let y = (a * b + c).sigmoid();
            let slope = y * (1.0 - y);
            (y, vec![(a, slope * b), (b, slope * a), (c, slope)])
        }
        1 => {
            let y = (a + b * 0.5).tanh();
            (y, vec![(a, 1.0 - y * y), (b, (1.0 - y * y) * 0.5)])
        }
        2 => (a * b + c, vec![(a, b), (b, a), (c, Value::from(1.0))]),
        3 => (a * b + a, vec![(a, b + 1.0), (b, a)]),
        4 => {
            let below = b * b + 1.5;
            (a / below, vec![(a, 1.0 / below), (b, -2.0 * a * b / (below * below))])
        }
        5 => (a.sin() * c, vec![(a, a.cos() * c), (c, a.sin())]),
        6 => ((a * 0.4).exp() - b, vec![(a, (a * 0.4).exp() * 0.4), (b, Value::from(-1.0))]),
        // The slopes of these are decided by comparing numbers, as one does in a program.
        7 => ((a + b).relu(), vec![(a, step(a + b).into()), (b, step(a + b).into())]),
        8 => (a.max(b), vec![(a, (1.0 - step(b - a)).into()), (b, step(b - a).into())]),
        _ => ((a - b).powi(2), vec![(a, 2.0 * (a - b)), (b, -2.0 * (a - b))]),
    }
}

struct Derivation<'g> {
    nodes: Vec<Value<'g>>,
    slopes: Vec<Vec<(usize, Value<'g>)>>,
    statements: Vec<(u8, [Value<'g>; 3])>,
    leaves: usize,
}

fn derivation<'g>(g: &'g Graph, leaves: &[f64], lines: &[Line]) -> Derivation<'g> {
    // No two leaves of one number, however they are drawn.
    let leaves: Vec<f64> = leaves.iter().enumerate().map(|(k, x)| x * (1.0 + k as f64 / 17.0)).collect();
    let leaf =
        |(k, &x): (usize, &f64)| if k % 3 == 2 { g.input(&format!("x{k}"), x) } else { g.param(&format!("w{k}"), x) };
    let mut nodes: Vec<Value<'g>> = leaves.iter().enumerate().map(leaf).collect();
    let (mut slopes, mut statements) = (vec![Vec::new(); nodes.len()], Vec::new());
    for (k, (form, places)) in lines.iter().enumerate() {
        // One argument is always the statement before, so that all is connected.
        let mut places = places.map(|place| place as usize % nodes.len());
        places[k % 2] = nodes.len() - 1;
        if places[0] == places[1] {
            places[(k + 1) % 2] = (places[0] + 1) % nodes.len();
        }
        if places[2] == places[0] || places[2] == places[1] {
            places[2] = (0..).find(|place| ![places[0], places[1]].contains(place)).unwrap();
        }
        let args = places.map(|place| nodes[place]);
        statements.push((*form, args));
        let (y, by) = state(*form, args);
        let place = |arg: Value<'g>| places[args.iter().position(|other| same(*other, arg)).unwrap()];
        slopes.push(by.into_iter().map(|(arg, slope)| (place(arg), slope)).collect());
        nodes.push(y.named(&format!("s{k}")));
    }
    Derivation { nodes, slopes, statements, leaves: leaves.len() }
}

fn same(a: Value<'_>, b: Value<'_>) -> bool {
    a.formula() == b.formula()
}

impl<'g> Derivation<'g> {
    fn output(&self) -> Value<'g> {
        *self.nodes.last().unwrap()
    }

    /// Whether no number is so large that the ones beside it get lost.
    fn is_tame(&self) -> bool {
        self.nodes.iter().all(|node| node.number().abs() < 50.0)
    }

    /// Whether a statement sits on its kink.
    fn has_tie(&self) -> bool {
        let tied = |(form, [a, b, _]): &(u8, [Value<'_>; 3])| match form {
            7 => (*a + *b).number().abs() < 1e-9,
            8 => (*a - *b).number().abs() < 1e-9,
            _ => false,
        };
        self.statements.iter().any(tied)
    }

    fn text(&self) -> String {
        let line = |node: &Value<'_>| {
            let program = node.program();
            format!("{} = {} = {node}\n", node.formula(), program.definition(program.output(0).unwrap()))
        };
        self.nodes.iter().map(line).collect()
    }

    /// The chain rule from the last statement back to a node, with a slip at one of its products.
    fn claim(&self, wrt: usize, slip: Option<(Slip, usize, usize, usize)>) -> Claim<'g> {
        let mut sums: Vec<Option<Value<'g>>> = vec![None; self.nodes.len()];
        *sums.last_mut().unwrap() = Some(Value::from(1.0));
        for node in (wrt + 1..self.nodes.len()).rev() {
            let Some(outer) = sums[node] else { continue };
            for (place, &(arg, slope)) in self.slopes[node].iter().enumerate() {
                let product = match slip {
                    Some((slip, at, of, other)) if at == node && of == place => match slip {
                        Slip::Dropped => continue,
                        Slip::LeftOut => outer,
                        Slip::Twice => outer * slope * slope,
                        Slip::Sign => -(outer * slope),
                        Slip::Constant => 3.0 * (outer * slope),
                        Slip::Swapped => outer * self.swapped(node, place, other),
                    },
                    _ => outer * slope,
                };
                sums[arg] = Some(sums[arg].map_or(product, |sum| sum + product));
            }
        }
        Claim { of: self.output(), wrt: self.nodes[wrt], hand: sums[wrt].unwrap_or(Value::from(0.0)) }
    }

    /// The slope as it would be with another name for one argument.
    fn swapped(&self, node: usize, place: usize, other: usize) -> Value<'g> {
        let (form, mut args) = self.statements[node - self.leaves];
        let other = self.nodes[other % node];
        if !args.iter().any(|arg| same(*arg, other)) {
            args[other.number().to_bits() as usize % 2] = other;
        }
        state(form, args).1[place].1
    }

    /// The first slip in some order that changes the number of the claim.
    fn faulty(&self, slip: Slip, order: usize) -> Option<(Claim<'g>, f64)> {
        let places = (self.leaves..self.nodes.len()).flat_map(|at| (0..self.slopes[at].len()).map(move |of| (at, of)));
        let places: Vec<(usize, usize)> = places.collect();
        (0..places.len()).find_map(|k| {
            let (at, of) = places[(order + k) % places.len()];
            let claim = self.claim((order / 7 + k) % at, Some((slip, at, of, order / 49)));
            let truth = self.output().backward()[claim.wrt];
            let (hand, size) = (claim.hand.number(), claim.hand.number().abs().max(truth.abs()));
            (size > 1e-4 && (hand - truth).abs() > 1e-3 * size).then_some((claim, truth))
        })
    }
}

fn computations() -> impl Strategy<Value = (Vec<f64>, Vec<Line>)> {
    let size = 0.3..1.9f64;
    let leaf = (size, any::<bool>()).prop_map(|(x, minus)| if minus { -x } else { x });
    let leaves = proptest::collection::vec(leaf, 3..7);
    let lines = proptest::collection::vec((0u8..10, any::<[u16; 3]>()), 2..9);
    (leaves, lines)
}

fn slips() -> impl Strategy<Value = Slip> {
    use Slip::*;
    prop_oneof![Just(Dropped), Just(LeftOut), Just(Twice), Just(Sign), Just(Constant), Just(Swapped)]
}

/// Whether a diagnosis is that of a slip. In a product of a single path several are one and the same thing: to leave out
/// a constant is to be off by it, and to leave out a factor can be to replace a name by another.
fn explains(judged: &Judged) -> bool {
    judged.diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.repaired && diagnosis.kind != Kind::Unknown)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn a_right_derivation_is_never_called_wrong((leaves, lines) in computations()) {
        let g = Graph::new();
        let derivation = derivation(&g, &leaves, &lines);
        prop_assume!(derivation.is_tame());
        let claims: Vec<Claim<'_>> = (0..derivation.nodes.len() - 1).map(|wrt| derivation.claim(wrt, None)).collect();
        let report = check(&claims, &Options::default()).unwrap();
        // The larger of two equal ones is one of them to some, and half of each to others.
        let worst = if derivation.has_tie() { Verdict::Kink } else { Verdict::Right };
        prop_assert!(report.verdict <= worst, "\n{}\n{}", derivation.text(), report);
    }

    #[test]
    fn a_planted_fault_is_caught_and_explained((leaves, lines) in computations(), slip in slips(), order in any::<u16>()) {
        let g = Graph::new();
        let derivation = derivation(&g, &leaves, &lines);
        prop_assume!(derivation.is_tame() && !derivation.has_tie());
        let Some((claim, truth)) = derivation.faulty(slip, order as usize) else { return Err(TestCaseError::reject("no effect")) };
        let text = format!("{slip:?}\n{}{}: {}", derivation.text(), claim.hand.formula(), truth);
        let report = check(&[claim], &Options::default()).unwrap();
        prop_assert!(report.verdict > Verdict::Right, "{text}\n{report}");
        prop_assert!(explains(&report.claims[0]), "{text}\n{report}");
    }
}

//! Random derivations, right ones and such with one planted fault.
//!
//! A computation is a list of named statements on leaves and earlier statements. Its derivation is the chain rule written
//! out statement by statement, from the last one back, as a careful student does; a fault is one slip in one product.

use engine::check::hand::Claim;
use engine::{Graph, Value};

/// One statement: its form, and where its three arguments are looked for among what came before.
pub(crate) type Line = (u8, [u16; 3]);

/// What goes wrong in the product of the derivative by a statement with that of the statement by its argument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slip {
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

pub(crate) struct Derivation<'g> {
    pub(crate) nodes: Vec<Value<'g>>,
    pub(crate) slopes: Vec<Vec<(usize, Value<'g>)>>,
    pub(crate) statements: Vec<(u8, [Value<'g>; 3])>,
    pub(crate) leaves: usize,
}

/// A slip, in the product of the derivative by a statement with that of the statement by one of its arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planted {
    pub(crate) slip: Slip,
    pub(crate) statement: usize,
    pub(crate) argument: usize,
    /// Which other name is taken for the right one.
    pub(crate) other: usize,
    /// What the claim differentiates by.
    pub(crate) wrt: usize,
}

pub(crate) fn derivation<'g>(g: &'g Graph, leaves: &[f64], lines: &[Line]) -> Derivation<'g> {
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
    pub(crate) fn output(&self) -> Value<'g> {
        *self.nodes.last().unwrap()
    }

    /// Whether no number is so large that the ones beside it get lost.
    pub(crate) fn is_tame(&self) -> bool {
        self.nodes.iter().all(|node| node.number().abs() < 50.0)
    }

    /// Whether a statement sits on its kink.
    pub(crate) fn has_tie(&self) -> bool {
        let tied = |(form, [a, b, _]): &(u8, [Value<'_>; 3])| match form {
            7 => (*a + *b).number().abs() < 1e-9,
            8 => (*a - *b).number().abs() < 1e-9,
            _ => false,
        };
        self.statements.iter().any(tied)
    }

    /// On which side of its kink each statement is.
    pub(crate) fn decisions(&self) -> Vec<bool> {
        let decided = |(form, [a, b, _]): &(u8, [Value<'_>; 3])| match form {
            7 => *a + *b > 0.0,
            8 => *a > *b,
            _ => false,
        };
        self.statements.iter().map(decided).collect()
    }

    pub(crate) fn text(&self) -> String {
        let line = |node: &Value<'_>| {
            let program = node.program();
            format!("{} = {} = {node}\n", node.formula(), program.definition(program.output(0).unwrap()))
        };
        self.nodes.iter().map(line).collect()
    }

    /// The chain rule from the last statement back to a node, with a slip at one of its products.
    pub(crate) fn claim(&self, wrt: usize, planted: Option<Planted>) -> Claim<'g> {
        let mut sums: Vec<Option<Value<'g>>> = vec![None; self.nodes.len()];
        *sums.last_mut().unwrap() = Some(Value::from(1.0));
        for node in (wrt + 1..self.nodes.len()).rev() {
            let Some(outer) = sums[node] else { continue };
            for (place, &(arg, slope)) in self.slopes[node].iter().enumerate() {
                let slips = |planted: &Planted| (planted.statement, planted.argument) == (node, place);
                let product = match planted.filter(slips) {
                    None => outer * slope,
                    Some(Planted { slip, other, .. }) => match slip {
                        Slip::Dropped => continue,
                        Slip::LeftOut => outer,
                        Slip::Twice => outer * slope * slope,
                        Slip::Sign => -(outer * slope),
                        Slip::Constant => 3.0 * (outer * slope),
                        Slip::Swapped => outer * self.swapped(node, place, other),
                    },
                };
                sums[arg] = Some(sums[arg].map_or(product, |sum| sum + product));
            }
        }
        Claim { of: self.output(), wrt: self.nodes[wrt], hand: sums[wrt].unwrap_or(Value::from(0.0)) }
    }

    /// The slope as it would be with another name for one argument.
    fn swapped(&self, node: usize, place: usize, other: usize) -> Value<'g> {
        let (form, mut args) = self.statements[node - self.leaves];
        let name = self.nodes[other % node];
        if !args.iter().any(|arg| same(*arg, name)) {
            args[other % 2] = name;
        }
        state(form, args).1[place].1
    }

    /// The first slip in some order that changes the number of the claim.
    pub(crate) fn plant(&self, slip: Slip, order: usize) -> Option<Planted> {
        let places = (self.leaves..self.nodes.len()).flat_map(|at| (0..self.slopes[at].len()).map(move |of| (at, of)));
        let places: Vec<(usize, usize)> = places.collect();
        (0..places.len()).find_map(|k| {
            let (statement, argument) = places[(order + k) % places.len()];
            // No name stands in a slope that is decided by comparing numbers.
            if slip == Slip::Swapped && [7, 8].contains(&self.statements[statement - self.leaves].0) {
                return None;
            }
            let wrt = (order / 7 + k) % statement;
            let planted = Planted { slip, statement, argument, other: order / 49, wrt };
            let [hand, truth] = [Some(planted), None].map(|planted| self.claim(wrt, planted).hand.number());
            let size = hand.abs().max(truth.abs());
            (size > 1e-4 && (hand - truth).abs() > 1e-3 * size).then_some(planted)
        })
    }
}

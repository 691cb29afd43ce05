//! What enters the state that an optimizer carries from step to step: of `v = beta * v + (1 - beta) * g` it is `g`, whatever
//! its name.

use super::linear::{constant, inner, linear, stripped};
use super::samples::{Finding, Point, find};
use engine::{Op, Tape};
use std::collections::{HashMap, HashSet, VecDeque};

/// In how many ways what enters a state is read: as it is added, less a plain number that it is multiplied by, over the
/// rate, the same with what is a multiple of the parameter itself, and neither.
pub(crate) const READINGS: usize = 5;

/// More nodes than this between a step and its state are not followed, for one element.
const MOST: usize = 500;

/// A step of an update that carries state, as it lies on the tape.
pub(crate) struct Step<'a> {
    pub(crate) tape: &'a Tape,
    /// What is taken off, element by element; none where that is a plain number.
    pub(crate) step: &'a [Option<u32>],
    pub(crate) parameter: &'a [Option<u32>],
    /// What the parameter was before its last update.
    pub(crate) before: &'a [u32],
    pub(crate) loss: u32,
    pub(crate) derivatives: &'a [f64],
    pub(crate) rate: f64,
}

/// One element of what enters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entered {
    /// Where it lies, if it is a node, and what that is divided by.
    pub(crate) node: Option<(u32, f64)>,
    pub(crate) number: f64,
    pub(crate) rounding: f64,
}

/// All elements by one reading; none for an element that is no state yet.
pub(crate) type Reading = Vec<Option<Entered>>;

/// What enters the state at one execution.
pub(crate) struct Entering {
    pub(crate) readings: [Option<Reading>; READINGS],
    /// The reading to take where no name of the program tells one: over the rate, if the step is a multiple of the state.
    pub(crate) usual: usize,
}

/// Something that a step is made of and that is a sum, of which a part is carried over.
struct Sum {
    root: u32,
    /// Whether the step grows with it.
    sign: f64,
    /// What enters, each times a plain number.
    terms: Vec<(u32, f64)>,
}

impl Step<'_> {
    /// What enters the state, by each reading that there is. None where that cannot be told: the state is a part of what
    /// is differentiated, or of several elements, or the step is made of what the parameter itself was.
    pub(crate) fn entering(&self) -> Option<Entering> {
        let nodes: Vec<u32> = self.step.iter().copied().flatten().collect();
        let from_before = self.tape.made_from(self.before);
        let (in_step, in_loss) = (self.tape.made_of(&nodes), self.tape.made_of(&[self.loss]));
        let begin = *self.parameter.iter().flatten().min()?;
        if (0..begin as usize).any(|node| from_before[node] && in_step[node] && in_loss[node]) {
            return None;
        }
        let before = self.before.iter().copied().collect();
        let mut walk = Walk { step: self, from_before, before, begin, owners: HashMap::new() };
        let elements: Vec<Option<Vec<Sum>>> = self
            .step
            .iter()
            .enumerate()
            .map(|(k, node)| match node.filter(|&node| walk.from_before[node as usize]) {
                Some(node) => walk.sums(k, node).map(Some),
                None => Some(None),
            })
            .collect::<Option<_>>()?;
        let mut counts = elements.iter().flatten().map(Vec::len);
        let count = counts.next()?;
        let is_squared = |place: usize| elements.iter().flatten().any(|sums| self.is_magnitude(&sums[place]));
        if counts.any(|other| other != count) {
            return None;
        }
        let main = (0..count).find(|&place| !is_squared(place))?;
        let of = |place: usize| -> Vec<f64> {
            let number =
                |sums: &Vec<Sum>| self.moving(&sums[place]).map(|(node, by)| by * self.tape.number(node)).sum();
            elements.iter().map(|sums| sums.as_ref().map_or(0.0, number)).collect()
        };
        // Squares of the same, or of the derivative, scale a step; what else it is multiplied by may be anything.
        let scales = |others: Vec<f64>| is_power_of(&others, &of(main)) || is_power_of(&others, self.derivatives);
        let is_same = |place: usize| elements.iter().flatten().all(|sums| self.is_same(&sums[place], &sums[main]));
        let is_known = |place: usize| if is_squared(place) { scales(of(place)) } else { is_same(place) };
        if !(0..count).all(is_known) {
            return None;
        }
        let reading = |kind: usize| -> Option<Reading> {
            let element = |(k, sums): (usize, &Option<Vec<Sum>>)| match sums {
                Some(sums) => self.read(kind, &sums[main], self.parameter[k]).map(Some),
                None => Some(None),
            };
            elements.iter().enumerate().map(element).collect()
        };
        let is_multiple = elements.iter().zip(self.step).all(|(sums, &step)| match sums {
            Some(sums) => Some(sums[main].root) == step,
            None => true,
        });
        Some(Entering { readings: std::array::from_fn(reading), usual: if is_multiple { 2 } else { 1 } })
    }

    /// Whether every element of the step adds a multiple of what the parameter was before: a ball that rolls on.
    pub(crate) fn recalls(&self) -> bool {
        let before: HashSet<u32> = self.before.iter().copied().collect();
        let recalls = |&node: &u32| {
            let mut open = vec![node];
            for _ in 0..MOST {
                match open.pop() {
                    Some(node) if before.contains(&node) => return true,
                    Some(node) => open.extend(linear(self.tape, node).into_iter().flatten().map(|(arg, _)| arg)),
                    None => return false,
                }
            }
            false
        };
        self.step.iter().all(Option::is_some) && self.step.iter().flatten().all(recalls)
    }

    fn read(&self, kind: usize, sum: &Sum, own: Option<u32>) -> Option<Entered> {
        let rest: Vec<(u32, f64)> = self.moving(sum).filter(|&(node, _)| Some(node) != own).collect();
        let sign = sum.sign * self.rate.signum();
        let alone = match rest[..] {
            [only] => Some(only),
            _ => None,
        };
        let at = |node: u32, over: f64| Entered {
            node: Some((node, over)),
            number: self.tape.number(node) / over,
            rounding: self.tape.rounding(node) / over.abs(),
        };
        let per = |own: Option<u32>, over: f64| {
            let (number, rounding) = self.total(sum, own);
            Entered { node: None, number: number / over, rounding: rounding / over.abs() }
        };
        let vanishes = |(node, _)| constant(self.tape, node) == Some(0.0);
        match (kind, alone) {
            // Of a unit that is off.
            (0..=2, Some(only)) if vanishes(only) => Some(Entered { node: None, number: 0.0, rounding: 0.0 }),
            (0, Some((node, factor))) => Some(at(node, (sign * factor).signum())),
            (1, Some((node, factor))) => {
                let (inner, stripped) = stripped(self.tape, node)?;
                Some(at(inner, (sign * factor * stripped).signum()))
            }
            (2, Some((node, factor))) => Some(at(node, self.rate / (sum.sign * factor))),
            (0 | 1, None) => None,
            (2, None) => Some(per(own, self.rate * sum.sign)),
            (3, _) => Some(per(None, self.rate * sum.sign)),
            _ => Some(per(own, sign)),
        }
    }

    /// What enters a sum, but for multiples of the element itself where that is given, and its rounding.
    fn total(&self, sum: &Sum, own: Option<u32>) -> (f64, f64) {
        let terms = sum.terms.iter().filter(|(node, _)| Some(*node) != own);
        terms.fold((0.0, 0.0), |(number, rounding), &(node, factor)| {
            let term = factor * self.tape.number(node);
            (number + term, rounding + factor.abs() * self.tape.rounding(node) + f64::EPSILON * term.abs())
        })
    }

    /// What enters a sum, but for plain numbers beside it.
    fn moving(&self, sum: &Sum) -> impl Iterator<Item = (u32, f64)> {
        let is_plain = |&(node, _): &(u32, f64)| constant(self.tape, node).is_some();
        let all_plain = sum.terms.iter().all(is_plain);
        sum.terms.iter().filter(move |term| all_plain || !is_plain(term)).copied()
    }

    /// Whether the same enters two sums, times plain numbers.
    fn is_same(&self, one: &Sum, other: &Sum) -> bool {
        let alone = |sum: &Sum| match self.moving(sum).collect::<Vec<(u32, f64)>>()[..] {
            [(node, _)] => Some(inner(self.tape, node)),
            _ => None,
        };
        one.root == other.root || alone(one).is_some() && alone(one) == alone(other)
    }

    /// Whether something is added up that has no sign.
    fn is_magnitude(&self, sum: &Sum) -> bool {
        self.moving(sum).all(|(node, _)| {
            let node = inner(self.tape, node);
            match (self.tape.program().op(node as usize), self.tape.program().args(node as usize)) {
                (Op::Mul, &[a, b]) => inner(self.tape, a) == inner(self.tape, b),
                (Op::Powi | Op::Powf, &[_, exponent]) => constant(self.tape, exponent) == Some(2.0),
                (op, _) => op == Op::Abs,
            }
        })
    }
}

struct Walk<'a> {
    step: &'a Step<'a>,
    from_before: Vec<bool>,
    before: HashSet<u32>,
    /// What lies before is of an earlier step.
    begin: u32,
    /// The element that each node of the way to the state belongs to.
    owners: HashMap<u32, usize>,
}

impl Walk<'_> {
    /// The sums that one element of a step is made of, in the order of the formula.
    fn sums(&mut self, element: usize, root: u32) -> Option<Vec<Sum>> {
        let (tape, own) = (self.step.tape, self.step.parameter[element]);
        let mut count = 0;
        let (mut open, mut known) = (VecDeque::from([(root, 1.0)]), HashSet::new());
        let mut sums = Vec::new();
        while let Some((root, sign)) = open.pop_front().filter(|_| count < MOST) {
            if !known.insert(root) {
                continue;
            }
            let (mut terms, mut parts): (HashMap<u32, f64>, _) = (HashMap::new(), vec![(root, 1.0)]);
            let mut has_state = false;
            while let Some((node, factor)) = parts.pop().filter(|_| count < MOST) {
                count += 1;
                if !self.from_before[node as usize] {
                    let (node, by) =
                        stripped(tape, node).filter(|&(inner, _)| Some(inner) == own).unwrap_or((node, 1.0));
                    *terms.entry(node).or_default() += factor * by;
                    continue;
                }
                if self.before.contains(&node) || *self.owners.entry(node).or_insert(element) != element {
                    return None;
                }
                if node < self.begin {
                    has_state = true;
                    continue;
                }
                if let Some(linear) = linear(tape, node) {
                    parts.extend(linear.into_iter().map(|(arg, by)| (arg, factor * by)));
                    continue;
                }
                for (place, &arg) in tape.program().args(node as usize).iter().enumerate() {
                    if self.from_before[arg as usize] || constant(tape, arg).is_none() {
                        let falls = sign * factor * tape.partial(node, place) < 0.0;
                        open.push_back((arg, if falls { -1.0 } else { 1.0 }));
                    }
                }
            }
            let mut terms: Vec<(u32, f64)> = terms.into_iter().filter(|&(_, factor)| factor != 0.0).collect();
            terms.sort_unstable_by_key(|&(node, _)| node);
            // No gradient is a multiple of the parameter alone, as of weights that decay, nor a number beside no state.
            let is_plain = |node: u32| Some(node) == own || !has_state && constant(tape, node).is_some();
            if !terms.iter().all(|&(node, _)| is_plain(node)) {
                sums.push(Sum { root, sign, terms });
            }
        }
        (count < MOST).then_some(sums)
    }
}

/// Whether some numbers are one number times others, or times their squares, or their absolute values.
fn is_power_of(these: &[f64], those: &[f64]) -> bool {
    let powers: [fn(f64) -> f64; 3] = [|x| x, |x| x * x, f64::abs];
    powers.into_iter().any(|power| {
        let pairs = || these.iter().zip(those).map(|(&this, &that)| (this, power(that)));
        let clearest = pairs().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let factor = clearest.map_or(0.0, |(this, that)| this / that);
        pairs().all(|(this, that)| (this - factor * that).abs() <= 1e-9 * this.abs().max((factor * that).abs()))
    })
}

/// What entered the state of one update, point by point.
#[derive(Debug, Clone)]
pub(crate) struct Entries {
    /// By each reading that there was at every point.
    readings: [Option<Vec<Point>>; READINGS],
    /// The reading that a name of the program stands for.
    pub(crate) named: usize,
}

impl Default for Entries {
    fn default() -> Self {
        Entries { readings: std::array::from_fn(|_| Some(Vec::new())), named: 0 }
    }
}

impl Entries {
    /// Adds the points of one execution, one for each reading.
    pub(crate) fn add(&mut self, points: [Option<Point>; READINGS]) {
        for (known, point) in self.readings.iter_mut().zip(points) {
            match (&mut *known, point) {
                (Some(points), Some(point)) => points.push(point),
                _ => *known = None,
            }
        }
    }

    /// What they say, by the reading that says the best of them, and its points.
    pub(crate) fn finding(&self, rtol: f64) -> Option<(Finding, &[Point])> {
        let order = std::iter::once(self.named).chain((0..READINGS).filter(|&kind| kind != self.named));
        let points = order.filter_map(|kind| self.readings[kind].as_deref()).filter(|points| !points.is_empty());
        points.map(|points| (find(points, rtol), points)).min_by_key(|(finding, _)| match finding {
            Finding::Right | Finding::Vanishing | Finding::Kink | Finding::Clipped => 0,
            Finding::Off(Some(factor)) if *factor > 0.0 => 1,
            Finding::Off(Some(_)) => 2,
            Finding::Off(None) => 3,
        })
    }
}

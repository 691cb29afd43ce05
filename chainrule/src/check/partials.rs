//! Named partials and comment claims, while the program runs.

use super::deltas::{decays, is_delta, is_of_step};
use super::monitor::Monitor;
use super::named::{Partial, Reading};
use super::notes::numbers_of;
use super::samples::{Point, Sample};
use super::scene::Scene;
use super::scopes::Place;
use super::variables::{Differentiated, Variable};
use crate::array::{Array, Kind, Number};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, VirtualMachine};

/// More values than this are not remembered once they are judged.
const MOST: usize = 256;

/// A value of a variable that is said to hold a derivative.
#[derive(Debug)]
pub(super) struct Open {
    variable: usize,
    /// The claim that its making began with.
    claim: usize,
    owner: PyObjectRef,
    value: PyObjectRef,
    /// Whether it was made or changed since it was judged last.
    is_pending: bool,
    /// Whether its making went on after its first statement.
    goes_on: bool,
    /// Its point, once it was judged.
    point: Option<usize>,
    /// Its numbers when it was judged last.
    numbers: Vec<Number>,
    /// For each reading of the claim, what it meant where the value was made last.
    meanings: Vec<Meaning>,
}

#[derive(Debug, Clone)]
struct Meaning {
    of: Vec<Differentiated>,
    wrt: Option<Variable>,
}

/// What comes of looking at a value once.
enum Judgement {
    Point { point: Point, of: Option<String>, wrt: String },
    Unchecked { reason: String, of: Option<String>, wrt: String },
}

impl Monitor {
    fn partial(&self, claim: usize) -> &Partial {
        &self.claims.partials.claims[claim]
    }

    /// The place of a partial among all claims.
    pub(super) fn place_of(&self, claim: usize) -> usize {
        self.claims.updates.len() + claim
    }

    /// A statement has made a value, or gone on with making it (`claim` is none).
    pub(super) fn made(
        &self,
        variable: usize,
        claim: Option<usize>,
        owner: PyObjectRef,
        value: PyObjectRef,
        vm: &VirtualMachine,
    ) {
        if self.evaluating.get() || !self.is_tracing() {
            return;
        }
        self.evaluating.set(true);
        let mut opens = self.opens.borrow_mut();
        let is_name = matches!(self.claims.partials.places[variable], Place::Name(..));
        let same = |open: &Open| open.variable == variable && (is_name || open.owner.is(&owner));
        let known = opens.iter().position(same);
        match (claim, known) {
            (None, Some(known)) => {
                let open = &mut opens[known];
                (open.value, open.is_pending, open.goes_on) = (value, true, true);
                open.meanings = self.meanings(open.claim, &open.owner, vm);
            }
            (Some(claim), _) => {
                if let Some(mut old) = known.map(|known| opens.remove(known))
                    && !self.partial(old.claim).is_zero
                {
                    self.look(&mut old, false, vm);
                }
                if opens.len() > MOST {
                    opens.retain(|open| open.is_pending);
                }
                if self.wants(self.place_of(claim)) {
                    let meanings = self.meanings(claim, &owner, vm);
                    let (is_pending, goes_on, point, numbers) = (true, false, None, Vec::new());
                    opens.push(Open { variable, claim, owner, value, is_pending, goes_on, point, numbers, meanings });
                }
            }
            (None, None) => {}
        }
        // What no statement reads is as good as it will ever be.
        let is_read = self.claims.partials.reads.values().any(|variables| variables.contains(&variable));
        if let Some(open) = opens.last_mut().filter(|open| !is_read && open.variable == variable) {
            self.look(open, true, vm);
        }
        self.evaluating.set(false);
    }

    /// A statement is about to read a variable.
    pub(super) fn read(&self, variable: usize, vm: &VirtualMachine) {
        if self.evaluating.get() || !self.is_tracing() {
            return;
        }
        self.evaluating.set(true);
        let mut opens = self.opens.borrow_mut();
        for k in (0..opens.len()).filter(|&k| opens[k].variable == variable).collect::<Vec<_>>() {
            let is_new = opens[k].is_pending;
            self.look(&mut opens[k], true, vm);
            if is_new {
                let others = opens.iter().enumerate().filter(|(other, _)| *other != k).map(|(_, open)| open);
                self.take_feeding(self.place_of(opens[k].claim), &opens[k].numbers, others);
            }
        }
        self.evaluating.set(false);
    }

    /// An update is made of these numbers.
    pub(super) fn take_feeding_update(&self, update: usize, step: &[Number]) {
        self.take_feeding(update, step, self.opens.borrow().iter());
    }

    /// Takes down which values these numbers of a claim are made of.
    fn take_feeding<'a>(&self, place: usize, made: &[Number], values: impl Iterator<Item = &'a Open>) {
        let nodes = Number::nodes(made);
        let made_of = self.trace.tape().made_of(&nodes);
        let seen = &mut *self.seen.borrow_mut();
        for open in values {
            let mut nodes = open.numbers.iter().filter_map(Number::node).peekable();
            let own = self.place_of(open.claim);
            if nodes.peek().is_some() {
                seen.traced.insert(own);
            }
            if nodes.any(|node| made_of[node as usize]) {
                seen.feeds.insert((own, place));
            }
        }
    }

    fn meanings(&self, claim: usize, owner: &PyObject, vm: &VirtualMachine) -> Vec<Meaning> {
        let meaning = |reading: &Reading| Meaning {
            of: self.differentiated(reading, Some(owner), vm),
            wrt: self.variable(&reading.wrt, Some(owner), vm).filter(Variable::is_traced),
        };
        self.partial(claim).readings.iter().map(meaning).collect()
    }

    /// Judges a value, if it is new.
    fn look(&self, open: &mut Open, is_read: bool, vm: &VirtualMachine) {
        let partial = self.partial(open.claim);
        if !open.is_pending || partial.begins_sum && !open.goes_on {
            return;
        }
        open.is_pending = false;
        let Some(claimed) = numbers_of(&open.value, vm).filter(|array| array.kind() != Kind::Bool) else { return };
        open.numbers = claimed.numbers();
        // Another object's attributes may be in scope where an attribute is read.
        let is_own = !matches!(self.claims.partials.places[open.variable], Place::Attribute(_));
        let now = (is_read && is_own).then(|| self.meanings(open.claim, &open.owner, vm));
        let judged = (0..partial.readings.len()).find_map(|k| {
            let (then, now) = (&open.meanings[k], now.as_ref().map_or(&open.meanings[k], |now| &now[k]));
            [(now, then), (now, now), (then, then)]
                .into_iter()
                .find_map(|(of, wrt)| self.compare(open.claim, &of.of, wrt.wrt.as_ref()?, &claimed, vm))
        });
        let seen = &mut *self.seen.borrow_mut();
        let place = self.place_of(open.claim);
        match judged {
            Some(Judgement::Point { point, of, wrt }) => {
                seen.names[place].get_or_insert((of, wrt));
                let points = &mut seen.points[place];
                match open.point.filter(|&k| k < points.len()) {
                    Some(k) => {
                        points[k] = point;
                        self.forget_scene_before_last(place);
                    }
                    None => {
                        open.point = Some(points.len());
                        points.push(point);
                    }
                }
            }
            Some(Judgement::Unchecked { reason, of, wrt }) => {
                seen.names[place].get_or_insert((of, wrt));
                seen.reasons[place].get_or_insert(reason);
            }
            None => {}
        }
    }

    /// Compares what is claimed with the derivative; none where there is no such derivative.
    fn compare(
        &self,
        claim: usize,
        of: &[Differentiated],
        wrt: &Variable,
        claimed: &Array,
        vm: &VirtualMachine,
    ) -> Option<Judgement> {
        let (loss, of) = of.iter().find_map(|of| match of {
            Differentiated::Variable(variable) => self.depends(variable, wrt).then(|| (None, variable.clone())),
            Differentiated::Loss(places) => places.iter().find_map(|&place| {
                let number = self.loss_of(claim, place, wrt, vm)?;
                let name = self.candidates[place].name.clone();
                let variable = Variable { name, numbers: vec![number], shape: Vec::new() };
                self.depends(&variable, wrt).then_some((Some(place), variable))
            }),
        })?;
        let names = (loss.is_none().then(|| of.name.clone()), wrt.name.clone());
        let unchecked =
            |reason: String| Some(Judgement::Unchecked { reason, of: names.0.clone(), wrt: names.1.clone() });
        let (y, x) = (&of.name, &wrt.name);
        if wrt.nodes().len() < wrt.numbers.len() {
            return unchecked(format!("a part of {x} is not computed from a parameter"));
        }
        let hand_shape = claimed.shape().to_vec();
        let Some(claimed) = fitted(claimed, &wrt.shape) else {
            let (own, other) = (shape(claimed.shape()), shape(&wrt.shape));
            return unchecked(format!("it has the shape {own}, and {x} has {other}"));
        };
        let node = match of.numbers.as_slice() {
            [number] => number.clone(),
            several if of.numbers.len() == wrt.numbers.len() && squeezed(&of.shape) == squeezed(&wrt.shape) => {
                let nodes: Vec<Option<u32>> = several.iter().map(Number::node).collect();
                if !self.trace.tape().is_diagonal(&nodes, &wrt.nodes()) {
                    return unchecked(format!("an element of {y} depends on more than one of {x}"));
                }
                Number::sum(several)
            }
            _ => {
                let (own, other) = (shape(&of.shape), shape(&wrt.shape));
                return unchecked(format!("{y} has the shape {own}, and {x} has {other}"));
            }
        };
        let (tape, nodes, mut node) = (self.trace.tape(), wrt.nodes(), node.node()?);
        let compared = |node: u32| {
            let by_node = tape.derivatives(node);
            let sample = |(claimed, &node): (&Number, &u32)| {
                let (derivative, derivative_rounding) = by_node.by(node);
                let rounding = claimed.node().map_or(0.0, |node| tape.rounding(node));
                let claimed_rounding = rounding + f64::EPSILON * claimed.value().abs();
                Sample {
                    claimed: claimed.value(),
                    claimed_rounding,
                    derivative,
                    derivative_rounding,
                    is_clipped: false,
                    is_set: false,
                }
            };
            let samples: Vec<Sample> = claimed.iter().zip(&nodes).map(sample).collect();
            (by_node, samples)
        };
        let (mut by_node, mut samples) = compared(node);
        let is_off = !samples.iter().all(|sample| sample.agrees(1.0, self.rtol));
        if let Some(before) = loss.and_then(|place| self.loss_before(place, &wrt.numbers)).filter(|_| is_off) {
            node = before;
            (by_node, samples) = compared(before);
        }
        self.take_typed(self.place_of(claim), node, &claimed);
        let hand = claimed.iter().map(Number::node).collect();
        self.excuse_clipped(self.place_of(claim), node, &claimed, &mut samples);
        let by: Vec<Option<u32>> = nodes.iter().copied().map(Some).collect();
        let on_kink = self.jumps(node, &by, &samples);
        let is_off = loss.is_some() && !samples.iter().all(|sample| sample.agrees(1.0, self.rtol));
        let is_delta = is_off && is_delta(&tape, &by_node, &nodes, &samples, self.rtol);
        let is_telling = loss.is_some()
            && wrt.numbers.iter().all(Number::is_leaf)
            && (!is_off
                || is_of_step(&tape, node, &nodes, &Number::nodes(&claimed)) && !decays(&tape, &nodes, &samples));
        self.keep_scene(|| Scene {
            claim: self.place_of(claim),
            of: node,
            wrt: by,
            shape: wrt.shape.clone(),
            hand_shape,
            hand,
            rate: 1.0,
            samples: samples.clone(),
            noted: self.notes.all().len(),
            on_kink,
            enters: false,
        });
        let (shape, key, when) = (wrt.shape.clone(), None, self.now());
        let point = Point { loss, shape, samples, on_kink, is_delta, is_telling, is_newton: false, key, when };
        Some(Judgement::Point { point, of: names.0, wrt: names.1 })
    }

    /// Whether one variable depends on another, and is not that one itself.
    fn depends(&self, of: &Variable, wrt: &Variable) -> bool {
        let (of, wrt) = (of.nodes(), wrt.nodes());
        let tape = self.trace.tape();
        of.iter().all(|node| !wrt.contains(node)) && of.iter().any(|&node| tape.depends(node, &wrt))
    }

    /// The number of a loss for a claim, unless it is refused for having none.
    fn loss_of(&self, claim: usize, loss: usize, wrt: &Variable, vm: &VirtualMachine) -> Option<Number> {
        let place = self.place_of(claim);
        if self.seen.borrow().refused[place].contains(&loss) {
            return None;
        }
        let number = self.loss(place, loss, &wrt.numbers, vm);
        if number.is_none() {
            self.seen.borrow_mut().refused[place].push(loss);
        }
        number
    }
}

/// A shape as numpy writes it.
fn shape(lengths: &[usize]) -> String {
    let words: Vec<String> = lengths.iter().map(ToString::to_string).collect();
    format!("({}{})", words.join(", "), if words.len() == 1 { "," } else { "" })
}

fn squeezed(shape: &[usize]) -> Vec<usize> {
    shape.iter().copied().filter(|&length| length != 1).collect()
}

/// The numbers of an array that stand for one of another shape: a single number for each of its elements, or the same
/// shape but for lengths of one.
fn fitted(array: &Array, shape: &[usize]) -> Option<Vec<Number>> {
    let count = shape.iter().product();
    match array.len() {
        1 => Some(vec![array.numbers().swap_remove(0); count]),
        _ => (squeezed(array.shape()) == squeezed(shape)).then(|| array.numbers()),
    }
}

//! A number of the program, and the trace that it may belong to.

use engine::{Op, Tape};
use smallvec::SmallVec;
use std::cell::{Cell, Ref, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

/// A number that a program computes with: a plain one, or one that is traced.
///
/// All arithmetic on it goes through the engine's op table. What is made of a traced number is traced too.
#[derive(Debug, Clone)]
pub struct Number {
    value: f64,
    node: Option<Rc<Node>>,
}

/// The place of a number on a trace, which moves when the trace lets go of its beginning.
struct Node {
    trace: Trace,
    place: Cell<Option<u32>>,
    round: u32,
    is_leaf: bool,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({:?})", self.place.get())
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number { value, node: None }
    }
}

impl Number {
    /// The number itself.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The node of a traced number.
    pub fn node(&self) -> Option<u32> {
        self.node.as_ref()?.place.get()
    }

    /// The nodes of those that are traced.
    pub fn nodes(all: &[Number]) -> Vec<u32> {
        all.iter().filter_map(Number::node).collect()
    }

    /// Whether it is traced and has no past.
    pub fn is_leaf(&self) -> bool {
        self.node.as_ref().is_some_and(|node| node.is_leaf && node.place.get().is_some())
    }

    /// What an op makes of its arguments.
    ///
    /// # Panics
    ///
    /// When the number of arguments is not the op's.
    pub fn apply(op: Op, args: &[&Number]) -> Number {
        let values: SmallVec<[f64; 8]> = args.iter().map(|arg| arg.value).collect();
        let value = op.value(values.as_slice());
        match args.iter().find_map(|arg| arg.node.as_ref().filter(|node| node.place.get().is_some())) {
            Some(node) if !node.trace.0.borrow().pauses => node.trace.record(op, args, value),
            _ => Number::from(value),
        }
    }

    /// The sum of all.
    pub fn sum(all: &[Number]) -> Number {
        Number::apply(Op::Sum, &all.iter().collect::<SmallVec<[&Number; 16]>>())
    }

    /// The sum of products of two lists of one length.
    pub fn dot(a: &[Number], b: &[Number]) -> Number {
        match a.iter().chain(b).any(|x| x.node.is_some()) {
            true => Number::apply(Op::Dot, &a.iter().chain(b).collect::<SmallVec<[&Number; 32]>>()),
            false => Number::from(a.iter().zip(b).map(|(a, b)| a.value * b.value).sum::<f64>()),
        }
    }
}

/// Records what is computed with traced numbers, in rounds: the steps of a training loop.
///
/// The nodes that a living [`Number`] is made of stay, unless they are older than the round before this one: those
/// become plain numbers. So a loop of any length runs in the memory of a few rounds, whatever it keeps of them.
#[derive(Clone, Default)]
pub struct Trace(Rc<RefCell<Recording>>);

#[derive(Default)]
struct Recording {
    tape: Tape,
    /// The number that each node belongs to, while it lives.
    owners: Vec<Weak<Node>>,
    round: u32,
    /// A parameter made at the beginning of the round before this one, and one of this one.
    beginnings: [Option<Number>; 2],
    /// How long the tape may get before it is cut.
    room: usize,
    /// Whether nothing is to be recorded.
    pauses: bool,
}

/// A tape shorter than this is not worth cutting.
const LEAST_ROOM: usize = 1 << 14;

impl Trace {
    /// A trace without nodes.
    pub fn new() -> Self {
        Trace::default()
    }

    /// A trace that lets go of nothing.
    pub fn keeping_all() -> Self {
        Trace(Rc::new(RefCell::new(Recording { room: usize::MAX, ..Recording::default() })))
    }

    /// Whether what is computed from now on is to be recorded.
    pub fn pause(&self, pauses: bool) {
        self.0.borrow_mut().pauses = pauses;
    }

    /// What is recorded.
    pub fn tape(&self) -> Ref<'_, Tape> {
        Ref::map(self.0.borrow(), |recording| &recording.tape)
    }

    /// A number to differentiate by, without a past.
    pub fn leaf(&self, value: f64) -> Number {
        self.make_room();
        let place = self.0.borrow_mut().tape.param(value);
        self.own(place, value, true)
    }

    /// A number that is traced as it is, and another as one without a past.
    pub fn traced(&self, number: &Number) -> Number {
        match number.node() {
            Some(_) => number.clone(),
            None => self.leaf(number.value()),
        }
    }

    /// How many rounds have begun.
    pub fn round(&self) -> u32 {
        self.0.borrow().round
    }

    /// Begins a new round if one of these numbers was made in this one.
    pub fn pass(&self, numbers: &[Number]) {
        let round = self.0.borrow().round;
        let made_now = |number: &Number| number.node.as_ref().is_some_and(|node| node.round == round);
        if numbers.iter().any(made_now) {
            self.0.borrow_mut().round += 1;
            let beginning = self.leaf(0.0);
            let beginnings = &mut self.0.borrow_mut().beginnings;
            beginnings.swap(0, 1);
            beginnings[1] = Some(beginning);
        }
    }

    fn record(&self, op: Op, args: &[&Number], value: f64) -> Number {
        self.make_room();
        let place = {
            let tape = &mut self.0.borrow_mut().tape;
            let places: SmallVec<[u32; 32]> =
                args.iter().map(|arg| arg.node().unwrap_or_else(|| tape.constant(arg.value))).collect();
            tape.record(op, &places)
        };
        self.own(place, value, false)
    }

    fn own(&self, place: u32, value: f64, is_leaf: bool) -> Number {
        let recording = &mut *self.0.borrow_mut();
        let node =
            Rc::new(Node { trace: self.clone(), place: Cell::new(Some(place)), round: recording.round, is_leaf });
        recording.owners.resize(place as usize, Weak::new());
        recording.owners.push(Rc::downgrade(&node));
        Number { value, node: Some(node) }
    }

    /// Lets go of what is not needed when the tape has doubled since the last time.
    fn make_room(&self) {
        let recording = &mut *self.0.borrow_mut();
        if recording.tape.len() < recording.room.max(LEAST_ROOM) {
            return;
        }
        let living: Vec<(u32, Rc<Node>)> =
            recording.owners.iter().enumerate().filter_map(|(k, owner)| Some((k as u32, owner.upgrade()?))).collect();
        let start = recording.beginnings[0].as_ref().and_then(Number::node).unwrap_or(0);
        let places: Vec<u32> = living.iter().map(|(place, _)| *place).collect();
        let moved = recording.tape.cut(start, &places);
        recording.owners.clear();
        recording.owners.resize(recording.tape.len(), Weak::new());
        for ((_, node), place) in living.iter().zip(moved) {
            node.place.set(place);
            if let Some(place) = place {
                recording.owners[place as usize] = Rc::downgrade(node);
            }
        }
        recording.room = 2 * recording.tape.len();
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST_ROOM, Number, Trace};
    use engine::Op;

    fn op(op: Op, args: &[&Number]) -> Number {
        Number::apply(op, args)
    }

    #[test]
    fn a_long_training_loop_runs_on_a_short_tape_and_keeps_its_parameters() {
        let trace = Trace::new();
        let (mut w, idle) = (trace.leaf(1.0), trace.leaf(0.5));
        let mut history = Vec::new();
        let mut momentum = Number::from(0.0);
        for _ in 0..20_000 {
            let loss = op(Op::Mul, &[&op(Op::Mul, &[&w, &w]), &idle]);
            let (place, by) = (loss.node().unwrap(), w.node().unwrap());
            let derivative = trace.tape().derivatives(place).by(by).0;
            assert!((derivative - w.value()).abs() < 1e-12);
            momentum = op(Op::Add, &[&op(Op::Mul, &[&momentum, &Number::from(0.9)]), &op(Op::Mul, &[&w, &idle])]);
            trace.pass(std::slice::from_ref(&w));
            w = trace.leaf(w.value() - 1e-4 * momentum.value());
            history.push(loss);
        }
        assert!(trace.tape().len() < 2 * LEAST_ROOM, "{}", trace.tape().len());
        assert!(history[0].node().is_none() && history[0].value() == 0.5);
        let last = history.last().unwrap();
        assert!(last.node().is_some() && idle.node().is_some());
        assert!(trace.tape().depends(last.node().unwrap(), &[idle.node().unwrap()]));
    }

    #[test]
    fn what_is_dropped_is_let_go_without_rounds_too() {
        let trace = Trace::new();
        let w = trace.leaf(0.3);
        for _ in 0..10 * LEAST_ROOM {
            op(Op::Sin, &[&w]);
        }
        assert!(trace.tape().len() <= LEAST_ROOM);
        assert_eq!(trace.tape().number(w.node().unwrap()), 0.3);
    }
}

//! A number with its differential.

use super::differential::{Differential, Nodes};
use super::recording::{Edges, Recording};
use crate::arguments::{Arguments, Each, TwoLists};
use crate::ops::{Partials, Row, row};
use crate::real::{Real, expect_pairs, operators_from_compute};
use std::cell::RefCell;
use std::fmt;

/// A number of a function whose gradient a [`JacobianTape`](crate::JacobianTape) takes.
///
/// It carries the partial derivatives by up to two nodes of the tape with it, and multiplies and adds them as it goes
/// through ops of one or two arguments; something is recorded only when a number depends on a third, or an op takes more.
///
/// Data are constants: `Active::from(0.5)`, `array.map(Active::from)`, or of a slice
/// `data.iter().copied().map(Active::from).collect::<Vec<_>>()`. Numbers of two tapes do not mix: they are of two types.
///
/// ```
/// use engine::{Active, JacobianTape, Real};
///
/// fn length<'t>(x: &[Active<'t>]) -> Active<'t> {
///     x[0].hypot(x[1])
/// }
/// assert_eq!(JacobianTape::new().gradient(&[3.0, 4.0], length), (5.0, vec![0.6, 0.8]));
/// ```
#[derive(Clone, Copy)]
pub struct Active<'t> {
    /// None of a constant. Because of the cell, `'t` cannot be shortened to that of another tape.
    tape: Option<&'t RefCell<Recording<'t>>>,
    number: f64,
    differential: Differential,
}

/// A dot of so few is quicker by its edges than as a layer of one neuron.
const FEW: usize = 8;

impl<'t> Active<'t> {
    #[inline(always)]
    pub(super) fn new(tape: Option<&'t RefCell<Recording<'t>>>, number: f64, differential: Differential) -> Self {
        Active { tape, number, differential }
    }

    /// The variable at a place, from 0.
    #[inline(always)]
    pub(super) fn variable(tape: &'t RefCell<Recording<'t>>, at: &[f64], place: usize) -> Self {
        Active::new(Some(tape), at[place], Differential::identity(Nodes::variable(place)))
    }

    /// The number itself.
    ///
    /// ```
    /// use engine::{JacobianTape, Real};
    ///
    /// let mut seen = 0.0;
    /// JacobianTape::new().gradient(&[3.0], |x| {
    ///     seen = x[0].number();
    ///     x[0].sqrt()
    /// });
    /// assert_eq!(seen, 3.0);
    /// ```
    #[inline(always)]
    pub fn number(self) -> f64 {
        self.number
    }

    #[inline(always)]
    pub(super) fn differential(self) -> Differential {
        Differential { nodes: self.differential.nodes.unmarked(), ..self.differential }
    }

    /// Where a list begins among the variables, if it is a part of these.
    #[inline(always)]
    pub(super) fn place(list: &[Self]) -> Option<usize> {
        Nodes::place_of(list.iter().map(|number| number.differential.nodes))
    }

    #[inline(always)]
    fn of_one<K: Row>(args: impl Arguments<Item = Self>, number: f64) -> Self {
        let Active { tape, differential, .. } = args.at(0);
        let differential = differential.times(partials::<K, 1>(args, number)[0]);
        Active::new(tape, number, differential)
    }

    /// Of a constant that is written in the code it is known at compile time that it is one, so nothing is asked.
    #[inline(always)]
    fn of_two<K: Row>(args: impl Arguments<Item = Self>, number: f64) -> Self {
        let [a, b] = args.exactly();
        if b.differential.nodes.is_none() {
            let [by_a, _] = partials_of::<K, 2>(args, number, |position| position == 0);
            return Active::new(a.tape, number, a.differential.times(by_a));
        }
        if a.differential.nodes.is_none() {
            let [_, by_b] = partials_of::<K, 2>(args, number, |position| position == 1);
            return Active::new(b.tape, number, b.differential.times(by_b));
        }
        let Some(tape) = a.tape else { return Active::from(number) };
        let [by_a, by_b] = partials::<K, 2>(args, number);
        let differential = a.differential.times(by_a).plus(b.differential.times(by_b), tape);
        Active::new(a.tape, number, differential)
    }

    /// An op's result plus a bias; `number` is that of the sum.
    #[inline(always)]
    fn of_many<K: Row>(args: impl Arguments<Item = Self>, number: f64, bias: Self) -> Self {
        let tape = args.each().find_map(|arg| arg.tape).or(bias.tape);
        let Some(tape) = tape else { return Active::from(number) };
        let mut recording = tape.borrow_mut();
        let mut edges = recording.edges();
        K::partials(numbers(args), number, &mut Many { args, edges: &mut edges });
        edges.add(bias.differential());
        Active::new(Some(tape), number, edges.differential())
    }

    /// Weighted sums with weights that are variables, at once; `None` if they are not.
    #[inline(always)]
    fn layer<'a>(
        x: &[Self],
        neurons: impl Iterator<Item = (&'a [Self], &'a Self)> + Clone,
        sums: &mut [Self],
    ) -> Option<()>
    where
        Self: 'a,
    {
        let tape = neurons.clone().next()?.0.first()?.tape?;
        tape.borrow_mut().record_layer(tape, x, neurons, sums)
    }
}

/// The numbers of arguments.
#[inline(always)]
pub(super) fn numbers<'t>(args: impl Arguments<Item = Active<'t>>) -> impl Arguments<Item = f64> {
    Each(args, Active::number)
}

/// Takes the partials by some of a few arguments.
struct Few<const N: usize, F> {
    partials: [f64; N],
    wanted: F,
}

impl<const N: usize, F: Fn(usize) -> bool> Partials<f64> for Few<N, F> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        if (self.wanted)(position) {
            self.partials[position] = partial();
        }
    }
}

/// The partials of an op by its `N` arguments.
#[inline(always)]
fn partials<'t, K: Row, const N: usize>(args: impl Arguments<Item = Active<'t>>, number: f64) -> [f64; N] {
    partials_of::<K, N>(args, number, |_| true)
}

/// The same where they are wanted, and 0 elsewhere.
#[inline(always)]
fn partials_of<'t, K: Row, const N: usize>(
    args: impl Arguments<Item = Active<'t>>,
    number: f64,
    wanted: impl Fn(usize) -> bool,
) -> [f64; N] {
    let mut few = Few { partials: [0.0; N], wanted };
    K::partials(numbers(args), number, &mut few);
    few.partials
}

/// Records partial times differential of each argument.
struct Many<'a, 'r, 't, A> {
    args: A,
    edges: &'a mut Edges<'r, 't>,
}

impl<'t, A: Arguments<Item = Active<'t>>> Partials<f64> for Many<'_, '_, '_, A> {
    #[inline(always)]
    fn take(&mut self, position: usize, partial: impl FnOnce() -> f64) {
        let differential = self.args.at(position).differential;
        if !differential.nodes.is_none() {
            self.edges.add(differential.times(partial()));
        }
    }

    /// As the trait does it, but never by a call: numbers whose address is handed over lie in memory.
    #[inline(always)]
    fn take_each(&mut self, first: usize, partials: impl Iterator<Item = f64>) {
        for (position, partial) in partials.enumerate() {
            self.take(first + position, || partial);
        }
    }
}

impl From<f64> for Active<'_> {
    #[inline(always)]
    fn from(constant: f64) -> Self {
        Active::new(None, constant, Differential::NONE)
    }
}

impl Real for Active<'_> {
    #[inline(always)]
    fn compute<K: Row>(args: impl Arguments<Item = Self>) -> Self {
        let number = K::value(numbers(args));
        match K::OP.arity() {
            Some(1) => Active::of_one::<K>(args, number),
            Some(2) => Active::of_two::<K>(args, number),
            _ => Active::of_many::<K>(args, number, Active::from(0.0)),
        }
    }

    #[inline(always)]
    fn primal(self) -> f64 {
        self.number
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self.number == 0.0 && self.differential.nodes.is_none()
    }

    #[inline(always)]
    fn dot(a: &[Self], b: &[Self]) -> Self {
        expect_pairs("dot", a, b);
        if a.len() <= FEW { Self::compute::<row::Dot>(TwoLists(a, b)) } else { dot_of_many(a, b) }
    }

    #[inline(always)]
    fn affine<'a>(x: &[Self], neurons: impl Iterator<Item = (&'a [Self], &'a Self)> + Clone, sums: &mut [Self])
    where
        Self: 'a,
    {
        if Active::layer(x, neurons.clone(), sums).is_none() {
            for (sum, (weights, bias)) in sums.iter_mut().zip(neurons) {
                expect_pairs("dot", weights, x);
                let args = TwoLists(weights, x);
                *sum = Active::of_many::<row::Dot>(args, row::Dot::value(numbers(args)) + bias.number, *bias);
            }
        }
    }
}

#[inline(never)]
fn dot_of_many<'t>(a: &[Active<'t>], b: &[Active<'t>]) -> Active<'t> {
    // Added to a zero of either sign, it leaves the sign.
    let nothing = Active::from(-0.0);
    let mut sum = [nothing];
    let at_once = Active::layer(b, std::iter::once((a, &nothing)), &mut sum)
        .or_else(|| Active::layer(a, std::iter::once((b, &nothing)), &mut sum));
    at_once.map_or_else(|| Active::compute::<row::Dot>(TwoLists(a, b)), |()| sum[0])
}

operators_from_compute!(('t) Active<'t>);

impl fmt::Display for Active<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl fmt::Debug for Active<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Differential { first, second, nodes } = self.differential();
        match (nodes.first(), nodes.second()) {
            (0, _) => write!(f, "{}", self.number),
            (a, 0) => write!(f, "{} ({first} d{a})", self.number),
            (a, b) => write!(f, "{} ({first} d{a} + {second} d{b})", self.number),
        }
    }
}

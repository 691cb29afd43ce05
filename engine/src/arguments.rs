//! What an op is applied to.

/// The arguments of an op, wherever they lie: in a list, in two, in the nodes of a program.
///
/// ```
/// use engine::{Op, Real};
///
/// assert_eq!(Op::Sub.value(&[5.0, 3.0]), 2.0);
/// assert_eq!(f64::apply(Op::Sum, &vec![1.0, 2.0, 3.0]), 6.0);
/// ```
pub trait Arguments: Copy {
    /// The number type.
    type Item: Copy;

    /// How many there are.
    fn count(self) -> usize;

    /// The one at a position, from 0; it may be asked for more than once.
    ///
    /// # Panics
    ///
    /// When there is none at that position.
    fn at(self, position: usize) -> Self::Item;

    /// All of them, for an op that takes `N`.
    ///
    /// # Panics
    ///
    /// When there are more or less than `N`.
    #[inline(always)]
    fn exactly<const N: usize>(self) -> [Self::Item; N] {
        if self.count() != N {
            wrong_count(self.count(), N);
        }
        std::array::from_fn(|position| self.at(position))
    }

    /// One after the other.
    #[inline(always)]
    fn each(self) -> impl Iterator<Item = Self::Item> {
        (0..self.count()).map(move |position| self.at(position))
    }

    /// The two lists that an op such as `dot` takes, one after the other.
    #[inline(always)]
    fn halves(self) -> (impl Arguments<Item = Self::Item>, impl Arguments<Item = Self::Item>) {
        let (count, half) = (self.count(), self.count() / 2);
        (Part { of: self, start: 0, count: half }, Part { of: self, start: half, count: count - half })
    }
}

#[cold]
fn wrong_count(given: usize, takes: usize) -> ! {
    panic!("an op that takes {takes} arguments was given {given}")
}

impl<R: Copy> Arguments for &[R] {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        self[position]
    }

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = R> {
        self.iter().copied()
    }

    #[inline(always)]
    fn halves(self) -> (impl Arguments<Item = R>, impl Arguments<Item = R>) {
        self.split_at(self.len() / 2)
    }
}

impl<R: Copy> Arguments for &Vec<R> {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        self[position]
    }
}

impl<R: Copy, const N: usize> Arguments for &[R; N] {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        N
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        self[position]
    }
}

#[derive(Clone, Copy)]
struct Part<A> {
    of: A,
    start: usize,
    count: usize,
}

impl<A: Arguments> Arguments for Part<A> {
    type Item = A::Item;

    #[inline(always)]
    fn count(self) -> usize {
        self.count
    }

    #[inline(always)]
    fn at(self, position: usize) -> A::Item {
        self.of.at(self.start + position)
    }
}

/// Two lists, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct TwoLists<'a, R>(pub(crate) &'a [R], pub(crate) &'a [R]);

impl<R: Copy> Arguments for TwoLists<'_, R> {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        self.0.len() + self.1.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        match position.checked_sub(self.0.len()) {
            None => self.0[position],
            Some(position) => self.1[position],
        }
    }

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = R> {
        self.0.iter().chain(self.1).copied()
    }

    #[inline(always)]
    fn halves(self) -> (impl Arguments<Item = R>, impl Arguments<Item = R>) {
        (self.0, self.1)
    }
}

/// Something of each argument.
#[derive(Clone, Copy)]
pub(crate) struct Each<A, F>(pub(crate) A, pub(crate) F);

impl<A: Arguments, R: Copy, F: Fn(A::Item) -> R + Copy> Arguments for Each<A, F> {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        self.0.count()
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        self.1(self.0.at(position))
    }

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = R> {
        self.0.each().map(self.1)
    }

    #[inline(always)]
    fn halves(self) -> (impl Arguments<Item = R>, impl Arguments<Item = R>) {
        let (a, b) = self.0.halves();
        (Each(a, self.1), Each(b, self.1))
    }
}

/// The numbers of some nodes.
#[derive(Clone, Copy)]
pub(crate) struct Picked<'a, R> {
    pub(crate) numbers: &'a [R],
    pub(crate) args: &'a [u32],
}

impl<R: Copy> Arguments for Picked<'_, R> {
    type Item = R;

    #[inline(always)]
    fn count(self) -> usize {
        self.args.len()
    }

    #[inline(always)]
    fn at(self, position: usize) -> R {
        self.numbers[self.args[position] as usize]
    }

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = R> {
        self.args.iter().map(move |&arg| self.numbers[arg as usize])
    }

    #[inline(always)]
    fn halves(self) -> (impl Arguments<Item = R>, impl Arguments<Item = R>) {
        let (a, b) = self.args.split_at(self.args.len() / 2);
        (Picked { numbers: self.numbers, args: a }, Picked { numbers: self.numbers, args: b })
    }
}

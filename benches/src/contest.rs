//! Timing several ways of computing the same gradient, side by side.

use crate::workload::{BatchMethod, Method, Workload, relative_error};
use indexmap::IndexMap;
use serde::Serialize;
use std::time::{Duration, Instant};

/// A contestant whose loss or gradient is further off is not timed.
pub const TOLERANCE: f64 = 1e-9;

/// Contestants are timed in turn, in blocks about this long: short, so that most blocks pass without an interruption.
const BLOCK: Duration = Duration::from_micros(300);

/// Several contestants on one workload.
pub struct Contest<'a, const P: usize, const I: usize> {
    workload: &'a Workload<P, I>,
    lap: Lap<'a, P>,
    unit: &'static str,
    contestants: Vec<Contestant<'a>>,
}

/// What is timed as a whole.
#[derive(Debug, Clone, Copy)]
pub enum Lap<'a, const P: usize> {
    /// So many gradients at the same parameters, one sample after another.
    Repeat(u64),
    /// So many epochs of training, which must end at these parameters.
    Train(usize, &'a [f64; P]),
}

struct Contestant<'a> {
    name: &'static str,
    idiom: &'static str,
    error: f64,
    /// Gradients in a lap.
    gradients: u64,
    lap: Box<dyn FnMut() + 'a>,
}

/// What came of a contest.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// What the times are of.
    pub unit: &'static str,
    /// The median time of the hand-written plain loop.
    pub plain: f64,
    /// All others, in the order in which they entered.
    pub contestants: IndexMap<&'static str, Figure>,
}

/// What came of one contestant.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The median time; none if its gradient was wrong.
    pub time: Option<f64>,
    /// The time over that of the plain loop.
    pub ratio: Option<f64>,
    /// See [`Workload::error`].
    pub gradient_error: f64,
    /// How it computes the gradient.
    #[serde(skip)]
    pub idiom: &'static str,
}

impl<'a, const P: usize, const I: usize> Contest<'a, P, I> {
    /// A contest in which the hand-written plain loop is the first contestant.
    pub fn new(
        workload: &'a Workload<P, I>,
        lap: Lap<'a, P>,
        unit: &'static str,
        plain: impl Method<P, I> + 'a,
    ) -> Self {
        let mut contest = Contest { workload, lap, unit, contestants: Vec::new() };
        contest.enter("plain", "nested loops over arrays", plain);
        contest
    }

    /// Enters a contestant, after checking it.
    pub fn enter(&mut self, name: &'static str, idiom: &'static str, mut method: impl Method<P, I> + 'a) {
        let workload = self.workload;
        let error = workload.error(&mut method);
        let contestant = match self.lap {
            Lap::Repeat(times) => Contestant {
                name,
                idiom,
                error,
                gradients: times,
                lap: Box::new(move || workload.repeat(times, &mut method)),
            },
            Lap::Train(epochs, trained) => Contestant {
                name,
                idiom,
                error: error.max(relative_error(&workload.train(epochs, &mut method), trained)),
                gradients: (epochs * workload.samples.len()) as u64,
                lap: Box::new(move || _ = workload.train(epochs, &mut method)),
            },
        };
        self.contestants.push(contestant);
    }

    /// Enters a contestant that takes all samples at once; the time is that of a sample. It is checked against `plain`,
    /// which is checked in turn.
    pub fn enter_batch(
        &mut self,
        name: &'static str,
        idiom: &'static str,
        mut batch: impl BatchMethod<P, I> + 'a,
        plain: impl Method<P, I>,
    ) {
        let workload = self.workload;
        let error = workload.batch_error(&mut batch, plain);
        let lap = Box::new(move || workload.repeat_batch(1, &mut batch));
        self.contestants.push(Contestant { name, idiom, error, gradients: workload.samples.len() as u64, lap });
    }

    /// Times the contestants in turn, this many rounds.
    pub fn run(self, rounds: usize) -> Figures {
        let mut contestants = self.contestants;
        let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
        let laps: Vec<u32> = contestants.iter_mut().map(Contestant::laps_in_a_block).collect();
        for _ in 0..rounds {
            for ((contestant, times), &laps) in contestants.iter_mut().zip(&mut times).zip(&laps) {
                if contestant.is_right() {
                    times.push(contestant.block(laps));
                }
            }
        }
        let medians: Vec<Option<f64>> = times.into_iter().map(median).collect();
        let plain = medians.first().copied().flatten().unwrap_or(f64::NAN);
        let figures = contestants.iter().zip(medians).skip(1).map(|(contestant, time)| {
            let Contestant { idiom, error, .. } = *contestant;
            (contestant.name, Figure { time, ratio: time.map(|time| time / plain), gradient_error: error, idiom })
        });
        Figures { unit: self.unit, plain, contestants: figures.collect() }
    }
}

impl Contestant<'_> {
    fn is_right(&self) -> bool {
        self.error <= TOLERANCE
    }

    /// Also warms up.
    fn laps_in_a_block(&mut self) -> u32 {
        if !self.is_right() {
            return 0;
        }
        let mut laps = 1;
        loop {
            let start = Instant::now();
            (0..laps).for_each(|_| (self.lap)());
            if start.elapsed() >= BLOCK {
                return laps;
            }
            laps *= 2;
        }
    }

    /// The nanoseconds that one gradient takes.
    fn block(&mut self, laps: u32) -> f64 {
        let start = Instant::now();
        (0..laps).for_each(|_| (self.lap)());
        start.elapsed().as_nanos() as f64 / f64::from(laps) / self.gradients as f64
    }
}

/// The middle one, the upper of two; none if there are none.
pub(crate) fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

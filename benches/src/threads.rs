//! The same batch on one thread and on two, beside what the machine gives two threads that have nothing to do with each
//! other.

use crate::workload::Moons;
use crate::{by_engine, models};
use engine::Batch;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;
use std::error::Error;
use std::time::Instant;

/// How many samples the batch has.
pub const SAMPLES: usize = 100_000;

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Threads {
    /// How many samples the batch had.
    pub samples: usize,
    /// The milliseconds on one thread, in the fastest round.
    pub one: f64,
    /// The milliseconds on two, in the fastest round.
    pub two: f64,
    /// How many times as fast two are as one.
    pub speedup: f64,
    /// The same for two threads that run the whole batch each, on their own: how many times as much they do together. No
    /// way of sharing work gives more.
    pub ceiling: f64,
    /// Whether both gave the same bits, in the loss and in every derivative.
    pub same_bits: bool,
}

/// Runs the points of W2 over and over as one batch, in turn on one thread and on two. The threads run where the one that
/// calls may run: do not pin it before. Whatever else runs on the machine delays two threads more often than one, so the
/// fastest rounds are compared, not the medians.
pub fn threads(rounds: usize) -> Result<Threads, Box<dyn Error>> {
    let workload = Moons::load();
    let (points, labels) = workload.samples[0].split_at(200);
    let points = points.as_chunks::<2>().0.iter().zip(labels).map(|(&[x1, x2], &label)| [x1, x2, label]);
    let samples: Vec<[f64; 3]> = points.cycle().take(SAMPLES).collect();

    let (mut one, mut two) = (Run::new(1)?, Run::new(2)?);
    let (mut alone, mut beside, mut both) = (Run::new(1)?, Run::new(1)?, f64::INFINITY);
    for _ in 0..rounds {
        one.time(&workload.params, &samples)?;
        two.time(&workload.params, &samples)?;
        let start = Instant::now();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| beside.time(&workload.params, &samples));
            alone.time(&workload.params, &samples).and(other.join().expect("it does not panic"))
        })?;
        both = both.min(milliseconds(start));
    }
    let same_bits = [&two, &alone, &beside].iter().all(|run| run.bits == one.bits);
    let (one, two) = (one.fastest, two.fastest);
    Ok(Threads { samples: SAMPLES, one, two, speedup: one / two, ceiling: 2.0 * one / both, same_bits })
}

fn milliseconds(since: Instant) -> f64 {
    1e3 * since.elapsed().as_secs_f64()
}

struct Run {
    pool: ThreadPool,
    batch: Batch,
    /// In milliseconds.
    fastest: f64,
    /// Of the loss and the derivatives.
    bits: Vec<u64>,
}

impl Run {
    fn new(threads: usize) -> Result<Run, Box<dyn Error>> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        let batch = by_engine::program::<337, 3>(|p, x| models::moons_point(p, x)).batch()?;
        Ok(Run { pool, batch, fastest: f64::INFINITY, bits: Vec::new() })
    }

    fn time(&mut self, params: &[f64], samples: &[[f64; 3]]) -> engine::Result<()> {
        let start = Instant::now();
        let (loss, gradient) = self.pool.install(|| self.batch.gradient(params, samples.as_flattened()))?;
        self.fastest = self.fastest.min(milliseconds(start));
        self.bits = gradient.iter().chain([&loss]).map(|number| number.to_bits()).collect();
        Ok(())
    }
}

//! Who takes part in the contest of each workload.

use crate::contest::{Contest, Figures, Lap};
use crate::naive::{self, Model};
#[cfg(feature = "others")]
use crate::others;
use crate::workload::{Digits, Expression, Moons, SeedNet};
use crate::{by_engine, by_hand, by_hand_lanes, models};
use engine::Result;

const LANES: &str = "8 samples side by side, AVX-512 or AVX2 where the machine has it";

const BATCH: &str = "the program of one sample, run for all of them in lanes";

/// W1; the time is that of a step.
pub fn seed_net(rounds: usize) -> Result<Figures> {
    let (workload, trained) = SeedNet::load();
    let mut contest = Contest::new(&workload, Lap::Train(1000, &trained), "ns/step", by_hand::seed_net);
    enter_engine(&mut contest, naive::SeedNet)?;
    #[cfg(feature = "others")]
    others::enter(&mut contest, naive::SeedNet);
    Ok(contest.run(rounds))
}

/// W2; the time is that of all 100 points.
pub fn moons(rounds: usize) -> Result<Figures> {
    let workload = Moons::load();
    let mut contest = Contest::new(&workload, Lap::Repeat(1), "ns/100 samples", by_hand::moons);
    contest.enter("hand lanes", LANES, by_hand_lanes::moons);
    enter_engine(&mut contest, naive::Moons)?;
    contest.enter("chainrule batch", BATCH, by_engine::moons_batch()?);
    #[cfg(feature = "others")]
    others::enter(&mut contest, naive::Moons);
    Ok(contest.run(rounds))
}

/// W3; the time is that of a sample.
pub fn digits(rounds: usize) -> Result<Figures> {
    let workload = Digits::load();
    let mut contest = Contest::new(&workload, Lap::Repeat(64), "ns/sample", by_hand::digits);
    contest.enter_batch("hand lanes", LANES, by_hand_lanes::digits, by_hand::digits);
    enter_engine(&mut contest, naive::Digits)?;
    contest.enter_batch("chainrule batch", BATCH, by_engine::batch(|p, x| models::digits(p, x))?, by_hand::digits);
    #[cfg(feature = "others")]
    others::enter(&mut contest, naive::Digits);
    Ok(contest.run(rounds))
}

/// The expression of five operations.
pub fn tiny(rounds: usize) -> Result<Figures> {
    let workload = Expression::tiny();
    let mut contest = Contest::new(&workload, Lap::Repeat(1000), "ns/gradient", by_hand::tiny);
    enter_engine(&mut contest, naive::Tiny)?;
    #[cfg(feature = "others")]
    others::enter(&mut contest, naive::Tiny);
    Ok(contest.run(rounds))
}

/// The expression of micrograd's README.
pub fn small(rounds: usize) -> Result<Figures> {
    let workload = Expression::small();
    let mut contest = Contest::new(&workload, Lap::Repeat(1000), "ns/gradient", by_hand::small);
    enter_engine(&mut contest, naive::Small)?;
    #[cfg(feature = "others")]
    others::enter(&mut contest, naive::Small);
    Ok(contest.run(rounds))
}

fn enter_engine<'a, const P: usize, const I: usize>(
    contest: &mut Contest<'a, P, I>,
    model: impl Model + 'a,
) -> Result<()> {
    let idiom = "a Jacobian tape at each step, dots and layers at once, memory reused";
    contest.enter("chainrule record", idiom, by_engine::tape(model));
    let idiom = "the graph recorded at each step, dot nodes, memory reused";
    contest.enter("chainrule graph", idiom, by_engine::graph(move |p, x| model.with_layers(p, x)));
    let replay = by_engine::replay(move |p, x| model.with_layers(p, x))?;
    contest.enter("chainrule replay", "a program recorded once, dot nodes, memory reused", replay);
    #[cfg(feature = "jit")]
    if let Ok(compiled) = crate::by_jit::compiled(move |p, x| model.with_layers(p, x)) {
        contest.enter("chainrule jit", crate::by_jit::IDIOM, compiled);
    }
    let naive = by_engine::replay(move |p, x| model.loss(p, x))?;
    contest.enter("chainrule naive", "replayed, and recorded without dot or other ops of many arguments", naive);
    Ok(())
}

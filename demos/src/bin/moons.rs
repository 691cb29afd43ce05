//! The micrograd network: two moons, 2-16-16-1, the largest margin with a penalty, and a picture of what it learned.

use clap::Parser;
use demos::options::positive;
use demos::{moons, show};
use nn::{Loss, Model, Sgd, Training};
use serde::Serialize;
use std::ops::ControlFlow;

/// Train a 2-16-16-1 network to tell two moons apart, and draw its decision boundary
#[derive(Parser)]
struct Args {
    /// Seed of the points and of the initial weights
    #[arg(long, default_value_t = 1337)]
    seed: u64,
    /// How many points
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    points: u32,
    /// How many steps, each over all points
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    epochs: u32,
    /// The learning rate of the first step; it falls to a tenth
    #[arg(long, default_value_t = 1.0, value_parser = positive, allow_negative_numbers = true)]
    rate: f64,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Outcome {
    name: &'static str,
    seed: u64,
    parameters: usize,
    losses: Vec<(usize, f64)>,
    accuracy: f64,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let data = moons::moons(args.points as usize, 0.1, args.seed)?;
    let (model, mut params) = moons::network(args.seed)?;

    let epochs = args.epochs as usize;
    let rate = |epoch: usize| args.rate * moons::rate(epoch, epochs);
    let training = Training::new(&model, Loss::Hinge).l2(moons::PENALTY).epochs(epochs).schedule(&rate);
    let progress = show::progress(epochs);
    let mut losses = Vec::new();
    training.run(&mut params, &data, &mut Sgd::new(args.rate), |epoch| {
        progress.inc(1);
        if epoch.epoch % (epochs / 10).max(1) == 0 {
            losses.push((epoch.epoch, epoch.loss));
        }
        ControlFlow::Continue(())
    })?;
    progress.finish_and_clear();

    let score = |x: &[f64]| model.forward(&params, x)[0];
    let right = data.iter().filter(|(x, target)| (score(x) > 0.0) == (target[0] > 0.0)).count();
    let accuracy = right as f64 / data.len() as f64;
    if args.json {
        let outcome = Outcome { name: "moons", seed: args.seed, parameters: params.len(), losses, accuracy };
        anstream::println!("{}", serde_json::to_string_pretty(&outcome)?);
        return Ok(());
    }
    anstream::println!(
        "moons: 2-16-16-1, {} parameters, max-margin loss with L2\n\n{}\n",
        params.len(),
        show::losses("step", &losses)
    );
    anstream::println!("{}", moons::boundary(&data, score));
    anstream::println!(
        "o and x: points of the two moons, in capitals where they are on the wrong side; ░: the side of x"
    );
    anstream::println!("{right} of {} points on the right side: {:.1} %", data.len(), 100.0 * accuracy);
    Ok(())
}

//! Three kinds of iris from four lengths: softmax over three classes, on the real data.

use clap::Parser;
use demos::options::positive;
use demos::show;
use nn::{Activation, Adam, Dataset, Init, Label, Loss, Mlp, Model, Standard, Training, seeded};
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Train a 4-8-3 network to tell three kinds of iris apart, and test it on flowers that it has not seen
#[derive(Parser)]
struct Args {
    /// A CSV file with a column `species` and columns of numbers, instead of the iris data
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seed of the split, the initial weights and the order of the samples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many hidden neurons
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    hidden: u32,
    /// What the hidden neurons apply
    #[arg(long, default_value = "tanh")]
    activation: Activation,
    /// How many times over the training samples, at most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    epochs: u32,
    /// The learning rate of Adam
    #[arg(long, default_value_t = 0.01, value_parser = positive, allow_negative_numbers = true)]
    rate: f64,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Outcome<'a> {
    name: &'static str,
    seed: u64,
    classes: &'a [String],
    losses: Vec<(usize, f64)>,
    train_accuracy: f64,
    test_accuracy: f64,
    /// How many test samples of each class (row) were taken for each class (column).
    confusion: Vec<Vec<usize>>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let all = match &args.data {
        Some(path) => Dataset::from_csv_file(path, Label::Class("species"))?,
        None => Dataset::from_csv(&include_bytes!("../../data/iris.csv")[..], Label::Class("species"))?,
    };
    let mut random = seeded(args.seed);
    let (mut train, mut test) = all.shuffled(&mut random)?.split(0.7)?;
    let standard = Standard::fit(&train)?;
    standard.apply(&mut train)?;
    standard.apply(&mut test)?;

    let layers = [(args.hidden as usize, args.activation), (all.targets(), Activation::Identity)];
    let model = Mlp::new(all.inputs(), &layers)?;
    let mut params = model.init(Init::XavierUniform, &mut random)?;
    let epochs = args.epochs as usize;
    let training =
        Training::new(&model, Loss::SoftmaxCrossEntropy).epochs(epochs).batch(16).shuffle(args.seed).l2(1e-4);
    let progress = show::progress(epochs);
    let mut losses = Vec::new();
    training.run(&mut params, &train, &mut Adam::new(args.rate), |epoch| {
        progress.inc(1);
        if epoch.epoch % (epochs / 10).max(1) == 0 {
            losses.push((epoch.epoch, epoch.loss));
        }
        ControlFlow::Continue(())
    })?;
    progress.finish_and_clear();

    let network = model.with(params)?;
    let confusion = |data: &Dataset| -> anyhow::Result<Vec<Vec<usize>>> {
        let mut counts = vec![vec![0; all.targets()]; all.targets()];
        for sample in 0..data.len() {
            counts[data.class(sample)][network.classify(data.x(sample))?] += 1;
        }
        Ok(counts)
    };
    let accuracy = |counts: &[Vec<usize>]| {
        let right: usize = counts.iter().enumerate().map(|(class, row)| row[class]).sum();
        right as f64 / counts.iter().flatten().sum::<usize>() as f64
    };
    let (seen, unseen) = (confusion(&train)?, confusion(&test)?);
    let outcome = Outcome {
        name: "iris",
        seed: args.seed,
        classes: all.classes(),
        losses,
        train_accuracy: accuracy(&seen),
        test_accuracy: accuracy(&unseen),
        confusion: unseen,
    };
    if args.json {
        anstream::println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        print(&outcome, train.len(), test.len());
    }
    Ok(())
}

fn print(outcome: &Outcome<'_>, seen: usize, unseen: usize) {
    let mut header = vec!["true class \\ taken for"];
    header.extend(outcome.classes.iter().map(String::as_str));
    let mut confusion = show::table(&header, 1..header.len());
    for (class, row) in outcome.classes.iter().zip(&outcome.confusion) {
        confusion.add_row(std::iter::once(class.clone()).chain(row.iter().map(usize::to_string)));
    }
    anstream::println!(
        "iris: softmax over {} classes, trained on {}\n",
        outcome.classes.len(),
        show::count(seen, "sample")
    );
    anstream::println!("{}\n\n{}\n", show::losses("epoch", &outcome.losses), confusion.trim_fmt());
    let (train, test) = (100.0 * outcome.train_accuracy, 100.0 * outcome.test_accuracy);
    anstream::println!("right: {train:.1} % of the {seen} it learned from, {test:.1} % of {unseen} it has not seen");
}

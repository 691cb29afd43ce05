//! Recording a graph, its reverse sweep, a training step and batches of each workload, beside the hand-written gradient in
//! the same run.

use benches::by_engine::Recorder;
use benches::naive::{self, Model};
use benches::workload::{BatchMethod, Digits, Expression, Method, Moons, RATE, SeedNet, Workload};
use benches::{by_engine, by_hand, by_hand_lanes, models};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn workloads(criterion: &mut Criterion) {
    time(criterion, &SeedNet::load().0, by_hand::seed_net, naive::SeedNet);
    time(criterion, &Moons::load(), by_hand::moons, naive::Moons);
    time(criterion, &Digits::load(), by_hand::digits, naive::Digits);
    time(criterion, &Expression::tiny(), by_hand::tiny, naive::Tiny);
    time(criterion, &Expression::small(), by_hand::small, naive::Small);
    let mut group = criterion.benchmark_group("batches");
    training_step(&mut group, "W2, lanes by hand", &Moons::load(), by_hand_lanes::moons);
    training_step(&mut group, "W2, batch", &Moons::load(), by_engine::moons_batch().expect("there is a loss"));
    batch(&mut group, "W3, lanes by hand", by_hand_lanes::digits);
    batch(&mut group, "W3, batch", by_engine::batch(|p, x| models::digits(p, x)).expect("there is a loss"));
    group.finish();
}

fn time<const P: usize, const I: usize>(
    criterion: &mut Criterion,
    workload: &Workload<P, I>,
    by_hand: impl Method<P, I>,
    model: impl Model,
) {
    let mut group = criterion.benchmark_group(workload.name);
    let sample = &workload.samples[0];
    group.bench_function("recording", |bencher| {
        let mut recorder = Recorder::default();
        bencher.iter(|| {
            recorder.record(
                black_box(&workload.params),
                sample,
                |p, x| model.with_layers(p, x),
                |loss, _, _| loss.number(),
            )
        });
    });
    group.bench_function("reverse sweep", |bencher| {
        Recorder::default().record(
            &workload.params,
            sample,
            |p, x| model.with_layers(p, x),
            |loss, _, gradients| {
                bencher.iter(|| loss.backward_into(gradients));
            },
        );
    });
    training_step(&mut group, "step, Jacobian tape", workload, by_engine::tape(model));
    training_step(&mut group, "step, graph", workload, by_engine::graph(move |p, x| model.with_layers(p, x)));
    training_step(
        &mut group,
        "step, replayed",
        workload,
        by_engine::replay(move |p, x| model.with_layers(p, x)).expect("there is a loss"),
    );
    training_step(&mut group, "step, by hand", workload, by_hand);
    group.finish();
}

/// The gradient and the update that gradient descent makes of it; the next step begins at the same place again.
fn training_step<const P: usize, const I: usize>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    workload: &Workload<P, I>,
    mut method: impl Method<P, I>,
) {
    let (mut gradient, mut updated) = ([0.0; P], [0.0; P]);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let params = black_box(&workload.params);
            black_box(method(params, &workload.samples[0], &mut gradient));
            for ((after, before), derivative) in updated.iter_mut().zip(params).zip(&gradient) {
                *after = before - RATE * derivative;
            }
            black_box(&mut updated);
        });
    });
}

/// The gradient of all samples of W3; the throughput is that of samples.
fn batch(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut method: impl BatchMethod<2410, 74>) {
    let workload = Digits::load();
    group.throughput(Throughput::Elements(workload.samples.len() as u64));
    group.bench_function(name, |bencher| bencher.iter(|| workload.repeat_batch(1, &mut method)));
}

criterion_group!(benches, workloads);
criterion_main!(benches);

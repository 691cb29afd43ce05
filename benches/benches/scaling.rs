//! Time and memory a node, from 10^2 to 10^7 nodes: neither may grow with the graph.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engine::{Gradients, Graph, JacobianTape, Real, Value};
use std::hint::black_box;

/// Where the chain is recorded. Its factor is 1, so that neither the numbers nor the adjoints vanish along it.
const AT: [f64; 4] = [1.0, 1.0, 0.5, -0.5];

/// A chain of products and sums of one variable after another, which grows by two nodes a turn.
fn chain<R: Real>(x: &[R], nodes: usize) -> R {
    (0..nodes / 2).fold(x[0], |y, turn| y * x[1] + x[2 + turn % 2])
}

fn recorded(graph: &Graph, nodes: usize) -> Value<'_> {
    chain(&graph.param_array(&AT), nodes)
}

fn scaling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a node of a chain");
    group.sample_size(10);
    for nodes in (2..=7).map(|power| 10usize.pow(power)) {
        let mut roomy = None;
        let held = allocation_counter::measure(|| {
            let graph = Graph::with_capacity(nodes + AT.len());
            black_box(recorded(&graph, nodes));
            roomy = Some(graph);
        });
        println!("{nodes} nodes of a graph hold {:.1} bytes each", held.bytes_current as f64 / nodes as f64);
        let mut graph = roomy.unwrap_or_default();
        let again = allocation_counter::measure(|| {
            graph.clear();
            black_box(recorded(&graph, nodes));
        });
        println!("{nodes} nodes recorded again: {} allocations", again.count_total);
        let (mut roomy, mut gradient) = (None, [0.0; 4]);
        let held = allocation_counter::measure(|| {
            let tape = roomy.insert(JacobianTape::with_capacity(AT.len(), nodes));
            black_box(tape.gradient_into(&AT, &mut gradient, |x| chain(x, nodes)));
        });
        println!("{nodes} nodes of a Jacobian tape hold {:.1} bytes each", held.bytes_current as f64 / nodes as f64);
        let mut tape = roomy.unwrap_or_default();
        let mut by_tape = || tape.gradient_into(black_box(&AT), &mut gradient, |x| chain(x, nodes));
        let again = allocation_counter::measure(|| _ = by_tape());
        println!("{nodes} nodes of a Jacobian tape again: {} allocations", again.count_total);

        group.throughput(Throughput::Elements(nodes as u64));
        group.bench_with_input(BenchmarkId::new("gradient by a Jacobian tape", nodes), &nodes, |bencher, _| {
            bencher.iter(&mut by_tape);
        });
        group.bench_with_input(BenchmarkId::new("recording", nodes), &nodes, |bencher, &nodes| {
            bencher.iter(|| {
                graph.clear();
                recorded(&graph, nodes).number()
            });
        });
        let (graph, mut gradients) = (Graph::new(), Gradients::new());
        let end = recorded(&graph, nodes);
        group.bench_with_input(BenchmarkId::new("reverse sweep", nodes), &nodes, |bencher, _| {
            bencher.iter(|| end.backward_into(&mut gradients));
        });
    }
}

criterion_group!(benches, scaling);
criterion_main!(benches);

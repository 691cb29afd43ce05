//! Time and memory a node, from 10^2 to 10^7 nodes: neither may grow with the graph.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engine::{Gradients, Graph, Value};
use std::hint::black_box;

/// A chain of products and sums, which grows by two nodes a turn. The factor is 1, so that neither the numbers nor the
/// adjoints vanish along it.
fn chain(graph: &Graph, nodes: usize) -> Value<'_> {
    let (a, b) = (graph.param("a", 1.0), graph.param("b", 0.5));
    (0..nodes / 2 - 1).fold(a, |x, _| x * a + b)
}

fn scaling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a node of a chain");
    group.sample_size(10);
    for nodes in (2..=7).map(|power| 10usize.pow(power)) {
        let mut roomy = None;
        let held = allocation_counter::measure(|| {
            let graph = Graph::with_capacity(nodes);
            black_box(chain(&graph, nodes));
            roomy = Some(graph);
        });
        println!("{nodes} nodes hold {:.1} bytes each", held.bytes_current as f64 / nodes as f64);
        let mut graph = roomy.unwrap_or_default();
        let again = allocation_counter::measure(|| {
            graph.clear();
            black_box(chain(&graph, nodes));
        });
        println!("{nodes} nodes recorded again: {} allocations", again.count_total);

        group.throughput(Throughput::Elements(nodes as u64));
        group.bench_with_input(BenchmarkId::new("recording", nodes), &nodes, |bencher, &nodes| {
            bencher.iter(|| {
                graph.clear();
                chain(&graph, nodes).number()
            });
        });
        let (graph, mut gradients) = (Graph::new(), Gradients::new());
        let end = chain(&graph, nodes);
        group.bench_with_input(BenchmarkId::new("reverse sweep", nodes), &nodes, |bencher, _| {
            bencher.iter(|| end.backward_into(&mut gradients));
        });
    }
}

criterion_group!(benches, scaling);
criterion_main!(benches);

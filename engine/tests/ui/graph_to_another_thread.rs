use engine::Graph;

fn main() {
    let g = Graph::new();
    std::thread::scope(|scope| {
        scope.spawn(|| g.param("x", 1.0).number());
    });
}

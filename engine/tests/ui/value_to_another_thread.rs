use engine::Graph;

fn main() {
    let g = Graph::new();
    let x = g.param("x", 1.0);
    std::thread::scope(|scope| {
        scope.spawn(|| println!("{}", x * x));
    });
}

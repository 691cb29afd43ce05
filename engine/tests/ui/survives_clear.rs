use engine::Graph;

fn main() {
    let mut g = Graph::new();
    let x = g.param("x", 1.0);
    g.clear();
    println!("{}", x + 1.0);
}

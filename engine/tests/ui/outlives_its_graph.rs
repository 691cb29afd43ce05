use engine::Graph;

fn main() {
    let y;
    {
        let g = Graph::new();
        y = g.param("x", 1.0) * 2.0;
    }
    println!("{}", y + 1.0);
}

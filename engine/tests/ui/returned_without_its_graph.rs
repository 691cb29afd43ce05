use engine::{Graph, Value};

fn loss<'g>(w: f64) -> Value<'g> {
    let g = Graph::new();
    g.param("w", w).powi(2)
}

fn main() {
    println!("{}", loss(2.0));
}

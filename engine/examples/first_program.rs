//! A newcomer's first program.

use engine::Graph;

fn main() {
    let g = Graph::new();
    let (w1, b1) = (g.param("w1", 0.5), g.param("b1", 0.0));
    let (x1, y_true) = (g.input("x1", -2.0), g.input("y_true", 1.0));
    let y_pred = (w1 * x1 + b1).sigmoid().named("y_pred");
    let loss = (y_true - y_pred).powi(2).named("L");
    let grad = loss.backward();
    println!("dL/dw1 = {}", grad[w1]);
}

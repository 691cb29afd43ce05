use engine::JacobianTape;

fn main() {
    let mut kept = None;
    JacobianTape::new().gradient(&[1.0], |x| {
        kept = Some(x[0]);
        x[0]
    });
    println!("{kept:?}");
}

use engine::JacobianTape;

fn main() {
    JacobianTape::new().gradient(&[1.0], |x| {
        JacobianTape::new().gradient(&[2.0], |y| x[0] * y[0]);
        x[0]
    });
}

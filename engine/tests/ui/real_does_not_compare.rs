use engine::Real;

fn clipped<R: Real>(x: R) -> R {
    if x > R::from(1.0) { R::from(1.0) } else { x }
}

fn main() {
    clipped(2.0);
}

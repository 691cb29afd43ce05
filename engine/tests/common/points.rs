//! Where the ops are tried.

use engine::Op;

/// Zeros, infinities, NaN, the ends of the range, and the places where some op has a kink, a jump or a pole.
const EDGES: [f64; 20] = [
    0.0,
    -0.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e300,
    -1e300,
    1e-300,
    -1e-300,
    f64::MAX,
    5e-324,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.0,
    std::f64::consts::FRAC_PI_2,
    std::f64::consts::PI,
    700.0,
    -700.0,
];

/// The op's probes, and every combination of edges.
pub(crate) fn points(op: Op) -> Vec<Vec<f64>> {
    let mut points: Vec<Vec<f64>> = op.probes().iter().map(|probe| probe.to_vec()).collect();
    let singles = EDGES.map(|edge| vec![edge]);
    let pairs = || EDGES.iter().flat_map(|&a| EDGES.map(|b| vec![a, b]));
    match op.arity() {
        Some(1) => points.extend(singles),
        Some(2) => points.extend(pairs()),
        Some(_) => points.extend(pairs().flat_map(|pair| EDGES.map(|c| [pair.clone(), vec![c]].concat()))),
        None if op == Op::Dot => points.extend(pairs().flat_map(|ab| {
            let (a, b) = (ab[0], ab[1]);
            [vec![a, b], vec![a, 1.5, b, -0.3], vec![0.7, a, b, b]]
        })),
        None => {
            points.push(vec![]);
            points.extend(singles);
            points.extend(pairs().flat_map(|ab| [[ab.clone(), vec![1.5]].concat(), ab]));
        }
    }
    points
}

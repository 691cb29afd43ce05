//! Every method agrees with the reference to 1e-9, or its timing would mean nothing.

use benches::contest::{Contest, Lap, TOLERANCE};
use benches::naive::{self, Model};
use benches::workload::{Digits, Expression, Method, Moons, SeedNet, Workload, relative_error};
use benches::{by_engine, by_hand, by_hand_lanes, models};

fn check<const P: usize, const I: usize>(workload: &Workload<P, I>, by_hand: impl Method<P, I>, model: impl Model) {
    #[cfg(feature = "jit")]
    if let Ok(compiled) = benches::by_jit::compiled(move |p, x| model.with_layers(p, x)) {
        let error = workload.error(compiled);
        assert!(error <= TOLERANCE, "{}, compiled: error {error}", workload.name);
    }
    let replay = by_engine::replay(move |p, x| model.with_layers(p, x)).expect("a loss");
    for (name, error) in [
        ("by hand", workload.error(by_hand)),
        ("tape", workload.error(by_engine::tape(model))),
        ("graph", workload.error(by_engine::graph(move |p, x| model.with_layers(p, x)))),
        ("replay", workload.error(replay)),
    ] {
        assert!(error <= TOLERANCE, "{}, {name}: error {error}", workload.name);
    }
}

#[test]
fn every_method_gives_the_reference_gradient() {
    check(&SeedNet::load().0, by_hand::seed_net, naive::SeedNet);
    check(&Moons::load(), by_hand::moons, naive::Moons);
    check(&Digits::load(), by_hand::digits, naive::Digits);
    check(&Expression::tiny(), by_hand::tiny, naive::Tiny);
    check(&Expression::small(), by_hand::small, naive::Small);
}

#[test]
fn every_method_trains_the_seed_net_to_the_reference_parameters() {
    let (workload, trained) = SeedNet::load();
    for (name, params) in [
        ("by hand", workload.train(1000, by_hand::seed_net)),
        ("tape", workload.train(1000, by_engine::tape(naive::SeedNet))),
        ("graph", workload.train(1000, by_engine::graph(|p, x| models::seed_net(p, x)))),
        ("replay", workload.train(1000, by_engine::replay(|p, x| models::seed_net(p, x)).unwrap())),
    ] {
        let error = relative_error(&params, &trained);
        assert!(error <= TOLERANCE, "{name}: error {error}");
    }
}

/// The reference has the gradient of one sample only; on the other 63, with other labels, the methods check each other.
#[test]
fn replayed_programs_follow_the_sample() {
    let workload = Digits::load();
    let mut replay = by_engine::replay(|p, x| models::digits(p, x)).unwrap();
    let (mut expected, mut gradient) = ([0.0; 2410], [0.0; 2410]);
    for sample in &workload.samples {
        let loss = by_hand::digits(&workload.params, sample, &mut expected);
        assert!(relative_error(&[replay(&workload.params, sample, &mut gradient)], &[loss]) <= TOLERANCE);
        assert!(relative_error(&gradient, &expected) <= TOLERANCE);
    }
}

#[test]
fn samples_side_by_side_give_the_sum_of_their_gradients() {
    assert!(Moons::load().error(by_hand_lanes::moons) <= TOLERANCE);
    assert!(Moons::load().error(by_engine::moons_batch().unwrap()) <= TOLERANCE);
    let mut workload = Digits::load();
    assert!(workload.batch_error(by_hand_lanes::digits, by_hand::digits) <= TOLERANCE);
    let mut batch = by_engine::batch(|p, x| models::digits(p, x)).unwrap();
    assert!(workload.batch_error(&mut batch, by_hand::digits) <= TOLERANCE);
    workload.samples.truncate(13);
    assert!(workload.batch_error(&mut batch, by_hand::digits) <= TOLERANCE);
    assert!(workload.batch_error(by_hand_lanes::digits, by_hand::digits) <= TOLERANCE);
}

#[test]
fn a_contestant_that_is_wrong_is_not_timed() {
    let workload = Expression::tiny();
    let mut contest = Contest::new(&workload, Lap::Repeat(10), "ns/gradient", by_hand::tiny);
    contest.enter("right", "", by_hand::tiny);
    contest.enter("wrong", "", by_hand::small);
    let figures = contest.run(1);
    assert!(figures.contestants["right"].time.is_some());
    let wrong = &figures.contestants["wrong"];
    assert!(wrong.gradient_error > TOLERANCE && wrong.time.is_none() && wrong.ratio.is_none());
}

#[test]
fn a_wrong_gradient_is_seen() {
    let workload = Expression::tiny();
    let off_by = |factor: f64| {
        workload.error(|params, inputs, gradient| {
            let loss = by_hand::tiny(params, inputs, gradient);
            gradient[0] *= factor;
            loss
        })
    };
    assert!(off_by(1.0) <= TOLERANCE);
    assert!(off_by(1.0 + 1e-6) > TOLERANCE);
    assert_eq!(off_by(f64::NAN), f64::INFINITY);
}

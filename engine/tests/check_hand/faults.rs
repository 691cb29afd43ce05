//! Random derivations: right ones pass, and one slip is found and repaired.

use crate::derivation::{Line, Slip, derivation};
use crate::repairs::is_repaired;
use engine::Graph;
use engine::check::hand::{Claim, Options, Verdict, check};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn computations() -> impl Strategy<Value = (Vec<f64>, Vec<Line>)> {
    let size = 0.3..1.9f64;
    let leaf = (size, any::<bool>()).prop_map(|(x, minus)| if minus { -x } else { x });
    let leaves = proptest::collection::vec(leaf, 3..7);
    let lines = proptest::collection::vec((0u8..10, any::<[u16; 3]>()), 2..9);
    (leaves, lines)
}

fn slips() -> impl Strategy<Value = Slip> {
    use Slip::*;
    prop_oneof![Just(Dropped), Just(LeftOut), Just(Twice), Just(Sign), Just(Constant), Just(Swapped)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        max_global_rejects: 20_000,
        // The same cases on every run.
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_right_derivation_is_never_called_wrong((leaves, lines) in computations()) {
        let g = Graph::new();
        let derivation = derivation(&g, &leaves, &lines);
        prop_assume!(derivation.is_tame());
        let claims: Vec<Claim<'_>> = (0..derivation.nodes.len() - 1).map(|wrt| derivation.claim(wrt, None)).collect();
        let report = check(&claims, &Options::default()).unwrap();
        // The larger of two equal ones is one of them to some, and half of each to others.
        let worst = if derivation.has_tie() { Verdict::Kink } else { Verdict::Right };
        prop_assert!(report.verdict <= worst, "\n{}\n{}", derivation.text(), report);
    }

    #[test]
    fn a_planted_fault_is_caught_and_repaired((leaves, lines) in computations(), slip in slips(), order in any::<u16>()) {
        let g = Graph::new();
        let derivation = derivation(&g, &leaves, &lines);
        prop_assume!(derivation.is_tame() && !derivation.has_tie());
        let Some(planted) = derivation.plant(slip, order as usize) else { return Err(TestCaseError::reject("no effect")) };
        let claim = derivation.claim(planted.wrt, Some(planted));
        let report = check(&[claim], &Options::default()).unwrap();
        let text = format!("{planted:?}\n{}{}\n{report}", derivation.text(), claim.hand.formula());
        prop_assert!(report.verdict > Verdict::Right, "{text}");
        let diagnosis = report.claims[0].diagnosis.as_ref();
        prop_assert!(diagnosis.is_some_and(|diagnosis| diagnosis.repaired), "{text}");
        prop_assert!(is_repaired(&leaves, &lines, planted, diagnosis.unwrap()), "{text}");
    }
}

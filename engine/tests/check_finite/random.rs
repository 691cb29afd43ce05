//! Random computations.

use engine::check::{self, Check, Verdict};
use engine::{Error, Op, Program, Real};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A program to be made from any list of choices: steps that leave an op's domain, or numbers that are easy to check,
/// are left out.
#[derive(Debug, Clone)]
struct Recipe {
    x: Vec<f64>,
    steps: Vec<(Op, Vec<usize>)>,
}

impl Recipe {
    fn new(ops: &[Op], x: Vec<f64>, choices: Vec<(usize, [u16; 4])>) -> Self {
        let (mut numbers, mut steps) = (x.clone(), Vec::new());
        for (op, places) in choices {
            let op = ops[op % ops.len()];
            // The last node is chosen half of the time, so that the programs are deep.
            let place = |&place: &u16| match usize::from(place) {
                even if even % 2 == 0 => numbers.len() - 1,
                odd => odd % numbers.len(),
            };
            let args: Vec<usize> = places.iter().take(op.arity().unwrap_or(4)).map(place).collect();
            let values: Vec<f64> = args.iter().map(|&arg| numbers[arg]).collect();
            let number = op.value(&values);
            // A whole exponent is not differentiated by, and the product of the chain rule is not continuous at zero.
            let excluded = matches!(op, Op::Powi | Op::Chain);
            if !excluded && op.violated(&values).is_none() && number.abs() < 1e6 {
                numbers.push(number);
                steps.push((op, args));
            }
        }
        Recipe { x, steps }
    }

    fn run<R: Real>(&self, x: &[R]) -> R {
        let mut numbers = x.to_vec();
        for (op, args) in &self.steps {
            let args: Vec<R> = args.iter().map(|&arg| numbers[arg]).collect();
            numbers.push(R::apply(*op, &args));
        }
        numbers[numbers.len() - 1]
    }
}

/// Ops that neither jump nor have a pole.
const TAME: &[Op] = &[
    Op::Neg,
    Op::Add,
    Op::Mul,
    Op::Sin,
    Op::Cos,
    Op::Atan,
    Op::Tanh,
    Op::Asinh,
    Op::Abs,
    Op::Max,
    Op::Hypot,
    Op::Sigmoid,
    Op::Softplus,
    Op::Relu,
    Op::Silu,
    Op::Gelu,
    Op::Sum,
    Op::LogSumExp,
];

fn recipes() -> impl Strategy<Value = Recipe> {
    recipes_of(Op::ALL)
}

fn recipes_of(ops: &'static [Op]) -> impl Strategy<Value = Recipe> {
    let numbers = prop::collection::vec(prop_oneof![-3.0..3.0, -0.05..0.05, -30.0..30.0], 1..4);
    let choices = prop::collection::vec((any::<usize>(), any::<[u16; 4]>()), 1..60);
    (numbers, choices).prop_map(|(x, choices)| Recipe::new(ops, x, choices))
}

/// The verdicts on derivatives that are off by a factor, and whether the differences are fine enough to tell.
fn verdicts_on_wrong(recipe: &Recipe, off: f64) -> Result<Vec<(bool, Verdict)>, Error> {
    let report = check::gradient(|x| recipe.run(x), &recipe.x)?;
    let wrong: Vec<f64> = report.rows().iter().map(|row| row.derivative * off).collect();
    let claimed = check::claimed(|x| recipe.run(x), &recipe.x, &wrong)?;
    let told = report.rows().iter().map(|row| {
        let is_fine = row.difference.error < 1e-4 * row.derivative.abs();
        row.verdict == Verdict::Right && row.derivative.is_finite() && is_fine
    });
    Ok(told.zip(claimed.rows().iter().map(|row| row.verdict)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// An infinite or NaN derivative, as of acosh(x/x), is wrong by right.
    #[test]
    fn no_right_derivative_is_called_wrong(recipe in recipes()) {
        let report = check::gradient(|x| recipe.run(x), &recipe.x)?;
        for row in report.rows().iter().filter(|row| row.derivative.is_finite()) {
            prop_assert_ne!(row.verdict, Verdict::Wrong, "{}", report);
        }
    }

    #[test]
    fn a_wrong_derivative_is_not_called_right(recipe in recipes(), off in prop_oneof![-2.0..0.99, 1.01..3.0]) {
        for (told, verdict) in verdicts_on_wrong(&recipe, off)? {
            prop_assert!(!told || verdict != Verdict::Right);
        }
    }

    /// Of a plain function neither branches nor rounding are known, nor the rounding of its gradient.
    #[test]
    fn no_right_gradient_of_a_plain_function_is_called_wrong(recipe in recipes_of(TAME)) {
        let program = Program::record(&recipe.x, |x| recipe.run(x));
        let gradient = |x: &[f64]| program.gradient(x, &[]).expect("as many numbers");
        let report = Check::new().relative(1e-6).absolute(1e-9).plain(|x| recipe.run(x), gradient, &recipe.x)?;
        for row in report.rows() {
            prop_assert_ne!(row.verdict, Verdict::Wrong, "{}", report);
        }
    }

    #[test]
    fn forward_and_reverse_agree(recipe in recipes()) {
        let report = check::forward_reverse(|x| recipe.run(x), &recipe.x)?;
        for row in report.rows().iter().filter(|row| row.derivative.is_finite()) {
            prop_assert_ne!(row.verdict, Verdict::Wrong, "{}", report);
        }
    }

    #[test]
    fn no_right_direction_is_called_wrong(recipe in recipes(), seed in any::<u64>()) {
        let report = check::directions(|x| recipe.run(x), &recipe.x, 1, seed)?;
        for row in report.rows().iter().filter(|row| row.derivative.is_finite()) {
            prop_assert_ne!(row.verdict, Verdict::Wrong, "{}", report);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_right_second_derivative_is_called_wrong(recipe in recipes()) {
        let report = check::hessian(|x| recipe.run(x), &recipe.x);
        // Where the gradient is NaN, as that of acosh(x/x), there is nothing to differentiate.
        prop_assume!(!matches!(report, Err(Error::FunctionNotFinite { .. })));
        let report = report?;
        for row in report.rows().iter().filter(|row| row.derivative.is_finite()) {
            prop_assert_ne!(row.verdict, Verdict::Wrong, "{}", report);
        }
    }
}

/// The verdicts above could all be inconclusive.
#[test]
fn nearly_all_derivatives_are_called_right() {
    let mut runner = TestRunner::deterministic();
    let (mut right, mut all) = (0, 0);
    for _ in 0..500 {
        let recipe = recipes().new_tree(&mut runner).expect("a recipe").current();
        let report = check::gradient(|x| recipe.run(x), &recipe.x).expect("finite");
        right += report.rows().iter().filter(|row| row.verdict == Verdict::Right).count();
        all += report.rows().len();
    }
    assert!(right * 100 > all * 95, "{right} of {all} are right");
}

#[test]
fn nearly_all_wrong_derivatives_are_called_wrong() {
    let mut runner = TestRunner::deterministic();
    let (mut wrong, mut all) = (0, 0);
    for _ in 0..500 {
        let recipe = recipes().new_tree(&mut runner).expect("a recipe").current();
        for (_, verdict) in verdicts_on_wrong(&recipe, 0.9).expect("finite").into_iter().filter(|(told, _)| *told) {
            wrong += usize::from(verdict == Verdict::Wrong);
            all += 1;
        }
    }
    assert!(wrong * 100 > all * 99, "{wrong} of {all} are wrong");
}

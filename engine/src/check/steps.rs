//! Where a claim that no single fault explains leaves the chain of derivatives.

use crate::check::edges::{Flow, links};
use crate::check::study::Study;
use crate::check::substitute::Expression;

/// The first named step of a claim that is neither a quantity of the computation nor a constant times one of its
/// derivatives, given the sweeps at several points.
pub(crate) fn first_stray(study: &Study, claim: usize, flows: &[Flow]) -> Option<usize> {
    let [first, others @ ..] = flows else { return None };
    let nodes = study.claims[claim];
    let links = links(study, first, nodes.of);
    let known = |flow: &Flow| -> Vec<f64> {
        let quantities = flow.numbers.iter().zip(&study.forward).filter(|(_, forward)| **forward).map(|(x, _)| *x);
        let partials = links.iter().map(|link| link.factor(flow));
        let derivatives = flow.adjoints.iter().chain(&flow.tangents).copied().chain(partials);
        quantities.chain(derivatives).collect()
    };
    let (here, elsewhere) = (known(first), others.iter().map(known).collect::<Vec<_>>());
    let is_known = |&step: &usize| {
        (0..here.len()).any(|place| {
            let factor = first.numbers[step] / here[place];
            let holds = |(flow, known): (&Flow, &Vec<f64>)| {
                let step = flow.numbers[step];
                (step - factor * known[place]).abs() <= 1e-8 * step.abs()
            };
            factor.is_finite() && others.iter().zip(&elsewhere).all(holds)
        })
    };
    let expression = Expression::new(study, nodes.hand, false);
    expression.named_steps().find(|step| !is_known(step))
}

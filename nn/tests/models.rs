//! Properties of models: one function of parameters and input, whatever it runs on.

use engine::{Dual, Op, Real};
use nn::{Activation, BatchLoss, Dataset, Init, Layout, Loss, Mlp, Model, Naming, Objective, loss, seeded};
use proptest::collection::vec;
use proptest::prelude::*;

fn activation() -> impl Strategy<Value = Activation> {
    prop::sample::select(Activation::ALL.to_vec())
}

fn mlp() -> impl Strategy<Value = Mlp> {
    (1..5usize, vec((1..6usize, activation()), 1..4))
        .prop_map(|(inputs, layers)| Mlp::new(inputs, &layers).expect("sizes fit"))
}

/// A model, parameters, and two samples with their targets.
fn case() -> impl Strategy<Value = (Mlp, Vec<f64>, Dataset)> {
    mlp().prop_flat_map(|model| {
        let params = vec(-1.5..1.5, model.param_count());
        let x = vec(vec(-2.0..2.0, model.inputs()), 2);
        let y = vec(vec(-1.0..1.0, model.outputs()), 2);
        (Just(model), params, x, y)
            .prop_map(|(model, params, x, y)| (model, params, Dataset::new(&x, &y).expect("rows fit")))
    })
}

proptest! {
    #[test]
    fn a_recorded_loss_is_the_loss((model, params, data) in case()) {
        let mut batch = BatchLoss::record(&model, &Loss::HalfSquared).unwrap();
        for sample in 0..2 {
            let outputs = model.forward(&params, data.x(sample));
            let expected = Loss::HalfSquared.of(&outputs, data.target(sample));
            prop_assert_eq!(batch.loss(&params, &data, [sample]).unwrap(), expected);
        }
    }

    #[test]
    fn the_gradient_of_a_batch_is_the_tangent_of_its_loss((model, params, data) in case(), strength in 0.0..0.5) {
        let mut batch = BatchLoss::record(&model, &Loss::MeanSquared).unwrap().with_l2(strength).unwrap();
        let (_, gradient) = batch.gradient(&params, &data, [0, 1, 1]).unwrap();
        let constants = |numbers: &[f64]| numbers.iter().copied().map(Dual::from).collect::<Vec<Dual>>();
        for (k, &derivative) in gradient.iter().enumerate() {
            let mut moving = constants(&params);
            moving[k].tangent = 1.0;
            let of = |sample| {
                let outputs = model.forward(&moving, &constants(data.x(sample)));
                Loss::MeanSquared.of(&outputs, &constants(data.target(sample)))
            };
            let expected: Dual = (of(0) + of(1) * 2.0) / 3.0 + loss::l2(&moving, strength);
            let scale = 1e-12 * (1.0 + expected.tangent.abs());
            prop_assert!((derivative - expected.tangent).abs() < scale, "{}: {} {}", k, derivative, expected.tangent);
        }
    }

    #[test]
    fn every_parameter_has_a_name_of_its_own(model in mlp(), naming in prop::sample::select(vec![Naming::Places, Naming::Numbers])) {
        let layout = model.clone().named(naming).layout();
        prop_assert_eq!(layout.len(), model.param_count());
        for (index, name) in layout.names().enumerate() {
            prop_assert_eq!(layout.index(name), Some(index));
            prop_assert_eq!(layout.name(index), Some(name));
        }
        prop_assert_eq!(layout.name(layout.len()), None);
    }

    #[test]
    fn a_name_says_what_the_parameter_does((model, params, data) in case()) {
        // By hand: neuron 0 of the first layer moves with its bias, and with a weight times that input.
        let layout = model.layout();
        let first = Mlp::new(model.inputs(), &[(model.layers()[0].outputs(), Activation::Identity)]).unwrap();
        let params = &params[..first.param_count()];
        let last = model.inputs() - 1;
        for (name, effect) in [("layers.0.bias[0]".to_owned(), 1.0), (format!("layers.0.weight[0][{last}]"), data.x(0)[last])] {
            let mut moved = params.to_vec();
            moved[layout.index(&name).unwrap()] += 1.0;
            let change = first.forward(&moved, data.x(0))[0] - first.forward(params, data.x(0))[0];
            prop_assert!((change - effect).abs() < 1e-12, "{}: {} {}", name, change, effect);
        }
    }

    #[test]
    fn initial_values_leave_biases_zero_and_follow_the_seed(model in mlp(), seed: u64) {
        let params = model.init(Init::HeNormal, &mut seeded(seed)).unwrap();
        for (name, number) in model.layout().pair(&params) {
            prop_assert_eq!(number == 0.0, name.contains("bias"), "{} {}", name, number);
        }
        prop_assert_eq!(&params, &model.init(Init::HeNormal, &mut seeded(seed)).unwrap());
        prop_assert_ne!(params, model.init(Init::HeNormal, &mut seeded(seed ^ 1 << 40)).unwrap());
    }
}

#[test]
fn activations_are_the_ops_of_the_table() {
    for activation in Activation::ALL {
        assert_eq!(activation.to_string().parse::<Activation>().unwrap(), activation);
        for x in [-1.3, -0.2, 0.0, 0.7, 4.0] {
            let expected = match activation.op() {
                None => x,
                Some(Op::LeakyRelu) => f64::apply(Op::LeakyRelu, &[x, 0.01]),
                Some(op) => f64::apply(op, &[x]),
            };
            assert_eq!(activation.apply(x), expected, "{activation} at {x}");
        }
    }
    assert_eq!(Activation::LeakyRelu(-0.5).to_string().parse::<Activation>().unwrap(), Activation::LeakyRelu(-0.5));
    assert_eq!("leaky_relu".parse::<Activation>().unwrap(), Activation::LeakyRelu(0.01));
}

#[test]
fn losses_are_known_by_their_names() {
    for loss in Loss::ALL {
        assert_eq!(loss.to_string().parse::<Loss>().unwrap(), loss);
    }
}

#[test]
fn a_layout_finds_what_lies_within_a_name() {
    let layout = Mlp::new(1, &[(11, Activation::Relu), (1, Activation::Relu)]).unwrap().layout();
    assert_eq!(layout.within("layers.0").collect::<Vec<_>>(), (0..22).collect::<Vec<_>>());
    assert_eq!(layout.within("layers.0.weight[1]").collect::<Vec<_>>(), [2]);
    assert_eq!(layout.within("layers.0.bias[10]").collect::<Vec<_>>(), [21]);
    assert_eq!(layout.within("layers").count(), layout.len());
    assert_eq!(layout.within("layer").count(), 0);
    assert!(Layout::default().is_empty());
}

#[test]
fn the_largest_output_is_the_class() {
    let weights = [[1.0], [3.0], [3.0], [-1.0]];
    let network = nn::Layer::from_numbers(&weights, &[0.0; 4], Activation::Identity).unwrap();
    assert_eq!(network.classify(&[2.0]).unwrap(), 1);
    assert_eq!(network.classify(&[-2.0]).unwrap(), 3);
}

#[test]
fn weights_are_drawn_for_the_inputs_and_neurons_of_their_layer() {
    let model = Mlp::new(400, &[(50, Activation::Relu), (300, Activation::Relu)]).unwrap();
    for (init, variances) in
        [(Init::HeNormal, [2.0 / 400.0, 2.0 / 50.0]), (Init::XavierUniform, [2.0 / 450.0, 2.0 / 350.0])]
    {
        let params = model.init(init, &mut seeded(5)).unwrap();
        for (place, expected) in variances.into_iter().enumerate() {
            let layout = model.layout();
            let weights: Vec<f64> =
                layout.within(&format!("layers.{place}.weight")).map(|index| params[index]).collect();
            let variance = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
            // Of some 15000 numbers, five standard errors and more.
            assert!((variance / expected - 1.0).abs() < 0.06, "{init:?}: {variance} where {expected} belongs");
        }
    }
}

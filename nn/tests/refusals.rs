//! What builders, optimisers and initial values refuse, and how they say it.

use nn::{
    Activation, Adam, Error, Init, Layer, Layout, Loss, Mlp, Model, Network, Neuron, Optimizer, Result, Sgd, seeded,
};

fn message<T>(result: Result<T>) -> String {
    result.err().map_or_else(|| "no error".to_owned(), |error| error.to_string())
}

#[test]
fn optimizers_refuse_what_they_cannot_follow() {
    let step = |mut sgd: Sgd| message(sgd.step(&mut [0.0], &[1.0]));
    assert_eq!(step(Sgd::new(-0.1)), "the learning rate is -0.1: it needs a finite number from 0 on");
    assert_eq!(step(Sgd::new(0.1).momentum(1.0)), "the momentum is 1: it needs a number from 0 on and below 1");
    assert_eq!(step(Sgd::new(0.1).nesterov(-0.5)), "the momentum is -0.5: it needs a number from 0 on and below 1");
    assert_eq!(
        step(Sgd::new(0.1).weight_decay(f64::INFINITY)),
        "the weight decay is inf: it needs a finite number from 0 on"
    );
    let step = |mut adam: Adam| message(adam.step(&mut [0.0], &[1.0]));
    assert_eq!(step(Adam::new(f64::NAN)), "the learning rate is NaN: it needs a finite number from 0 on");
    assert_eq!(step(Adam::new(0.1).betas(1.5, 0.9)), "the first beta is 1.5: it needs a number from 0 on and below 1");
    assert_eq!(step(Adam::new(0.1).betas(0.5, 1.0)), "the second beta is 1: it needs a number from 0 on and below 1");
    assert_eq!(step(Adam::new(0.1).epsilon(0.0)), "the epsilon is 0: it needs a finite number above 0");
    for optimizer in [&mut Sgd::new(0.1) as &mut dyn Optimizer, &mut Adam::new(0.1)] {
        assert_eq!(
            message(optimizer.step(&mut [0.0; 2], &[1.0])),
            "derivatives in the gradient: 1 given where 2 belong"
        );
        assert_eq!(message(optimizer.step(&mut [0.0; 2], &[1.0; 2])), "no error");
        let error = message(optimizer.step(&mut [0.0; 1], &[1.0; 1]));
        assert_eq!(error, "parameters of an optimiser that has begun: 1 given where 2 belong");
    }
}

#[test]
fn builders_refuse_what_does_not_fit() {
    use Activation::{Identity, LeakyRelu, Tanh};
    assert_eq!(message(Neuron::new(0, Tanh)), "the neuron has no inputs: give it at least one");
    assert_eq!(
        message(Neuron::new(usize::MAX, Tanh)),
        "the neuron has more parameters than fit in memory: make it smaller"
    );
    assert_eq!(message(Neuron::from_numbers(&[], 1.0, Tanh)), "the neuron has no inputs: give it at least one");
    assert_eq!(
        message(Neuron::from_numbers(&[1.0, f64::NAN], 1.0, Tanh)),
        "the parameter `w2` is NaN: it has to be finite"
    );
    assert_eq!(message(Layer::new(1, 0, Tanh)), "the layer has no neurons: give it at least one");
    assert_eq!(
        message(Layer::new(1 << 40, 1 << 40, Tanh)),
        "the layer has more parameters than fit in memory: make it smaller"
    );
    let no_rows: [[f64; 2]; 0] = [];
    assert_eq!(message(Layer::from_numbers(&no_rows, &[], Tanh)), "the layer has no neurons: give it at least one");
    let ragged = [vec![1.0, 2.0], vec![3.0]];
    assert_eq!(message(Layer::from_numbers(&ragged, &[0.0; 2], Tanh)), "weights of neuron 1: 1 given where 2 belong");
    assert_eq!(message(Layer::from_numbers(&[[1.0]], &[0.0; 2], Tanh)), "biases of the layer: 2 given where 1 belong");
    assert_eq!(message(Mlp::new(2, &[])), "the network has no layers: give it at least one");
    assert_eq!(message(Mlp::new(2, &[(3, Tanh), (0, Tanh)])), "layer 1 has no neurons: give it at least one");
    assert_eq!(message(Mlp::new(0, &[(3, Tanh)])), "layer 0 has no inputs: give it at least one");
    let huge = "layer 1 has more parameters than fit in memory: make it smaller";
    assert_eq!(message(Mlp::new(1, &[(1 << 40, Tanh), (1 << 40, Tanh)])), huge);
    let slope = "the slope of leaky_relu is inf: it needs a finite number";
    assert_eq!(message(Mlp::new(1, &[(1, LeakyRelu(f64::INFINITY))])), slope);
    let layer = || Layer::from_numbers(&[[1.0, 2.0]], &[0.0], Identity);
    let unfit = layer().and_then(|first| Mlp::from_layers([first, layer()?]));
    assert_eq!(message(unfit), "inputs of layer 1: 2 given where 1 belong");
    let with = Mlp::new(1, &[(1, Tanh)]).and_then(|model| model.with([1.0]));
    assert_eq!(message(with), "parameters of the model: 1 given where 2 belong");
    let predict = |x: &[f64]| layer().and_then(|layer: Network<Layer>| layer.predict(x));
    assert_eq!(message(predict(&[1.0])), "inputs of the model: 1 given where 2 belong");
    assert_eq!(message(predict(&[1.0, f64::INFINITY])), "the input x[1] is inf: it has to be finite");
    assert_eq!(message(Layout::new(["a", "b", "a"])), "the name `a` is given twice: names are unique");
    let choices = "identity, sigmoid, tanh, relu, leaky_relu, silu, gelu, softplus, or a slope as in leaky_relu(0.2)";
    for wrong in ["Tanh", "", "leaky_relu()", "leaky_relu(x)", "sigmoid(2)"] {
        assert_eq!(message(wrong.parse::<Activation>()), format!("`{wrong}` is no activation: choose {choices}"));
    }
    assert_eq!(message("leaky_relu(inf)".parse::<Activation>()), slope);
    let choices =
        "mse, half_squared, binary_cross_entropy, binary_cross_entropy_with_logits, softmax_cross_entropy, hinge";
    assert_eq!(message("l3".parse::<Loss>()), format!("`l3` is no loss: choose {choices}"));
}

#[test]
fn initial_values_refuse_what_is_no_distribution() {
    let fill = |init: Init| message(init.fill(&mut [0.0], 1, 1, &mut seeded(0)));
    let finite = "it needs a finite number";
    assert_eq!(fill(Init::Constant(f64::NAN)), format!("the initial constant is NaN: {finite}"));
    let nan_mean = Init::Normal { mean: f64::NAN, deviation: 1.0 };
    assert_eq!(fill(nan_mean), format!("the mean of the normal distribution is NaN: {finite}"));
    let negative = Init::Normal { mean: 0.0, deviation: -1.0 };
    assert_eq!(fill(negative), format!("the deviation of the normal distribution is -1: {finite} from 0 on"));
    let low = Init::Uniform { low: f64::NEG_INFINITY, high: 1.0 };
    assert_eq!(fill(low), format!("the lower bound of the uniform distribution is -inf: {finite}"));
    let crossed = "the upper bound of the uniform distribution is 0: it needs a finite number from the lower one on";
    assert_eq!(fill(Init::Uniform { low: 1.0, high: 0.0 }), crossed);
}

#[test]
fn errors_of_the_engine_pass_through() {
    let error = Error::from(engine::Error::NoSuchOutput { output: 1, outputs: 1 });
    assert_eq!(error.to_string(), engine::Error::NoSuchOutput { output: 1, outputs: 1 }.to_string());
}

#[test]
#[should_panic(expected = "a layer of 3 parameters was given 2: give one number for each")]
fn a_layer_refuses_parameters_that_are_not_its_own() {
    Layer::new(2, 1, Activation::Tanh).expect("sizes fit").forward(&[1.0, 2.0], &[1.0, 1.0]);
}

#[test]
#[should_panic(expected = "a network of 3 parameters was given 4: give one number for each")]
fn a_network_refuses_parameters_that_are_not_its_own() {
    Mlp::new(2, &[(1, Activation::Tanh)]).expect("sizes fit").forward(&[1.0; 4], &[1.0, 1.0]);
}

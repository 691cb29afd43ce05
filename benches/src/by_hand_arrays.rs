//! The gradient of a batch as one would write it by hand on arrays: the outputs of a layer for all samples are one
//! matrix, and so are their derivatives.

/// A network of fully connected layers, with one activation between them and none after the last.
///
/// The parameters follow one another layer by layer and neuron by neuron: the weights, then the bias.
#[derive(Debug)]
pub struct Arrays {
    /// The inputs, then the neurons of each layer.
    sizes: Vec<usize>,
    activation: Activation,
    loss: Loss,
    /// The input, and what each layer makes of it; a row is a sample.
    outputs: Vec<Vec<f64>>,
    /// The derivatives of the loss by each layer's sums.
    derivatives: Vec<Vec<f64>>,
}

/// What is applied to a sum.
#[derive(Debug, Clone, Copy)]
pub enum Activation {
    /// The larger of it and 0.
    Relu,
    /// Its hyperbolic tangent.
    Tanh,
}

/// The loss of a sample: of the scores and the target, which also writes its derivatives by the scores.
pub type Loss = fn(&[f64], &[f64], &mut [f64]) -> f64;

impl Activation {
    fn apply(self, sum: f64) -> f64 {
        match self {
            Activation::Relu => sum.max(0.0),
            Activation::Tanh => sum.tanh(),
        }
    }

    /// The derivative, as a function of the result.
    fn slope(self, result: f64) -> f64 {
        match self {
            Activation::Relu if result > 0.0 => 1.0,
            Activation::Relu => 0.0,
            Activation::Tanh => 1.0 - result * result,
        }
    }
}

/// `max(0, 1 - t y)`.
pub fn hinge(scores: &[f64], target: &[f64], derivatives: &mut [f64]) -> f64 {
    let margin = 1.0 - target[0] * scores[0];
    derivatives[0] = if margin > 0.0 { -target[0] } else { 0.0 };
    margin.max(0.0)
}

/// `ln Σ exp(z_k) - Σ t_k z_k`.
pub fn softmax_cross_entropy(scores: &[f64], target: &[f64], derivatives: &mut [f64]) -> f64 {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for (derivative, score) in derivatives.iter_mut().zip(scores) {
        *derivative = (score - top).exp();
        total += *derivative;
    }
    let mut loss = top + total.ln();
    for ((derivative, score), target) in derivatives.iter_mut().zip(scores).zip(target) {
        *derivative = *derivative / total - target;
        loss -= target * score;
    }
    loss
}

impl Arrays {
    /// A network of layers of these sizes, of which the first is the number of inputs.
    pub fn new(sizes: &[usize], activation: Activation, loss: Loss) -> Arrays {
        let matrices = || vec![Vec::new(); sizes.len()];
        Arrays { sizes: sizes.to_vec(), activation, loss, outputs: matrices(), derivatives: matrices() }
    }

    /// The mean loss of a batch, and its gradient; samples and targets follow one another.
    pub fn gradient(&mut self, params: &[f64], x: &[f64], targets: &[f64], gradient: &mut [f64]) -> f64 {
        self.forward(params, x);
        let scores = self.sizes[self.sizes.len() - 1];
        let count = (targets.len() / scores) as f64;
        let mut loss = 0.0;
        if let (Some(outputs), Some(derivatives)) = (self.outputs.last(), self.derivatives.last_mut()) {
            derivatives.resize(targets.len(), 0.0);
            let samples = outputs.chunks_exact(scores).zip(targets.chunks_exact(scores));
            for ((scores, target), derivatives) in samples.zip(derivatives.chunks_exact_mut(scores)) {
                loss += (self.loss)(scores, target, derivatives) / count;
                derivatives.iter_mut().for_each(|derivative| *derivative /= count);
            }
        }
        self.backward(params, gradient);
        loss
    }

    fn forward(&mut self, params: &[f64], x: &[f64]) {
        self.outputs[0].clear();
        self.outputs[0].extend_from_slice(x);
        let mut rest = params;
        for layer in 1..self.sizes.len() {
            let (inputs, neurons) = (self.sizes[layer - 1], self.sizes[layer]);
            let (own, later) = rest.split_at(neurons * (inputs + 1));
            rest = later;
            let (before, after) = self.outputs.split_at_mut(layer);
            let (x, z) = (&before[layer - 1], &mut after[0]);
            z.resize(x.len() / inputs * neurons, 0.0);
            for (z, x) in z.chunks_exact_mut(neurons).zip(x.chunks_exact(inputs)) {
                for (z, neuron) in z.iter_mut().zip(own.chunks_exact(inputs + 1)) {
                    *z = neuron[inputs];
                    for (x, w) in x.iter().zip(neuron) {
                        *z += x * w;
                    }
                }
            }
            if layer + 1 < self.sizes.len() {
                z.iter_mut().for_each(|z| *z = self.activation.apply(*z));
            }
        }
    }

    fn backward(&mut self, params: &[f64], gradient: &mut [f64]) {
        gradient.fill(0.0);
        let mut end = params.len();
        for layer in (1..self.sizes.len()).rev() {
            let (inputs, neurons) = (self.sizes[layer - 1], self.sizes[layer]);
            let start = end - neurons * (inputs + 1);
            let (own, d_own) = (&params[start..end], &mut gradient[start..end]);
            end = start;
            let (before, after) = self.derivatives.split_at_mut(layer);
            let (x, d_x, d_z) = (&self.outputs[layer - 1], &mut before[layer - 1], &after[0]);
            d_x.clear();
            d_x.resize(x.len(), 0.0);
            let rows = d_z.chunks_exact(neurons).zip(x.chunks_exact(inputs)).zip(d_x.chunks_exact_mut(inputs));
            for ((d_z, x), d_x) in rows {
                let neurons = own.chunks_exact(inputs + 1).zip(d_own.chunks_exact_mut(inputs + 1));
                for (d, (neuron, d_neuron)) in d_z.iter().zip(neurons) {
                    for (d_w, x) in d_neuron.iter_mut().zip(x) {
                        *d_w += d * x;
                    }
                    d_neuron[inputs] += d;
                    if layer > 1 {
                        for (d_x, w) in d_x.iter_mut().zip(neuron) {
                            *d_x += d * w;
                        }
                    }
                }
                if layer > 1 {
                    d_x.iter_mut().zip(x).for_each(|(d, x)| *d *= self.activation.slope(*x));
                }
            }
        }
    }
}

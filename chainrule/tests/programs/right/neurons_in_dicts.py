# Layers of neurons that are dictionaries: weights, the bias last, and what each neuron gave and got is kept by keys.
import math


def respond(unit, signals):
    total = unit["weights"][-1]
    for weight, signal in zip(unit["weights"], signals):
        total += weight * signal
    return math.tanh(total)


def forward(layers, signals):
    for layer in layers:
        answers = []
        for unit in layer:
            unit["answer"] = respond(unit, signals)
            answers.append(unit["answer"])
        signals = answers
    return signals


def backward(layers, wanted):
    for depth in reversed(range(len(layers))):
        layer = layers[depth]
        for place in range(len(layer)):
            unit = layer[place]
            if depth == len(layers) - 1:
                blame = unit["answer"] - wanted[place]
            else:
                blame = sum(later["weights"][place] * later["blame"] for later in layers[depth + 1])
            unit["blame"] = blame * (1 - unit["answer"] ** 2)


def learn(layers, signals, rate):
    for depth, layer in enumerate(layers):
        if depth > 0:
            signals = [unit["answer"] for unit in layers[depth - 1]]
        for unit in layer:
            for place, signal in enumerate(signals):
                unit["weights"][place] -= rate * unit["blame"] * signal
            unit["weights"][-1] -= rate * unit["blame"]


def train(epochs):
    layers = [
        [{"weights": [0.3, -0.2, 0.1]}, {"weights": [-0.4, 0.25, 0.0]}],
        [{"weights": [0.5, -0.6, 0.05]}, {"weights": [0.2, 0.35, -0.1]}],
    ]
    samples = [([0.5, 1.5], [1, 0]), ([-1.0, 0.75], [0, 1]), ([2.0, -0.5], [1, 0])]
    for epoch in range(epochs):
        for signals, wanted in samples:
            answers = forward(layers, signals)
            loss = sum((a - w) ** 2 for a, w in zip(answers, wanted)) / 2
            backward(layers, wanted)
            learn(layers, signals, 0.2)
    print(loss)


train(8)

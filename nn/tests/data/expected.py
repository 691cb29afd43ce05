"""Expected figures of nn's tests, from the textbook formulas and nothing of this project.

Losses and their derivatives in 1400-digit arithmetic from the definitions, without the rearrangements that keep an f64
from overflowing; optimisers from the published formulas; ChaCha with 8 rounds as RFC 8439 describes it.

    pip install mpmath && python expected.py > expected.json
"""

import json
import struct
from mpmath import cos, exp, log, mp, mpf, pi, sqrt

mp.dps = 1400


def sigmoid(z):
    return 1 / (1 + exp(-z))


def entropy(p, t):
    # A term with the factor zero is zero.
    return -(t * log(p) if t else 0) - ((1 - t) * log(1 - p) if t != 1 else 0)


def softmax(z):
    total = sum(exp(x) for x in z)
    return [exp(x) / total for x in z]


def mean(terms):
    terms = list(terms)
    return sum(terms) / len(terms)


LOSSES = {
    "mse": lambda y, t: mean((a - b) ** 2 for a, b in zip(y, t)),
    "half_squared": lambda y, t: sum((a - b) ** 2 for a, b in zip(y, t)) / 2,
    "binary_cross_entropy": lambda y, t: mean(entropy(a, b) for a, b in zip(y, t)),
    "binary_cross_entropy_with_logits": lambda y, t: mean(entropy(sigmoid(a), b) for a, b in zip(y, t)),
    "softmax_cross_entropy": lambda y, t: -sum(b * log(a) for a, b in zip(softmax(y), t) if b),
    "hinge": lambda y, t: mean(max(0, 1 - a * b) for a, b in zip(y, t)),
}

POINTS = {
    "mse": [([0.3, -1.7, 2.5], [0.1, 0.4, 2.0]), ([1e-9], [0.0])],
    "half_squared": [([0.3, -1.7, 2.5], [0.1, 0.4, 2.0]), ([-3.5], [0.25])],
    "binary_cross_entropy": [
        ([0.3, 0.9, 0.01], [1.0, 0.0, 0.25]), ([1e-300], [1.0]), ([1e-17], [0.0]), ([0.0, 1.0], [0.0, 1.0]),
    ],
    "binary_cross_entropy_with_logits": [
        ([0.3, -1.7], [1.0, 0.25]), ([700.0], [1.0]), ([700.0], [0.0]), ([-700.0], [1.0]), ([-700.0], [0.0]),
        ([700.0, -700.0, 40.0], [0.25, 0.75, 1.0]), ([1e300], [0.0]), ([37.5], [1.0]),
    ],
    "softmax_cross_entropy": [
        ([0.3, -1.7, 2.5], [0.0, 1.0, 0.0]), ([0.3, -1.7, 2.5], [0.2, 0.1, 0.7]), ([0.3, -1.7, 2.5], [0.3, 0.5, 0.2]),
        ([700.0, 0.0, -3.0], [1.0, 0.0, 0.0]), ([700.0, 0.0, -3.0], [0.0, 1.0, 0.0]),
        ([-700.0, 700.0], [1.0, 0.0]), ([-50.0, 700.0, -4.0], [0.0, 1.0, 0.0]), ([0.5, 700.0], [0.25, 0.75]),
        ([1e5, 1e5, 1e5 - 2], [0.0, 0.0, 1.0]), ([38.5, 0.0], [1.0, 0.0]),
    ],
    "hinge": [([0.3, -1.7, 2.5], [1.0, 1.0, 1.0]), ([0.3, -1.7, 2.5], [-1.0, -1.0, -1.0]), ([-0.5], [1.0])],
}


def derivative(loss, y, t, k):
    """By a difference with so small a step that far more digits than an f64 holds are left."""
    at = lambda x: loss([*y[:k], x, *y[k + 1:]], t)
    # Not across the end of the range of a probability, where the derivative is one-sided.
    step = mpf(10) ** -380
    if loss is LOSSES["binary_cross_entropy"] and y[k] in (0, 1):
        return (at(y[k] + step) - at(y[k])) / step if y[k] == 0 else (at(y[k]) - at(y[k] - step)) / step
    return (at(y[k] + step) - at(y[k] - step)) / (2 * step)


def losses():
    for name, points in POINTS.items():
        for y, t in points:
            # The exponential of 1e300 has too many digits: there the loss is the logit itself.
            if y == [1e300]:
                yield {"loss": name, "outputs": y, "target": t, "value": 1e300, "gradient": [1.0]}
                continue
            exact_y, exact_t = [mpf(a) for a in y], [mpf(b) for b in t]
            value = LOSSES[name](exact_y, exact_t)
            gradient = [derivative(LOSSES[name], exact_y, exact_t, k) for k in range(len(y))]
            yield {"loss": name, "outputs": y, "target": t, "value": float(value),
                   "gradient": [float(g) for g in gradient]}


GRADIENTS = [[0.5, -2.0], [0.25, 1.0], [-1.5, 3.0], [0.125, -0.75], [2.0, 1e-4]]
START = [1.0, -0.3]


def sgd(rate, momentum, nesterov, decay):
    """https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html, dampening 0."""
    p, b = [mpf(x) for x in START], None
    for gradient in GRADIENTS:
        g = [mpf(g) + decay * p for g, p in zip(gradient, p)]
        if momentum:
            b = g if b is None else [momentum * b + g for b, g in zip(b, g)]
            g = [g + momentum * b for g, b in zip(g, b)] if nesterov else b
        p = [p - rate * g for p, g in zip(p, g)]
        yield [float(x) for x in p]


def adam(rate, beta1, beta2, epsilon):
    """Kingma and Ba, algorithm 1."""
    p, m, v = [mpf(x) for x in START], [mpf(0)] * 2, [mpf(0)] * 2
    for t, g in enumerate(GRADIENTS, 1):
        m = [beta1 * m + (1 - beta1) * g for m, g in zip(m, g)]
        v = [beta2 * v + (1 - beta2) * mpf(g) ** 2 for v, g in zip(v, g)]
        fair_m, fair_v = [m / (1 - beta1 ** t) for m in m], [v / (1 - beta2 ** t) for v in v]
        p = [p - rate * m / (sqrt(v) + epsilon) for p, m, v in zip(p, fair_m, fair_v)]
        yield [float(x) for x in p]


def optimizers():
    for settings in [(0.1, 0.0, False, 0.0), (0.1, 0.9, False, 0.0), (0.1, 0.9, True, 0.0), (0.05, 0.5, True, 0.01),
                     (0.2, 0.0, False, 0.1)]:
        rate, momentum, nesterov, decay = settings
        steps = list(sgd(mpf(rate), mpf(momentum), nesterov, mpf(decay)))
        yield {"sgd": {"rate": rate, "momentum": momentum, "nesterov": nesterov, "weight_decay": decay}, "steps": steps}
    for settings in [(0.1, 0.9, 0.999, 1e-8), (0.01, 0.5, 0.75, 1e-3)]:
        rate, first, second, epsilon = settings
        steps = list(adam(*map(mpf, settings)))
        yield {"adam": {"rate": rate, "betas": [first, second], "epsilon": epsilon}, "steps": steps}


def chacha8(seed, blocks):
    """The key stream as 64-bit words; the key is the seed, lowest byte first, and zeros; nonce 0, counter from 0."""
    def rotate(x, n):
        return (x << n | x >> (32 - n)) & 0xffffffff

    def quarter(x, a, b, c, d):
        for first, second, third, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[first] = (x[first] + x[second]) & 0xffffffff
            x[third] = rotate(x[third] ^ x[first], n)

    key = struct.unpack("<8I", seed.to_bytes(8, "little") + bytes(24))
    for block in range(blocks):
        start = [*struct.unpack("<4I", b"expand 32-byte k"), *key, block, 0, 0, 0]
        x = list(start)
        for _ in range(4):
            for columns in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
                quarter(x, *columns)
            for diagonals in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
                quarter(x, *diagonals)
        words = [(a + b) & 0xffffffff for a, b in zip(x, start)]
        if seed == 0 and block == 0:
            # The published vector: draft-strombergson-chacha-test-vectors-01, TC1, 256-bit key, 8 rounds.
            assert struct.pack("<16I", *words).hex().startswith("3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e")
        yield from (low | high << 32 for low, high in zip(words[::2], words[1::2]))


def random():
    for seed in (0, 1, 2**63 + 5):
        unit = [(word >> 11) / 2**53 for word in chacha8(seed, 2)]
        pairs = zip(unit[::2], unit[1::2])
        normal = [float(sqrt(-2 * log(1 - mpf(a))) * cos(2 * pi * mpf(b))) for a, b in pairs]
        yield {"seed": seed, "unit": unit, "normal": normal}


print(json.dumps({"losses": list(losses()), "start": START, "gradients": GRADIENTS,
                  "optimizers": list(optimizers()), "random": list(random())}, indent=1))

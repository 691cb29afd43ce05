"""Writes more_oracle.json: values and derivatives for the ops and places that op_oracle.json lacks.

Run by hand with Python and mpmath: `python more_oracle.py > more_oracle.json`. Every number comes from 60-digit
arithmetic on the exact f64 arguments, with derivatives by formulas of its own, and is rounded once, to the nearest f64. A row is [arguments..., value, derivatives by the arguments...].
"""

import json
import math
import random
from fractions import Fraction

from mpmath import mp, mpf

mp.dps = 60


def nearest(x):
    """The nearest f64; Python divides whole numbers with one rounding, subnormal results included."""
    x = mpf(x)
    if mp.isinf(x):
        return "inf" if x > 0 else "-inf"
    sign, mantissa, exponent, _ = x._mpf_
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent) * (-1 if sign else 1)
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return "inf" if x > 0 else "-inf"


def row(f, partials, *args):
    exact = [mpf(a) for a in args]
    return [*args, nearest(f(*exact)), *(nearest(p(*exact)) for p in partials)]


def draws(count, *ranges):
    """The same ones wherever they stand: a new op does not change the others' rows."""
    generator = random.Random(repr((count, ranges)))
    return [tuple(generator.uniform(low, high) for low, high in ranges) for _ in range(count)]


def scaled(count, n, low, high):
    """Numbers of both signs, spread over the powers of ten."""
    signs, sizes, powers = (draws(count * n, r) for r in [(-1, 1), (1, 10), (low, high)])
    numbers = [math.copysign(size, sign) * 10.0**power for (sign,), (size,), (power,) in zip(signs, sizes, powers)]
    return [tuple(numbers[k * n : (k + 1) * n]) for k in range(count)]


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def whole(x):
    return mp.floor(x) if x >= 0 else mp.ceil(x)


zero = lambda *_: mpf(0)
one = lambda *_: mpf(1)

ROWS = {
    "neg": (lambda x: -x, [lambda x: mpf(-1)], scaled(8, 1, -5, 5)),
    "add": (lambda a, b: a + b, [one, one], scaled(12, 2, -3, 3)),
    "sub": (lambda a, b: a - b, [one, lambda a, b: mpf(-1)], scaled(12, 2, -3, 3)),
    "chain": (lambda a, p: a * p, [lambda a, p: p, lambda a, p: a], scaled(12, 2, -3, 3)),
    "rem": (
        lambda a, b: a - b * whole(a / b),
        [one, lambda a, b: -whole(a / b)],
        # 1 % 0.1: the rounded quotient is 10, the exact one is below.
        [(1.0, 0.1), (-1.0, 0.1), (6.0, 0.2), (7.5, -2.0), (2.0, 1e-3), *scaled(12, 2, -1, 1)],
    ),
    "powi": (
        lambda x, n: x ** int(n),
        [lambda x, n: n * x ** (int(n) - 1), zero],
        [(x, float(n)) for (x,) in scaled(6, 1, -2, 1) for n in (0, 1, 2, 3, 5, -1, -2, 17)]
        + [(1e-200, 2.0), (-1e-100, 3.0), (1e100, 3.0), (1.0000001, 2147483647.0), (-0.9999999, -2147483648.0)],
    ),
    "powf": (
        lambda a, b: mp.power(a, b).real,
        [lambda a, b: (b * mp.power(a, b - 1)).real, lambda a, b: mp.power(a, b) * mp.log(a)],
        [(1e-200, 2.0), (1e-300, 0.1), (1e300, 0.1), (1e-310, 1.5), (1e250, 1.2), (3e-5, -60.1), (1 + 2**-40, 1e12)]
        + draws(16, (1e-3, 30.0), (-30.0, 30.0)) + draws(8, (0.9, 1.1), (-1e3, 1e3)) + draws(8, (0.0, 1.0), (0.0, 1.0)),
    ),
    "hypot": (
        mp.hypot, [lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)],
        [(1e300, -1e300), (3e-300, 4e-300), (1e200, 1e-200), (-5e-300, 1e-300), *scaled(16, 2, -8, 8)],
    ),
    "atan2": (
        mp.atan2,
        [lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)],
        [(1e200, 1e200), (1e-200, -1e-200), (-1e-160, 2e-160), (1e150, -1e-100), *scaled(24, 2, -4, 4)],
    ),
    "max": (max, [lambda a, b: mpf(a > b), lambda a, b: mpf(b > a)], scaled(6, 2, -300, 300)),
    "min": (min, [lambda a, b: mpf(a < b), lambda a, b: mpf(b < a)], scaled(6, 2, -300, 300)),
    "exceeds": (lambda a, b: mpf(a > b), [zero, zero], scaled(8, 2, -300, 300)),
    "signum": (lambda x: mp.sign(x), [zero], scaled(6, 1, -300, 300)),
    "floor": (mp.floor, [zero], scaled(6, 1, -2, 3)),
    "ceil": (mp.ceil, [zero], scaled(6, 1, -2, 3)),
    "round": (lambda x: mp.sign(x) * mp.floor(abs(x) + mpf(1) / 2), [zero],
              [(2.5,), (-0.5,), (0.49999999999999994,), *scaled(6, 1, -2, 3)]),
    "trunc": (whole, [zero], scaled(6, 1, -2, 3)),
    "leaky_relu": (
        lambda x, s: x if x > 0 else s * x,
        [lambda x, s: mpf(1) if x > 0 else s, lambda x, s: mpf(0) if x > 0 else x],
        scaled(12, 2, -3, 2),
    ),
    "select": (
        lambda c, a, b: a if c > 0 else b,
        [zero, lambda c, a, b: mpf(c > 0), lambda c, a, b: mpf(not c > 0)],
        scaled(8, 3, -3, 3),
    ),
    "tanh": (
        mp.tanh, [lambda x: 1 / mp.cosh(x) ** 2], [(-0.8835025966030275,), (0.9338144060035973,), *draws(12, (-1.5, 1.5))],
    ),
    "sigmoid": (sigmoid, [lambda x: sigmoid(x) * sigmoid(-x)], [(700.0,), (-700.0,), (-36.7,), *draws(12, (-40, 5))]),
    "softplus": (
        lambda x: mp.log1p(mp.exp(x)) if x < 50 else x + mp.log1p(mp.exp(-x)), [sigmoid],
        [(700.0,), (-700.0,), (710.0,), (-37.0,), (1e300,), *draws(12, (-50, 50))],
    ),
    "silu": (
        lambda x: x * sigmoid(x), [lambda x: sigmoid(x) * (1 + x * sigmoid(-x))],
        [(700.0,), (-700.0,), (-1.2784645427610738,), (-712.086112234378,), (30.0,), *draws(12, (-40, 40))],
    ),
    "normal_cdf": (
        cdf, [density],
        [(0.0,), (8.0,), (-8.0,), (-37.0,), (40.0,), (1e-300,), (-15.294942513511494,), *draws(16, (-37, 8)), *draws(8, (-3, 3))],
    ),
    "gelu": (
        lambda x: x * cdf(x), [lambda x: cdf(x) + x * density(x)],
        [(700.0,), (-37.5,), (-0.7517915247200195,), (-1.8233236181695218,), (-14.263880305393123,), *draws(12, (-37, 8)), *draws(8, (-3, 3))],
    ),
    # The rounding of a sum grows with its length and its cancellation: these are short and of one sign.
    "sum": (
        lambda *xs: sum(xs), [one] * 4,
        [tuple(abs(x) for x in xs) for xs in scaled(8, 4, -3, 3)],
    ),
    "dot": (
        lambda a, b, c, d: a * c + b * d, [lambda a, b, c, d: c, lambda a, b, c, d: d, lambda a, *_: a, lambda a, b, *_: b],
        [tuple(abs(x) for x in xs) for xs in scaled(8, 4, -3, 3)],
    ),
}


def log_sum_exp(*args):
    xs = [mpf(x) for x in args]
    total = sum(mp.exp(x) for x in xs)
    top = xs.index(max(xs))
    others = sum(mp.exp(x - xs[top]) for x in xs[:top] + xs[top + 1 :])
    return [*args, nearest(xs[top] + mp.log1p(others)), *(nearest(mp.exp(x) / total) for x in xs)]


rows = {name: [row(f, partials, *args) for args in points] for name, (f, partials, points) in ROWS.items()}
rows["log_sum_exp"] = [
    log_sum_exp(*args)
    for args in [
        (700.0, 699.0, -700.0), (-700.0, -700.5), (1e4, 1e4, 1e4), (-1e5, 3.0), (0.0,), (800.0, 801.5),
        (0.0, -20.0), (-40.0, 0.0, -50.0), (0.0, -700.0),
        *draws(8, (-5, 5), (-5, 5), (-5, 5)), *draws(8, (-700, 700), (-700, 700)),
    ]
]
about = (
    "correctly rounded f64 values and first derivatives, from 60-digit arithmetic (more_oracle.py); inf as a string; "
    "rows [arguments..., value, derivatives...]; ops with kinks are sampled away from them"
)
print("{\n\"about\": " + json.dumps(about) + ",")
print(",\n".join(f"{json.dumps(name)}: [\n  " + ",\n  ".join(map(json.dumps, of)) + "]" for name, of in rows.items()))
print("}")

"""Writes numpy_cases.json: what numpy itself gives for many calls.

Made with numpy 2.4.6 on Python 3.11:  python3 make_numpy_cases.py > numpy_cases.json
Each case is a program's expression, evaluated after the prelude and after its own statements. Cases of `numbers` are
compared to 1e-12, cases of `texts` to the letter, and of a failing one the exception.
"""

import json

import numpy as np

PRELUDE = """
import numpy as np
a = np.arange(12).reshape(3, 4)
f = np.linspace(-2, 3, 12).reshape(3, 4)
v = np.array([0.5, -1.25, 3.0, 2.0])
i = np.array([3, 0, -2, 7])
t = np.array([True, False, True, True])
c = np.arange(24).reshape(2, 3, 4) / 7
m = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, 1.5]])
"""

NUMBERS = """
np.array([[1, 2], [3, 4.5]])|np.array([[1, 2], [3, 4]], dtype=float)|np.array([True, False])|np.array(7)|np.array([])
np.array([np.array([1, 2]), [3, 4]])|np.array((1, 2.5))|np.array(range(4))|np.array([1, 2], ndmin=2)
np.zeros((2, 3))|np.zeros(3, dtype=int)|np.ones((2, 1))|np.full((2, 2), 7)|np.full(3, 0.1)|np.eye(3)|np.eye(2, 4, k=1)
np.identity(3)|np.zeros_like(a)|np.ones_like(v)|np.full_like(a, 2)|np.full_like(v, 2)|np.empty_like(v).shape
np.arange(5)|np.arange(2, 9, 3)|np.arange(0, 1, 0.1)|np.arange(5, 0, -2)|np.arange(0.5, 3)|np.arange(3, dtype=float)
np.linspace(0, 1, 5)|np.linspace(-3, 7, 11)|np.linspace(0, 1, 4, endpoint=False)|np.linspace(2, 3, 1)|np.linspace(0, 1, 0)
np.meshgrid([1, 2, 3], [4, 5])[0]|np.meshgrid([1, 2, 3], [4, 5])[1]|np.asarray([1, 2]).sum()|np.copy(v)
a + v|a - f|f * v|f / 3|a / 4|a // 3|f // 0.7|-a|+v|a % 3|f % 0.7|f % -0.7|a % -5|v ** 2|v ** 3|i ** 2|abs(v) ** 0.5
2 ** a|2.0 ** v|1 / (1 + np.exp(-f))|a + True|t + t|t * t|t + 1|t & ~t|t ^ t|i & 3|i ^ 5|3 - a|10 / i[[0, 3]]
v + [1, 2, 3, 4]|[1, 2, 3, 4] - v|divmod(a, 5)[0]|divmod(a, 5)[1]|v[:, None] + v|f[:, 1:2] * f|a + np.array([[1], [2], [3]])
np.float64(3) / 0 if False else np.float64(3) / 2|np.float64(1) / np.array([0.0, 2.0])|np.int64(7) // 2|np.int64(7) / 2
np.int64(-7) // 2|np.int64(-7) % 3|np.float64(-7.5) // 2|np.float64(-7.5) % 2|np.int64(3) ** 2|np.int64(3) + 0.5
np.float64(2) + [1, 2, 3]|5 - np.float64(2)|np.float64(2) ** 3|np.bool_(True) + np.bool_(True)|-np.float64(3)|abs(np.int64(-3))
np.dot([1, 2], [3, 4])|np.dot(a, v)|np.dot(v, f.T)|np.dot(m, f)|np.dot(2, v)|np.dot(c, v)|np.dot(v, np.ones((2, 4, 3)))
m @ f|f @ v|v @ v|v @ f.T|c @ np.ones((4, 2))|np.matmul(m, f)|np.matmul(c, c.transpose(0, 2, 1))|np.matmul(np.ones((3, 4)), c.transpose(0, 2, 1))
v @ c.transpose(0, 2, 1)|a.dot(v)|np.outer(v, i)|np.inner(v, v)|np.inner(m, m)|np.vdot(m, m)|a @ i|t @ t|np.dot(t, i)
f.T|a.transpose()|c.transpose(2, 0, 1)|c.transpose((1, 0, 2))|np.transpose(c)|np.transpose(c, (0, 2, 1))|np.swapaxes(c, 0, 2)
a.reshape(4, 3)|a.reshape((2, -1))|a.reshape(-1)|np.reshape(a, (6, 2))|a.T.reshape(3, 4)|a.T.ravel()|a.ravel()|a.flatten()
np.squeeze(np.ones((1, 3, 1)))|np.squeeze(np.ones((1, 3, 1)), axis=0)|np.expand_dims(v, 0)|np.expand_dims(v, -1)|np.ones((1, 3, 1)).squeeze()
np.concatenate([a, f])|np.concatenate((a, f), axis=1)|np.concatenate([v, i])|np.stack([v, i])|np.stack([v, i], axis=1)|np.stack([a, a], axis=-1)
np.vstack([v, i])|np.vstack((a, v))|np.hstack([v, i])|np.hstack([a, f])|np.column_stack([v, i])|np.repeat(v, 2)|np.repeat(a, 2, axis=0)
np.atleast_2d(v)|np.atleast_1d(3)|np.broadcast_to(v, (2, 4))|np.diag([1, 2, 3])|np.diag(a)
np.sum(f)|np.sum(a)|np.sum(a, axis=0)|np.sum(f, axis=1, keepdims=True)|f.sum(axis=-1)|c.sum(axis=(0, 2))|np.sum(t)|np.sum([1, 2, 3])|c.sum(axis=(0, 1), keepdims=True)
np.mean(f)|np.mean(a, axis=0)|a.mean(axis=1)|np.mean([1, 2, 4])|np.max(f)|np.max(a, axis=1)|f.max(axis=0)|np.min(f, axis=1, keepdims=True)|a.min()|np.amax(a)|np.amin(v)
np.argmax(v)|np.argmax(f, axis=1)|np.argmin(v)|a.argmax(axis=0)|np.argmax([1, 5, 5])|np.var(f)|np.std(f, axis=0)|np.var(v, ddof=1)|v.std()|np.prod(v)|np.prod(a + 1, axis=1)
np.cumsum(v)|np.cumsum(a, axis=0)|np.cumsum(a)|np.cumprod(v)|np.any(t)|np.all(t)|np.any(a > 5, axis=0)|(a > 2).all(axis=1)|np.average(v)|np.average(v, weights=[1, 2, 3, 4])|np.count_nonzero(a > 3)
np.exp(f)|np.log(abs(v))|np.log2(abs(v))|np.log10(abs(v))|np.log1p(abs(v))|np.sqrt(abs(v))|np.square(v)|np.square(i)|np.abs(v)|np.absolute(i)|np.tanh(f)|np.sin(f)|np.cos(f)|np.tan(v)
np.arctan(f)|np.arcsin(v / 4)|np.arccos(v / 4)|np.sinh(v)|np.cosh(v)|np.expm1(v)|np.floor(f)|np.ceil(f)|np.sign(v)|np.sign(i)|np.negative(v)|np.reciprocal(v)|np.cbrt(v)|np.arctan2(v, 2)|np.hypot(v, i)|np.rint(f)|np.trunc(f)
np.exp(0)|np.exp([0, 1])|np.exp(1.5)|np.sqrt(2)|np.tanh(0.3)|np.log(np.e)|np.maximum(0, f)|np.maximum(a, 5)|np.minimum(f, v)|np.maximum(v, np.nan)|np.clip(f, -1, 1)|np.clip(a, 2, None)|f.clip(0, 1)|np.clip(5, 0, 3)
np.where(f > 0, f, 0)|np.where(f > 0, 1, 0)|np.where(t, v, i)|np.where(a > 6)[0]|np.where(a > 6)[1]|np.where(f > 0, f, 0.01 * f)|np.nonzero(a % 2)[0]
np.power(v, 2)|np.power(2, a)|np.power(abs(v), 0.3)|np.multiply(v, i)|np.add(a, 1)|np.subtract(v, i)|np.divide(a, 2)|np.mod(a, 3)|np.floor_divide(a, 3)
v > 1|v == 2.0|v != 2|i <= 0|a >= f|v < i|np.greater(v, 1)|np.equal(i, 7)|np.logical_and(t, v > 0)|np.logical_or(t, ~t)|np.logical_not(t)|~t|np.isnan([1, np.nan])|np.isinf([1, np.inf])|np.isfinite([np.inf, 1])
a[1]|a[1, 2]|a[-1, -1]|a[:, 1]|a[1:]|a[::2, ::-1]|a[:, ::-2]|a[None].shape|a[:, np.newaxis, :].shape|a[..., 0]|c[1, ..., 2]|c[..., None].shape|a[a > 5]|a[[0, 2]]|a[[0, 2], [1, 3]]|a[:, [0, 2]]|a[[True, False, True]]
a[np.array([[0, 1], [2, 0]])]|c[:, [0, 2], 1:]|c[0, [0, 2], 1]|c[[0, 1], :, [1, 2]]|c[:, [0, 1], [1, 2]]|v[i > 0]|v[np.argsort(v)]|a[range(3), [1, 2, 3]]|a[1:, 2:][0]|v[-3:]|v[5:]|a[2:0:-1]|c[:, :, 1][1]
np.round(f, 2)|np.round(2.5)|np.round(v)|f.round(1)|np.around(v, 1)|np.round(1234.5678, -2)|round(np.float64(2.567), 1)|np.isclose([1, 1 + 1e-9], [1, 1.1])|np.allclose(v, v + 1e-9)|np.allclose(v, v + 1e-3)|np.array_equal(a, a)|np.array_equal(a, v)
np.apply_along_axis(np.sum, 0, a)|np.apply_along_axis(np.sum, 1, a)|np.apply_along_axis(lambda r: r * 2, 1, a)|np.apply_along_axis(lambda r: r[:2], 0, a)|np.vectorize(lambda x: x * 2)(v)|np.vectorize(lambda x, y: x + y)(v, 1)|np.vectorize(lambda x: x > 0)(v)
a.astype(float)|f.astype(int)|v.astype(bool)|t.astype(int)|v.astype("int")|a.astype(np.float64)|a.shape|a.size|a.ndim|len(a)|a.tolist()|v.item(1)|np.array([5]).item()|float(np.array(2.5))|int(np.float64(3.9))|float(np.float64(1.5))|np.array(3.5) * 2
np.sort([3, 1, 2])|np.sort(np.array([[3, 1], [2, 5]]), axis=0)|np.argsort(v)|np.argsort(f[:, ::-1], axis=1)|np.unique([3, 1, 3, 2])|np.shape(a)|np.size(a)|np.ndim(a)|[float(x) for x in v]|[r.sum() for r in a]|[int(x) for x in i]|sum(v)|max(v)|sorted(i)
np.float64("1e-3")|np.int64(3.7)|np.float64(5)|np.pi|np.e|np.inf|bool(np.array([1]))|np.array([0.1]) + 0.2|float(np.sum(m) / 3)|np.array([1, 2]) * np.array([[1], [2]])|np.ones((3, 0)).sum(axis=1)|np.mean(m, axis=0, keepdims=True)
"""

STEPS = [
    ("", "t | ~t"),
    ("", "i | 8"),
    ("b = a[1:]; b[0] = 7; b += 1", "a"),
    ("b = a.copy(); b[0] = 7", "a"),
    ("a[:, 1] = [9, 8, 7]", "a"),
    ("a[a > 5] = 0", "a"),
    ("a[[0, 2], [1, 3]] -= 10", "a"),
    ("a[range(3), [1, 2, 3]] -= 1", "a"),
    ("b = f.T; b[0] = 0.5", "f"),
    ("b = a.reshape(2, 6); b[0, 0] = -5", "a"),
    ("b = f.ravel(); b *= 2", "f"),
    ("b = f.flatten(); b *= 2", "f"),
    ("b = f; b -= 0.1 * f; b /= 2; b **= 2", "f"),
    ("f[1:, ::2] = np.ones((2, 2))", "f"),
    ("f[...] = v", "f"),
    ("v[::-1] = v", "v"),
    ("v[1:] = v[:-1]", "v"),
    ("a[0, 0] = 3.9", "a"),
    ("v[0] += 1; v[-1] *= 3", "v"),
    ("f[np.newaxis, 0] = 4", "f"),
    ("f.fill(2)", "f"),
    ("a[np.eye(3, 4) > 0] = -1", "a"),
    ("np.random.seed(42)", "np.random.randn(2, 3)"),
    ("np.random.seed(42); np.random.randn()", "np.random.normal(2, 0.5, size=(2, 2))"),
    ("np.random.seed(2)", "[np.random.randn() for _ in range(5)]"),
    ("np.random.seed(1)", "np.random.rand(3)"),
    ("np.random.seed(0)", "np.random.random((2, 2))"),
    ("np.random.seed(0)", "np.random.random_sample(3)"),
    ("np.random.seed(7)", "np.random.uniform(-1, 1, 4)"),
    ("np.random.seed(7)", "np.random.uniform(low=-2, size=3)"),
    ("np.random.seed(3)", "np.random.normal(size=3)"),
    ("np.random.seed(3)", "np.random.normal(np.array([0, 10, 20]), 0.1)"),
    ("np.random.seed(3)", "np.random.standard_normal((2, 2))"),
    ("np.random.seed(5)", "np.random.randint(10, size=8)"),
    ("np.random.seed(5)", "np.random.randint(-5, 100, (2, 3))"),
    ("np.random.seed(5)", "[np.random.randint(0, 2) for _ in range(9)]"),
    ("np.random.seed(5)", "np.random.randint(0, 10 ** 12, 3)"),
    ("np.random.seed(9)", "np.random.permutation(10)"),
    ("np.random.seed(9)", "np.random.permutation(a)"),
    ("np.random.seed(9); x = list(range(10)); np.random.shuffle(x)", "x"),
    ("np.random.seed(9); np.random.shuffle(a)", "a"),
    ("np.random.seed(9); np.random.shuffle(v)", "v"),
    ("np.random.seed(11)", "np.random.choice(5)"),
    ("np.random.seed(11)", "np.random.choice(5, 10)"),
    ("np.random.seed(11)", "np.random.choice(10, 4, replace=False)"),
    ("np.random.seed(11)", "np.random.choice([0.5, 1.5, 2.5], size=(2, 3))"),
    ("np.random.seed(11)", "np.random.choice(4, 6, p=[0.1, 0.2, 0.3, 0.4])"),
    ("np.random.seed(11)", "np.random.choice(6, 4, replace=False, p=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1])"),
    ("np.random.seed([1, 2, 3])", "np.random.rand(3)"),
    ("r = np.random.RandomState(42)", "r.randn(3)"),
    ("r = np.random.RandomState(4); r.rand(700)", "r.rand(2)"),
    ("r = np.random.default_rng(42)", "r.random(5)"),
    ("r = np.random.default_rng(0)", "r.standard_normal((3, 4))"),
    ("r = np.random.default_rng(1)", "r.normal(3, 2, 2000)[::37]"),
    ("r = np.random.default_rng(1)", "r.normal(size=200000).sum()"),
    ("r = np.random.default_rng(12345678901234567890)", "r.uniform(-1, 1, 3)"),
    ("r = np.random.default_rng(5)", "r.integers(0, 10, 12)"),
    ("r = np.random.default_rng(5)", "r.integers(3, 5, size=(2, 3), endpoint=True)"),
    ("r = np.random.default_rng(5)", "r.integers(0, 10 ** 12, 4)"),
    ("r = np.random.default_rng(5)", "[r.integers(7), r.random(), r.integers(7)]"),
    ("r = np.random.default_rng(5)", "r.permutation(12)"),
    ("r = np.random.default_rng(5); r.shuffle(a)", "a"),
    ("r = np.random.default_rng(5)", "r.choice(10, 5)"),
    ("r = np.random.default_rng(5)", "r.choice(100, 8, replace=False)"),
    ("r = np.random.default_rng(5)", "r.choice(20000, 500, replace=False)[:5]"),
    ("r = np.random.default_rng(5)", "r.choice(3, 6, p=[0.2, 0.5, 0.3])"),
    ("import random; random.seed(42)", "[random.random(), random.uniform(1, 3), random.gauss(0, 1), random.gauss(2, 3)]"),
    ("import random; random.seed(1)", "[random.randint(1, 6) for _ in range(10)]"),
    ("import random; random.seed(1)", "random.sample(range(50), 7) + random.sample(range(9), 4)"),
    ("import random; random.seed(3); x = list(range(10)); random.shuffle(x)", "x"),
    ("import random; random.seed(3)", "[random.normalvariate(0, 1), random.choice([4, 5, 6]), random.expovariate(2)]"),
    ("import random; random.seed(3)", "random.choices([1, 2, 3], k=5) + random.choices([1, 2, 3], weights=[5, 1, 1], k=5)"),
    ("import math", "[math.exp(0.5), math.log(2), math.log(8, 2), math.tanh(0.3), math.pow(2, 0.5), math.hypot(3, 4)]"),
    ("import math", "[math.floor(-2.5), math.ceil(2.1), math.trunc(-2.7), math.factorial(10), math.gcd(12, 18), math.isqrt(17)]"),
    ("import math", "[math.fsum([0.1] * 10), math.comb(5, 2), math.prod([1, 2, 3]), math.dist([0, 0], [3, 4]), math.erf(0.5)]"),
]

TEXTS = [
    "np.array([1.0, 2.0])", "np.array([1, 2, 3])", "np.array([True, False])", "np.array([0.1, 0.25, 1 / 3])",
    "np.array([[1, 20], [300, 4]])", "np.array([1e-5, 1.0])", "np.array([1e10, 1.0])", "np.array([1.5e-10])",
    "np.array([123456789.0])", "np.array([12345678.9, 1.0])", "np.array([0.001, 10.0])", "np.array([0.0, -0.0])",
    "np.array([np.nan, 1.0, -np.inf])", "np.array([np.nan, np.inf])", "np.array([1e-300, 1e300])", "np.array([])",
    "np.zeros((0, 3))", "np.zeros((2, 3))", "np.arange(30)", "np.arange(100) / 7", "np.arange(24).reshape(2, 3, 4)",
    "np.arange(2000)", "np.arange(2000) / 3", "np.ones((40, 40))", "np.linspace(0, 1, 25).reshape(5, 5)", "np.array(3.25)",
    "np.array(7)", "np.array([[0.1, 100.0], [1000.5, 3.0]])", "np.array([1.0, 1e-4])", "np.array([1.0, 9e-5])",
    "np.array([99999999.0])", "np.array([100000000.0])", "np.float64(0.1)", "np.float64(1e-5)", "np.float64(1e16)",
    "np.float64(3)", "np.int64(3)", "np.bool_(True)", "[np.float64(0.5), np.int64(2), np.bool_(False)]", "(np.float64(1.0),)",
    "np.array([[1.0]])", "np.array([[True], [False]])", "np.array([-1.5, 22.25])", "np.array([2 / 3, -20000.0 / 3])",
    "np.array([1.123456789, 2.1])", "np.array([0.5, 0.123456785])", "np.array([5e-324, 1.0])", "np.array([1e5, 1e-2, 3.14159265358979])",
    "np.arange(6.0).reshape(1, 2, 3)", "np.arange(48).reshape(2, 2, 3, 4)", "np.array([1000000.0, 0.5])",
    "'%.3f %5.2f %d %s %g' % (np.float64(1.23456), np.float64(2), np.int64(7), np.float64(0.1), np.float64(1e-7))",
    "'{:.4f} {:d} {} {:>8.2e} {:6.1%}'.format(np.float64(0.5), np.int64(3), np.float64(0.25), np.float64(1234.5), np.float64(0.375))",
    "f'{np.float64(2.5):.2f} {np.array([1.5, 2.0])} {np.array(0.5):.3f} {np.float64(0.1)!r} {np.int64(5):4d}|'",
    "f'{np.array([0.1, 0.2])!r} {np.float64(3):g} {np.bool_(True)}'", "str(np.array([1, 2]).dtype)", "repr(np.zeros(2).dtype)",
    "str(np.array([True]).dtype)", "{'loss': np.float64(0.5)}", "type(np.float64(1)).__name__", "type(np.array([1])[0]).__name__",
    "type(np.array([1.0]).tolist()[0]).__name__", "np.round(np.array([0.123456, 2.0]), 3)", "round(np.float64(0.123456), 3)",
    "np.array([1, 2]) == 1", "np.array([0.1]) * 3", "np.float64(0.1) * 3", "1 / np.float64(3)", "np.sqrt(np.float64(4))", "np.sum(np.array([0.5, 0.25]))",
    "np.max(np.array([1, 2]))", "np.array([[0.5, np.nan], [1.0, 2.0]])", "np.array([[1e-7, 1.0], [2.0, 3.0]])",
]

ERRORS = [
    "np.array([1, 2]) + np.array([1, 2, 3])", "np.dot(a, a)", "a @ a", "a.reshape(5, 2)", "a[5]", "a[0, 9]", "v['x']", "a[0, 0, 0]",
    "np.concatenate([a, v])", "np.array([[1, 2], [3]])", "bool(v)", "float(v)", "np.sum(a, axis=2)", "np.array([1, 2]) ** -1",
    "np.stack([v, m])", "len(np.array(3))", "a.foo", "np.array([]).max()", "np.zeros((-1, 2))", "if_ = v[np.array([0.5])]", "int(np.array([1, 2]))",
    "np.random.choice(3, 5, replace=False)", "np.squeeze(a, axis=0)", "v[7]", "t - t", "~v", "v & v", "format(v, '.2f')", "iter(np.array(3))", "{v: 1}",
]


def numbers(value):
    if isinstance(value, (tuple, list)):
        value = np.array(value)
    array = np.asarray(value)
    return {"shape": list(array.shape), "values": [float(x) for x in array.ravel().tolist()]}


def run(statements, expression):
    scope = {}
    exec(PRELUDE + statements, scope)
    return eval(expression, scope)


def main():
    cases = []
    flat = [each.strip() for line in NUMBERS.strip().splitlines() for each in line.split("|") if each.strip()]
    for statements, expression in [("", each) for each in flat] + STEPS:
        found = numbers(run(statements, expression))
        words = [repr(x) for x in found["values"]]
        cases.append({"kind": "numbers", "statements": statements, "expression": expression, "shape": found["shape"], "values": words})
    for expression in TEXTS:
        value = run("", expression)
        cases.append({"kind": "texts", "statements": "", "expression": expression, "str": str(value), "repr": repr(value)})
    for expression in ERRORS:
        try:
            if "if_ = " in expression:
                exec(PRELUDE + expression, {})
            else:
                run("", expression)
            raise SystemExit("no error: " + expression)
        except Exception as error:
            kinds = [each.__name__ for each in type(error).__mro__ if each.__module__ == "builtins"]
            cases.append({"kind": "errors", "statements": "", "expression": expression.replace("if_ = ", ""), "error": kinds[0]})
    print(json.dumps({"prelude": PRELUDE, "cases": cases}, indent=0))


main()

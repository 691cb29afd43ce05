"""The functions of math on whole numbers and on lists."""

from math import sqrt


def _whole(n):
    if isinstance(n, float):
        raise TypeError("'float' object cannot be interpreted as an integer")
    return n


def factorial(n):
    if _whole(n) < 0:
        raise ValueError("factorial() not defined for negative values")
    return prod(range(1, n + 1))


def gcd(*integers):
    result = 0
    for n in integers:
        n = _whole(n)
        while n:
            result, n = n, result % n
    return abs(result)


def lcm(*integers):
    result = 1
    for n in integers:
        if n == 0:
            return 0
        result = abs(result * n) // gcd(result, n)
    return result


def perm(n, k=None):
    k = n if k is None else k
    return 0 if k > n else prod(range(n - k + 1, n + 1))


def comb(n, k):
    return 0 if k > n else perm(n, k) // factorial(k)


def isqrt(n):
    if _whole(n) < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    root = n
    while root * root > n:
        root = (root + n // root) // 2
    return root


def prod(iterable, *, start=1):
    for x in iterable:
        start = start * x
    return start


def fsum(seq):
    # Shewchuk's partial sums, which lose no digit.
    partials = []
    for x in seq:
        x, kept = float(x), 0
        for y in partials:
            if abs(x) < abs(y):
                x, y = y, x
            high = x + y
            low = y - (high - x)
            if low:
                partials[kept] = low
                kept += 1
            x = high
        partials[kept:] = [x]
    return sum(reversed(partials), 0.0)


def sumprod(p, q):
    total = 0
    for x, y in zip(p, q, strict=True):
        total = total + x * y
    return total


def dist(p, q):
    total = 0.0
    for x, y in zip(p, q, strict=True):
        total = total + (x - y) ** 2
    return sqrt(total)

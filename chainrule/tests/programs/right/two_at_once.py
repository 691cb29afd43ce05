# A line through points, whose two parameters are updated in one statement.
import random

random.seed(4)
points = [(k / 10, 3 * k / 10 + 1 + random.gauss(0, 0.1)) for k in range(10)]


def height(slope, start, x):
    return slope * x + start


def gradients(slope, start):
    d_slope = d_start = 0.0
    for x, y in points:
        off = height(slope, start, x) - y
        d_slope += 2 * off * x / len(points)
        d_start += 2 * off / len(points)
    return d_slope, d_start


slope, start = 0.0, 0.0
for step in range(20):
    loss = sum((height(slope, start, x) - y) ** 2 for x, y in points) / len(points)
    d_slope, d_start = gradients(slope, start)
    slope, start = slope - 0.1 * d_slope, start - 0.1 * d_start

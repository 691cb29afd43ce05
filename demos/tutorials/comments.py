"""Names that say nothing about derivatives, and comments that do."""
import math

w, b = 0.6, -0.3
rate = 0.2
samples = [(0.5, 0.9), (-1.2, 0.1), (2.0, 0.7)]

for epoch in range(60):
    for x, t in samples:
        z = w * x + b
        h = 1 / (1 + math.exp(-z))
        E = 0.5 * (h - t) ** 2

        back = h - t  #: dE/dh
        local = h * (1 - h)  #: dh/dz
        delta = back * local  #: dE/dz

        w -= rate * delta * x
        b -= rate * delta
print(f"w = {w:.3f}, b = {b:.3f}")

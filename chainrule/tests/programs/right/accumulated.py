# One sample at a time, the gradients added up over an epoch; the sums are printed on their way.
import math

w1, w2, b = 0.3, -0.2, 0.05
samples = [(0.5, -1.0, 1), (1.5, 0.25, 0), (-0.75, 0.5, 1)]
alpha = 0.4
for epoch in range(12):
    L = 0.0
    dw1, dw2, db = 0.0, 0.0, 0.0
    dL_db = 0
    for x1, x2, y in samples:
        z = w1 * x1 + w2 * x2 + b
        p = 1 / (1 + math.exp(-z))
        L += -(y * math.log(p) + (1 - y) * math.log(1 - p))
        dz = p - y
        dw1 += dz * x1
        dw2 += dz * x2
        db += dz
        dL_db += dz
        print(dw1, dw2, dL_db)
    w1 -= alpha * dw1 / len(samples)
    w2 -= alpha * dw2 / len(samples)
    b -= alpha * dL_db / len(samples)

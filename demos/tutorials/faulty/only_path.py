"""A memory of one number, unrolled over three steps: each parameter is used three times."""
import math

u, w, v = 0.7, -0.6, 1.2
h0 = 0.4
rate = 0.1
words = [(0.5, -1.0, 0.8, 0.3), (-0.7, 0.2, 1.1, -0.4), (1.3, 0.6, -0.9, 0.9)]

for epoch in range(100):
    for x1, x2, x3, target in words:
        h1 = math.tanh(u * x1 + w * h0)
        h2 = math.tanh(u * x2 + w * h1)
        h3 = math.tanh(u * x3 + w * h2)
        miss = v * h3 - target
        loss = miss ** 2

        # By what goes into each tanh, from the last step back to the first.
        s3 = 2 * miss * v * (1 - h3 ** 2)
        s2 = s3 * w * (1 - h2 ** 2)
        s1 = s2 * w * (1 - h1 ** 2)
        dv = 2 * miss * h3
        dw = s3 * h2 + s2 * h1 + s1 * h0
        du = s2 * x2

        v -= rate * dv
        w -= rate * dw
        u -= rate * du
    if epoch % 25 == 0:
        print(f"epoch {epoch:2}: {loss:.5f}")

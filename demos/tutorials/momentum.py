"""Descent with momentum: what is taken off is no derivative, but what enters the velocity is one."""
w, v = 0.0, 0.0
velocity_w, velocity_v = 0.0, 0.0
rate, keep = 0.05, 0.8
samples = [(1.0, 2.0), (0.5, -1.0), (-1.5, 0.5)]

for epoch in range(40):
    for x, y in samples:
        loss = (w * x + v - y) ** 2
        dw = 2 * (w * x + v - y) * x
        dv = 2 * (w * x + v - y)
        velocity_w = keep * velocity_w + dw
        velocity_v = keep * velocity_v + dv
        w -= rate * velocity_w
        v -= rate * velocity_v
print(f"{w:.3f} {v:.3f}")

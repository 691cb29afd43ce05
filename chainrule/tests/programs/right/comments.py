# Names of one's own, with the derivative that is meant in a comment.
import numpy as np

np.random.seed(1)
w = np.array([0.2, -0.5])
v = 0.7
eta = 0.1
for i in range(10):
    for x, t in [(np.array([1.0, 2.0]), 0.5), (np.array([-0.5, 1.0]), -0.25)]:
        s = w @ x
        h = 1 / (1 + np.exp(-s))
        o = v * h
        E = 0.5 * (o - t) ** 2
        miss = o - t  #: dE/do
        slope = h * (1 - h)  #: dh/ds
        delta = miss * v  #: dE/dh
        signal = delta * slope  #: dE/ds
        of_w = signal * x  #: dE/dw
        of_v = miss * h  #: dE/dv
        w = w - eta * of_w
        v = v - eta * of_v

# A recurrent network over a short sequence, backwards through time, with explicit names.
import numpy as np

np.random.seed(5)
H, D, T = 4, 3, 5
Wx = np.random.randn(H, D) * 0.3
Wh = np.random.randn(H, H) * 0.3
Wy = np.random.randn(1, H) * 0.3
bh = np.zeros((H, 1))
by = np.zeros((1, 1))
xs = [np.random.randn(D, 1) for _ in range(T)]
targets = [np.random.randn(1, 1) for _ in range(T)]
lr = 0.05

for epoch in range(10):
    hs = {-1: np.zeros((H, 1))}
    ys = {}
    loss = 0
    for t in range(T):
        z = Wx @ xs[t] + Wh @ hs[t - 1] + bh
        h = np.tanh(z)
        hs[t] = h
        ys[t] = Wy @ h + by
        loss += 0.5 * np.sum((ys[t] - targets[t]) ** 2)

    dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dh_next = np.zeros((H, 1))
    for t in reversed(range(T)):
        dy = ys[t] - targets[t]
        dWy += dy @ hs[t].T
        dby += dy
        dh = Wy.T @ dy + dh_next
        dh_dz = 1 - hs[t] ** 2
        dz = dh_dz * dh
        dWx += dz @ xs[t].T
        dWh += dz @ hs[t - 1].T
        dbh += dz
        dh_next = Wh.T @ dz

    Wx -= lr * dWx
    Wh -= lr * dWh
    Wy -= lr * dWy
    bh -= lr * dbh
    by -= lr * dby

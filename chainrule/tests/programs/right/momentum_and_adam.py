# Two optimizers that carry state; the gradients that enter the state have names of their own.
import numpy as np

np.random.seed(9)
X = np.random.randn(10, 2)
y = X @ np.array([1.0, -2.0]) + 0.3
w = np.zeros(2) + 0.1
c = 0.2
velocity = np.zeros(2)
m, v = 0.0, 0.0
beta, beta1, beta2, eps, lr = 0.9, 0.9, 0.999, 1e-8, 0.05
for t in range(1, 25):
    pred = X @ w + c
    loss = np.mean((pred - y) ** 2)
    dpred = 2 * (pred - y) / len(y)
    dw = X.T @ dpred
    dc = np.sum(dpred)
    velocity = beta * velocity + (1 - beta) * dw
    m = beta1 * m + (1 - beta1) * dc
    v = beta2 * v + (1 - beta2) * dc ** 2
    m_hat = m / (1 - beta1 ** t)
    v_hat = v / (1 - beta2 ** t)
    w -= lr * velocity
    c -= lr * m_hat / (np.sqrt(v_hat) + eps)

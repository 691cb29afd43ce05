# Derivatives of arrays by arrays of one shape, and gradients that are filled in element by element.
import numpy as np

np.random.seed(10)
W = np.random.randn(2, 3)
u = np.random.randn(3)
x = np.random.randn(2)
lr = 0.1
target = 0.3
for step in range(10):
    z = x @ W
    a = 1 / (1 + np.exp(-z))
    y = a @ u
    C = (y - target) ** 2
    da_dz = a * (1 - a)
    dC_dy = 2 * (y - target)
    dy_da = u
    dC_da = dC_dy * dy_da
    dC_dz = dC_da * da_dz
    dC_dW = np.zeros((2, 3))
    for i in range(2):
        for j in range(3):
            dC_dW[i, j] = x[i] * dC_dz[j]
    dC_du = np.zeros(3)
    for j in range(3):
        dC_du[j] += dC_dy * a[j]
    W = W - lr * dC_dW
    u = u - lr * dC_du

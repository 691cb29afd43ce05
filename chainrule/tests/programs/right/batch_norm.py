# Batch normalisation, step by step.
import numpy as np

np.random.seed(2)
N, D = 6, 3
X = np.random.randn(N, D) * 2 + 1
T = np.random.randn(N, D)
W = np.random.randn(D, D) * 0.5
gamma = np.ones(D)
beta = np.zeros(D)
eps, lr = 1e-5, 0.1
for it in range(10):
    x = X @ W
    mu = x.mean(axis=0)
    xmu = x - mu
    var = np.mean(xmu ** 2, axis=0)
    std = np.sqrt(var + eps)
    xhat = xmu / std
    out = gamma * xhat + beta
    loss = np.sum((out - T) ** 2) / N

    dout = 2 * (out - T) / N
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dstd = -divar / std ** 2
    dvar = 0.5 * dstd / std
    dxmu = dxhat / std + 2 * xmu * dvar / N
    dmu = -np.sum(dxmu, axis=0)
    dx = dxmu + dmu / N
    dW = X.T @ dx

    gamma -= lr * dgamma
    beta -= lr * dbeta
    W -= lr * dW

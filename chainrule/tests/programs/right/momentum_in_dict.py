# Momentum that is kept in a dictionary, some gradients without a name.
import numpy as np

np.random.seed(3)
X = np.random.rand(20, 2)
Y = X @ np.array([[2.0], [-1.0]]) + 0.5
W1, c1 = np.random.randn(2, 5), np.zeros((1, 5))
W2, c2 = np.random.randn(5, 1), np.zeros((1, 1))
v = {"W1": 0, "c1": 0, "W2": np.zeros_like(W2), "c2": np.zeros_like(c2)}
beta, eta = 0.9, 0.05
for it in range(60):
    H = np.tanh(X @ W1 + c1)
    P = H @ W2 + c2
    loss = np.mean((P - Y) ** 2)
    gP = 2 * (P - Y) / len(X)
    gH = gP @ W2.T * (1 - H ** 2)
    v["W1"] = beta * v["W1"] + X.T @ gH
    v["c1"] = beta * v["c1"] + gH.sum(0, keepdims=True)
    dW2, dc2 = H.T @ gP, gP.sum(0, keepdims=True)
    v["W2"] = beta * v["W2"] + dW2
    v["c2"] *= beta
    v["c2"] += dc2
    W1 -= eta * v["W1"]
    c1 -= eta * v["c1"]
    W2 -= eta * v["W2"]
    c2 -= eta * v["c2"]

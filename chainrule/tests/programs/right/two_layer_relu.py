# Two layers with a relu between them, the gradients kept in a dictionary.
import numpy as np

rng = np.random.RandomState(3)
params = {
    "W1": rng.randn(3, 5) * 0.5,
    "b1": rng.randn(5) * 0.1,
    "W2": rng.randn(5, 2) * 0.5,
    "b2": rng.randn(2) * 0.1,
}
X = rng.randn(8, 3)
T = rng.randn(8, 2)
learning_rate = 0.05


def forward(X, params):
    z1 = X @ params["W1"] + params["b1"]
    h1 = np.maximum(z1, 0)
    out = h1 @ params["W2"] + params["b2"]
    return z1, h1, out


def backward(X, T, params, z1, h1, out):
    grads = {}
    dout = 2 * (out - T) / T.size
    grads["W2"] = h1.T @ dout
    grads["b2"] = dout.sum(axis=0)
    dh1 = dout @ params["W2"].T
    dz1 = dh1 * (z1 > 0)
    grads["dW1"] = X.T @ dz1
    grads["db1"] = dz1.sum(axis=0)
    return grads


for it in range(20):
    z1, h1, out = forward(X, params)
    loss = np.mean((out - T) ** 2)
    grads = backward(X, T, params, z1, h1, out)
    params["W1"] -= learning_rate * grads["dW1"]
    params["b1"] -= learning_rate * grads["db1"]
    for key in ["W2", "b2"]:
        params[key] -= learning_rate * grads[key]

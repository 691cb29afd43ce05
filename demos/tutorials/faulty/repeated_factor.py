"""Exclusive or, with samples as columns and the parameters in a dictionary.

The output's sigmoid and the cross entropy are differentiated together: what is left of them is A2 - Y.
"""
import numpy as np

np.random.seed(4)
X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[0, 1, 1, 0]])
m = X.shape[1]


def forward(params):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A1, A2


def cross_entropy(A2):
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m


def backward(params, A1, A2):
    dZ2 = (A2 - Y) * A2 * (1 - A2) / m
    dW2 = dZ2 @ A1.T
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dA1 = params["W2"].T @ dZ2
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


params = {
    "W1": np.random.randn(2, 2),
    "b1": np.zeros((2, 1)),
    "W2": np.random.randn(1, 2),
    "b2": np.zeros((1, 1)),
}
rate = 0.8

for i in range(600):
    A1, A2 = forward(params)
    cost = cross_entropy(A2)
    grads = backward(params, A1, A2)
    for name in params:
        params[name] -= rate * grads[name]
    if i % 100 == 0:
        print(f"round {i:3}: cost {cost:.4f}")

print(np.round(A2, 2))

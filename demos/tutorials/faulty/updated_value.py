"""And, with samples as rows: a hidden layer with a kink, a sigmoid, and the mean of the squares."""
import numpy as np

np.random.seed(5)
W1 = np.random.randn(2, 3)
b1 = np.random.randn(3)
W2 = np.random.randn(3, 1)
b2 = np.random.randn(1)

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [0], [0], [1]])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def train_step(rate):
    global W1, b1, W2, b2
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    out = sigmoid(z2)
    loss = np.mean((out - y) ** 2)

    dL_dout = 2 * (out - y) / len(y)
    dL_dz2 = dL_dout * out * (1 - out)
    dL_dW2 = a1.T @ dL_dz2
    dL_db2 = np.sum(dL_dz2, axis=0)
    W2 -= rate * dL_dW2
    dL_da1 = dL_dz2 @ W2.T
    dL_dz1 = dL_da1 * (z1 > 0)
    dL_dW1 = X.T @ dL_dz1
    dL_db1 = np.sum(dL_dz1, axis=0)

    b2 -= rate * dL_db2
    W1 -= rate * dL_dW1
    b1 -= rate * dL_db1
    return loss


for epoch in range(300):
    loss = train_step(rate=0.9)
    if epoch % 100 == 0:
        print(f"epoch {epoch:3}: {loss:.4f}")

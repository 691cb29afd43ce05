# Layers that keep their own gradients, and an optimizer that reads them later.
import numpy as np

np.random.seed(11)


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.4
        self.b = np.zeros((1, n_out))
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        self.a = 1 / (1 + np.exp(-self.z))
        return self.a

    def backward(self, da):
        dz = da * self.a * (1 - self.a)
        self.dW = self.x.T @ dz
        self.db = np.sum(dz, axis=0, keepdims=True)
        return dz @ self.W.T


class SGD:
    def __init__(self, layers, lr):
        self.layers = layers
        self.lr = lr

    def step(self):
        for layer in self.layers:
            layer.W -= self.lr * layer.dW
            layer.b -= self.lr * layer.db


layers = [Dense(2, 4), Dense(4, 3), Dense(3, 1)]
optimizer = SGD(layers, 0.7)
X = np.random.randn(6, 2)
Y = np.random.rand(6, 1)
for epoch in range(15):
    a = X
    for layer in layers:
        a = layer.forward(a)
    loss = 0.5 * np.mean((a - Y) ** 2)
    grad = (a - Y) / Y.size
    for layer in reversed(layers):
        grad = layer.backward(grad)
    optimizer.step()

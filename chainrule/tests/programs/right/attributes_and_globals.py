# A class that trains itself, explicit names on self, and one function that uses globals.
import numpy as np


class Neuron:
    def __init__(self):
        self.w = 0.4
        self.b = -0.1

    def forward(self, x):
        self.x = x
        self.z = self.w * x + self.b
        self.y_hat = np.tanh(self.z)
        return self.y_hat

    def backward(self, y):
        self.dL_dy_hat = 2 * (self.y_hat - y)
        self.dy_hat_dz = 1 - self.y_hat ** 2
        self.dz_dw = self.x
        self.dz_db = 1
        self.dL_dz = self.dL_dy_hat * self.dy_hat_dz
        self.dL_dw = self.dL_dz * self.dz_dw
        self.dL_db = self.dL_dz * self.dz_db

    def update(self, lr):
        self.w -= lr * self.dL_dw
        self.b -= lr * self.dL_db


neuron = Neuron()
for epoch in range(10):
    for x, y in [(0.5, 0.2), (-1.0, 0.7), (2.0, -0.4)]:
        y_hat = neuron.forward(x)
        loss = (y_hat - y) ** 2
        neuron.backward(y)
        neuron.update(0.1)

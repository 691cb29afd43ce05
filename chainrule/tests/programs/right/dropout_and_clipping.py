# Dropout with a mask that is drawn anew in each step.
import numpy as np

np.random.seed(8)
X = np.random.randn(5, 4)
Y = np.random.randn(5, 1)
W1 = np.random.randn(4, 6) * 0.5
W2 = np.random.randn(6, 1) * 0.5
keep, lr = 0.8, 0.05
for epoch in range(12):
    Z1 = X.dot(W1)
    A1 = np.tanh(Z1)
    D1 = np.random.rand(*A1.shape) < keep
    A1 = A1 * D1 / keep
    Z2 = A1.dot(W2)
    cost = np.sum((Z2 - Y) ** 2) / (2 * len(Y))
    dZ2 = (Z2 - Y) / len(Y)
    dW2 = A1.T.dot(dZ2)
    dA1 = dZ2.dot(W2.T)
    dA1 = dA1 * D1 / keep
    dZ1 = dA1 * (1 - np.tanh(Z1) ** 2)
    dW1 = X.T.dot(dZ1)
    grads = [dW1, dW2]
    for grad in grads:
        np.clip(grad, -5, 5)
    W1 = W1 - lr * grads[0]
    W2 = W2 - lr * grads[1]

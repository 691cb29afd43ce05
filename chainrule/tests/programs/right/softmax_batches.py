# A linear softmax classifier on minibatches, with an L2 penalty.
import numpy as np

np.random.seed(7)
n, k, classes = 12, 4, 3
X = np.random.randn(n, k)
y = np.random.randint(0, classes, n)
W = 0.1 * np.random.randn(k, classes)
b = np.zeros(classes)
reg, step_size, batch_size = 0.02, 0.3, 4

for epoch in range(6):
    order = np.random.permutation(n)
    for start in range(0, n, batch_size):
        batch = order[start:start + batch_size]
        xb, yb = X[batch], y[batch]
        scores = xb @ W + b
        scores -= np.max(scores, axis=1, keepdims=True)
        exp_scores = np.exp(scores)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        data_loss = -np.log(probs[range(len(yb)), yb]).mean()
        loss = data_loss + 0.5 * reg * np.sum(W * W)

        dscores = probs
        dscores[range(len(yb)), yb] -= 1
        dscores /= len(yb)
        dW = xb.T @ dscores
        db = np.sum(dscores, axis=0)
        dW += reg * W

        W -= step_size * dW
        b -= step_size * db

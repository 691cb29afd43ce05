# Plain lists, one hidden layer, one sample at a time.
import math
import random

random.seed(4)
n_hidden = 3
w_hidden = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(n_hidden)]
b_hidden = [random.uniform(-1, 1) for _ in range(n_hidden)]
w_out = [random.uniform(-1, 1) for _ in range(n_hidden)]
b_out = random.uniform(-1, 1)
data = [([0.0, 1.0], 1.0), ([1.0, 0.5], 0.0), ([-1.0, 0.25], 0.5)]
lr = 0.5


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


for epoch in range(10):
    for x, target in data:
        hidden = [sigmoid(sum(w * v for w, v in zip(row, x)) + b) for row, b in zip(w_hidden, b_hidden)]
        output = sigmoid(sum(w * h for w, h in zip(w_out, hidden)) + b_out)
        error = 0.5 * (output - target) ** 2
        d_output = output - target
        d_net = d_output * output * (1 - output)
        d_hidden = [d_net * w for w in w_out]
        for j in range(n_hidden):
            w_out[j] -= lr * d_net * hidden[j]
        b_out -= lr * d_net
        for j in range(n_hidden):
            d_z = d_hidden[j] * hidden[j] * (1 - hidden[j])
            for i in range(2):
                w_hidden[j][i] -= lr * d_z * x[i]
            b_hidden[j] -= lr * d_z

"""Two inputs, two hidden neurons, one output: every partial derivative has a name of its own.

d_y_d_h1 is the derivative of y with respect to h1, the rest being held.
"""
import math


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def slope(z):
    s = sigmoid(z)
    return s * (1 - s)


class Network:
    def __init__(self):
        self.w1, self.w2, self.b1 = 0.8, -0.5, 0.1
        self.w3, self.w4, self.b2 = -0.3, 0.9, -0.2
        self.w5, self.w6, self.b3 = 1.1, -0.7, 0.3

    def train(self, samples, targets, epochs, rate):
        for epoch in range(epochs):
            total = 0
            for x, target in zip(samples, targets):
                # Forwards.
                z1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
                h1 = sigmoid(z1)
                z2 = self.w3 * x[0] + self.w3 * x[1] + self.b2
                h2 = sigmoid(z2)
                z3 = self.w5 * h1 + self.w6 * h2 + self.b3
                y = sigmoid(z3)
                L = (y - target) ** 2
                total += L

                # Backwards: the output.
                d_L_d_y = 2 * (y - target)
                d_y_d_w5 = h1 * slope(z3)
                d_y_d_w6 = h2 * slope(z3)
                d_y_d_b3 = slope(z3)
                d_y_d_h1 = self.w5 * slope(z3)
                d_y_d_h2 = self.w6 * slope(z3)

                # The hidden neurons.
                d_h1_d_w1 = x[0] * slope(z1)
                d_h1_d_w2 = x[1] * slope(z1)
                d_h1_d_b1 = slope(z1)
                d_h2_d_w3 = x[0] * slope(z2)
                d_h2_d_w4 = x[1] * slope(z2)
                d_h2_d_b2 = slope(z2)

                # One step downhill.
                self.w1 -= rate * d_L_d_y * d_y_d_h1 * d_h1_d_w1
                self.w2 -= rate * d_L_d_y * d_y_d_h1 * d_h1_d_w2
                self.b1 -= rate * d_L_d_y * d_y_d_h1 * d_h1_d_b1
                self.w3 -= rate * d_L_d_y * d_y_d_h2 * d_h2_d_w3
                self.w4 -= rate * d_L_d_y * d_y_d_h2 * d_h2_d_w4
                self.b2 -= rate * d_L_d_y * d_y_d_h2 * d_h2_d_b2
                self.w5 -= rate * d_L_d_y * d_y_d_w5
                self.w6 -= rate * d_L_d_y * d_y_d_w6
                self.b3 -= rate * d_L_d_y * d_y_d_b3
            if epoch % 50 == 0:
                print(f"epoch {epoch:3}: {total / len(samples):.4f}")


# Hours of sleep and of practice, less the average, and whether the recital went well.
samples = [(1.5, 0.5), (-2.0, -1.0), (0.75, 2.25), (-0.5, -1.75)]
targets = [1, 0, 1, 0]
network = Network()
network.train(samples, targets, epochs=200, rate=0.5)

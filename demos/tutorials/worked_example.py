"""Two inputs, two hidden neurons, two outputs: the chain rule worked through, one number at a time.

A bias is shared by the neurons of a layer, and each hidden neuron reaches the error by both outputs.
"""
import math


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


x1, x2 = 0.4, -0.9
t1, t2 = 0.15, 0.85
w1, w2, w3, w4, b1 = 0.3, -0.2, 0.55, 0.15, 0.25
w5, w6, w7, w8, b2 = 0.6, -0.35, 0.45, 0.75, 0.1
rate = 0.5

for step in range(400):
    z1 = w1 * x1 + w2 * x2 + b1
    z2 = w3 * x1 + w4 * x2 + b1
    h1 = sigmoid(z1)
    h2 = sigmoid(z2)
    z3 = w5 * h1 + w6 * h2 + b2
    z4 = w7 * h1 + w8 * h2 + b2
    o1 = sigmoid(z3)
    o2 = sigmoid(z4)
    E_total = 0.5 * (o1 - t1) ** 2 + 0.5 * (o2 - t2) ** 2

    dE_do1 = o1 - t1
    dE_do2 = o2 - t2
    dE_dz3 = dE_do1 * o1 * (1 - o1)
    dE_dz4 = dE_do2 * o2 * (1 - o2)
    dE_dh1 = dE_dz3 * w5 + dE_dz4 * w7
    dE_dh2 = dE_dz3 * w6 + dE_dz4 * w8
    dE_dz1 = dE_dh1 * h1 * (1 - h1)
    dE_dz2 = dE_dh2 * h2 * (1 - h2)

    w1_new = w1 - rate * dE_dz1 * x1
    w2_new = w2 - rate * dE_dz1 * x2
    w3_new = w3 - rate * dE_dz2 * x1
    w4_new = w4 - rate * dE_dz2 * x2
    b1_new = b1 - rate * (dE_dz1 + dE_dz2)
    w5_new = w5 - rate * dE_dz3 * h1
    w6_new = w6 - rate * dE_dz3 * h2
    w7_new = w7 - rate * dE_dz4 * h1
    w8_new = w8 - rate * dE_dz4 * h2
    b2_new = b2 - rate * (dE_dz3 + dE_dz4)

    w1, w2, w3, w4, b1 = w1_new, w2_new, w3_new, w4_new, b1_new
    w5, w6, w7, w8, b2 = w5_new, w6_new, w7_new, w8_new, b2_new
    if step % 100 == 0:
        print(f"step {step:3}: E = {E_total:.5f}, outputs {o1:.3f} and {o2:.3f}")

# Functions that hand their gradients back, as tuples; a convolution by loops.
import numpy as np

np.random.seed(12)
signal = np.random.randn(6)
kernel = np.random.randn(3) * 0.5
bias = 0.1
readout = np.random.randn(4) * 0.5
target = 0.4


def convolve(signal, kernel, bias):
    out = np.zeros(4)
    for i in range(4):
        out[i] = np.sum(signal[i:i + 3] * kernel) + bias
    return out


def convolve_backward(dout, signal):
    dkernel = np.zeros(3)
    dbias = 0.0
    for i in range(4):
        dkernel += dout[i] * signal[i:i + 3]
        dbias += dout[i]
    return dkernel, dbias


def loss_and_gradients(kernel, bias, readout):
    out = convolve(signal, kernel, bias)
    act = np.tanh(out)
    y = act @ readout
    loss = (y - target) ** 2
    dy = 2 * (y - target)
    dreadout = dy * act
    dact = dy * readout
    dout = dact * (1 - act ** 2)
    dkernel, dbias = convolve_backward(dout, signal)
    return loss, dkernel, dbias, dreadout


for step in range(12):
    loss, dkernel, dbias, dreadout = loss_and_gradients(kernel, bias, readout)
    kernel -= 0.1 * dkernel
    bias -= 0.1 * dbias
    readout -= 0.1 * dreadout

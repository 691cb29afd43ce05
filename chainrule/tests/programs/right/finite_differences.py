# Gradient descent by hand next to a numerical derivative, whose step is called dx.
w = 1.5
x = 0.5
dx = 1e-5
lr = 0.1


def f(w):
    return (w * x - 2) ** 2


for i in range(10):
    loss = f(w)
    d_loss_d_w = 2 * (w * x - 2) * x
    numeric = (f(w + dx) - f(w - dx)) / (2 * dx)
    print(abs(numeric - d_loss_d_w) < 1e-6)
    w -= lr * d_loss_d_w

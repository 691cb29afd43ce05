# A class of values that knows its own chain rule, next to plain updates.
import math


class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.back = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def back():
            self.grad += out.grad
            other.grad += out.grad

        out.back = back
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.back = back
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))

        def back():
            self.grad += (1 - out.data ** 2) * out.grad

        out.back = back
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for p in v.parents:
                    visit(p)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v.back()


w, b = Value(0.3), Value(-0.2)
lr = 0.1
for epoch in range(8):
    for x, y in [(1.0, 0.5), (-2.0, 0.1)]:
        out = (w * Value(x) + b).tanh()
        diff = out + Value(-y)
        L = diff * diff
        loss = L.data
        w.grad = b.grad = 0.0
        L.backward()
        dw, db = w.grad, b.grad
        w.data -= lr * dw
        b.data -= lr * db

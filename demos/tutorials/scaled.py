"""A line through points. The 2 of the square is left out: the same in both updates, it only halves the rate."""
a, b = 0.0, 0.0
rate = 0.1
points = [(0.0, 1.1), (1.0, 2.9), (2.0, 5.2), (-1.0, -0.8)]

for epoch in range(50):
    for x, y in points:
        guess = a * x + b
        loss = (guess - y) ** 2
        slope = guess - y
        a -= rate * slope * x
        b -= rate * slope
print(f"{a:.3f} x + {b:.3f}")

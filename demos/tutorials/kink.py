"""The sum of distances, which has no derivative where a point is met: here at the very first step."""
c = 1.0
rate = 0.07
points = [1.0, 2.5, 4.0]

for step in range(30):
    loss = sum(abs(c - p) for p in points) / 3
    slope = sum(1 if c >= p else -1 for p in points) / 3
    c -= rate * slope
print(f"the middle is near {c:.2f}")

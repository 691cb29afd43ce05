"""Python's random numbers: the same numbers for the same seed."""

from math import ceil, cos, exp, log, pi, sin, sqrt

from _mersenne import Mersenne

_TWO_PI = 2.0 * pi
_RATIO = 4.0 * exp(-0.5) / sqrt(2.0)


class Random:
    def __init__(self, x=None):
        self.seed(x)

    def seed(self, a=None, version=2):
        # Without a seed, Python asks the machine for one; here a program gives the same numbers each time.
        if a is None:
            a = 0
        if isinstance(a, float):
            a = hash(a)
        if not isinstance(a, int):
            raise TypeError("random.seed() takes a number here")
        self._source = Mersenne(abs(a))
        self._spare = None

    def random(self):
        return self._source.random()

    def getrandbits(self, k):
        return self._source.getrandbits(k)

    def _below(self, n):
        k = n.bit_length()
        found = self.getrandbits(k)
        while found >= n:
            found = self.getrandbits(k)
        return found

    def randrange(self, start, stop=None, step=1):
        if stop is None:
            start, stop = 0, start
        choices = range(start, stop, step)
        if not choices:
            raise ValueError("empty range in randrange(%d, %d, %d)" % (start, stop, step))
        return choices[self._below(len(choices))]

    def randint(self, a, b):
        return self.randrange(a, b + 1)

    def uniform(self, a, b):
        return a + (b - a) * self.random()

    def choice(self, seq):
        if not len(seq):
            raise IndexError("Cannot choose from an empty sequence")
        return seq[self._below(len(seq))]

    def choices(self, population, weights=None, *, cum_weights=None, k=1):
        n = len(population)
        if weights is None and cum_weights is None:
            return [population[int(self.random() * n)] for _ in range(k)]
        if cum_weights is None:
            cum_weights, total = [], 0
            for weight in weights:
                total += weight
                cum_weights.append(total)
        total = cum_weights[-1] + 0.0
        found = []
        for _ in range(k):
            x, place = self.random() * total, 0
            while place < n - 1 and cum_weights[place] <= x:
                place += 1
            found.append(population[place])
        return found

    def shuffle(self, x):
        for i in range(len(x) - 1, 0, -1):
            j = self._below(i + 1)
            x[i], x[j] = x[j], x[i]

    def sample(self, population, k):
        n = len(population)
        if not 0 <= k <= n:
            raise ValueError("Sample larger than population or is negative")
        room = 21
        if k > 5:
            room += 4 ** ceil(log(k * 3, 4))
        found = []
        if n <= room:
            pool = list(population)
            for i in range(k):
                j = self._below(n - i)
                found.append(pool[j])
                pool[j] = pool[n - i - 1]
        else:
            taken = set()
            for i in range(k):
                j = self._below(n)
                while j in taken:
                    j = self._below(n)
                taken.add(j)
                found.append(population[j])
        return found

    def gauss(self, mu=0.0, sigma=1.0):
        z, self._spare = self._spare, None
        if z is None:
            angle = self.random() * _TWO_PI
            length = sqrt(-2.0 * log(1.0 - self.random()))
            z = cos(angle) * length
            self._spare = sin(angle) * length
        return mu + z * sigma

    def normalvariate(self, mu=0.0, sigma=1.0):
        while True:
            u = self.random()
            v = 1.0 - self.random()
            z = _RATIO * (u - 0.5) / v
            if z * z / 4.0 <= -log(v):
                return mu + z * sigma

    def expovariate(self, lambd=1.0):
        return -log(1.0 - self.random()) / lambd


_own = Random()
seed = _own.seed
random = _own.random
getrandbits = _own.getrandbits
randrange = _own.randrange
randint = _own.randint
uniform = _own.uniform
choice = _own.choice
choices = _own.choices
shuffle = _own.shuffle
sample = _own.sample
gauss = _own.gauss
normalvariate = _own.normalvariate
expovariate = _own.expovariate

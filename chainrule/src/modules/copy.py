"""Copies of containers and objects."""


def copy(x):
    if hasattr(x, "copy"):
        return x.copy()
    if isinstance(x, (int, float, complex, str, bytes, tuple, frozenset, type, type(None))) or callable(x):
        return x
    made = x.__class__.__new__(x.__class__)
    made.__dict__.update(x.__dict__)
    return made


def deepcopy(x, memo=None):
    memo = {} if memo is None else memo
    if id(x) in memo:
        return memo[id(x)]
    if isinstance(x, list):
        memo[id(x)] = made = []
        made.extend([deepcopy(each, memo) for each in x])
    elif isinstance(x, dict):
        memo[id(x)] = made = {}
        made.update({deepcopy(key, memo): deepcopy(value, memo) for key, value in x.items()})
    elif isinstance(x, (tuple, set, frozenset)):
        made = x.__class__([deepcopy(each, memo) for each in x])
    elif hasattr(x, "__dict__") and not callable(x) and not isinstance(x, type):
        memo[id(x)] = made = x.__class__.__new__(x.__class__)
        made.__dict__.update(deepcopy(x.__dict__, memo))
    else:
        made = copy(x)
    memo[id(x)] = made
    return made

"""The tools of functools that small programs use."""

from _functools import partial, reduce


def wraps(wrapped, *rest):
    def decorate(wrapper):
        for name in ("__name__", "__qualname__", "__doc__"):
            setattr(wrapper, name, getattr(wrapped, name, None))
        wrapper.__wrapped__ = wrapped
        return wrapper

    return decorate


def cache(user_function):
    known = {}

    @wraps(user_function)
    def wrapper(*args, **kwargs):
        key = (args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = user_function(*args, **kwargs)
        return known[key]

    wrapper.cache_clear = known.clear
    return wrapper


def lru_cache(maxsize=128, typed=False):
    return cache(maxsize) if callable(maxsize) else cache

"""The containers of collections that small programs use."""

from _collections import deque

OrderedDict = dict


class defaultdict(dict):
    def __init__(self, default_factory=None, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.default_factory = default_factory

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        self[key] = value = self.default_factory()
        return value

    def __repr__(self):
        return "defaultdict(%r, %s)" % (self.default_factory, dict.__repr__(self))


class Counter(dict):
    def __init__(self, iterable=()):
        for item in iterable:
            self[item] = self.get(item, 0) + 1

    def __missing__(self, key):
        return 0

    def most_common(self, n=None):
        ranked = sorted(self.items(), key=lambda pair: pair[1], reverse=True)
        return ranked if n is None else ranked[:n]


def namedtuple(typename, field_names, *, defaults=()):
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = tuple(field_names)
    preset = dict(zip(names[len(names) - len(defaults) :], defaults))

    def __new__(cls, *args, **kwargs):
        given = dict(preset)
        given.update(zip(names, args))
        given.update(kwargs)
        if len(args) > len(names) or set(given) != set(names):
            raise TypeError("%s() takes the arguments %s" % (typename, ", ".join(names)))
        return tuple.__new__(cls, [given[name] for name in names])

    def __repr__(self):
        return "%s(%s)" % (typename, ", ".join("%s=%r" % pair for pair in zip(names, self)))

    def _asdict(self):
        return dict(zip(names, self))

    def _replace(self, **changes):
        return type(self)(**{**self._asdict(), **changes})

    body = {"__new__": __new__, "__repr__": __repr__, "_asdict": _asdict, "_replace": _replace, "_fields": names}
    for place, name in enumerate(names):
        body[name] = property(lambda self, place=place: self[place])
    return type(typename, (tuple,), body)

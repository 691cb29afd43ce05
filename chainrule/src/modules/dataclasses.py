"""Data classes, with the options that small programs use."""


class _Missing:
    def __repr__(self):
        return "MISSING"


MISSING = _Missing()


class FrozenInstanceError(AttributeError):
    pass


class Field:
    def __init__(self, default, default_factory, init, repr, compare):
        self.name = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, compare=True):
    return Field(default, default_factory, init, repr, compare)


def fields(class_or_instance):
    return tuple(class_or_instance.__dataclass_fields__.values())


def is_dataclass(obj):
    return hasattr(obj, "__dataclass_fields__")


def asdict(obj):
    if is_dataclass(obj):
        return {each.name: asdict(getattr(obj, each.name)) for each in fields(obj)}
    if isinstance(obj, (list, tuple)):
        return type(obj)([asdict(each) for each in obj])
    if isinstance(obj, dict):
        return {key: asdict(value) for key, value in obj.items()}
    return obj


def astuple(obj):
    return tuple(getattr(obj, each.name) for each in fields(obj))


def replace(obj, **changes):
    values = {each.name: getattr(obj, each.name) for each in fields(obj) if each.init}
    values.update(changes)
    return type(obj)(**values)


def _collect(cls):
    found = {}
    for base in reversed(cls.__mro__[1:]):
        found.update(getattr(base, "__dataclass_fields__", {}))
    for name in getattr(cls, "__annotations__", {}):
        own = cls.__dict__.get(name, MISSING)
        if isinstance(own, (list, dict, set)):
            raise ValueError("mutable default for field %s is not allowed: use default_factory" % name)
        made = own if isinstance(own, Field) else field(default=own)
        made.name = name
        found[name] = made
        if isinstance(own, Field):
            if own.default is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, own.default)
    return found


def _make_init(cls, found, frozen):
    wanted = [each for each in found.values() if each.init]

    def __init__(self, *args, **kwargs):
        if len(args) > len(wanted):
            raise TypeError("%s.__init__() takes %d arguments but %d were given" % (cls.__name__, len(wanted), len(args)))
        given = dict(zip([each.name for each in wanted], args))
        for name, value in kwargs.items():
            if name in given or name not in found or not found[name].init:
                raise TypeError("%s.__init__() got an unexpected argument '%s'" % (cls.__name__, name))
            given[name] = value
        for name, each in found.items():
            if name in given:
                value = given[name]
            elif each.default_factory is not MISSING:
                value = each.default_factory()
            elif each.default is not MISSING:
                value = each.default
            elif each.init:
                raise TypeError("%s.__init__() missing required argument: '%s'" % (cls.__name__, name))
            else:
                continue
            object.__setattr__(self, name, value)
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    return __init__


def dataclass(cls=None, *, init=True, repr=True, eq=True, order=False, frozen=False, slots=False, kw_only=False):
    if cls is None:
        return lambda cls: dataclass(cls, init=init, repr=repr, eq=eq, order=order, frozen=frozen)
    found = _collect(cls)
    cls.__dataclass_fields__ = found

    def __repr__(self):
        shown = ["%s=%r" % (each.name, getattr(self, each.name)) for each in found.values() if each.repr]
        return "%s(%s)" % (cls.__qualname__, ", ".join(shown))

    def values(self):
        return tuple(getattr(self, each.name) for each in found.values() if each.compare)

    def __eq__(self, other):
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __lt__(self, other):
        return values(self) < values(other) if other.__class__ is self.__class__ else NotImplemented

    def __setattr__(self, name, value):
        raise FrozenInstanceError("cannot assign to field '%s'" % name)

    if init and "__init__" not in cls.__dict__:
        cls.__init__ = _make_init(cls, found, frozen)
    if repr and "__repr__" not in cls.__dict__:
        cls.__repr__ = __repr__
    if eq and "__eq__" not in cls.__dict__:
        cls.__eq__ = __eq__
        cls.__hash__ = (lambda self: hash(values(self))) if frozen else None
    if order:
        cls.__lt__ = __lt__
    if frozen:
        cls.__setattr__ = __setattr__
    return cls

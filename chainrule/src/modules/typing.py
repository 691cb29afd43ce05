"""The names of typing. Annotations are not checked, so each stands for itself."""


class _Form:
    def __init__(self, name):
        self._name = name

    def __getitem__(self, parameters):
        return self

    def __or__(self, other):
        return self

    __ror__ = __or__

    def __repr__(self):
        return "typing." + self._name


Any = _Form("Any")
AnyStr = _Form("AnyStr")
Callable = _Form("Callable")
ClassVar = _Form("ClassVar")
DefaultDict = _Form("DefaultDict")
Deque = _Form("Deque")
Dict = _Form("Dict")
Final = _Form("Final")
FrozenSet = _Form("FrozenSet")
Generator = _Form("Generator")
Iterable = _Form("Iterable")
Iterator = _Form("Iterator")
List = _Form("List")
Literal = _Form("Literal")
Mapping = _Form("Mapping")
NoReturn = _Form("NoReturn")
Optional = _Form("Optional")
Self = _Form("Self")
Sequence = _Form("Sequence")
Set = _Form("Set")
Tuple = _Form("Tuple")
Type = _Form("Type")
Union = _Form("Union")

TYPE_CHECKING = False


class Generic:
    def __class_getitem__(cls, parameters):
        return cls


class Protocol(Generic):
    pass


def TypeVar(name, *constraints, **options):
    return _Form(name)


def cast(typ, val):
    return val


def overload(func):
    return func


def NamedTuple(typename, fields):
    from collections import namedtuple

    return namedtuple(typename, [name for name, _ in fields])

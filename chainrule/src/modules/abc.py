"""Abstract base classes, which here are plain ones."""


class ABCMeta(type):
    pass


class ABC:
    pass


def abstractmethod(funcobj):
    return funcobj

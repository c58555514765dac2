"""Where arrays live: NumPy, CuPy, or another namespace of the same functions.

Emitted text says `np`; what `np` is follows from the arrays that come in. CuPy is recognised by
the name of its module and never imported here.
"""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy

from .errors import AdjointError, MissingRule
from .helpers import ALL, HELPERS
from .helpers.structures import fields_of
from .on_demand import scipy

_NOTHING = object()
_REGISTERED: dict[type, ModuleType] = {numpy.ndarray: numpy}
_HOMES: dict[type, ModuleType | None] = {}
_PLAIN = frozenset({float, int, bool, complex, str, type(None), numpy.ndarray})


class MixedHomes(AdjointError, TypeError):
    """Arrays of two homes met in one call, for instance NumPy's and CuPy's."""


class NotOnDevice(MissingRule, AttributeError):
    """A function of NumPy's was reached that the arrays' own namespace lacks."""


def register_home(array_type: type, namespace: ModuleType) -> None:
    """Declares that arrays of a type are to be worked on by the functions of a namespace."""
    _REGISTERED[array_type] = namespace
    _HOMES.clear()


def forget_home(array_type: type) -> None:
    """Takes a registration back."""
    del _REGISTERED[array_type]
    _HOMES.clear()


def namespaces() -> list[ModuleType]:
    """The homes in use besides NumPy: those registered, and CuPy once a program imported it."""
    found = {id(home): home for home in _REGISTERED.values() if home is not numpy}
    if cupy := sys.modules.get("cupy"):
        found[id(cupy)] = cupy
    return list(found.values())


def _home_of_type(kind: type) -> ModuleType | None:
    if kind not in _HOMES:
        _HOMES[kind] = _find_home(kind)
    return _HOMES[kind]


def _find_home(kind: type) -> ModuleType | None:
    for base in kind.__mro__:
        if base in _REGISTERED:
            return _REGISTERED[base]
        if base.__name__ == "ndarray" and base.__module__.partition(".")[0] == "cupy":
            return sys.modules["cupy"]
    return None


def is_array(value: object) -> bool:
    """Whether a value is an array of some home.

    >>> is_array(numpy.ones(2)), is_array(numpy.float64(1.0)), is_array([1.0])
    (True, False, False)
    """
    return _home_of_type(type(value)) is not None


def namespace_of(*values: object) -> ModuleType:
    """The home of the arrays among some values, however nested; NumPy where there are none.

    Raises:
        MixedHomes: the arrays live in different homes.

    >>> namespace_of(1.0, [numpy.ones(2)]).__name__
    'numpy'
    """
    if all(type(value) in _PLAIN for value in values):
        return numpy
    homes = {id(home): home for home in _homes(values)}
    if len(homes) > 1:
        names = " and ".join(sorted(home.__name__ for home in homes.values()))
        raise MixedHomes(f"arrays of {names} in one call; move them to one of the two first")
    return next(iter(homes.values()), numpy)


_NOWHERE = frozenset({float, int, bool, complex, str, bytes, type(None)})


def _homes(value: object, within: tuple[int, ...] = ()) -> Iterator[ModuleType]:
    if type(value) in _NOWHERE:
        return
    home = _home_of_type(type(value))
    if home is not None:
        # Scalars (arrays without axes) of NumPy go anywhere.
        if home is not numpy or getattr(value, "shape", ()) != ():
            yield home
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _homes(element, within)
    elif isinstance(value, dict):
        for element in value.values():
            yield from _homes(element, within)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in value.__dataclass_fields__:
            yield from _homes(getattr(value, name, None), within)
    elif id(value) not in within and not type(value).__module__.startswith("adjoint."):
        # An object may keep on the host what it works with there.
        for element in fields_of(value).values():
            yield from (h for h in _homes(element, (*within, id(value))) if h is not numpy)


@cache
def bind_helpers(namespace: ModuleType = numpy) -> Mapping[str, Callable[..., Any]]:
    """The helpers, with `np` meaning a namespace.

    >>> bind_helpers(numpy)["unbroadcast"] is HELPERS["unbroadcast"]
    True
    """
    if namespace is numpy:
        return HELPERS
    scope: dict[str, Any] = {"np": namespace, "math": math, "types": types, "scipy": scipy}
    scope["__builtins__"] = __builtins__
    for name, helper in ALL.items():
        bound = FunctionType(
            helper.__code__, scope, helper.__name__, helper.__defaults__, helper.__closure__
        )
        bound.__kwdefaults__ = helper.__kwdefaults__
        bound.__doc__ = helper.__doc__
        scope[name] = bound
    return {name: scope[name] for name in HELPERS}


# What concerns the host alone, and means nothing to a device: floating-point warnings, printing.
_HOST_ONLY = frozenset(
    {"errstate", "seterr", "geterr", "printoptions", "set_printoptions", "get_printoptions"}
)


class Facade(ModuleType):
    """A namespace as users' code sees it, under the name `np`.

    What the namespace lacks is missed by name, but for what concerns the host alone: that is
    NumPy's.
    """

    def __init__(self, namespace: ModuleType) -> None:
        """Stand for a namespace."""
        super().__init__(namespace.__name__, namespace.__doc__)
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        """Look a name up once, and keep it."""
        if name in _HOST_ONLY:
            value = getattr(numpy, name)
        else:
            value = getattr(self._namespace, name, _NOTHING)
            if value is _NOTHING:
                raise NotOnDevice(f"{self.__name__} has no `np.{name}`, which this function calls")
        setattr(self, name, value)
        return value


@cache
def facade(namespace: ModuleType) -> ModuleType:
    """What stands for `np` in code that runs on the arrays of a namespace.

    >>> facade(numpy) is numpy
    True
    """
    return namespace if namespace is numpy else Facade(namespace)


@cache
def _paths() -> Mapping[int, tuple[object, str]]:
    """What NumPy's public modules hold, by identity: the object and its dotted path."""
    found: dict[int, tuple[object, str]] = {id(numpy): (numpy, "")}
    modules = {"": numpy, "linalg": numpy.linalg, "fft": numpy.fft, "random": numpy.random}
    for prefix, module in modules.items():
        if prefix:
            found[id(module)] = (module, prefix)
        for name in dir(module) if prefix else numpy.__all__:
            value = getattr(module, name, None)
            if callable(value) and not name.startswith("_"):
                path = f"{prefix}.{name}" if prefix else name
                found.setdefault(id(value), (value, path))
    return found


def counterpart(value: Any, namespace: ModuleType) -> Any:
    """What stands for a function, class or module of NumPy in another namespace.

    Anything that is not NumPy's is returned as it is, and so are dtypes, which are shared.

    Raises:
        NotOnDevice: the namespace lacks it.

    >>> counterpart(numpy.linalg.norm, numpy) is numpy.linalg.norm
    True
    """
    if namespace is numpy or (isinstance(value, type) and issubclass(value, numpy.generic)):
        return value
    held, path = _paths().get(id(value), (_NOTHING, ""))
    if held is not value:
        return value
    found: Any = namespace
    if not path:
        return facade(namespace)
    if path in _HOST_ONLY:
        return value
    for part in path.split("."):
        found = getattr(found, part, None)
        if found is None:
            raise NotOnDevice(f"{namespace.__name__} has no `np.{path}`, which this function calls")
    return found

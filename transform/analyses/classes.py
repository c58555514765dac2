"""What is known of a user's class: what its objects keep, how they are made, what they do."""

from __future__ import annotations

import dataclasses
import dis
import inspect
import types
from abc import ABCMeta
from functools import lru_cache
from typing import Any

_HEAP_TYPE = 1 << 9
_LIBRARIES = frozenset({"numpy", "scipy", "cupy", "adjoint", "builtins", "functools"})
_SETATTR = ("__setattr__", "__delattr__")


def record_fields(function: Any) -> tuple[str, ...] | None:
    """The fields of a named tuple's or dataclass's class that does nothing but keep them."""
    if not isinstance(function, type):
        return None
    if issubclass(function, tuple) and hasattr(function, "_fields"):
        plain = function.__bases__ == (tuple,) and function.__init__ is tuple.__init__
        return tuple(function._fields) if plain else None
    if not dataclasses.is_dataclass(function) or not _only_checks(function):
        return None
    code = getattr(function.__init__, "__code__", None)
    if code is None or code.co_filename != "<string>":  # written by `dataclass`, not by a person
        return None
    fields = dataclasses.fields(function)
    if any(not f.init or isinstance(getattr(function, f.name, None), property) for f in fields):
        return None
    return tuple(f.name for f in fields)


def field_defaults(cls: type) -> dict[str, Any]:
    """What the fields of a dataclass hold that are not given; a factory is called each time."""
    fields = dataclasses.fields(cls)
    return {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}


def _only_checks(cls: type) -> bool:
    """Whether the `__post_init__` of a dataclass, if it has one, does nothing but raise errors.

    It reads the fields, and names nothing else that could change them.
    """
    check = getattr(cls, "__post_init__", None)
    if check is None:
        return True
    if not isinstance(check, types.FunctionType) or check.__code__.co_freevars:
        return False
    fields = {field.name for field in dataclasses.fields(cls)}
    stores = any(i.opname.startswith(("STORE_", "DELETE_")) for i in dis.get_instructions(check))
    return not stores and set(check.__code__.co_names) <= fields | _CHECKS


_CHECKS = frozenset(
    """ValueError TypeError AssertionError isinstance len abs all any min max float int np math
    isfinite isnan shape ndim size""".split()
)


@lru_cache(maxsize=1024)
def keeps_fields(cls: type) -> bool:
    """Whether the attributes of a class's objects are kept under their names, and nothing more.

    So it is unless the class says what reading or assigning an attribute does.
    """
    if not cls.__flags__ & _HEAP_TYPE or (cls.__module__ or "").partition(".")[0] in _LIBRARIES:
        return False
    if issubclass(cls, list | tuple | dict | str | int | float | complex | BaseException):
        return False
    plain = cls.__getattribute__ is object.__getattribute__ and not hasattr(cls, "__getattr__")
    kept = not any(_is_descriptor(found) for base in cls.__mro__ for found in vars(base).values())
    return plain and kept and all(_is_plain(cls, name) for name in _SETATTR)


def _is_descriptor(found: Any) -> bool:
    """Whether it says what assigning an attribute does, and is neither a property nor a slot."""
    known = property | types.MemberDescriptorType | types.GetSetDescriptorType
    return not isinstance(found, known | type) and inspect.isdatadescriptor(found)


def _is_inherited(cls: type, name: str) -> bool:
    """Whether what a class has under a name is what every object has."""
    return getattr(cls, name) is getattr(object, name)


def _is_plain(cls: type, name: str) -> bool:
    """Whether assignment is as usual, or as in a frozen dataclass, which refuses it."""
    generated = dataclasses.is_dataclass(cls) and is_generated(getattr(cls, name))
    return _is_inherited(cls, name) or generated


def is_generated(function: Any) -> bool:
    """Whether a method was written by `dataclass`, not by a person."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == "<string>"


@lru_cache(maxsize=1024)
def copies_plainly(cls: type) -> bool:
    """Whether `copy.copy` of an object gives one with the same attributes, and runs no other code.

    What says otherwise is found in the class, or (`copyreg`) by its `__reduce_ex__`.
    """
    own = ("__copy__", "__deepcopy__", "__setstate__", "__getnewargs__", "__getnewargs_ex__")
    inherited = ("__reduce__", "__reduce_ex__", "__new__", "__getstate__")
    plain = not any(hasattr(cls, name) for name in own)
    return plain and keeps_fields(cls) and all(_is_inherited(cls, name) for name in inherited)


def method_of(cls: Any, name: str) -> types.FunctionType | None:
    """The function that a call of a method runs on the object, where a person wrote it."""
    found = None if cls is None else inspect.getattr_static(cls, name, None)
    if not isinstance(found, types.FunctionType) or is_generated(found):
        return None
    return found


def has_method(cls: Any, name: str) -> bool:
    """Whether a person wrote a method, not `namedtuple`."""
    method = method_of(cls, name)
    return method is not None and method.__module__ not in ("collections", "typing")


def base_with(name: str, cls: type, above: type) -> type:
    """The class in which `super(above, p)` finds a name, `p` being of a class; else this class."""
    order = cls.__mro__
    later = order[order.index(above) + 1 :] if above in order else ()
    return next((base for base in later if name in vars(base)), cls)


def getter_of(cls: Any, name: str) -> types.FunctionType | None:
    """The function that computes an attribute whenever it is read."""
    found = None if cls is None else inspect.getattr_static(cls, name, None)
    getter = found.fget if isinstance(found, property) else None
    return getter if isinstance(getter, types.FunctionType) else None


def setter_of(cls: Any, name: str) -> types.FunctionType | None:
    """The function that runs when an attribute is assigned that is a property."""
    found = None if cls is None else inspect.getattr_static(cls, name, None)
    setter = found.fset if isinstance(found, property) else None
    return setter if isinstance(setter, types.FunctionType) else None


def initialiser_of(cls: Any) -> types.FunctionType | None:
    """The `__init__` that making an object amounts to; None where it is not as simple as that.

    It may be one that `dataclass` wrote, of which there is no source.
    """
    if not isinstance(cls, type) or type(cls) not in (type, ABCMeta) or not keeps_fields(cls):
        return None
    if not _is_inherited(cls, "__new__"):
        return None
    return method_of(cls, "__init__") or _generated_initialiser(cls)


def _generated_initialiser(cls: type) -> types.FunctionType | None:
    """The `__init__` of a dataclass whose fields are given, or have plain defaults."""
    if "__init__" not in vars(cls) or not is_generated(cls.__init__):  # type: ignore[misc]
        return None
    fields: dict[str, Any] = getattr(cls, "__dataclass_fields__", {})
    plain = all(
        f.default_factory is dataclasses.MISSING and "INITVAR" not in str(f._field_type)
        for f in fields.values()
    )
    return cls.__init__ if plain else None  # type: ignore[misc]

"""Guards: what was found outside a function when it was differentiated must still be so.

A name that is rebound later must not go on silently meaning the old function. Each emission carries
the outside names that it was derived under; they are compared whenever it is used.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CellType, FunctionType, ModuleType
from typing import Any

from adjoint.runtime.errors import NotDifferentiable
from adjoint.transform.callees import Callee, Callees
from adjoint.transform.ir.nodes import Block, Define, Ref, reads, walk
from adjoint.transform.keys import key_of
from adjoint.transform.tensors import has_tensor

_MISSING = object()
Place = Mapping[str, Any] | CellType


@dataclass(frozen=True, slots=True)
class Guards:
    """What an emission was derived under.

    code: the functions, their code and their defaults. objects: names in the globals and modules
    that must still mean the very same function, class or module. cells: captured variables, and
    data: names of either sort, of which only the kind must be the same. hold: whether all of it is
    as it was.
    """

    code: tuple[tuple[FunctionType, Any, Any], ...]
    objects: tuple[tuple[Mapping[str, Any], str, Any], ...]
    cells: tuple[tuple[CellType, Any], ...]
    data: tuple[tuple[Place, str, Any], ...]
    hold: Callable[[], bool] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hold", _check(self))


def guards_of(callees: Callees) -> Guards:
    """The guards of an emission, given all functions that were met while it was derived.

    Raises:
        NotDifferentiable: one of them reads a tensor from outside, whose part in the derivative
            would be lost.
    """
    code: dict[int, tuple[FunctionType, Any, Any]] = {}
    objects: dict[tuple[int, str], tuple[Mapping[str, Any], str, Any]] = {}
    cells: dict[int, tuple[CellType, Any]] = {}
    data: dict[tuple[int, str], tuple[Place, str, Any]] = {}
    for callee in callees.known.values():
        fn = callee.origin
        code[id(fn)] = (fn, fn.__code__, fn.__defaults__)
        for text in sorted(_texts(callee)):
            for where, name in _places(text, fn):
                value = _now(where, name)
                if isinstance(where, CellType) and _is_fixed(value):
                    cells[id(where)] = (where, value)
                elif isinstance(where, Mapping) and (_is_fixed(value) or value is _MISSING):
                    objects[id(where), name] = (where, name, value)
                elif has_tensor(value):
                    raise NotDifferentiable(
                        f"{fn.__qualname__}() reads the tensor `{text}` from outside, of which "
                        "emitted code would lose track; pass it as an argument"
                    )
                else:
                    data[id(where), name] = (where, name, key_of(value))
    for (cls, name), _ in callees.methods.items():  # found in the first of these that has it
        for base in _up_to(name, cls):
            objects[id(base), name] = (vars(base), name, vars(base).get(name, _MISSING))
    return Guards(
        tuple(code.values()), tuple(objects.values()), tuple(cells.values()), tuple(data.values())
    )


def _check(guards: Guards) -> Callable[[], bool]:
    """The comparison of everything with what it was, in few steps: it is made at every call.

    >>> code = ((_check, _check.__code__, None),)
    >>> Guards(code, ((vars(types), "CellType", CellType),), (), ()).hold()
    True
    """
    held: dict[str, Any] = {"missing": _MISSING, "now": _now, "key": _key}
    tests = []
    for i, (fn, code, defaults) in enumerate(guards.code):
        held |= {f"f{i}": fn, f"c{i}": code, f"d{i}": defaults}
        tests.append(f"f{i}.__code__ is c{i} and f{i}.__defaults__ is d{i}")
    for i, (where, name, value) in enumerate(guards.objects):
        held |= {f"g{i}": where, f"v{i}": value}
        found = f"g{i}.get({name!r}, missing)" if value is _MISSING else f"g{i}[{name!r}]"
        tests.append(f"{found} is v{i}")
    for i, (cell, value) in enumerate(guards.cells):
        held |= {f"o{i}": cell, f"w{i}": value}
        tests.append(f"now(o{i}) is w{i}")
    for i, (place, name, kind) in enumerate(guards.data):
        held |= {f"p{i}": place, f"k{i}": kind}
        tests.append(f"key(now(p{i}, {name!r})) == k{i}")
    text = f"""
def hold():
    try:
        return {" and ".join(tests) or True}
    except KeyError:  # a name is gone
        return False
"""
    exec(text, held)
    made: Callable[[], bool] = held["hold"]
    return made


def _texts(callee: Callee) -> set[str]:
    """What a function reads outside, in dotted form, local functions included."""
    found = _outside(callee.function.body)
    for local in callee.locals.values():
        found |= _outside(local.function.body)
    return found


def _outside(block: Block) -> set[str]:
    texts = {a.text for s in walk(block) for a in reads(s) if isinstance(a, Ref) and not a.local}
    for stmt in walk(block):
        if isinstance(stmt, Define):
            texts |= _outside(stmt.function.body)
    return texts


def _places(text: str, fn: FunctionType) -> Iterator[tuple[Place, str]]:
    """Where `module.name` is looked up: the first name in the function, the rest in modules.

    Of the function of a class (`module.Class.name`) in the classes up to the one that has it.
    """
    root, *rest = text.split(".")
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    where: Place = cells.get(root, fn.__globals__)
    yield where, root
    value = _now(where, root)
    for name in rest:
        if isinstance(value, type):
            yield from ((vars(base), name) for base in _up_to(name, value))
            return
        if not isinstance(value, ModuleType) or name not in vars(value):
            return
        yield vars(value), name
        value = vars(value)[name]


def _up_to(name: str, cls: type) -> Iterator[type]:
    """The classes in which a name is looked up, to the first that has it."""
    for base in cls.__mro__:
        yield base
        if name in vars(base):
            return


def _is_fixed(value: Any) -> bool:
    return callable(value) or isinstance(value, types.ModuleType)


def _key(value: Any) -> Any:
    """The kind of data; what has become a function or a module since is of no kind."""
    return None if value is _MISSING or _is_fixed(value) else key_of(value)


def _now(where: Place, name: str = "") -> Any:
    if isinstance(where, Mapping):
        return where.get(name, _MISSING)
    try:
        return where.cell_contents
    except ValueError:  # not assigned (yet)
        return _MISSING

"""Whether a function may make complex numbers of real ones.

Arguments are looked at when they come; what is asked here is what the text says: complex numbers
and arrays that are written out or found outside, and functions and dtypes that give complex
numbers, in the function or in one that it calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from adjoint.runtime.helpers import is_complex
from adjoint.runtime.rules import RULES, rule_of
from adjoint.transform.analyses.fields import Field, field_of
from adjoint.transform.ir.nodes import Assign, Block, Const, Op, Ref, Stmt, reads, walk
from adjoint.transform.keys import holds_complex
from adjoint.transform.ours import Derivative, is_differentiable, maker_of

_DTYPES = frozenset({"complex", "complex64", "complex128", "c8", "c16", "F", "D"})
_MAKERS = frozenset(
    name.rpartition(".")[2] for name, rule in RULES.items()
    if rule.gives_complex and not name.startswith("cmath.")  # which have the names of real ones
) | {"complex", "complex64", "complex128", "cmath", "emath"}


@dataclass(frozen=True, slots=True)
class Complexes:
    """Complex numbers in a function.

    sure: whether there certainly are any; else a function or object that is given may make some.
    given: the fields of its arguments.
    """

    sure: bool = False
    given: Mapping[str, Field] = field(default_factory=dict)


def complexes(values: Mapping[str, Any], block: Block) -> Complexes | None:
    """What complex numbers there are in a block into which values go; None where there are none."""
    sure = any(map(holds_complex, values.values())) or may_make_complex(block)
    if not sure and all(map(_is_plain, values.values())):
        return None
    return Complexes(sure, {name: field_of(value) for name, value in values.items()})


def _is_plain(value: Any) -> bool:
    """Whether a value holds numbers and texts, and nothing that could make others of them."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    typed = hasattr(value, "dtype") and hasattr(value, "ndim") and not isinstance(value, type)
    return typed or value is None or isinstance(value, int | float | str)


def may_make_complex(block: Block) -> bool:
    """Whether complex numbers may come out of a block into which real ones go."""
    seen: set[int] = set()
    return any(_makes(stmt, seen) for stmt in walk(block))


def _makes(stmt: Stmt, seen: set[int]) -> bool:
    match stmt:
        case Assign(value=Op(prim=prim)) if prim in RULES and RULES[prim].gives_complex:
            return True
    return any(_is_source(a.value, seen) for a in reads(stmt) if isinstance(a, Const | Ref))


def _is_source(value: Any, seen: set[int]) -> bool:
    if id(value) in seen:
        return False
    seen.add(id(value))
    if isinstance(value, str):
        return value in _DTYPES
    if isinstance(value, type):
        return issubclass(value, complex | np.complexfloating)
    if isinstance(value, np.dtype):
        return value.kind == "c"
    if isinstance(value, list | tuple | dict):
        parts: Iterable[Any] = value.values() if isinstance(value, dict) else value
        return any(_is_source(part, seen) for part in parts)
    if maker_of(value) is not None:
        return False
    rule = rule_of(value)
    if rule is not None:
        return rule.gives_complex
    value = getattr(value, "target", value) if isinstance(value, Derivative) else value
    value = value._target()[0] if is_differentiable(value) else value
    if isinstance(value, FunctionType):
        return any(_is_source(part, seen) for part in _reached(value))
    return bool(is_complex(value))


def _reached(function: FunctionType) -> Iterator[Any]:
    """What a function says and finds outside; names that make complex numbers as such."""
    codes: list[CodeType] = [function.__code__]
    while codes:
        code = codes.pop()
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                codes.append(constant)
            else:
                yield constant
        for name in code.co_names:
            if name in _MAKERS:
                yield 1j
            elif name in function.__globals__:
                yield function.__globals__[name]
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # nothing is bound yet
            continue

"""Whether a function may make complex numbers of real ones.

Arguments are looked at when they come; what is asked here is what the text says: complex numbers
and arrays that are written out or found outside, and functions and dtypes that give complex
numbers, in the function or in one that it calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from adjoint.runtime.helpers import is_complex
from adjoint.runtime.rules import RULES, rule_of
from adjoint.transform.analyses.fields import Field, field_of
from adjoint.transform.ir.nodes import Assign, Block, Const, Op, Ref, Stmt, reads, walk
from adjoint.transform.ours import Derivative, is_differentiable, maker_of

_DTYPES = frozenset({"complex", "complex64", "complex128", "c8", "c16", "F", "D"})
_MAKERS = frozenset(
    name.rpartition(".")[2] for name, rule in RULES.items() if rule.gives_complex
) | {"complex", "complex64", "complex128", "cmath", "emath"}


def complexes(values: Mapping[str, Any], block: Block) -> Mapping[str, Field] | None:
    """The fields of the values that go into a block; None where no number is complex there.

    Of a list or object only the kind decides which emission serves it: what it holds is not asked.
    """
    if all(map(_is_real, values.values())) and not may_make_complex(block):
        return None
    return {name: field_of(value) for name, value in values.items()}


def _is_real(value: Any) -> bool:
    if hasattr(value, "dtype") and hasattr(value, "ndim") and not isinstance(value, type):
        return value.dtype.kind in "fiub"
    return value is None or isinstance(value, int | float | str)


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

"""What of a value decides which emission serves it: its kind, never its shape or its contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.transform.analyses.kind import kind_of

PLAIN: frozenset[type] = frozenset(
    {np.ndarray, float, int, bool, complex, str, type(None), np.float64, np.float32, np.int64}
)
"""Types of which a value is neither a tensor nor holds one, and that live on the host."""

Serves = Callable[[tuple[Any, ...]], bool]


def key_of(value: Any) -> Any:
    """A key that two values share if the same emission serves both.

    >>> key_of(np.ones(2)) == key_of(np.zeros(3, np.float32)), key_of(1.0) == key_of(1)
    (True, False)
    """
    kind = type(value)
    if kind is np.ndarray:
        return value.ndim, value.dtype.kind
    if kind in PLAIN:
        return kind
    if isinstance(value, type):
        return kind
    if hasattr(value, "ndim") and hasattr(value, "dtype"):
        return kind, value.ndim, value.dtype.kind
    return kind, kind_of(value), id(home.namespace_of(value))


def serving(args: tuple[Any, ...], holds: Callable[[], bool]) -> Serves | None:
    """A test of positional arguments: whether `key_of` gives for them what it gives for these.

    Args:
        args: numbers, arrays of the host and strings; for others there is no such test (None).
        holds: what else must hold.

    >>> serves = serving((np.ones(2), 1.0), lambda: True)
    >>> serves((np.zeros(3), 2.0)), serves((np.zeros(3), 2)), serves((np.zeros(3),))
    (True, False, False)
    """
    if not args or any(type(a) not in PLAIN for a in args):
        return None
    names = [f"a{i}" for i in range(len(args))]
    tests = []
    for name, value in zip(names, args, strict=True):
        tests.append(f"type({name}) is T{name}")
        if type(value) is np.ndarray:
            tests.append(f"{name}.ndim == {value.ndim}")
            tests.append(f"{name}.dtype.kind == {value.dtype.kind!r}")
    text = f"""
def serves(args):
    if len(args) != {len(args)}:
        return False
    {", ".join(names)}, = args
    return {" and ".join(tests)} and holds()
"""
    held: dict[str, Any] = {f"T{n}": type(a) for n, a in zip(names, args, strict=True)}
    held["holds"] = holds
    exec(text, held)
    made: Serves = held["serves"]
    return made

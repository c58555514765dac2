"""Arguments that share memory with one that is written into: refused when a call is made.

What a function writes into one argument, it must not find in another: the adjoint takes them for
different arrays, and so does the analysis of writes. Whether they are is known only from a call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from types import ModuleType
from typing import Any

from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers.structures import fields_of
from adjoint.transform.leaves import arrays_in
from adjoint.transform.parameters import Parameters


def apart_first(
    run: Callable[..., Any], written: Collection[str], parameters: Parameters,
    namespace: ModuleType, besides: Collection[str] = (),
) -> Callable[..., Any]:  # fmt: skip
    """The same call, that looks first whether what it writes into is in two places.

    Args:
        run: what to call.
        written: the parameters that it writes into.
        parameters: all parameters.
        namespace: the home of its arguments.
        besides: keywords that are none of the function's own.
    """
    if not written:
        return run

    @functools.wraps(run)
    def call(*args: Any, **kwargs: Any) -> Any:
        own = {k: v for k, v in kwargs.items() if k not in besides} if besides else kwargs
        bound = parameters.bind(args, own)
        held = [(name, array) for name, value in bound.items() for array in arrays_in(value)]
        for name, other in _twice(bound):
            if name in written or other in written:
                raise NotDifferentiable(
                    f"{parameters.title}() writes into `{name if name in written else other}`, and "
                    f"one list, dict or object stands in two places of {_whose(name, other)}; "
                    "pass a copy (`copy.deepcopy`)"
                )
        for i, (name, array) in enumerate(held):
            for other, another in held[:i]:
                if (name in written or other in written) and _shares(array, another, namespace):
                    raise NotDifferentiable(
                        f"{parameters.title}() writes into `{name if name in written else other}`, "
                        f"and {_which(name, other)} memory; pass a copy (`.copy()`)"
                    )
        return run(*args, **kwargs)

    return call


def _twice(bound: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The parameters, two by two, in which one list, dict or object stands in two places."""
    met: dict[int, str] = {}
    waiting = list(bound.items())
    while waiting:
        name, value = waiting.pop()
        inside = list(fields_of(value).values())
        if isinstance(value, list | tuple):
            inside = list(value)
        elif isinstance(value, dict):
            inside = list(value.values())
        if inside and not isinstance(value, tuple):
            if id(value) in met:
                yield name, met[id(value)]
                continue
            met[id(value)] = name
        waiting += [(name, part) for part in inside]


def _whose(name: str, other: str) -> str:
    return f"`{name}`" if name == other else f"`{other}` and `{name}`"


def _shares(a: Any, b: Any, namespace: ModuleType) -> bool:
    return bool(a.size and b.size and namespace.may_share_memory(a, b))


def _which(name: str, other: str) -> str:
    who = f"two arrays in `{name}`" if name == other else f"`{other}` and `{name}`"
    return f"{who} may share"

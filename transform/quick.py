"""The short way of a call: numbers and arrays in, gradients of numbers and arrays out.

Whether the last emission serves this call too, and the form of what it gives, are asked at every
call; both are asked in as few steps as Python has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adjoint.transform.keys import PLAIN
from adjoint.transform.results import finish

Serves = Callable[[tuple[Any, ...]], bool]
Answer = Callable[[Any, tuple[Any, ...]], Any]
_ARRAY = np.ndarray


def never(args: tuple[Any, ...]) -> bool:
    """What says of an emission for which there is no short way whether it serves."""
    return False


def serving(args: tuple[Any, ...], holds: Callable[[], bool]) -> Serves:
    """A test of positional arguments: whether `key_of` gives for them what it gives for these.

    Args:
        args: numbers, arrays of the host and strings; there is no such test of others.
        holds: what else must hold.

    >>> serves = serving((np.ones(2), 1.0), lambda: True)
    >>> serves((np.zeros(3), 2.0)), serves((np.zeros(3), 2)), serves((np.zeros(3),))
    (True, False, False)
    """
    if not args or any(type(a) not in PLAIN for a in args):
        return never
    names = [f"a{i}" for i in range(len(args))]
    tests = []
    held: dict[str, Any] = {"holds": holds}
    for name, value in zip(names, args, strict=True):
        held[f"kind_of_{name}"] = type(value)
        tests.append(f"type({name}) is kind_of_{name}")
        if type(value) is _ARRAY:
            tests.append(f"{name}.ndim == {value.ndim}")
            tests.append(f"{name}.dtype.kind == {value.dtype.kind!r}")
    text = f"""
def serves(args):
    if len(args) != {len(args)}:
        return False
    {", ".join(names)}, = args
    return {" and ".join(tests)} and holds()
"""
    exec(text, held)
    made: Serves = held["serves"]
    return made


def answering(args: tuple[Any, ...], places: tuple[int, ...]) -> Answer:
    """What makes gradients as users get them of what emitted code gives, and of the arguments.

    Args:
        args: arguments like those of the calls.
        places: the positions of those that the gradients are of: floats and arrays of floats. Of
            one the gradient is bare, those of several are a tuple.

    >>> answering((1, 3.0), (1,))(np.float64(2.0), ("x", 3.0))
    2.0
    """
    names = [f"f{i}" for i in range(len(places))]
    lines = ["def answer(found, args):", f"    {', '.join(names)} = found"]
    for name, place in zip(names, places, strict=True):
        lines.append(f"    value = args[{place}]")
        if type(args[place]) is _ARRAY:
            same = f"{name}.dtype is value.dtype and {name}.shape == value.shape"
            lines.append(f"    if not (type({name}) is array and {same}):")
        else:
            lines.append(f"    if type({name}) is not float:")
        lines.append(f"        {name} = finish({name}, value)")
    lines.append(f"    return {', '.join(names)}")
    held: dict[str, Any] = {"array": _ARRAY, "finish": finish}
    exec("\n".join(lines), held)
    made: Answer = held["answer"]
    return made

"""Cotangents of functions: dicts of the cotangents of what they hold, by name."""

from __future__ import annotations

from typing import Any


def nested(d: Any, outer: Any, inner: Any, *names: str) -> Any:
    """The cotangent of `outer = partial(inner, ...)`; Python may have joined the two.

    `names` are the keyword arguments that the outer one gives itself.
    """
    if not isinstance(d, dict) or outer.func is inner:
        return d
    count = len(inner.args)
    own = {key: d[key] for key in names}
    own |= {str(int(k) - count): v for k, v in d.items() if k.isdigit() and int(k) >= count}
    held = {key: None if key in names else d[key] for key in inner.keywords}
    held |= {str(i): d[str(i)] for i in range(count)}
    return {**own, "()": {**held, "()": d["()"]}}


def captured(d: Any, *path: str) -> Any:
    """The cotangent of what a function holds, itself or through functions that it holds.

    >>> captured({"k": 2.0, "g": {"w": 3.0}}, "g", "w"), captured(0.0, "k")
    (3.0, 0.0)
    """
    for name in path:
        if not isinstance(d, dict):  # it was not called
            return 0.0
        d = d[name]
    return 0.0 if d is None else d

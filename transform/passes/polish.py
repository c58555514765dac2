"""Rewrites of a whole derived function, in order: the text as a person would write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adjoint.transform.derive.build import Names
from adjoint.transform.ir.nodes import Block, Function
from adjoint.transform.passes.negations import cancel_signs
from adjoint.transform.passes.pipeline import Passes

_REWRITES: tuple[tuple[str, Callable[[Block, Names], Block]], ...] = (("signs", cancel_signs),)


def polished(fn: Function, names: Names, passes: Passes) -> Function:
    """The function with every rewrite applied that is not left out."""
    body = fn.body
    for name, rewrite in _REWRITES:
        if name in passes:
            body = rewrite(body, names)
    return fn if body is fn.body else replace(fn, body=body)

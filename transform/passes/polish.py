"""Rewrites of a whole derived function, in order: the text as a person would write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adjoint.transform.derive.build import Names
from adjoint.transform.ir.names import names_of
from adjoint.transform.ir.nodes import Block, Function
from adjoint.transform.ir.rebuild import distinct
from adjoint.transform.passes.apart import part_temporaries
from adjoint.transform.passes.handed import take_names
from adjoint.transform.passes.idle import drop_idle
from adjoint.transform.passes.negations import cancel_signs
from adjoint.transform.passes.pipeline import Passes
from adjoint.transform.passes.reuse import reuse_names
from adjoint.transform.passes.sharing import share_values

_REWRITES: tuple[tuple[str, Callable[[Block, Names, frozenset[str]], Block]], ...] = (
    ("signs", lambda block, names, _: cancel_signs(block, names)),
    ("sharing", share_values),
    ("idle", lambda block, _, numbers: drop_idle(block, numbers)),
    ("parts", lambda block, names, _: part_temporaries(block, names)),
)


def polished(
    fn: Function, primal: Function, names: Names, passes: Passes, numbers: frozenset[str]
) -> Function:
    """The function with every rewrite applied that is not left out.

    Args:
        fn: the function.
        primal: the function that it is the derivative of.
        names: a supply of names.
        passes: the rewrites that are made.
        numbers: the variables that certainly hold numbers alone.
    """
    body = distinct(fn.body)
    for name, rewrite in _REWRITES:
        if name in passes:
            body = rewrite(body, names, numbers)
    if "handed" in passes:
        body = take_names(body, frozenset(p.name for p in fn.params))
    new = fn if body is fn.body else replace(fn, body=body)
    own = names_of(primal)
    return reuse_names(new, own) if "reuse" in passes else new

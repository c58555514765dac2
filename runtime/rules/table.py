"""Derivative rules: one readable line per primitive, one table for every reader.

A rule's right-hand sides are expressions in Python, linear in the incoming derivative `g`. In
scope are `g`, `ans` (the primitive's result), its parameters, `np` (NumPy, or CuPy where the arrays
live there) and the helpers of `adjoint.runtime.helpers`. The emitter splices these expressions into
the text that it writes; eager tensors call them compiled. The kind of a rule gives the other mode:

    elementwise  the partial is the same in both modes; readers add `unbroadcast` (VJP)
    linear       the JVP is the primitive itself applied to the tangent; the VJP is written
    multilinear  likewise, one operand at a time
    general      both are written
    zero         piecewise constant: the derivative is zero wherever there is one
    missing      known, but without a rule: raises, by name
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    name: canonical name, as it is written: `np.tanh`, `math.gamma`.
    params: parameter names in order, each with its default (`REQUIRED` where there is none); a
      parameter written `*xs` takes the remaining positional arguments.
    vjp, jvp: for each differentiable parameter, the expression of its cotangent (of the result's
      tangent). For a starred parameter the expression may use `k`, the position within it.
    memory: `fresh` (the result is a new array), `view` (it shares memory with the first argument),
      `maybe` (it may).
    """

    name: str
    params: Mapping[str, object]
    kind: str
    vjp: Mapping[str, str] = field(default_factory=dict)
    jvp: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    memory: str = "fresh"
    operator: str = ""
    aliases: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

"""Calls of derivatives inside functions that are differentiated, as calls of emitted functions.

    y = f.gradient(x)       ->      y = f_gradient(x)

What is called is a Python function with source like any other: it can be differentiated in any mode
and to any order. It is the emitted function in the form that users get: a gradient has the
structure and dtype of what it is the gradient of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

import gast

from adjoint.runtime.errors import NotDifferentiable
from adjoint.transform.again import with_cells_where_needed
from adjoint.transform.analyses.complexes import Complexes
from adjoint.transform.analyses.kind import FUNCTION, Kind
from adjoint.transform.callees import Call, Callee, ParameterKinds, call_of
from adjoint.transform.derive.calls import hidden
from adjoint.transform.dynamic import is_call_vjp
from adjoint.transform.ir.nodes import Block, Op, Ref, Span
from adjoint.transform.lower.local_functions import LocalFunction
from adjoint.transform.ours import ITSELF, Derivative, derivative_of
from adjoint.transform.refusals import place_of, unsupported
from adjoint.transform.standing import stands_for
from adjoint.transform.world import World, default_kinds


def emitted_call(op: Op, kinds: Mapping[str, Kind], world: World, within: Span) -> Op:
    """The call of a derivative as one of the emitted function; any other operation as it is.

    Args:
        op: the operation.
        kinds: the kinds of the variables in it.
        world: what is known already.
        within: the statement or function that it is part of.

    Raises:
        UnsupportedSyntax: which function that is, is not known before it runs.
    """
    if op.prim != "call" or not isinstance(op.callee, Ref):
        return op
    if is_call_vjp(op.callee.value):
        raise unsupported(
            place_of(op, within), "a call of a function that is known only when it runs is "
            "differentiated once, and not again", "call the function by its name",
        )  # fmt: skip
    derivative = op.callee.value
    if not isinstance(derivative, Derivative):
        return op
    if derivative.mode == ITSELF:
        return replace(op, callee=Ref(op.callee.text, derivative.target, local=op.callee.local))
    fn, called = _reached(derivative, op, kinds, world, within)
    return replace(_printed(called), callee=Ref(fn.__name__, fn))


def _reached(
    derivative: Derivative, op: Op, kinds: Mapping[str, Kind], world: World, within: Span
) -> tuple[FunctionType, Op]:
    """The emitted function that a call of a derivative reaches, and the call with all it takes."""
    text = getattr(op.callee, "text", "")
    target: Any = derivative_of(derivative.target) or derivative.target
    if isinstance(target, Derivative):
        target, op = _reached(target, op, kinds, world, within)
    call = call_of(replace(op, callee=Ref(text, target)), kinds, world.callees)
    if call is None or any(kind is FUNCTION for _, kind in call.kinds):
        raise unsupported(
            place_of(op, within), f"what `{text}` is given here is known only when it "
            "runs, and its derivative is differentiated again", "pass numbers and arrays, one by "
            "one",
        )  # fmt: skip
    wrt = _wrt(derivative, call, target)
    given = zip(call.arguments, op.roles, strict=False)
    positions = tuple(name for (name, _), role in given if role == "")
    return derived(call.callee, derivative.mode, wrt, call.kinds, world, positions), call.op


def _wrt(derivative: Derivative, call: Call, target: Any) -> tuple[str, ...]:
    """The parameters with respect to which a derivative is taken."""
    params = call.callee.function.params
    hidden = set(target.captures) if isinstance(target, LocalFunction) else set()
    named = [p.name for p in params if p.kind in ("positional-only", "ordinary")]
    wrt = derivative.wrt
    if wrt is None and derivative.mode == "vjp":
        kinds = dict(call.kinds)
        given = [n for (n, place), role in zip(call.arguments, call.op.roles, strict=True)
                 if role == "" and place is None]  # fmt: skip
        return tuple(n for n in given if kinds[n].differentiable)
    chosen = wrt if isinstance(wrt, tuple) else (0 if wrt is None else wrt,)
    every = [p.name for p in params if p.kind not in ("varargs", "varkw")]
    found = []
    for one in chosen:
        if isinstance(one, str) and one in every and one not in hidden:
            found.append(one)
        elif isinstance(one, int) and -len(named) <= one < len(named):
            found.append(named[one])
        else:
            raise TypeError(
                f"{call.callee.name}() has no parameter {one!r} to differentiate with respect to"
            )
    return tuple(found)


def _printed(op: Op) -> Op:
    """The call with all its operands printed, those that were not by keyword."""
    template = op.template
    assert isinstance(template, gast.Call)
    keywords = [*template.keywords, *hidden(op, template)]
    return replace(op, template=gast.Call(template.func, template.args, keywords))


def body_behind(fn: FunctionType, opened: tuple[str, ...], world: World) -> Block:
    """The statements of a function; where that stands for a derivative, of what that is of."""
    standing = stands_for(fn)
    if standing is not None:
        return body_behind(standing.function, opened, world)
    return world.callees.of(fn, opened).function.body


def callee_behind(
    fn: FunctionType, opened: tuple[str, ...], values: Mapping[str, Any], world: World
) -> Callee:
    """The callee of a function: where that stands for a derivative, what is emitted for it.

    Args:
        fn: a function.
        opened: the variables around it that it gets as keyword arguments.
        values: the arguments, by parameter.
        world: what is known already.
    """
    callee = world.callees.of(fn, opened)
    standing = stands_for(fn)
    if standing is None:
        return callee
    inner = callee_behind(standing.function, opened, values, world)
    kinds = default_kinds(inner.function, values)
    names = [p.name for p in callee.function.params if p.kind in ("positional-only", "ordinary")]
    given = tuple(n for n in names if n in values) if values else tuple(names)
    by_name = dict(kinds)
    wrt = standing.wrt or tuple(n for n in given if by_name[n].differentiable)
    made = with_cells_where_needed(
        world,
        lambda: derived(callee_behind(standing.function, opened, values, world), standing.mode,
                        wrt, kinds, world, given),
    )  # fmt: skip
    return world.callees.of(made)


def derived(
    callee: Callee, mode: str, wrt: tuple[str, ...], kinds: ParameterKinds, world: World,
    positions: tuple[str, ...] = (),
) -> FunctionType:  # fmt: skip
    """The emitted function of a derivative, in the form that users get, with source.

    `positions`: the parameters that are given by position.

    Raises:
        NotDifferentiable: an argument has no derivative.
        TypeError: there is no gradient of such a result.
    """
    from adjoint.transform.loading import function_of  # noqa: PLC0415 - both know the other
    from adjoint.transform.pipeline import derive  # noqa: PLC0415

    found = world.complexes
    positions = positions if mode == "vjp" else ()
    certain = found and found.sure
    key = (callee.key, mode, wrt, kinds, positions, certain, world.device, world.passes)
    known = world.callees.derived
    if key not in known:
        by_name = dict(kinds)
        for name in wrt:
            if not by_name[name].differentiable:
                raise NotDifferentiable(
                    f"{callee.name}() cannot be differentiated with respect to `{name}`: it is no "
                    "floating-point number or array; pass floats, or choose `wrt`"
                )
        inner = World(
            callees=world.callees, assume_arrays=world.assume_arrays, device=world.device,
            complexes=found and Complexes(found.sure), passes=world.passes,
        )  # fmt: skip
        known[key] = function_of(derive(callee, mode, wrt, kinds, inner, finished=positions))
    return known[key]

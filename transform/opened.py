"""Functions made inside others, differentiated with respect to what they hold as well.

Such a function is made anew in each call of the one around it: with the same code, and with other
contents of its cells and other defaults. So these are given to the emitted function as arguments,
and what was emitted is kept for the code.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from adjoint.runtime.eager_anomaly import is_watching
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers import zero_tangent
from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.activity import may_carry
from adjoint.transform.analyses.kind import kind_of
from adjoint.transform.compiled import Compiled, compile_call
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.finishing import picked
from adjoint.transform.forward.pushing import run
from adjoint.transform.homes import original
from adjoint.transform.keys import key_of
from adjoint.transform.mutual import gathered, tied
from adjoint.transform.parameters import Parameters, Slot, parameters_of
from adjoint.transform.passes.pipeline import Passes
from adjoint.transform.tensors import refuse_tensor
from adjoint.transform.ties import refuse_tied

_lock = threading.RLock()


@dataclass(slots=True, eq=False)
class _Emissions:
    """What was emitted for one code, by what was asked for and the kinds of all that it was given.

    inner: for each emission, the names of what the function holds that may carry a derivative.
    """

    code: CodeType
    compiled: dict[Any, tuple[Compiled, tuple[str, ...]]]


_KEPT: dict[tuple[int, int], _Emissions] = {}


def is_made_inside(function: object) -> bool:
    """Whether a function was made by another one."""
    return isinstance(function, FunctionType) and "<locals>" in function.__qualname__


def opened_vjp(
    function: FunctionType, wanted: Sequence[int | str], args: tuple[Any, ...],
    kwargs: dict[str, Any], passes: Passes, owner: Any = None,
) -> tuple[Any, Callable[[Any], dict[Any, Any]]]:  # fmt: skip
    """The value and a pullback to the arguments wanted, and to what the function holds.

    Args:
        function: a function made inside another one.
        wanted: positions, keywords, and `"()"`: all that the function holds, by name.
        args: the positional arguments.
        kwargs: the keyword arguments.
        passes: the names of the rewrites that are made on the way.
        owner: the object that keeps the function in a field.
    """
    found_for = _prepared("raw", function, tuple(wanted), args, kwargs, passes, owner)
    compiled, inner = found_for.compiled, found_for.inner
    value, pullback = compiled.run(*found_for.args, **found_for.given)

    def pull(g: Any) -> dict[Any, Any]:
        found = dict(zip(compiled.slots, picked(compiled, pullback(g)), strict=True))
        own = dict.fromkeys((*function.__code__.co_freevars, *_defaults(function)))
        own |= {name: found[Slot(name)] for name in inner}
        own = gathered(function, own, _holding)
        slots = _slots_of(wanted, compiled.parameters)
        return {
            one: own if slot is None else found[slot]
            for one, slot in zip(wanted, slots, strict=True)
        }

    return value, pull


def opened_jvp(
    function: FunctionType, tangents: Mapping[int | str, Any], args: tuple[Any, ...],
    kwargs: dict[str, Any], passes: Passes, owner: Any = None,
) -> tuple[Any, Any]:  # fmt: skip
    """The value and the tangent, along tangents of arguments and of what the function holds.

    Args:
        function: a function made inside another one.
        tangents: by position and keyword; by `"()"` those of all that the function holds, by name.
        args: the positional arguments.
        kwargs: the keyword arguments.
        passes: the names of the rewrites that are made on the way.
        owner: the object that keeps the function in a field.
    """
    call = _prepared("raw jvp", function, tuple(tangents), args, kwargs, passes, owner)
    own = tangents.get(ITSELF)
    slots = _slots_of(tuple(tangents), call.compiled.parameters)
    seeds = {
        slot: one for slot, one in zip(slots, tangents.values(), strict=True) if slot is not None
    }
    known = {} if own is None else tied(function, own, _holding)
    for name in call.inner:
        one = known.get(name)
        seeds[Slot(name)] = zero_tangent(call.given[name]) if one is None else one
    return run(call.compiled, seeds, call.args, call.given)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call made ready: what serves it, and all that it is given."""

    compiled: Compiled
    inner: tuple[str, ...]
    args: tuple[Any, ...]
    given: dict[str, Any]


def _prepared(
    mode: str, function: FunctionType, wanted: tuple[int | str, ...], args: tuple[Any, ...],
    kwargs: dict[str, Any], passes: Passes, owner: Any,
) -> _Call:  # fmt: skip
    cells = _cells(function)
    held = {name: value for name, value in cells.items() if not is_fixed(value)}
    clash = held.keys() & kwargs.keys()
    if clash:
        raise NotDifferentiable(
            f"{function.__name__}() reads the variable `{min(clash)}` around it, and is called "
            "with a keyword argument of that name; rename one of them"
        )
    if ITSELF in wanted:
        refuse_tied(function, (value for value in held.values() if value is not owner))
    args, defaults = _completed(function, args, kwargs)
    given = {**kwargs, **defaults, **held}
    compiled, inner = _find(mode, function, wanted, args, given, cells, tuple(held), passes)
    return _Call(compiled, inner, args, given)


def _holding(function: FunctionType) -> dict[str, FunctionType]:
    """The functions made inside that a function reads around it, by name."""
    return {
        name: held for name, held in _cells(function).items()
        if isinstance(held, FunctionType) and is_made_inside(held)
    }  # fmt: skip


def is_fixed(value: object) -> bool:
    """Whether what a cell holds is the same in all functions of the code, and holds nothing."""
    if isinstance(value, functools.partial) or is_made_inside(value):
        return False
    if isinstance(value, ModuleType | type | BuiltinFunctionType | FunctionType):
        return True
    return callable(value) and rule_of(value) is not None


def _cells(function: FunctionType) -> dict[str, Any]:
    """What the cells of a function hold; those without contents are left out."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def contents_of(function: FunctionType) -> dict[str, Any]:
    """What a function holds, in its cells and as defaults, by name."""
    return {**_cells(function), **_defaults(function)}


def _completed(
    function: FunctionType, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The positional arguments, and the defaults of all parameters that are not given."""
    code, defaults = function.__code__, _defaults(function)
    names = code.co_varnames[: code.co_argcount]
    while len(args) < code.co_posonlyargcount and names[len(args)] in defaults:
        args = (*args, defaults[names[len(args)]])
    given = {*names[: len(args)], *kwargs}
    return args, {name: value for name, value in defaults.items() if name not in given}


def _defaults(function: FunctionType) -> dict[str, Any]:
    """The defaults of a function, by parameter."""
    code, values = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    positional = dict(zip(names[len(names) - len(values) :], values, strict=True))
    return positional | (function.__kwdefaults__ or {})


def _find(
    mode: str, function: FunctionType, wanted: tuple[int | str, ...], args: tuple[Any, ...],
    given: dict[str, Any], cells: Mapping[str, Any], opened: tuple[str, ...],
    passes: Passes,
) -> tuple[Compiled, tuple[str, ...]]:  # fmt: skip
    code = function.__code__
    kept = _KEPT.setdefault((id(code), id(function.__globals__)), _Emissions(code, {}))
    fixed = tuple((name, id(value)) for name, value in cells.items() if name not in opened)
    named = tuple((name, key_of(value)) for name, value in given.items())
    key = (mode, wanted, tuple(map(key_of, args)), named, fixed, passes, is_watching())
    found = kept.compiled.get(key)
    if found is None or not found[0].guards.hold():
        with _lock:
            found = _compile(mode, function, wanted, args, given, opened, passes)
            kept.compiled[key] = found
    return found


def _compile(
    mode: str, function: FunctionType, wanted: tuple[int | str, ...], args: tuple[Any, ...],
    given: dict[str, Any], opened: tuple[str, ...], passes: Passes,
) -> tuple[Compiled, tuple[str, ...]]:  # fmt: skip
    fn = original(function)
    for name in opened:
        refuse_tensor(given[name], fn.__name__)
    parameters = _parameters(fn, opened)
    slots = [slot for slot in _slots_of(wanted, parameters) if slot is not None]
    inner: list[str] = []
    if ITSELF in wanted:
        defaults = _completed(fn, args, {})[1]
        named = {slot.parameter for slot in slots}
        may = (*opened, *(name for name in defaults if name in given and name not in named))
        inner = [name for name in may if may_carry(kind_of(given[name]))]
    slots += [Slot(name) for name in inner]
    made = compile_call(fn, mode, tuple(slots), parameters, 0, args, given, passes, opened)
    return made, tuple(inner)


def _slots_of(
    wanted: Sequence[int | str], parameters: Parameters
) -> list[Slot | None]:
    """The slot of each argument wanted; None for what the function itself holds."""
    return [
        None if one == ITSELF
        else parameters.at_keyword(one) if isinstance(one, str)
        else parameters.at_position(one)
        for one in wanted
    ]  # fmt: skip


def _parameters(fn: FunctionType, opened: tuple[str, ...]) -> Parameters:
    """The parameters of a function, and after them what its cells hold."""
    own = parameters_of(fn)
    more = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in opened]
    ordered = sorted((*own.signature.parameters.values(), *more), key=lambda p: p.kind)
    signature = own.signature.replace(parameters=ordered)
    return replace(own, signature=signature, named=own.named | set(opened))

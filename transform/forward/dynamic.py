"""`call_jvp`: forward mode through a function that emitted code finds only when it runs."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

from adjoint.runtime import home
from adjoint.runtime.errors import MissingRule, NotDifferentiable
from adjoint.runtime.rules import bind, compiled, rule_of
from adjoint.runtime.rules.table import REQUIRED, Rule
from adjoint.transform import dynamic
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.ours import derivative_of
from adjoint.transform.passes.pipeline import ALL, Passes

Tangents = Mapping[int | str, Any]
"""Of arguments by position or keyword; of `"self"`, and of what the function itself holds."""


def call_jvp(
    function: Any, wrt: tuple[int | str, ...], tangents: tuple[Any, ...], owner: Any = None,
    passes: Passes = ALL,
) -> Callable[..., tuple[Any, Any]]:  # fmt: skip
    """A function that is called as `function` is and gives its value and its tangent.

    Args:
        function: anything callable: a function, method, partial, object, or one with a rule.
        wrt: the arguments that have tangents; see `call_vjp`.
        tangents: these, in order.
        owner: the object of which the function is taken, where `"self"` is among them.
        passes: the names of the rewrites that are made on the way.

    >>> import math
    >>> call_jvp(math.sin, (0,), (2.0,))(0.0)
    (0.0, 2.0)
    >>> def scaler(k):
    ...     return lambda x: k * x
    >>> call_jvp(scaler(3.0), ("()", 0), ({"k": 1.0}, 0.5))(2.0)
    (6.0, 3.5)
    """
    return functools.partial(_call, function, wrt, tangents, owner, passes)


def jvp_with(passes: Passes) -> Callable[..., Any]:
    """What `call_jvp` means in text that certain rewrites made."""
    return call_jvp if passes == ALL else functools.partial(call_jvp, passes=passes)


def is_call_jvp(value: object) -> bool:
    """Whether this is what `call_jvp` means in some text."""
    return getattr(value, "func", value) is call_jvp


def _call(
    function: Any, wrt: tuple[int | str, ...], tangents: tuple[Any, ...], owner: Any,
    passes: Passes, /, *args: Any, **kwargs: Any,
) -> tuple[Any, Any]:  # fmt: skip
    from adjoint.transform.owned import field_of, tangent_of  # noqa: PLC0415

    given: dict[int | str, Any] = {}
    for one, tangent in zip(wrt, tangents, strict=True):
        members = dynamic.members(one, args, kwargs)
        if isinstance(members, range):
            given |= dict(zip(members, tangent, strict=True))
        elif isinstance(members, tuple):
            given |= {name: tangent[name] for name in members}
        elif one != ITSELF or tangent is not None:
            given[one] = tangent
    field = field_of(owner, function) if "self" in given else None
    if field is not None:
        own = tangent_of(owner, field, function, given.pop("self"))
        given |= {} if own is None else {ITSELF: own}
    return push_call(function, given, args, kwargs, passes, owner)


def push_call(
    function: Any, given: Tangents, args: tuple[Any, ...], kwargs: dict[str, Any], passes: Passes,
    owner: Any = None,
) -> tuple[Any, Any]:  # fmt: skip
    """The value and the tangent of a call, by what it is that is called."""
    from adjoint.transform.differentiable import Differentiable  # noqa: PLC0415
    from adjoint.transform.opened import is_made_inside, opened_jvp  # noqa: PLC0415

    if derivative_of(function) is not None:
        return _by_derivative(function, given, args, kwargs, passes)
    if isinstance(function, Differentiable):
        function = dynamic.undecorated(function)
    rule = rule_of(function)
    if rule is not None:
        return by_rule(function, rule, _without(given, ITSELF), args, kwargs)
    if isinstance(function, types.MethodType):
        return _by_method(function, given, args, kwargs, passes)
    if "self" in given:  # a static method: nothing of the object
        dynamic.refuse_held(function)
        return push_call(function, _without(given, "self"), args, kwargs, passes)
    if isinstance(function, functools.partial):
        return _by_partial(function, given, args, kwargs, passes)
    if is_made_inside(function):
        return opened_jvp(function, given, args, kwargs, passes, owner)
    call = getattr(type(function), "__call__", None)  # noqa: B004 - it is called below
    if isinstance(call, types.FunctionType):
        inside = {0 if one == ITSELF else dynamic.shifted_by(one, 1): t for one, t in given.items()}
        return push_call(call, inside, (function, *args), kwargs, passes)
    if isinstance(function, type):
        raise NotDifferentiable(
            f"which class makes the {function.__name__} here is known only when the program runs, "
            f"and a derivative flows through it; call `{function.__name__}(...)` by its name"
        )
    made = Differentiable(function, passes=passes)
    return made.raw_jvp(_without(given, ITSELF), args, kwargs)


def _by_derivative(
    function: Any, given: Tangents, args: tuple[Any, ...], kwargs: dict[str, Any], passes: Passes
) -> tuple[Any, Any]:
    """`f.gradient`, of whatever `f` is: it holds `f`, which holds what it holds."""
    from adjoint.transform.unwrap import unwrap  # noqa: PLC0415

    target, bound, preset = unwrap(function)
    standing = functools.partial(target, *bound, **preset) if bound or preset else target
    inside = dict(_without(_without(given, ITSELF), "self"))
    own = given.get("self", (given.get(ITSELF) or {}).get(ITSELF))
    if own is not None:
        inside[ITSELF] = {ITSELF: None, "0": own["self"]} if bound else own
    return push_call(standing, inside, args, kwargs, passes)


def _without(given: Tangents, name: str) -> Tangents:
    return {one: tangent for one, tangent in given.items() if one != name}


def _by_method(
    function: types.MethodType, given: Tangents, args: tuple[Any, ...], kwargs: dict[str, Any],
    passes: Passes,
) -> tuple[Any, Any]:  # fmt: skip
    """A bound method: the object is an argument, and what the method holds."""
    inside: dict[int | str, Any] = {}
    for one, tangent in given.items():
        if one == ITSELF:
            inside.setdefault(0, tangent["self"] if isinstance(tangent, dict) else tangent)
        elif one == "self":
            inside[0] = tangent
        else:
            inside[dynamic.shifted_by(one, 1)] = tangent
    return push_call(function.__func__, inside, (function.__self__, *args), kwargs, passes)


def _by_partial(
    function: functools.partial[Any], given: Tangents, args: tuple[Any, ...],
    kwargs: dict[str, Any], passes: Passes,
) -> tuple[Any, Any]:  # fmt: skip
    """A partial function holds another one and some of its arguments."""
    count = len(function.args)
    inside = {dynamic.shifted_by(one, count): t for one, t in given.items() if one != ITSELF}
    for name, tangent in _joined(function, given.get(ITSELF) or {}).items():
        one: int | str = int(name) if name.isdigit() else name
        if tangent is not None and not (one in function.keywords and one in kwargs):
            inside[one] = tangent
    named = {**function.keywords, **kwargs}
    return push_call(function.func, inside, (*function.args, *args), named, passes)


def _joined(function: functools.partial[Any], held: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a partial function holds: Python has joined it with one that it is of."""
    inner = held.get(ITSELF)
    is_partial = isinstance(inner, dict) and ITSELF in inner
    if not is_partial or isinstance(function.func, functools.partial):
        return held
    assert isinstance(inner, dict)
    inside = _joined(function, inner)
    count = sum(name.isdigit() for name in inside)
    own = {
        str(int(name) + count) if name.isdigit() else name: tangent
        for name, tangent in held.items() if name != ITSELF
    }  # fmt: skip
    return {**inside, **own}


def by_rule(
    function: Any, rule: Rule, given: Tangents, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    """The value and the tangent of a call of a function that has a rule.

    Raises:
        MissingRule: how many arguments the function takes is known only when it runs.
    """
    if rule.starred is not None:
        raise MissingRule(f"`{rule.name}` cannot be called where it is known only at run time")
    namespace = home.namespace_of(args)
    bound = bind(rule, len(args), list(kwargs))
    filled = {p: args[s] if isinstance(s, int) else kwargs[s] for p, s in bound.items()}  # type: ignore[index]
    sources = {s: p for p, s in bound.items()}
    values = [
        filled.get(p, None if default is REQUIRED else default)
        for p, default in rule.params.items()
    ]
    value = function(*args, **kwargs)
    helpers = home.bind_helpers(namespace)
    total = helpers["zero_tangent"](value)
    for one, tangent in given.items():
        parameter = sources[one]
        if parameter in rule.differentiable:
            part = compiled(rule, parameter, "jvp", namespace)(tangent, value, *values)
            total = helpers["accumulate"](total, part)
    return value, total

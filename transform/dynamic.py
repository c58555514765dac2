"""`call_vjp`: differentiate a function that emitted code finds only when it runs."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.rules import bind, compiled, rule_of
from adjoint.runtime.rules.table import REQUIRED, Rule

Pullback = Callable[..., Any]


def call_vjp(function: Any, wrt: tuple[int | str, ...]) -> Callable[..., tuple[Any, Pullback]]:
    """A function that is called as `function` is and gives its value and a pullback.

    Args:
        function: anything callable: a function, method, partial, object, or one with a rule.
        wrt: the arguments whose cotangents the pullback gives, in order: positions, keywords,
            `"self"` for the object of a method, `"*k"` for the starred arguments from position k,
            `"**a,b"` for all keywords but `a` and `b`.

    Returns:
        `call(*args, **kwargs) -> (value, pullback)`. A pullback of one argument gives its
        cotangent, one of several a tuple.

    >>> value, pullback = call_vjp(np.sin, (0,))(0.0)
    >>> float(value), float(pullback(2.0))
    (0.0, 2.0)
    """
    rule = rule_of(function)
    by_source = functools.partial(_by_source, function)
    run = functools.partial(_by_rule, function, rule) if rule else by_source
    return functools.partial(_call, run, wrt)


def _call(
    run: Callable[..., tuple[Any, Callable[[Any], dict[Any, Any]]]], wrt: tuple[int | str, ...],
    *args: Any, **kwargs: Any,
) -> tuple[Any, Pullback]:  # fmt: skip
    groups = [_members(one, args, kwargs) for one in wrt]
    wanted = [member for group in groups for member in (group if _many(group) else [group])]
    value, pull = run(tuple(wanted), args, kwargs)

    def pullback(g: Any) -> Any:
        found = pull(g)
        parts = [
            {k: found[k] for k in group} if isinstance(group, tuple)
            else [found[k] for k in group] if isinstance(group, range)
            else found[group]
            for group in groups
        ]  # fmt: skip
        return parts[0] if len(parts) == 1 else tuple(parts)

    return value, pullback


def _members(one: int | str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What an entry of `wrt` stands for: an argument, a range of positions, a tuple of keywords."""
    if not isinstance(one, str) or not one.startswith("*"):
        return one
    if one.startswith("**"):
        return tuple(k for k in kwargs if k not in one[2:].split(","))
    return range(int(one[1:]), len(args))


def _many(group: Any) -> bool:
    return isinstance(group, range | tuple)


def _by_source(
    function: Any, wanted: Sequence[int | str], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Callable[[Any], dict[Any, Any]]]:
    from adjoint.transform.differentiable import Differentiable  # noqa: PLC0415

    if "self" in wanted:
        if not isinstance(function, types.MethodType):  # a static method: nothing of the object
            rest = [w for w in wanted if w != "self"]
            value, pull = _by_source(function, rest, args, kwargs)
            return value, lambda g: {"self": None, **pull(g)}
        args = (function.__self__, *args)
        function = function.__func__
        wanted = [0 if w == "self" else w + 1 if isinstance(w, int) else w for w in wanted]
        value, pull = _by_source(function, wanted, args, kwargs)
        return value, lambda g: {
            "self" if k == 0 else k - 1 if isinstance(k, int) else k: v for k, v in pull(g).items()
        }
    own = function if isinstance(function, Differentiable) else Differentiable(function)
    return own.raw_vjp(wanted, args, kwargs)


def _by_rule(
    function: Any, rule: Rule, wanted: Sequence[int | str], args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[Any, Callable[[Any], dict[Any, Any]]]:  # fmt: skip
    if rule.starred is not None:
        raise MissingRule(f"`{rule.name}` cannot be called where it is known only at run time")
    namespace = home.namespace_of(args)
    bound = bind(rule, len(args), list(kwargs))
    given = {p: args[s] if isinstance(s, int) else kwargs[s] for p, s in bound.items()}  # type: ignore[index]
    sources = {s: p for p, s in bound.items()}
    values = [
        given.get(p, None if default is REQUIRED else default) for p, default in rule.params.items()
    ]
    value = function(*args, **kwargs)
    own, unbroadcast = (home.bind_helpers(namespace)[n] for n in ("own", "unbroadcast"))
    values = [own(v) if hasattr(v, "dtype") else v for v in values]
    kept = own(value)

    def pull(g: Any) -> dict[Any, Any]:
        found = {}
        for one in wanted:
            parameter = sources[one]
            if parameter not in rule.differentiable:
                found[one] = np.zeros(np.shape(given[parameter]))
                continue
            part = compiled(rule, parameter, np=namespace)(g, kept, *values)
            if rule.kind == "elementwise":
                part = unbroadcast(part, given[parameter])
            found[one] = part
        return found

    return value, pull

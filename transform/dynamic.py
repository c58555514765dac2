"""`call_vjp`: differentiate a function that emitted code finds only when it runs."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Sequence
from typing import Any

from adjoint.runtime import home
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.activity import may_carry
from adjoint.transform.analyses.kind import kind_of
from adjoint.transform.called_rules import by_rule
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.foreign import shown_at_run_time
from adjoint.transform.ours import derivative_of
from adjoint.transform.passes.pipeline import ALL, Passes
from adjoint.transform.ties import refuse_tied

ITSELF = "()"
"""Among what is differentiated with respect to: what the function called holds."""

Pullback = Callable[..., Any]
Wanted = Sequence[int | str]
Found = tuple[Any, Callable[[Any], dict[Any, Any]]]
"""The value of a call, and a pullback to the cotangents of what is wanted."""


def call_vjp(
    function: Any, wrt: tuple[int | str, ...], owner: Any = None, passes: Passes = ALL
) -> Callable[..., tuple[Any, Pullback]]:
    """A function that is called as `function` is and gives its value and a pullback.

    Args:
        function: anything callable: a function, method, partial, object, or one with a rule.
        wrt: the arguments whose cotangents the pullback gives, in order: positions, keywords,
            `"self"` for the object of a method, `"*k"` for the starred arguments from position k,
            `"**a,b"` for all keywords but `a` and `b`; `"()"` for what the function itself holds:
            the fields of an object, of other functions a dict by name.
        owner: the object of which the function is taken, where `"self"` is among them.
        passes: the names of the rewrites that are made on the way.

    Returns:
        `call(*args, **kwargs) -> (value, pullback)`. A pullback of one argument gives its
        cotangent, one of several a tuple.

    >>> import math
    >>> value, pullback = call_vjp(math.sin, (0,))(0.0)
    >>> float(value), float(pullback(2.0))
    (0.0, 2.0)
    >>> def scaler(k):
    ...     return lambda x: k * x
    >>> value, pullback = call_vjp(scaler(3.0), ("()", 0))(2.0)
    >>> pullback(1.0)
    ({'k': 2.0}, 3.0)
    """
    return functools.partial(_call, function, wrt, owner, passes)


def call_with(passes: Passes) -> Callable[..., Any]:
    """What `call_vjp` means in text that certain rewrites made."""
    return call_vjp if passes == ALL else functools.partial(call_vjp, passes=passes)


def is_call_vjp(value: object) -> bool:
    """Whether this is what `call_vjp` means in some text."""
    return getattr(value, "func", value) is call_vjp


def _call(
    function: Any, wrt: tuple[int | str, ...], owner: Any, passes: Passes, /, *args: Any,
    **kwargs: Any,
) -> tuple[Any, Pullback]:  # fmt: skip
    groups = [members(one, args, kwargs) for one in wrt]
    wanted = [member for group in groups for member in (group if _many(group) else [group])]
    try:
        value, pull = _of_owner(function, owner, wanted, args, kwargs, passes)
    except UnsupportedSyntax as error:
        raise shown_at_run_time(function, error) from None
    number = home.is_array(value) and value.shape == ()  # on a device; seeds may be plain zeros
    full, dtype = home.namespace_of(value).full, getattr(value, "dtype", None)
    zeros_like = home.bind_helpers(home.namespace_of(value))["zeros_like"]
    unread = zeros_like(value) if isinstance(value, list | tuple | dict) else None

    def pullback(g: Any) -> Any:
        if unread is not None and isinstance(g, float):  # nobody reads it: a zero stands for all
            g = zeros_like(unread)
        found = pull(full((), g, dtype) if number and not home.is_array(g) else g)
        parts = [
            {k: found[k] for k in group} if isinstance(group, tuple)
            else [found[k] for k in group] if isinstance(group, range)
            else found[group]
            for group in groups
        ]  # fmt: skip
        return parts[0] if len(parts) == 1 else tuple(parts)

    return value, pullback


def members(one: int | str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What an entry of `wrt` stands for: an argument, a range of positions, a tuple of keywords."""
    if not isinstance(one, str) or not one.startswith("*"):
        return one
    if one.startswith("**"):
        return tuple(k for k in kwargs if k not in one[2:].split(","))
    return range(int(one[1:]), len(args))


def _many(group: Any) -> bool:
    return isinstance(group, range | tuple)


def _of_owner(
    function: Any, owner: Any, wanted: Wanted, args: tuple[Any, ...], kwargs: dict[str, Any],
    passes: Passes,
) -> Found:  # fmt: skip
    """Differentiate a call of what an object has under a name: a method, or what is in a field."""
    if "self" not in wanted:
        return _differentiated(function, wanted, args, kwargs, passes)
    from adjoint.transform.owned import cotangent_of, field_of  # noqa: PLC0415

    field = field_of(owner, function)
    if field is None:
        return _differentiated(function, wanted, args, kwargs, passes)
    inner = [ITSELF, *(one for one in wanted if one != "self")]
    value, pull = _differentiated(function, inner, args, kwargs, passes, owner)

    def pullback(g: Any) -> dict[Any, Any]:
        found = pull(g)
        return {**found, "self": cotangent_of(owner, field, function, found[ITSELF])}

    return value, pullback


def _differentiated(
    function: Any, wanted: Wanted, args: tuple[Any, ...], kwargs: dict[str, Any], passes: Passes,
    owner: Any = None,
) -> Found:  # fmt: skip
    """Differentiate a call, by what it is that is called."""
    from adjoint.transform.differentiable import Differentiable  # noqa: PLC0415
    from adjoint.transform.opened import is_made_inside, opened_vjp  # noqa: PLC0415

    if derivative_of(function) is not None:
        return _by_derivative(function, wanted, args, kwargs, passes)
    if isinstance(function, Differentiable):
        function = undecorated(function)
    rule = rule_of(function)
    if rule is not None:
        rest = [one for one in wanted if one != ITSELF]
        return _with(by_rule(function, rule, rest, args, kwargs), {ITSELF: None})
    if isinstance(function, types.MethodType):
        return _by_method(function, wanted, args, kwargs, passes)
    if "self" in wanted:  # a static method: nothing of the object
        refuse_held(function)
        rest = [one for one in wanted if one != "self"]
        return _with(_differentiated(function, rest, args, kwargs, passes), {"self": None})
    if isinstance(function, functools.partial):
        return _by_partial(function, wanted, args, kwargs, passes)
    if is_made_inside(function):
        return opened_vjp(function, wanted, args, kwargs, passes, owner)
    call = getattr(type(function), "__call__", None)  # noqa: B004 - it is called below
    if isinstance(call, types.FunctionType):
        shifted = [0 if one == ITSELF else shifted_by(one, 1) for one in wanted]
        value, pull = _differentiated(call, shifted, (function, *args), kwargs, passes)
        return value, lambda g: dict(zip(wanted, _values(pull(g), shifted), strict=True))
    if isinstance(function, type):
        raise NotDifferentiable(
            f"which class makes the {function.__name__} here is known only when the program runs, "
            f"and a derivative flows through it; call `{function.__name__}(...)` by its name"
        )
    rest = [one for one in wanted if one != ITSELF]
    made = Differentiable(function, passes=passes)
    return _with(made.raw_vjp(rest, args, kwargs), {ITSELF: None})


def _by_derivative(
    function: Any, wanted: Wanted, args: tuple[Any, ...], kwargs: dict[str, Any], passes: Passes
) -> Found:
    """`f.gradient`, of whatever `f` is: it holds `f`, which holds what it holds."""
    from adjoint.transform.unwrap import unwrap  # noqa: PLC0415

    target, bound, preset = unwrap(function)
    standing = functools.partial(target, *bound, **preset) if bound or preset else target
    inner = [ITSELF if one == "self" else one for one in wanted]
    value, pull = _differentiated(standing, list(dict.fromkeys(inner)), args, kwargs, passes)

    def pullback(g: Any) -> dict[Any, Any]:
        found = pull(g)
        if ITSELF in inner:
            own = {"self": found[ITSELF]["0"]} if bound else found[ITSELF]
            found |= {"self": own, ITSELF: {ITSELF: own}}
        return found

    return value, pullback


def undecorated(function: Any) -> Any:
    """The function, method or partial of which something is the differentiable form."""
    target, bound, preset = function._target()
    if len(bound) == 1 and not preset:
        return types.MethodType(target, bound[0])
    return functools.partial(target, *bound, **preset) if bound or preset else target


def refuse_held(function: Any) -> None:
    """Refuse a function that is called as a method is, and holds values of its own.

    Raises:
        NotDifferentiable: it does.
    """
    if _holds_numbers(function):
        raise NotDifferentiable(
            f"{getattr(function, '__name__', function)!r} is kept in an attribute, is called "
            "as a method is, and holds values of its own; give it a name first: `f = obj.f`"
        )


def _holds_numbers(function: Any) -> bool:
    """Whether a function that is no method holds values that may be differentiated."""
    from adjoint.transform.opened import is_fixed  # noqa: PLC0415

    held: list[Any] = []
    if isinstance(function, functools.partial):
        held = [*function.args, *function.keywords.values()]
    elif isinstance(function, types.FunctionType):
        held = [cell.cell_contents for cell in function.__closure__ or ()]
        held += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    else:
        held = list(getattr(function, "__dict__", {}).values())
    return any(may_carry(kind_of(value)) for value in held if not is_fixed(value))


def _with(found: Found, more: dict[Any, Any]) -> Found:
    """A pullback that gives something else as well."""
    value, pull = found
    return value, lambda g: {**more, **pull(g)}


def shifted_by(one: int | str, count: int) -> int | str:
    """Which argument that is where `count` others stand before it."""
    return one + count if isinstance(one, int) else one


def _values(found: dict[Any, Any], wanted: Wanted) -> list[Any]:
    return [found[one] for one in wanted]


def _by_method(
    function: types.MethodType, wanted: Wanted, args: tuple[Any, ...], kwargs: dict[str, Any],
    passes: Passes,
) -> Found:  # fmt: skip
    """A bound method: the object is an argument, and what the method holds."""
    if ITSELF in wanted:
        refuse_tied(function, [function.__self__])
    inner = [0 if one in ("self", ITSELF) else shifted_by(one, 1) for one in wanted]
    unique = list(dict.fromkeys(inner))
    value, pull = _differentiated(
        function.__func__, unique, (function.__self__, *args), kwargs, passes
    )

    def pullback(g: Any) -> dict[Any, Any]:
        found = dict(zip(wanted, _values(pull(g), inner), strict=True))
        if ITSELF in found:
            found[ITSELF] = {"self": found[ITSELF]}
        return found

    return value, pullback


def _by_partial(
    function: functools.partial[Any], wanted: Wanted, args: tuple[Any, ...],
    kwargs: dict[str, Any], passes: Passes,
) -> Found:  # fmt: skip
    """A partial function holds another one and some of its arguments."""
    count = len(function.args)
    inner = [shifted_by(one, count) for one in wanted if one != ITSELF]
    held: list[int | str] = []
    if ITSELF in wanted:
        held = [*range(count), *(k for k in function.keywords if k not in kwargs), ITSELF]
    value, pull = _differentiated(
        function.func, [*inner, *held], (*function.args, *args), {**function.keywords, **kwargs},
        passes,
    )  # fmt: skip

    def pullback(g: Any) -> dict[Any, Any]:
        found = pull(g)
        given = {one: found[shifted_by(one, count)] for one in wanted if one != ITSELF}
        own = dict.fromkeys(function.keywords) | {str(one): found[one] for one in held}
        return {**given, ITSELF: own}

    return value, pullback

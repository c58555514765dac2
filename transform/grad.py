"""How users ask for derivatives: `@grad`, and functions of functions that are not decorated."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from adjoint.runtime.tracebacks import rewritten
from adjoint.transform.acceptance import check_accepted, is_put_off
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.parameters import Wrt
from adjoint.transform.unwrap import unwrap


@rewritten
def grad(function: Any = None, /, *, wrt: Wrt = None) -> Any:
    """Make a function differentiable.

    Args:
        function: a function, lambda, method, partial or callable object with source.
        wrt: names or positions of the parameters to differentiate with respect to; the first one
            if not given.

    Returns:
        A `Differentiable`; without `function`, a decorator.

    >>> @grad
    ... def square(x):
    ...     return x * x
    >>> square(3.0), square.gradient(3.0)
    (9.0, 6.0)
    """
    if function is None:
        return functools.partial(grad, wrt=wrt)
    return _accepted(Differentiable(function, wrt))


@rewritten
def gradient(function: Any, wrt: Wrt = None) -> Callable[..., Any]:
    """The gradient of an undecorated function, as a function of the same arguments.

    >>> gradient(lambda x, y: x * y, wrt="y")(3.0, 4.0)
    3.0
    """
    return differentiable(function, wrt).gradient


@rewritten
def value_and_gradient(function: Any, wrt: Wrt = None) -> Callable[..., tuple[Any, Any]]:
    """Value and gradient of an undecorated function, as a function of the same arguments.

    >>> value_and_gradient(lambda x: x ** 3)(2.0)
    (8.0, 12.0)
    """
    return differentiable(function, wrt).value_and_gradient


@rewritten
def vjp(
    function: Any, *args: Any, wrt: Wrt = None, **kwargs: Any
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of a function at some arguments, and its pullback there.

    >>> value, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pullback(1.0)
    (12.0, (4.0, 3.0))
    """
    return differentiable(function, wrt).vjp(*args, **kwargs)


@rewritten
def jvp(
    function: Any, args: Sequence[Any], tangents: Sequence[Any], **kwargs: Any
) -> tuple[Any, Any]:
    """The value of a function at some arguments, and its tangent along theirs.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, None))
    (12.0, 4.0)
    """
    return differentiable(function, None).jvp(args, tangents, **kwargs)


def differentiable(function: Any, wrt: Wrt) -> Differentiable:
    """A function in its differentiable form; itself where it is in that form already."""
    if isinstance(function, Differentiable) and wrt is None:
        return function
    return _accepted(Differentiable(function, wrt))


def _accepted(made: Differentiable) -> Differentiable:
    """Refuse at once what is refused, the first time that a function is seen."""
    if not is_put_off():
        check_accepted(unwrap(made)[0])
    return made

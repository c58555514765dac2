"""Jacobians, Hessians and their products, as functions of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adjoint.runtime.tracebacks import rewritten
from adjoint.transform.grad import differentiable
from adjoint.transform.jacobians import (
    FORWARD,
    REVERSE,
    diagonal_of,
    hessian_of,
    jacobian_of,
    product_of,
)  # fmt: skip
from adjoint.transform.leaves import results_in
from adjoint.transform.parameters import Wrt

Matrix = Callable[..., Any]


def jacobian(function: Any, wrt: Wrt = None, mode: str | None = None) -> Matrix:
    """The Jacobian of a function, as a function of the same arguments.

    Args:
        function: a function of arrays and numbers, or of structures of them.
        wrt: with respect to which parameters; the first one if not given.
        mode: `forward` (a sweep for each entry of the arguments) or `reverse` (one for each entry
            of the result); what takes fewer sweeps if not given.

    Returns:
        A function that gives an array of the shape of the result and, after that, the shape of the
        argument. Where the result has a structure, that structure of such arrays; where the
        argument has one, each of them is that structure.

    >>> def polar(p):
    ...     return np.array([p[0] * np.cos(p[1]), p[0] * np.sin(p[1])])
    >>> jacobian(polar)(np.array([2.0, 0.0]))
    array([[1., 0.],
           [0., 2.]])
    """
    made = differentiable(function, wrt)
    return rewritten(lambda *args, **kwargs: jacobian_of(made, args, kwargs, mode))


def jacfwd(function: Any, wrt: Wrt = None) -> Matrix:
    """The Jacobian by forward mode, column by column; see `jacobian`.

    >>> jacfwd(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return jacobian(function, wrt, FORWARD)


def jacrev(function: Any, wrt: Wrt = None) -> Matrix:
    """The Jacobian by reverse mode, row by row; see `jacobian`.

    >>> jacrev(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return jacobian(function, wrt, REVERSE)


def hessian(function: Any, wrt: Wrt = None, mode: str | None = None) -> Matrix:
    """The Hessian of a function that gives a number, as a function of the same arguments.

    Args:
        function: a function whose result is a number.
        wrt: with respect to which parameters; the first one if not given.
        mode: how its gradient is differentiated: `forward` if not given.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    made = differentiable(function, wrt)
    return rewritten(lambda *args, **kwargs: hessian_of(made, args, kwargs, mode))


@rewritten
def hvp(function: Any, args: tuple[Any, ...], vector: Any, wrt: Wrt = None, **kwargs: Any) -> Any:
    """The product of the Hessian and a vector, by forward mode over reverse mode.

    Args:
        function: a function whose result is a number.
        args: the positional arguments.
        vector: in the structure of the argument; for several `wrt` a tuple.
        wrt: with respect to which parameters; the first one if not given.
        kwargs: the keyword arguments.

    >>> hvp(lambda x: x[0] ** 2 * x[1], (np.array([3.0, 5.0]),), np.array([1.0, 0.0]))
    array([10.,  6.])
    """
    return product_of(differentiable(function, wrt), args, vector, kwargs, None)


@rewritten
def vhp(function: Any, args: tuple[Any, ...], vector: Any, wrt: Wrt = None, **kwargs: Any) -> Any:
    """The product of a vector and the Hessian, by reverse mode over reverse mode; see `hvp`.

    >>> vhp(lambda x: x[0] ** 2 * x[1], (np.array([3.0, 5.0]),), np.array([1.0, 0.0]))
    array([10.,  6.])
    """
    return product_of(differentiable(function, wrt), args, vector, kwargs, REVERSE)


def hessian_diagonal(function: Any, wrt: Wrt = None) -> Matrix:
    """The diagonal of the Hessian, in the structure of the argument.

    It takes a product for each entry: the diagonal is not cheaper than the whole.

    >>> hessian_diagonal(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([ 6., 12.])
    """
    made = differentiable(function, wrt)
    return rewritten(lambda *args, **kwargs: diagonal_of(made, args, kwargs))


def laplacian(function: Any, wrt: Wrt = None) -> Matrix:
    """The sum of the second derivatives with respect to each entry of the argument.

    >>> float(laplacian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])))
    18.0
    """
    diagonal = hessian_diagonal(function, wrt)

    def at(*args: Any, **kwargs: Any) -> Any:
        return sum(np.sum(leaf) for leaf in results_in(diagonal(*args, **kwargs)))

    return at

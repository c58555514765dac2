"""The same program on eager tensors: where it runs on them, its gradients are those of the tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import adjoint

from .checker import accuracy_of, compare
from .trees import duplicate


def check_eager(
    function: Callable[..., Any], args: tuple[Any, ...], wrt: tuple[int, ...], api: Any = adjoint
) -> bool:
    """Compares the gradients of a number with those that eager tensors find.

    Args:
        function: the program, undecorated.
        args: its arguments, arrays and numbers.
        wrt: the positions of what is differentiated.
        api: what offers `gradient` and `tensor`.

    Returns:
        Whether the program runs on tensors, and means the same there: many do not, since
        `math.sin` takes no tensor.

    Raises:
        WrongGradient: the two differ.
    """
    leaves = {i: api.tensor(np.array(args[i]), requires_grad=True) for i in wrt}
    mine = [leaves[i] * 1.0 if i in wrt else arg for i, arg in enumerate(duplicate(args))]
    try:
        value = function(*mine)
        if not getattr(value, "requires_grad", False):
            return False
        if not np.allclose(value.detach().numpy(), function(*duplicate(args)), rtol=1e-10):
            return False  # `x[0], x[1] = x[1], x[0]` means another thing where elements are views
        value.backward()
    except Exception:
        return False  # not in the eager language
    want = api.gradient(function, wrt=wrt)(*duplicate(args))
    for i, expected in zip(wrt, want if len(wrt) > 1 else (want,), strict=True):
        if leaves[i].grad is not None:
            got = leaves[i].grad.numpy()
            got = got if np.ndim(args[i]) else float(got)
            compare(f"eager: argument {i}", got, expected, args[i], accuracy_of(args))
    return True

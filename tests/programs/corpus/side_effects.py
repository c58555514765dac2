"""Calls that only look, checks that may raise, and contexts."""

import warnings

import numpy as np

from ..registry import arr, pos, program


@program((arr(3),))
def prints(x):
    y = x * x
    print("y is", y, f"{y[0]:.3f}", sep=" ", end="\n")
    return np.sum(y)


@program((arr(3), 3))
def prints_in_a_loop(x, n):
    for i in range(n):
        x = np.sin(x)
        if i == 1:
            print(f"step {i}: {x.sum():g}")
    return np.sum(x)


@program((pos(3),))
def asserts(x):
    assert x.ndim == 1, "a vector please"
    assert np.all(x > 0)
    y = np.log(x)
    assert y.shape == x.shape, f"shape {y.shape}"
    return np.sum(y)


@program((pos(3),))
def checks(x):
    if not np.all(np.isfinite(x)):
        raise ValueError(f"not finite: {x}")
    if isinstance(x, str):
        raise TypeError
    return np.sum(np.sqrt(x))


@program((arr(3),))
def inspects(x):
    if hasattr(x, "shape") and len(x.shape) == 1 and x.dtype == float:
        y = x * type(x[0])(2.0)
    else:
        y = x
    return np.sum(y * x) + (id(x) == 0)


@program((arr(3),))
def error_state(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0, np.log(x), x)
        z = y * y
    return np.sum(z)


@program((arr(3),), may_refuse=True)
def warnings_silenced(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = np.sqrt(x * x + 1.0)
    return np.sum(y)


@program((arr(3),))
def strings_and_bytes(x):
    name = "a" + "b" * 2
    key = f"{name}-{len(name)}"
    parts = key.split("-")
    return np.sum(x**2) * int(parts[1])


@program((arr(3),))
def docstring_and_constants(x):
    """A docstring is not a statement that matters."""
    ...
    "neither is this"
    return np.sum(x)


@program((arr(3), 3))
def counts_and_flags(x, n):
    count = 0
    seen = False
    names = []
    for i in range(n):
        if x[i] > 0:
            count += 1
            seen = True
            names.append(f"x{i}")
    return np.sum(x * x) * (count + 1) + (2.0 if seen else 3.0) * x[0] + len(names)


def checked(x):
    if np.any(np.isnan(x)):
        raise FloatingPointError
    return x


@program((arr(3),))
def helper_that_only_checks(x):
    return np.sum(checked(x) * checked(x * 2.0))


@program((arr(3),))
def expression_statements(x):
    x * 2.0
    np.sin(x)
    x.shape
    return np.sum(x * x)

"""What is read before anything is bound to it raises what Python raises, where it is run."""

import numpy as np
import pytest

from adjoint import grad

X = np.array([1.0, 2.0])


def at_the_start(x):
    y = u * x  # noqa: F821
    u = 2.0
    return np.sum(y * u)


def in_a_branch(x, flag):
    if flag:
        v = v * 0.5  # noqa: F821
    v = x * x
    return np.sum(v)


def in_a_loop(x, n):
    for i in range(n):
        u[i] += x  # noqa: F821
    for _ in range(1):
        u = x
    return np.sum(u * x)


def in_an_expression(x, flag):
    y = w * x if flag else x  # noqa: F821
    looks = flag and w > 0  # noqa: F821
    w = 2.0 if looks else y
    return np.sum(w)


def caught(x):
    try:
        y = z * x  # noqa: F821
        z = 3.0
    except UnboundLocalError:
        z = 2.0
        y = x * z
    return np.sum(y)


@pytest.mark.parametrize(
    ("fn", "args"), [(at_the_start, ()), (in_a_branch, (True,)), (in_a_loop, (2,)),
                     (in_an_expression, (True,))]
)  # fmt: skip
def test_what_is_read_too_early_raises_as_in_python(fn, args):
    with pytest.raises(UnboundLocalError) as plain:
        fn(X, *args)
    for derived in (grad(fn).gradient, grad(fn).vjp):
        with pytest.raises(UnboundLocalError, match=str(plain.value)):
            derived(X, *args)
    with pytest.raises(UnboundLocalError):
        grad(fn).jvp((X, *args), (X, *(None for _ in args)))


@pytest.mark.parametrize(
    ("fn", "args", "expected"),
    [
        (in_a_branch, (False,), 2 * X),
        (in_a_loop, (0,), 2 * X),
        (in_an_expression, (False,), np.ones(2)),
        (caught, (), np.full(2, 2.0)),
    ],
)
def test_a_way_that_does_not_read_it_is_differentiated(fn, args, expected):
    assert np.array_equal(grad(fn).gradient(X, *args), expected)

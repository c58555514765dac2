"""What a tangent raises is not for the handlers of the function: they take what it raised."""

import contextlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.cli import dump


def root(v: Any) -> Any:
    return math.sqrt(v)


def power(v: Any) -> Any:
    if v < 0:
        raise ValueError("negative")
    return v**0.5


def in_the_body(x: Any) -> Any:
    try:
        y = math.sqrt(x)
    except ArithmeticError:
        y = 5.0 * x
    return y


def in_what_it_calls(x: Any) -> Any:
    try:
        y = root(x)
    except (ArithmeticError, ValueError):
        y = 5.0 * x
    return y


def in_an_argument(x: Any) -> Any:
    try:
        y = root(root(x))
    except:  # noqa: E722
        y = 9.0 * x
    return y


def in_what_is_given_by_name(x: Any) -> Any:
    try:
        y = power(v=x)
    except Exception as error:
        y = 2.0 * x + len(error.args)
    return y


def in_a_suppressed_block(x: Any) -> Any:
    y = x
    with contextlib.suppress(ArithmeticError):
        y = math.sqrt(x)
    return y


def in_two_blocks(x: Any) -> Any:
    try:
        try:
            z = math.sqrt(x)
        except ZeroDivisionError:
            z = 1.0
        z = z + math.sqrt(x + 1)
    except ArithmeticError:
        z = 4.0 * x
    except ValueError:
        z = 3.0 * x
    return z


def in_a_loop(x: Any) -> Any:
    y = x
    for i in range(3):
        try:
            y = y + math.sqrt(x + i)
        except ZeroDivisionError:
            break
    return y


def among_raised_warnings(x: Any) -> Any:
    try:
        with np.errstate(all="raise"):
            y = np.sqrt(x)
    except FloatingPointError:
        y = 7.0 * x
    return np.sum(y)


PROGRAMS = [
    in_the_body, in_what_it_calls, in_an_argument, in_what_is_given_by_name,
    in_a_suppressed_block, in_two_blocks, in_a_loop, among_raised_warnings,
]  # fmt: skip


@pytest.mark.parametrize("function", PROGRAMS)
def test_what_a_tangent_raises_is_not_handled(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ArithmeticError):
        adjoint.jvp(function, (0.0,), (1.0,))


@pytest.mark.parametrize("function", PROGRAMS)
def test_elsewhere_both_modes_agree(function: Callable[[Any], Any]) -> None:
    value, tangent = adjoint.jvp(function, (4.0,), (1.0,))
    assert value == function(4.0)
    assert tangent == pytest.approx(adjoint.gradient(function)(4.0), rel=1e-12)


@pytest.mark.parametrize("function", [in_what_it_calls, in_an_argument, in_what_is_given_by_name])
def test_what_the_function_raises_is_handled(function: Callable[[Any], Any]) -> None:
    value, tangent = adjoint.jvp(function, (-4.0,), (1.0,))
    assert value == function(-4.0)
    assert tangent == adjoint.gradient(function)(-4.0)


def test_an_error_of_an_argument_without_a_tangent_is_handled() -> None:
    def f(x: float, c: float) -> float:
        try:
            y = root(x * x) + root(math.sqrt(c) + x)
        except ValueError:
            y = 5.0 * x
        return y

    assert adjoint.jvp(f, (2.0, -1.0), (1.0, None)) == (10.0, 5.0)


def test_the_test_is_written_where_a_tangent_stands() -> None:
    text = adjoint.Differentiable(in_the_body, ("x",)).source_of("jvp", None, 1.0)
    assert "        if is_of_tangent(error):\n            raise\n" in text


def test_a_module_of_its_own_cannot_tell() -> None:
    with pytest.raises(ValueError, match="errors of tangents"):
        dump(f"{__file__}:in_the_body", "jvp", None, standalone=True)

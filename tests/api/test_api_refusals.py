"""When and how functions are refused, and what tracebacks show."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np
import pytest

from adjoint import SourceNotFound, UnsupportedSyntax, grad, gradient, tensor

from .modules import Write, write

__all__ = ["write"]
X = np.array([1.0, 2.0])


def test_what_is_not_accepted_is_refused_at_decoration(write: Write) -> None:
    with pytest.raises(UnsupportedSyntax) as refusal:
        write("@grad\ndef f(x):\n    y = eval('x + 10')\n    return y\n")
    error = refusal.value
    assert (error.lineno, error.text) == (5, "    y = eval('x + 10')\n")
    assert error.offset == 9
    assert "write the expression out" in str(error)


def test_the_traceback_of_a_refusal_shows_no_frame_of_ours(write: Write) -> None:
    with pytest.raises(UnsupportedSyntax) as refusal:
        write("@grad\ndef f(x):\n    y = eval('x + 10')\n    return y\n")
    names = [frame.name for frame in traceback.extract_tb(refusal.value.__traceback__)]
    assert names[names.index("<module>") :] == ["<module>"]


def test_names_may_be_defined_after_decoration(write: Write) -> None:
    module = write(
        """
        @grad
        def f(x):
            return later(x) * constant

        def later(x):
            return np.sum(x)

        constant = 7.0
        """
    )
    assert np.array_equal(module.f.gradient(X), [7.0, 7.0])


def test_variables_of_the_enclosing_function_may_be_assigned_after_decoration() -> None:
    @grad
    def f(x: Any) -> Any:
        return later(x)

    def later(x: Any) -> Any:
        return 7.0 * x

    assert f.gradient(2.0) == 7.0


def test_a_name_that_is_never_defined_is_refused_at_first_use(write: Write) -> None:
    module = write("@grad\ndef f(x):\n    return x + nowhere\n")
    with pytest.raises(UnsupportedSyntax, match="name 'nowhere' is not defined") as refusal:
        module.f.gradient(2.0)
    assert refusal.value.lineno == 5


def test_functions_without_source_are_refused_at_decoration() -> None:
    scope: dict[str, Any] = {}
    exec("def f(x): return x", scope)
    with pytest.raises(SourceNotFound, match=r"define the function in a file or a notebook"):
        grad(scope["f"])
    with pytest.raises(SourceNotFound):
        gradient(scope["f"])


RAISES = """
    @grad
    def f(x):
        if x > 0:
            raise ValueError("mine")
        return x
"""


def test_errors_of_the_users_code_show_the_users_source(write: Write) -> None:
    f = write(RAISES).f
    with pytest.raises(ValueError, match="mine") as caught:
        f.gradient(1.0)
    outer, inner = traceback.extract_tb(caught.value.__traceback__)
    assert outer.filename == __file__
    assert (inner.filename, inner.name) == (f.__wrapped__.__code__.co_filename, "f")
    assert inner.line == 'raise ValueError("mine")'


def test_so_do_they_in_calls_with_tensors(write: Write) -> None:
    f = write(RAISES).f
    with pytest.raises(ValueError, match="mine") as caught:
        f(tensor(1.0, requires_grad=True))
    _, inner = traceback.extract_tb(caught.value.__traceback__)
    assert inner.name == "f"
    assert inner.line == 'raise ValueError("mine")'


def test_plain_calls_run_the_users_own_function(write: Write) -> None:
    f = write(RAISES).f
    with pytest.raises(ValueError, match="mine") as caught:
        f(1.0)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].filename.endswith(".py")


@pytest.mark.parametrize("result", ["print(x)", "'abc'.__class__.__name__", "np.dtype(float)"])
def test_what_is_no_number_has_no_gradient(write: Write, result: str) -> None:
    f = write(f"@grad\ndef f(x):\n    return {result}\n").f
    with pytest.raises(TypeError, match="single number"):
        f.gradient(1.0)
    with pytest.raises(TypeError, match="single number"):
        f.value_and_gradient(1.0)

"""What is found outside a function may change: emitted functions follow, or are written anew."""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adjoint import grad, gradient
from adjoint.transform import compiled

from .modules import HEADER, Write, write

__all__ = ["write"]
X = np.array([1.0, 2.0])


def same(found: Any, expected: Any) -> bool:
    return np.array_equal(found, np.asarray(expected))


@pytest.fixture
def emissions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modes of all functions that are emitted for users' calls."""
    modes: list[str] = []
    derive = compiled.derive

    def counted(callee: Any, mode: str, *rest: Any) -> Any:
        modes.append(mode)
        return derive(callee, mode, *rest)

    monkeypatch.setattr(compiled, "derive", counted)
    return modes


MODULE = """
    scale = 2.0

    def helper(x):
        return x * x

    def between(x):
        return helper(x)

    @grad
    def f(x):
        return np.sum(between(x)) * scale
"""


def test_a_helper_that_is_rebound(write: Write) -> None:
    module = write(MODULE)
    assert same(module.f.gradient(X), 4 * X)
    module.helper = lambda x: x * 3
    assert same(module.f.gradient(X), [6.0, 6.0])
    module.between = lambda x: x
    assert same(module.f.gradient(X), [2.0, 2.0])


def test_the_code_of_a_helper_that_is_replaced_as_reloaders_do(write: Write) -> None:
    module = write(MODULE)
    assert same(module.f.gradient(X), 4 * X)
    module.helper.__code__ = (lambda x: x * 5).__code__
    assert same(module.f.gradient(X), [10.0, 10.0])


def test_a_helper_in_a_module_that_is_used_by_its_dotted_name(write: Write) -> None:
    library = write("def helper(x):\n    return x * x\n")
    user = write(
        f"""
        import {library.__name__} as library

        @grad
        def f(x):
            return np.sum(library.helper(x))
        """
    )
    assert same(user.f.gradient(X), 2 * X)
    library.helper = lambda x: x * 3
    assert same(user.f.gradient(X), [3.0, 3.0])


def test_a_function_of_numpy_that_is_patched(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = write(MODULE)
    assert same(module.f.gradient(X), 4 * X)
    monkeypatch.setattr(np, "sum", lambda x: 3.0 * x[0])
    assert same(module.f.gradient(X), [12.0, 0.0])
    monkeypatch.undo()
    assert same(module.f.gradient(X), 4 * X)


def test_a_builtin_that_is_shadowed_later(write: Write) -> None:
    module = write("@grad\ndef f(x):\n    return abs(x)\n")
    assert module.f.gradient(-2.0) == -1.0
    module.abs = lambda x: 3.0 * x
    assert module.f.gradient(-2.0) == 3.0


def test_globals_of_the_same_kind_are_read_and_of_another_kind_emitted_for(
    write: Write, emissions: list[str]
) -> None:
    module = write(MODULE)
    assert same(module.f.gradient(X), 4 * X)
    module.scale = 5.0
    assert same(module.f.gradient(X), 10 * X)
    assert len(emissions) == 1
    module.scale = np.array(3.0)
    assert same(module.f.gradient(X), 6 * X)
    assert len(emissions) > 1


def test_variables_of_enclosing_functions(emissions: list[str]) -> None:
    def make(k: Any) -> tuple[Any, Callable[[Any], None]]:
        @grad
        def inner(x: Any) -> Any:
            return np.sum(x) * k

        def change(new: Any) -> None:
            nonlocal k
            k = new

        return inner, change

    inner, change = make(2.0)
    assert same(inner.gradient(X), [2.0, 2.0])
    change(3.0)
    assert same(inner.gradient(X), [3.0, 3.0])
    assert len(emissions) == 1
    change(np.array(4.0))
    assert same(inner.gradient(X), [4.0, 4.0])


def test_a_captured_function_that_is_rebound() -> None:
    def triple(x: Any) -> Any:
        return 3.0 * x

    def squared(x: Any) -> Any:
        return x * x

    helper = squared

    def f(x: Any) -> Any:
        return np.sum(helper(x))

    assert same(gradient(f)(X), 2 * X)
    helper = triple
    assert same(gradient(f)(X), [3.0, 3.0])


def test_a_module_that_is_reloaded(write: Write, tmp_path: Path) -> None:
    module = write("@grad\ndef f(x):\n    return x * x\n")
    assert module.f.gradient(3.0) == 6.0
    path = tmp_path / f"{module.__name__}.py"
    path.write_text(HEADER + "\n@grad\ndef f(x):\n    return x * x * x\n")
    os.utime(path, (time.time() + 5, time.time() + 5))
    assert importlib.reload(module).f.gradient(3.0) == 27.0


def test_a_function_given_as_an_argument_is_looked_at_in_each_call(write: Write) -> None:
    module = write(
        """
        def helper(x):
            return x * x

        @grad
        def f(x, function=helper):
            return np.sum(function(x))
        """
    )
    assert same(module.f.gradient(X), 2 * X)
    assert same(module.f.gradient(X, lambda x: 4 * x), [4.0, 4.0])
    assert same(module.f.gradient(X, function=lambda x: 5 * x), [5.0, 5.0])


def test_one_emission_serves_all_arguments_of_the_same_kinds(emissions: list[str]) -> None:
    def f(x: Any) -> Any:
        return np.sum(x * x)

    for x in (X, np.ones(5), X.astype(np.float32)):
        gradient(f)(x)
    assert emissions == ["gradient"]
    gradient(f)(3.0)
    gradient(f)(np.ones((2, 2)))
    assert len(emissions) == 3
    gradient(lambda xs: xs[0] * 2.0)([1.0])
    f_of_list = grad(lambda xs: xs[0] * 2.0)
    for n in (1, 2, 3):
        f_of_list.gradient([1.0] * n)
    assert len(emissions) == 5


def test_methods_share_their_emissions(emissions: list[str]) -> None:
    class Model:
        k = 2.0

        @grad
        def loss(self, x: Any) -> Any:
            return self.k * x

    assert [Model().loss.gradient(3.0) for _ in range(3)] == [2.0, 2.0, 2.0]
    assert emissions == ["gradient"]


def test_first_calls_from_several_threads(emissions: list[str]) -> None:
    f = grad(lambda x: np.sum(np.sin(x) * x))
    start, found = threading.Barrier(8), []

    def run() -> None:
        start.wait()
        found.append(f.gradient(X))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(np.allclose(g, np.sin(X) + X * np.cos(X)) for g in found)
    assert emissions == ["gradient"]

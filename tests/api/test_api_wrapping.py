"""What `grad` accepts, and what its result keeps of the function."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adjoint import Differentiable, NotDifferentiable, grad, gradient, value_and_gradient, vjp

X = np.array([1.0, 2.0])


@grad
def square(x: Any) -> Any:
    """Say what it does."""
    return np.sum(x * x)


@grad(wrt=("x", "y"))
def weighted(x: Any, y: Any, n: int = 2) -> Any:
    return np.sum(x * y) * n


def plain(x: Any, y: Any, scale: float = 1.0) -> Any:
    return np.sum(x * y) * scale


class Model:
    def __init__(self, k: float) -> None:
        self.k = k

    @grad
    def loss(self, x: Any) -> Any:
        return np.sum(self.k * x * x)

    def undecorated(self, x: Any) -> Any:
        return np.sum(self.k * x)

    @grad
    @staticmethod
    def outer_static(x: Any) -> Any:
        return np.sum(x * x)

    @staticmethod
    @grad
    def inner_static(x: Any) -> Any:
        return np.sum(x * x)

    @grad
    @classmethod
    def outer_class(cls, x: Any) -> Any:
        return np.sum(x * x)

    @classmethod
    @grad
    def inner_class(cls, x: Any) -> Any:
        return np.sum(x * x)


class Special(Model):
    pass


class Callable_:
    def __call__(self, x: Any) -> Any:
        return np.sum(3.0 * x)


class DecoratedCallable:
    @grad
    def __call__(self, x: Any) -> Any:
        return np.sum(3.0 * x)


def same(found: Any, expected: Any) -> bool:
    return np.array_equal(found, np.asarray(expected))


def test_bare_with_arguments_and_as_a_call() -> None:
    assert same(square.gradient(X), 2 * X)
    d_x, d_y = weighted.gradient(X, 3 * X)
    assert same(d_x, 6 * X)
    assert same(d_y, 2 * X)
    assert same(grad(plain).gradient(X, 3 * X), 3 * X)
    assert same(grad(plain, wrt="y").gradient(X, 3 * X), X)


def test_free_functions() -> None:
    assert gradient(lambda x, y: x * y, wrt="y")(3.0, 4.0) == 3.0
    assert value_and_gradient(plain, wrt=2)(X, X, 2.0) == (10.0, 5.0)
    assert vjp(lambda x, y: x * y, 3.0, 4.0)[1](1.0) == (4.0, 3.0)


def test_two_lambdas_on_one_line() -> None:
    f, g = (lambda x: x * x), (lambda x: x * x * x)
    assert (gradient(f)(3.0), gradient(g)(3.0)) == (6.0, 27.0)


def test_name_documentation_and_signature_are_kept() -> None:
    assert (square.__name__, square.__qualname__) == ("square", "square")
    assert square.__doc__ == "Say what it does."
    assert square.__module__ == __name__
    assert str(inspect.signature(weighted)) == "(x: 'Any', y: 'Any', n: 'int' = 2) -> 'Any'"
    assert list(inspect.signature(Model(1.0).loss).parameters) == ["x"]


def test_decorated_functions_pickle_by_reference() -> None:
    assert pickle.loads(pickle.dumps(square)) is square
    assert copy.deepcopy(square) is square
    assert copy.copy(square) is square


def test_wrapped_functions_pickle_with_what_they_wrap() -> None:
    made = pickle.loads(pickle.dumps(grad(plain, wrt="y")))
    assert isinstance(made, Differentiable)
    assert same(made.gradient(X, 3 * X), X)
    bound = pickle.loads(pickle.dumps(Model(2.0).loss))
    assert same(bound.gradient(X), 4 * X)
    with pytest.raises((pickle.PicklingError, AttributeError), match="pickle"):
        pickle.dumps(grad(lambda x: x))


def test_methods_bind_to_their_instances() -> None:
    two, three = Model(2.0), Special(3.0)
    assert same(two.loss.gradient(X), 4 * X)
    assert same(three.loss.gradient(x=X), 6 * X)
    assert two.loss(X) == 10.0
    assert Model.loss(two, X) == 10.0
    assert two.loss.value_and_gradient(X)[0] == 10.0
    entries = two.loss.vjp(X)[1](1.0)
    assert len(entries) == 1
    assert same(entries[0], 4 * X)


def test_methods_see_what_an_instance_holds_now() -> None:
    model = Model(2.0)
    assert same(model.loss.gradient(X), 4 * X)
    model.k = np.array([1.0, 2.0])  # type: ignore[assignment]
    assert same(model.loss.gradient(X), [2.0, 8.0])


@pytest.mark.parametrize("name", ["outer_static", "inner_static", "outer_class", "inner_class"])
def test_static_and_class_methods(name: str) -> None:
    if name == "inner_class" and sys.version_info >= (3, 13):
        pytest.skip("from 3.13 on classmethod binds no descriptors: write @grad above it")
    for holder in (Model, Model(1.0), Special):
        method = getattr(holder, name)
        assert same(method.gradient(X), 2 * X)
        assert method(X) == 5.0


def test_bound_methods_and_callable_objects() -> None:
    assert same(grad(Model(2.0).undecorated).gradient(X), [2.0, 2.0])
    assert grad(Model(2.0).undecorated)(X) == 6.0
    assert same(grad(Callable_()).gradient(X), [3.0, 3.0])
    assert same(grad(DecoratedCallable()).gradient(X), [3.0, 3.0])


def test_partials() -> None:
    assert same(grad(functools.partial(plain, X)).gradient(3 * X), X)
    assert same(grad(functools.partial(plain, y=X)).gradient(3 * X), X)
    assert same(grad(functools.partial(plain, scale=5.0)).gradient(X, 3 * X), 15 * X)
    assert same(grad(functools.partial(square)).gradient(X), 2 * X)


def test_wrappers_are_differentiated_as_they_are() -> None:
    def doubled(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(x: Any, y: Any) -> Any:
            return 2.0 * function(x, y)

        return wrapper

    f = grad(doubled(plain))
    assert f.__name__ == "plain"
    assert same(f.gradient(X, 3 * X), 6 * X)
    assert same(grad(plain).gradient(X, 3 * X), 3 * X)


def test_closures_each_have_their_own() -> None:
    def scaled(k: float) -> Differentiable:
        def inner(x: Any) -> Any:
            return np.sum(k * x)

        made: Differentiable = grad(inner)
        return made

    two, three = scaled(2.0), scaled(3.0)
    assert same(two.gradient(X), [2.0, 2.0])
    assert same(three.gradient(X), [3.0, 3.0])


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (3, "3 is no function, but an int; give a function"),
        ("f", "'f' is no function, but a str; give a function"),
        (len, "`len` has no Python source to differentiate; wrap it in a function written in P"),
        (np.sin, "`sin` has no Python source to differentiate; wrap it in a function written in"),
        (
            np.frompyfunc(abs, 1, 1),
            "has neither Python source nor a derivative rule; write it with",
        ),
        (Model, "`Model` is a class; give a function that makes one and returns numbers"),
        (
            functools.lru_cache(len),
            "`len` gives back answers that were computed before (`lru_cache",
        ),
    ],
)
def test_what_is_no_function_in_python_is_refused(thing: Any, said: str) -> None:
    with pytest.raises(NotDifferentiable, match=re.escape(said)):
        grad(thing)

"""Source that is shown without arguments is for what the parameters certainly are."""

from __future__ import annotations

import numpy as np
import pytest

import adjoint
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.export import export


def perceptron(layers, x):
    for W, b in layers:
        x = np.tanh(x @ W + b)
    return np.sum(x)


def over_items(p, x):
    total = 0.0
    for _, v in p.items():
        total = total + np.sum(v * v * x)
    return total


def by_name(p, x):
    return np.sum(p["w"] * x) + p["b"]


def by_get(p, x):
    return p.get("w", 2.0) * x


def products(points, x):
    total = 0.0
    for a, b in points:
        total = total + a * b * x
    return total


def shown(function, *arguments):
    """The gradient that the source shown without arguments computes."""
    space: dict[str, object] = {}
    exec(export(Differentiable(function).emit()), space)
    return space[f"{function.__name__}_gradient"](*arguments)


PAIRS = [(0.5 * np.eye(2), np.ones(2)), (np.full((2, 2), 0.3), np.zeros(2))]
NAMED = {"w": np.array([1.0, 2.0]), "b": 3.0}


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (perceptron, PAIRS),
        (over_items, NAMED),
        (by_name, NAMED),
        (by_get, {"w": 3.0}),
        (products, [(1.0, 2.0), (3.0, 4.0)]),
        (products, np.arange(6.0).reshape(3, 2)),
    ],
)
def test_the_source_that_is_shown_runs(function, argument):
    x = 2.0 if function is not perceptron else np.array([0.4, 0.7])
    found, expected = shown(function, argument, x), adjoint.gradient(function)(argument, x)
    assert flat(found) == pytest.approx(flat(expected))


def flat(value):
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, list | tuple):
        return [number for one in value for number in flat(one)]
    return list(np.ravel(value))


def test_a_parameter_that_is_also_an_operand_counts_as_an_array():
    def f(points):
        total = 0.0
        for a, b in points:
            total = total + a * b
        return total + np.sum(points * 2)

    np.testing.assert_allclose(shown(f, np.ones((3, 2))), np.full((3, 2), 3.0))


def test_the_source_is_that_for_such_arguments():
    assert Differentiable(by_name).source.count('d_p["') == 4
    assert "add_at" not in Differentiable(by_name).source


def test_a_variable_of_that_name_is_no_parameter():
    def f(p, x):
        p = {"w": p * x}
        return p["w"] * x

    assert shown(f, 3.0, 2.0) == 4.0

"""The corpus on the double of CuPy: whatever runs there as it stands has the right gradient there.

What a program means on the device is found by running it with `np` bound to the double. An element
is a view there and numbers without axes are written in place, so that a few programs mean something
else than on the host; their gradients are those of what they mean there.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime import home
from tests.programs import refused
from tests.programs.checker import check
from tests.programs.registry import Program, corpus
from tests.programs.trees import is_differentiable, leaves

from . import StrictArray, strict, synchronisations, to_host, to_strict

_DERIVED_ON_THE_HOST = [
    f"derivatives_inside.{name}"
    for name in (
        "gradient_penalty", "force_written_into", "gradient_of_a_loop", "two_steps_of_descent",
        "rate_of_descent", "with_respect_to_two", "in_a_dict", "in_a_tuple", "method_of_an_object",
    )
]  # fmt: skip
_MADE_ON_THE_HOST = [
    "late_binding.tuple_state", "objects_in_place.running_statistics",
    "objects_in_place.sums_in_a_dict", "objects_in_place.recurrent",
]  # fmt: skip
FAILS_THERE = {
    "dataclasses_made.factory_is_a_lambda":
        "a factory of a class runs as it stands, with the NumPy of its own module",
    "dataclasses_made.made_by_a_factory_alone":
        "a factory of a class runs as it stands, with the NumPy of its own module",
    "dataclasses_made.made_by_a_factory_and_written":
        "a factory of a class runs as it stands, with the NumPy of its own module",
    "in_place.place": "what is placed is a list, which becomes no array of the device's",
    "written_views.put_from_arrays": "what is put is a list, which becomes no array there",
    "python_classes.single_dispatch":
        "the function that dispatches loses its table where it is bound to another namespace",
    "dtypes_at_run_time.stored_into_what_an_unknown_function_gives":
        "what an unknown function gives is made on the host",
    "dtypes_at_run_time.stored_into_a_field": "a dtype in a field is asked of the host",
    "functions_in_fields.activation_and_loss": "a function of NumPy's in a field is the host's",
    "found_by_chance.steps_that_are_parameters_where_they_are":
        "a bool of Python's where an array of the device's is wanted",
    "objects_in_place.ring_buffer": "a position is an array of the device's, not a number",
    **dict.fromkeys(_MADE_ON_THE_HOST, "an array of the host's where none is wanted"),
    **dict.fromkeys(_DERIVED_ON_THE_HOST, "derivatives inside functions are loaded for NumPy"),
}  # fmt: skip

CASES = [
    pytest.param(
        program,
        sample,
        id=f"{program.name}-{sample}",
        marks=[pytest.mark.xfail(reason=FAILS_THERE[program.name], strict=True)]
        if program.name in FAILS_THERE
        else [],
    )
    for program in corpus()
    for sample in range(len(program.samples))
    if any(isinstance(leaf, np.ndarray) for _, leaf in leaves(program.arguments(sample)))
]


# On the device an element is a view and `+=` writes into it, so that these hold what is written;
# and whether `np.sin(v)` of a number is one, or an array, depends on the namespace.
MAY_REFUSE_THERE = frozenset({
    "calls.helper_writes_into_a_view", "containers.dict_of_accumulators",
    "held_by_others.row_helper", "in_place.put_by_any_count",
    "late_binding.two_functions_over_one_variable", "late_binding.two_functions_inside",
    "late_binding.running_mean_by_a_factory", "python_classes.sequential",
    "objects_in_place.numbers_in_a_list_of_an_object",
    "object_protocols.subscripts_in_a_loop", "object_protocols.subscripts_of_an_array",
})  # fmt: skip


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    """The double is a home of arrays while a test runs."""
    home.register_home(StrictArray, strict)
    yield
    home.forget_home(StrictArray)


@pytest.mark.parametrize(("program", "sample"), CASES)
def test_gradients_are_right_on_the_device(program: Program, sample: int) -> None:
    args, wrt = program.arguments(sample), program.positions(sample)
    on_device = on_the_device(program.function)
    try:
        on_device(*program.arguments(sample))
    except (TypeError, AttributeError):
        must_refuse_too(program, args)
        return
    try:
        check(on_device, args, wrt, device_api(program.function))
    except adjoint.AdjointError:
        if not program.may_refuse and program.name not in MAY_REFUSE_THERE | refused.NAMES:
            raise


def must_refuse_too(program: Program, args: tuple[Any, ...]) -> None:
    """What does not run on the device has no gradient there that could be right."""
    if not is_differentiable(program.function(*program.arguments(0))):
        return
    with contextlib.suppress(TypeError, AttributeError, adjoint.AdjointError):
        got = adjoint.gradient(program.function)(*to_strict(args))
        assert_on_device(got, args[0])


def on_the_device(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it runs on the double, taking and giving host arrays."""

    def call(*args: Any) -> Any:
        there = to_strict(args)
        with bound(sys.modules[function.__module__]):
            value = function(*there)
        put_back(args, there)
        return to_host(value)

    return call


@contextlib.contextmanager
def bound(module: Any) -> Iterator[None]:
    """While this lasts, `np` in a module is the double's namespace."""
    names = {n: v for n, v in vars(module).items() if v is np or v is np.linalg}
    for name, value in names.items():
        setattr(module, name, strict if value is np else strict.linalg)
    try:
        yield
    finally:
        for name, value in names.items():
            setattr(module, name, value)


def put_back(args: Any, there: Any) -> None:
    """Effects on arguments, copied to the host's arrays."""
    for (_, here), (_, far) in zip(leaves(args), leaves(there), strict=False):
        if isinstance(here, np.ndarray) and isinstance(far, StrictArray):
            here[...] = to_host(far)


def device_api(function: Callable[..., Any]) -> SimpleNamespace:
    """The tool's three functions, given device arrays; answers are checked to be on the device."""

    def gradient(_: Any, wrt: Any) -> Any:
        def call(*args: Any) -> Any:
            there = to_strict(args)
            got = adjoint.gradient(function, wrt=wrt)(*there)
            put_back(args, there)
            return answer(got, args, wrt)

        return call

    def value_and_gradient(_: Any, wrt: Any) -> Any:
        def call(*args: Any) -> Any:
            there = to_strict(args)
            value, got = adjoint.value_and_gradient(function, wrt=wrt)(*there)
            put_back(args, there)
            return to_host(value), answer(got, args, wrt)

        return call

    def vjp(_: Any, *args: Any) -> Any:
        there = to_strict(args)
        value, pullback = adjoint.vjp(function, *there)
        put_back(args, there)
        return to_host(value), lambda g: to_host(pullback(to_strict(g)))

    return SimpleNamespace(gradient=gradient, value_and_gradient=value_and_gradient, vjp=vjp)


def answer(got: Any, args: tuple[Any, ...], wrt: tuple[int, ...]) -> Any:
    """Gradients on the host, after a look at where they were."""
    for g, i in zip(got if len(wrt) > 1 else (got,), wrt, strict=True):
        assert_on_device(g, args[i])
    return to_host(got)


def assert_on_device(got: Any, argument: Any) -> None:
    """The gradient of an array of the device's is one."""
    for (_, g), (_, a) in zip(leaves(got), leaves(argument), strict=True):
        if isinstance(a, np.ndarray) and is_differentiable(a):
            assert isinstance(g, StrictArray), type(g)


def test_most_programs_run_on_the_device() -> None:
    went: Counter[bool] = Counter()
    for program in corpus():
        try:
            on_the_device(program.function)(*program.arguments(0))
            went[True] += 1
        except (TypeError, AttributeError):
            went[False] += 1
    assert went[True] > 9 * went[False]


def smooth(x: Any, w: Any) -> Any:
    """A program that never makes the host wait."""
    for _ in range(3):
        x = np.tanh(x * w) + x[::-1]
        x[1:] += w[:-1]
    return np.sum(x * x)


def test_the_gradient_waits_no_more_than_the_primal() -> None:
    x, w = to_strict((np.array([0.1, 0.2, 0.3]), np.array([0.5, 0.6, 0.7])))
    with synchronisations() as count:
        adjoint.gradient(smooth, wrt=(0, 1))(x, w)
        _, pullback = adjoint.vjp(smooth, x, w)
        pullback(strict.ones(()))
    assert not count, count


def branching(x: Any) -> Any:
    """A program that waits once, for its condition."""
    if np.sum(x) > 0:
        return np.sum(x * x)
    return np.sum(x)


def test_a_branch_on_values_waits_once() -> None:
    x = to_strict(np.array([0.1, 0.2, 0.3]))
    with synchronisations() as count:
        adjoint.gradient(branching)(x)
    assert count == {"bool": 1}

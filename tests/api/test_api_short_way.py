"""Calls like the last one take a short way, and get what they would get by the long one."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from adjoint import grad, tensor
from adjoint.transform.keys import key_of
from adjoint.transform.quick import never, serving

from .modules import Write, write  # noqa: F401 (a fixture)


@grad(wrt=("x", "y"))
def product(x: Any, y: Any) -> Any:
    return np.sum(x * x * y)


def long_way(x: Any, y: Any) -> Any:
    return product.gradient(x=x, y=y)  # keywords are not for the short way


ARRAY = np.array([1.0, -2.0, 3.0])
VALUES = (
    2.0, np.float64(2.0), np.float32(2.0), ARRAY, ARRAY[::2], ARRAY.astype(np.float32),
    np.array(2.0), ARRAY.reshape(3, 1), np.ones((0, 3)),
)  # fmt: skip


def same(got: Any, want: Any) -> bool:
    return type(got) is type(want) and np.array_equal(got, want) and (
        np.result_type(got) == np.result_type(want)
    )


@pytest.mark.parametrize("x", VALUES)
@pytest.mark.parametrize("y", VALUES)
def test_kinds_one_after_another_get_what_is_theirs(x: Any, y: Any) -> None:
    try:
        np.broadcast_shapes(np.shape(x), np.shape(y))
    except ValueError:
        return
    want = long_way(x, y)
    for _ in range(2):
        product.gradient(1.0, 2.0)
        for _ in range(2):
            got = product.gradient(x, y)
            assert isinstance(got, tuple)
            assert all(map(same, got, want))
            value, got = product.value_and_gradient(x, y)
            assert same(value, product(x, y))
            assert all(map(same, got, want))
            value, pullback = product.vjp(x, y)
            assert all(map(same, pullback(1.0), want))


def test_what_the_short_way_hands_out_is_nobody_elses() -> None:
    @grad(wrt=("x", "y"))
    def total(x: Any, y: Any) -> Any:
        return np.sum(x + y)

    x, y = np.ones(3), np.ones(3)
    for _ in range(2):
        arrays = [x, y, *total.gradient(x, y), *total.vjp(x, y)[1](1.0)]
        for i, one in enumerate(arrays):
            assert one.flags.writeable
            assert not any(np.may_share_memory(one, other) for other in arrays[:i])


def test_arguments_that_do_not_fit_are_refused_after_a_call_that_did() -> None:
    product.gradient(1.0, 2.0)
    with pytest.raises(TypeError, match="missing a required argument"):
        product.gradient(1.0)
    with pytest.raises(TypeError, match="too many positional arguments"):
        product.gradient(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="differentiated with respect to `x`"):
        product.gradient(1, 2.0)
    with pytest.raises(TypeError, match="differentiated with respect to `y`"):
        product.gradient(1.0, np.arange(3))


def test_tensors_after_arrays_are_taken_as_their_arrays() -> None:
    want = product.gradient(ARRAY, ARRAY)
    got = product.gradient(tensor(ARRAY), ARRAY)
    assert all(map(same, got, want))


def test_a_function_that_is_rebound_is_noticed_on_the_short_way(write: Write) -> None:  # noqa: F811
    module: ModuleType = write("""
        def inner(x):
            return 2.0 * x

        def triple(x):
            return 3.0 * x

        @grad
        def outer(x):
            return inner(x)
    """)
    assert [module.outer.gradient(1.0) for _ in range(2)] == [2.0, 2.0]
    module.inner = module.triple
    assert module.outer.gradient(1.0) == 3.0


def test_threads_that_call_with_different_kinds_do_not_disturb_one_another() -> None:
    wrong = []

    def call(x: Any) -> None:
        want = long_way(x, x)
        for _ in range(300):
            if not all(map(same, product.gradient(x, x), want)):
                wrong.append(x)

    threads = [threading.Thread(target=call, args=(x,)) for x in (2.0, ARRAY, np.array(2.0))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


KEYED = (*VALUES, 1, True, 1j, None, "a", np.int64(1), np.arange(3), ARRAY > 0, ARRAY + 0j)


@pytest.mark.parametrize("one", KEYED)
def test_the_test_of_arguments_says_what_the_keys_say(one: Any) -> None:
    serves = serving((one,), lambda: True)
    for other in (*KEYED, [1.0], print):
        assert serves((other,)) == (key_of(other) == key_of(one))
    assert not serves(())
    assert not serves((one, one))
    assert not serving((one,), lambda: False)((one,))


def test_there_is_no_short_way_for_what_holds_other_values() -> None:
    assert serving(([1.0],), lambda: True) is never
    assert serving((), lambda: True) is never

"""Functions follow the arrays: a namespace that refuses NumPy's arrays stands for the device."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from adjoint.runtime import home
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.helpers import ALL, HELPERS
from adjoint.runtime.rules import RULES, compiled


class Device:
    """An array that only its own namespace works on."""

    __array_ufunc__ = None

    def __init__(self, data: Any) -> None:
        self.data = np.asarray(data)

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("implicit conversion to a NumPy array")

    def __mul__(self, other: Any) -> Any:
        return Device(self.data * _host(other))

    __rmul__ = __mul__

    def sum(self, **keywords: Any) -> Any:
        return Device(self.data.sum(**keywords))


def _host(x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.ndim:
        raise TypeError("a NumPy array on the device")
    return x.data if isinstance(x, Device) else x


def _on_device(function: Any) -> Any:
    def call(*args: Any, **keywords: Any) -> Any:
        result = function(*[_host(a) for a in args], **keywords)
        return Device(result) if isinstance(result, (np.ndarray, np.generic)) else result

    return call


def _namespace() -> types.ModuleType:
    module = types.ModuleType("device")
    for name in "sum full broadcast_to expand_dims asarray real cos shape exp".split():
        setattr(module, name, _on_device(getattr(np, name)))
    module.ndarray = Device  # type: ignore[attr-defined]
    module.linalg = types.SimpleNamespace(norm=np.linalg.norm)  # type: ignore[attr-defined]
    module.dtype = np.dtype  # type: ignore[attr-defined]
    return module


@pytest.fixture
def device() -> Iterator[types.ModuleType]:
    """A registered home that is not NumPy."""
    module = _namespace()
    home.register_home(Device, module)
    yield module
    home.forget_home(Device)


def test_numpy_is_home_unless_an_array_says_otherwise(device: types.ModuleType) -> None:
    assert home.namespace_of(1.0, np.ones(2), "text", None) is np
    assert home.namespace_of() is np
    assert home.namespace_of(1.0, Device([1.0])) is device
    assert home.namespace_of([1.0, {"a": (Device([1.0]),)}]) is device
    assert home.namespace_of(np.float64(1.0), Device([1.0])) is device


def test_arrays_of_two_homes_are_refused(device: types.ModuleType) -> None:
    with pytest.raises(home.MixedHomes, match="device and numpy"):
        home.namespace_of(np.ones(2), Device([1.0]))


def test_helpers_work_in_their_home(device: types.ModuleType) -> None:
    helpers = home.bind_helpers(device)
    assert set(helpers) == set(HELPERS)
    spread = helpers["unreduce"](2.0, Device(np.zeros(3)))
    assert isinstance(spread, Device)
    total = helpers["unbroadcast"](Device(np.ones((2, 3))), Device(np.zeros(3)))
    assert list(total.data) == [2, 2, 2]


@pytest.mark.parametrize("name", sorted(ALL))
def test_helpers_use_nothing_but_numpy_and_one_another(name: str) -> None:
    """Their source stands alone in standalone modules, and is bound to other homes."""
    reads = set(ALL[name].__code__.co_names) & set(ALL[name].__globals__)
    assert reads - {"__name__"} <= {"np", "math", "types", "scipy"} | set(ALL)


def test_rules_work_in_their_home(device: types.ModuleType) -> None:
    x = Device(np.zeros(3))
    d = compiled(RULES["np.sin"], "x", np=device)(Device(np.ones(3)), None, x)
    assert list(d.data) == [1, 1, 1]
    d = compiled(RULES["np.sum"], "a", np=device)(Device(2.0), None, x, None, None, False)
    assert list(d.data) == [2, 2, 2]


def test_counterparts(device: types.ModuleType) -> None:
    assert home.counterpart(np, device) is home.facade(device)
    assert home.counterpart(np, device).sum is device.sum
    assert home.counterpart(np.sum, device) is device.sum
    assert home.counterpart(np.linalg.norm, device) is device.linalg.norm
    assert home.counterpart(np.linalg, device) is device.linalg
    assert home.counterpart(np.ndarray, device) is Device
    assert home.counterpart(np.float32, device) is np.float32
    assert home.counterpart(len, device) is len
    assert home.counterpart(np.sum, np) is np.sum


def test_what_a_home_lacks_is_named(device: types.ModuleType) -> None:
    with pytest.raises(MissingRule, match=r"device has no `np\.linalg\.svd`"):
        home.counterpart(np.linalg.svd, device)


def test_bound_helpers_are_made_once(device: types.ModuleType) -> None:
    assert home.bind_helpers(device) is home.bind_helpers(device)

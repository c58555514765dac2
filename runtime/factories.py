"""Making tensors: from numbers, by shape, at random."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime import device as devices
from adjoint.runtime import dtypes
from adjoint.runtime.eager_shapes import sizes
from adjoint.runtime.graph import TensorCore, as_array, plain
from adjoint.runtime.tensor import Tensor


def _finish(array: Any, device: Any, requires_grad: bool) -> Tensor:
    """Puts a fresh array on its device and makes it a leaf.

    Raises:
        RuntimeError: whole numbers cannot require grad.
    """
    dtypes.of(array.dtype)
    if requires_grad and array.dtype.kind not in "fc":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    if device is not None:
        array = devices.transfer(array, devices.parse(device))
    result: Tensor = plain(Tensor, array)
    result._leaf = bool(requires_grad)
    return result


def _dtype(dtype: Any) -> np.dtype[Any]:
    return dtypes.get_default_dtype().dtype if dtype is None else dtypes.numpy_dtype(dtype)


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Copies numbers, nested lists, an array or a tensor into a new tensor.

    Args:
        data: what is copied. Python floats become float32, whole numbers int64; arrays keep their
            type.
        dtype: the type, where it is not to follow from `data`.
        device: `cpu` (the default) or `cuda`.
        requires_grad: whether operations on the tensor are recorded.

    Raises:
        RuntimeError: whole numbers cannot require grad.
        ValueError: the lists are ragged.
        TypeError: strings and other things that are no numbers.

    Example:
        >>> tensor([1.0, 2.0], requires_grad=True)
        tensor([1., 2.], requires_grad=True)
    """
    wanted = None if dtype is None else dtypes.numpy_dtype(dtype)
    if isinstance(data, TensorCore):
        data = data._data
    if hasattr(data, "__array_interface__") or hasattr(data, "__cuda_array_interface__"):
        array = data.astype(wanted or data.dtype, copy=True)
        array = as_array(array)
        return _finish(array, device, requires_grad)
    return _finish(_from_lists(data, wanted), device, requires_grad)


def _from_lists(data: Any, wanted: np.dtype[Any] | None) -> Any:
    """Makes an array of nested lists of numbers, tensors and arrays."""
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    data = _plain_lists(data)
    _check_ragged(data, 0)
    array = np.array(data)
    if array.dtype.kind in "USO":
        bad = _first_odd(data)
        if isinstance(bad, (str, bytes)):
            raise TypeError(f"new(): invalid data type '{type(bad).__name__}'")
        raise RuntimeError(f"Could not infer dtype of {type(bad).__name__}")
    if wanted is not None:
        return array.astype(wanted)
    if array.size == 0 or (array.dtype.kind == "f" and not _holds_numpy(data)):
        return array.astype(dtypes.get_default_dtype().dtype)
    if array.dtype.kind == "c" and not _holds_numpy(data):
        return array.astype(dtypes.number_dtype(1j))
    return array


def _plain_lists(data: Any) -> Any:
    if isinstance(data, TensorCore):
        return data._data.tolist() if data._data.ndim else data._data.item()
    if isinstance(data, (list, tuple)):
        return [_plain_lists(one) for one in data]
    if isinstance(data, range):
        return list(data)
    return data


def _holds_numpy(data: Any) -> bool:
    """Whether the first number came from NumPy, whose types are kept."""
    while isinstance(data, list) and data:
        data = data[0]
    return isinstance(data, (np.ndarray, np.generic))


def _check_ragged(data: Any, axis: int) -> None:
    if not isinstance(data, list) or not any(isinstance(one, list) for one in data):
        return
    length = len(data[0]) if isinstance(data[0], list) else None
    for one in data:
        if not isinstance(one, list) or length is None:
            raise TypeError(f"not a sequence: the lists at dim {axis + 1} are mixed with numbers")
        if len(one) != length:
            raise ValueError(
                f"expected sequence of length {length} at dim {axis + 1} (got {len(one)})"
            )
        _check_ragged(one, axis + 1)


def _first_odd(data: Any) -> Any:
    if isinstance(data, list):
        for one in data:
            odd = _first_odd(one)
            if odd is not None or one is None:
                return odd
        return 0
    return None if isinstance(data, (int, float, complex)) else data


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Makes a tensor, without copying where `data` is a tensor or an array of that type."""
    if isinstance(data, TensorCore):
        result: Any = data
        return result.to(dtype=dtype, device=device)  # type: ignore[no-any-return]
    if isinstance(data, np.ndarray) and (dtype is None or data.dtype == _dtype(dtype)):
        return _finish(data, device, False)
    return tensor(data, dtype=dtype, device=device)


asarray = as_tensor


def from_numpy(array: Any) -> Tensor:
    """Makes a tensor that shares an array's memory."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    return _finish(array, None, False)


def _creator(name: str, make: Callable[..., Any], text: str) -> Callable[..., Tensor]:
    """Makes the function that fills a shape, given as numbers or as one sequence of them."""

    def create(
        *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
    ) -> Tensor:
        return _finish(make(sizes(size), _dtype(dtype)), device, requires_grad)

    create.__name__ = create.__qualname__ = name
    create.__doc__ = text
    return create


zeros = _creator("zeros", np.zeros, "Makes a tensor of zeros.")
ones = _creator("ones", np.ones, "Makes a tensor of ones.")
empty = _creator("empty", np.empty, "Makes a tensor whose elements are whatever was in memory.")


def full(
    size: Sequence[int],
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Makes a tensor that holds one value everywhere."""
    value = fill_value._data.item() if isinstance(fill_value, TensorCore) else fill_value
    kind = dtypes.number_dtype(value) if dtype is None else dtypes.numpy_dtype(dtype)
    return _finish(np.full(tuple(size), value, kind), device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Makes a matrix with ones on its diagonal."""
    return _finish(np.eye(n, m, dtype=_dtype(dtype)), device, requires_grad)


def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Makes a tensor of evenly spaced numbers below `end`; int64 where all three are whole."""
    if end is None:
        start, end = 0, start
    numbers: list[Any] = [
        one._data.item() if isinstance(one, TensorCore) else one for one in (start, end, step)
    ]
    if numbers[2] == 0:
        raise RuntimeError("step must be nonzero")
    if (numbers[1] - numbers[0]) * numbers[2] < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is not None:
        kind = dtypes.numpy_dtype(dtype)
    else:
        whole = all(isinstance(one, (int, np.integer)) for one in numbers)
        kind = dtypes.int64.dtype if whole else _dtype(None)
    return _finish(np.arange(*numbers).astype(kind), device, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Makes a tensor of `steps` evenly spaced numbers, both ends included."""
    array = np.linspace(float(start), float(end), steps).astype(_dtype(dtype))
    return _finish(array, device, requires_grad)


class Generator:
    """A source of random numbers.

    Example:
        >>> a, b = Generator().manual_seed(0), Generator().manual_seed(0)
        >>> randn(2, generator=a).equal(randn(2, generator=b))
        True
    """

    def __init__(self) -> None:
        """Starts from what the system gives."""
        self.source = np.random.default_rng()

    def manual_seed(self, seed: int) -> Generator:
        """Starts again from a seed."""
        self.source = np.random.default_rng(seed % 2**64)
        return self


_random = Generator()
_drawing = threading.Lock()


def manual_seed(seed: int) -> Generator:
    """Starts the random numbers of this process again from a seed."""
    return _random.manual_seed(seed)


def _draw(generator: Generator | None, how: str, *args: Any) -> Any:
    with _drawing:
        return getattr((generator or _random).source, how)(*args)


def _drawer(name: str, how: str, text: str) -> Callable[..., Tensor]:
    """Makes the function that draws a tensor of a shape by a method of NumPy's generators."""

    def draw(
        *size: Any,
        generator: Generator | None = None,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:
        drawn = np.asarray(_draw(generator, how, sizes(size)), _dtype(dtype))
        return _finish(drawn, device, requires_grad)

    draw.__name__ = draw.__qualname__ = name
    draw.__doc__ = text
    return draw


rand = _drawer("rand", "random", "Draws numbers evenly from 0 (included) to 1.")
randn = _drawer("randn", "standard_normal", "Draws from the standard normal distribution.")


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Draws whole numbers from `low` (included; 0 if left out) to `high`."""
    if size is None:
        low, high, size = 0, low, high
    kind = dtypes.int64.dtype if dtype is None else dtypes.numpy_dtype(dtype)
    drawn = _draw(generator, "integers", low, high, tuple(size))
    return _finish(np.asarray(drawn, kind), device, False)


def randperm(n: int, *, generator: Generator | None = None, device: Any = None) -> Tensor:
    """Draws an order of the numbers below `n`."""
    return _finish(np.asarray(_draw(generator, "permutation", n), np.int64), device, False)


def normal(
    mean: float, std: float, size: Sequence[int], *, generator: Generator | None = None
) -> Tensor:
    """Draws numbers from a normal distribution."""
    result: Tensor = randn(*size, generator=generator) * std + mean
    return result


def _like(like: Tensor, dtype: Any, device: Any) -> dict[str, Any]:
    return {
        "dtype": like.dtype if dtype is None else dtype,
        "device": like.device if device is None else device,
    }


def _creator_like(create: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Makes the function that fills the shape of another tensor, in its type and on its device."""

    def create_like(
        input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
    ) -> Tensor:
        options = _like(input, dtype, device)
        return create(input._data.shape, **options, requires_grad=requires_grad)

    create_like.__name__ = create_like.__qualname__ = f"{create.__name__}_like"
    create_like.__doc__ = (
        f"Does what `{create.__name__}` does, for another tensor's shape and type."
    )
    return create_like


zeros_like = _creator_like(zeros)
ones_like = _creator_like(ones)
empty_like = _creator_like(empty)
rand_like = _creator_like(rand)
randn_like = _creator_like(randn)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Makes a tensor of another's shape and type that holds one value everywhere."""
    options = _like(input, dtype, device)
    return full(input._data.shape, fill_value, **options, requires_grad=requires_grad)

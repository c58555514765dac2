"""The tensor: an array that remembers how it was computed, as PyTorch users know it."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime import autograd, device, dtypes, printing
from adjoint.runtime.eager_conversions import Conversions
from adjoint.runtime.eager_elementwise import Elementwise
from adjoint.runtime.eager_indexing import Indexing
from adjoint.runtime.eager_inplace import InPlace, bump
from adjoint.runtime.eager_numpy import NumPyProtocol
from adjoint.runtime.eager_products import Products
from adjoint.runtime.eager_reductions import Reductions
from adjoint.runtime.eager_shapes import Shapes
from adjoint.runtime.graph import (
    Node,
    RemovableHandle,
    TensorCore,
    counter_of,
    edge_of,
    extra_of,
    extra_of_node,
    plain,
    retain,
)
from adjoint.runtime.tracebacks import rewrite

NOT_A_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more informations."
)
SCALAR_WITH_GRAD = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)

WRITTEN_PART = "writing into `z.{part}` of a tensor is not recorded; make a new one: `z = {new}`"


class Size(tuple[int, ...]):
    """A shape, printed as `adjoint.Size([2, 3])`."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Prints as PyTorch's sizes do."""
        return f"adjoint.Size({list(self)})"

    def numel(self) -> int:
        """Gives the number of elements."""
        return int(np.prod(self, dtype=np.int64))


class Tensor(
    Elementwise,
    Reductions,
    Shapes,
    Products,
    Indexing,
    InPlace,
    Conversions,
    NumPyProtocol,
    TensorCore,
):
    """An array with a history.

    Tensors are made by `adjoint.tensor`, `adjoint.ones` and their like, and by operations.

    Example:
        >>> import adjoint
        >>> x = adjoint.ones(2, 2, requires_grad=True)
        >>> (x * 3).sum().backward()
        >>> x.grad
        tensor([[3., 3.],
                [3., 3.]])
    """

    __slots__ = ()

    def __init__(self, data: Any = ()) -> None:
        """Copies numbers into a tensor of the default floating point type."""
        source = data._data if isinstance(data, TensorCore) else data
        self._data = np.array(source, dtype=dtypes.get_default_dtype().dtype)
        self._edge = self._view = self._counter = self._grad = self._extra = None
        self._leaf = False

    # What it is

    @property
    def shape(self) -> Size:
        """The lengths of the axes."""
        return Size(self._data.shape)

    @property
    def dtype(self) -> dtypes.DType:
        """The type of the elements."""
        return dtypes.BY_DTYPE[self._data.dtype]

    @property
    def device(self) -> device.Device:
        """Where the memory is."""
        return device.of(self._data)

    @property
    def is_cuda(self) -> bool:
        """Whether the memory is a GPU's."""
        return self.device.type == "cuda"

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def itemsize(self) -> int:
        """Bytes an element takes."""
        return self._data.itemsize

    def size(self, dim: int | None = None) -> Any:
        """Gives the lengths of the axes, or of one."""
        return self.shape if dim is None else self._data.shape[dim]

    def dim(self) -> int:
        """Gives the number of axes."""
        return self._data.ndim

    def numel(self) -> int:
        """Gives the number of elements."""
        return self._data.size

    nelement = numel

    def element_size(self) -> int:
        """Gives the bytes an element takes."""
        return self._data.itemsize

    def stride(self, dim: int | None = None) -> Any:
        """Gives the steps between elements along the axes, in elements."""
        steps = tuple(s // self._data.itemsize for s in self._data.strides)
        return steps if dim is None else steps[dim]

    def is_floating_point(self) -> bool:
        """Whether the elements are real floating point numbers."""
        return self._data.dtype.kind == "f"

    def is_complex(self) -> bool:
        """Whether the elements are complex."""
        return self._data.dtype.kind == "c"

    # Its history

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded; may be set on leaves."""
        return edge_of(self) is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if edge_of(self) is not None and not self._leaf:
            if not value:
                raise RuntimeError(autograd.NOT_A_LEAF_FLAG)
            return
        if value and self._data.dtype.kind not in "fc":
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        self._leaf = bool(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets whether operations on this leaf are recorded."""
        if requires_grad and self._data.dtype.kind not in "fc":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user, not by a recorded operation."""
        return self._leaf or edge_of(self) is None

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made it; None for leaves."""
        edge = edge_of(self)
        if edge is None or edge is self:
            return None
        return edge[0] if isinstance(edge, tuple) else edge  # type: ignore[return-value]

    @property
    def output_nr(self) -> int:
        """Which of its node's results it is."""
        edge = edge_of(self)
        return edge[1] if isinstance(edge, tuple) else 0

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated by `backward`; None before, and to start again."""
        if self._grad is None and not self.is_leaf and not self.retains_grad:
            warnings.warn(NOT_A_LEAF_GRAD, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            autograd.check_assigned_grad(self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def retains_grad(self) -> bool:
        """Whether a tensor that is no leaf keeps its gradient."""
        return self._extra is not None and self._extra.retains

    def retain_grad(self) -> None:
        """Makes `backward` keep the gradient of a tensor that is no leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if not self._leaf:
            retain(self, True)

    @property
    def _version(self) -> int:
        """How often its memory was written into."""
        return 0 if self._counter is None else self._counter[0]

    @property
    def _base(self) -> Tensor | None:
        """The tensor it is a view of."""
        return None if self._view is None else self._view.base  # type: ignore[return-value]

    def is_view(self) -> bool:
        """Whether it is a view of another tensor."""
        return self._view is not None

    @property
    def data(self) -> Tensor:
        """The same memory without history; writes to it are not noticed by the graph."""
        return plain(type(self), self._data)

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, TensorCore):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if value._data.dtype != self._data.dtype and self.requires_grad:
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex "
                "dtype"
                if value._data.dtype.kind not in "fc"
                else "attempting to assign a tensor of another dtype to .data"
            )
        self._data = value._data

    @property
    def real(self) -> Tensor:
        """The real part."""
        return np.real(self)

    @real.setter
    def real(self, value: object) -> None:
        raise RuntimeError(WRITTEN_PART.format(part="real", new="value + 1j * z.imag"))

    @property
    def imag(self) -> Tensor:
        """The imaginary part."""
        return np.imag(self)

    @imag.setter
    def imag(self, value: object) -> None:
        raise RuntimeError(WRITTEN_PART.format(part="imag", new="z.real + 1j * value"))

    def set_(self, source: Tensor) -> Tensor:
        """Takes over another tensor's memory."""
        self._data = source._data
        bump(self)
        return self

    def detach(self) -> Tensor:
        """Gives the same memory without history; writes to it are noticed."""
        result = plain(type(self), self._data)
        result._counter = counter_of(self)
        return result

    def detach_(self) -> Tensor:
        """Forgets the history."""
        if self._view is not None:
            raise RuntimeError("Can't detach views in-place. Use detach() instead.")
        self._edge, self._leaf = None, False
        return self

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Sequence[Tensor] | Tensor | None = None,
    ) -> None:
        """Adds, to the `.grad` of every leaf, the derivative of this tensor.

        Args:
            gradient: the cotangent; may be left out for a single number.
            retain_graph: keep the graph for another sweep (by default `create_graph`).
            create_graph: record the sweep, for derivatives of derivatives.
            inputs: the only tensors whose `.grad` is to be changed.
        """
        try:
            autograd.accumulate_gradients(self, gradient, retain_graph, create_graph, inputs)
        except BaseException as error:
            rewrite(error)
            raise

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Calls `hook(grad)` whenever this tensor's gradient is computed; a result replaces it."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self._leaf:
            return RemovableHandle(extra_of(self).hooks, hook)
        node = self.grad_fn
        assert node is not None
        hooks = extra_of_node(node).tensor_hooks.setdefault(self.output_nr, {})
        return RemovableHandle(hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Calls `hook(tensor)` after a leaf's `.grad` was changed."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if not self._leaf:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        return RemovableHandle(extra_of(self).post_hooks, hook)

    # Its elements

    def item(self) -> Any:
        """Gives the only element as a Python number."""
        if self._data.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._data.size} elements cannot be converted to Scalar"
            )
        return self._data.item()

    def tolist(self) -> Any:
        """Gives the elements as nested lists of Python numbers."""
        return self._data.tolist()

    def numpy(self, *, force: bool = False) -> np.ndarray[Any, Any]:
        """Gives the array itself: the memory is shared.

        Raises:
            RuntimeError: the tensor requires grad; detach it first.
            TypeError: the memory is a GPU's; copy it first.
        """
        if force:
            return device.to_host(self._data)
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead."
            )
        return device.host_array(self._data)

    def __bool__(self) -> bool:
        """Gives the truth of the only element."""
        if self._data.size != 1:
            amount = "no values" if self._data.size == 0 else "more than one value"
            raise RuntimeError(f"Boolean value of Tensor with {amount} is ambiguous")
        return bool(self._data.item())

    def _number(self) -> Any:
        if self._data.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        if self.requires_grad:
            warnings.warn(SCALAR_WITH_GRAD, UserWarning, stacklevel=3)
        return self._data.item()

    def __float__(self) -> float:
        """Gives the only element."""
        return float(self._number())

    def __int__(self) -> int:
        """Gives the only element, cut to a whole number."""
        return int(self._number())

    def __complex__(self) -> complex:
        """Gives the only element."""
        return complex(self._number())

    def __index__(self) -> int:
        """Gives the only element of a tensor of whole numbers."""
        if self._data.size != 1 or self._data.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self._data.item())

    def __len__(self) -> int:
        """Gives the length of the first axis."""
        if self._data.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self._data)

    def __contains__(self, element: Any) -> bool:
        """Whether any element is equal."""
        return bool((self._data == getattr(element, "_data", element)).any())

    def __repr__(self) -> str:
        """Prints as PyTorch's tensors do."""
        suffixes = []
        node = self.grad_fn
        if node is not None:
            suffixes.append(f"grad_fn=<{node.name()}>")
        elif self._leaf:
            suffixes.append("requires_grad=True")
        if self.is_cuda:
            suffixes.insert(0, f"device='{self.device}'")
        name = type(self).__name__
        prefix = "tensor(" if name == "Tensor" else f"{name}("
        return printing.render(device.to_host(self._data), prefix, suffixes)

    def __format__(self, spec: str) -> str:
        """Formats the only element as a number; with an empty `spec`, prints."""
        if self._data.ndim == 0:
            return format(self._data.item(), spec)
        return object.__format__(self, spec)

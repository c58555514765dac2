"""What `adjoint` offers by PyTorch's names; the face package re-exports all of it.

from adjoint.runtime.eager_names import NAMES
globals().update(NAMES)
"""

from __future__ import annotations

from typing import Any

from adjoint.runtime import autograd, dtypes, eager_functions, factories, linalg, modes, printing
from adjoint.runtime import device as _device
from adjoint.runtime.graph import RemovableHandle
from adjoint.runtime.tensor import Size, Tensor

_FACTORIES = (
    *("tensor", "as_tensor", "asarray", "from_numpy", "zeros", "ones", "empty", "full", "eye"),
    *("arange", "linspace", "rand", "randn", "randint", "randperm", "normal", "manual_seed"),
    *("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "Generator"),
)
_FUNCTIONS = (
    *("cat", "stack", "where", "matmul", "einsum", "tensordot", "vstack", "hstack", "is_tensor"),
    *("det", "inverse"),
)
_MODES = ("no_grad", "enable_grad", "set_grad_enabled", "is_grad_enabled")

NAMES: dict[str, Any] = {
    "Tensor": Tensor,
    "Size": Size,
    "RemovableHandle": RemovableHandle,
    "autograd": autograd,
    "linalg": linalg,
    "device": _device.Device,
    "dtype": dtypes.DType,
    "get_default_dtype": dtypes.get_default_dtype,
    "set_default_dtype": dtypes.set_default_dtype,
    "set_printoptions": printing.set_printoptions,
    **{d.name: d for d in dtypes.BY_DTYPE.values()},
    "half": dtypes.float16,
    "float": dtypes.float32,
    "double": dtypes.float64,
    "cfloat": dtypes.complex64,
    "cdouble": dtypes.complex128,
    "short": dtypes.int16,
    "int": dtypes.int32,
    "long": dtypes.int64,
    **{name: getattr(factories, name) for name in _FACTORIES},
    **{name: getattr(modes, name) for name in _MODES},
    **eager_functions.FUNCTIONS,
    **{name: getattr(eager_functions, name) for name in _FUNCTIONS},
}

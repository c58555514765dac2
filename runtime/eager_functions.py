"""Functions of tensors by PyTorch's names: `adjoint.exp(x)` is `x.exp()`.

This module shadows builtins (`abs`, `max`, `sum`, ...) on purpose, and uses none of those itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime.eager_elementwise import WHERE
from adjoint.runtime.eager_joining import concatenate as cat
from adjoint.runtime.eager_numpy import run_function
from adjoint.runtime.eager_operands import pair
from adjoint.runtime.factories import tensor
from adjoint.runtime.graph import TensorCore, edge_of, plain
from adjoint.runtime.tensor import Tensor


def method(name: str) -> Callable[..., Any]:
    """Makes the function that calls a tensor's method."""
    unbound = getattr(Tensor, name)

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(input, TensorCore):
            kind = type(input).__name__
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")
        result = unbound(input, *args, **kwargs)
        if result is NotImplemented:
            raise TypeError(f"{name}(): argument 'other' (position 2) must be Tensor, not {args!r}")
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = unbound.__doc__
    return function


abs = method("abs")
absolute = method("absolute")
acos = method("acos")
acosh = method("acosh")
add = method("add")
all = method("all")
allclose = method("allclose")
amax = method("amax")
amin = method("amin")
any = method("any")
arccos = method("arccos")
arccosh = method("arccosh")
arcsin = method("arcsin")
arcsinh = method("arcsinh")
arctan = method("arctan")
arctan2 = method("arctan2")
arctanh = method("arctanh")
argmax = method("argmax")
argmin = method("argmin")
argsort = method("argsort")
asin = method("asin")
asinh = method("asinh")
atan = method("atan")
atan2 = method("atan2")
atanh = method("atanh")
bmm = method("bmm")
ceil = method("ceil")
chunk = method("chunk")
clamp = method("clamp")
clip = method("clip")
clone = method("clone")
cos = method("cos")
cosh = method("cosh")
count_nonzero = method("count_nonzero")
cumsum = method("cumsum")
detach = method("detach")
diag = method("diag")
diagonal = method("diagonal")
div = method("div")
divide = method("divide")
dot = method("dot")
eq = method("eq")
equal = method("equal")
exp = method("exp")
exp2 = method("exp2")
expm1 = method("expm1")
flatten = method("flatten")
flip = method("flip")
floor = method("floor")
floor_divide = method("floor_divide")
fmod = method("fmod")
gather = method("gather")
ge = method("ge")
gt = method("gt")
hypot = method("hypot")
index_select = method("index_select")
isclose = method("isclose")
isfinite = method("isfinite")
isinf = method("isinf")
isnan = method("isnan")
le = method("le")
lerp = method("lerp")
log = method("log")
log10 = method("log10")
log1p = method("log1p")
log2 = method("log2")
log_softmax = method("log_softmax")
logaddexp = method("logaddexp")
logical_and = method("logical_and")
logical_not = method("logical_not")
logical_or = method("logical_or")
logical_xor = method("logical_xor")
logsumexp = method("logsumexp")
lt = method("lt")
masked_fill = method("masked_fill")
masked_select = method("masked_select")
max = method("max")
maximum = method("maximum")
mean = method("mean")
median = method("median")
min = method("min")
minimum = method("minimum")
mm = method("mm")
movedim = method("movedim")
moveaxis = method("moveaxis")
mul = method("mul")
multiply = method("multiply")
mv = method("mv")
narrow = method("narrow")
ne = method("ne")
neg = method("neg")
negative = method("negative")
nonzero = method("nonzero")
norm = method("norm")
numel = method("numel")
outer = method("outer")
permute = method("permute")
pow = method("pow")
prod = method("prod")
ravel = method("ravel")
reciprocal = method("reciprocal")
relu = method("relu")
remainder = method("remainder")
repeat_interleave = method("repeat_interleave")
reshape = method("reshape")
roll = method("roll")
round = method("round")
rsqrt = method("rsqrt")
select = method("select")
sigmoid = method("sigmoid")
sign = method("sign")
sin = method("sin")
sinh = method("sinh")
softmax = method("softmax")
sort = method("sort")
split = method("split")
sqrt = method("sqrt")
square = method("square")
squeeze = method("squeeze")
std = method("std")
sub = method("sub")
subtract = method("subtract")
sum = method("sum")
swapaxes = method("swapaxes")
t = method("t")
take = method("take")
tan = method("tan")
tanh = method("tanh")
tile = method("tile")
topk = method("topk")
trace = method("trace")
transpose = method("transpose")
tril = method("tril")
triu = method("triu")
trunc = method("trunc")
unbind = method("unbind")
unflatten = method("unflatten")
unsqueeze = method("unsqueeze")
var = method("var")
is_floating_point = method("is_floating_point")
is_complex = method("is_complex")
broadcast_to = method("broadcast_to")


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Takes `input` where the condition holds, `other` elsewhere; alone, the positions it holds.

    Example:
        >>> import adjoint
        >>> adjoint.where(adjoint.tensor([True, False]), 1.0, 2.0)
        tensor([1., 2.])
    """
    if input is None:
        return tuple(plain(Tensor, axis) for axis in np.nonzero(condition._data))
    if isinstance(input, TensorCore):
        operands = pair(input, other)
    elif isinstance(other, TensorCore):
        operands = pair(other, input)
        operands = None if operands is None else operands[::-1]
    else:
        operands = tensor(input), other
    if operands is None:
        raise TypeError(f"where(): expected tensors or numbers, not {input!r} and {other!r}")
    return WHERE(condition, *operands)


def einsum(equation: str, *operands: Any) -> Any:
    """Sums products of elements as the equation says."""
    parts = (
        operands[0] if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands
    )
    return run_function(np.einsum, (equation, *parts), {})


def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """Sums products of elements over some axes of both."""
    return run_function(np.tensordot, (a, b, dims), {})


def vstack(tensors: Sequence[Any]) -> Any:
    """Joins along the first axis; vectors become rows."""
    return cat([t.reshape(1, -1) if t.ndim < 2 else t for t in tensors])


def hstack(tensors: Sequence[Any]) -> Any:
    """Joins along the second axis; vectors along their only one."""
    return cat(list(tensors), 0 if tensors[0].ndim == 1 else 1)


def is_tensor(thing: object) -> bool:
    """Whether something is a tensor."""
    return isinstance(thing, TensorCore)


def is_grad_tracked(thing: object) -> bool:
    """Whether something is a tensor that requires grad."""
    return isinstance(thing, TensorCore) and edge_of(thing) is not None


def det(input: Any) -> Any:
    """Gives the determinant."""
    return run_function(np.linalg.det, (input,), {})


def inverse(input: Any) -> Any:
    """Gives the inverse of a matrix."""
    return run_function(np.linalg.inv, (input,), {})

"""`adjoint.autograd`: backward, grad, and functions with a derivative of the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager_anomaly import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from adjoint.runtime.eager_backward import deposit, seen_by_users, sweep
from adjoint.runtime.eager_function import Function
from adjoint.runtime.graph import Edge, Node, TensorCore, as_array, as_sequence, edge_of, plain
from adjoint.runtime.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from adjoint.runtime.tracebacks import rewritten

__all__ = [
    "Function",
    "Node",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]

NOT_A_LEAF_FLAG = (
    "you can only change requires_grad flags of leaf variables. If you want to use a computed "
    "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
)


def _roots(
    outputs: tuple[Any, ...], gradients: tuple[Any, ...], create_graph: bool
) -> list[tuple[Edge, Any]]:
    """Pairs the outputs' edges with their cotangents.

    Raises:
        RuntimeError: an output has no history, or its cotangent is missing or misshapen.
        TypeError: a cotangent is no tensor.
    """
    roots: list[tuple[Edge, Any]] = []
    for k, (output, gradient) in enumerate(zip(outputs, gradients, strict=True)):
        edge = edge_of(output)
        data = output._data
        if gradient is None:
            if edge is not None and data.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            seed: Any = plain(type(output), np.ones_like(data))
        elif isinstance(gradient, TensorCore):
            if gradient._data.shape != data.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{k}] has a shape of "
                    f"adjoint.Size({list(gradient._data.shape)}) and output[{k}] has a shape of "
                    f"adjoint.Size({list(data.shape)})."
                )
            seed = gradient
        else:
            raise TypeError(
                f"gradients can be either Tensors or None, but got {type(gradient).__name__}"
            )
        if edge is None:
            raise RuntimeError(
                f"element {k} of tensors does not require grad and does not have a grad_fn"
            )
        if seed._data.dtype != data.dtype:
            seed = seed.astype(data.dtype)
        if data.dtype.kind == "c":
            seed = seen_by_users(seed)
        roots.append((edge, seed if create_graph else seed._data))
    return roots


@rewritten
def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds, to the `.grad` of every leaf, the derivative of the sum of some tensors.

    Args:
        tensors: one or several.
        grad_tensors: their cotangents; None for single numbers.
        retain_graph: keep the graph for another sweep (by default `create_graph`).
        create_graph: record the sweep.
        inputs: the only tensors whose `.grad` is to be changed.
    """
    accumulate_gradients(tensors, grad_tensors, retain_graph, create_graph, inputs)


def accumulate_gradients(
    tensors: Any,
    grad_tensors: Any,
    retain_graph: bool | None,
    create_graph: bool,
    inputs: Any,
) -> None:
    """Does what `backward` does."""
    outputs = as_sequence(tensors)
    gradients = (None,) * len(outputs) if grad_tensors is None else as_sequence(grad_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    roots = _roots(outputs, gradients, create_graph)
    cls = type(outputs[0])
    if inputs is None:
        sweep(roots, cls, retain_graph=keep, create_graph=create_graph)
        return
    wanted = as_sequence(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    edges = _wanted(wanted)
    found = sweep(
        roots, cls, retain_graph=keep, create_graph=create_graph, wanted=edges, accumulate=False
    )
    for tensor, g in zip(wanted, found, strict=True):
        deposit(tensor, g, False, create_graph)


def _wanted(inputs: Sequence[Any]) -> list[Edge]:
    edges = [edge_of(tensor) for tensor in inputs]
    if any(edge is None for edge in edges):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return edges


@rewritten
def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Gives the derivatives of the sum of some outputs with respect to some inputs.

    Args:
        outputs: one tensor or several.
        inputs: one tensor or several.
        grad_outputs: cotangents of the outputs; None for single numbers.
        retain_graph: keep the graph for another sweep (by default `create_graph`).
        create_graph: record the sweep, for derivatives of derivatives.
        allow_unused: give None for inputs that the outputs do not depend on.
        materialize_grads: give zeros for them.

    Returns:
        A tuple with one tensor for each input.

    Example:
        >>> import adjoint
        >>> x = adjoint.tensor(3.0, requires_grad=True)
        >>> (slope,) = grad(x**3, x, create_graph=True)
        >>> slope, grad(slope, x)
        (tensor(27., grad_fn=<MulBackward0>), (tensor(18.),))
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, "
            "but got: allow_unused=False."
        )
    results, wanted = as_sequence(outputs), as_sequence(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    gradients = (None,) * len(results) if grad_outputs is None else as_sequence(grad_outputs)
    keep = create_graph if retain_graph is None else retain_graph
    roots = _roots(results, gradients, create_graph)
    edges = _wanted(wanted)
    found = sweep(
        roots,
        type(results[0]),
        retain_graph=keep,
        create_graph=create_graph,
        wanted=edges,
        accumulate=False,
    )
    answers = []
    for k, (tensor, g) in enumerate(zip(wanted, found, strict=True)):
        if g is None and materialize_grads:
            answers.append(plain(type(tensor), np.zeros_like(tensor._data)))
        elif g is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {k} appears to not have been used in the "
                "graph. Set allow_unused=True if this is the desired behavior."
            )
        else:
            answers.append(_seen(tensor, g))
    return tuple(answers)


def _seen(tensor: TensorCore, g: Any) -> Any:
    """Gives a cotangent as users see it: a tensor of the input's type."""
    if g is None:
        return None
    if not isinstance(g, TensorCore):
        g = plain(type(tensor), as_array(g))
        g._data = g._data.copy() if g._data.base is not None else g._data
    return seen_by_users(g)


def check_assigned_grad(tensor: TensorCore, grad: Any) -> None:
    """Checks what is assigned to `.grad`.

    Raises:
        TypeError: it is no tensor.
        RuntimeError: its shape or type are not the tensor's.
    """
    if not isinstance(grad, TensorCore):
        raise TypeError(
            "assigned grad expected to be a Tensor or None but got grad of type "
            f"{type(grad).__name__}"
        )
    if grad._data.shape != tensor._data.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(grad._data.shape)}' to a tensor of "
            f"size '{list(tensor._data.shape)}'. Please ensure that the gradient and the tensor "
            "are the same size"
        )
    if grad._data.dtype != tensor._data.dtype:
        got, want = (dtypes.of(t._data.dtype).title for t in (grad, tensor))
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{got.lower()}' to a tensor with "
            f"grad_dtype '{want}'. The gradient must match the tensor's grad_dtype (defaults to "
            "the tensor's dtype)."
        )

"""Calls of emitted functions: one node in the graph for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adjoint.runtime.eager_anomaly import STATE as ANOMALY
from adjoint.runtime.eager_anomaly import note
from adjoint.runtime.eager_results import settled
from adjoint.runtime.eager_titles import camel
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.graph import (
    FREED,
    Array,
    Edge,
    Node,
    TensorCore,
    edge_of,
    next_number,
    node_class,
)
from adjoint.runtime.home import namespace_of
from adjoint.runtime.modes import GRAD_ENABLED


class CallNode(Node):
    """A call of an emitted function.

    pullback: the cotangent of the result to those of the tensors that went in; None once freed.
    source: the emitted text.
    """

    __slots__ = ("forms", "outputs", "pullback", "source")
    pullback: Callable[..., Sequence[Any]] | None
    forms: Sequence[Array]
    source: str

    def run(self, g: Any) -> Sequence[Any]:
        """Calls the pullback on arrays."""
        if self.pullback is None:
            raise RuntimeError(FREED)
        if self.outputs == 1:
            return self.pullback(g)
        xp = namespace_of(*(part for part in g if part is not None))
        return self.pullback(
            tuple(
                xp.zeros(shape, dtype) if part is None else part
                for part, (shape, dtype) in zip(g, self.forms, strict=True)
            )
        )

    def run_recorded(self, g: Any, record: Callable[..., Any]) -> Sequence[Any]:
        """Calls a pullback that tensors may go through.

        Raises:
            NotDifferentiable: this one is not.
        """
        if self.pullback is None:
            raise RuntimeError(FREED)
        if not getattr(self.pullback, "differentiable", False):
            raise NotDifferentiable(
                f"{self.name()}: the backward of an emitted function cannot be recorded "
                "(create_graph=True); differentiate its gradient function instead"
            )
        if self.outputs == 1:
            return self.pullback(g)
        xp = namespace_of(*(part._data for part in g if part is not None))
        return self.pullback(
            tuple(
                record(xp.zeros(shape, dtype)) if part is None else part
                for part, (shape, dtype) in zip(g, self.forms, strict=True)
            )
        )

    def release(self) -> None:
        """Drops what the pullback closed over."""
        self.pullback = None


def apply_function(
    name: str,
    value: Any,
    pullback: Callable[..., Sequence[Any]],
    inputs: Sequence[TensorCore],
    source: str = "",
) -> Any:
    """Gives the result of an emitted function its place in the graph.

    Args:
        name: the function's name; `loss` makes nodes `<LossBackward>`.
        value: its result on arrays: an array, a number, or a tuple of them.
        pullback: takes the cotangent of the value (a tuple of them for a tuple) as arrays; gives,
            for each of `inputs`, an array or None. One whose attribute `differentiable` is true
            also takes and gives tensors.
        inputs: the tensors among the arguments, each once.
        source: the emitted text, found again as `grad_fn.source`.

    Returns:
        A tensor, or a tuple of tensors.

    Example:
        >>> import adjoint
        >>> x = adjoint.tensor([1.0, 2.0], requires_grad=True)
        >>> y = apply_function("double", 2 * x._data, lambda g: (2 * g,), [x])
        >>> y
        tensor([2., 4.], grad_fn=<DoubleBackward>)
    """
    multiple = isinstance(value, tuple)
    parts = value if multiple else (value,)
    tensors = [settled(type(inputs[0]), part) for part in parts]
    edges = tuple(edge_of(tensor) for tensor in inputs)
    if GRAD_ENABLED.get() and any(edge is not None for edge in edges):
        node = node_class(f"{camel(name)}Backward", CallNode)()
        assert isinstance(node, CallNode)
        node.number, node.extra, node.edges = next_number(), None, edges
        if ANOMALY[0]:
            note(node)
        node.pullback, node.source, node.outputs = pullback, source, len(tensors)
        node.forms = [(t._data.shape, t._data.dtype) for t in tensors]
        for k, tensor in enumerate(tensors):
            edge: Edge = (node, k) if len(tensors) > 1 else node
            if tensor._data.dtype.kind in "fc":
                tensor._edge = edge
    return tuple(tensors) if multiple else tensors[0]

"""Functions whose derivative the user writes: `adjoint.autograd.Function`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime.eager_anomaly import STATE as ANOMALY
from adjoint.runtime.eager_anomaly import note
from adjoint.runtime.eager_backward import seen_by_users
from adjoint.runtime.eager_inplace import bump, check_writable, rebase
from adjoint.runtime.eager_nodes import Check, modified
from adjoint.runtime.graph import (
    FREED,
    Edge,
    Node,
    TensorCore,
    as_sequence,
    counter_of,
    edge_of,
    next_number,
    node_class,
    plain,
)
from adjoint.runtime.modes import GRAD_ENABLED, GradMode


class Context:
    """What a `Function` keeps between its forward and its backward."""

    def __init__(self, node: FunctionNode) -> None:
        """Belongs to one node."""
        self._node = node
        self.needs_input_grad: tuple[bool, ...] = ()
        self._to_save: tuple[Any, ...] = ()
        self._not_differentiable: tuple[Any, ...] = ()
        self._dirty: tuple[Any, ...] = ()
        self._materialize = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps tensors, under watch for writes, until backward has run."""
        self._to_save = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What was kept.

        Raises:
            RuntimeError: it was freed, or written into since.
        """
        return self._node.saved()

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Names results that have no derivative."""
        self._not_differentiable = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Names arguments that forward wrote into."""
        self._dirty = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward sees zeros (True) or None for results that nothing depends on."""
        self._materialize = value


class FunctionNode(Node):
    """A call of a user's `Function`."""

    __slots__ = ("checks", "cls", "context", "forms", "function", "inputs", "kept", "outputs")
    function: type[Function]
    context: Context
    cls: type[Any]
    kept: list[tuple[Any, int | None]] | None
    checks: list[Check]
    inputs: list[tuple[tuple[int, ...], np.dtype[Any]]]
    forms: list[tuple[tuple[int, ...], np.dtype[Any]]]

    def saved(self) -> tuple[Any, ...]:
        """Gives the tensors kept, after a look at their versions."""
        if self.kept is None:
            raise RuntimeError(FREED)
        for check in self.checks:
            if check[0][0] != check[1]:
                raise RuntimeError(modified(check, self, [thing for thing, _ in self.kept]))
        return tuple(
            plain(self.cls, thing, self if self.outputs == 1 else (self, k))
            if k is not None
            else thing
            for thing, k in self.kept
        )

    def run(self, g: Any) -> Sequence[Any]:
        """Calls the user's backward on tensors; what it computes is not recorded."""
        parts = g if self.outputs > 1 else [g]
        tensors = [None if p is None else plain(self.cls, np.asarray(p)) for p in parts]
        pieces = self._call(tensors)
        return [None if p is None else p._data for p in pieces]

    def run_recorded(self, g: Any, record: Callable[..., Any]) -> Sequence[Any]:
        """Calls the user's backward on tensors, recorded."""
        return self._call(list(g) if self.outputs > 1 else [g])

    def _call(self, cotangents: list[Any]) -> list[Any]:
        cotangents = [None if c is None else seen_by_users(c) for c in cotangents]
        if self.context._materialize:
            cotangents = [
                plain(self.cls, np.zeros(*form)) if c is None else c
                for c, form in zip(cotangents, self.forms, strict=True)
            ]
        name = self.function.__name__
        answer = as_sequence(self.function.backward(self.context, *cotangents))
        expected = len(self.context.needs_input_grad)
        if len(answer) > expected and all(extra is None for extra in answer[expected:]):
            answer = answer[:expected]
        if len(answer) != expected:
            raise RuntimeError(
                f"function {name}Backward returned an incorrect number of gradients "
                f"(expected {expected}, got {len(answer)})"
            )
        return [self._checked(k, piece) for k, piece in enumerate(answer)]

    def _checked(self, k: int, gradient: Any) -> Any:
        """Fits one gradient to its input's shape and type.

        Raises:
            RuntimeError: where the shape does not fit.
        """
        if gradient is None or self.edges[k] is None:
            return None
        if not isinstance(gradient, TensorCore):
            raise TypeError(f"expected Variable or None (got {type(gradient).__name__})")
        piece: Any = gradient
        shape, dtype = self.inputs[k]
        have = piece._data.shape
        if have != shape:
            lead = len(have) - len(shape)
            fits = lead >= 0 and all(n in (1, m) for n, m in zip(shape, have[lead:], strict=True))
            if not fits:
                raise RuntimeError(
                    f"Function {self.function.__name__}Backward returned an invalid gradient at "
                    f"index {k} - got {list(have)} but expected shape compatible with {list(shape)}"
                )
            axes = (*range(lead), *(lead + j for j, n in enumerate(shape) if n != have[lead + j]))
            piece = np.reshape(np.sum(piece, axis=axes), shape)
        piece = seen_by_users(piece)
        if piece._data.dtype.kind == "c" and dtype.kind != "c":
            piece = np.real(piece)
        return piece if piece._data.dtype == dtype else piece.astype(dtype)

    def release(self) -> None:
        """Drops what was kept."""
        if self.kept:
            self.kept = None
            self.checks = []


class Function:
    """A function whose derivative the user writes.

    Subclasses define the static methods `forward(ctx, *args)` and `backward(ctx, *cotangents)`,
    which     gives one gradient (or None) for every argument of forward; `apply` calls it.

    Example:
        >>> import adjoint
        >>> class Cube(Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x * x
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         (x,) = ctx.saved_tensors
        ...         return 3 * x * x * g
        >>> x = adjoint.tensor(2.0, requires_grad=True)
        >>> y = Cube.apply(x)
        >>> y
        tensor(8., grad_fn=<CubeBackward>)
        >>> y.backward()
        >>> x.grad
        tensor(12.)
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the result."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Computes the arguments' gradients from the results' cotangents."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Saves what backward needs, where `forward` is written without `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Calls the function, recorded as one node."""
        edges = tuple(edge_of(a) if isinstance(a, TensorCore) else None for a in args)
        recorded = GRAD_ENABLED.get() and any(edge is not None for edge in edges)
        node = node_class(f"{cls.__name__}Backward", FunctionNode)()
        assert isinstance(node, FunctionNode)
        context = Context(node)
        context.needs_input_grad = tuple(edge is not None for edge in edges)
        separate = cls.setup_context is not Function.setup_context
        with GradMode(False):
            if separate:
                result = cls.forward(*args)
                cls.setup_context(context, args, result)
            else:
                result = cls.forward(context, *args)
        if not recorded:
            return result
        return _record_function(cls, node, context, args, edges, result)


def _record_function(
    cls: type[Function],
    node: FunctionNode,
    context: Context,
    args: tuple[Any, ...],
    edges: tuple[Edge, ...],
    result: Any,
) -> Any:
    """Gives a function's results their history."""
    results = as_sequence(result)
    tensors = [r for r in results if isinstance(r, TensorCore)]
    node.function, node.context, node.edges = cls, context, edges
    node.number, node.extra = next_number(), None
    if ANOMALY[0]:
        note(node)
    node.cls = (
        type(tensors[0]) if tensors else type(next(a for a in args if isinstance(a, TensorCore)))
    )
    node.inputs = [
        (a._data.shape, a._data.dtype) if isinstance(a, TensorCore) else ((), np.dtype(float))
        for a in args
    ]
    node.outputs = len(tensors)
    node.forms = [(t._data.shape, t._data.dtype) for t in tensors]
    constant = {id(t) for t in context._not_differentiable}
    dirty = {id(t) for t in context._dirty}
    replaced: dict[int, Any] = {}
    for k, r in enumerate(tensors):
        edge: Edge = node if node.outputs == 1 else (node, k)
        fixed = id(r) in constant or r._data.dtype.kind not in "fc"
        if id(r) in dirty:
            check_writable(r)
            bump(r)
            rebase(r, edge)
            replaced[id(r)] = r
        elif any(r is a for a in args) or edge_of(r) is not None:
            fresh = plain(type(r), r._data, None if fixed else edge)
            fresh._counter = counter_of(r)
            replaced[id(r)] = fresh
        else:
            r._edge = None if fixed else edge
            replaced[id(r)] = r
    node.kept = []
    node.checks = []
    for thing in context._to_save:
        if not isinstance(thing, TensorCore):
            node.kept.append((thing, None))
            continue
        at = next((j for j, t in enumerate(tensors) if t is thing), None)
        owner = replaced[id(thing)] if at is not None else thing
        counter = counter_of(owner)
        node.checks.append((counter, counter[0], thing if at is None else len(node.kept)))
        node.kept.append((thing, None) if at is None else (thing._data, at))
    answers = tuple(replaced.get(id(r), r) for r in results)
    if not isinstance(result, (list, tuple)):
        return answers[0]
    return answers

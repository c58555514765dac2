"""The nodes of primitives: what they save, and how their rules are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager_rules import Pull
from adjoint.runtime.graph import FREED, Node, TensorCore, edge_of
from adjoint.runtime.home import namespace_of

if TYPE_CHECKING:
    from adjoint.runtime.eager import Op

# A saved tensor's counter, its version when it was saved, and the tensor; the node's own results
# are given by their number, since a node that held them would hold itself.
Check = tuple[list[int], int, TensorCore | int]

NUMPY = frozenset(
    {np.ndarray, list, np.float16, np.float32, np.float64, np.complex64, np.complex128}
)


class OpNode(Node):
    """A recorded primitive.

    op: which (each has its own class of nodes). args: what its rules read of the arguments. ans:
    its result, if read. checks: versions of what was saved. shapes: operand shapes of
    a broadcast elementwise primitive. layout: for each edge, the argument it belongs to and the
    place within a list of tensors. frees: whether a second sweep needs `retain_graph`.
    """

    __slots__ = ("ans", "args", "checks", "frees", "layout", "shapes")
    owns_pieces = True
    op: ClassVar[Op]
    args: Sequence[Any] | None
    frees: bool
    ans: Any
    checks: Sequence[Check]
    shapes: Sequence[tuple[int, ...]] | None
    layout: tuple[tuple[int, int | None], ...]

    def run(self, g: Any) -> Sequence[Any]:
        """Calls the rule of each operand that needs its cotangent."""
        args = self.args
        if args is None:
            raise RuntimeError(FREED)
        for check in self.checks:
            if check[0][0] != check[1]:
                raise RuntimeError(modified(check, self, self.ans))
        layout = self.layout
        if len(layout) == 1 and layout[0][1] is None and g.__class__ in NUMPY:
            piece = self.op.pulls[layout[0][0]](g, self.ans, *args)
            if self.shapes is not None and self.shapes[0] != piece.shape:
                piece = _sum_to(piece, self.shapes[0])
            return (piece,)
        if self.outputs > 1:
            g = [np.zeros_like(a) if p is None else p for p, a in zip(g, self.ans, strict=True)]
        op, ans, shapes = self.op, self.ans, self.shapes
        pulls = op.pulls if g.__class__ in NUMPY else op.pulls_at(namespace_of(g))
        return self._pieces(pulls, g, ans, args, shapes)

    def run_recorded(self, g: Any, record: Callable[..., Any]) -> Sequence[Any]:
        """Calls the same rules on tensors, so that they are recorded in turn."""
        if self.args is None:
            raise RuntimeError(FREED)
        for check in self.checks:
            if check[0][0] != check[1]:
                raise RuntimeError(modified(check, self, self.ans))
        args = list(self.args)
        for (k, place), edge in zip(self.layout, self.edges, strict=True):
            if edge is None or args[k] is None:
                continue
            if place is None:
                args[k] = record(args[k], edge)
            else:
                args[k] = list(args[k])
                args[k][place] = record(args[k][place], edge)
        ans = self.ans
        if self.outputs > 1:
            ans = [record(part, (self, k)) for k, part in enumerate(ans)]
            g = [
                record(np.zeros_like(a._data)) if p is None else p
                for p, a in zip(g, ans, strict=True)
            ]
        elif ans is not None:
            ans = record(ans, self)
        data = g[0]._data if self.outputs > 1 else g._data
        op = self.op
        pulls = (
            op.recorded_pulls
            if data.__class__ in NUMPY
            else op.recorded_pulls_at(namespace_of(data))
        )
        return self._pieces(pulls, g, ans, args, self.shapes)

    def _pieces(
        self,
        pulls: Mapping[int, Pull],
        g: Any,
        ans: Any,
        args: Sequence[Any],
        shapes: Sequence[tuple[int, ...]] | None,
    ) -> list[Any]:
        pieces: list[Any] = []
        lists: dict[int, Any] = {}
        for edge, (k, place) in zip(self.edges, self.layout, strict=True):
            if edge is None:
                pieces.append(None)
            elif place is None:
                piece = pulls[k](g, ans, *args)
                if shapes is not None and shapes[len(pieces)] != piece.shape:
                    piece = _sum_to(piece, shapes[len(pieces)])
                pieces.append(piece)
            elif self.op.starred == self.op.params[k]:
                pieces.append(pulls[k](g, ans, *args, place))
            else:
                if k not in lists:
                    lists[k] = pulls[k](g, ans, *args)
                pieces.append(lists[k][place])
        return pieces

    def release(self) -> None:
        """Drops the saved arrays; a node that saved none can run again, as PyTorch's can."""
        if self.frees:
            self.args = self.ans = None
            self.checks = ()


class BinaryNode(OpNode):
    """A recorded primitive of two operands: the same as `OpNode`, in fewer steps."""

    __slots__ = ()

    def run(self, g: Any) -> Sequence[Any]:
        """Calls the rule of each operand that needs its cotangent."""
        args = self.args
        if args is None or len(self.edges) == 1 or g.__class__ not in NUMPY:
            return super().run(g)
        for check in self.checks:
            if check[0][0] != check[1]:
                raise RuntimeError(modified(check, self, self.ans))
        x, y = args
        first, second = self.edges
        pull_x, pull_y = self.op.pull_pair
        dx = None if first is None else pull_x(g, self.ans, x, y)
        dy = None if second is None else pull_y(g, self.ans, x, y)
        shapes = self.shapes
        if shapes is not None:
            if dx is not None and dx.shape != shapes[0]:
                dx = _sum_to(dx, shapes[0])
            if dy is not None and dy.shape != shapes[1]:
                dy = _sum_to(dy, shapes[1])
        return (dx, dy)


def _sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """Sums over the axes along which an operand of `shape` was broadcast."""
    extra = g.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        k + extra for k, n in enumerate(shape) if n == 1 and g.shape[k + extra] != 1
    )
    return np.reshape(np.sum(g, axis=axes), shape) if axes else g


def modified(check: Check, node: Node, results: Any) -> str:
    """Words the complaint about a saved tensor that was written into since."""
    counter, version, saved = check
    if isinstance(saved, TensorCore):
        array, edge = saved._data, edge_of(saved)
        maker, place = edge if isinstance(edge, tuple) else (edge, 0)
    else:
        array = results[saved] if isinstance(results, list) else results
        maker, place = node, saved
    kind = dtypes.of(array.dtype).title
    origin = ""
    if isinstance(maker, Node):
        origin = f", which is output {place} of {re.sub('Backward[0-9]*$', '', maker.name())},"
    return (
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [adjoint.{kind}Tensor {list(array.shape)}]{origin} is at version "
        f"{counter[0]}; expected version {version} instead. Hint: enable anomaly detection to find "
        "the operation that failed to compute its gradient, with "
        "adjoint.autograd.set_detect_anomaly(True, check_nan=False)."
    )

"""How tensors run primitives: forward on arrays, one node for the way back, rules for its run."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager_rules import Pull, pullback, recorded_pullback
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.graph import (
    FREED,
    Array,
    Edge,
    Node,
    TensorCore,
    View,
    counter_of,
    edge_of,
    next_number,
    node_class,
    plain,
)
from adjoint.runtime.home import namespace_of
from adjoint.runtime.modes import GRAD_ENABLED
from adjoint.runtime.rules import (
    REQUIRED,
    Rule,
    bind,
    residuals,
    shape_residuals,
)
from adjoint.runtime.rules.lookup import RULES

is_recording = GRAD_ENABLED.get
Check = tuple[list[int], int, TensorCore | int]


class Op:
    """A primitive as tensors run it.

    Args:
        rule: its line of the table.
        forward: what computes it on NumPy arrays, arguments in the order of the rule's parameters.
        title: the name of its nodes; by default made of the primitive's, as PyTorch's are.
    """

    def __init__(
        self, rule: Rule, forward: Callable[..., Any] | None = None, title: str = ""
    ) -> None:
        """Prepares what does not depend on the arguments."""
        self.rule = rule
        self.params = tuple(p.lstrip("*") for p in rule.params if not p.startswith("**"))
        self.forward = forward or _function(rule, np)
        self.own_forward = forward is not None
        self.title = title or title_of(rule.name)
        self.node = node_class(self.title, OpNode)
        self.positions = tuple(k for k, p in enumerate(self.params) if p in rule.vjp)
        self.elementwise = rule.kind == "elementwise"
        self.shares_memory = rule.memory != "fresh"
        self.starred = rule.starred

    @functools.cached_property
    def pulls(self) -> dict[int, Pull]:
        """For each differentiable parameter's position, its rule on NumPy arrays."""
        return {k: pullback(self.rule, self.params[k], np) for k in self.positions}

    @functools.cached_property
    def recorded_pulls(self) -> dict[int, Pull]:
        """The same on tensors, recorded."""
        return {k: recorded_pullback(self.rule, self.params[k], run_rule) for k in self.positions}

    def pulls_at(self, xp: Any) -> Mapping[int, Pull]:
        """The rules bound to the namespace in which the arrays live."""
        if xp is np:
            return self.pulls
        return {k: pullback(self.rule, self.params[k], xp) for k in self.positions}

    @functools.cache  # noqa: B019 - operations live as long as the process
    def plan(self, needed: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...], bool, bool]:
        """Says what the rules of the needed parameters read.

        Returns:
            Positions whose arrays are read in any way, those of which values are read, and the same
            two for the result.
        """
        names: set[str] = set()
        values: set[str] = set()
        for k in needed:
            values |= residuals(self.rule, self.params[k])
            names |= shape_residuals(self.rule, self.params[k])
        names |= values
        kept = tuple(k for k, p in enumerate(self.params) if p in names)
        checked = tuple(k for k, p in enumerate(self.params) if p in values)
        return kept, checked, "ans" in names, "ans" in values

    def __call__(self, *args: Any) -> Any:
        """Applies the primitive: arguments by position, every parameter given."""
        return apply(self, args)


class OpNode(Node):
    """A recorded primitive.

    op: which. args: what its rules read of the arguments. ans: its result, if read. checks: versions
    of what was saved. shapes: operand shapes of a broadcast elementwise primitive. layout: for each
    edge, the argument it belongs to and the place within a list of tensors. frees: whether a second
    sweep needs `retain_graph`.
    """

    __slots__ = ("ans", "args", "checks", "frees", "layout", "op", "outputs", "shapes")
    owns_pieces = True
    op: Op
    args: list[Any] | None
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
        if self.outputs > 1:
            g = [np.zeros_like(a) if p is None else p for p, a in zip(g, self.ans, strict=True)]
        op, ans, shapes = self.op, self.ans, self.shapes
        pulls = op.pulls if g.__class__ in NUMPY else op.pulls_at(namespace_of(g))
        return self._pieces(pulls, g, ans, args, shapes, _sum_to)

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
            g = [record(np.zeros_like(a._data)) if p is None else p for p, a in zip(g, ans, strict=True)]
        elif ans is not None:
            ans = record(ans, self)
        return self._pieces(self.op.recorded_pulls, g, ans, args, self.shapes, _sum_to)

    def _pieces(
        self,
        pulls: Mapping[int, Pull],
        g: Any,
        ans: Any,
        args: list[Any],
        shapes: Sequence[tuple[int, ...]] | None,
        sum_to: Callable[[Any, tuple[int, ...]], Any],
    ) -> list[Any]:
        pieces: list[Any] = []
        lists: dict[int, Any] = {}
        for edge, (k, place) in zip(self.edges, self.layout, strict=True):
            if edge is None:
                pieces.append(None)
            elif place is None:
                piece = pulls[k](g, ans, *args)
                if shapes is not None and shapes[len(pieces)] != piece.shape:
                    piece = sum_to(piece, shapes[len(pieces)])
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


# Nodes whose `next_functions` have a place for a number as well.
SHOWS_NUMBERS = frozenset({"AddBackward0", "SubBackward0", "MulBackward0", "DivBackward0"})
NUMPY = frozenset(
    {np.ndarray, list, np.float16, np.float32, np.float64, np.complex64, np.complex128}
)


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
        origin = f"which is output {place} of {re.sub('Backward[0-9]*$', '', maker.name())}, "
    return (
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [adjoint.{kind}Tensor {list(array.shape)}], {origin}is at version {counter[0]}; "
        f"expected version {version} instead. Hint: enable anomaly detection to find the operation "
        "that failed to compute its gradient, with "
        "adjoint.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def apply(op: Op, args: Sequence[Any]) -> Any:
    """Runs a primitive on tensors, arrays and numbers; records it where a tensor requires grad."""
    tensors: list[TensorCore] = []
    values = [_unwrap(arg, tensors) for arg in args]
    if not tensors:
        return op.forward(*values)
    forward = op.forward
    if values[0].__class__ is not np.ndarray and not op.own_forward:
        xp = namespace_of(*(t._data for t in tensors))
        forward = forward if xp is np else _function(op.rule, xp)
    out = forward(*values)
    cls = type(tensors[0])
    if is_recording():
        edges, layout, owners = _edges(op, args)
        if any(edge is not None for edge in edges) and _continuous(out):
            return _record(op, cls, args, values, out, edges, layout, owners)
    return _wrap(cls, out, op, args)


def _edges(
    op: Op, args: Sequence[Any]
) -> tuple[tuple[Edge, ...], tuple[tuple[int, int | None], ...], list[Any]]:
    """Gives, for every differentiable tensor among the arguments, its edge and its place."""
    edges: list[Edge] = []
    layout: list[tuple[int, int | None]] = []
    owners: list[Any] = []
    for k in op.positions:
        arg = args[k]
        if isinstance(arg, (list, tuple)):
            for place, one in enumerate(arg):
                edges.append(edge_of(one) if isinstance(one, TensorCore) else None)
                layout.append((k, place))
                owners.append(one)
        elif isinstance(arg, TensorCore):
            edges.append(edge_of(arg))
            layout.append((k, None))
            owners.append(arg)
        elif op.title in SHOWS_NUMBERS:
            edges.append(None)
            layout.append((k, None))
            owners.append(arg)
    return tuple(edges), tuple(layout), owners


def _record(
    op: Op,
    cls: type[Any],
    args: Sequence[Any],
    values: list[Any],
    out: Any,
    edges: tuple[Edge, ...],
    layout: tuple[tuple[int, int | None], ...],
    owners: list[Any],
) -> Any:
    """Makes the node of a primitive that was just computed, and the tensors of its results."""
    needed = sorted({k for edge, (k, _) in zip(edges, layout, strict=True) if edge is not None})
    kept, checked, keep_ans, check_ans = op.plan(tuple(needed))
    node = op.node.__new__(op.node)
    node.number = next_number()
    node.extra = None
    node.edges = edges
    node.op, node.layout = op, layout
    node.args = [None] * len(values)
    node.frees = check_ans
    checks: list[Check] = []
    for k in kept:
        node.args[k] = values[k]
        if k in checked:
            node.frees = node.frees or k in op.positions
            for one in args[k] if isinstance(args[k], (list, tuple)) else (args[k],):
                if isinstance(one, TensorCore):
                    node.frees = True
                    counter = counter_of(one)
                    checks.append((counter, counter[0], one))
    node.shapes = None
    multiple = isinstance(out, (list, tuple))
    if op.elementwise and any(np.shape(_data(o)) != np.shape(out) for o in owners):
        node.shapes = [np.shape(_data(owner)) for owner in owners]
    node.outputs = len(out) if multiple else 1
    results = _wrap(cls, out, op, args)
    for k, result in enumerate(results if multiple else (results,)):
        result._edge = (node, k) if node.outputs > 1 else node
        if check_ans:
            counter = counter_of(result)
            checks.append((counter, counter[0], k))
    node.checks = checks
    if keep_ans or multiple:
        node.ans = [r._data for r in results] if multiple else results._data
    else:
        node.ans = None
    return results


def _data(thing: Any) -> Any:
    return thing._data if isinstance(thing, TensorCore) else thing


def _unwrap(arg: Any, tensors: list[TensorCore]) -> Any:
    """Replaces tensors by their arrays, and notes them."""
    if isinstance(arg, TensorCore):
        tensors.append(arg)
        return arg._data
    if isinstance(arg, (list, tuple)):
        parts = [_unwrap(one, tensors) for one in arg]
        return parts if isinstance(arg, list) else tuple(parts)
    return arg


def _continuous(out: Any) -> bool:
    """Whether a result can have a derivative at all: whole numbers have none."""
    if isinstance(out, (list, tuple)):
        return any(map(_continuous, out))
    return out.dtype.kind in "fc"  # type: ignore[no-any-return]


# What NumPy may give that tensors do not hold, and what they hold instead.
WIDENED = {"uint16": np.int32, "uint32": np.int64, "uint64": np.int64}


def settled(cls: type[Any], out: Any) -> Any:
    """Makes a tensor without history of a result."""
    if out.dtype.kind == "u" and out.dtype.name in WIDENED:
        out = out.astype(WIDENED[out.dtype.name])
    return plain(cls, out if hasattr(out, "flags") else np.asarray(out))


def operation(name: str, title: str = "", forward: Callable[..., Any] | None = None) -> Op:
    """Gives the operation of a line of the table."""
    return Op(RULES[name], forward, title)


@functools.cache
def _operation_of(name: str, function: Callable[..., Any], title: str) -> Op:
    return Op(RULES[name], function, title)


def run_rule(
    rule: Rule,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    title: str = "",
) -> Any:
    """Calls a function on tensors as its rule says: recorded, constant, or refused.

    Raises:
        MissingRule: a tensor requires grad, and the function (or an argument) has no rule.
    """
    tensors: list[TensorCore] = []
    plain_args = [_unwrap(arg, tensors) for arg in args]
    plain_kwargs = {name: _unwrap(value, tensors) for name, value in kwargs.items()}
    recorded = is_recording() and any(edge_of(t) is not None for t in tensors)
    if rule.kind == "zero" or (rule.kind == "missing" and not recorded):
        return rewrap(type(tensors[0]), function(*plain_args, **plain_kwargs))
    if rule.kind == "missing":
        raise MissingRule(f"{rule.name} has no derivative rule: {rule.why}")
    try:
        bound = bind(rule, len(args), kwargs)
    except MissingRule:
        if recorded:
            raise
        return rewrap(type(tensors[0]), function(*plain_args, **plain_kwargs))
    everything = {**dict(enumerate(args)), **kwargs}
    values = []
    for p, default in rule.params.items():
        source = bound.get(p.lstrip("*"))
        if isinstance(source, tuple):
            values.append([everything[k] for k in source])
        elif source is not None:
            values.append(everything[source])
        elif p.startswith("*"):
            values.append([])
        else:
            values.append(default)
    return apply(_operation_of(rule.name, _positional(function, rule), title), values)


def rewrap(cls: type[Any], out: Any) -> Any:
    """Makes tensors of the arrays in a result; anything else stays."""
    if isinstance(out, (list, tuple)):
        parts = [rewrap(cls, part) for part in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    if hasattr(out, "dtype") and out.dtype in dtypes.BY_DTYPE:
        return settled(cls, out)
    return out


def _wrap(cls: type[Any], out: Any, op: Op, args: Sequence[Any]) -> Any:
    """Makes tensors of results; one that shares memory with the first argument is its view."""
    if isinstance(out, (list, tuple)):
        parts = [_wrap(cls, part, op, args) for part in out]
        fields = getattr(out, "_fields", None)
        return type(out)(*parts) if fields else type(out)(parts)
    tensor = settled(cls, out)
    if op.shares_memory and isinstance(args[0], TensorCore):
        link(tensor, args[0], ViewStep(op, tuple(args[1:])))
    return tensor


class ViewStep:
    """A view operation with everything but what it is applied to."""

    __slots__ = ("op", "rest")

    def __init__(self, op: Op, rest: tuple[Any, ...]) -> None:
        """Keeps the other arguments."""
        self.op = op
        self.rest = rest

    def __call__(self, thing: Any) -> Any:
        """Cuts the view out of an array, or (recorded) out of a tensor."""
        if isinstance(thing, TensorCore):
            return apply(self.op, (thing, *self.rest))
        return self.op.forward(thing, *self.rest)


def link(tensor: Any, source: TensorCore, step: Callable[[Any], Any]) -> None:
    """Notes that a tensor shares the memory of `source`, if it does."""
    data, whole = tensor._data, source._data
    if data is not whole and not np.may_share_memory(data, whole):
        return
    tensor._counter = counter_of(source)
    view = source._view
    base, path = (source, ()) if view is None else (view.base, view.path)
    tensor._view = View(base, (*path, step), is_recording() and (view is None or view.recorded))


TITLES = {
    "np.absolute": "AbsBackward0",
    "np.subtract": "SubBackward0",
    "np.multiply": "MulBackward0",
    "np.divide": "DivBackward0",
    "np.negative": "NegBackward0",
    "np.power": "PowBackward1",
    "np.log1p": "Log1PBackward0",
    "np.max": "MaxBackward1",
    "np.min": "MinBackward1",
    "np.concatenate": "CatBackward0",
    "np.copy": "CloneBackward0",
    "np.tile": "RepeatBackward0",
    "np.clip": "ClampBackward1",
    "np.transpose": "PermuteBackward0",
    "np.reshape": "ViewBackward0",
    "np.broadcast_to": "ExpandBackward0",
    "np.swapaxes": "TransposeBackward0",
    "np.linalg.inv": "LinalgInvExBackward0",
    "np.linalg.det": "LinalgDetBackward0",
    "np.linalg.slogdet": "LinalgSlogdetBackward0",
    "np.linalg.solve": "LinalgSolveExBackward0",
    "np.linalg.cholesky": "LinalgCholeskyExBackward0",
    "np.linalg.norm": "LinalgVectorNormBackward0",
}


def title_of(name: str) -> str:
    """Names the nodes of a primitive as PyTorch does where it has it too."""
    return TITLES.get(name) or camel(name.rpartition(".")[2]) + "Backward0"


def camel(name: str) -> str:
    """Turns a function's name into that of its nodes: `log_softmax` -> `LogSoftmax`."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _function(rule: Rule, xp: Any) -> Callable[..., Any]:
    """Finds the function that a rule is about in NumPy (or CuPy).

    Raises:
        MissingRule: where the namespace has no such function.
    """
    space, *path = rule.name.split(".")
    if space == "ndarray":
        method = path[0]
        return _positional(lambda array, *args, **kw: getattr(array, method)(*args, **kw), rule)
    found = xp
    try:
        for part in path:
            found = getattr(found, part)
    except AttributeError:
        raise MissingRule(f"{xp.__name__} has no function {'.'.join(path)}") from None
    return _positional(found, rule)


def _positional(function: Callable[..., Any], rule: Rule) -> Callable[..., Any]:
    """Gives a function that takes every parameter of its rule by position, starred ones as one."""
    params = [p for p in rule.params if not p.startswith("**")]
    star = next((k for k, p in enumerate(params) if p.startswith("*")), None)
    optional = [p for p in params if rule.params[p] is not REQUIRED]
    if star is None and (not optional or isinstance(function, np.ufunc)):
        return function
    named = len([p for p in params if p in rule.keyword_only])
    ordinary = len(params) - named
    defaults = [rule.params[p] for p in params]

    def call(*args: Any) -> Any:
        last = ordinary
        while last and args[last - 1] is defaults[last - 1]:
            last -= 1
        given = {
            p: value
            for p, value, default in zip(
                params[ordinary:], args[ordinary:], defaults[ordinary:], strict=False
            )
            if value is not default
        }
        if star is None:
            return function(*args[:last], **given)
        return function(*args[:star], *args[star], **given)

    return call

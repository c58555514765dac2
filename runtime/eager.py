"""How tensors run primitives: forward on arrays, one node for the way back, rules for its run."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime.eager_anomaly import STATE as ANOMALY
from adjoint.runtime.eager_anomaly import note
from adjoint.runtime.eager_forward import by_position, function_of
from adjoint.runtime.eager_nodes import BinaryNode, Check, OpNode
from adjoint.runtime.eager_results import ViewStep, link, rewrap, settled, shape_alone
from adjoint.runtime.eager_rules import Pull, pullback, recorded_pullback
from adjoint.runtime.eager_titles import SHOWS_NUMBERS, title_of
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.graph import (
    Edge,
    TensorCore,
    counter_of,
    edge_of,
    new_object,
    next_number,
    node_class,
    plain,
)
from adjoint.runtime.home import namespace_of
from adjoint.runtime.modes import GRAD_ENABLED
from adjoint.runtime.rules import Rule, bind, residuals, shape_residuals
from adjoint.runtime.rules.lookup import RULES

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor

is_recording = GRAD_ENABLED.get
FIRST, PAIR = (0,), (0, 1)
ONE_EDGE = ((0, None),)


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
        self.forward = forward or function_of(rule, np)
        self.own_forward = forward is not None
        self.title = title or title_of(rule.name)
        self.positions = tuple(k for k, p in enumerate(self.params) if p in rule.vjp)
        first, second = (*self.positions, len(self.params), len(self.params))[:2]
        self.alone = second if first == 0 else -1
        self.defaults = tuple(d for p, d in rule.params.items() if not p.startswith("**"))
        self.unwritten = tuple(k for k, p in enumerate(self.params) if p in rule.unwritten)
        base = BinaryNode if self.positions == PAIR == tuple(range(len(self.params))) else OpNode
        self.node = node_class(self.title, base)
        self.node.op = self  # type: ignore[attr-defined]
        self.elementwise = rule.kind == "elementwise"
        self.shares_memory = rule.memory != "fresh"
        self.starred = rule.starred

    @functools.cached_property
    def pulls(self) -> dict[int, Pull]:
        """For each differentiable parameter's position, its rule on NumPy arrays."""
        return {k: pullback(self.rule, self.params[k], np) for k in self.positions}

    @functools.cached_property
    def pull_pair(self) -> tuple[Pull, Pull]:
        """The rules of a primitive of two operands."""
        return self.pulls[0], self.pulls[1]

    @functools.cached_property
    def pair_plans(self) -> tuple[tuple[bool, ...], ...]:
        """What a primitive of two operands saves, by which of them need their cotangent.

        For the numbers 1 (the first), 2 (the second) and 3 (both): whether the first array is kept,
        and its values read; the same for the second, and for the result.
        """
        plans = [()]
        for needed in (FIRST, (1,), PAIR):
            kept, checked, keep_ans, check_ans = self.plan(needed)
            flags = (0 in kept, 0 in checked, 1 in kept, 1 in checked, keep_ans, check_ans)
            plans.append(flags)  # type: ignore[arg-type]
        return tuple(plans)

    @functools.cached_property
    def recorded_pulls(self) -> dict[int, Pull]:
        """The same on tensors, recorded."""
        return self.recorded_pulls_at(np)

    def recorded_pulls_at(self, xp: Any) -> dict[int, Pull]:
        """The same, on tensors whose arrays live in another namespace."""
        return {
            k: recorded_pullback(self.rule, self.params[k], run_rule, xp) for k in self.positions
        }

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

    @functools.cached_property
    def plan_of_one(self) -> tuple[bool, bool, bool, bool]:
        """The same for a primitive of one operand: array kept, values read, and for the result."""
        kept, checked, keep_ans, check_ans = self.plan(FIRST)
        return 0 in kept, 0 in checked, keep_ans, check_ans

    def __call__(self, *args: Any) -> Tensor:
        """Applies the primitive: arguments by position, the last left out at their defaults."""
        if len(args) <= self.alone:
            return _apply_to_one(self, args)
        return apply(self, args)


def apply(op: Op, args: Sequence[Any]) -> Tensor:
    """Runs a primitive on tensors, arrays and numbers; records it where a tensor requires grad."""
    tensors: list[TensorCore] = []
    args = (*args, *op.defaults[len(args) :])
    values = [_unwrap(arg, tensors) for arg in args]
    if not tensors:
        return op.forward(*values)
    forward = op.forward
    if values[0].__class__ is not np.ndarray and not op.own_forward:
        xp = namespace_of(*(t._data for t in tensors))
        forward = forward if xp is np else function_of(op.rule, xp)
    out = forward(*values)
    cls = type(tensors[0])
    if is_recording():
        edges, layout, owners = _edges(op, args)
        if any(edge is not None for edge in edges) and _continuous(out):
            return _record(op, cls, args, values, out, edges, layout, owners)
    return _wrap(cls, out, op, args)


def _apply_to_one(op: Op, args: Sequence[Any]) -> Tensor:
    """Does the same, in fewer steps, for a primitive of one tensor and settings that are none."""
    x = args[0]
    rest = args[1:]
    if not isinstance(x, TensorCore) or any(isinstance(arg, TensorCore) for arg in rest):
        return apply(op, args)
    data = x._data
    if data.__class__ is not np.ndarray:
        return apply(op, args)
    out = op.forward(data, *rest)
    if out.__class__ is not np.ndarray:
        if isinstance(out, (list, tuple)):
            return apply(op, args)
        out = np.asarray(out)
    if out.dtype.kind == "u":
        return _wrap(type(x), out, op, args)
    result = plain(type(x), out)
    if op.shares_memory:
        link(result, x, ViewStep(op, tuple(rest)))
    if not is_recording():
        return result
    edge = edge_of(x)
    if edge is None or out.dtype.kind not in "fc":
        return result
    kept, checked, keep_ans, check_ans = op.plan_of_one
    node: Any = new_object(op.node)
    node.number = next_number()
    node.extra = None
    node.edges = (edge,)
    if ANOMALY[0]:
        note(node)
    node.layout = ONE_EDGE
    if kept:
        node.args = (data if checked else shape_alone(data), *rest)
    else:
        node.args = (None, *rest)
    node.ans = out if keep_ans else None
    node.frees = checked or check_ans
    checks: tuple[Check, ...] = ()
    if checked:
        counter = counter_of(x)
        checks = ((counter, counter[0], x),)
    result._edge = node
    if check_ans:
        counter = counter_of(result)
        checks = (*checks, (counter, counter[0], 0))
    node.checks = checks
    node.shapes = (data.shape,) if op.elementwise and data.shape != out.shape else None
    return result


def _edges(
    op: Op, args: Sequence[Any]
) -> tuple[tuple[Edge, ...], tuple[tuple[int, int | None], ...], list[Any]]:
    """Gives, for every differentiable tensor among the arguments, its edge and its place.

    Raises:
        MissingRule: a tensor requires grad with respect to which no derivative is written.
    """
    for k in op.unwritten:
        if isinstance(args[k], TensorCore) and edge_of(args[k]) is not None:
            raise MissingRule(
                f"{op.rule.name} has no derivative with respect to `{op.params[k]}`; "
                "use tensor.detach() for it"
            )
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
    node: Any = new_object(op.node)
    node.number = next_number()
    node.extra = None
    node.edges = edges
    if ANOMALY[0]:
        note(node)
    node.layout = layout
    node.args = [None] * len(values)
    node.frees = check_ans
    checks: list[Check] = []
    for k in kept:
        node.args[k] = values[k] if k in checked else shape_alone(values[k])
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
    if multiple:
        node.outputs = len(out)
    results = _wrap(cls, out, op, args)
    for k, result in enumerate(results if multiple else (results,)):
        if result._data.dtype.kind in "fc":
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
    return out.dtype.kind in "fc"


def operation(name: str, title: str = "", forward: Callable[..., Any] | None = None) -> Op:
    """Gives the operation of a line of the table."""
    return Op(RULES[name], forward, title)


@functools.cache
def _operation_of(name: str, function: Callable[..., Any], title: str) -> Op:
    rule = RULES[name]
    return Op(rule, by_position(function, rule), title)


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
    everything: dict[Any, Any] = {**dict(enumerate(args)), **kwargs}
    values: list[Any] = []
    for p, default in rule.params.items():
        source = bound.get(p.lstrip("*"))
        if isinstance(source, tuple):
            values.append([everything[k] for k in source])
        elif source is not None:
            value = everything[source]
            listed = p in rule.vjp and p not in rule.sequences and isinstance(value, (list, tuple))
            values.append(np.asarray(value) if listed else value)
        elif p.startswith("*"):
            values.append([])
        else:
            values.append(default)
    return apply(_operation_of(rule.name, function, title), values)


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

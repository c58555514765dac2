"""The backward sweep: nodes in descending order of their numbers, without recursion."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from adjoint.runtime.eager import operation
from adjoint.runtime.eager_anomaly import STATE as ANOMALY
from adjoint.runtime.eager_anomaly import watched
from adjoint.runtime.graph import (
    Array,
    Edge,
    Node,
    NodeExtra,
    TensorCore,
    as_array,
    counter_of,
    plain,
)
from adjoint.runtime.modes import GradMode

_accumulating = threading.RLock()
COPY = operation("np.copy", "CopyBackwards")


def sweep(
    roots: Sequence[tuple[Edge, Any]],
    cls: type[Any],
    *,
    retain_graph: bool,
    create_graph: bool,
    wanted: Sequence[Edge] | None = None,
    accumulate: bool = True,
) -> list[Any]:
    """Sends cotangents from the roots to the leaves.

    Args:
        roots: edges with their cotangents: arrays, or tensors where `create_graph`.
        cls: the class of the tensors made.
        retain_graph: keep what nodes saved, for another sweep.
        create_graph: record the sweep itself; cotangents are then tensors throughout.
        wanted: the only edges to reach; by default every leaf.
        accumulate: add to the leaves' `.grad`; otherwise the cotangents are only returned.

    Returns:
        One cotangent (or None) for each wanted edge.
    """
    with GradMode(create_graph):
        found, leaves = _propagate(roots, cls, retain_graph, create_graph, wanted)
        for leaf, (g, fresh) in leaves.items():
            total = _run_hooks(leaf, g, cls)
            if wanted is not None:
                found[leaf] = total
            if accumulate:
                deposit(leaf, total, fresh and total is g, create_graph)
    return [found.get(edge) for edge in wanted or ()]


def _propagate(
    roots: Sequence[tuple[Edge, Any]],
    cls: type[Any],
    retain_graph: bool,
    create_graph: bool,
    wanted: Sequence[Edge] | None,
) -> tuple[dict[Edge, Any], dict[TensorCore, tuple[Any, bool]]]:
    """Runs the nodes; gives what reached the wanted edges into nodes, and the leaves."""
    pending: dict[Node, Any] = {}
    leaves: dict[TensorCore, tuple[Any, bool]] = {}
    heap: list[tuple[int, Node]] = []
    found: dict[Edge, Any] = {}
    needed = None if wanted is None else _on_the_way([edge for edge, _ in roots], wanted)
    goals = [] if wanted is None else [edge for edge in wanted if not isinstance(edge, TensorCore)]

    def record(array: Array, edge: Edge = None) -> Any:
        return plain(cls, array, edge)

    edges: Iterable[Edge] = [edge for edge, _ in roots]
    pieces: Sequence[Any] = [g for _, g in roots]
    incoming: Any = None
    owns = False
    node: Any = None
    while True:
        for edge, piece in zip(edges, pieces, strict=True):
            if edge is None or piece is None:
                continue
            node = edge[0] if edge.__class__ is tuple else edge
            if needed is not None and node not in needed:
                continue
            if isinstance(node, Node):
                if node in pending:
                    if node.outputs > 1:
                        _add_port(pending[node], edge, piece)
                    else:
                        pending[node] = pending[node] + piece
                    continue
                heappush(heap, (-node.number, node))
                if node.outputs > 1:
                    pending[node] = [None] * node.outputs
                    _add_port(pending[node], edge, piece)
                else:
                    pending[node] = piece
            elif node in leaves:
                leaves[node] = (leaves[node][0] + piece, True)
            else:
                fresh = owns and piece is not incoming and piece.base is None
                leaves[node] = (piece, fresh)
        if not heap:
            return found, leaves
        node = heappop(heap)[1]
        incoming = pending.pop(node)
        if node.extra is not None:
            incoming = _before(node, node.extra, incoming, cls)
        if goals:
            for goal in goals:
                if goal is node:
                    found[goal] = incoming
                elif goal.__class__ is tuple and goal[0] is node:
                    found[goal] = incoming[goal[1]]
            if needed is not None and not needed[node]:
                edges = pieces = ()
                continue
        edges = node.edges
        if ANOMALY[0]:
            if create_graph:
                pieces = watched(node, functools.partial(node.run_recorded, incoming, record))
            else:
                pieces = watched(node, functools.partial(node.run, incoming))
        elif create_graph:
            pieces = node.run_recorded(incoming, record)
        else:
            pieces = node.run(incoming)
        owns = node.owns_pieces and not create_graph
        if node.extra is not None and node.extra.hooks:
            pieces = _after(node.extra, pieces, incoming, cls)
            owns = False
        if not retain_graph:
            node.release()


def _add_port(parts: list[Any], edge: Any, piece: Any) -> None:
    """Adds a cotangent to one of the results of a node with several."""
    k = edge[1]
    parts[k] = piece if parts[k] is None else parts[k] + piece


def _on_the_way(roots: Iterable[Edge], wanted: Sequence[Edge]) -> dict[Any, bool]:
    """Finds what leads to a wanted edge: for each node, whether it has to be run."""
    goals = {edge[0] if isinstance(edge, tuple) else edge for edge in wanted}
    leads: dict[Any, bool] = {}
    stack = [edge[0] if isinstance(edge, tuple) else edge for edge in roots]
    while stack:
        thing = stack[-1]
        if thing in leads or not isinstance(thing, Node):
            leads.setdefault(thing, False)
            stack.pop()
            continue
        below = [edge[0] if isinstance(edge, tuple) else edge for edge in thing.edges]
        missing = [one for one in below if one is not None and one not in leads]
        if missing:
            stack.extend(missing)
            continue
        leads[thing] = any(one in goals or leads[one] for one in below if one is not None)
        stack.pop()
    return {thing: runs for thing, runs in leads.items() if runs or thing in goals}


def _run_hooks(leaf: TensorCore, g: Any, cls: type[Any]) -> Any:
    """Lets the leaf's hooks see, and replace, its total cotangent."""
    extra = leaf._extra
    if extra is None:
        return g
    if extra.hooks:
        g = _through(extra.hooks, g, cls)
    accumulator = extra.accumulator
    if isinstance(accumulator, Node) and accumulator.extra is not None:
        g = _before(accumulator, accumulator.extra, g, cls)
    return g


def _as_tensor(cls: type[Any], g: Any) -> Any:
    if g is None:
        return None
    if not isinstance(g, TensorCore):
        g = plain(cls, as_array(g))
    return seen_by_users(g)


def _like(g: Any, tensor: Any) -> Any:
    """Gives a hook's tensor in the form in which `g` came: an array or a tensor."""
    if tensor is None:
        return None
    tensor = seen_by_users(tensor)
    return tensor if isinstance(g, TensorCore) else tensor._data


def seen_by_users(g: Any) -> Any:
    """Turns a complex cotangent into the conjugate that users see, or back."""
    return np.conjugate(g) if g.dtype.kind == "c" else g


def _through(hooks: dict[int, Callable[..., Any]], g: Any, cls: type[Any]) -> Any:
    for hook in list(hooks.values()):
        answer = hook(_as_tensor(cls, g))
        if answer is not None:
            if not isinstance(answer, TensorCore):
                kind = type(answer).__name__
                raise TypeError(f"hook return type should be Tensor, but got {kind}")
            if answer._data.shape != g.shape:
                raise RuntimeError(
                    "hook '"
                    + getattr(hook, "__name__", "<unknown>")
                    + "' has changed the size of value"
                )
            g = _like(g, answer)
    return g


def _before(node: Node, extra: NodeExtra, g: Any, cls: type[Any]) -> Any:
    """Runs, in this order, the hooks of the results, the node's own, and retained gradients."""
    parts = list(g) if node.outputs > 1 else [g]
    for k, hooks in extra.tensor_hooks.items():
        if parts[k] is not None:
            parts[k] = _through(hooks, parts[k], cls)
    for hook in list(extra.prehooks.values()):
        answer = hook(tuple(_as_tensor(cls, part) for part in parts))
        if answer is not None:
            answers = answer if isinstance(answer, tuple) else (answer,)
            parts = [_like(part, new) for part, new in zip(parts, answers, strict=True)]
    for k, reference in extra.retained.items():
        tensor = reference()
        if tensor is not None and parts[k] is not None:
            deposit(tensor, parts[k], False, isinstance(parts[k], TensorCore))
    return parts if node.outputs > 1 else parts[0]


def _after(extra: NodeExtra, pieces: Sequence[Any], g: Any, cls: type[Any]) -> Sequence[Any]:
    """Runs a node's hooks, which see its cotangents and may replace those that it sends on."""
    outgoing = tuple(g) if isinstance(g, list) else (g,)
    for hook in list(extra.hooks.values()):
        seen = tuple(_as_tensor(cls, piece) for piece in pieces)
        answer = hook(seen, tuple(_as_tensor(cls, one) for one in outgoing))
        if answer is not None:
            answers = answer if isinstance(answer, tuple) else (answer,)
            pieces = [
                _like(piece, new) if piece is not None else None
                for piece, new in zip(pieces, answers, strict=True)
            ]
    return pieces


def deposit(tensor: TensorCore, g: Any, fresh: bool, recorded: bool) -> None:
    """Adds a cotangent to a tensor's `.grad`; takes over its memory only where it is `fresh`."""
    if g is None:
        return
    g = seen_by_users(g)
    if g.dtype.kind == "c" and tensor._data.dtype.kind != "c":
        g = np.real(g)
    with _accumulating:
        grad = tensor._grad
        if recorded:
            tensor._grad = COPY(g) if grad is None else grad + g
        elif grad is None or grad._edge is not None or grad._leaf:
            dtype = tensor._data.dtype
            if g.dtype != dtype:
                g = g.astype(dtype)
            elif not fresh:
                g = g.copy()
            g = as_array(g)
            if g.shape != tensor._data.shape:
                raise AssertionError(
                    f"a gradient of shape {g.shape} reached a tensor of shape {tensor._data.shape}"
                )
            new = plain(type(tensor), g)
            tensor._grad = new if grad is None else grad + new
        else:
            grad._data[...] += g
            counter_of(grad)[0] += 1
    if tensor._leaf and tensor._extra is not None:
        for hook in list(tensor._extra.post_hooks.values()):
            hook(tensor)
        accumulator = tensor._extra.accumulator
        if isinstance(accumulator, Node) and accumulator.extra is not None:
            _after(accumulator.extra, (), g, type(tensor))

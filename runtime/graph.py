"""The graph that eager operations leave behind: tensors' state, nodes, edges and versions.

An edge says where a cotangent goes next: to a `Node`; to `(node, k)`, the k-th result of a node
with several; to a leaf tensor, which accumulates; or nowhere (`None`). A node's number is larger
than the numbers of everything it was computed from, so descending numbers are a topological order.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from adjoint.runtime.modes import enable_grad

Array: TypeAlias = Any
Edge: TypeAlias = "Node | tuple[Node, int] | TensorCore | None"

_numbers = itertools.count()
next_number = _numbers.__next__
new_object = object.__new__
NUMBERS = (bool, int, float, complex)

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)


class TensorCore:
    """What a tensor holds; `adjoint.Tensor` adds the operations.

    _data: the array. _edge: where its cotangent goes (None for leaves). _leaf: a leaf that requires
    grad. _view: how it is cut from another tensor. _counter: its version, in a list that everything
    sharing its memory shares (made when first needed). _grad: the accumulated gradient. _extra:
    hooks and other things that few tensors have.
    """

    __slots__ = (
        *("_counter", "_data", "_edge", "_extra", "_grad", "_leaf", "_view"),
        *("__dict__", "__weakref__"),
    )
    _data: Array
    _edge: Edge
    _leaf: bool
    _view: View | None
    _counter: list[int] | None
    _grad: Any
    _extra: TensorExtra | None


class TensorExtra:
    """What few tensors have: hooks, a node that stands for their accumulation, retained grad."""

    __slots__ = ("accumulator", "hooks", "post_hooks", "retains")

    def __init__(self) -> None:
        """Starts with nothing."""
        self.hooks: dict[int, Callable[..., Any]] = {}
        self.post_hooks: dict[int, Callable[..., Any]] = {}
        self.accumulator: Any = None
        self.retains = False


class View:
    """How a tensor is cut out of another one's memory.

    base: the tensor that owns the memory. path: the operations that lead from it to the view.
    seen: the base's edge when the view's own edge was made; a write gives the base another edge,
    and the view's is then made anew. recorded: whether the view was taken while recording.
    """

    __slots__ = ("base", "path", "recorded", "seen")

    def __init__(
        self, base: TensorCore, path: tuple[Callable[[Any], Any], ...], recorded: bool
    ) -> None:
        """Notes the base's present edge."""
        self.base = base
        self.path = path
        self.recorded = recorded
        self.seen = base._edge

    def of(self, thing: Any) -> Any:
        """Cuts the same view out of an array or tensor of the base's shape."""
        for step in self.path:
            thing = step(thing)
        return thing


class NodeExtra:
    """What few nodes have: hooks, and tensors that asked to keep their gradient."""

    __slots__ = ("hooks", "prehooks", "retained", "tensor_hooks")

    def __init__(self) -> None:
        """Starts with nothing."""
        self.prehooks: dict[int, Callable[..., Any]] = {}
        self.hooks: dict[int, Callable[..., Any]] = {}
        self.tensor_hooks: dict[int, dict[int, Callable[..., Any]]] = {}
        self.retained: dict[int, weakref.ref[TensorCore]] = {}


class RemovableHandle:
    """Takes a hook away again, by `remove()` or at the end of a `with` block."""

    def __init__(self, hooks: dict[int, Callable[..., Any]], hook: Callable[..., Any]) -> None:
        """Adds the hook."""
        self.id = next_number()
        self.hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Takes the hook away; a second call does nothing."""
        self.hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        """Gives the handle."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Takes the hook away."""
        self.remove()


class Node:
    """One recorded operation: it turns the cotangent of its result into those of its operands.

    number: its place in the order of creation. edges: where the cotangents go.
    """

    __slots__ = ("__dict__", "__weakref__", "edges", "extra", "number")
    outputs: int = 1  # nodes of several results hold their number in their dictionary
    owns_pieces: ClassVar[bool] = False
    edges: tuple[Edge, ...]
    extra: NodeExtra | None
    number: int

    def __repr__(self) -> str:
        """Prints as PyTorch's nodes do."""
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def name(self) -> str:
        """Gives the name under which the node is printed."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that the cotangents go to, each with the number of its result."""
        return tuple(_next_function(edge) for edge in self.edges)

    @property
    def metadata(self) -> dict[str, Any]:
        """A dictionary for the user's own notes."""
        return self.__dict__

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)` after the node ran; what it returns replaces."""
        return RemovableHandle(extra_of_node(self).hooks, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_outputs)` before the node runs; what it returns replaces."""
        return RemovableHandle(extra_of_node(self).prehooks, hook)

    def run(self, g: Any) -> Sequence[Any]:
        """Gives, for arrays, the cotangent of each edge (None where there is none)."""
        raise NotImplementedError

    def run_recorded(self, g: Any, plain: Callable[..., Any]) -> Sequence[Any]:
        """The same for tensors, recorded; `plain(array, edge)` makes a tensor."""
        raise NotImplementedError

    def release(self) -> None:
        """Drops what was saved."""


def node_class(name: str, base: type[Node]) -> type[Node]:
    """Makes the class of nodes printed under `name`."""
    return type(name, (base,), {"__slots__": (), "__module__": __name__})


class AccumulateGrad(Node):
    """Stands, in `next_functions`, for a leaf that accumulates."""

    __slots__ = ("variable",)

    def __init__(self, variable: TensorCore) -> None:
        """Belongs to one leaf."""
        self.variable = variable
        self.edges = ()
        self.extra = None
        self.number = 0

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)` once the leaf has accumulated."""
        extra_of(self.variable).accumulator = self  # kept alive for as long as its leaf
        return super().register_hook(hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_outputs)` before the leaf accumulates."""
        extra_of(self.variable).accumulator = self
        return super().register_prehook(hook)


def accumulator_of(leaf: TensorCore) -> AccumulateGrad:
    """Gives the one node that stands for a leaf."""
    extra = extra_of(leaf)
    known = extra.accumulator
    node = known() if isinstance(known, weakref.ref) else known
    if node is None:
        node = AccumulateGrad(leaf)
        extra.accumulator = weakref.ref(node)  # the node holds the leaf: a cycle otherwise
    assert isinstance(node, AccumulateGrad)
    return node


def _next_function(edge: Edge) -> tuple[Node | None, int]:
    if isinstance(edge, TensorCore):
        return accumulator_of(edge), 0
    return edge if isinstance(edge, tuple) else (edge, 0)


def extra_of(tensor: TensorCore) -> TensorExtra:
    """Gives a tensor's extras, made where there are none yet."""
    if tensor._extra is None:
        tensor._extra = TensorExtra()
    return tensor._extra


def extra_of_node(node: Node) -> NodeExtra:
    """Gives a node's extras, made where there are none yet."""
    if node.extra is None:
        node.extra = NodeExtra()
    return node.extra


def as_array(result: Any) -> Array:
    """Makes an array of what NumPy gave: single elements come as numbers."""
    return np.asarray(result) if isinstance(result, (np.generic, *NUMBERS)) else result


def as_sequence(things: Any) -> tuple[Any, ...]:
    """Makes a tuple of one thing or of several."""
    return tuple(things) if isinstance(things, (list, tuple)) else (things,)


def plain(cls: type[Any], data: Array, edge: Edge = None) -> Any:
    """Makes a tensor of class `cls` around an array, with no history but `edge`."""
    tensor = new_object(cls)
    tensor._data = data
    tensor._edge = edge
    tensor._leaf = False
    tensor._view = tensor._counter = tensor._grad = tensor._extra = None
    return tensor


def edge_of(tensor: TensorCore) -> Edge:
    """Says where a tensor's cotangent goes: to its node, to itself (a leaf), or nowhere."""
    view = tensor._view
    if view is not None and view.seen is not view.base._edge and view.recorded:
        refresh(tensor, view)
    return tensor if tensor._leaf else tensor._edge


def refresh(tensor: TensorCore, view: View) -> None:
    """Leads a view's cotangent to what its base has become since a write."""
    base = view.base
    with enable_grad():
        tensor._edge = view.of(plain(type(base), base._data, base._edge))._edge
    view.seen = base._edge


def counter_of(tensor: TensorCore) -> list[int]:
    """Gives the version counter of a tensor's memory."""
    counter = tensor._counter
    if counter is None:
        counter = tensor._counter = [0]
    return counter


def retain(tensor: TensorCore, keep: bool) -> None:
    """Makes a tensor that is no leaf keep its gradient, or ends that."""
    edge = edge_of(tensor)
    node, k = edge if isinstance(edge, tuple) else (edge, 0)
    assert isinstance(node, Node)
    retained = extra_of_node(node).retained
    if keep:
        retained[k] = weakref.ref(tensor)
    else:
        retained.pop(k, None)
    extra_of(tensor).retains = keep

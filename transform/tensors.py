"""Emitted functions in the graph of eager tensors: one call is one node."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime.eager_call import apply_function
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers.structures import fields_of
from adjoint.runtime.modes import GRAD_ENABLED
from adjoint.runtime.tensor import Tensor
from adjoint.transform.keys import PLAIN
from adjoint.transform.leaves import LEAVES, parts_of, rebuilt, results_in, separate
from adjoint.transform.replay import Again, recorded

if TYPE_CHECKING:
    from adjoint.transform.differentiable import Differentiable


def has_tensor(value: Any) -> bool:
    """Whether a value is, or holds in lists, tuples, dicts and fields, a tensor."""
    kind = type(value)
    if kind in PLAIN:
        return False
    if kind is tuple or kind is list:
        return any([type(part) not in PLAIN and has_tensor(part) for part in value])
    if kind is dict:
        return any([type(part) not in PLAIN and has_tensor(part) for part in value.values()])
    fields = getattr(value, "__dict__", None)
    if fields and not isinstance(value, Tensor | list | tuple | dict):
        if all([type(part) in PLAIN for part in fields.values()]):
            return False
    return next(tensors_in(value), None) is not None


def tensors_in(value: Any, seen: set[int] | None = None) -> Iterator[Tensor]:
    """The tensors in a value, in the order in which they stand there."""
    if isinstance(value, Tensor):
        yield value
    elif not isinstance(value, LEAVES):
        seen = set() if seen is None else seen
        if id(value) not in seen:  # objects may hold one another
            seen.add(id(value))
            for _, part in parts_of(value):
                yield from tensors_in(part, seen)


def unwrapped(value: Any) -> Any:
    """The value with every tensor replaced by its array, which cannot be written into."""
    return exchanged(value, _read_only)


def _read_only(tensor: Tensor) -> Any:
    """The array of a tensor, which cannot be written into."""
    data = tensor._data
    if type(data) is not np.ndarray:
        return data
    data = data.view()
    data.flags.writeable = False
    return data


def exchanged(value: Any, new: Callable[[Tensor], Any]) -> Any:
    """The value with something in place of every tensor.

    What holds no tensor stays the very object that it is.
    """
    if isinstance(value, Tensor):
        return new(value)
    if not has_tensor(value):
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(exchanged(part, new) for part in value))
    if isinstance(value, list | tuple):
        return type(value)(exchanged(part, new) for part in value)
    if isinstance(value, dict):
        return {k: exchanged(v, new) for k, v in value.items()}
    made = copy.copy(value)
    for name, part in fields_of(value).items():
        object.__setattr__(made, name, exchanged(part, new))
    return made


def refuse_tensor(found: Any, name: str) -> None:
    """Refuse a result into which a tensor found its way that was no argument.

    Raises:
        NotDifferentiable: there is one; its own derivative would be lost.
    """
    if has_tensor(found):
        raise NotDifferentiable(
            f"{name}() reads a tensor that is not among its arguments, and of which emitted code "
            "would lose track; pass it as an argument"
        )


def call_with_tensors(
    function: Differentiable, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a differentiable function with tensors among its arguments.

    Args:
        function: the function.
        args: all its positional arguments, those that a method or partial presets included.
        kwargs: all its keyword arguments.

    Returns:
        The result with tensors for its arrays and numbers, `grad_fn=<NameBackward>`; its backward
        runs the emitted adjoint.
    """
    inputs: dict[int, Tensor] = {}
    wanted: dict[int | str, Any] = {}
    places: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    for place, argument in places:
        for tensor in tensors_in(argument):
            inputs[id(tensor)] = tensor
            if tensor.requires_grad:
                wanted[place] = argument
    plain, named = unwrapped(args), unwrapped(kwargs)
    title = function.__name__.strip("<>")
    tensors = list(inputs.values())
    if not wanted or not GRAD_ENABLED.get():
        value = function.plain_value(plain, named)
        return _in_graph(title, value, lambda _: (None,) * len(tensors), tensors, "", None)
    value, pull, source = function.vjp_at(tuple(wanted), plain, named)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        totals: dict[int, Any] = {}
        for argument, part in zip(wanted.values(), pull(cotangent), strict=True):
            for tensor, own in _paired(argument, part):
                known = totals.get(id(tensor))
                totals[id(tensor)] = own if known is None else known + own
        return tuple(totals.get(id(t)) if t.requires_grad else None for t in tensors)

    def again(copies: dict[int, Tensor]) -> Iterator[Any]:
        same = lambda tensor: copies[id(tensor)]  # noqa: E731
        yield from results_in(function.plain_value(exchanged(args, same), exchanged(kwargs, same)))

    return _in_graph(title, value, pullback, tensors, source, again)


def _in_graph(
    title: str, value: Any, pullback: Any, inputs: list[Tensor], source: str, again: Again | None
) -> Any:
    """The value with tensors in place of its arrays and numbers, all results of one node.

    again: calls the function on other tensors, in place of those that went in (by their `id`).
    """
    refuse_tensor(value, title)
    value = separate(value, [t._data for t in inputs])  # tensors are written in place
    leaves = list(results_in(value))
    if not leaves:
        return value

    def from_leaves(g: Any) -> Any:
        parts = g if len(leaves) > 1 else (g,)
        if again is None or not any(isinstance(part, Tensor) for part in parts):
            return pullback(rebuilt(value, iter(parts)))
        arrays = [getattr(part, "_data", part) for part in parts]
        return recorded(title, again, inputs, parts, pullback(rebuilt(value, iter(arrays))))

    from_leaves.differentiable = True  # type: ignore[attr-defined]
    result = leaves[0] if len(leaves) == 1 else tuple(leaves)
    made = apply_function(title, result, from_leaves, inputs, source)
    return rebuilt(value, iter((made,) if len(leaves) == 1 else made))


def _paired(value: Any, cotangent: Any) -> Iterator[tuple[Tensor, Any]]:
    """Every tensor in an argument with the part of the cotangent that belongs to it."""
    if cotangent is None:
        return
    if isinstance(value, Tensor):
        yield value, cotangent
        return
    named = not isinstance(value, list | tuple | dict)
    for key, part in parts_of(value):
        yield from _paired(part, getattr(cotangent, key) if named else cotangent[key])

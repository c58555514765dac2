"""The emitted functions that an emitted function calls by name: loaded and printed with it."""

from __future__ import annotations

from types import FunctionType
from weakref import WeakKeyDictionary

from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.ir.nodes import Atom, Function, Ref
from adjoint.transform.world import Emitted

_EMITTED: WeakKeyDictionary[FunctionType, Emitted] = WeakKeyDictionary()


def note_emitted(function: FunctionType, emitted: Emitted) -> None:
    """Note what a running function was loaded from."""
    _EMITTED[function] = emitted


def with_own_callees(fn: Function, emitted: Emitted, names: Names) -> Function:
    """The function, where each emitted one that it calls has a name that means nothing else.

    They are added to the callees of `emitted`.

    Args:
        fn: a derived function.
        emitted: what it becomes.
        names: a supply of names.
    """

    def change(atom: Atom) -> Atom:
        if not isinstance(atom, Ref) or not isinstance(atom.value, FunctionType):
            return atom
        found = _EMITTED.get(atom.value)
        if found is None:
            return atom
        name = emitted.name_of(found)
        if name is None:
            same = _cell(emitted.origin, atom.text) is atom.value
            name = atom.text if same else names.fresh(atom.text)
            emitted.callees[name] = found
        return Ref(name, atom.value)

    return Function(
        fn.name, fn.params, tuple(substitute(stmt, change) for stmt in fn.body), fn.span,
        fn.origin, fn.captures, fn.doc,
    )  # fmt: skip


def _cell(fn: FunctionType, name: str) -> object:
    """What a function captures under a name."""
    for own, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
        if own == name:
            return cell.cell_contents
    return None

"""What a name means where it is read: a local variable, or an object from outside the function."""

from __future__ import annotations

import builtins
import inspect
import itertools
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import gast

from adjoint.runtime.rules import has_ruled_methods, rule_of
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Atom, Ref, Rhs, Span, Stmt, Var
from adjoint.transform.source import Source

Yielded: TypeAlias = Callable[[gast.AST, Rhs, list[Stmt]], None]
"""Appends what a consumer does with a value that a statement yields."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A deque that is a list: the most elements that it holds, a literal or a parameter."""

    most: gast.AST | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """An iterator that a name holds.

    source: what it is, where it is taken in one place; else what it gives, as a list.
    at: the position in the list, which is the name's value.
    kind: `list`, `cycle` (the list, again and again), `count` (the name's value is a number);
    empty where it is taken in one place.
    first: what is evaluated where it is made, by the variables that the source names.
    """

    source: gast.AST
    at: Var | None = None
    kind: str = ""
    first: tuple[tuple[Var, gast.AST], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A function whose text stands in place of its calls: a generator, or one with `nonlocal`.

    scope: where it is defined. writes: the variables around it that it binds.
    """

    node: gast.FunctionDef
    scope: Scope
    writes: frozenset[str]
    generates: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The surroundings of an expression; nothing in it changes while statements are lowered.

    source: the source of the outermost function. origin: that function.
    names: what the names of this function and of those around it stand for: variables, or what an
      `import` bound them to.
    local: the names that this function binds, its parameters aside.
    used: every identifier in the outermost function, for choosing names that are free.
    free: the identifiers of this function that occur outside the comprehensions that bind them.
    walruses: the names that `:=`, or a call that is opened, binds somewhere in this function.
    temporaries: the numbers of the temporaries to come, shared by all nested functions.
    span: the statement that is being lowered.
    definition: the function that is being lowered.
    chosen: the names that were made for the outermost function so far.
    opening: the functions whose text this is part of, as it stands in place of a call.
    rebinds: the variables of functions around it that such a text may bind (`nonlocal`).
    yielded: what becomes of a `yield`, in the text of a generator.
    rings: the deques that are lists. cursors: the iterators that are followed.
    """

    source: Source
    origin: types.FunctionType
    names: Mapping[str, Atom]
    local: frozenset[str]
    used: frozenset[str]
    free: frozenset[str]
    walruses: frozenset[str]
    temporaries: Iterator[int]
    span: Span
    definition: gast.AST
    chosen: set[str] = field(default_factory=set)
    opening: tuple[gast.AST, ...] = ()
    rebinds: frozenset[str] = frozenset()
    yielded: Yielded | None = None
    rings: Mapping[str, Ring] = field(default_factory=dict)
    cursors: Mapping[str, Cursor] = field(default_factory=dict)

    def at(self, node: gast.AST, end: gast.AST | None = None) -> Scope:
        """The same scope, for the statement `node` (its header, if it ends with `end`)."""
        return replace(self, span=self.source.span(node, end))

    def with_span(self, span: Span) -> Scope:
        """The same scope, for a statement at another place."""
        return replace(self, span=span)

    def with_names(self, names: Mapping[str, Atom]) -> Scope:
        """The same scope with some names bound anew."""
        return replace(self, names={**self.names, **names})

    def temporary(self) -> Var:
        """A temporary that was never used before."""
        return Var(f"%{next(self.temporaries)}")

    def unused(self, name: str) -> Var:
        """A variable of ours with a readable name that the user's function does not use."""
        numbered = (f"{name}_{number}" for number in itertools.count(1))
        texts = itertools.chain([name], numbered)
        return Var(next(text for text in texts if text not in self.used))

    def fresh(self, name: str) -> Var:
        """A variable with a readable name that neither the user nor we have used so far."""
        numbered = (f"{name}_{number}" for number in itertools.count(1))
        texts = (text for text in itertools.chain([name], numbered) if text not in self.used)
        chosen = next(text for text in texts if text not in self.chosen)
        self.chosen.add(chosen)
        return Var(chosen)

    def refuse(self, node: gast.AST, what: str, instead: str = "") -> UnsupportedSyntax:
        """The refusal of a node, to be raised."""
        return self.source.refuse(node, what, instead)

    def attribute(self, name: str) -> str:
        """A name as it is at run time: private ones are mangled inside a class."""
        private = name.startswith("__") and not name.endswith("__")
        owner = (self.source.owner or "").lstrip("_")
        return f"_{owner}{name}" if private and owner else name


def resolve(node: gast.Name, scope: Scope) -> Atom:
    """What a name stands for, looked up as Python does: locals, cells, globals, builtins."""
    if node.id in scope.names:
        return scope.names[node.id]
    name = scope.attribute(node.id)
    fn = scope.origin
    if name in fn.__code__.co_freevars:
        cell = (fn.__closure__ or ())[fn.__code__.co_freevars.index(name)]
        try:
            return Ref(name, cell.cell_contents)
        except ValueError:
            if name == fn.__name__:  # a nested function that is being decorated calls itself
                return Ref(name, fn)
            raise scope.refuse(
                node, f"the variable {name!r} of the enclosing function has no value yet",
                "define it before this function is differentiated",
            ) from None  # fmt: skip
    for space in (fn.__globals__, vars(builtins)):
        if name in space:
            return Ref(name, space[name])
    if name == fn.__name__:  # a function that is being decorated calls itself
        return Ref(name, fn)
    raise scope.refuse(
        node, f"name {name!r} is not defined",
        "define it before this function is differentiated",
    )  # fmt: skip


def resolve_path(node: gast.AST, scope: Scope) -> Atom | None:
    """What `name` or `module.name.name` stands for; `None` for any other expression.

    Attributes are followed through modules only, to the functions of classes outside, and to the
    methods of library objects that have rules (`np.add.reduce`, `scipy.stats.norm.logpdf`): what
    any other object's attribute is, is known at run time.
    """
    if isinstance(node, gast.Name):
        return resolve(node, scope)
    if not isinstance(node, gast.Attribute):
        return None
    base = resolve_path(node.value, scope)
    if not isinstance(base, Ref) or base.local:
        return None
    if isinstance(base.value, type) and base.text.partition(".")[0] not in scope.names:
        method = inspect.getattr_static(base.value, name := scope.attribute(node.attr), None)
        if isinstance(method, types.ClassMethodDescriptorType):  # of a class written in C
            return Ref(f"{base.text}.{name}", getattr(base.value, name))
        plain = isinstance(method, types.FunctionType)
        return Ref(f"{base.text}.{name}", method) if plain else None
    if not isinstance(base.value, types.ModuleType):
        path = f"{base.text}.{scope.attribute(node.attr)}"
        method = getattr(base.value, node.attr, None) if has_ruled_methods(base.value) else None
        return Ref(path, method) if rule_of(method) is not None else None
    try:
        value = getattr(base.value, node.attr)
    except AttributeError:
        what = f"module {base.value.__name__!r} has no attribute {node.attr!r}"
        raise scope.refuse(node, what) from None
    return Ref(f"{base.text}.{node.attr}", value)

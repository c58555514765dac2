"""Generators whose text cannot stand where they are consumed, as functions that give lists.

    def walk(node):                      def walk(node):
        yield node.v                         items = []
        for kid in node.kids:    ->          items.append(node.v)
            yield from walk(kid)             for kid in node.kids:
                                                 for item in walk(kid): items.append(item)
                                             return items

So it is for methods, for what calls itself, and where a `yield` stands in a `try` or `with`. Who
takes all elements cannot tell, as long as neither changes what the other reads.
"""

from __future__ import annotations

from types import FunctionType
from weakref import WeakKeyDictionary

import gast

from adjoint.transform.ir.trees import nodes
from adjoint.transform.lower.iterators import collecting
from adjoint.transform.source import Reader, read_source

_GENERATES = 0x20  # a flag of code objects
_ENDLESS = frozenset({"count", "cycle", "repeat", "iter", "next"})
_LISTING: WeakKeyDictionary[FunctionType, FunctionType] = WeakKeyDictionary()
_ORIGINAL: WeakKeyDictionary[FunctionType, FunctionType] = WeakKeyDictionary()


def is_generator(function: object) -> bool:
    """Whether a call of something gives a generator; what stands for one gives a list."""
    generates = isinstance(function, FunctionType) and function.__code__.co_flags & _GENERATES
    return bool(generates) and function not in _ORIGINAL


def needs_list(tree: gast.FunctionDef) -> bool:
    """Whether a generator calls itself, or yields inside `try` or `with`."""
    for node in nodes(tree):
        if isinstance(node, gast.Name) and node.id == tree.name:
            return True
        if isinstance(node, gast.Try | gast.With) and _yields(node):
            return True
    return False


def may_be_endless(tree: gast.FunctionDef) -> bool:
    """Whether a generator may go on for ever, until its consumer leaves."""
    return any(
        isinstance(node, gast.While)
        or (isinstance(node, gast.Name) and node.id in _ENDLESS)
        or (isinstance(node, gast.Attribute) and node.attr in _ENDLESS)
        for node in nodes(tree)
    )


def as_listing(function: FunctionType, read: Reader = read_source) -> FunctionType | None:
    """The same generator as a function that gives a list; None where it is not one of such."""
    if function in _LISTING:
        return _LISTING[function]
    if collecting(read(function).tree) is None:
        return None
    made = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__,
        function.__closure__,
    )  # fmt: skip
    made.__kwdefaults__, made.__qualname__ = function.__kwdefaults__, function.__qualname__
    made.__module__ = function.__module__
    _LISTING[function] = made
    _ORIGINAL[made] = function
    return made


def is_listing(function: FunctionType) -> bool:
    """Whether a function stands for a generator, of which it gives the elements."""
    return function in _ORIGINAL


def _yields(node: gast.AST) -> bool:
    return any(isinstance(inner, gast.Yield | gast.YieldFrom) for inner in nodes(node))

"""Expressions as text that reads as if written by hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import astunparse
import gast

from adjoint.transform.emit.literals import f_string, literal
from adjoint.transform.emit.precedence import (
    ATOM,
    BIT_OR,
    COMPARE,
    POWER,
    TEST,
    TUPLE,
    UNARY,
    precedence,
)  # fmt: skip


class Expressions(astunparse.Unparser):  # type: ignore[misc]
    """astunparse's printer with the methods for expressions that it gets wrong written anew.

    Its state is the output file and the depth of indentation, as in the base class.
    """

    def dispatch(self, tree: Any) -> None:
        """Prints a tree, or the trees of a list one after another."""
        if isinstance(tree, list):
            for node in tree:
                self.dispatch(node)
            return
        method = getattr(self, "_" + type(tree).__name__, None)
        if method is None:
            raise TypeError(f"cannot print {type(tree).__name__}")
        method(tree)

    def operand(self, node: gast.AST, at_least: int) -> None:
        """Prints an operand, in brackets if it binds less tightly than `at_least`."""
        if precedence(node) < at_least:
            self.write("(")
            self.dispatch(node)
            self.write(")")
        else:
            self.dispatch(node)

    def bare(self, node: gast.AST) -> None:
        """Prints an expression where a tuple needs no brackets."""
        self.operand(node, TUPLE if isinstance(node, gast.Tuple) else TEST)

    def items(self, nodes: Sequence[gast.AST]) -> None:
        """Prints expressions with commas between them."""
        self.separated([partial(self.operand, node, TEST) for node in nodes])

    def separated(self, parts: Iterable[Callable[[], None]], separator: str = ", ") -> None:
        """Prints parts with a separator between them."""
        for position, part in enumerate(parts):
            if position:
                self.write(separator)
            part()

    def _BinOp(self, tree: gast.BinOp) -> None:
        own = precedence(tree)
        # `**` groups to the right and takes a sign on its right without brackets.
        left, right = (own + 1, UNARY) if own == POWER else (own, own + 1)
        self.operand(tree.left, left)
        self.write(f" {self.binop[type(tree.op).__name__]} ")
        self.operand(tree.right, right)

    def _UnaryOp(self, tree: gast.UnaryOp) -> None:
        self.write({"Not": "not "}.get(type(tree.op).__name__) or self.unop[type(tree.op).__name__])
        self.operand(tree.operand, precedence(tree))

    def _BoolOp(self, tree: gast.BoolOp) -> None:
        word = " and " if isinstance(tree.op, gast.And) else " or "
        least = precedence(tree) + 1
        self.separated([partial(self.operand, v, least) for v in tree.values], word)

    def _Compare(self, tree: gast.Compare) -> None:
        self.operand(tree.left, COMPARE + 1)
        for op, comparator in zip(tree.ops, tree.comparators, strict=True):
            self.write(f" {self.cmpops[type(op).__name__]} ")
            self.operand(comparator, COMPARE + 1)

    def _IfExp(self, tree: gast.IfExp) -> None:
        self.operand(tree.body, TEST + 1)
        self.write(" if ")
        self.operand(tree.test, TEST + 1)
        self.write(" else ")
        self.operand(tree.orelse, TEST)

    def _Lambda(self, tree: gast.Lambda) -> None:
        self.write("lambda")
        parts = self.parameters(tree.args)
        self.write(" " if parts else "")
        self.separated(parts)
        self.write(": ")
        self.operand(tree.body, TEST)

    def _NamedExpr(self, tree: gast.NamedExpr) -> None:
        self.dispatch(tree.target)
        self.write(" := ")
        self.operand(tree.value, TEST)

    def _Starred(self, tree: gast.Starred) -> None:
        self.write("*")
        self.operand(tree.value, BIT_OR)

    def _Attribute(self, tree: gast.Attribute) -> None:
        number = isinstance(tree.value, gast.Constant) and type(tree.value.value) is int
        self.operand(tree.value, ATOM + 1 if number else ATOM)
        self.write("." + tree.attr)

    def _Subscript(self, tree: gast.Subscript) -> None:
        self.operand(tree.value, ATOM)
        self.write("[")
        self.bare(tree.slice)
        self.write("]")

    def _Slice(self, tree: gast.Slice) -> None:
        if tree.lower is not None:
            self.operand(tree.lower, TEST)
        self.write(":")
        if tree.upper is not None:
            self.operand(tree.upper, TEST)
        if tree.step is not None:
            self.write(":")
            self.operand(tree.step, TEST)

    def _Call(self, tree: gast.Call) -> None:
        self.operand(tree.func, ATOM)
        match tree:
            case gast.Call(args=[gast.GeneratorExp() as only], keywords=[]):
                self.dispatch(only)
            case _:
                self.write("(")
                self.items([*tree.args, *tree.keywords])
                self.write(")")

    def _keyword(self, tree: gast.keyword) -> None:
        self.write("**" if tree.arg is None else tree.arg + "=")
        self.operand(tree.value, TEST)

    def _Tuple(self, tree: gast.Tuple) -> None:
        self.items(tree.elts)
        self.write({0: "()", 1: ","}.get(len(tree.elts), ""))

    def _List(self, tree: gast.List) -> None:
        self.write("[")
        self.items(tree.elts)
        self.write("]")

    def _Set(self, tree: gast.Set) -> None:
        self.write("{")
        self.items(tree.elts)
        self.write("}")

    def _Dict(self, tree: gast.Dict) -> None:
        def entry(key: gast.AST | None, value: gast.AST) -> None:
            if key is None:
                self.write("**")
                self.operand(value, BIT_OR)
            else:
                self.operand(key, TEST)
                self.write(": ")
                self.operand(value, TEST)

        self.write("{")
        pairs = zip(tree.keys, tree.values, strict=True)
        self.separated([partial(entry, *pair) for pair in pairs])
        self.write("}")

    def _ListComp(self, tree: gast.ListComp) -> None:
        self.comprehension("[", tree, "]")

    def _SetComp(self, tree: gast.SetComp) -> None:
        self.comprehension("{", tree, "}")

    def _GeneratorExp(self, tree: gast.GeneratorExp) -> None:
        self.comprehension("(", tree, ")")

    def _DictComp(self, tree: gast.DictComp) -> None:
        self.write("{")
        self.operand(tree.key, TEST)
        self.write(": ")
        self.operand(tree.value, TEST)
        self.dispatch(tree.generators)
        self.write("}")

    def comprehension(self, opening: str, tree: Any, closing: str) -> None:
        """Prints a comprehension in brackets of its kind."""
        self.write(opening)
        self.operand(tree.elt, TEST)
        self.dispatch(tree.generators)
        self.write(closing)

    def _comprehension(self, tree: gast.comprehension) -> None:
        self.write(" for ")
        self.bare(tree.target)
        self.write(" in ")
        self.operand(tree.iter, TEST + 1)
        for test in tree.ifs:
            self.write(" if ")
            self.operand(test, TEST + 1)

    def _Constant(self, tree: gast.Constant) -> None:
        self.write(literal(tree.value))

    def _JoinedStr(self, tree: gast.JoinedStr) -> None:
        self.write(f_string(tree, _printed))

    # Parameters.

    def _arguments(self, tree: gast.arguments) -> None:
        self.separated(self.parameters(tree))

    def parameters(self, tree: gast.arguments) -> list[Callable[[], None]]:
        """What prints each parameter of a signature, in order."""
        positional = [*tree.posonlyargs, *tree.args]
        defaults = [None] * (len(positional) - len(tree.defaults)) + list(tree.defaults)
        parts: list[Callable[[], None]] = [
            partial(self.parameter, *pair) for pair in zip(positional, defaults, strict=True)
        ]
        if tree.posonlyargs:
            parts.insert(len(tree.posonlyargs), partial(self.write, "/"))
        if tree.vararg is not None:
            parts.append(partial(self.parameter, tree.vararg, None, "*"))
        elif tree.kwonlyargs:
            parts.append(partial(self.write, "*"))
        keywords = zip(tree.kwonlyargs, tree.kw_defaults, strict=True)
        parts += [partial(self.parameter, name, default) for name, default in keywords]
        if tree.kwarg is not None:
            parts.append(partial(self.parameter, tree.kwarg, None, "**"))
        return parts

    def parameter(self, name: gast.Name, default: gast.AST | None, stars: str = "") -> None:
        """Prints a parameter with its annotation and default."""
        annotation = getattr(name, "annotation", None)
        self.write(stars + name.id)
        if annotation is not None:
            self.write(": ")
            self.operand(annotation, TEST)
        if default is not None:
            self.write(" = " if annotation is not None else "=")
            self.operand(default, TEST)


def _printed(node: gast.AST) -> str:
    file = io.StringIO()
    Expressions(node, file)
    return file.getvalue().strip("\n")

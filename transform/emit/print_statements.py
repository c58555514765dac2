"""Statements as text; a comment stands wherever a statement may."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import gast

from adjoint.transform.emit.literals import escaped
from adjoint.transform.emit.precedence import ATOM, NAMED, TEST
from adjoint.transform.emit.print_expressions import Expressions

COMMENT_COLUMN = 52

# A newline inside a docstring is printed as this first, so that every line is a statement.
NEWLINE = "\x00"


class CommentLine(gast.stmt):  # type: ignore[misc]
    """A comment where a statement may stand; with an empty text, an empty line.

    text: what follows `# `. place: what is set at the right, `swing.py:4`.
    """

    _fields = ("text", "place")

    def __init__(self, text: str = "", place: str = "") -> None:
        """An empty line, unless there is something to say."""
        self.text = text
        self.place = place

    @property
    def is_empty(self) -> bool:
        """Whether this is an empty line."""
        return not self.text and not self.place


class Statements(Expressions):
    """The printer of expressions and statements."""

    def block(self, stmts: Sequence[gast.AST]) -> None:
        """An indented block; nested functions stand between empty lines."""
        self.enter()
        self.body(stmts)
        self.leave()

    def body(self, stmts: Sequence[gast.AST]) -> None:
        """Prints statements, those of a block or of a module."""
        for position, stmt in enumerate(stmts):
            before = stmts[position - 1] if position else None
            if _apart(before, stmt):
                self.write("\n")
            self.dispatch(stmt)

    def _Module(self, tree: gast.Module) -> None:
        self.body(tree.body)

    def _CommentLine(self, tree: CommentLine) -> None:
        if tree.is_empty:
            self.write("\n")
            return
        comment = "    " * self._indent + ("# " + tree.text).rstrip()
        if tree.place:
            comment = f"{comment:{COMMENT_COLUMN - 2}}  {tree.place}"
        self.write("\n" + comment)

    def _Expr(self, tree: gast.Expr) -> None:
        self.fill()
        self.operand(tree.value, TEST)

    def _Assign(self, tree: gast.Assign) -> None:
        self.fill()
        for target in tree.targets:
            self.bare(target)
            self.write(" = ")
        self.bare(tree.value)

    def _AugAssign(self, tree: gast.AugAssign) -> None:
        self.fill()
        self.dispatch(tree.target)
        self.write(f" {self.binop[type(tree.op).__name__]}= ")
        self.operand(tree.value, TEST)

    def _AnnAssign(self, tree: gast.AnnAssign) -> None:
        self.fill()
        self.operand(tree.target, ATOM)
        self.write(": ")
        self.operand(tree.annotation, TEST)
        if tree.value is not None:
            self.write(" = ")
            self.operand(tree.value, TEST)

    def _Return(self, tree: gast.Return) -> None:
        self.fill("return")
        if tree.value is not None:
            self.write(" ")
            self.bare(tree.value)

    def _Assert(self, tree: gast.Assert) -> None:
        self.fill("assert ")
        self.items([tree.test, *([] if tree.msg is None else [tree.msg])])

    def _Raise(self, tree: gast.Raise) -> None:
        self.fill("raise")
        if tree.exc is not None:
            self.write(" ")
            self.operand(tree.exc, TEST)
        if tree.cause is not None:
            self.write(" from ")
            self.operand(tree.cause, TEST)

    def _Delete(self, tree: gast.Delete) -> None:
        self.fill("del ")
        self.items(tree.targets)

    def _If(self, tree: gast.If) -> None:
        self.branch("if ", tree)

    def branch(self, word: str, tree: gast.If) -> None:
        """Prints `if` or `elif` and what follows it."""
        self.header(word, tree.test, tree.body)
        if len(tree.orelse) == 1 and isinstance(tree.orelse[0], gast.If):
            self.branch("elif ", tree.orelse[0])
        else:
            self.orelse(tree.orelse)

    def header(self, word: str, test: gast.AST, body: Sequence[gast.AST]) -> None:
        """Prints the line that tests, and the block below it."""
        self.fill(word)
        self.operand(test, NAMED)
        self.block(body)

    def orelse(self, body: Sequence[gast.AST]) -> None:
        """Prints `else` and its block, if there is one."""
        if body:
            self.fill("else")
            self.block(body)

    def _While(self, tree: gast.While) -> None:
        self.header("while ", tree.test, tree.body)
        self.orelse(tree.orelse)

    def _For(self, tree: gast.For) -> None:
        self.fill("for ")
        self.bare(tree.target)
        self.write(" in ")
        self.operand(tree.iter, TEST)
        self.block(tree.body)
        self.orelse(tree.orelse)

    def _ExceptHandler(self, tree: gast.ExceptHandler) -> None:
        """The classes in brackets; astunparse knows the name as text only."""
        self.fill("except ")
        self.operand(tree.type, ATOM)
        if tree.name is not None:
            self.write(f" as {tree.name.id}")
        self.block(tree.body)

    def _With(self, tree: gast.With) -> None:
        self.fill("with ")
        self.separated([partial(self.dispatch, item) for item in tree.items])
        self.block(tree.body)

    def _withitem(self, tree: gast.withitem) -> None:
        self.operand(tree.context_expr, TEST)
        if tree.optional_vars is not None:
            self.write(" as ")
            self.operand(tree.optional_vars, ATOM)

    def _FunctionDef(self, tree: gast.FunctionDef) -> None:
        for decorator in tree.decorator_list:
            self.fill("@")
            self.operand(decorator, TEST)
        self.fill(f"def {tree.name}(")
        self.dispatch(tree.args)
        self.write(")")
        if tree.returns is not None:
            self.write(" -> ")
            self.operand(tree.returns, TEST)
        self.enter()
        match tree.body:
            case [gast.Expr(value=gast.Constant(value=str() as doc)), *rest]:
                self.fill(self.docstring(doc))
                self.body(rest)
            case _:
                self.body(tree.body)
        self.leave()

    def docstring(self, doc: str) -> str:
        """A docstring with its lines as they are."""
        lines = [escaped(line, "").replace('"""', '\\"\\"\\"') for line in doc.split("\n")]
        if lines[-1].endswith('"'):
            lines[-1] = lines[-1][:-1] + '\\"'
        return f'"""{NEWLINE.join(lines)}"""'


def _apart(before: gast.AST | None, stmt: gast.AST) -> bool:
    """Whether an empty line stands between two statements: around functions."""
    if isinstance(before, gast.FunctionDef):
        return not (isinstance(stmt, CommentLine) and stmt.is_empty)
    return isinstance(stmt, gast.FunctionDef) and not isinstance(before, CommentLine | None)

"""gast trees as text that reads as if written by hand.

astunparse brackets every operation, prints `x[1:, 0]` as `x[(1:, 0)]` and knows neither comments
nor gast's parameters. This printer has no brackets but the necessary ones, breaks long lines, and
prints a `CommentLine` wherever a statement may stand.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import astunparse
import gast

from adjoint.transform.emit.wrap import wrap

# How tightly an expression binds, loosest first; an operand is bracketed when it binds less
# tightly than its place demands.
TUPLE, NAMED, TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM = range(12)
TERM, UNARY, POWER, ATOM = range(12, 16)

_BINARY = {
    "BitOr": BIT_OR, "BitXor": BIT_XOR, "BitAnd": BIT_AND, "LShift": SHIFT, "RShift": SHIFT,
    "Add": SUM, "Sub": SUM, "Mult": TERM, "MatMult": TERM, "Div": TERM, "FloorDiv": TERM,
    "Mod": TERM, "Pow": POWER,
}  # fmt: skip
_BY_CLASS = {
    "NamedExpr": NAMED, "Tuple": TUPLE, "IfExp": TEST, "Lambda": TEST, "Compare": COMPARE,
}  # fmt: skip


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


COMMENT_COLUMN = 52


def unparse(node: gast.AST) -> str:
    """The text of a tree: an expression, a statement or a module, without a final newline.

    >>> unparse(gast.parse("y = ((x[1:, 0]) * (a + (b * c)))"))
    'y = x[1:, 0] * (a + b * c)'
    """
    return "\n".join(wrap(line).replace(_NEWLINE, "\n") for line in _printed(node).split("\n"))


def precedence(node: gast.AST) -> int:
    """How tightly the outermost operation of an expression binds."""
    match node:
        case gast.BoolOp(op=op):
            return AND if isinstance(op, gast.And) else OR
        case gast.UnaryOp(op=op):
            return NOT if isinstance(op, gast.Not) else UNARY
        case gast.BinOp(op=op):
            return _BINARY[type(op).__name__]
        case gast.Constant(value=value) if repr(value).startswith("-"):
            return UNARY
        case gast.Tuple(elts=[]):
            return ATOM
        case _:
            return _BY_CLASS.get(type(node).__name__, ATOM)


def quoted(text: str) -> str:
    """A string literal, in double quotes unless single ones save escapes.

    >>> print(quoted("it's"), quoted('say "x"'))
    "it's" 'say "x"'
    """
    literal = repr(text)
    if literal.startswith('"') or '"' in text:
        return literal
    return f'"{literal[1:-1]}"'


# A newline inside a docstring is printed as this first, so that every line is a statement.
_NEWLINE = "\x00"


def _printed(node: gast.AST) -> str:
    """The text of a tree before long lines are broken."""
    file = io.StringIO()
    _Printer(node, file)
    return file.getvalue().strip("\n")


class _Printer(astunparse.Unparser):  # type: ignore[misc]
    """astunparse's printer with the methods that it gets wrong written anew.

    Its state is the output file and the depth of indentation, as in the base class.
    """

    def dispatch(self, tree: Any) -> None:
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
        self.separated([partial(self.operand, node, TEST) for node in nodes])

    def separated(self, parts: Iterable[Callable[[], None]], separator: str = ", ") -> None:
        for position, part in enumerate(parts):
            if position:
                self.write(separator)
            part()

    # Statements.

    def block(self, stmts: Sequence[gast.AST]) -> None:
        """An indented block; nested functions stand between empty lines."""
        self.enter()
        self.body(stmts)
        self.leave()

    def body(self, stmts: Sequence[gast.AST]) -> None:
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
        self.header(word, tree.test, tree.body)
        if len(tree.orelse) == 1 and isinstance(tree.orelse[0], gast.If):
            self.branch("elif ", tree.orelse[0])
        else:
            self.orelse(tree.orelse)

    def header(self, word: str, test: gast.AST, body: Sequence[gast.AST]) -> None:
        self.fill(word)
        self.operand(test, NAMED)
        self.block(body)

    def orelse(self, body: Sequence[gast.AST]) -> None:
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
        lines = [_escaped(line, "").replace('"""', '\\"\\"\\"') for line in doc.split("\n")]
        if lines[-1].endswith('"'):
            lines[-1] = lines[-1][:-1] + '\\"'
        return f'"""{_NEWLINE.join(lines)}"""'

    # Expressions.

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
        value = tree.value
        if type(value) is str:
            self.write(quoted(value))
        elif value is Ellipsis:
            self.write("...")
        elif type(value) in {float, complex}:
            text = repr(value).replace("inf", astunparse.unparser.INFSTR)
            if "nan" in text or (text.startswith("-") and text.endswith("j")):
                raise ValueError(f"{value!r} has no literal")
            self.write(text)
        elif type(value) in {bytes, bool, int, type(None)}:
            self.write(repr(value))
        else:
            raise ValueError(f"{value!r} has no literal")

    def _JoinedStr(self, tree: gast.JoinedStr) -> None:
        parts = list(self.pieces(tree))
        inside = "".join(text for text, is_code in parts if is_code)
        if "\\" in inside or "\n" in inside:
            raise ValueError("an f-string's expression that holds a backslash cannot be printed")
        quote = next((q for q in ('"', "'", '"""', "'''") if q not in inside), None)
        if quote is None or inside.endswith(quote[0]):
            raise ValueError("an f-string nested as deep as this one cannot be printed")
        body = "".join(text if is_code else _escaped(text, quote[0]) for text, is_code in parts)
        self.write(f"f{quote}{body}{quote}")

    def pieces(self, tree: gast.JoinedStr) -> Iterable[tuple[str, bool]]:
        """The parts of an f-string: text, and whether it is code rather than literal text."""
        for value in tree.values:
            if isinstance(value, gast.Constant):
                yield value.value.replace("{", "{{").replace("}", "}}"), False
                continue
            code = _printed(value.value)
            if precedence(value.value) <= TEST:
                code = f"({code})"
            yield "{" + " " * code.startswith("{") + code, True
            if value.conversion != -1:
                yield "!" + chr(value.conversion), True
            if value.format_spec is not None:
                yield ":", True
                yield from self.pieces(value.format_spec)
            yield "}", True

    # Parameters.

    def _arguments(self, tree: gast.arguments) -> None:
        self.separated(self.parameters(tree))

    def parameters(self, tree: gast.arguments) -> list[Callable[[], None]]:
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
        annotation = getattr(name, "annotation", None)
        self.write(stars + name.id)
        if annotation is not None:
            self.write(": ")
            self.operand(annotation, TEST)
        if default is not None:
            self.write(" = " if annotation is not None else "=")
            self.operand(default, TEST)


def _apart(before: gast.AST | None, stmt: gast.AST) -> bool:
    """Whether an empty line stands between two statements: around functions."""
    if isinstance(before, gast.FunctionDef):
        return not (isinstance(stmt, CommentLine) and stmt.is_empty)
    return isinstance(stmt, gast.FunctionDef) and not isinstance(before, CommentLine | None)


def _escaped(text: str, quote: str) -> str:
    """Literal text inside quotes of this kind."""
    characters = (
        "\\" + c if c in {"\\", quote} else c if c.isprintable() else repr(c)[1:-1] for c in text
    )
    return "".join(characters)

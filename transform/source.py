"""The one place that reads source: from a function to the tree of exactly the code that it runs.

A file is parsed once. The function is found in it by its first line and name (a lambda by the
columns of its instructions), the statement around it is compiled, and the result is compared with
the code object in hand: a file that was edited after it was imported is noticed, not believed.
"""

from __future__ import annotations
import __future__

import ast
import functools
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gast

from adjoint.transform.errors import SourceNotFound, UnsupportedSyntax, unsupported
from adjoint.transform.ir.nodes import Span

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUTURE_FLAGS = functools.reduce(
    int.__or__, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The source of one function.

    tree: its definition. file: the file that it stands in. lines: all lines of that file.
    owner: the name of the class around it, which mangles its private names (`None` outside one).
    given: what names mean that were put into the tree, and that the file does not know.
    """

    tree: gast.FunctionDef | gast.AsyncFunctionDef | gast.Lambda
    file: str
    lines: tuple[str, ...]
    owner: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def span(self, node: gast.AST, end: gast.AST | None = None) -> Span:
        """The place of a node (or from the beginning of `node` to the end of `end`)."""
        last = node if end is None else end
        return Span(
            self.file,
            node.lineno,
            self._characters(node.lineno, node.col_offset),
            last.end_lineno,
            self._characters(last.end_lineno, last.end_col_offset),
        )

    def refuse(self, node: gast.AST, what: str, instead: str = "") -> UnsupportedSyntax:
        """The refusal of a node, to be raised; see `errors.unsupported`."""
        span = self.span(node)
        return unsupported(span, self.lines[span.line - 1], what, instead)

    def _characters(self, line: int, column: int) -> int:
        """The parser counts columns in bytes of UTF-8; people and carets count characters."""
        return len(self.lines[line - 1].encode()[:column].decode())


Reader = Callable[[types.FunctionType], Source]
"""What finds the source of a function."""


def read_source(fn: types.FunctionType) -> Source:
    """Find the source of a Python function, and make sure that it is the source of what runs.

    Args:
        fn: a function, lambda or method that is written in Python.

    Returns:
        Its definition as a gast tree whose columns are those of the file.

    Raises:
        SourceNotFound: there is no source (C code, `exec`, some interactive sessions), or it has
            changed since the function was made.

    >>> import textwrap
    >>> read_source(textwrap.dedent).tree.name
    'dedent'
    """
    fn = getattr(fn, "__func__", fn)
    if not isinstance(fn, types.FunctionType):
        raise SourceNotFound(
            f"{fn!r} is not a function written in Python, so it has no source to differentiate; "
            "register a derivative for it instead"
        )
    code = fn.__code__
    linecache.checkcache(code.co_filename)
    lines = tuple(linecache.getlines(code.co_filename, fn.__globals__))
    if not lines:
        raise _unreadable(fn.__qualname__, code)
    top, node = _locate(code, lines, fn.__qualname__)
    _compare(lines, top, node, fn)
    return Source(gast.ast_to_gast(node), code.co_filename, lines, _owner(top, node))


@functools.lru_cache(maxsize=64)
def _parse(lines: tuple[str, ...]) -> ast.Module:
    return ast.parse("".join(lines))


@functools.lru_cache(maxsize=64)
def _imports(lines: tuple[str, ...]) -> list[ast.stmt]:
    """A module's import statements: a call through an imported name is compiled differently."""

    def found(nodes: Iterable[ast.AST]) -> Iterator[ast.stmt]:
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                continue
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node
            elif not isinstance(node, _Definition | ast.ClassDef | ast.expr):
                yield from found(ast.iter_child_nodes(node))

    return list(found(_parse(lines).body))


def _locate(
    code: types.CodeType, lines: tuple[str, ...], name: str
) -> tuple[ast.stmt, _Definition]:
    """The definition of a code object, and the statement of the file that it stands in."""
    try:
        module = _parse(lines)
    except SyntaxError as error:
        raise _changed(name, code, f"it no longer parses: {error}") from error
    for top in module.body:
        if not _first_line(top) <= code.co_firstlineno <= (top.end_lineno or 0):
            continue
        node = _definition_of(code, top)
        if node is not None:
            return top, node
    raise _changed(name, code, "no such function stands there")


def _first_line(node: ast.stmt | ast.Lambda) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _definition_of(code: types.CodeType, top: ast.stmt) -> _Definition | None:
    """The definition inside `top` that a code object was compiled from, by line and column."""
    if code.co_name != "<lambda>":
        for node in ast.walk(top):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name == code.co_name and _first_line(node) == code.co_firstlineno:
                return node
        return None
    lambdas = [node for node in ast.walk(top) if isinstance(node, ast.Lambda)]
    columns = [place for place in map(_known, code.co_positions()) if place]
    if columns:
        start = min(first for first, _ in columns)
        end = max(last for _, last in columns)
        around = [
            node
            for node in lambdas
            if (node.body.lineno, node.body.col_offset) <= start
            and end <= (node.body.end_lineno or 0, node.body.end_col_offset or 0)
        ]
        return min(around, key=_extent, default=None)
    here = [node for node in lambdas if node.lineno == code.co_firstlineno]
    return here[0] if len(here) == 1 else None


def _known(
    place: tuple[int | None, int | None, int | None, int | None],
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where an instruction begins and ends, if it stands for something that was written."""
    line, end_line, column, end_column = place
    if line is None or end_line is None or column is None or end_column is None:
        return None
    begin, end = (line, column), (end_line, end_column)
    return (begin, end) if begin < end else None


def _extent(node: ast.Lambda) -> tuple[int, int]:
    end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
    return end_line - node.lineno, end_column - node.col_offset


def _compare(
    lines: tuple[str, ...], top: ast.stmt, node: _Definition, fn: types.FunctionType
) -> None:
    """Compile the text that was found; it must say what the function does."""
    code = fn.__code__
    if "@pytest_ar" in fn.__globals__ and _has_assert(node):
        return  # pytest rewrites the asserts of test modules: their code is never that of the text
    whole = top
    around = [name for name in code.co_freevars if name != "__class__"]
    if around:  # perhaps compiled inside a function that the text leaves out
        wrapper = ast.parse(f"def _({', '.join(around)}): pass").body[0]
        whole = ast.fix_missing_locations(_with_body(wrapper, [top]))
    imports = _imports(lines)
    for together in ([*imports, whole], [whole]) if imports else ([whole],):
        if _same(_compiled(together, top, node, code), code):
            return  # a notebook compiles the statements of a cell one by one
    raise _changed(fn.__qualname__, code, "it says something else by now")


def _compiled(
    written: list[ast.stmt], top: ast.stmt, node: _Definition, like: types.CodeType
) -> types.CodeType | None:
    """The code of a definition inside `top`, compiled together with what is written around it."""
    module = ast.Module(written, [])
    flags = like.co_flags & _FUTURE_FLAGS
    compiled = compile(module, like.co_filename, "exec", flags=flags, dont_inherit=True)
    for found in _codes(compiled):
        if found.co_name == like.co_name and _definition_of(found, top) is node:
            return found
    return None


def _with_body(node: ast.stmt, body: list[ast.stmt]) -> ast.stmt:
    assert isinstance(node, ast.FunctionDef), "only a definition gets another body"
    node.body = body
    return node


def _has_assert(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _same(one: types.CodeType | None, other: types.CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand."""
    if one is None:
        return False

    def facts(code: types.CodeType) -> tuple[Any, ...]:
        return (
            code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
            code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount,
            code.co_exceptiontable,
        )  # fmt: skip

    if facts(one) != facts(other) or len(one.co_consts) != len(other.co_consts):
        return False
    for mine, theirs in zip(one.co_consts, other.co_consts, strict=True):
        if isinstance(mine, types.CodeType) and isinstance(theirs, types.CodeType):
            if not _same(mine, theirs):
                return False
        elif isinstance(mine, frozenset):
            if mine != theirs:
                return False
        elif repr(mine) != repr(theirs):
            return False  # by repr: 1 == 1.0 == True, and nan is not equal to itself
    return True


def _owner(top: ast.stmt, node: _Definition) -> str | None:
    """The innermost class around a definition."""
    owner = None
    inner: ast.AST | None = top
    while inner is not None and inner is not node:
        if isinstance(inner, ast.ClassDef):
            owner = inner.name
        inner = next(
            (child for child in ast.iter_child_nodes(inner) if _contains(child, node)), None
        )
    return owner


def _contains(tree: ast.AST, node: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(tree))


def _unreadable(name: str, code: types.CodeType) -> SourceNotFound:
    return SourceNotFound(
        f"the source of {name!r} cannot be read ({code.co_filename}): {_why_unread(code)}"
    )


def _why_unread(code: types.CodeType) -> str:
    """Why there is no text of some code, and what to do about it."""
    file = code.co_filename
    instead = "define the function in a file or a notebook"
    if not file.startswith("<"):
        return "the file is not there, only what was compiled from it; put it where Python looks"
    if file.startswith("<timed "):
        return "a cell with `%%time` keeps no text; define the function in a cell without it"
    if file == "<stdin>" and sys.version_info >= (3, 13):
        return f"what Python reads from standard input is not kept; {instead}"
    if file == "<stdin>":
        return f"Python keeps what is typed at its prompt since 3.13; {instead}"
    if file == "<string>":
        since = "(that given to `python -c` is, since Python 3.13)"
        return f"text given to exec() or eval() is not kept {since}; {instead}"
    return f"the text that was compiled, by exec() or eval() for instance, is not kept; {instead}"


def _changed(name: str, code: types.CodeType, why: str) -> SourceNotFound:
    if code.co_filename in ("<string>", "<stdin>"):  # not the only text of this name
        return _unreadable(name, code)
    return SourceNotFound(
        f"the source of {name!r} at {code.co_filename}:{code.co_firstlineno} is not what runs: "
        f"{why}. If the file was edited after it was imported, import it again; if a tool rewrote "
        "the function, differentiate the original"
    )


def names_in(code: types.CodeType) -> set[str]:
    """The global names and attributes that code mentions, in the functions inside it too."""
    inside = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return set(code.co_names).union(*map(names_in, inside))

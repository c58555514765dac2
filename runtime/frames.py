"""Traceback entries at statements of the user's that did not run there, but in emitted code.

An entry needs a frame: a statement that fails is compiled under the user's file name, function name
and line, and run with the variables of the emitted frame. (Jinja shows templates in this way.)
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import CodeType, TracebackType
from typing import Any

from adjoint.runtime.places import Place, parsed, source_tree, statements

_OURS = re.compile(r"_vjp(_\d+)?$")
_NO_COLUMNS = (-1, -1)
_OPTIMIZED = inspect.CO_OPTIMIZED | inspect.CO_NEWLOCALS
Form = Callable[[ast.expr], object]
Position = tuple[int, int, int, int]
"""Line and last line, column and the one after the last, in bytes."""


def frame_at(place: Place, entry: TracebackType) -> TracebackType:
    """A traceback entry at a statement of the user's, in place of one of emitted code."""
    frame = entry.tb_frame
    found = _position(place, _emitted_expression(entry))
    return _entry(_failing(place.file, *found), frame.f_globals, dict(frame.f_locals))


def led_to(
    place: Place, names: dict[str, Any], variables: dict[str, Any], then: TracebackType
) -> TracebackType:
    """A traceback entry at a statement of the user's, and another after it."""
    made = _entry(_failing(place.file, *_position(place, None)), names, variables)
    return TracebackType(then, made.tb_frame, made.tb_lasti, made.tb_lineno)


def standing_at(
    file: str, function: str, first: int, line: int, names: dict[str, Any],
    variables: dict[str, Any],
) -> TracebackType:  # fmt: skip
    """A traceback entry at a line of a function, with variables as they were there."""
    return _entry(_failing(file, function, first, (line, line, *_NO_COLUMNS)), names, variables)


def is_led_to(place: Place, entry: TracebackType) -> bool:
    """Whether an entry was put where a place is."""
    code = entry.tb_frame.f_code
    return (code.co_filename, entry.tb_lineno) == (place.file, place.line) and not (
        code.co_flags & _OPTIMIZED
    )


def _entry(code: CodeType, names: dict[str, Any], variables: dict[str, Any]) -> TracebackType:
    try:
        exec(code, names, variables)
    except TypeError as error:  # what it raises is no exception
        trace = error.__traceback__
    made = None if trace is None else trace.tb_next
    if made is None:
        raise RuntimeError("code that only fails did not")
    return TracebackType(None, made.tb_frame, made.tb_lasti, made.tb_lineno)


def text_of(place: Place) -> str:
    """The statement at a place, on one line: in `def f(x): return x` what `def` defines."""
    lines = [linecache.getline(place.file, n) for n in range(place.line, place.end_line + 1)]
    tree = source_tree(place.file)
    here = [] if tree is None else [s for s in statements(tree.body) if s.lineno == place.line]
    match here:
        case [ast.FunctionDef(), ast.stmt() as only]:
            lines[0] = lines[0].encode()[only.col_offset :].decode()
    return " ".join(line.strip() for line in lines)


@lru_cache(maxsize=4096)
def _failing(file: str, name: str, first: int, position: Position) -> CodeType:
    """Code that fails at a position of a file, in a function that begins at a line."""
    line, end_line, column, end_column = position
    module = ast.parse("def f():\n    raise None")
    for node in ast.walk(module):
        if isinstance(node, ast.stmt | ast.expr):
            node.lineno, node.end_lineno = line, end_line
            node.col_offset, node.end_col_offset = column, end_column
    module.body[0].lineno = first
    outer = compile(module, file, "exec")
    code = next(const for const in outer.co_consts if isinstance(const, CodeType))
    flags = code.co_flags & ~_OPTIMIZED  # its variables are given
    return code.replace(co_name=name, co_qualname=name, co_flags=flags)


def _position(place: Place, emitted: ast.expr | None) -> tuple[str, int, Position]:
    """The function that a place is in, the line that this begins at, and the place to point at."""
    whole = (place.line, place.line, *_NO_COLUMNS)
    tree = source_tree(place.file)
    if tree is None:
        return "<unknown>", place.line, whole
    name, first = _around(tree, place)
    if emitted is None:
        return name, first, whole
    forms = (_as_cotangent,) if place.adjoint else (_exactly, _roughly)
    found = _same(emitted, list(_expressions(tree, place)), forms)
    return name, first, whole if found is None else _position_of(found)


def _around(tree: ast.Module, place: Place) -> tuple[str, int]:
    """The innermost function around a place: its name and its first line."""
    name, first = "<module>", 1
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            begin, end = node.lineno, node.end_lineno or node.lineno
            if begin <= place.line <= end and place.end_line <= end and begin >= first:
                name, first = getattr(node, "name", "<lambda>"), begin
    return name, first


def _emitted_expression(entry: TracebackType) -> ast.expr | None:
    """The expression of emitted code that failed."""
    code = entry.tb_frame.f_code
    positions = list(code.co_positions())[entry.tb_lasti // 2]
    lines = "".join(linecache.getlines(code.co_filename))
    for node in ast.walk(parsed(lines)):
        if isinstance(node, ast.expr) and _position_of(node) == positions:
            return _called_plainly(node)
    return None


def _called_plainly(node: ast.expr) -> ast.expr:
    """A call as users write it: `f(x)` for `call_vjp(f, (0,))(x)`."""
    match node:
        case ast.Call(func=ast.Call(func=ast.Name(id=name), args=[function, *_])):
            if name.endswith("call_vjp"):
                return ast.Call(function, node.args, node.keywords)
    return node


def _position_of(node: ast.expr) -> Position:
    line, column = node.lineno, node.col_offset
    return line, node.end_lineno or line, column, node.end_col_offset or column


def _expressions(tree: ast.Module, place: Place) -> Iterator[ast.expr]:
    """The expressions of the statement at a place; of one with a block, those of its header."""
    for stmt in statements(tree.body):
        if stmt.lineno == place.line:
            yield from _inside(stmt)


def _inside(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.ExceptHandler):
            if isinstance(child, ast.expr):
                yield child
            yield from _inside(child)


def _same(emitted: ast.expr, own: list[ast.expr], forms: Iterable[Form]) -> ast.expr | None:
    """The expression that an emitted one was written as; None where that is not clear."""
    for form in forms:
        wanted = form(emitted)
        found = [node for node in own if form(node) == wanted]
        if len(found) == 1:
            return found[0]
    return None


def _exactly(node: ast.expr) -> str:
    return ast.dump(node)


def _as_cotangent(node: ast.expr) -> str:
    """In an adjoint: `d_x[i]` comes from `x[i]`, and what the primal computes may be repeated."""
    return ast.dump(node).replace("id='d_", "id='").replace("ctx=Store()", "ctx=Load()")


def _roughly(node: ast.expr) -> tuple[Any, ...]:
    """What kind of operation it is, whatever it is applied to."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return "call", _OURS.sub("", name)
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return type(node), name
        case ast.BinOp(op=op) | ast.UnaryOp(op=op):
            return type(node), type(op)
        case ast.Compare(ops=ops):
            return type(node), tuple(map(type, ops))
        case ast.Subscript(value=value):
            return type(node), ast.dump(value)
    return type(node), ast.dump(node)

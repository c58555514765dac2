"""Emitted text as running functions, whose source Python's tools can see."""

from __future__ import annotations

import ast
import hashlib
import linecache
import threading
import types
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from adjoint.runtime.places import Places, remember
from adjoint.transform.emit.module import to_text
from adjoint.transform.emit.watched import WATCH, watched
from adjoint.transform.ir.nodes import Const, Function, Ref

_lock = threading.Lock()
_texts: dict[str, str] = {}  # pseudo file name -> the text registered under it


def load(
    function: Function | str,
    origin_globals: dict[str, Any],
    cells: Mapping[str, types.CellType | object] | None = None,
    *,
    text: str | None = None,
    places: Places | None = None,
    watch: object = None,
) -> types.FunctionType:
    r"""Makes a running function.

    It lives in the user's globals, which stay live and untouched; what else it needs comes in
    closure cells.

    Args:
        function: the function, or its text (a single `def`; its defaults are then literals).
        origin_globals: the globals of the function that it comes from.
        cells: names that the function reads and their values. A `CellType` is used as it is: one
          that is still empty may be filled later, the user's own stays shared. Names not given
          here are looked up in the globals. The function's own name means itself unless given.
        text: the printed text, if the caller has it already.
        places: where its statements come from, if that is known.
        watch: what looks at every cotangent that is assigned, if something does.

    Returns:
        The function. Tracebacks, `pdb` and `inspect.getsource` show the text.

    >>> f = load("def half(x):\n    return x / two\n", {"__name__": "here"}, {"two": 2})
    >>> f(3.0), f.__module__, f.__code__.co_filename
    (1.5, 'here', '<adjoint:here.half>')
    """
    if text is None:
        text = function if isinstance(function, str) else to_text(function)
    cells = dict(cells or {})
    module = origin_globals.get("__name__", "__main__")
    if watch is not None:
        cells[WATCH] = watch
    code = _compiled(text, str(module), frozenset(cells), None if watch is None else places)
    own = types.CellType()
    closure = tuple(_cell(cells[name]) if name in cells else own for name in code.co_freevars)
    made = types.FunctionType(code, origin_globals, code.co_name, None, closure)
    own.cell_contents = made
    if isinstance(function, str):
        made.__defaults__, made.__kwdefaults__ = _literal_defaults(text)
    else:
        made.__defaults__, made.__kwdefaults__ = _defaults(function)
    register(code.co_filename, text)
    if places is not None:
        remember(code.co_filename, text, places)
    return made


def register(filename: str, text: str) -> None:
    """Makes a text visible to `linecache` for good: an entry without a time is never evicted."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)


def _cell(value: types.CellType | object) -> types.CellType:
    return value if isinstance(value, types.CellType) else types.CellType(value)


@lru_cache(maxsize=1024)
def _compiled(
    text: str, module: str, names: frozenset[str], places: Places | None
) -> types.CodeType:
    """The code of the function in `text`, `names` being free variables; watched, given places."""
    tree = ast.parse(text) if places is None else watched(ast.parse(text), places)
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        raise ValueError("the text is not a single function")
    name = tree.body[0].name
    filename = _filename(f"{module}.{name}", text)
    # A function around it makes free variables of the names. It adds no line: line 1 is the `def`.
    parameters = [ast.arg(text) for text in sorted(names)]
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    outer = ast.parse("def _bind(): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    outer.args, outer.body = arguments, list(tree.body)
    wrapped = ast.fix_missing_locations(ast.Module([outer], []))
    code = _inner(compile(wrapped, filename, "exec", dont_inherit=True), "_bind")
    return _unnested(_inner(code, name), f"{code.co_name}.<locals>.")


def _inner(code: types.CodeType, name: str) -> types.CodeType:
    return next(
        const
        for const in code.co_consts
        if isinstance(const, types.CodeType) and const.co_name == name
    )


def _unnested(code: types.CodeType, prefix: str) -> types.CodeType:
    """The same code without the function around it in its qualified name."""
    consts = tuple(
        _unnested(const, prefix) if isinstance(const, types.CodeType) else const
        for const in code.co_consts
    )
    return code.replace(co_qualname=code.co_qualname.removeprefix(prefix), co_consts=consts)


def _filename(name: str, text: str) -> str:
    """`<adjoint:module.function>`; a second text under that name has its hash added."""
    filename = f"<adjoint:{name}>"
    with _lock:
        if _texts.setdefault(filename, text) != text:
            digest = hashlib.sha256(text.encode()).hexdigest()[:8]
            filename = f"<adjoint:{name}:{digest}>"
            _texts[filename] = text
    return filename


Defaults = tuple[tuple[Any, ...] | None, dict[str, Any] | None]


def _defaults(function: Function) -> Defaults:
    """The defaults of a function of the IR, by position and by keyword."""
    given = [param for param in function.params if param.has_default]
    keywords = {p.name: _value(p.default) for p in given if p.kind == "keyword-only"}
    positional = tuple(_value(p.default) for p in given if p.kind != "keyword-only")
    return positional or None, keywords or None


def _value(default: Any) -> Any:
    return default.value if isinstance(default, Const | Ref) else default


def _literal_defaults(text: str) -> Defaults:
    definition = ast.parse(text).body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    keywords = {
        name.arg: ast.literal_eval(default)
        for name, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    positional = tuple(ast.literal_eval(default) for default in arguments.defaults)
    return positional or None, keywords or None

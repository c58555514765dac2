"""Emitted functions as a module that needs NumPy and nothing else."""

from __future__ import annotations

import ast
import builtins
import dis
import hashlib
import inspect
import re
import sys
import textwrap
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from adjoint.runtime.errors import AdjointError
from adjoint.transform.emit.signature import is_literal, literal
from adjoint.transform.emit.unparse import unparse

_MODULES = (
    "numpy", "scipy", "cupy", "math", "cmath", "types", "operator", "itertools", "functools",
)  # fmt: skip


class CannotStandAlone(AdjointError, ValueError):
    """Something that an emitted function reads cannot be written down in a module of its own."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the emitted functions come from.

    file: the source file. name: the function in it. source: its text.
    """

    file: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a module, each by the name that it defines."""

    imports: dict[str, str]
    constants: dict[str, str]
    functions: dict[str, str]
    objects: dict[str, object]


def standalone(functions: Sequence[tuple[str, Mapping[str, object]]], header: Header) -> str:
    r"""The text of a module that holds emitted functions and all that they need.

    Args:
        functions: the text of each function, and what the names stand for that it reads from
          outside: modules, helpers, literal constants, functions with source. A name that another
          of these functions defines need not be given.
        header: where they come from.

    Returns:
        A module that imports NumPy (or CuPy) and the standard library at most. The same input gives
        the same text.

    Raises:
        CannotStandAlone: a name is not known, or stands for something that cannot be written down,
          such as an array or a function without source.

    >>> import math
    >>> text = "def f(x):\n    return math.sin(x) * scale\n"
    >>> made = standalone([(text, {"math": math, "scale": 2})], Header("a.py", "f", "..."))
    >>> print(made[made.index("import"):], end="")
    import math
    <BLANKLINE>
    scale = 2
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        return math.sin(x) * scale
    """
    defined = {_defined(text): text for text, _ in functions}
    if len(defined) < len(functions):
        raise CannotStandAlone("two of the functions have the same name")
    parts = _Parts({}, {}, {}, {})
    for name, (text, needed) in zip(defined, functions, strict=True):
        for free in sorted(free_names(text) - defined.keys()):
            if free in needed:
                _write_down(free, needed[free], f"{name} reads it", parts, defined.keys())
            elif not hasattr(builtins, free):
                raise CannotStandAlone(f"{free}: {name} reads it, and it is not known")
    digest = hashlib.sha256(header.source.encode()).hexdigest()
    comment = (
        f"# Derivatives of {header.name} ({PurePath(header.file).name}), written by adjoint.\n"
        f"# sha256 of its source: {digest}"
    )
    groups = [
        [comment],
        ["\n".join(sorted(parts.imports.values()))],
        ["\n".join(parts.constants.values())],
        [text.strip("\n") for text in (*parts.functions.values(), *defined.values())],
    ]
    head = "\n\n".join(text for group in groups[:3] for text in group if text)
    return "\n\n\n".join([head, *groups[3]]) + "\n"


def free_names(text: str) -> frozenset[str]:
    r"""The names that a text reads and does not bind.

    >>> sorted(free_names("def f(x):\n    return g(x) + f(y)\n"))
    ['g', 'y']
    """
    code = compile(text, "<text>", "exec", dont_inherit=True)
    own = {stmt.name for stmt in ast.parse(text).body if isinstance(stmt, ast.FunctionDef)}
    return frozenset(_global_names(code)) - own


def _global_names(code: types.CodeType) -> Iterable[str]:
    """The global names that code and the functions in it load; attributes are not among them."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _global_names(const)


def _write_down(name: str, value: object, why: str, parts: _Parts, defined: Iterable[str]) -> None:
    """Adds what a name stands for, and what that needs in turn."""
    if name in parts.objects:
        if parts.objects[name] is not value:
            raise CannotStandAlone(
                f"{name}: it means two things in what {why.split(maxsplit=1)[0]} needs"
            )
        return
    parts.objects[name] = value
    if type(value).__module__.startswith("adjoint.") and hasattr(value, "__wrapped__"):
        value = value.__wrapped__  # made by `@grad`: on arrays it is the function itself
    root = getattr(value, "__module__", None) or ""
    if isinstance(value, types.ModuleType):
        parts.imports[name] = _import(name, value, why)
    elif is_literal(value):
        parts.constants[name] = f"{name} = {unparse(literal(value))}"
    elif root.split(".", 1)[0] in _MODULES and _is_importable(value, root):
        own = value.__name__  # type: ignore[attr-defined]
        parts.imports[name] = f"from {root} import {own}" + (f" as {name}" if own != name else "")
    elif isinstance(value, types.FunctionType):
        _write_function(name, value, why, parts, defined)
    else:
        kind = type(value).__name__
        raise CannotStandAlone(
            f"{name}: {why}, and {kind} objects cannot be written down; make it an argument"
        )


def _import(name: str, module: types.ModuleType, why: str) -> str:
    full = module.__name__
    if full.partition(".")[0] not in _MODULES:
        raise CannotStandAlone(f"{name}: {why}, and it is the module {full}")
    return f"import {full}" if full == name else f"import {full} as {name}"


def _is_importable(value: object, root: str) -> bool:
    """Whether `from root import name` gives this very object."""
    name = getattr(value, "__name__", "")
    return getattr(sys.modules.get(root), name, None) is value


def _write_function(
    name: str, function: types.FunctionType, why: str, parts: _Parts, defined: Iterable[str]
) -> None:
    own = function.__name__
    if function.__code__.co_freevars or not own.isidentifier():
        raise CannotStandAlone(f"{name}: {why}, and it is a closure or a lambda")
    if own != name:
        if own in defined:
            raise CannotStandAlone(f"{own}: it means two things in what {name} needs")
        _write_down(own, function, why, parts, defined)
        parts.functions[name] = f"{name} = {own}\n"
        return
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise CannotStandAlone(f"{name}: {why}, and it has no source") from None
    text = _bare(source)
    for free in sorted(free_names(text)):
        if free in defined:
            raise CannotStandAlone(f"{free}: {name} reads it, and it is what an adjoint is called")
        if free in function.__globals__:
            _write_down(free, function.__globals__[free], f"{name} reads it", parts, defined)
        elif not hasattr(builtins, free):
            raise CannotStandAlone(f"{free}: {name} reads it, and it is not defined")
    parts.functions[name] = text


def _bare(source: str) -> str:
    """The text of a function without its decorators and annotations, comments kept."""
    definition = ast.parse(source).body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise CannotStandAlone(f"not a function definition: {source.splitlines()[0]}")
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    data = source.encode()
    cuts: list[tuple[int, int, bytes]] = []
    for node in ast.walk(definition):
        if isinstance(node, ast.arg) and node.annotation is not None:
            begin = starts[node.lineno - 1] + node.col_offset + len(node.arg.encode())
            end = _end(node.annotation, starts)
            default = re.match(rb"\s*=\s*", data[end:])
            cuts.append((begin, end, b""))
            if default is not None:
                cuts.append((end, end + default.end(), b"="))
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            begin = data.rindex(b"->", 0, starts[node.returns.lineno - 1] + node.returns.col_offset)
            cuts.append((len(data[:begin].rstrip()), _end(node.returns, starts), b""))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            begin = _end(node.target, starts)
            cuts.append((begin, _end(node.annotation, starts), b""))
    for begin, end, instead in sorted(cuts, reverse=True):
        data = data[:begin] + instead + data[end:]
    text = "".join(data.decode().splitlines(keepends=True)[definition.lineno - 1 :])
    return text.rstrip() + "\n"


def _end(node: ast.expr, starts: list[int]) -> int:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return starts[node.end_lineno - 1] + node.end_col_offset


def _defined(text: str) -> str:
    match ast.parse(text).body:
        case [ast.FunctionDef(name=name)]:
            return name
    raise ValueError("the text is not a single function")

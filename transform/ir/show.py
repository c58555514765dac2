"""The printed form of the intermediate representation; `docs/ir.md` gives its grammar."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Comment,
    Const,
    Continue,
    Define,
    Each,
    Effect,
    Enumerate,
    For,
    Function,
    If,
    Items,
    Iter,
    Keep,
    Mark,
    Op,
    Param,
    Range,
    Ref,
    Return,
    Reversed,
    Rhs,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    Zip,
)  # fmt: skip

_HOLE = re.compile(r"\$(\d+|callee)")
_STARS = {"varargs": "*", "varkw": "**"}


def show(fn: Function) -> str:
    """Print a function, one statement a line.

    >>> from adjoint.transform.ir.nodes import NOWHERE
    >>> square = gast.parse("a * a", mode="eval").body
    >>> square.left.id = square.right.id = "$0"
    >>> body = Assign(Var("%1"), Op("binary:*", (Var("x"),), square)), Return(Var("%1"))
    >>> print(show(Function("f", (Param("x"),), body)))
    def f(x):
        %1 = x * x   [binary:*]
        return %1
    """
    return "\n".join(_function(fn, ""))


def fill(template: gast.AST, args: Sequence[gast.AST], callee: gast.AST | None = None) -> gast.AST:
    """A copy of a template with expressions in its holes."""
    parts: dict[str, gast.AST] = {f"${i}": arg for i, arg in enumerate(args)}
    if callee is not None:
        parts["$callee"] = callee
    return _fill(template, parts)


def hole_names(template: gast.AST) -> set[str]:
    """The holes of a template: `$0`, `$1`, ..., `$callee`."""
    names = (node.id for node in gast.walk(template) if isinstance(node, gast.Name))
    return {name for name in names if _HOLE.fullmatch(name)}


def _fill(node: gast.AST, parts: Mapping[str, gast.AST]) -> gast.AST:
    if isinstance(node, gast.Name):
        return parts.get(node.id, node)
    new = copy.copy(node)
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, gast.AST):
            setattr(new, field, _fill(value, parts))
        elif isinstance(value, list):
            items = [_fill(item, parts) if isinstance(item, gast.AST) else item for item in value]
            setattr(new, field, items)
    return new


def _name(text: str) -> gast.Name:
    return gast.Name(text, gast.Load(), None, None)


def _atom(atom: Atom) -> str:
    match atom:
        case Var(name=name):
            return name
        case Const(value=value):
            return "..." if value is ... else repr(value)
        case Ref(text=text):
            return f"@{text}"


def _op(op: Op) -> str:
    filled = _text(op.template, op.args, op.callee)
    roles = f" ({', '.join(role or '.' for role in op.roles)})" if any(op.roles) else ""
    return f"{filled}   [{op.prim}{roles}]"


def _text(template: gast.AST, args: Sequence[Atom], callee: Atom | None = None) -> str:
    called = None if callee is None else _name(_atom(callee))
    return str(gast.unparse(fill(template, [_name(_atom(arg)) for arg in args], called))).strip()


def _rhs(value: Rhs) -> str:
    return _op(value) if isinstance(value, Op) else _atom(value)


def _iter(iterable: Iter) -> str:
    match iterable:
        case Range(args=args):
            return f"range({', '.join(map(_atom, args))})"
        case Each(value=value):
            return _atom(value)
        case Enumerate(inner=inner, start=start):
            return f"enumerate({_iter(inner)}, {_atom(start)})"
        case Zip(inners=inners, strict=strict):
            return f"zip({', '.join(map(_iter, inners))}{', strict' if strict else ''})"
        case Reversed(inner=inner):
            return f"reversed({_iter(inner)})"
        case Items(value=value, what=what):
            return f"{_atom(value)}.{what}()"


def _param(param: Param) -> str:
    text = _STARS.get(param.kind, "") + param.name
    if not param.has_default:
        return text
    default = param.default
    return f"{text}={_atom(default) if isinstance(default, Atom) else repr(default)}"


def _signature(params: Sequence[Param]) -> str:
    texts: list[str] = []
    kinds = [param.kind for param in params]
    for position, param in enumerate(params):
        starless = "varargs" not in kinds and kinds.index(param.kind) == position
        if param.kind == "keyword-only" and starless:
            texts.append("*")
        texts.append(_param(param))
        if param.kind == "positional-only" and kinds[position + 1 : position + 2] != [param.kind]:
            texts.append("/")
    return ", ".join(texts)


def _function(fn: Function, indent: str, target: str = "") -> Iterator[str]:
    bound = f"{target} = " if target and target != fn.name else ""
    captures = f" captures {', '.join(fn.captures)}" if fn.captures else ""
    yield f"{indent}{bound}def {fn.name}({_signature(fn.params)}){captures}:"
    yield from _block(fn.body, f"{indent}    ")


def _block(block: Block, indent: str) -> Iterator[str]:
    for stmt in block:
        yield from _stmt(stmt, indent)
    if not block:
        yield f"{indent}pass"


def _stmt(stmt: Stmt, indent: str) -> Iterator[str]:
    inner = f"{indent}    "
    match stmt:
        case Try(test=test, body=body, orelse=orelse, catches=catches):
            yield f"{indent}try:  # {_atom(test)}"
            yield from _block(body, inner)
            known = ", ".join(map(_atom, catches))
            yield f"{indent}except {known}:" if catches else f"{indent}finally:"
            yield from _block(orelse, inner)
        case If(test=test, body=body, orelse=orelse):
            yield f"{indent}if {_atom(test)}:"
            yield from _block(body, inner)
            if orelse:
                yield f"{indent}else:"
                yield from _block(orelse, inner)
        case For(target=target, iterable=iterable, body=body, orelse=orelse):
            yield f"{indent}for {target.name} in {_iter(iterable)}:"
            yield from _block(body, inner)
            if orelse:
                yield f"{indent}else:"
                yield from _block(orelse, inner)
        case While(before=before, test=test, body=body, orelse=orelse):
            if before:
                yield f"{indent}before:"
                yield from _block(before, inner)
            yield f"{indent}while {_atom(test)}:"
            yield from _block(body, inner)
            if orelse:
                yield f"{indent}else:"
                yield from _block(orelse, inner)
        case With(context=context, target=target, body=body):
            named = f" as {target.name}" if target else ""
            yield f"{indent}with {_op(context)}{named}:"
            yield from _block(body, inner)
        case Define(target=target, function=function):
            yield from _function(function, indent, target.name)
        case _:
            yield indent + _simple(stmt)


def _simple(stmt: Stmt) -> str:
    match stmt:
        case Assign(target=target, value=value):
            return f"{target.name} = {_rhs(value)}"
        case Unpack(targets=targets, value=value, star=star):
            names = [f"*{v.name}" if i == star else v.name for i, v in enumerate(targets)]
            return f"({', '.join(names)}) = {_atom(value)}"
        case Store(place=place, operator=operator, value=value):
            filled = _text(place.template, place.args)
            return f"{filled} {operator}= {_atom(value)}   [store {place.prim}]"
        case Augment(target=target, operator=operator, value=value):
            return f"{target.name} {operator}= {_atom(value)}"
        case Effect(value=value):
            return _op(value)
        case Keep(template=template, args=args):
            return f"{_text(template, args)}   [keep]"
        case Return(value=value):
            return f"return {_atom(value)}"
        case Comment(span=span):
            return f"# line {span.line}"
        case Mark(key=key):
            return f"# mark {key}"
        case Break():
            return "break"
        case Continue():
            return "continue"
    raise TypeError(f"not a statement: {stmt!r}")

"""Numbers that went through text or bytes: no derivative can follow them there.

A text that is made from what is differentiated may be printed, compared, kept or returned. It must
not be turned into a number on which the result depends: the derivative would be lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import gast
import numpy as np

from adjoint.transform.analyses.activity import active_names, varied_names
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.operations import rule_of_name
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Effect,
    For,
    Function,
    Op,
    Ref,
    Stmt,
    Store,
    Unpack,
    Var,
    binds,
    iter_atoms,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import place_of, unsupported

Follow = Callable[[Op, frozenset[str]], bool]
"""Checks the function that a call reaches, of which some arguments are texts; whether it could."""

_WRITING = (str, repr, format, ascii, bytes, bytearray)
_SAVING = frozenset({"np.save", "np.savez", "np.savetxt"})
_TEXTS = _SAVING | {"method:tobytes", "np.array2string", "np.array_str", "np.array_repr"}
_READING = frozenset(
    {"np.fromstring", "np.frombuffer", "np.fromfile", "np.loadtxt", "np.load", "np.genfromtxt"}
)
"""Rules that make numbers of text or bytes."""


def check_encoded(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, inputs: Iterable[str],
    follow: Follow, texts: Iterable[str] = (),
) -> None:  # fmt: skip
    """Refuse that numbers are read from texts that were made from what is differentiated.

    Args:
        fn: the function.
        kinds: the kinds of its names.
        aliases: which of them may share memory.
        inputs: parameters with respect to which it is differentiated.
        follow: looks into a function that is called.
        texts: parameters that are such texts.

    Raises:
        UnsupportedSyntax: a number on which the result depends is read from such a text.
    """
    if not texts and not any(_is_text(kind) for kind in kinds.values()):
        if not any(_concerns_text(stmt) for stmt in walk(fn.body)):
            return
    varied = varied_names(fn, kinds, aliases, inputs)
    encoded = _encoded(fn, kinds, varied, frozenset(texts))
    useful = active_names(fn, kinds, aliases, kinds, (p.name for p in fn.params))
    for stmt in walk(fn.body):
        op = stmt.value if isinstance(stmt, Assign | Effect) else None
        if not isinstance(op, Op):
            continue
        given = frozenset(_names(op.args) & encoded)
        targets = {v.name for v in binds(stmt)} & useful
        if given and op.prim == "call" and follow(op, given):
            continue
        if targets and _names(op.args[:1]) & varied and _holds_no_numbers(op):
            raise unsupported(
                place_of(op, stmt.span),
                "what is differentiated is put here into an array of texts or objects, "
                "which no derivative can follow",
                "keep it in an array of floats, or in a list",
            )  # fmt: skip
        read = given or (_names(op.args) & varied if _reads_bytes(stmt) else None)
        if read and targets and _gives_numbers(op, encoded):
            raise unsupported(
                place_of(op, stmt.span),
                "a number is read here from text or bytes that depend on what is "
                "differentiated, which no derivative can follow",
                "keep the number itself, beside its text",
            )  # fmt: skip


def _encoded(
    fn: Function, kinds: Mapping[str, Kind], varied: frozenset[str], texts: frozenset[str]
) -> frozenset[str]:
    """The names that hold texts or bytes made from what is differentiated."""
    found = set(texts)
    while True:
        before = len(found)
        for stmt in walk(fn.body):
            reads = _names(_operands(stmt))
            if reads & found or (reads & varied and _makes_text(stmt)):
                found |= {name for name in _changed(stmt) if not _is_number(kinds.get(name, ANY))}
            elif reads & varied:  # a function that was called may have made it
                found |= {n for n in _changed(stmt) if _is_text(kinds.get(n, ANY))}
        if len(found) == before:
            return frozenset(found)


def _is_number(kind: Kind) -> bool:
    return kind.tag in ("num", "array", "numeric", "none", "function", "range")


def _is_text(kind: Kind) -> bool:
    listed = kind.tag in ("list", "tuple", "dict")
    return kind.tag == "str" or (listed and any(_is_text(item) for item in kind.items))


def _names(atoms: Iterable[Atom]) -> set[str]:
    return {a.name for a in atoms if isinstance(a, Var)}


def _operands(stmt: Stmt) -> Iterator[Atom]:
    """What a statement takes parts of its result from; keys only choose, and tests only ask."""
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op):
            if op.prim == "index":
                yield op.args[0]
            elif op.prim != "look" or not isinstance(op.template, gast.Compare | gast.UnaryOp):
                yield from op.args
        case Assign(value=value) | Unpack(value=value) | Store(value=value) | Augment(value=value):
            yield value  # type: ignore[misc]
        case For(iterable=iterable):
            yield from iter_atoms(iterable)


def _changed(stmt: Stmt) -> Iterator[str]:
    """The names that a statement binds, or adds to what they hold."""
    yield from (v.name for v in binds(stmt))
    base: Atom | None = None
    if isinstance(stmt, Store):
        base = stmt.base
    elif isinstance(stmt, Assign | Effect) and isinstance(stmt.value, Op):
        op = stmt.value
        if op.args and (op.prim.startswith("method:") or op.prim in _SAVING):
            base = op.args[0]
    if isinstance(base, Var):
        yield base.name


def _concerns_text(stmt: Stmt) -> bool:
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    made = isinstance(op, Op) and _holds_no_numbers(op)
    return made or _makes_text(stmt) or _reads_bytes(stmt)


def _holds_no_numbers(op: Op) -> bool:
    """Whether an operation certainly gives an array of texts, bytes or objects."""
    if not is_rule(op.prim) or "dtype" not in op.roles:
        return False
    dtype = op.args[op.roles.index("dtype")]
    match dtype:
        case Const(value=str() as name):
            return name.lstrip("<>=|")[:1] in tuple("OSUV") or name in ("object", "str", "bytes")
        case Ref(value=value):
            return value in (object, str, bytes, np.object_, np.str_, np.bytes_)
    return False


def _makes_text(stmt: Stmt) -> bool:
    """Whether a statement writes numbers as text or bytes."""
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    if not isinstance(op, Op):
        return False
    if op.prim == "look":
        of_text = isinstance(op.template, gast.Call) and op.callee is None
        parts = gast.walk(op.template)
        return of_text or _writes(op.callee) or any(isinstance(p, gast.JoinedStr) for p in parts)
    return op.prim in _TEXTS or any(map(_writes, op.args))


def _writes(atom: Atom | None) -> bool:
    """Whether an atom is a function that makes text or bytes: called, or handed to `map`."""
    return isinstance(atom, Ref) and any(atom.value is known for known in _WRITING)


def _reads_bytes(stmt: Stmt) -> bool:
    """Whether a statement makes numbers of the bytes or the text that it is given."""
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    return isinstance(op, Op) and op.prim in _READING


def _gives_numbers(op: Op, encoded: frozenset[str]) -> bool:
    """Whether an operation that is given texts may give the numbers that they say."""
    if not isinstance(op.template, gast.Call):
        return False
    if not is_rule(op.prim):
        return op.prim == "call" or op.prim.startswith("elements:")
    if op.prim in _READING:
        return True
    rule = rule_of_name(op.prim)
    given = zip(op.roles, op.args, strict=True)
    return any(
        isinstance(a, Var) and a.name in encoded and role in rule.differentiable
        for role, a in given
    )

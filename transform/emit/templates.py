"""Templates: the holes of an operation's expression, in the order in which they are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import gast

from adjoint.transform.ir.nodes import Atom, Const, Op, Ref, Var
from adjoint.transform.ir.trees import copied, nodes
from adjoint.transform.passes.simplify import rewrite

# When a place in an expression is evaluated: once and surely, perhaps, or at another time.
ALWAYS, PERHAPS, LATER = "always", "perhaps", "later"

_OPERATIONS = (
    gast.BinOp, gast.UnaryOp, gast.Call, gast.Subscript, gast.Attribute, gast.Compare,
    gast.BoolOp, gast.IfExp, gast.JoinedStr, gast.ListComp, gast.GeneratorExp, gast.DictComp,
    gast.SetComp,
)  # fmt: skip


@lru_cache(maxsize=4096)
def holes(template: gast.AST) -> tuple[tuple[str, str], ...]:
    """The places of a template that stand for a variable, in order of evaluation.

    Returns:
        The id (`$0`, `$1`, ..., or a temporary's own name), and when the place is evaluated.

    >>> holes(gast.Lambda(gast.arguments([], [], None, [], [], None, []), name_tree("$0")))
    (('$0', 'later'),)
    """
    return tuple(_holes(template, ALWAYS))


def _holes(node: Any, when: str) -> Iterator[tuple[str, str]]:
    match node:
        case gast.Name(id=name):
            if name[0] in "$%":
                yield name, when
        case gast.IfExp(test=test, body=body, orelse=orelse):
            yield from _holes(test, when)
            yield from _holes([body, orelse], _weaker(when))
        case gast.BoolOp(values=[first, *rest]):
            yield from _holes(first, when)
            yield from _holes(rest, _weaker(when))
        case gast.Compare(left=left, comparators=[first, *rest]):
            yield from _holes([left, first], when)
            yield from _holes(rest, _weaker(when))
        case gast.Assert(test=test, msg=message):
            yield from _holes(test, when)
            yield from _holes(message, _weaker(when))
        case gast.Lambda(args=args, body=body):
            yield from _holes([*args.defaults, *args.kw_defaults], when)
            yield from _holes(body, LATER)
        case gast.ListComp() | gast.SetComp() | gast.GeneratorExp() | gast.DictComp():
            first = node.generators[0].iter
            yield from _holes(first, when)
            yield from ((name, LATER) for name, _ in _holes(_others(node, first), LATER))
        case gast.Dict(keys=keys, values=values):
            yield from _holes([part for pair in zip(keys, values, strict=True) for part in pair],
                              when)  # fmt: skip
        case gast.AST():
            yield from _holes([getattr(node, field, None) for field in node._fields], when)
        case list() | tuple():
            for part in node:
                yield from _holes(part, when)


def _weaker(when: str) -> str:
    return PERHAPS if when == ALWAYS else when


def _others(node: Any, first: gast.AST) -> list[Any]:
    """The parts of a comprehension but the iterable that is evaluated at once."""
    parts = [part for field in node._fields for part in _parts(getattr(node, field, None))]
    generators = [part for part in parts if isinstance(part, gast.comprehension)]
    iterables = [part.iter for part in generators if part.iter is not first]
    conditions = [test for part in generators for test in part.ifs]
    return [*(part for part in parts if part not in generators), *iterables, *conditions]


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def operands(
    template: gast.AST, args: tuple[Atom, ...], callee: Atom | None = None
) -> list[tuple[Atom, str]]:
    """The atoms that a template reads, in order of evaluation, and when each is evaluated.

    Raises:
        ValueError: a hole has no argument, or an argument has no hole.
    """
    values = hole_values(args, callee)
    found = holes(template)
    used = {name for name, _ in found if name[0] == "$"}
    hidden = callee is not None  # what a local function captures is not printed
    unfilled = set() if hidden else values.keys() - used
    if used - values.keys() or unfilled:
        what = gast.dump(template)
        raise ValueError(f"arguments {sorted(values)} do not fill {sorted(used)} of {what}")
    return [(values.get(name, Var(name)), when) for name, when in found]


def op_operands(op: Op) -> list[tuple[Atom, str]]:
    """The atoms that an operation reads, in order of evaluation."""
    return operands(op.template, op.args, op.callee)


def hole_values(args: tuple[Atom, ...], callee: Atom | None = None) -> dict[str, Atom]:
    """What each hole stands for."""
    values: dict[str, Atom] = {f"${position}": arg for position, arg in enumerate(args)}
    return values if callee is None else {**values, "$callee": callee}


def op_tree(op: Op, trees: Mapping[str, gast.AST]) -> Any:
    """An operation as an expression; what was derived is simplified as it is put together."""
    return fill(op.template, trees, rewrite if op.prim.startswith("derived") else _as_it_is)


def _as_it_is(tree: gast.AST) -> gast.AST:
    return tree


def fill(
    template: Any,
    trees: Mapping[str, gast.AST],
    finish: Callable[[gast.AST], gast.AST] = _as_it_is,
) -> Any:
    """A copy of a template, each hole replaced by the tree of its name, each node finished."""
    match template:
        case gast.Name(id=name) if name in trees:
            return trees[name]
        case gast.JoinedStr(values=values):
            return gast.JoinedStr(
                [part for value in values for part in _pieces(fill(value, trees, finish))]
            )
        case gast.AST():
            made = copied(template)
            for field, value in template.__dict__.items():
                if isinstance(value, gast.AST | list):
                    setattr(made, field, fill(value, trees, finish))
            return finish(made)
        case list():
            return [fill(part, trees, finish) for part in template]
        case _:
            return template


def _pieces(value: gast.AST) -> list[gast.AST]:
    """An f-string's part; one that is an f-string itself melts into the whole."""
    match value:
        case gast.FormattedValue(
            value=gast.JoinedStr(values=values), conversion=-1, format_spec=None
        ):
            return list(values)
    return [value]


def is_compound(template: gast.AST) -> bool:
    """Whether a template holds more than one operation (a method call counts as one)."""
    return sum(_operations(template)) > 1


def _operations(template: gast.AST) -> Iterator[int]:
    for node in nodes(template):
        method = isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute)
        if method and not _is_path(node.func):
            continue  # counted at the attribute
        if isinstance(node, _OPERATIONS) and not _is_path(node):
            yield 1


def _is_path(node: gast.AST) -> bool:
    """Whether an expression is `name.name`, written out."""
    root = node
    while isinstance(root, gast.Attribute):
        root = root.value
    return root is not node and isinstance(root, gast.Name) and root.id[0] not in "$%"


def atom_tree(atom: Atom) -> gast.AST:
    """The expression that an atom is printed as; a temporary keeps its own name for now."""
    match atom:
        case Var(name=name):
            return name_tree(name)
        case Const(value=value):
            return gast.Constant(value=value, kind=None)
        case Ref(text=text) if text.startswith("%"):
            return name_tree(text)  # a function that was made in place
        case Ref(text=text):
            return _parsed(text)


def name_tree(name: str, ctx: gast.AST | None = None) -> gast.Name:
    """A name, read unless the context says otherwise."""
    return gast.Name(id=name, ctx=ctx or gast.Load(), annotation=None, type_comment=None)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> gast.AST:
    return gast.parse(text, mode="eval").body

"""Values that are computed twice: the adjoint reads the one that is there.

    c = np.sqrt(1 + b * b)                  t = b * b
    ...                                     c = np.sqrt(1 + t)
    d = d_b * (1 - b * b)          ->       d = d_b * (1 - t)

Holds where nothing that the expression reads was bound or written into in between, neither by its
name nor by another that may share its array, and where the value itself was not. Only expressions
of the adjoint are looked for: what the user wrote twice stays twice. A value in which somebody may
write later, or that is handed out, is nobody else's.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import gast

from adjoint.runtime.rules import RULES
from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.derive.needs import dotted
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Const,
    Define,
    For,
    Op,
    Return,
    Stmt,
    Var,
    While,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import hole, renumbered
from adjoint.transform.ir.rebuild import everything, map_blocks
from adjoint.transform.ir.trees import nodes
from adjoint.transform.passes.dead_code import written_names
from adjoint.transform.passes.groups import OUTSIDE, Groups, groups

_ARITHMETIC = (gast.Add, gast.Sub, gast.Mult, gast.Div)


@dataclass(frozen=True, slots=True)
class _Value:
    """An expression whose value is at hand.

    reads: the names in it. made: the statement that computes it, as its whole value or as a part.
    target: the name of the value, if it has one.
    """

    reads: frozenset[str]
    made: Assign
    target: Var | None


@dataclass(slots=True)
class _Search:
    """What is known of the whole function, and what was found in it.

    shared: the names that may share an array. kept: the roots of those that somebody may write
    into, or gets. names: a supply of names. numbers: variables that hold numbers. same: names of
    values that are there under another.
    """

    shared: Groups
    kept: frozenset[str]
    names: Names
    numbers: frozenset[str]
    same: dict[Atom, Atom] = field(default_factory=dict)

    def known_as(self, atom: Atom) -> Atom:
        """The name under which a value is there."""
        return self.same.get(atom, atom)

    def is_cheap(self, node: gast.AST, reads: frozenset[str]) -> bool:
        """Whether a name would cost, and say, as much as the expression."""
        scaled = isinstance(node, gast.BinOp) and any(
            isinstance(side, gast.Constant) for side in (node.left, node.right)
        )
        return not reads or (scaled and reads <= self.numbers)


_Table = dict[str, _Value]


def share_values(block: Block, names: Names, numbers: frozenset[str]) -> Block:
    """The block in which the adjoint reads the values that are at hand already.

    Args:
        block: the statements.
        names: a supply of names.
        numbers: the variables that certainly hold numbers; `2 * d_out` of such is left as it is.
    """
    while True:
        shared = groups(block)
        kept = {shared.root(n) for s in everything(block) for n in (*_kept(s), OUTSIDE)}
        search = _Search(shared, frozenset(kept), names, numbers)
        new = _block(block, {}, search)
        if new is block:
            return block
        block = tuple(substitute(stmt, search.known_as) for stmt in new)


def _kept(stmt: Stmt) -> Iterator[str]:
    """The names into which a statement may write, or that it hands out."""
    yield from written_names(stmt)
    if isinstance(stmt, Return) and isinstance(stmt.value, Var):
        yield stmt.value.name


def _block(block: Block, table: _Table, search: _Search) -> Block:
    """The block with what is in the table, or was computed in it, read instead of computed."""
    new: list[Stmt] = []
    for stmt in block:
        inside = {k: v for k, v in table.items() if v.target and not isinstance(stmt, Define)}
        if isinstance(stmt, For | While):
            _forget(stmt, inside, search)
        changed: Stmt | None = map_blocks(stmt, partial(_inner, inside, search))
        if isinstance(changed, Assign) and isinstance(changed.value, Op):
            changed = _assign(changed, table, new, search)
        new += [] if changed is None else [changed]
        _forget(stmt, table, search)
        if isinstance(changed, Assign) and isinstance(changed.value, Op):
            _remember(changed, changed.value, table)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _inner(table: _Table, search: _Search, block: Block) -> Block:
    """A block inside a statement; what it computes, those beside it do not see."""
    return _block(block, dict(table), search)


def _forget(stmt: Stmt, table: _Table, search: _Search) -> None:
    """Take from the table what a statement, or what stands inside it, may change."""
    inside = list(walk((stmt,)))
    bound = {v.name for s in inside for v in binds(s)}
    written = {search.shared.root(n) for s in inside for n in written_names(s)}
    for key, value in list(table.items()):
        names = value.reads | ({value.target.name} if value.target else set())
        if names & bound or (written and any(search.shared.root(n) in written for n in names)):
            del table[key]


def _remember(stmt: Assign, op: Op, table: _Table) -> None:
    """Put into the table what a statement computes."""
    for node in _simple(op):
        key, reads = _key(node, op)
        whole = node is op.template
        if stmt.target.name not in reads and (whole or key not in table):
            table[key] = _Value(reads, stmt, stmt.target if whole else None)


def _assign(stmt: Assign, table: _Table, new: list[Stmt], search: _Search) -> Assign | None:
    """A statement that reads what is at hand; None where its whole value is."""
    op = stmt.value
    assert isinstance(op, Op)
    if op.prim != "derived":
        return stmt
    for node in _simple(op):
        key, reads = _key(node, op)
        found = table.get(key)
        if found is None or search.is_cheap(node, reads):
            continue
        if node is op.template:
            free = {search.shared.root(v.name) for v in (stmt.target, found.target) if v}
            once = stmt.target.is_temporary and not free & search.kept
            if found.target is None or not once or not found.target.is_temporary:
                continue
            search.same[stmt.target] = search.known_as(found.target)
            return None
        target = found.target or _named(node, op, found, table, new, search)
        op = _reading(op, node, target)
    return stmt if op is stmt.value else replace(stmt, value=op)


def _named(
    node: gast.AST, op: Op, found: _Value, table: _Table, new: list[Stmt], search: _Search
) -> Var:
    """Give a name to what a statement computes as a part of its value."""
    key, reads = _key(node, op)
    before = found.made.value
    assert isinstance(before, Op)
    position = next(i for i, s in enumerate(new) if s is found.made)
    target = search.names.temporary()
    part = Assign(target, _compact(replace(op, template=node)))
    same = next(n for n in _simple(before) if _key(n, before)[0] == key)
    changed = replace(found.made, value=_reading(before, same, target))
    new[position : position + 1] = [part, changed]
    for other, value in list(table.items()):
        if value.made is found.made:
            table[other] = replace(value, made=changed)
    table[key] = _Value(reads, part, target)
    return target


def _reading(op: Op, node: gast.AST, target: Var) -> Op:
    """An operation that reads a name in place of a part of its expression."""
    own = f"${len(op.args)}"

    def put(tree: gast.AST) -> gast.AST:
        if tree is node:
            return gast.Name(own, gast.Load(), None, None)
        made = copy.copy(tree)
        for name in tree._fields:
            held = getattr(tree, name, None)
            if isinstance(held, gast.AST):
                setattr(made, name, put(held))
            elif isinstance(held, list):
                setattr(made, name, [put(h) if isinstance(h, gast.AST) else h for h in held])
        return made

    return _compact(replace(op, args=(*op.args, target), template=put(op.template)))


def _compact(op: Op) -> Op:
    """The operation without the operands that its expression does not read."""
    numbers = (hole(node) for node in nodes(op.template))
    used = sorted({n for n in numbers if n is not None})
    template = renumbered(op.template, {old: new for new, old in enumerate(used)})
    return replace(
        op, args=tuple(op.args[n] for n in used), template=template, roles=("",) * len(used)
    )


def _simple(op: Op) -> list[gast.AST]:
    """The parts of an expression that are one operation on names and literals."""
    if op.prim != "derived":
        rule = RULES.get(op.prim)
        plain = rule is not None and rule.kind == "elementwise" and rule.memory == "fresh"
        return [op.template] if plain and _is_simple(op.template) else []
    return [node for node in nodes(op.template) if _is_simple(node)]


def _is_simple(node: gast.AST) -> bool:
    match node:
        case gast.BinOp(left=left, op=operator, right=right):
            return isinstance(operator, _ARITHMETIC) and all(map(_is_leaf, (left, right)))
        case gast.Call(func=gast.Attribute() as func, args=args, keywords=[]):
            rule = RULES.get(dotted(func))
            known = rule is not None and rule.kind == "elementwise" and rule.memory == "fresh"
            return known and all(map(_is_leaf, args))
    return False


def _is_leaf(node: gast.AST) -> bool:
    return hole(node) is not None or isinstance(node, gast.Constant)


def _key(node: gast.AST, op: Op) -> tuple[str, frozenset[str]]:
    """What two expressions have in common that have the same value, and the names that they read.

    a + b = b + a and a * b = b * a, to the last bit.
    """
    match node:
        case gast.BinOp(left=left, op=operator, right=right):
            parts, what = [left, right], type(operator).__name__
        case gast.Call(func=func, args=args):
            parts, what = list(args), dotted(func)
        case _:
            raise AssertionError(node)
    atoms = [_atom(part, op) for part in parts]
    texts = [f"{type(a).__name__} {getattr(a, 'name', getattr(a, 'value', ''))!r}" for a in atoms]
    if what in ("Add", "Mult"):
        texts.sort()
    return f"{what}({', '.join(texts)})", frozenset(a.name for a in atoms if isinstance(a, Var))


def _atom(node: gast.AST, op: Op) -> Atom:
    number = hole(node)
    return Const(node.value) if number is None else op.args[number]

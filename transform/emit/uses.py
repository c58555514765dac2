"""Where temporaries are defined and used: which of them may be folded into their use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adjoint.transform.emit.templates import ALWAYS, op_operands, operands
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Const,
    Define,
    Effect,
    For,
    Function,
    If,
    Keep,
    Op,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    binds,
    blocks_of,
    iter_atoms,
    reads,
    walk,
)  # fmt: skip

BRANCHES = 2  # of an `If`

Operand = tuple[Atom, str]


def stmt_operands(stmt: Stmt) -> list[Operand]:
    """The atoms that a statement reads, in the order in which its text evaluates them."""
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
            return op_operands(op)
        case Assign(value=value) | Unpack(value=value) | Return(value=value) | Augment(value=value):
            return [(value, ALWAYS)]  # type: ignore[list-item]
        case Store(place=place, operator="", value=value):
            return [(value, ALWAYS), *op_operands(place)]
        case Store(place=place, value=value):
            return [*op_operands(place), (value, ALWAYS)]
        case Keep(template=template, args=args):
            return operands(template, args)
        case Try(catches=catches):
            return [(atom, ALWAYS) for atom in catches]
        case If(test=test):
            return [(test, ALWAYS)]
        case For(iterable=iterable):
            return [(atom, ALWAYS) for atom in iter_atoms(iterable)]
        case Define(function=function):
            return [(atom, ALWAYS) for atom in defaults(function)]
    return []  # `While` reads its test at the end of `before`


def defaults(function: Function) -> list[Atom]:
    """The defaults of a nested function: atoms, evaluated where it is defined."""
    found = [param.default for param in function.params if param.has_default]
    return [atom if isinstance(atom, Atom) else Const(atom) for atom in found]


def conditional_target(stmt: Stmt) -> Var | None:
    """The temporary that both branches of an `If` end by assigning and nothing else does."""
    match stmt:
        case Try():
            return None
        case If(body=(*_, Assign(target=first)), orelse=(*_, Assign(target=second))):
            bound = [var for inner in (*stmt.body, *stmt.orelse) for var in binds(inner)]
            if first == second and first.is_temporary and bound.count(first) == BRANCHES:
                return first
    return None


def short_circuit(stmt: If) -> str | None:
    """`and`, `or`: the branch that assigns the test itself says which; `None` if neither does."""
    match stmt:
        case If(test=test, orelse=(Assign(value=Var() | Const() as value),)) if _same(test, value):
            return "and"
        case If(test=test, body=(Assign(value=Var() | Const() as value),)) if _same(test, value):
            return "or"
    return None


def _same(first: Atom, second: Atom) -> bool:
    """Whether two atoms are the same; `1`, `1.0` and `True` are not."""
    if isinstance(first, Const) and isinstance(second, Const):
        return type(first.value) is type(second.value) and first.value == second.value
    return first == second


@dataclass(frozen=True, slots=True)
class Uses:
    """How the temporaries of a function, and the variables of its loops, are used.

    counts: how often each temporary is used. foldable: those bound once and used once, both
    directly in the same block. buildable: those bound once and used twice, in their own block and
    somewhere else (the list of a comprehension). leaking: the variables that are bound or read
    outside the loops whose targets they are. captured: the variables that nested functions read
    whenever they are called. primal: in forward mode, the names that share no memory with any
    others.
    """

    counts: Mapping[str, int]
    foldable: frozenset[str]
    buildable: frozenset[str]
    leaking: frozenset[str]
    captured: frozenset[str]
    primal: frozenset[str] = frozenset()


def uses(fn: Function) -> Uses:
    """How often and where the temporaries of a function are used."""
    bound: defaultdict[str, list[int]] = defaultdict(list)
    used: defaultdict[str, list[int]] = defaultdict(list)
    for name, block, is_use in _events(fn.body, [0]):
        (used if is_use else bound)[name].append(block)
    once = {name: blocks[0] for name, blocks in bound.items() if len(blocks) == 1}
    return Uses(
        {name: len(blocks) for name, blocks in used.items()},
        frozenset(name for name, block in once.items() if used[name] == [block]),
        frozenset(
            name for name, block in once.items()
            if used[name].count(block) == 1 and len(used[name]) == 1 + 1
        ),
        frozenset(_leaking(fn, frozenset())),
        frozenset(_captured(fn)),
    )  # fmt: skip


def _captured(fn: Function) -> Iterator[str]:
    for stmt in walk(fn.body):
        if isinstance(stmt, Define):
            yield from stmt.function.captures
            yield from _captured(stmt.function)


def pattern(loop: For) -> frozenset[str]:
    """The variables that a loop's target binds: itself, or those it is unpacked into."""
    names = {loop.target.name}
    for stmt in loop.body:
        if not (isinstance(stmt, Unpack) and stmt.value in {Var(name) for name in names}):
            break
        names |= {var.name for var in stmt.targets}
    return frozenset(names)


def _leaking(fn: Function, inside: frozenset[str]) -> Iterator[str]:
    yield from (param.name for param in fn.params)
    yield from _leaking_of_block(fn.body, inside)


def _leaking_of_block(block: Block, inside: frozenset[str]) -> Iterator[str]:
    for stmt in block:
        own = inside | pattern(stmt) if isinstance(stmt, For) else inside
        touched = [atom.name for atom in reads(stmt) if isinstance(atom, Var)]
        yield from (name for name in touched if name not in inside)
        yield from (var.name for var in binds(stmt) if var.name not in own)
        if isinstance(stmt, Define):
            yield from _leaking(stmt.function, inside)
        for inner in blocks_of(stmt):
            yield from _leaking_of_block(inner, own)


Event = tuple[str, int, bool]


def _events(block: Block, counter: list[int], last: Atom | None = None) -> Iterator[Event]:
    """Every binding and use of a temporary: its name, the block's number, and whether it is a use.

    Args:
        block: the statements.
        counter: how many blocks were numbered so far.
        last: an atom that is read at the end of the block.
    """
    counter[0] += 1
    here = counter[0]
    for stmt in block:
        for atom, _ in stmt_operands(stmt):
            if isinstance(atom, Var) and atom.is_temporary:
                yield atom.name, here, True
        yield from _inner_events(stmt, here, counter)
    if isinstance(last, Var) and last.is_temporary:
        yield last.name, here, True


def _inner_events(stmt: Stmt, here: int, counter: list[int]) -> Iterator[Event]:
    for var in binds(stmt):
        if var.is_temporary:
            yield var.name, here, False
    match stmt:
        case Define(function=function):
            yield from _events(function.body, counter)
        case While(before=before, test=test, body=body, orelse=orelse):
            yield from _events(before, counter, test)
            yield from _events(body, counter)
            yield from _events(orelse, counter)
        case If():
            yield from _if_events(stmt, here, counter)
        case _:
            for block in blocks_of(stmt):
                yield from _events(block, counter)


def _if_events(stmt: If, here: int, counter: list[int]) -> Iterator[Event]:
    """A conditional expression binds its target once, and reads its test once as `and` or `or`."""
    target = conditional_target(stmt)
    word = short_circuit(stmt) if target is not None else None
    if target is not None:
        yield target.name, here, False
    same = {"and": stmt.orelse, "or": stmt.body}.get(word or "")
    for block in (stmt.body, stmt.orelse):
        if block is not same:
            yield from (
                event for event in _events(block, counter)
                if target is None or event[0] != target.name or event[2]
            )  # fmt: skip

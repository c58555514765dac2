"""Webs: give every independent use of a name a name of its own.

`x = np.sin(x); x = x * x` reuses one name for three values that never meet. Each set of bindings
that may reach a common read (a web) keeps one name; where a name has several webs, the later ones
get a suffix. In straight-line code every value then has its own name, so that the reverse sweep
finds it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from adjoint.transform.analyses.caught import read_if_caught
from adjoint.transform.analyses.versions import Version, Versions, versions
from adjoint.transform.derive.build import Names, substitute_iter, substitute_op
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Define,
    Effect,
    For,
    Function,
    If,
    Keep,
    Op,
    Range,
    Return,
    Rhs,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    walk,
)  # fmt: skip

Change = Callable[[Atom], Atom]


def split_webs(fn: Function, names: Names, reserved: frozenset[str] = frozenset()) -> Function:
    """The same function, each web under a name of its own, none (but parameters) a reserved one."""
    found = versions(fn, {})
    groups = _groups(fn, found)
    defined = [s for s in walk(fn.body) if isinstance(s, Define)]  # known by their names
    held = {s.target.name for s in defined} | {n for s in defined for n in s.function.captures}
    chosen: dict[int, str] = {}
    taken: set[str] = set()

    def name_of(version: Version) -> str:
        root = _root(version.number, groups)
        if root not in chosen:
            plain = version.name.startswith("%") or version.name in held
            free = version.name not in taken and version.name not in reserved
            if plain or free or version.what == "parameter":
                chosen[root] = version.name
            else:
                chosen[root] = names.fresh(version.name)
            taken.add(version.name)
        return chosen[root]

    for param in fn.params:
        name_of(found.start[param.name])
    return replace(fn, body=_block(fn.body, found, name_of))


def _groups(fn: Function, found: Versions) -> dict[int, int]:
    groups: dict[int, int] = {}
    elements, wanted = _elements(fn), _wanted(fn, found)
    caught = read_if_caught(fn.body)

    def meets(version: Version) -> bool:
        """Whether values of a name meet here: an element that nobody reads afterwards does not."""
        return version.name not in elements or version.number in wanted

    def unite(a: Version | None, b: Version | None) -> None:
        if a is not None and b is not None:
            groups[_root(a.number, groups)] = _root(b.number, groups)

    for stmt in walk(fn.body):
        before, after = found.before.get(id(stmt), {}), found.after.get(id(stmt), {})
        for version in filter(meets, after.values()):
            for merged in version.merges:
                unite(version, merged)
        if isinstance(stmt, Augment):
            unite(before.get(stmt.target.name), after.get(stmt.target.name))
        if isinstance(stmt, Try) and stmt.catches:  # the body may be left after any binding
            known = dict(before)
            for inner in walk(stmt.body):
                for version in found.after.get(id(inner), {}).values():
                    unite(version, known.setdefault(version.name, version))
            read = caught.get(id(stmt), frozenset())
            for inner in walk(stmt.orelse):
                for name in read & found.before[id(inner)].keys() & known.keys():
                    unite(found.before[id(inner)][name], known[name])
        if isinstance(stmt, For | While):
            for name, head in found.heads[id(stmt)].items():
                carried = head.what == "head"
                if not meets(head) or (not carried and name in elements):
                    continue
                for merged in (*head.merges, *_last(after, name)):
                    unite(head, merged)
                unite(head, after.get(name))
    return groups


def _last(after: Mapping[str, Version], name: str) -> tuple[Version, ...]:
    """What a name holds at the end of a round and before the first, where it is bound in a loop."""
    return after[name].merges if name in after else ()


def _elements(fn: Function) -> frozenset[str]:
    """The names that loops give the elements of what they run over (not mere counters)."""
    found: set[str] = set()
    for stmt in walk(fn.body):
        if isinstance(stmt, For) and not isinstance(stmt.iterable, Range):
            found.add(stmt.target.name)
        elif isinstance(stmt, Unpack) and stmt.value in {Var(name) for name in found}:
            found |= {target.name for target in stmt.targets}
    return frozenset(found)


def _wanted(fn: Function, found: Versions) -> frozenset[int]:
    """The versions that are read, or that meet in one that is."""
    pending = [v for stmt in walk(fn.body) for v in found.before.get(id(stmt), {}).values()]
    rounds = {
        head.number: _last(found.after[loop], name)
        for loop, heads in found.heads.items() for name, head in heads.items()
        if head.what == "head"
    }  # fmt: skip
    wanted: set[int] = set()
    while pending:
        version = pending.pop()
        if version.number not in wanted:
            wanted.add(version.number)
            pending += (*version.merges, *rounds.get(version.number, ()))
    return frozenset(wanted)


def _root(number: int, groups: dict[int, int]) -> int:
    while groups.get(number, number) != number:
        number = groups[number]
    return number


def _block(block: Block, found: Versions, name_of: Callable[[Version], str]) -> Block:
    return tuple(_stmt(stmt, found, name_of) for stmt in block)


def _stmt(stmt: Stmt, found: Versions, name_of: Callable[[Version], str]) -> Stmt:
    before, after = found.before.get(id(stmt), {}), found.after.get(id(stmt), {})

    def read(atom: Atom) -> Atom:
        if isinstance(atom, Var) and atom.name in before:
            return Var(name_of(before[atom.name]))
        return atom

    def bound(var: Var) -> Var:
        return Var(name_of(after[var.name])) if var.name in after else var

    def rhs(value: Rhs) -> Rhs:
        return substitute_op(value, read) if isinstance(value, Op) else read(value)

    match stmt:
        case Assign(target=target, value=value):
            new = rhs(value)
            return replace(stmt, target=bound(target), value=new)
        case Unpack(targets=targets, value=value):
            source = read(value)
            return replace(stmt, targets=tuple(bound(t) for t in targets), value=source)
        case Store(place=place, value=value):
            return replace(stmt, place=substitute_op(place, read), value=read(value))
        case Augment(target=target, value=value):
            return replace(stmt, target=bound(target), value=read(value))
        case Effect(value=op):
            return replace(stmt, value=substitute_op(op, read))
        case Keep(args=args):
            return replace(stmt, args=tuple(read(a) for a in args))
        case If(test=test, body=body, orelse=orelse):
            return replace(stmt, test=read(test), body=_block(body, found, name_of),
                           orelse=_block(orelse, found, name_of))  # fmt: skip
        case For(target=target, iterable=iterable, body=body):
            element = found.heads[id(stmt)][target.name]
            return replace(stmt, target=Var(name_of(element)), body=_block(body, found, name_of),
                           iterable=substitute_iter(iterable, read))  # fmt: skip
        case While(before=first, test=test, body=body):
            return replace(stmt, before=_block(first, found, name_of), test=read(test),
                           body=_block(body, found, name_of))  # fmt: skip
        case With(context=context, target=as_target, body=body):
            return replace(stmt, context=substitute_op(context, read),
                           target=None if as_target is None else bound(as_target),
                           body=_block(body, found, name_of))  # fmt: skip
        case Return(value=value):
            return replace(stmt, value=read(value))
        case Define(target=target):
            return replace(stmt, target=bound(target))
    return stmt

"""The tangents of containers: the same is done with the tangents of what they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import gast

from adjoint.transform.analyses.classes import record_fields
from adjoint.transform.analyses.container_calls import (
    DEEP_COPY,
    ENUMERATED,
    REPLACE,
    SOURCE,
    TRANSPOSED,
)
from adjoint.transform.analyses.containers import entries
from adjoint.transform.analyses.kind import Kind, may_lack_axes
from adjoint.transform.closures import CLOSURE
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.pull_common import refuse
from adjoint.transform.forward.facts import Facts, Out, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.shapes import named, tangent
from adjoint.transform.forward.stores import elements_zero, together
from adjoint.transform.forward.zeros import NOTHING
from adjoint.transform.ir.nodes import Assign, Atom, Const, Effect, Op, Ref, Rhs, Stmt, Var
from adjoint.transform.ir.places import hole, operand
from adjoint.transform.refusals import unsupported

_COPIES = ("list.copy", DEEP_COPY, "method:copy")
REPLACED = "record:replaced"
DISPLAYS = ("tuple", "list", "dict")
_VIEWS = ("method:values", "method:items")


def container_tangent(
    stmt: Assign, op: Op, state: State, facts: Facts, out: Out
) -> Rhs | None:
    """The tangent of what makes a container, or reads from one; None of every other operation.

    Raises:
        UnsupportedSyntax: what is differentiated becomes a key, or stands in a set.
    """
    head = op.prim.partition(":")[0]
    if op.prim in ("tuple", "list"):
        return _display(op, state, facts, out)
    if op.prim == "dict":
        return _dict(stmt, op, state, facts, out)
    if op.prim == REPLACE:
        return _replaced(op, state, facts, out)
    if head == "record":
        return _record(op, state, facts, out)
    if op.prim == "index":
        return _mirrored(op, (0,), state, facts, out)
    if head == "attribute":
        return _attribute(op, state, facts, out)
    if op.prim in (*_COPIES, TRANSPOSED, "elements:reversed"):
        return _mirrored(op, (0,), state, facts, out)
    if op.prim == "elements:zip":
        return _zipped(op, state, facts, out)
    if op.prim == ENUMERATED:
        atoms = {"d": tangent(op.args[0], state, facts, out)}
        return expression("zip([0.0] * len(d), d)", atoms, "elements:zip")
    if op.prim == "elements:sorted":
        return _sorted(op, state, facts, out)
    if op.prim in ("binary:+", "binary:*"):
        return _joined(stmt, op, state, facts, out)
    if op.prim == "method:get" and _is_container(op, facts):
        return _mirrored(op, (0, *range(2, len(op.args))), state, facts, out)
    if op.prim in _VIEWS and _is_container(op, facts):
        return _mirrored(op, (0,), state, facts, out)
    if op.prim.startswith(CLOSURE):
        return _closure(op, state, facts, out)
    return None


def _is_container(op: Op, facts: Facts) -> bool:
    return facts.kind(op.args[0]).is_container


def _mirrored(
    op: Op, places: tuple[int, ...], state: State, facts: Facts, out: Out
) -> Op:
    """The operation of tangents in place of the operands at some places."""
    args = list(op.args)
    for i in places:
        args[i] = tangent(args[i], state, facts, out)
    return replace(op, args=tuple(args))


def _display(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`(a, *b)`: of every element its tangent."""
    args = [
        elements_zero(arg, facts, out)
        if op.roles[i : i + 1] == ("*",) and not facts.is_active(arg)
        else tangent(arg, state, facts, out)
        for i, arg in enumerate(op.args)
    ]
    return replace(op, args=tuple(args), template=_all_given(op))


def _all_given(op: Op) -> gast.AST:
    """The call of a named tuple, with what it leaves out: a default is a value, and no tangent."""
    template = op.template
    if not isinstance(op.callee, Ref) or not isinstance(template, gast.Call):
        return template
    shown = {hole(node) for node in gast.walk(template)}
    names = record_fields(op.callee.value) or ()
    more = [
        gast.keyword(name, operand(i))
        for i, name in enumerate(names)
        if i not in shown
    ]
    return gast.Call(template.func, template.args, [*template.keywords, *more])


def _dict(stmt: Assign, op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`{k: v, **other}`: under the same keys the tangents."""
    places = list(entries(op))
    if any(facts.is_active(op.args[place - 1]) for place, other in places if not other):
        raise unsupported(stmt.span, "a derivative flows through the keys of this dict",
                          "keep in the values what is differentiated")  # fmt: skip
    return _mirrored(op, tuple(place for place, _ in places), state, facts, out)


def _record(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """An object that is made of its fields, in order."""
    roles = op.roles or ("",) * len(op.args)
    args = tuple(arg for arg, role in zip(op.args, roles, strict=True) if role != SOURCE)
    names = _field_names(op)[: len(args)]
    return _with_keywords("object_tangent", names, args, state, facts, out)


def _field_names(op: Op) -> tuple[str, ...]:
    if op.prim == REPLACED:
        return tuple(keyword.arg for keyword in op.template.keywords)
    assert isinstance(op.callee, Ref)
    return record_fields(op.callee.value) or ()


def _with_keywords(
    function: str, names: tuple[str, ...], args: tuple[Atom, ...],
    state: State, facts: Facts, out: Out, first: tuple[Atom, ...] = (),
) -> Op:  # fmt: skip
    """`function(first, a=a_dot, b=b_dot)`."""
    atoms: dict[str, Atom] = {f"f{i}": atom for i, atom in enumerate(first)}
    shown = list(atoms)
    for i, (name, arg) in enumerate(zip(names, args, strict=True)):
        atoms[f"a{i}"] = tangent(arg, state, facts, out)
        shown.append(f"{name}=a{i}")
    return expression(f"{function}({', '.join(shown)})", atoms)


def _replaced(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`replace(p, x=v)` of a dataclass, `p._replace(x=v)` of a named tuple."""
    if facts.kind(op.args[0]).tag == "tuple":
        return _mirrored(op, tuple(range(len(op.args))), state, facts, out)
    source = tangent(op.args[0], state, facts, out)
    rest = op.args[1:]
    return _with_keywords("replaced_tangent", op.roles[1:], rest, state, facts, out, (source,))


def _attribute(op: Op, state: State, facts: Facts, out: Out) -> Rhs:
    """`p.w`: the field of that name; zero of what the object does not keep itself."""
    base, name = op.args[0], op.prim.removeprefix("attribute:")
    held = tangent(base, state, facts, out)
    kind = facts.kind(base)
    if name in kind.names:
        return replace(op, args=(held,))
    value = named(out, op, facts)
    return call("field_tangent", held, Const(name), value)


def _zipped(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`zip(a, b)`: of every element its tangent."""
    args = [
        arg if role != ""
        else tangent(arg, state, facts, out) if facts.is_active(arg)
        else elements_zero(arg, facts, out)
        for arg, role in zip(op.args, op.roles, strict=True)
    ]  # fmt: skip
    return replace(op, args=tuple(args))


def _sorted(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`sorted_tangent(xs_dot, xs, key=..., reverse=...)`."""
    source = op.args[0]
    atoms: dict[str, Atom] = {"d": tangent(source, state, facts, out), "x": source}
    text = "sorted_tangent(d, x"
    for role, arg in zip(op.roles[1:], op.args[1:], strict=True):
        atoms[role] = arg
        text += f", {role}={role}"
    return expression(f"{text})", atoms)


def _joined(stmt: Stmt, op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`xs + ys` and `xs * 3` of lists."""
    sized = [facts.kind(a).tag in ("list", "tuple") for a in op.args]
    if op.prim == "binary:+" and all(sized):
        return _mirrored(op, (0, 1), state, facts, out)
    if op.prim == "binary:*" and any(sized) and not all(sized):
        place = sized.index(True)
        if not facts.is_active(op.args[1 - place]):
            return _mirrored(op, (place,), state, facts, out)
    refuse(stmt, op)
    raise AssertionError(op.prim)


def _closure(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """What a function holds: a dict of the tangents of that, by name, inside out."""
    held: dict[str, object] = {}
    for role, arg in zip(op.roles, op.args, strict=True):
        *path, last = role.split(".")
        inner = held
        for name in path:
            inner = inner.setdefault(name, {})  # type: ignore[assignment]
        inner[last] = tangent(arg, state, facts, out) if facts.is_active(arg) else NOTHING
    atoms: dict[str, Atom] = {}
    return expression(_shown(held, atoms), atoms, "dict")


def _shown(held: dict[str, object], atoms: dict[str, Atom]) -> str:
    parts = []
    for name, value in held.items():
        if isinstance(value, dict):
            parts.append(f"{name!r}: {_shown(value, atoms)}")
        else:
            hole = f"a{len(atoms)}"
            atoms[hole] = value  # type: ignore[assignment]
            parts.append(f"{name!r}: {hole}")
    return "{" + ", ".join(parts) + "}"


# What changes a container in place


def change(stmt: Effect | Assign, op: Op, state: State, facts: Facts) -> list[Stmt] | None:
    """A method that changes a list, dict or array, and the same done with the tangents.

    None where it is no such method, or nothing active is changed.
    """
    name = op.prim.removeprefix("method:")
    make = _CHANGES.get(name)
    if name == op.prim or not facts.is_active(op.args[0]):
        return None
    kind = facts.kind(op.args[0])
    if name == "fill" and not kind.is_container:
        return _filled(stmt, op, kind, state, facts)
    if make is None:
        return None
    if kind.tag == "record":  # what a method of that name does, or `del p[i]`, its class says
        if facts.reached.get(id(stmt)):
            refuse(stmt, op)
        return None
    if not kind.is_container and kind.tag != "any":
        return None
    out: Out = []
    done = make(op, state, facts, out)
    if isinstance(stmt, Assign):
        target = stmt.target
        held = dot(target.name, facts)
        taken = Assign(held, done) if facts.is_active(target) else Effect(done)
        return [*out, *together(taken, stmt, facts)]
    if name == "remove":
        return [*out, Effect(done), stmt]
    return [*out, *together(Effect(done), stmt, facts)]


def _filled(
    stmt: Effect | Assign, op: Op, kind: Kind, state: State, facts: Facts
) -> list[Stmt]:
    """`a.fill(v)`; numbers of NumPy's have the method, too, and stay as they are."""
    if kind.is_number:
        return [stmt]
    out: Out = []
    done = _last(op, state, facts, out)
    checked = may_lack_axes(kind) or kind.undecided
    if not checked or not isinstance(done.args[0], Var):
        return [*out, *together(Effect(done), stmt, facts)]
    held = done.args[0]
    atoms = {"d": held, "v": done.args[1], "a": op.args[0]}
    filled = Assign(held, expression("fill_tangent(d, v, a)", atoms, "derived.pop"))
    return [*out, *together(filled, stmt, facts)]


def _last(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """The last argument is a value: `xs.append(v)`, `xs.insert(i, v)`, `d.setdefault(k, v)`."""
    return _mirrored(op, (0, len(op.args) - 1), state, facts, out)


def _elements(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """The argument holds values: `xs.extend(ys)`."""
    more = op.args[1]
    given = tangent(more, state, facts, out) if facts.is_active(more) else (
        elements_zero(more, facts, out)
    )
    return replace(op, args=(tangent(op.args[0], state, facts, out), given))


def _taken(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`xs.pop(i)`, `d.pop(k, default)`."""
    return _mirrored(op, (0, *range(2, len(op.args))), state, facts, out)


def _itself(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`xs.clear()`, `xs.reverse()`."""
    return _mirrored(op, (0,), state, facts, out)


def _updated(op: Op, state: State, facts: Facts, out: Out) -> Op:
    """`d.update(other, a=v)`."""
    return _mirrored(op, tuple(range(len(op.args))), state, facts, out)


def _removed(op: Op, state: State, facts: Facts, out: Out) -> Op:
    atoms = {"d": tangent(op.args[0], state, facts, out), "x": op.args[0], "v": op.args[1]}
    return expression("remove_tangent(d, x, v)", atoms, "derived.push")


_CHANGES: dict[str, Callable[[Op, State, Facts, Out], Op]] = {
    "append": _last,
    "appendleft": _last,
    "insert": _last,
    "setdefault": _last,
    "extend": _elements,
    "pop": _taken,
    "popleft": _taken,
    "clear": _itself,
    "reverse": _itself,
    "update": _updated,
    "remove": _removed,
}

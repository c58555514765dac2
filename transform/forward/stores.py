"""The tangents of writes: into parts of arrays and containers, and `x += v`."""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.analyses.operations import resolve_op
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.forward.assign import assigned
from adjoint.transform.forward.facts import Facts, Out, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.rules import rule_tangent
from adjoint.transform.forward.shapes import complete, named, tangent
from adjoint.transform.ir.nodes import Assign, Atom, Augment, Op, Stmt, Store, Var
from adjoint.transform.ir.places import index_parts
from adjoint.transform.refusals import unsupported

Env = dict[str, Version]


def store(stmt: Store, state: State, facts: Facts) -> list[Stmt]:
    """`a[i] = v` and its like, and the same write into the tangent of `a`.

    Raises:
        UnsupportedSyntax: what the store does is said by the class of an object.
    """
    base, place, value = stmt.base, stmt.place, stmt.value
    if not facts.is_active(base):
        return [stmt]
    assert isinstance(base, Var)
    kind = facts.kind(base)
    if place.prim == "call" or (place.prim == "index" and kind.tag == "record"):
        raise unsupported(stmt.span, "what this assignment does is said by the object's class",
                          "call a method that assigns the attributes that are kept")  # fmt: skip
    out: Out = []
    complete(base.name, state, facts, out)
    here = replace(place, args=(dot(base.name, facts), *place.args[1:]))
    active = facts.is_active(value)
    if stmt.operator in ("*", "/"):
        _scaled(stmt, here, state, facts, out)
        return [*out, stmt]
    if stmt.operator and stmt.operator not in "+-":
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a part of this is not differentiated",
                          "write it in full: `a[i] = a[i] ...`")  # fmt: skip
    if not active and stmt.operator:
        return [*out, stmt]
    in_array = kind.tag == "array" or (kind.tag == "numeric" and place.prim == "index")
    if not active and in_array:
        return [*out, *together(replace(stmt, place=here, value=ZERO), stmt, facts)]
    given = _given(value, place, kind.is_container, state, facts, out)
    given = _cut(given, base, facts, out)
    return [*out, *together(replace(stmt, place=here, value=given), stmt, facts)]


def together(tangent_too: Stmt, stmt: Stmt, facts: Facts) -> tuple[Stmt, Stmt]:
    """A write and that into the tangent: this one first, but in a `try`, where writes may fail."""
    return (stmt, tangent_too) if facts.in_try else (tangent_too, stmt)


def _cut(given: Atom, base: Var, facts: Facts, out: Out) -> Atom:
    """The tangent of what is stored, none of which gets into an array of whole numbers."""
    if not facts.kind(base).may_cut_off:
        return given
    return named(out, call("cut_tangent", given, base), facts)


def _given(
    value: Atom, place: Op, container: bool, state: State, facts: Facts, out: Out
) -> Atom:
    """The tangent of what is stored; of a slice of a list, a list of them."""
    is_slice = place.prim == "index" and index_parts(place)[0].what != "at"
    if container and is_slice and not facts.is_active(value):
        return elements_zero(value, facts, out)
    return tangent(value, state, facts, out)


def elements_zero(value: Atom, facts: Facts, out: Out) -> Atom:
    """Tangents of zero for all elements of something, in a list."""
    return named(out, call("zero_tangents", value), facts)


def _scaled(stmt: Store, here: Op, state: State, facts: Facts, out: Out) -> None:
    """`a[i] *= v` and `a[i] /= v`: before it, because the value before is read."""
    value, old = stmt.value, facts.old.get(id(stmt))
    if not facts.is_active(value):
        out.append(replace(stmt, place=here))
        return
    assert isinstance(stmt.base, Var)
    before: Atom = old if old is not None else named(out, stmt.place, facts)
    atoms: dict[str, Atom] = {
        "d": named(out, here, facts), "old": before, "v": value,
        "g": _cut(tangent(value, state, facts, out), stmt.base, facts, out),
    }  # fmt: skip
    text = "d * v + old * g" if stmt.operator == "*" else "(d - old / v * g) / v"
    new = named(out, expression(text, atoms), facts)
    out.append(replace(stmt, place=here, operator="", value=new))


def augment(stmt: Augment, env: Env, after: Env, state: State, facts: Facts) -> list[Stmt]:
    """`x += v` and its like, of a number, an array or a list.

    Raises:
        UnsupportedSyntax: the operator is none of `+`, `-`, `*` and `/`, and others may see the
            array.
    """
    name, value = stmt.target.name, stmt.value
    if not facts.is_active(stmt.target):
        return [stmt]
    if facts.kind(stmt.target).is_container:
        return _augmented_container(stmt, state, facts)
    active, held = facts.is_active(value), dot(name, facts)
    out: Out = []
    complete(name, state, facts, out)
    match stmt.operator:
        case "+" | "-" if active:
            given = tangent(value, state, facts, out)
            return [*out, *together(replace(stmt, target=held, value=given), stmt, facts)]
        case "+" | "-":
            return [*out, stmt, *_grown(stmt, env, after, state, facts)]
        case "*" | "/" if active:
            given = tangent(value, state, facts, out)
            return [*out, *_scaled_sum(stmt, held, given, facts), stmt]
        case "*" | "/":
            return [*out, replace(stmt, target=held), stmt]
    if not _is_alone(name, facts):
        raise unsupported(stmt.span, f"`{stmt.operator}=` on an array that others may see is not "
                          "differentiated",
                          f"write `{name}[...] = {name} {stmt.operator} ...`")  # fmt: skip
    return [*out, *_as_assignment(stmt, env, after, state, facts)]


def _scaled_sum(stmt: Augment, held: Var, g: Atom, facts: Facts) -> Out:
    """The tangent of `x *= v` or `x /= v`, before it: in place where others may see the array."""
    x, v = stmt.target, stmt.value
    atoms: dict[str, Atom] = {"x": x, "v": v, "g": g, "d": held}
    if _is_alone(x.name, facts):
        text = "d * v + x * g" if stmt.operator == "*" else "(d - x / v * g) / v"
        return [Assign(held, expression(text, atoms))]
    out: Out = []
    text = "x * g" if stmt.operator == "*" else "x / v * g"
    change = named(out, expression(text, atoms), facts)
    scaled, sign = replace(stmt, target=held), "+" if stmt.operator == "*" else "-"
    changed = replace(stmt, target=held, operator=sign, value=change)
    return [*out, scaled, changed] if sign == "+" else [*out, changed, scaled]


def _is_alone(name: str, facts: Facts) -> bool:
    """Whether nobody else may hold the array of a name."""
    if facts.kind(Var(name)).is_number:
        return True
    parameter = any(p.name == name for p in facts.function.params)
    return not parameter and facts.classes.get(name, frozenset()) <= {name}


def _grown(stmt: Augment, env: Env, after: Env, state: State, facts: Facts) -> Out:
    """Where a number may have become an array: the tangent stays as it is, and may be smaller."""
    kind = facts.kind(stmt.target)
    if kind.tag == "array" or kind.is_number:
        return []
    before, whole = facts.shape(stmt.target, env), facts.shape(stmt.target, after)
    if before is not None and before == whole:
        return []
    state[stmt.target.name] = before or frozenset()
    out: Out = []
    if stmt.target.name in facts.written or stmt.target.name in facts.handed:
        complete(stmt.target.name, state, facts, out)
    return out


def _as_assignment(
    stmt: Augment, env: Env, after: Env, state: State, facts: Facts
) -> list[Stmt]:
    """`x **= v` as `x = x ** v`: nobody else sees whether the array is a new one."""
    atoms = {"a": stmt.target, "b": stmt.value}
    plain = expression(f"a {stmt.operator} b", atoms, f"binary:{stmt.operator}")
    op, _ = resolve_op(plain, facts.kinds, lambda called, _: (called, None, {}))
    if op.prim.startswith("binary:"):
        raise unsupported(stmt.span, f"`{stmt.operator}=` is not differentiated here",
                          "write it in full")  # fmt: skip
    out: Out = []
    made = Assign(stmt.target, op, stmt.span)
    return assigned(made, rule_tangent(made, op, env, after, state, facts, out), out, facts)


def _augmented_container(stmt: Augment, state: State, facts: Facts) -> list[Stmt]:
    """`xs += ys`, `xs *= 3`, `d |= other`: the same with the tangents."""
    held, out = dot(stmt.target.name, facts), Out()
    if stmt.operator == "*" and not facts.is_active(stmt.value):
        return [stmt, replace(stmt, target=held)]
    if stmt.operator == "+" and not facts.is_active(stmt.value):
        given = elements_zero(stmt.value, facts, out)
    elif stmt.operator in ("+", "|"):
        given = tangent(stmt.value, state, facts, out)
    else:
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a container is not differentiated",
                          "write out what it does")  # fmt: skip
    return [*out, stmt, replace(stmt, target=held, value=given)]

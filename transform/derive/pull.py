"""The adjoint of each kind of simple statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.runtime.helpers import HELPERS
from adjoint.runtime.rules import RULES, bind, pullback_text, rule_of
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.activity import differentiable_operands
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.resolve import atom_kind
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.calls import pull_call
from adjoint.transform.derive.cotangents import (
    Cotangent, Out, State, Sweep, accumulate, assign, ensure, flat, holder, link, protect,
)  # fmt: skip
from adjoint.transform.refusals import missing_rule, unsupported
from adjoint.transform.ir.nodes import (
    Assign, Atom, Augment, Const, Effect, Op, Ref, Stmt, Store, Unpack, Var,
)  # fmt: skip
from adjoint.transform.ir.places import Part, index_parts

Env = Mapping[str, Version]
_MIN_POWER = 3


def pull(stmt: Stmt, state: State, sweep: Sweep, out: Out) -> None:
    """Write the adjoint of one statement that holds no block."""
    versions = sweep.facts.versions
    env, after = versions.before.get(id(stmt), {}), versions.after.get(id(stmt), {})
    match stmt:
        case Assign(target=target, value=Op() as op):
            _pull_op(stmt, target, op, env, after, state, sweep, out)
        case Assign(target=target, value=value):
            _pull_alias(target, value, state, sweep, out)
        case Unpack():
            _pull_unpack(stmt, env, state, sweep, out)
        case Store():
            _pull_store(stmt, env, after, state, sweep, out)
        case Augment():
            _pull_augment(stmt, env, after, state, sweep, out)
        case Effect(value=op):
            _pull_effect(stmt, op, env, after, state, sweep, out)
        case _:
            pass


def _pull_alias(target: Var, value: object, state: State, sweep: Sweep, out: Out) -> None:
    g = state.pop(target.name, None)
    if g is None or target.name in sweep.facts.aliases.views:
        return
    if isinstance(value, Var) and sweep.is_active(value):
        _pass_on(value.name, g, state, sweep, out)


def _pass_on(name: str, g: Cotangent, state: State, sweep: Sweep, out: Out) -> None:
    """Give a cotangent, as it is, to another variable."""
    if name not in state and name not in sweep.facts.aliases.views:
        state[name] = g
    else:
        accumulate(name, flat(g, sweep, out), state, sweep, out, lazy=g.lazy)


def _pull_op(
    stmt: Stmt, target: Var, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    if target.name in sweep.facts.aliases.views:
        state.pop(target.name, None)
        return
    if op.prim == "call" and rule_of_callee(op) is None:
        pull_call(stmt, target, op, env, after, state, sweep, out)
        return
    if op.prim == "method:pop":
        _pull_pop(stmt, target, op, env, after, state, sweep, out)
        return
    g = state.pop(target.name, None)
    if g is None or not any(sweep.is_active(a) for a in differentiable_operands(op)):
        return
    if target in op.args and not is_rule(op.prim):  # `x = x[1:]`: d_x will be made anew
        g = _moved(g, sweep, out)
    if is_rule(op.prim):
        _pull_rule(stmt, target, op, g, env, after, state, sweep, out)
    elif op.prim == "index":
        _pull_index(op, g, env, state, sweep, out)
    elif op.prim in ("tuple", "list", "dict"):
        _pull_display(stmt, op, g, env, state, sweep, out)
    elif op.prim == "list.copy":
        _pull_list_copy(op, g, env, state, sweep, out)
    elif op.prim.startswith("attribute:"):
        _pull_attribute(op, g, env, state, sweep, out)
    elif op.prim == "method:copy":
        base = op.args[0]
        assert isinstance(base, Var)
        copied = call("own", flat(g, sweep, out))
        accumulate(base.name, copied, state, sweep, out, fresh=True, lazy=g.lazy)
    else:
        refuse(stmt, op)


def _moved(g: Cotangent, sweep: Sweep, out: Out) -> Cotangent:
    """The cotangent held by a temporary, so that its variable is free for another."""
    if isinstance(g.value, tuple):
        parts = tuple(None if p is None else _moved(p, sweep, out) for p in g.value)
        return replace(g, value=parts)
    kept = sweep.names.temporary("d")
    out.append(Assign(kept, g.value))
    return replace(g, value=kept)


def rule_of_callee(op: Op) -> Rule | None:
    """The rule of the function that a `call` calls, if it has one (its arguments do not fit it)."""
    return rule_of(op.callee.value) if isinstance(op.callee, Ref) else None


def refuse(stmt: Stmt, op: Op) -> None:
    """Raise: an operation through which a derivative flows has no rule."""
    head, _, name = op.prim.partition(":")
    if head == "call" and isinstance(op.callee, Ref):
        rule = rule_of(op.callee.value)
        if rule is not None:
            positional = [r for r in op.roles if r == ""]
            bind(rule, len(positional), [r for r in op.roles if r not in ("", "*", "**")])
        raise missing_rule(stmt.span, op.callee.text)
    shown = f"the method `.{name}()`" if head == "method" else f"`{name or head}`"
    raise unsupported(
        stmt.span,
        f"{shown} of this operand has no derivative rule",
        "write it with NumPy functions, or compute it where no derivative passes",
    )


# Rules


def _pull_rule(
    stmt: Stmt, target: Var, op: Op, g: Cotangent, env: Env, after: Env,
    state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    rule = RULES[op.prim]
    if rule.kind == "missing":
        raise missing_rule(stmt.span, rule.name, rule.why)
    incoming = flat(g, sweep, out)
    if g.lazy and rule.kind != "elementwise":
        like = sweep.value(after[target.name])
        incoming = assign(out, sweep.names, call("expand", incoming, like))
    atoms = {"ans": sweep.value(after[target.name])} if target.name in after else {}
    atoms |= {"g": incoming}  # type: ignore[dict-item]
    starred = [i for i, role in enumerate(op.roles) if role == rule.starred]
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        name = f"{role}_{starred.index(i)}" if i in starred else role
        atoms[name] = sweep.primal(arg, env)  # type: ignore[assignment]
    contributions: list[tuple[str, Op | Atom, bool]] = []
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        if role not in rule.differentiable or not sweep.is_active(arg):
            continue
        assert isinstance(arg, Var)
        text = _special(op, role) or pullback_text(rule, role, frozenset(op.roles))
        here = dict(atoms)
        if rule.starred is not None:
            text = _spread(text, rule.starred, len(starred))
        if i in starred:
            here["k"] = Const(starred.index(i))  # type: ignore[assignment]
        if rule.kind == "elementwise" and _may_broadcast(arg, target, env, after, sweep):
            text = f"unbroadcast({text}, {role})"
        if text == "g":
            contributions.append((arg.name, incoming, False))
            continue
        value = expression(text, here)
        if _special(op, role) == _SQUARE:  # x * x: both operands at once
            contributions.append((arg.name, value, True))
            break
        contributions.append((arg.name, value, is_fresh(value.template)))
    pending: list[tuple[str, Op | Atom, bool]] = [
        (name, value if len(contributions) == 1 or not isinstance(value, Op)
         else assign(out, sweep.names, value, holder(sweep, name)), fresh)
        for name, value, fresh in contributions
    ]  # fmt: skip
    for name, value, fresh in pending:
        lazy = g.lazy and rule.kind == "elementwise"
        if not fresh and len(pending) > 1 and g.borrows and isinstance(value, Var):
            value = assign(out, sweep.names, call("own", value))  # noqa: PLW2901
        handed_on = len(pending) == 1 and value == incoming and g.owned
        accumulate(
            name, value, state, sweep, out,
            fresh=(fresh and not lazy) or handed_on, lazy=lazy,
            borrows=frozenset() if fresh else g.borrows,
        )  # fmt: skip


_SQUARE = "2 * g * x"


def _special(op: Op, role: str) -> str | None:
    """Texts for arguments that are known: a square, a constant power, a constant factor."""
    if op.prim == "np.multiply" and len(op.args) == 2:  # noqa: PLR2004
        first, second = op.args
        if first == second and isinstance(first, Var):
            return _SQUARE.replace("x", op.roles[0])
        other = second if role == op.roles[0] else first
        if isinstance(other, Const):
            return f"{op.roles[1] if role == op.roles[0] else op.roles[0]} * g"
    if op.prim == "np.power" and role == op.roles[0] and isinstance(op.args[1], Const):
        exponent = op.args[1].value
        if type(exponent) is int and exponent == _MIN_POWER - 1:
            return _SQUARE.replace("x", op.roles[0])
        if type(exponent) is int and exponent >= _MIN_POWER:
            return f"{exponent} * g * {op.roles[0]} ** {exponent - 1}"
    if op.prim == "np.square":
        return _SQUARE.replace("x", op.roles[0])
    return None


def _spread(text: str, role: str, count: int) -> str:
    names = ", ".join(f"{role}_{i}" for i in range(count))
    if not count:
        text = re.sub(rf",\s*\*{role}\b", "", text)
    text = re.sub(rf"\*{role}\b", names, text)
    return re.sub(rf"\b{role}\b", f"({names},)" if count else "()", text)


def _may_broadcast(arg: Var, target: Var, env: Env, after: Env, sweep: Sweep) -> bool:
    """Whether the result may have another shape than one of its operands."""
    mine = sweep.shape(arg, env)
    return mine is None or mine != sweep.shape(target, after)


def is_fresh(template: gast.AST) -> bool:
    """Whether an expression gives an array that nothing else holds."""
    if isinstance(template, gast.BinOp | gast.UnaryOp):
        return True
    if not isinstance(template, gast.Call):
        return False
    name = gast.unparse(template.func).strip() if hasattr(gast, "unparse") else ""
    if name == "unbroadcast":
        return is_fresh(template.args[0])
    rule = RULES.get(name)
    if rule is not None:
        return rule.memory == "fresh"
    return name in HELPERS and name in _FRESH


_FRESH = frozenset({"own", "buffer", "zeros_like", "matmul_dx", "matmul_dy"})


# Reading parts


def is_basic(parts: tuple[Part, ...], sweep: Sweep) -> bool:
    """Whether a subscript is made of numbers, slices and new axes alone."""
    for part in parts:
        if part.what == "at":
            kind = atom_kind(part.at, sweep.facts.kinds) or ANY
            if not kind.is_number:
                return False
    return True


def _pull_index(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    base = op.args[0]
    assert isinstance(base, Var)
    like = sweep.primal(base, env)
    buffer = ensure(base.name, state, sweep, out, like)
    place = _place(op, buffer, env, sweep)
    container = sweep.kind(base.name).is_container
    if isinstance(g.value, tuple) and container:
        _add_parts(place, g, sweep, out)
        return
    value = flat(g, sweep, out)
    protect(buffer.name, base.name, state, sweep, out)
    if container and _holds_containers(base, sweep):
        total = call("accumulate", assign(out, sweep.names, place), value)
        out.append(Store(place, "", assign(out, sweep.names, total)))
    elif container or is_basic(index_parts(op), sweep):
        out.append(Store(place, "+", value))
    else:
        indices = _subscript(op, buffer, env, sweep)
        out.append(Effect(replace(indices, args=(*indices.args, value))))


def _holds_containers(base: Var, sweep: Sweep) -> bool:
    items = sweep.kind(base.name).items
    return not items or any(k.is_container or k.tag == "any" for k in items)


def _add_parts(place: Op, g: Cotangent, sweep: Sweep, out: Out) -> None:
    """Add the parts of a tuple to the parts of an element of a list."""
    assert isinstance(g.value, tuple)
    owner = assign(out, sweep.names, place)
    link(owner, place, sweep)
    for i, part in enumerate(g.value):
        if part is None:
            continue
        inner = expression(f"owner[{i}]", {"owner": owner}, "index")
        if isinstance(part.value, tuple):
            _add_parts(inner, part, sweep, out)
        else:
            out.append(Store(inner, "+", part.value))


def _place(op: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """The same subscript of the cotangent."""
    return replace(op, args=(buffer, *(sweep.primal(a, env) for a in op.args[1:])))


def _subscript(op: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """`add_at(d_a, index, $n)`: the subscript as a value, for a helper."""
    template = op.template
    assert isinstance(template, gast.Subscript)
    value = gast.Name(f"${len(op.args)}", gast.Load(), None, None)
    func = gast.Name("add_at", gast.Load(), None, None)
    index = _index_value(template.slice)
    args = (buffer, *(sweep.primal(a, env) for a in op.args[1:]))
    node = gast.Call(func, [template.value, index, value], [])
    return Op("derived.add_at", args, node)


def _index_value(node: gast.AST) -> gast.AST:
    """What stands inside brackets, as an expression: slices become `slice(...)`."""
    if isinstance(node, gast.Slice):
        none = gast.Constant(None, None)
        parts = [node.lower or none, node.upper or none]
        if node.step is not None:
            parts.append(node.step)
        return gast.Call(gast.Name("slice", gast.Load(), None, None), parts, [])
    if isinstance(node, gast.Tuple):
        return gast.Tuple([_index_value(e) for e in node.elts], gast.Load())
    return node


def _pull_attribute(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    base = op.args[0]
    assert isinstance(base, Var)
    buffer = ensure(base.name, state, sweep, out, sweep.primal(base, env))
    place = replace(op, args=(buffer,))
    kind = sweep.kind(base.name)
    if kind.tag == "tuple":  # a named tuple: its cotangent is a list
        position = kind.names.index(op.prim.removeprefix("attribute:"))
        place = expression(f"d[{position}]", {"d": buffer}, "index")
    value = flat(g, sweep, out)
    if isinstance(g.value, tuple):
        total = call("accumulate", assign(out, sweep.names, place), value)
        out.append(Store(place, "", assign(out, sweep.names, total)))
    else:
        out.append(Store(place, "+", value))


def _pull_display(
    stmt: Stmt, op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    if "*" in op.roles or "**" in op.roles:
        raise unsupported(stmt.span, "a starred element of a display is not differentiated yet",
                          "write the elements out, or join lists with `+`")  # fmt: skip
    elements = op.args[1::2] if op.prim == "dict" else op.args
    for i, arg in enumerate(elements):
        if not sweep.is_active(arg):
            continue
        assert isinstance(arg, Var)
        if isinstance(g.value, tuple):
            part = g.value[i]
            if part is not None:
                once = sum(a == arg for a in elements) == 1
                part = part if once else replace(part, owned=False)  # noqa: PLW2901
                _pass_on(arg.name, part, state, sweep, out)
            continue
        key = sweep.primal(op.args[2 * i], env) if op.prim == "dict" else Const(i)
        value = expression("g[key]", {"g": g.value, "key": key})
        accumulate(arg.name, value, state, sweep, out, lazy=True)


def _pull_list_copy(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    base = op.args[0]
    assert isinstance(base, Var)
    value = flat(g, sweep, out)
    if sweep.kind(base.name).is_container:
        copied = call("own", value)
        accumulate(base.name, copied, state, sweep, out, fresh=True, lazy=g.lazy)
    else:
        stacked = call("stack_like", value, sweep.primal(base, env))
        accumulate(base.name, stacked, state, sweep, out, fresh=True)


# Unpacking


def _pull_unpack(stmt: Unpack, env: Env, state: State, sweep: Sweep, out: Out) -> None:
    parts = tuple(state.pop(t.name, None) for t in stmt.targets)
    source = stmt.value
    if all(p is None for p in parts) or not isinstance(source, Var):
        return
    if not sweep.is_active(source):
        return
    if stmt.star is not None:
        raise unsupported(stmt.span, "a starred target is not differentiated yet",
                          "take the parts by subscripts, `first, rest = x[0], x[1:]`")  # fmt: skip
    if any(t == source for t in stmt.targets):
        parts = tuple(None if p is None else _moved(p, sweep, out) for p in parts)
    if source.name not in state and sweep.kind(source.name).tag == "tuple":
        state[source.name] = Cotangent(parts)
        return
    buffer = ensure(source.name, state, sweep, out, sweep.primal(source, env))
    protect(buffer.name, source.name, state, sweep, out)
    nested = sweep.kind(source.name).is_container and _holds_containers(source, sweep)
    for i, part in enumerate(parts):
        if part is None:
            continue
        place = expression(f"d[{i}]", {"d": buffer}, "index")
        value = flat(part, sweep, out)
        if nested:
            total = call("accumulate", assign(out, sweep.names, place), value)
            out.append(Store(place, "", assign(out, sweep.names, total)))
        else:
            out.append(Store(place, "+", value))


# Writing


def _pull_store(
    stmt: Store, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    base, place = stmt.base, stmt.place
    if not isinstance(base, Var) or not sweep.is_active(base):
        return
    view = base.name in sweep.facts.aliases.views
    if base.name not in state and not view:
        return
    if place.prim != "index":
        raise unsupported(stmt.span, "an attribute that is assigned is not differentiated yet",
                          "use a local variable, and pass it on")  # fmt: skip
    buffer = ensure(base.name, state, sweep, out, sweep.primal(base, after))
    here = _place(place, buffer, env, sweep)
    parts = index_parts(place)
    if sweep.kind(base.name).is_container:
        _pull_item_store(stmt, here, parts, state, sweep, out)
        return
    value = stmt.value
    active = sweep.is_active(value)
    taken: Op | None = None
    if active:
        assert isinstance(value, Var)
        taken = here if is_basic(parts, sweep) else _gather(place, buffer, env, sweep)
    if stmt.operator in ("+", "-"):
        if active:
            assert isinstance(value, Var) and taken is not None
            sign = "-" if stmt.operator == "-" else ""
            _give_stored(value, taken, sign, env, state, sweep, out, buffer.name)
        return
    if stmt.operator in ("*", "/"):
        _pull_scaled_store(stmt, here, buffer, env, state, sweep, out)
        return
    if stmt.operator:
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a part of an array is not "
                          "differentiated yet", "write `a[i] = a[i] ... ` in full")  # fmt: skip
    g: Atom | None = None
    if active and taken is not None:
        whole = is_basic(parts, sweep)
        scalar = _gives_number(place, sweep)
        copied = expression("d.copy()", {"d": assign(out, sweep.names, taken)})
        g = assign(out, sweep.names, copied if whole and not scalar else taken)
    protect(buffer.name, base.name, state, sweep, out)
    out.append(Store(here, "", ZERO))
    if g is not None:
        assert isinstance(value, Var)
        _give(value, g, "", env, state, sweep, out, fresh=True, number=_gives_number(place, sweep))


def _gather(place: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """`gather_stored(d_a, index)`: where an index repeats, only the last store counts."""
    scatter = _subscript(place, buffer, env, sweep)
    node = scatter.template
    assert isinstance(node, gast.Call)
    func = gast.Name("gather_stored", gast.Load(), None, None)
    return Op("derived.gather", scatter.args, gast.Call(func, node.args[:2], []))


def _gives_number(place: Op, sweep: Sweep) -> bool:
    base = place.args[0]
    assert isinstance(base, Var)
    kind = sweep.kind(base.name)
    parts = index_parts(place)
    if kind.tag != "array" or kind.ndim is None or not is_basic(parts, sweep):
        return False
    return kind.ndim == len(parts) and all(p.what == "at" for p in parts)


def _give_stored(
    value: Var, taken: Op, sign: str, env: Env, state: State, sweep: Sweep, out: Out, owner: str
) -> None:
    g = assign(out, sweep.names, taken)
    _give(value, g, sign, env, state, sweep, out, borrows=frozenset({owner}))


def _give(
    value: Var, g: Atom, sign: str, env: Env, state: State, sweep: Sweep, out: Out,
    fresh: bool = False, borrows: frozenset[str] = frozenset(), number: bool = False,
) -> None:  # fmt: skip
    """Add a cotangent taken from a stored place, summed over what was broadcast."""
    if number:
        if sign:
            accumulate(value.name, expression("-g", {"g": g}), state, sweep, out, fresh=True)
        else:
            accumulate(value.name, g, state, sweep, out, fresh=True)
        return
    text = f"unbroadcast({sign}g, x)"
    summed = expression(text, {"g": g, "x": sweep.primal(value, env)})
    accumulate(value.name, summed, state, sweep, out, fresh=fresh or bool(sign), borrows=borrows)


def _pull_scaled_store(
    stmt: Store, here: Op, buffer: Var, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`a[i] *= v` and `a[i] /= v`: what stood there is read again from the value before."""
    value, base = stmt.value, stmt.base
    factor = sweep.primal(value, env)
    if sweep.is_active(value):
        assert isinstance(value, Var)
        old = sweep.facts.old[id(stmt)]
        kept = sweep.facts.versions.after[id(sweep.facts.definitions[old.name])][old.name]
        atoms: dict[str, Atom] = {
            "g": assign(out, sweep.names, here),
            "old": sweep.value(kept),
            "v": factor,
        }
        text = "g * old" if stmt.operator == "*" else "-g * old / (v * v)"
        accumulate(
            value.name, expression(f"unbroadcast({text}, v)", atoms), state, sweep, out, fresh=True
        )
    protect(buffer.name, base.name if isinstance(base, Var) else None, state, sweep, out)
    out.append(Store(here, stmt.operator, factor))


def _pull_item_store(
    stmt: Store, here: Op, parts: tuple[Part, ...], state: State, sweep: Sweep, out: Out
) -> None:
    """`xs[i] = v` and `d[k] = v`."""
    if parts[0].what != "at":
        raise unsupported(stmt.span, "a slice of a list that is assigned is not differentiated yet",
                          "assign the elements one by one")  # fmt: skip
    active = sweep.is_active(stmt.value)
    if stmt.operator in ("+", "-"):
        if active:
            assert isinstance(stmt.value, Var)
            text = "unbroadcast(g, v)" if stmt.operator == "+" else "unbroadcast(-g, v)"
            env = sweep.facts.versions.before[id(stmt)]
            atoms = {"g": assign(out, sweep.names, here), "v": sweep.primal(stmt.value, env)}
            accumulate(stmt.value.name, expression(text, atoms), state, sweep, out, lazy=True)
        return
    if stmt.operator:
        raise unsupported(stmt.span, f"`{stmt.operator}=` on an element of a container is not "
                          "differentiated yet", "write `xs[i] = xs[i] ...` in full")  # fmt: skip
    if active:
        assert isinstance(stmt.value, Var)
        taken = assign(out, sweep.names, here)
        out.append(Store(here, "", ZERO))
        accumulate(stmt.value.name, taken, state, sweep, out, lazy=True)
    else:
        out.append(Store(here, "", ZERO))


def _pull_augment(
    stmt: Augment, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    name, value = stmt.target.name, stmt.value
    kind = sweep.kind(name)
    if kind.is_container:
        _pull_list_augment(stmt, env, state, sweep, out)
        return
    if name in sweep.facts.aliases.views:
        ensure(name, state, sweep, out)
    g = state.get(name)
    if g is None or not sweep.is_active(stmt.target):
        return
    rebinds = kind.tag != "array"
    in_place = name in sweep.facts.aliases.views or (g.owned and not rebinds)
    if in_place and stmt.operator in ("+", "-", "*", "/"):
        _pull_augment_in_place(stmt, g, env, state, sweep, out)
        return
    op = Op(
        f"binary:{stmt.operator}", (stmt.target, value), _BINARY(stmt.operator), ("", "")
    )
    from adjoint.transform.analyses.resolve import resolve_op  # noqa: PLC0415

    resolved, _ = resolve_op(op, sweep.facts.kinds, lambda *_: None)
    del state[name]
    _pull_rule(stmt, stmt.target, resolved, replace(g, owned=False), env, after, state, sweep, out)


def _BINARY(symbol: str) -> gast.AST:  # noqa: N802
    return expression(f"a {symbol} b", {"a": Var("a"), "b": Var("b")}).template


def _pull_augment_in_place(
    stmt: Augment, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`y += v`, `y *= v` on an array whose cotangent is ours to write."""
    value, name = stmt.value, stmt.target.name
    held = flat(g, sweep, out)
    factor = sweep.primal(value, env)
    if sweep.is_active(value):
        assert isinstance(value, Var)
        old = sweep.primal(stmt.target, env)
        text = {
            "+": "g", "-": "-g", "*": "g * old", "/": "-g * old / (v * v)"
        }[stmt.operator]  # fmt: skip
        atoms = {"g": held, "old": old, "v": factor}
        if sweep.shape(value, env) != sweep.shape(stmt.target, env):
            text = f"unbroadcast({text}, v)"
        borrows = frozenset({held.name}) if isinstance(held, Var) else frozenset()
        contribution = held if text == "g" else expression(text, atoms)
        fresh = isinstance(contribution, Op) and is_fresh(contribution.template)
        if value.name == name:
            raise unsupported(stmt.span, f"`{name} {stmt.operator}= {name}` is not differentiated",
                              f"write `{name} *= 2` or a new array")  # fmt: skip
        accumulate(
            value.name, contribution, state, sweep, out,
            fresh=fresh, borrows=frozenset() if fresh else borrows,
        )  # fmt: skip
    if stmt.operator in ("*", "/"):
        buffer = ensure(name, state, sweep, out)
        protect(buffer.name, name, state, sweep, out)
        out.append(Augment(buffer, stmt.operator, factor))


# Lists


def _pull_list_augment(
    stmt: Augment, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    name, value = stmt.target.name, stmt.value
    if name not in state or not sweep.is_active(value):
        if name in state:
            _drop_last(stmt, name, value, env, state, sweep, out)
        return
    assert isinstance(value, Var)
    taken = _drop_last(stmt, name, value, env, state, sweep, out)
    accumulate(value.name, taken, state, sweep, out, lazy=True)


def _drop_last(
    stmt: Stmt, name: str, value: Atom, env: Env, state: State, sweep: Sweep, out: Out
) -> Atom:
    """Split off the cotangents of the elements that were added at the end."""
    after = sweep.facts.versions.after[id(stmt)]
    buffer = ensure(name, state, sweep, out, sweep.value(after[name]))
    count = call("len", sweep.primal(value, env))
    split = call("split_off", buffer, assign(out, sweep.names, count))
    taken = sweep.names.temporary("d")
    out.append(Assign(taken, split))
    return taken


def _pull_pop(
    stmt: Stmt, target: Var, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`v = xs.pop()`: the cotangent goes back to the end of the list (or to its place)."""
    base = op.args[0]
    assert isinstance(base, Var)
    g = state.pop(target.name, None)
    if (g is None and base.name not in state) or not sweep.is_active(base):
        return
    buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
    value = ZERO if g is None else flat(g, sweep, out)
    if len(op.args) == 1:
        out.append(Effect(expression("d.append(g)", {"d": buffer, "g": value}, "derived.push")))
    else:
        atoms = {"d": buffer, "i": sweep.primal(op.args[1], env), "g": value}
        out.append(Effect(expression("d.insert(i, g)", atoms, "derived.push")))


def _pull_scatter(op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out) -> None:
    """`np.add.at(a, index, v)`: every repetition of an index has its part of the cotangent."""
    _, base, index, value = op.args
    assert isinstance(base, Var)
    known = base.name in state or base.name in sweep.facts.aliases.views
    if not known or not isinstance(value, Var) or not sweep.is_active(value):
        return
    buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
    sign = "-" if op.prim == "np.subtract.at" else ""
    atoms = {"d": buffer, "i": sweep.primal(index, env), "v": sweep.primal(value, env)}
    summed = expression(f"unbroadcast({sign}d[i], v)", atoms)
    borrows = frozenset({buffer.name})
    accumulate(value.name, summed, state, sweep, out, fresh=bool(sign), borrows=borrows)


def _pull_effect(
    stmt: Effect, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    if op.prim == "call" and rule_of_callee(op) is None:
        pull_call(stmt, None, op, env, after, state, sweep, out)
        return
    if op.prim in ("np.add.at", "np.subtract.at"):
        _pull_scatter(op, env, after, state, sweep, out)
        return
    head, _, name = op.prim.partition(":")
    base = op.args[0] if op.args else None
    if head != "method" or not isinstance(base, Var):
        active = [a for a in op.args if sweep.is_active(a)]
        if op.prim != "look" and not is_rule(op.prim) and active:
            refuse(stmt, op)
        return
    if not sweep.is_active(base):
        return
    if base.name not in state and base.name not in sweep.facts.aliases.views:
        return
    if name == "append":
        buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
        popped = expression("d.pop()", {"d": buffer}, "derived.pop")
        if sweep.is_active(op.args[1]):
            taken = sweep.names.temporary("d")
            out.append(Assign(taken, popped))
            accumulate(op.args[1].name, taken, state, sweep, out, lazy=True)  # type: ignore[union-attr]
        else:
            out.append(Effect(popped))
    elif name == "extend":
        taken_atom = _drop_last(stmt, base.name, op.args[1], env, state, sweep, out)
        if sweep.is_active(op.args[1]):
            accumulate(op.args[1].name, taken_atom, state, sweep, out, lazy=True)  # type: ignore[union-attr]
    elif name == "fill" and not sweep.kind(base.name).is_container:
        buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
        if sweep.is_active(op.args[1]):
            total = assign(out, sweep.names, call("np.sum", buffer))
            accumulate(op.args[1].name, total, state, sweep, out, fresh=True)  # type: ignore[union-attr]
        protect(buffer.name, base.name, state, sweep, out)
        out.append(Effect(expression("d.fill(z)", {"d": buffer, "z": ZERO}, "derived.fill")))
    else:
        refuse(stmt, op)

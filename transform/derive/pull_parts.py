"""The adjoint of reading parts of arrays, containers and objects."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.analyses.kind import ANY, Kind, atom_kind, may_lack_axes
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.contributions import Env
from adjoint.transform.derive.cotangents import Cotangent, State, flat, link, protect
from adjoint.transform.derive.pull_common import holds_containers
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Assign, Atom, Const, Effect, Op, Store, Var
from adjoint.transform.ir.places import Part, index_parts, operand


def is_basic(parts: tuple[Part, ...], sweep: Sweep) -> bool:
    """Whether a subscript is made of numbers, slices and new axes alone."""
    for part in parts:
        if part.what == "at":
            kind = atom_kind(part.at, sweep.facts.kinds) or ANY
            if not kind.is_position:
                return False
    return True


def pull_index(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`v = x[i]`: the cotangent of `v` is added at `i` to that of `x`."""
    base = op.args[0]
    assert isinstance(base, Var)
    if sweep.kind(base.name).is_number:  # NumPy's can be indexed: `x[..., None]`, `x[x > 0]`
        total = call("np.sum", flat(g, sweep, out))
        accumulate(base.name, total, state, sweep, out, fresh=True)
        return
    like = sweep.primal(base, env)
    buffer = ensure(base.name, state, sweep, out, like, reads=True)
    place = cotangent_place(op, buffer, env, sweep)
    container = sweep.kind(base.name).is_container
    if isinstance(g.value, tuple) and container:
        items = sweep.kind(base.name).items
        element = items[0] if len(items) == 1 else ANY
        _add_parts(place, g, element, sweep, out)
        return
    value = flat(g, sweep, out)
    protect(buffer.name, base.name, state, sweep, out)
    kind = sweep.kind(base.name)
    unknown = kind.tag == "any"
    if not unknown and may_lack_axes(kind) and not _needs_axes(index_parts(op), sweep):
        added = replace(subscript(op, buffer, env, sweep, "added_at"), prim="derived.pop")
        out.append(Assign(buffer, replace(added, args=(*added.args, value))))
    elif unknown or (container and index_parts(op)[0].what != "at"):  # `+=` would join lists
        indices = subscript(op, buffer, env, sweep, "add_item")
        out.append(Effect(replace(indices, args=(*indices.args, value))))
    elif container and holds_containers(base, sweep):
        total = call("accumulate", assign(out, sweep.names, place), value)
        out.append(Store(place, "", assign(out, sweep.names, total)))
    elif container or is_basic(index_parts(op), sweep):
        out.append(Store(place, "+", value))
    else:
        indices = subscript(op, buffer, env, sweep)
        out.append(Effect(replace(indices, args=(*indices.args, value))))


def _needs_axes(parts: tuple[Part, ...], sweep: Sweep) -> bool:
    """Whether a subscript certainly is an error of what has no axes."""
    return any(
        part.what == "slice"
        or (part.what == "at" and (atom_kind(part.at, sweep.facts.kinds) or ANY).is_position)
        for part in parts
    )


def _add_parts(place: Op, g: Cotangent, kind: Kind, sweep: Sweep, out: Out) -> None:
    """Add the parts of a tuple to the parts of an element of a list, of some kind."""
    assert isinstance(g.value, tuple)
    owner = assign(out, sweep.names, place)
    link(owner, place, sweep)
    for i, part in enumerate(g.value):
        if part is None:
            continue
        inner = expression(f"owner[{i}]", {"owner": owner}, "index")
        known = kind.items[i] if i < len(kind.items) else ANY
        if isinstance(part.value, tuple):
            _add_parts(inner, part, known, sweep, out)
        elif known.tag in ("num", "array", "numeric"):
            out.append(Store(inner, "+", flat(part, sweep, out)))
        else:  # the cotangent of a function is a dict
            value = flat(part, sweep, out)
            total = call("accumulate", assign(out, sweep.names, inner), value)
            out.append(Store(inner, "", assign(out, sweep.names, total)))


def cotangent_place(op: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """The same subscript of the cotangent."""
    return replace(op, args=(buffer, *(sweep.primal(a, env) for a in op.args[1:])))


def subscript(
    op: Op, buffer: Var, env: Env, sweep: Sweep, helper: str = "add_at"
) -> Op:
    """`add_at(d_a, index, $n)`: the subscript as a value, for a helper."""
    template = op.template
    assert isinstance(template, gast.Subscript)
    value = operand(len(op.args))
    func = gast.Name(helper, gast.Load(), None, None)
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


def pull_attribute(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`v = p.name`: the cotangent of `v` is added to that field of the cotangent of `p`."""
    base = op.args[0]
    assert isinstance(base, Var)
    like = sweep.primal(base, env)
    buffer = ensure(base.name, state, sweep, out, like, reads=True)
    kind, name = sweep.kind(base.name), op.prim.removeprefix("attribute:")
    value = flat(g, sweep, out)
    protect(buffer.name, base.name, state, sweep, out)
    if name not in kind.names:
        atoms: dict[str, Atom] = {"d": buffer, "n": Const(name), "g": value, "x": like}
        out.append(Effect(expression("add_field(d, n, g, x)", atoms, "derived.push")))
        return
    position = kind.names.index(name)
    place = replace(op, args=(buffer,))
    if kind.tag == "tuple":  # a named tuple: its cotangent is a list
        place = expression(f"d[{position}]", {"d": buffer}, "index")
    if kind.items[position].tag in ("num", "array", "numeric"):
        out.append(Store(place, "+", value))
    else:
        total = call("accumulate", assign(out, sweep.names, place), value)
        out.append(Store(place, "", assign(out, sweep.names, total)))

"""Cotangents as arrays of their own, which may be written in place; those of views, as views."""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, rebind, unshare
from adjoint.transform.derive.memory import by_memory
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Assign, Atom, Const, Effect, Op, Rhs, Var
from adjoint.transform.ir.places import index_parts


def ensure(
    name: str, state: State, sweep: Sweep, out: Out, like: Atom | None = None,
    reads: bool = False,
) -> Var:  # fmt: skip
    """The emitted variable of a cotangent, as an array (or list) of its own, of full shape.

    `like` is a primal value with the shape and dtype that it has at this point. `reads` says that
    the statement reads a part of it, which is never wrong to add to; what is written and not
    followed must be an array.
    """
    target = sweep.d(name)
    held = state.get(name)
    if sweep.is_shadowed(name):
        return by_memory(name, state, sweep, out) if held is None else target
    if name in sweep.facts.aliases.mixed and not sweep.kind(name).is_container:
        return by_memory(name, state, sweep, out, like if reads else None)
    if name in sweep.facts.aliases.views:
        if held is None:
            _view(name, state, sweep, out, like)
        return target
    if held is not None and held.owned and not held.lazy and not isinstance(held.value, tuple):
        if held.value != target:
            rebind(name, held.value, state, sweep, out)
            state[name] = replace(held, value=target)
        return target
    assert like is not None, name
    if held is None:
        unshare(target.name, name, state, sweep, out)
        out.append(Assign(target, call("zeros_like", like)))
    else:
        value = held.value if isinstance(held.value, Var | Const) else flat(held, sweep, out)
        unshare(target.name, name, state, sweep, out)
        out.append(Assign(target, call("buffer", value, like)))
    state[name] = Cotangent(target, owned=True)
    return target


def _view(
    name: str, state: State, sweep: Sweep, out: Out, like: Atom | None = None
) -> None:
    """Make the cotangent of a view the same view of the cotangent."""
    view = sweep.facts.aliases.taken[name]
    root, stmt = view.of, view.made
    env = sweep.facts.versions.before[id(stmt)]
    if like is None or view.take is not None:  # else: another name of it, as long as it is now
        like = sweep.value(env[root]) if root in env else None
    base = ensure(root, state, sweep, out, like)
    target = sweep.d(name)
    taken: Rhs = base
    if isinstance(view.take, Op):
        position = view.take.args.index(Var(root))
        args = tuple(
            base if i == position else sweep.primal(a, env) for i, a in enumerate(view.take.args)
        )
        taken = replace(view.take, prim="derived.view", args=args)
        if view.item:
            key = args[1] if len(args) > 1 else _constant_key(view.take)
            taken = call("item_of", base, key, _as_bound(name, sweep))
    elif isinstance(view.take, int):
        taken = expression(f"d[{view.take}]", {"d": base}, "derived.view")
    elif view.take is not None:
        place = "k" if view.take == "element" else "-1 - k"
        text = f"item_of(d, {place}, like)" if view.item else f"d[{place}]"
        atoms: dict[str, Atom] = {"d": base, "k": sweep.rounds[id(stmt)]}
        if view.item:
            atoms["like"] = _as_bound(name, sweep)
        taken = expression(text, atoms, "derived.view")
    if not view.sure:
        taken = call("viewed", assign(out, sweep.names, taken), base)
        check = replace(call("viewed", Var(name), Var(root)), prim="derived.check")
        sweep.replaced[id(stmt)] = (stmt, Effect(check))
    out.append(Assign(target, taken))
    sweep.links.append((target.name, base.name))
    state[name] = Cotangent(target, owned=True)


def _as_bound(name: str, sweep: Sweep) -> Var:
    """What a variable holds just after it was bound."""
    stmt = sweep.facts.definitions[name]
    versions = sweep.facts.versions
    found = versions.heads[id(stmt)] if id(stmt) in versions.heads else versions.after[id(stmt)]
    return sweep.value(found[name])


def _constant_key(op: Op) -> Atom:
    """The key of a subscript in which it is written out."""
    if op.prim != "index":
        return Const(op.prim.removeprefix("attribute:"))
    part = index_parts(op)[0].at
    assert part is not None
    return part

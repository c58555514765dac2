"""Writes: which names they reach, and which of these must be treated as views from then on."""

from __future__ import annotations

from adjoint.transform.analyses.alias_elements import (
    elements_after,
    may_be_item,
    still_apart,
    takes_element,
)  # fmt: skip
from adjoint.transform.analyses.alias_state import (
    State,
    World,
    doubt,
    is_whole_view,
    may_contain,
    may_share,
    relation,
    shown,
)  # fmt: skip
from adjoint.transform.analyses.effects import written
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.liveness import names_read
from adjoint.transform.analyses.views import item_of_op
from adjoint.transform.ir.nodes import Assign, Augment, Block, Op, Stmt, Store, Unpack, Var, binds
from adjoint.transform.refusals import unsupported


def check_order(before: Block, stmt: Stmt, world: World) -> None:
    """In `a[i] += f(b)` Python reads `a[i]` before `f` runs, the IR after: `f` mustn't write it."""
    if isinstance(stmt, Store) and stmt.operator:
        base = stmt.base
    elif id(stmt) in world.updates and isinstance(stmt, Assign) and isinstance(stmt.value, Op):
        base = stmt.value.args[0]
    else:
        return
    for earlier in reversed(before):
        if getattr(earlier, "span", None) != stmt.span:
            return
        if isinstance(base, Var) and base.name in world.reached.get(id(earlier), ()):
            raise unsupported(
                stmt.span,
                f"what is called on the right changes {shown(base.name)}, which is updated here",
                "call it first, in a statement of its own",
            )


def note_reads(stmt: Stmt, state: State, world: World) -> None:
    """Note what is read other than as the view, or the known elements, that it certainly is."""
    for read in names_read(stmt):
        name = read
        while name in state.views:  # what it is a view of is read, too
            world.reads_as.setdefault(name, []).append((state.views[name], stmt))
            name = state.views[name].of
        world.reads_without_view.setdefault(name, stmt)
    value = getattr(stmt, "value", None)
    if isinstance(stmt, Assign) and isinstance(value, Op):
        item = item_of_op(stmt, value, world.kinds)
        as_item = item is not None and may_be_item(item, stmt, state, world)
        if takes_element(stmt, value, state, world) and not as_item:
            return
    if isinstance(stmt, Unpack) and isinstance(value, Var) and stmt.star is None:
        elements = state.tuples.get(state.alias_of(value.name))
        if elements is not None and len(elements) == len(stmt.targets):
            return
    if isinstance(stmt, Assign) and isinstance(value, Var):
        return  # another name of the container: what is read through it is noted
    if elements_after(stmt, state, world) is not None and Var(stmt.base.name) != value:  # type: ignore[union-attr]
        return
    for name in names_read(stmt):
        if world.kinds.get(name, ANY).is_container:
            world.reads_of_whole.setdefault(state.alias_of(name), stmt)


def check_writes(stmt: Stmt, state: State, world: World) -> None:
    """Note what a statement's writes reach, and refuse those whose reach cannot be decided."""
    names = written(stmt, world.kinds, world.summaries)
    live = world.live[id(stmt)]
    if not isinstance(stmt, Augment):
        live -= {v.name for v in binds(stmt)}  # what they held is gone
    op = getattr(stmt, "value", None)
    calls = isinstance(op, Op) and op.prim == "call"
    if isinstance(op, Op) and calls:
        for i in world.summaries(op).memory:
            given = op.args[i]
            if isinstance(given, Var):
                _doubt(stmt, given.name, given.name, "inside", world)
    if isinstance(op, Op) and calls and names:
        _check_arguments(stmt, op, names, state, world)
    for name in names:
        kind = world.kinds.get(name, ANY)
        reached = world.reached.setdefault(id(stmt), set())
        reached.add(name)
        # a function may write what its argument holds
        deep = kind.is_container and isinstance(op, Op) and calls and _is_deep(op, name, world)
        known_apart = state.alias_of(name) in state.disjoint  # as the function takes for granted
        related = state.relations.get(name, {})
        family = {name, *(n for n, how in related.items() if how != "shares")}
        changes = {n for n in family if may_contain(world.kinds.get(n, ANY))}
        world.changes.setdefault(id(stmt), set()).update(changes)
        if kind.is_container:
            world.changed.update(family)
            inner = {"same", "holds"} if deep else {"same"}
            changed = {n for n in family if n == name or related[n] in inner}
            for container in changed:
                state.tuples.pop(container, None)
            state.views = {
                v: view for v, view in state.views.items() if not (view.item and view.of in changed)
            }
            if id(stmt) not in world.permuting:
                if not still_apart(stmt, name, state, world, inside=False):
                    state.apart -= family
                if not still_apart(stmt, name, state, world, inside=True):
                    state.disjoint -= family
        if _is_list(stmt, kind):
            world.lists.update(n for n in family if n == name or deep or related[n] == "same")
        if deep:
            world.deep.add(name)
            if not known_apart:
                _doubt(stmt, name, name, "inside", world)
        for other, how in state.relations.get(name, {}).items():
            if how == "held" or deep:
                world.deep.add(other)
            if (how in ("holds", "shares") and not deep) or not may_share(other, world):
                continue
            reached.add(other)
            if other not in live:
                continue  # what it held before is all that anybody will see of it
            if how == "held" and _track_held(stmt, name, other, state, world):
                _track(stmt, name, state, world)
            elif _seen(name, other, how, deep, state):
                _track(stmt, other, state, world)
                _track(stmt, name, state, world)
            else:
                _doubt(stmt, name, other, how, world)
        rebound = _rebound_root(stmt, name, state)
        if rebound is not None:  # its cotangent is that of the new value once this is done
            _doubt(stmt, name, rebound, "same", world)
        _track(stmt, name, state, world)
        doubtful = kind.tag in ("numeric", "any") and not is_whole_view(name, state)
        if doubtful and not world.assume_arrays and isinstance(stmt, Augment):
            others = {o for o, h in state.relations.get(name, {}).items() if h != "holds"}
            view = state.views.get(name)  # whose cotangent would be that of an array
            seen = others & live or ({view.of} if view is not None else set())
            if seen:
                refusal = unsupported(
                    stmt.span,
                    f"whether `{name}` is a number or an array is not known here, and "
                    f"`{min(seen)}` may be the same array",
                    f"write `{name} = {name} + ...`, or `{name}[...] += ...`",
                )
                doubt(name, refusal, world)


def _rebound_root(stmt: Stmt, name: str, state: State) -> str | None:
    """What a name is a view of, where the statement that writes into it binds that anew."""
    bound = set() if isinstance(stmt, Augment) else {v.name for v in binds(stmt)}
    while name in state.views:
        name = state.views[name].of
        if name in bound:
            return name
    return None


def _is_list(stmt: Stmt, kind: Kind) -> bool:
    """Whether a write may put something in the places of a list or dict."""
    if isinstance(stmt, Store) and stmt.place.prim.startswith("attribute:"):
        return False
    if isinstance(stmt, Augment) and kind.tag == "any":
        return False  # a list is refused when it runs, see `shadow_changed`
    return may_contain(kind) and kind.tag != "record"


def _seen(name: str, other: str, how: str, deep: bool, state: State) -> bool:
    """Whether a write into one name is seen through another because both are views of one."""
    if deep and how == "held" and state.alias_of(other) not in state.disjoint:
        return False
    return state.root(other) == state.root(name) and how in ("same", "held")


def _is_deep(op: Op, name: str, world: World) -> bool:
    """Whether a call may write what one of its arguments, a container, holds."""
    summary = world.summaries(op)
    places = [i for i, a in enumerate(op.args) if a == Var(name)]
    return not summary.known or any(i in summary.deep for i in places)


def _check_arguments(
    stmt: Stmt, op: Op, names: frozenset[str], state: State, world: World
) -> None:
    """Note which arguments of a function that writes into one of them may be the same array."""
    given = {
        i: a.name for i, a in enumerate(op.args)
        if isinstance(a, Var) and may_share(a.name, world)
    }  # fmt: skip
    for i, name in given.items():
        related = state.relations.get(name, {})
        for j, other in given.items():
            if i == j or name not in names or not (other == name or other in related):
                continue
            if world.kinds.get(name, ANY).is_container:
                inside = related.get(other) in ("holds", "shares")
                if other == name or (inside and not _is_deep(op, name, world)):
                    continue  # the function is told, or writes nothing that the other one has
            if any(world.kinds.get(n, ANY).is_container for n in (name, other)):
                _doubt(stmt, name, other, "given", world)
                continue
            world.together.setdefault(id(stmt), set()).add((i, j))
            if other == name:
                continue
            if state.root(other) == state.root(name) and related[other] in ("same", "held"):
                _track(stmt, other, state, world)
                _track(stmt, name, state, world)
            else:
                _doubt(stmt, name, other, related[other], world)


def _track(stmt: Stmt, name: str, state: State, world: World) -> None:
    """From now on treat a name as the view that it certainly is."""
    while name in state.views:
        known = world.tracked.setdefault(name, state.views[name])
        if known != state.views[name]:
            refusal = unsupported(
                stmt.span,
                f"this writes into `{name}`, which is a view of an array in more ways than one",
                "give each view a name of its own, or write to the array itself",
            )
            doubt(name, refusal, world)
            return
        name = state.views[name].of


def _track_held(stmt: Stmt, name: str, container: str, state: State, world: World) -> bool:
    """Track the elements of a tuple in which what is written stands; False where none is known."""
    display = state.alias_of(container)
    elements = state.tuples.get(display)
    if elements is None:
        return False
    found = [
        e.name for e in elements
        if isinstance(e, Var) and relation(e.name, name, state) in ("same", "holds")
    ]  # fmt: skip
    if not found or any(state.root(e) != state.root(name) for e in found):
        return False
    for element in found:
        _track(stmt, element, state, world)
    world.displays.setdefault(display, stmt)
    return True


def track_elements(world: World) -> None:
    """Where what a tuple holds is written, all that is taken out of it is a view."""
    for name, stmt in world.reads_of_whole.items():
        if name in world.displays:
            world.doubts.setdefault(name, unsupported(
                stmt.span,
                f"{shown(name)} holds an array that is written in place, and is used as a whole",
                "use its elements one by one, or put a copy (`.copy()`) into it",
            ))  # fmt: skip
    for display in world.displays:
        for name, view in world.takes.get(display, {}).items():
            if world.tracked.setdefault(name, view) != view:
                refusal = unsupported(
                    view.made.span,
                    f"{shown(name)} is an array in more ways than one",
                    "give each a name of its own",
                )
                doubt(name, refusal, world)


def _doubt(stmt: Stmt, name: str, other: str, how: str, world: World) -> None:
    changed, known = shown(name), shown(other)
    if how == "given":
        what = f"the function called writes into {changed}, and {known} may hold the same"
    elif how == "inside":
        what = f"the function called writes into what {changed} holds, maybe one array twice"
    elif how == "held":
        what = f"this changes {changed} in place while {known}, which is read later, may hold it"
    else:
        what = (
            f"this changes {changed} in place, and {known}, which is read later, "
            "may share its memory"
        )
    advice = "take a copy (`.copy()`) where the second name is made"
    refusal = unsupported(stmt.span, what, advice)
    items = world.kinds.get(name, ANY).items
    if how == "inside" and items and not any(map(may_contain, items)):  # no list stands in it twice
        world.doubts.setdefault(name, refusal)
    else:
        doubt(name, refusal, world, other)

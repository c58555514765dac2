"""`collections.deque` as a list, where nobody can tell.

ring = deque([a, b], maxlen=3)    ->    ring = [a, b]
ring.append(c)                    ->    ring.append(c)
                                        if len(ring) > 3: ring.pop(0)
ring.popleft()                    ->    ring.pop(0)

Holds for a name that is bound once, to a new deque, and that is only indexed, looped over, changed
by its methods, and given to functions that take any sequence. Where a deque with `maxlen` is used
in another way it is refused: what it drops would not be followed.
"""

from __future__ import annotations

import builtins
import collections
from collections.abc import Iterator
from typing import Any

import gast

from adjoint.transform.ir.nodes import Ref
from adjoint.transform.ir.trees import located
from adjoint.transform.lower.bindings import bound_names, own_nodes
from adjoint.transform.lower.scope import Ring, Scope, resolve_path
from adjoint.transform.lower.templates import name

_METHODS = frozenset(
    {"append", "appendleft", "pop", "popleft", "rotate", "clear", "reverse", "extend", "count"}
)
_READERS = frozenset(
    {"len", "sum", "list", "tuple", "max", "min", "sorted", "any", "all", "enumerate", "zip",
     "reversed", "map", "filter", "bool"}
)  # fmt: skip


def rings(body: list[gast.AST], scope: Scope) -> dict[str, Ring]:
    """The names of a body that are deques which may be lists."""
    nodes = list(own_nodes(body))
    made: dict[str, gast.Call] = {}
    for node in nodes:
        match node:
            case gast.Assign(targets=[gast.Name(id=text)], value=gast.Call() as call) if (
                _is_deque(call, scope)
            ):
                made[text] = call
    if not made or {"len", "list"} & scope.names.keys():
        return {}
    everywhere = [inner for node in body for inner in gast.walk(node)]
    found: dict[str, Ring] = {}
    for text, call in made.items():
        stores = [n for n in everywhere if isinstance(n, gast.Name) and n.id == text
                  and not isinstance(n.ctx, gast.Load)]  # fmt: skip
        loads = [n for n in everywhere if isinstance(n, gast.Name) and n.id == text
                 and isinstance(n.ctx, gast.Load)]  # fmt: skip
        fine = {id(n) for outer in everywhere for n in _plain_uses(outer, text, scope)}
        most = _most(call)
        settled = most is None or isinstance(most, gast.Constant) or (
            isinstance(most, gast.Name) and most.id not in bound_names(body)
        )  # fmt: skip
        fills = most is not None and any(_fills(node, text) for node in everywhere)
        if len(stores) == 1 and settled and not fills and all(id(n) in fine for n in loads):
            found[text] = Ring(most)
    return found


def _is_deque(call: gast.Call, scope: Scope) -> bool:
    known = resolve_path(call.func, scope)
    return isinstance(known, Ref) and known.value is collections.deque


def _most(call: gast.Call) -> gast.AST | None:
    """The argument `maxlen`, if it is given and not None."""
    words = [word.value for word in call.keywords if word.arg == "maxlen"]
    given = call.args[1] if len(call.args) > 1 else (words[0] if words else None)
    return None if isinstance(given, gast.Constant) and given.value is None else given


def _fills(node: gast.AST, text: str) -> bool:
    """Whether several elements are added at once: how many are dropped is not followed."""
    return _is_method(node, text) and node.func.attr == "extend"


def _is_method(node: gast.AST, text: str) -> bool:
    func = getattr(node, "func", None)
    return (
        isinstance(node, gast.Call)
        and isinstance(func, gast.Attribute)
        and isinstance(func.value, gast.Name)
        and func.value.id == text
    )


def _plain_uses(node: gast.AST, text: str, scope: Scope) -> Iterator[gast.AST]:
    """The places directly in a node where the name may as well be a list."""
    uses: list[gast.AST | None] = []
    match node:
        case gast.Call(func=func) if _is_method(node, text):
            steps = node.args[0] if node.args else gast.Constant(1, None)
            turns = func.attr != "rotate" or _is_step(steps)
            uses = [func.value] if func.attr in _METHODS and turns and not node.keywords else []
        case gast.Call(func=func, args=args) if _reads_any_sequence(func, scope):
            uses = args
        case gast.Subscript(value=value, slice=index) if not isinstance(index, gast.Slice):
            uses = [value]
        case gast.For(iter=value) | gast.comprehension(iter=value) | gast.Starred(value=value):
            uses = [value]
        case gast.If(test=test) | gast.While(test=test) | gast.IfExp(test=test):
            uses = [test]
        case gast.UnaryOp(op=gast.Not(), operand=operand):
            uses = [operand]
        case gast.Compare(ops=[gast.In() | gast.NotIn()], comparators=[right]):
            uses = [right]
    return (use for use in uses if isinstance(use, gast.Name))


def _is_step(node: gast.AST) -> bool:
    value = node.operand if isinstance(node, gast.UnaryOp) else node
    negative = not isinstance(node, gast.UnaryOp) or isinstance(node.op, gast.USub)
    return negative and isinstance(value, gast.Constant) and value.value == 1


def _reads_any_sequence(func: gast.AST, scope: Scope) -> bool:
    known = resolve_path(func, scope) if isinstance(func, gast.Name | gast.Attribute) else None
    value: Any = known.value if isinstance(known, Ref) else None
    if any(value is getattr(builtins, text) for text in _READERS):
        return True
    module = (getattr(value, "__module__", None) or "").partition(".")[0]
    return module == "numpy" or type(value).__name__ == "ufunc"


def refuse_dropping(call: gast.AST, scope: Scope) -> None:
    """A deque that drops elements, where that is not followed.

    Raises:
        UnsupportedSyntax: this is one.
    """
    if isinstance(call, gast.Call) and _is_deque(call, scope) and _most(call) is not None:
        what = "what a deque with `maxlen` drops is followed where one name is bound to it, once, "
        what += "and is used as a sequence"
        raise scope.refuse(call, what, "drop the oldest element of a list")


def made_as_list(call: gast.AST, scope: Scope) -> gast.AST | None:
    """`[...]` or `list(...)` for `deque(...)`."""
    if not isinstance(call, gast.Call) or not _is_deque(call, scope):
        return None
    if not call.args:
        return gast.copy_location(gast.List([], gast.Load()), call)
    return gast.copy_location(gast.Call(name("list"), call.args[:1], []), call)


def trimmed(text: str, ring: Ring, at: gast.AST) -> gast.AST | None:
    """`while len(ring) > most: ring.pop(0)`, for the elements that it is made of."""
    if ring.most is None:
        return None
    drop = gast.Expr(_method(text, "pop", [gast.Constant(0, None)]))
    return located(gast.While(_is_over(text, ring), [drop], []), at)


def changed(node: gast.Call, text: str, ring: Ring) -> tuple[gast.AST, list[gast.AST]]:
    """A method of a deque as one of a list, and the statements that follow it."""
    zero = gast.Constant(0, None)
    method, args = node.func.attr, node.args
    after: list[gast.AST] = []
    match method:
        case "append":
            new, last = _method(text, "append", args), [zero]
        case "appendleft":
            new, last = _method(text, "insert", [zero, *args]), []
        case "popleft":
            return located(_method(text, "pop", [zero]), node), []
        case "rotate":
            back = bool(args) and isinstance(args[0], gast.UnaryOp)
            moved = _method(text, "pop", [zero] if back else [])
            turn = _method(text, "append", [moved]) if back else _method(text, "insert",
                                                                         [zero, moved])  # fmt: skip
            guarded = gast.If(name(text), [gast.Expr(turn)], [])
            return gast.Constant(None, None), [located(guarded, node)]
        case _:
            return node, []
    if ring.most is not None:
        drop = gast.Expr(_method(text, "pop", last))
        after = [located(gast.If(_is_over(text, ring), [drop], []), node)]
    return located(new, node), after


def _is_over(text: str, ring: Ring) -> gast.AST:
    return gast.Compare(gast.Call(name("len"), [name(text)], []), [gast.Gt()], [ring.most])


def _method(text: str, method: str, args: list[gast.AST]) -> gast.Call:
    return gast.Call(gast.Attribute(name(text), method, gast.Load()), args, [])

"""Random programs from a seed: nested control flow, writes, aliases, containers, calls, closures.

Values stay bounded (products of bounded numbers, sines, means), shapes are known while the text is
written, and every name is bound on every path, so that a program always runs. Each program draws
from some of the constructs only: few of them, often used together, meet in more ways than all.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from . import random_calls as calls
from . import random_containers as containers
from . import random_control as control
from . import random_iteration as iteration
from . import random_objects as objects
from . import random_outside as outside
from . import random_raising as raising
from . import random_statements as statements
from . import random_views as views
from .program_text import Block, Compound, Line, Statement, render
from .random_scope import LENGTH, Helper, Scope
from .random_values import array, number, test

SIMPLE: dict[str, Callable[[Scope], Block]] = {
    "bind": statements.bind, "augment": statements.augment, "store": statements.store,
    "store_by_call": statements.store_by_call, "swap": statements.swap, "alias": statements.alias,
    "unpack": statements.unpack, "walrus": statements.walrus, "matrix": statements.use_matrix,
    "history": statements.history, "look": statements.look, "list": containers.use_list,
    "buffer": containers.use_buffer, "dict": containers.use_dict, "box": containers.use_box,
    "call": calls.call, "closure": calls.closure, "recursion": calls.recursion,
    "apply": calls.apply, "generator": iteration.generator, "iterate": iteration.iterate,
    "iterator": iteration.iterator, "queue": iteration.queue, "state": objects.keep_state,
    "functions": objects.functions, "records": objects.records, "view": views.view,
    "time_steps": views.time_steps, "product": views.product, "outside": outside.outside,
}  # fmt: skip
COMPOUND: dict[str, Callable[[Scope, int, control.Write], Block]] = {
    "branch": control.branch, "loop": control.loop, "while": control.while_loop,
    "context": control.context, "match": control.match, "raising": raising.raising,
    "managed": raising.managed,
}  # fmt: skip
MODULES = ("collections", "contextlib", "dataclasses", "functools", "itertools", "math", "typing")
OTHER = ("leave", "return", "detaching")
OFTEN = ("bind", "augment", "store", "branch", "loop", "call")
DEEPEST = 3
PRELUDE = """
class Box:
    def __init__(self, a, s):
        self.a = a
        self.s = s

    def weigh(self, k):
        return 0.2 * np.sum(self.a) * k + self.s

    def step(self, k):
        self.a = self.a * k
        self.s += 0.1 * k


def descend(v, k, n):
    if n == 0:
        return 0.2 * np.sum(v)
    if k > 0.5:
        return k * descend(0.5 * v, k - 0.4, n - 1)
    return v[n % 4] + 0.5 * descend(0.9 * v, k, n - 1)


def twice(f, v):
    return f(0.5 * f(v))
"""


def random_program(seed: int) -> Block:
    """The statements of a module that defines `program(x, y, m, k, n)`."""
    rng = random.Random(seed)
    every = (*SIMPLE, *COMPOUND, *OTHER)
    makers = tuple(m for m in every if rng.random() < (0.6 if m in OFTEN else 0.25)) or ("bind",)
    module: list[Statement] = []
    helpers: tuple[Helper, ...] = ()
    for name in ("helper", "other")[: rng.randrange(3) if "call" in makers else 0]:
        helper = Helper(name, rng.choice(["number", "array", "none", "itself", "pair"]))
        module.append(_helper(rng, makers, helper, helpers))
        helpers = (*helpers, helper)
    scope = Scope(
        rng, makers, {"k"}, {"n"}, {"x": LENGTH, "y": LENGTH}, {"m"}, helpers=helpers
    )  # fmt: skip
    body = _write(scope, rng.choice([2, 3, 3, 4, 5, 8]), 0)
    if "outside" in makers:
        body = (outside.BEGIN, *body)
    result = Line(f"return {number(scope, 2)} + {_digest(scope)}")
    module.append(Compound((("def program(x, y, m, k, n):", (*body, result)),)))
    text = render(tuple(module))
    used: list[str] = []
    for part in reversed(_prelude()):
        if re.search(rf"\b{_name(part)}\b", text):
            used.insert(0, part)
            text += part
    names = [name for name in MODULES if f"{name}." in text]
    imports = [Line(f"import {name}") for name in names]
    return (*imports, Line("import numpy as np"), *map(Line, used), *module)


def _prelude() -> list[str]:
    """What programs may use, one definition each, each after those that it uses."""
    pieces: list[str] = []
    for prelude in (PRELUDE, raising.PRELUDE, objects.PRELUDE, outside.PRELUDE):
        pieces += prelude.strip().split("\n\n\n")
    return pieces


def _name(definition: str) -> str:
    found = re.search(r"^(?:class |def |)(\w+)", definition, re.MULTILINE)
    assert found is not None
    return found[1]


def _helper(
    rng: random.Random, makers: tuple[str, ...], helper: Helper, known: tuple[Helper, ...]
) -> Statement:
    scope = Scope(
        rng, makers, {"r"}, arrays={"p": LENGTH, "q": LENGTH}, helpers=known,
        returns=helper.returns,
    )  # fmt: skip
    body = _write(scope, rng.randint(1, 3), 1)
    header = f"def {helper.name}(p, q, r={rng.choice(['0.3', '-0.4'])}):"
    return Compound(((header, (*body, Line(_return(scope)))),))


def _return(scope: Scope) -> str:
    match scope.returns:
        case "number":
            return f"return {number(scope, 1)}"
        case "array":
            return f"return {array(scope, LENGTH, 1)}"
        case "itself":
            return f"return {scope.pick(scope.of_length(LENGTH))}"
        case "pair":
            return f"return {array(scope, LENGTH, 1)}, {number(scope, 1)}"
        case _:
            return "return None"


def _digest(scope: Scope) -> str:
    """A number to which everything that is bound contributes, so that little is dead."""
    parts = [f"np.sum(np.sin({a}))" for a in sorted(scope.arrays)]
    parts += [f"np.sum({m} * {m})" for m in sorted(scope.matrices)]
    parts += [f"sum(np.sum(v_ * v_) for v_ in {xs})" for xs in sorted(scope.lists)]
    parts += [f"sum(v_ * v_ for v_ in {ns})" for ns in sorted(scope.buffers)]
    parts += [f'np.sum({d}["p"] * {d}["q"])' for d in sorted(scope.dicts)]
    parts += [f"np.sum({b}.a * {b}.s)" for b in sorted(scope.boxes)]
    parts += [f"{f}(0.4)" for f in sorted(scope.functions)]
    kept = [part for part in parts if scope.chance(0.7)]
    return " + ".join(kept or ["np.sum(x * y)"])


def _write(scope: Scope, size: int, depth: int) -> Block:
    return tuple(stmt for _ in range(size) for stmt in _statement(scope, depth))


def _statement(scope: Scope, depth: int) -> Block:
    compound = [m for m in scope.makers if m in COMPOUND]
    if compound and depth < DEEPEST and scope.chance(0.4 - 0.1 * depth):
        return COMPOUND[scope.rng.choice(compound)](scope, depth, _write)
    if "leave" in scope.makers and scope.loops and scope.chance(0.15):
        return control.leave(scope)
    if "return" in scope.makers and depth and scope.chance(0.1):
        return (Compound(((f"if {test(scope)}:", (Line(_return(scope)),)),)),)
    simple = [m for m in scope.makers if m in SIMPLE]
    return SIMPLE[scope.rng.choice(simple)](scope) if simple else statements.bind(scope)

"""Random compound statements: branches, loops, exits."""

from __future__ import annotations

from collections.abc import Callable

from .program_text import Block, Compound, Line
from .random_scope import LENGTH, Scope
from .random_values import array, constant, number, test

Write = Callable[[Scope, int, int], Block]
"""Writes a block of some statements at some depth."""


def branch(scope: Scope, depth: int, write: Write) -> Block:
    """`if`, perhaps with `elif` and `else`."""
    sides: list[Scope] = []
    parts: list[tuple[str, Block]] = []
    headers = [f"if {test(scope)}:"]
    if scope.chance(0.2):
        headers.append(f"elif {test(scope)}:")
    if scope.chance(0.6):
        headers.append("else:")
    for header in headers:
        sides.append(scope.inner())
        parts.append((header, write(sides[-1], scope.rng.randint(1, 3), depth + 1)))
    scope.keep(*sides, *([] if headers[-1] == "else:" else [scope.inner()]))
    return (Compound(tuple(parts)),)


def match(scope: Scope, depth: int, write: Write) -> Block:
    """`match` on an integer, with alternatives and perhaps a guard."""
    length = f"len({scope.pick(scope.arrays)}) // 2"
    subject = f"{scope.pick(scope.integers)} % 3" if scope.integers else length
    guard = f" if {test(scope)}" if scope.chance(0.3) else ""
    headers = [f"case 0{guard}:", "case 1 | 2:", "case _:"]
    sides = [scope.inner() for _ in headers]
    cases = [
        Compound(((header, write(side, 2, depth + 1)),))
        for header, side in zip(headers, sides, strict=True)
    ]
    scope.keep(*sides)
    return (Compound(((f"match {subject}:", tuple(cases)),)),)


def loop(scope: Scope, depth: int, write: Write) -> Block:
    """`for` over a range, an array, a matrix, several of them; perhaps with `else`."""
    inner = scope.inner(loops=1)
    header = _header(scope, inner)
    parts = [(header, write(inner, scope.rng.randint(1, 4), depth + 1))]
    if scope.chance(0.12):
        parts.append(("else:", write(scope.inner(), scope.rng.randint(1, 2), depth + 1)))
    return (Compound(tuple(parts)),)


def _header(scope: Scope, inner: Scope) -> str:
    rng = scope.rng
    match rng.randrange(8):
        case 0 if scope.matrices:
            inner.arrays["row"] = LENGTH
            return f"for row in {scope.pick(scope.matrices)}:"
        case 1:
            inner.numbers.add("v")
            return f"for v in {scope.pick(scope.arrays)}:"
        case 2:
            inner.numbers.add("v")
            inner.integers.add("i")
            return f"for i, v in enumerate({array(scope, LENGTH, 1)}):"
        case 3:
            length = rng.choice([2, 4])
            inner.numbers.update("vw")
            return f"for v, w in zip({array(scope, length, 1)}, {array(scope, length, 0)}):"
        case 4:
            inner.integers.add("i")
            order = rng.choice(["reversed(range(3))", "range(2, -1, -1)", "(2, 0, 1)"])
            return f"for i in {order}:"
        case 5 if scope.lists:
            inner.arrays["item"] = LENGTH
            return f"for item in {scope.pick(scope.lists)}:"
        case 6 if scope.buffers:
            inner.numbers.add("v")
            return f"for v in {scope.pick(scope.buffers)}[:3]:"
    inner.integers.add("i")
    return f"for i in range({rng.choice(['2', '3', *scope.integers & {'n'}])}):"


def while_loop(scope: Scope, depth: int, write: Write) -> Block:
    """`while` with a counter, so that it ends; perhaps with a walrus, perhaps with `else`."""
    inner = scope.inner(loops=1)
    counter = f"count{depth}"
    step = Line(f"{counter} += 1", fixed=True)
    condition = test(scope)
    if scope.chance(0.15):
        condition = f"(u := {number(scope, 1)}) > {constant(scope)}"
        inner.numbers.add("u")
    body = (step, *write(inner, scope.rng.randint(1, 3), depth + 1))
    parts = [(f"while {counter} < 3 and {condition}:", body)]
    if scope.chance(0.15):
        parts.append(("else:", write(scope.inner(), scope.rng.randint(1, 2), depth + 1)))
    return Line(f"{counter} = 0"), Compound(tuple(parts))


def context(scope: Scope, depth: int, write: Write) -> Block:
    """`with`, or `try` with `finally` or with a handler of what does not happen."""
    inner = scope.inner()
    body = write(inner, scope.rng.randint(1, 3), depth + 1)
    scope.keep(inner)
    match scope.rng.randrange(3):
        case 0:
            return (Compound((("with np.errstate(divide='ignore'):", body),)),)
        case 1:
            return (Compound((("try:", body), ("finally:", write(scope, 1, depth + 1)))),)
    away = scope.inner()
    handler = write(away, 1, depth + 1)
    return (Compound((("try:", body), ("except ZeroDivisionError:", handler))),)


def leave(scope: Scope) -> Block:
    """`break` or `continue` under a condition."""
    word = scope.rng.choice(["break", "continue"])
    return (Compound(((f"if {test(scope)}:", (Line(word),)),)),)

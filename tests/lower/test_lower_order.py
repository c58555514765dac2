"""Expressions are evaluated in Python's order, as often as Python does, and no more."""

from __future__ import annotations

import linecache
import random

import pytest

from adjoint.transform.ir.run import run
from adjoint.transform.ir.show import show
from adjoint.transform.ir.verify import verify
from adjoint.transform.lower import lower, normalise_exits

from .random_expressions import statement


class Box:
    """An object whose methods and attributes note what happens to them."""

    def __init__(self, log):
        object.__setattr__(self, "log", log)
        self.value = 1

    def __setattr__(self, name, value):
        self.log.append((name, value))
        object.__setattr__(self, name, value)

    def put(self, value, *, key):
        self.log.append(("put", value, key))
        return value - key

    def at(self, place):
        self.log.append(("at", place))
        return self


def tools(log):
    """What the random programs call."""

    def t(value):
        log.append(("t", value))
        return value

    def three(x, y, z):
        log.append(("three", x, y, z))
        return x + 2 * y + 3 * z

    def swap(xs, place):
        log.append(("swap", list(xs), place))
        xs[0], xs[place] = xs[place] + 1, xs[0]
        return place

    return {"t": t, "three": three, "swap": swap}


def build(text, name, log):
    space = tools(log)
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), space)
    return space["f"]


def outcome(call, log):
    log.clear()
    xs, box = [4, 5, 6], Box(log)
    try:
        value = call(1, 0, -2, xs, box)
    except (ArithmeticError, LookupError, ValueError, AssertionError) as error:
        value = type(error).__name__, str(error)
    return value, xs, vars(box), list(log)


@pytest.mark.parametrize("first", range(0, 300, 30))
def test_random_statements_do_the_same_in_the_same_order(first):
    for seed in range(first, first + 30):
        rng = random.Random(seed)
        lines = [statement(rng) for _ in range(2)]
        text = "def f(a, b, c, xs, box):\n" + "".join(f"    {line}\n" for line in lines)
        text += "    return a, b, c\n"
        log: list[object] = []
        try:
            f = build(text, f"<order {seed}>", log)
        except SyntaxError:
            continue  # Python has no `:=` in the iterable of a comprehension
        ir = verify(lower(f))
        plain = verify(normalise_exits(ir), exits=True)
        expected = outcome(f, log)
        for version in (ir, plain):
            got = outcome(lambda *args, version=version: run(version, *args), log)
            assert got == expected, f"{text}\n{show(version)}"

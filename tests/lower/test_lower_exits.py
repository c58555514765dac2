"""Functions do the same after their exits have been made plain."""

from __future__ import annotations

import contextlib
import linecache
import random

import pytest

from adjoint.transform.ir.run import run
from adjoint.transform.ir.show import show
from adjoint.transform.ir.verify import verify
from adjoint.transform.lower import lower, normalise_exits

from .random_programs import program


class Exhausted(Exception):
    """No more choices: the program ran too long."""


class Choices:
    """A stream of decisions that ends."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.left = 60

    def pop(self) -> bool:
        self.left -= 1
        if self.left < 0:
            raise Exhausted
        return self.rng.random() < 0.4


class Log(list):  # type: ignore[type-arg]
    def append(self, item: object) -> None:
        if len(self) > 300:
            raise Exhausted
        super().append(item)


@contextlib.contextmanager
def noted(log):
    log.append("enter")
    try:
        yield
    finally:
        log.append("exit")


def outcome(call, seed):
    log = Log()
    try:
        return call(Choices(seed), log), list(log)
    except Exhausted:
        return "exhausted", list(log)


def function_of(text, name):
    space = {"noted": noted}
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), space)
    return space["f"]


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_random_control_flow_does_the_same(first):
    for seed in range(first, first + 20):
        text = program(seed)
        f = function_of(text, f"<random {seed}>")
        ir = verify(lower(f))
        plain = verify(normalise_exits(ir), exits=True)
        for choice in range(6):
            expected = outcome(f, choice)
            assert outcome(lambda *a, ir=ir: run(ir, *a), choice) == expected, text
            got = outcome(lambda *a, plain=plain: run(plain, *a), choice)
            assert got == expected, f"{text}\n{show(plain)}"

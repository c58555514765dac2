"""What is printed and loaded again does what the IR, and the function it came from, does."""

from __future__ import annotations

import random
import types

import pytest

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.emit.load import load
from adjoint.transform.emit.module import to_text
from adjoint.transform.ir.nodes import Function
from adjoint.transform.lower import lower, normalise_exits
from tests.lower.language import LANGUAGE
from tests.lower.random_expressions import statement
from tests.lower.random_programs import program
from tests.lower.test_lower_exits import function_of
from tests.lower.test_lower_exits import outcome as exits_outcome
from tests.lower.test_lower_language import outcome
from tests.lower.test_lower_order import build
from tests.lower.test_lower_order import outcome as ordered_outcome


def versions(f) -> tuple[Function, Function]:
    ir = lower(f)
    return ir, normalise_exits(ir)


def printed(f: types.FunctionType, ir: Function) -> types.FunctionType:
    cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
    return load(ir, {**HELPERS, **f.__globals__}, cells)


@pytest.mark.parametrize(("f", "args"), LANGUAGE, ids=lambda value: getattr(value, "__name__", ""))
def test_every_construct_means_what_it_meant(f, args):
    for ir in versions(f):
        assert outcome(printed(f, ir), args) == outcome(f, args), to_text(ir)


@pytest.mark.parametrize("first", range(0, 100, 50))
def test_random_statements_do_the_same_in_the_same_order(first):
    for seed in range(first, first + 50):
        check_order(seed)


def check_order(seed: int) -> None:
    rng = random.Random(seed)
    lines = [statement(rng) for _ in range(2)]
    text = "def f(a, b, c, xs, box):\n" + "".join(f"    {line}\n" for line in lines)
    text += "    return a, b, c\n"
    log: list[object] = []
    try:
        f = build(text, f"<emit order {seed}>", log)
    except SyntaxError:
        return  # Python has no `:=` in the iterable of a comprehension
    expected = ordered_outcome(f, log)
    for ir in versions(f):
        assert ordered_outcome(printed(f, ir), log) == expected, f"{text}\n{to_text(ir)}"


@pytest.mark.parametrize("first", range(0, 50, 25))
def test_random_programs_leave_loops_as_they_did(first):
    for seed in range(first, first + 25):
        text = program(seed)
        f = function_of(text, f"<emit program {seed}>")
        for choice in range(3):
            expected = exits_outcome(f, choice)
            for ir in versions(f):
                assert exits_outcome(printed(f, ir), choice) == expected, f"{text}\n{to_text(ir)}"


def test_the_same_function_gives_the_same_bytes():
    for f, _ in LANGUAGE:
        assert to_text(lower(f)) == to_text(lower(f))

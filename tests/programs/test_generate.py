"""Random programs: written the same each time, always running; failing ones are made small."""

from __future__ import annotations

import inspect
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from .checker import case_of
from .differences import IllConditioned
from .generate import failures, pasted
from .minimise import minimised, reductions
from .outcomes import Outcome, arguments, deadline, load, outcome
from .program_text import Compound, Line, render
from .random_program import random_program

SEEDS = range(40)


def test_the_same_seed_writes_the_same_program() -> None:
    for seed in SEEDS:
        assert render(random_program(seed)) == render(random_program(seed))


def test_programs_run_are_bounded_and_depend_on_their_arguments(tmp_path: Any) -> None:
    moved, bound = 0, 1e4
    for seed in SEEDS:
        program = load(render(random_program(seed)), str(tmp_path))
        try:
            with np.errstate(all="ignore"), deadline(10):
                case = case_of(program, arguments(seed, 0), (0, 1, 2, 3))
        except IllConditioned:
            continue
        assert abs(case.value) < bound
        moved += any(np.any(n) for n in case.numeric)
    assert moved > 0.8 * len(SEEDS)


def test_the_source_of_a_program_is_found(tmp_path: Any) -> None:
    source = render(random_program(3))
    program = load(source, str(tmp_path))
    assert inspect.getsource(program) in source


def test_constructs_of_every_sort_occur() -> None:
    text = "".join(render(random_program(seed)) for seed in range(400))
    for piece in (
        "while ", "break", "continue", "for v, w in zip(", "for row in", ".append(", "[-1] *= ",
        "def near(z", "def helper(", "else:", "enumerate(", "reversed(", "np.where(", "return ",
        '["p"] ', "[::-1]", "] += ", "try:", "finally:", "except ", "match ", "with np.errstate",
        ":= ", "lambda ", "Box(", "descend(", "twice(", "np.add.at(", "out=", ".pop(", ".insert(",
        ".items()", "elif ", "for v_ in", "sorted(", "*_, ", ".fill(", "yield ", "nonlocal ",
        "itertools.", "functools.", "next(", "deque(", "raise ", "Halved(", "Pair(", "Point(",
        "Drift(", "np.einsum(", "h_[t_ + 1]", "old_, new_ = new_, old_", ".reshape(2, 2)[",
        'TALLY["n"] += 1', "wear()", "LOG.append(", "* WEIGHTS",
    ):  # fmt: skip
        assert piece in text, piece


def test_outcomes_alike_have_the_same_cause() -> None:
    one = Outcome("refused", "UnsupportedSyntax: `try` is not supported (random_1.py, line 3)")
    two = Outcome("refused", "UnsupportedSyntax: `try` is not supported (random_25.py, line 8)")
    other = Outcome("refused", "UnsupportedSyntax: name 'np' is not defined")
    assert one.sort == two.sort != other.sort


def test_a_report_can_be_pasted_into_the_corpus() -> None:
    text = pasted(random_program(3), 3)
    assert "@program((np.array([" in text
    assert "def seed_3(x, y, m, k, n):" in text
    compile(text, "pasted", "exec")


def test_a_failing_program_is_made_small() -> None:
    programs = map(random_program, range(4, 40))
    block = next(b for b in programs if "begin()" not in render(b))  # which is never left out
    culprit = Line("k = 123.0")
    *module, main = block
    assert isinstance(main, Compound)
    header, body = main.parts[0]
    spoilt = (*module, Compound(((header, (*body[:1], culprit, *body[1:])),)))
    small = minimised(spoilt, lambda b: culprit.text in render(b))
    assert render(small).count("\n") <= len(["def program(...):", culprit.text])


def test_what_keeps_a_loop_finite_is_never_left_out() -> None:
    step = Line("count += 1", fixed=True)
    loop = Compound((("while count < 3:", (step, Line("x = 1.0"))),))
    for smaller in reductions((Line("count = 0"), loop)):
        text = render(smaller)
        assert "while" not in text or "count += 1" in text


def test_what_does_not_end_is_ended() -> None:
    def compute(end: float) -> None:
        while time.monotonic() < end:
            pass

    with pytest.raises(TimeoutError), deadline(1):
        compute(time.monotonic() + 60)


def test_outcomes_are_told_apart(tmp_path: Any) -> None:
    block = (Compound((("def program(x, y, m, k, n):", (Line("return k * k"),)),)),)

    def api(gradient: Any) -> Any:
        def pulled(f: Any, *args: Any) -> Any:
            return f(*args), lambda g: gradient(*args, g)

        def value_and_gradient(f: Any, wrt: Any) -> Any:
            return lambda *args: (f(*args), gradient(*args, 1.0)[:4])

        return SimpleNamespace(
            vjp=pulled,
            value_and_gradient=value_and_gradient,
            gradient=lambda f, wrt: lambda *args: gradient(*args, 1.0)[:4],
        )

    def right(*args: Any) -> Any:
        x, y, m, k, _, g = args
        return x * 0, y * 0, m * 0, 2 * k * g, None

    def wrong(*args: Any) -> Any:
        return (*right(*args)[:3], 3.0, None)

    def broken(*args: Any) -> Any:
        raise KeyError("d_x")

    folder = str(tmp_path)
    assert outcome(block, 0, folder, api(right)).kind == "right"
    assert outcome(block, 0, folder, api(wrong)).kind == "wrong"
    assert outcome(block, 0, folder, api(broken)).kind == "crash"


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_random_programs_have_right_gradients(first: int) -> None:
    tally: Counter[str] = Counter()
    reports = list(failures(range(first, first + 20), tally))
    assert not reports, "\n".join(reports)
    assert not tally["unusable"]
    at_least = 4  # of twenty: the others do what is refused, mostly writes through aliases
    assert tally["right"] >= at_least

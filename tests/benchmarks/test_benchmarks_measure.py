"""The measuring itself: who is timed, who is not, and what a ratio is."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import measure as measuring
from benchmarks.contestants import rebound
from benchmarks.measure import Measurement, disagreement, measure, ready
from benchmarks.program import Program
from benchmarks.report import table

ROOT = Path(__file__).parents[2]


def square(x: Any) -> Any:
    return np.sum(x * x)


PROGRAM = Program(
    name="square",
    primal=square,
    hand=lambda x: (2 * x,),
    wrt=(0,),
    args=(np.arange(3.0),),
    small=(np.arange(3.0),),
    left_out={"jax": "no reason"},
)


def contestant(answer: Any) -> Callable[[Program], Callable[[], Any]]:
    return lambda program: lambda: answer


def failing(program: Program) -> Callable[[], Any]:
    raise ValueError("cannot express this\nmore text")


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replaces the peers by one that is right, one that is wrong and one that fails."""
    stand_ins = {
        "right": contestant([0.0, 2.0, 4.0]),
        "wrong": contestant([0.0, 2.0, 5.0]),
        "failing": failing,
    }
    monkeypatch.setattr(measuring, "PEERS", stand_ins)
    return stand_ins


def test_only_those_with_the_right_gradient_are_timed(peers: dict[str, Any]) -> None:
    peers["right"] = contestant((np.array([0.0, 2.0, 4.0]),))
    calls, left_out = ready(PROGRAM, peers)
    assert set(calls) == {"primal", "hand", "right"}
    assert left_out["failing"] == "ValueError: cannot express this"
    assert "wrong" in left_out
    assert left_out["jax"] == "no reason"


def test_a_wrong_emitted_gradient_is_not_let_off(
    monkeypatch: pytest.MonkeyPatch, peers: dict[str, Any]
) -> None:
    monkeypatch.setattr(measuring, "OURS", {**measuring.OURS, "emitted": peers["wrong"]})
    with pytest.raises(AssertionError, match="square: the emitted gradient is wrong"):
        ready(PROGRAM, {"emitted"})


def test_every_contestant_is_timed_in_every_round(peers: dict[str, Any]) -> None:
    peers["right"] = contestant((np.array([0.0, 2.0, 4.0]),))
    measured = measure(PROGRAM, peers, rounds=3, slice_s=1e-4)
    assert {name: len(times) for name, times in measured.rounds.items()} == {
        "primal": 3,
        "hand": 3,
        "right": 3,
    }
    ratio = measured.ratio("hand", "primal")
    assert ratio is not None
    assert ratio > 0
    assert measured.ratio("wrong", "hand") is None


@pytest.mark.parametrize(
    "got",
    [
        (np.zeros(2), np.zeros(3)),  # too many
        (np.zeros(3),),  # of another shape
        (np.array([0.0, np.nan]),),
    ],
)
def test_gradients_that_cannot_be_compared_disagree(got: tuple[Any, ...]) -> None:
    assert disagreement(got, (np.ones(2),)) == float("inf")


def test_table_names_who_was_left_out() -> None:
    measured = Measurement("p", {"primal": (1.0,), "hand": (2.0,)}, {"torch": "too slow"})
    assert table([measured]).endswith("Left out:\n- p: torch: too slow")


def test_rebinding_gives_a_function_another_module() -> None:
    double = rebound(square, np=_Doubled())  # type: ignore[arg-type]
    assert double(np.arange(3.0)) == 10.0
    assert square(np.arange(3.0)) == 5.0


class _Doubled:
    """Stands in for a module with another meaning of `sum`."""

    @staticmethod
    def sum(x: Any) -> Any:
        return 2 * np.sum(x)


def bodies(path: Path) -> dict[str, str]:
    """Every function of a file without its decorators and docstring."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            found[node.name] = f"({ast.unparse(node.args)})\n" + "\n".join(map(ast.unparse, body))
    return found


@pytest.mark.parametrize(
    ("sample", "program", "functions"),
    [
        ("lynx_hare.py", "lotka_volterra.py", ("rates", "rk4_step", "misfit")),
        ("heat.py", "heat.py", ("diffuse", "misfit")),
    ],
)
def test_what_is_measured_is_the_sample(
    sample: str, program: str, functions: tuple[str, ...]
) -> None:
    in_sample = bodies(ROOT / "samples" / sample)
    in_suite = bodies(ROOT / "benchmarks" / "suite" / program)
    for name in functions:
        assert in_suite[name] == in_sample[name]

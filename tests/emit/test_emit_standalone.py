"""A standalone module needs NumPy only, and says so when that is not possible."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.emit.standalone import CannotStandAlone, Header, standalone

HEADER = Header("/somewhere/model.py", "f", "def f(x): ...\n")
GAIN = 2.5
TABLE = np.ones(3)


def undecorated(f):
    return f


@undecorated
def helper(x: np.ndarray, depth: int = 0) -> float:
    factor: float = GAIN  # the constant
    return factor * np.sum(x) if depth else helper(x, 1)


def run(text):
    space: dict[str, object] = {}
    exec(compile(text, "standalone", "exec"), space)
    return space


def text_of(expression):
    return f"def f(x):\n    return {expression}\n"


def test_everything_needed_is_written_down_and_nothing_else():
    needed = {**HELPERS, "helper": helper, "math": math, "limit": math.inf, "sin": np.sin}
    function = text_of("min(helper(x) + math.pi, limit)")
    text = standalone([(function, needed)], HEADER)
    assert run(text)["f"](np.ones(2)) == 5.0 + math.pi
    assert text == (
        "# Derivatives of f (model.py), written by adjoint.\n"
        f"# sha256 of its source: {hashlib.sha256(HEADER.source.encode()).hexdigest()}\n"
        "\n"
        "import math\n"
        "import numpy as np\n"
        "\n"
        "GAIN = 2.5\n"
        "limit = 1e309\n"
        "\n"
        "\n"
        "def helper(x, depth=0):\n"
        "    factor = GAIN  # the constant\n"
        "    return factor * np.sum(x) if depth else helper(x, 1)\n"
        "\n"
        "\n"
        "def f(x):\n"
        "    return min(helper(x) + math.pi, limit)\n"
    )


@pytest.mark.parametrize("name", sorted(HELPERS))
def test_every_helper_can_stand_alone(name):
    made = run(standalone([(text_of(name), {name: HELPERS[name]})], HEADER))
    assert made["f"](0) is made[name]


def test_functions_may_need_each_other():
    caller = "def g(x):\n    return f(x) + 1\n"
    made = run(standalone([(text_of("-x"), {}), (caller, {})], HEADER))
    assert made["g"](2) == -1


def closure():
    captured = 1
    return lambda x: x + captured


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (TABLE, "f reads it, and ndarray objects cannot be written down; make it an argument"),
        (closure(), "f reads it, and it is a closure or a lambda"),
        (pytest, "f reads it, and it is the module pytest"),
        ([1.0], "f reads it, and list objects cannot be written down; make it an argument"),
    ],
)
def test_what_cannot_be_written_down_is_refused_by_name(value, why):
    with pytest.raises(CannotStandAlone) as caught:
        standalone([(text_of("thing(x)"), {"thing": value})], HEADER)
    assert str(caught.value) == f"thing: {why}"


def test_unknown_names_and_names_with_two_meanings_are_refused():
    with pytest.raises(CannotStandAlone, match="thing: f reads it, and it is not known"):
        standalone([(text_of("thing"), {})], HEADER)
    other = "def g(x):\n    return gain\n"
    with pytest.raises(CannotStandAlone, match="gain: it means two things"):
        standalone([(text_of("gain"), {"gain": 1.5}), (other, {"gain": 2.5})], HEADER)

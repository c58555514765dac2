"""Every pass can be left out without changing a number.

Here each program of the corpus meets one of the passes; `python -m tests.programs.passes` takes
them all.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from adjoint import Differentiable
from adjoint.transform.passes.pipeline import ALL, PIPELINE, Pass, without
from tests.programs.passes import differences, failures
from tests.programs.registry import corpus

EVERY = 6 * len(PIPELINE)
CASES = [
    pytest.param(PIPELINE[i % EVERY], program, id=f"{program.name}-{PIPELINE[i % EVERY].name}")
    for i, program in enumerate(corpus())
    if i % EVERY < len(PIPELINE)
]


@pytest.mark.parametrize(("one", "program"), CASES)
def test_no_number_changes(one: Pass, program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        args, wrt = program.arguments(0), program.positions(0)
        assert list(failures(program.function, args, wrt, (one,))) == []


def swing(x, k, n):
    v = 0.0
    for _ in range(n):
        v = v - 0.01 * k * np.sin(x)
        x = x + 0.01 * v
    return np.sum(x) - -np.sum(v)


def quarter(x):
    return x * x / 4


def halved(x, n):
    for _ in range(n):
        x = quarter(x)
    return x


def weighted(x, n):
    squares = [i * i for i in range(n)]
    return x * squares[1]


def centred(x, m):
    d = np.sin(x - m)
    d[1:] *= x[1:]
    return np.sum(d * d)


def gram(a, m):
    d = a - m
    return np.sum(d.T @ d)


def bowl(x):
    b = np.tanh(x)
    return np.sum(np.sqrt(1 + b * b))


def product(p):
    a, b = np.exp(p[0]), np.exp(p[1])
    return a * b


def variance(x):
    m = np.mean(x)
    return np.mean((x - m) ** 2)


def noted(x, n):
    notes = []
    for _ in range(n):
        notes.append(2 * x)
        x = x * x
    return x


def updated(x, y):
    d = {"p": y.reshape(-1), "q": x if x[0] > 0.2 else y[::-1]}
    d.update({"q": 1.0 / (2.0 + np.cos(d["q"]))})
    return np.sum(d["p"] * d["q"])


def test_what_takes_a_cotangent_out_is_not_folded_past_where_it_is_added() -> None:
    args = np.array([0.1, 0.4]), np.array([0.3, -0.2])
    assert list(failures(updated, args, (0, 1))) == []


WRT = {
    product: 0, variance: 0, noted: 0, bowl: 0, swing: (0, 1), halved: 0, weighted: 0,
    centred: (0, 1), gram: (0, 1),
}  # fmt: skip


def source(function, passes, *args, mode="vjp") -> str:
    return Differentiable(function, None, passes).source_of(mode, WRT[function], *args)


CALLS = (
    (product, np.ones(2)), (variance, np.ones(2)), (noted, 2.0, 3),
    (bowl, np.ones(2)), (swing, np.ones(2), 2.0, 3), (halved, 2.0, 3), (weighted, 2.0, 3),
    (centred, np.ones(2), np.ones(2)), (gram, np.ones((2, 3)), np.ones((2, 3))),
)  # fmt: skip


def test_every_pass_does_something() -> None:
    changed = {
        one.name
        for one in PIPELINE
        for call in CALLS
        for mode in ("vjp", "gradient")
        if source(*call[:1], without(one.name), *call[1:], mode=mode)
        != source(*call[:1], ALL, *call[1:], mode=mode)
    }
    assert changed == ALL


def test_emissions_with_other_passes_are_kept_apart() -> None:
    x = np.ones(3)
    texts = [source(swing, passes, x, 2.0, 3) for passes in (ALL, without("fold"), ALL)]
    assert texts[0] == texts[2] != texts[1]
    some, other = Differentiable(swing), Differentiable(swing, None, without("fold"))
    assert np.array_equal(some.gradient(x, 2.0, 3), other.gradient(x, 2.0, 3))
    assert some.vjp(x, 2.0, 3)[0] == other.vjp(x, 2.0, 3)[0]


def test_no_pass_has_another_name() -> None:
    with pytest.raises(ValueError, match="there is no pass folding"):
        without("folding")


def test_a_change_is_noticed() -> None:
    exact, inexact = (next(p for p in PIPELINE if p.exact is e) for e in (True, False))
    want, near = {"gradient": np.ones(2)}, {"gradient": np.ones(2) + 1e-15}
    assert list(differences(exact, near, want))
    assert not list(differences(inexact, near, want))
    assert list(differences(inexact, {"gradient": np.ones(2) + 1e-9}, want))
    assert list(differences(exact, {"refusal": "no"}, want))
    assert list(differences(exact, {"gradient": np.ones(2, np.float32)}, want))


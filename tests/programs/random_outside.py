"""Random statements about what is outside: global data that the program reads and changes."""

from __future__ import annotations

from .program_text import Block, Compound, Line
from .random_scope import LENGTH, Scope
from .random_values import growth, index, number, operand, tight

BEGIN = Line("begin()", fixed=True)
"""Makes every run of a program find the same."""

PRELUDE = """
WEIGHTS = np.ones(4)


LOG = [0.5]


TALLY = {"n": 0, "rate": 0.5, "weights": np.ones(4)}


def begin():
    WEIGHTS[:] = [0.4, 0.3, -0.2, 0.6]
    LOG[:] = [0.5]
    TALLY.update(n=0, rate=0.5, weights=np.array([0.2, -0.5, 0.3, 0.1]))


def tick():
    TALLY["n"] += 1
    TALLY["rate"] *= 0.9


def wear():
    WEIGHTS[1:] *= 0.9
    LOG.append(0.1 * len(LOG))


def weighed(v):
    return 0.3 * np.sum(v * WEIGHTS) * TALLY["rate"]
"""


def outside(scope: Scope) -> Block:
    """Global data changed, read, or both, in some order."""
    made = [make(scope) for make in scope.rng.sample([_change, _read, _branch], 2)]
    return tuple(stmt for block in made for stmt in block)


def _change(scope: Scope) -> Block:
    return (Line(scope.rng.choice([
        'TALLY["n"] += 1', "tick()", "wear()", "LOG.append(0.3)", "LOG.insert(0, -0.2)",
        f"WEIGHTS[{index(scope)}] *= 0.8", "WEIGHTS[:] = WEIGHTS[::-1] * 0.9",
        "np.multiply(WEIGHTS, 0.9, out=WEIGHTS)", 'TALLY["weights"][1:] *= 0.7',
        'TALLY["weights"] = TALLY["weights"] * 0.8', 'TALLY["rate"] = 0.5 * TALLY["rate"]',
    ])),)  # fmt: skip


def _read(scope: Scope) -> Block:
    long = scope.pick(scope.of_length(LENGTH))
    if scope.chance(0.4):
        value = scope.rng.choice(["WEIGHTS", 'TALLY["weights"]', f"0.5 * WEIGHTS * {long}"])
        return (Line(f"{long} {growth(scope, value)}"),)
    text = tight(number(scope, 1))
    return scope.line("NUMBER = " + scope.rng.choice([
        f'{text} * TALLY["rate"]', f"{text} * WEIGHTS[{index(scope)}]", f"{text} * 0.2 * sum(LOG)",
        f"weighed({operand(scope, LENGTH)})", f"0.3 * np.sum({long} * WEIGHTS)",
        f'0.3 * np.sum({long} * TALLY["weights"])', f"{text} * LOG[-1]",
        f"0.2 * sum(w_ * {text} for w_ in LOG)",
    ]))  # fmt: skip


def _branch(scope: Scope) -> Block:
    test = scope.rng.choice(['TALLY["n"] % 2 == 1', "len(LOG) > 2", "WEIGHTS[1] < 0.3"])
    name = scope.pick(scope.numbers)
    then, other = number(scope, 1), number(scope, 1)
    return (Compound(((f"if {test}:", (Line(f"{name} = {then}"),)),
                      ("else:", (Line(f"{name} = {other}"),)))),)  # fmt: skip

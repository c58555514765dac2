"""Random programs of mixed numbers from a seed: every kind of number, every operator.

A statement is kept only if it runs: it is tried on the arguments as it is written, so that nothing
has to be known of shapes and dtypes here.
"""

from __future__ import annotations

import cmath
import copy
import math
import random
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .number_operations import BINARY, LITERALS, RESULTS, STATEMENTS, UNARY
from .program_text import Block, Compound, Line, Statement, render

LARGE, LONGEST = 1e4, 12
ATTEMPTS = 60
POWERS, MOST_POWERS = ("**", "pow(", "<<"), 2
EDGES = (0.0, -0.0, math.nan, math.inf, -math.inf)
FLOATS = ("float16", "float32", "float64")
SHAPES = ((3,), (3,), (3,), (2, 3), (2, 1), (1,), ())


@dataclass(frozen=True, slots=True)
class Case:
    """A module that defines `program`, and the arguments to call it with.

    special: whether there are zeros, infinities and NaNs among the arguments.
    """

    block: Block
    args: tuple[Any, ...]
    special: bool


@dataclass(slots=True)
class _Scope:
    rng: random.Random
    values: dict[str, Any]
    special: bool


def random_numbers(seed: int) -> Case:
    """The program of a seed."""
    rng = random.Random(seed)
    special, empty = rng.random() < 0.08, rng.random() < 0.06
    names = "abc"[: rng.choice([1, 2, 2, 3])]
    args = tuple(_argument(rng, i, special, empty) for i in range(len(names)))
    scope = _Scope(rng, dict(zip(names, args, strict=True)), special)
    scope.values = copy.deepcopy(scope.values)
    body: list[Statement] = []
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        found = _try(scope, lambda: _statement(scope))
        body += () if found is None else (found,)
    value = _try(scope, lambda: Line(f"result = {expression(scope, 3)}"))
    body += () if value is None else (value,)
    result = _try(scope, lambda: Line(f"result = {_result(scope)}")) or Line("result = 1.0 * a")
    assert isinstance(result, Line)
    body.append(Line(result.text.replace("result =", "return", 1)))
    imports = (Line("import cmath"), Line("import math"), Line("import numpy as np"))
    header = f"def program({', '.join(names)}):"
    return Case((*imports, Compound(((header, tuple(body)),))), args, special)


def _argument(rng: random.Random, position: int, special: bool, empty: bool) -> Any:
    """A number or an array; the first argument has a derivative."""
    kinds: list[Callable[[], Any]] = [
        lambda: _size(rng),
        lambda: complex(_size(rng), _size(rng)),
        lambda: _array(rng, rng.choice(FLOATS), (), special)[()],
        lambda: _array(rng, rng.choice(FLOATS), rng.choice(SHAPES), special),
        lambda: _array(rng, rng.choice(FLOATS), rng.choice(SHAPES), special),
        lambda: _array(rng, rng.choice(("complex64", "complex128")), rng.choice(SHAPES), special),
        lambda: _array(rng, rng.choice(("complex64", "complex128")), (), special)[()],
    ]
    if empty and rng.random() < 0.8:
        kinds = [lambda: np.zeros(rng.choice([(0,), (0, 3), (2, 0)]), rng.choice(FLOATS))]
    if position and rng.random() < 0.35:
        kinds = [
            lambda: rng.randint(-2, 4),
            lambda: rng.random() < 0.5,
            lambda: _whole(rng, rng.choice(("int8", "uint8", "int64")), ())[()],
            lambda: _whole(rng, rng.choice(("int8", "uint8", "int64", "bool")), rng.choice(SHAPES)),
        ]
    return rng.choice(kinds)()


def _size(rng: random.Random) -> float:
    """A number that every width of floats holds, neither whole nor half of a whole one."""
    return rng.choice([-1, 1]) * (rng.randint(0, 9) * 0.25 + 0.3125)


def _array(rng: random.Random, dtype: str, shape: tuple[int, ...], special: bool) -> Any:
    count = math.prod(shape)
    many = [complex(_size(rng), _size(rng)) if "c" in dtype else _size(rng) for _ in range(count)]
    if special and many:
        many[rng.randrange(count)] = rng.choice(EDGES)
    return np.array(many, dtype).reshape(shape)


def _whole(rng: random.Random, dtype: str, shape: tuple[int, ...]) -> Any:
    low, high = {"bool": (0, 1), "uint8": (0, 200), "int8": (-100, 100)}.get(dtype, (-3, 5))
    many = [rng.choice([rng.randint(low, high), rng.randint(max(low, -2), min(high, 4))])
            for _ in range(math.prod(shape))]  # fmt: skip
    return np.array(many, dtype).reshape(shape)


def _try(scope: _Scope, write: Callable[[], Statement]) -> Statement | None:
    """A statement that runs and leaves small numbers; what it binds is then known."""
    for _ in range(ATTEMPTS):
        found = write()
        values = copy.deepcopy(scope.values)
        try:
            if sum(map(render((found,)).count, POWERS)) > MOST_POWERS:
                continue  # 7 ** 7 ** 7 ** 7 takes for ever
            run(found, values)
            fit = all(map(_is_small, values.values()))
            finite = scope.special or all(np.all(np.isfinite(v)) for v in values.values())
        except Exception:
            continue
        if fit and finite:
            scope.values = values
            return found
    return None


def run(stmt: Statement, values: dict[str, Any]) -> None:
    """Execute a statement in a scope of its own, whose names are kept."""
    scope = {"np": np, "math": math, "cmath": cmath}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        exec(render((stmt,)), scope, values)


def _is_small(value: Any) -> bool:
    if not isinstance(value, bool | int | float | complex | np.ndarray | np.generic):
        return False
    sizes = np.abs(np.asarray(value, complex))
    return np.size(value) <= LONGEST and not np.any(sizes[np.isfinite(sizes)] > LARGE)


def _statement(scope: _Scope) -> Statement:
    rng = scope.rng
    text = rng.choice(STATEMENTS)
    fresh = rng.choice("tuv")
    written = rng.choice(sorted(scope.values)) if rng.random() < 0.5 else fresh
    for hole in re.findall(r"\{(\w)\}", text):
        made = {"t": lambda: fresh, "w": lambda: written, "n": lambda: rng.choice("0123")}.get(
            hole, lambda: expression(scope, 1)
        )
        text = text.replace(f"{{{hole}}}", made(), 1)
    header, colon, rest = text.partition(": ")
    if colon and header.startswith(("for ", "if ")):
        sides = rest.split("; else: ")
        parts = [(f"{header}:", _lines(sides[0]))]
        parts += [("else:", _lines(side)) for side in sides[1:]]
        return Compound(tuple(parts))
    return Line(text)


def _lines(text: str) -> Block:
    return tuple(Line(part) for part in text.split("; "))


def _result(scope: _Scope) -> str:
    names = sorted(scope.values)
    name = "result" if "result" in names else scope.rng.choice(names)
    return scope.rng.choice(RESULTS).replace("{x}", name).replace("{y}", scope.rng.choice(names))


def expression(scope: _Scope, depth: int) -> str:
    """An expression of the names that are bound, which may well not run."""
    rng = scope.rng
    if depth == 0 or rng.random() < 0.15:
        if rng.random() < 0.85:
            return rng.choice(sorted(scope.values))
        return rng.choice(LITERALS)
    text = rng.choice(BINARY if rng.random() < 0.55 else UNARY)
    for hole in re.findall(r"\{(\w)\}", text):
        if f"{{{hole}}}" in text:
            operand = expression(scope, depth - 1 if rng.random() < 0.6 else 0)
            text = text.replace(f"{{{hole}}}", tight(operand))
    return text


def tight(text: str) -> str:
    """An expression in brackets, where it needs any."""
    return f"({text})" if " " in text or text[0] in "-+~" or "1j" in text else text

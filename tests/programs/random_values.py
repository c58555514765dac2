"""Random expressions: numbers, arrays, tests. Their values stay small, and away from poles."""

from __future__ import annotations

from collections.abc import Callable

from .random_scope import LENGTH, ROWS, SLICES, Scope

DETACHING = ("math.", "float(", "np.float64(", "begin()")
"""What takes the bare number out of an eager tensor, here as in PyTorch; and what writes into
arrays that are no tensors (`random_outside`), which these do not see.
"""


def number(scope: Scope, depth: int) -> str:
    """A number that depends on what is bound."""
    leaves = [constant(scope), *[scope.pick(scope.numbers)] * 3]
    leaves += [f"{scope.pick(scope.of_length(LENGTH))}[{index(scope)}]"]
    leaves += [f"{b}.s" for b in sorted(scope.boxes)]
    leaves += [f"{b}[{scope.rng.choice([0, -1])}]" for b in sorted(scope.buffers)]
    if depth == 0 or scope.chance(0.2):
        return scope.rng.choice(leaves)
    a, b = number(scope, depth - 1), number(scope, depth - 1)
    v = array(scope, scope.rng.choice([2, 4]), depth - 1)
    choices = [
        f"{a} * {tight(b)}", f"0.5 * ({a} + {b})", f"({a} - {b}) / 2", f"math.sin({a})",
        f"np.tanh({a})", f"np.mean({v})", f"0.2 * np.sum({v} * {v})",
        f"({a} if {number(scope, 0)} > {constant(scope)} else {b})", f"0.5 * np.max({v})",
        f"{tight(a)} / (2.0 + np.cos({b}))", f"np.sum({v}) * 0.2", f"abs({a})", f"max({a}, {b})",
        f"0.3 * ({tight(v)} @ {tight(v)})", f"{tight(v)}.mean()", f"float({a})",
        f"0.2 * sum(v_ * v_ for v_ in {v})", f"max(v_ * {tight(b)} for v_ in {v})",
        f"({a} or {b})", f"math.sqrt(1.0 + {tight(a)} ** 2)", f"np.float64({a})",
        f"0.2 * sum([v_ for v_ in {v} if v_ > {constant(scope)}])",
        *[f"{f}({a})" for f in sorted(scope.functions)],
        *[f"0.1 * (min({c}) + sum({c}) / len({c}))" for c in sorted(scope.buffers)],
    ]  # fmt: skip
    plain = [c for c in choices if not c.startswith(DETACHING)]
    return scope.rng.choice(choices if "detaching" in scope.makers else plain)


def array(scope: Scope, length: int, depth: int) -> str:
    """An array of a length that depends on what is bound."""
    rng = scope.rng
    leaves = _arrays_at_hand(scope, length)
    if depth == 0:
        return rng.choice(leaves)
    a, b = array(scope, length, depth - 1), array(scope, length, depth - 1)
    k, long = number(scope, depth - 1), scope.pick(scope.of_length(LENGTH))
    numbers = ", ".join([k, *[number(scope, 0) for _ in range(length - 1)]])
    choices = [
        rng.choice(leaves), f"np.sin({a})", f"np.tanh({a} + {b})", f"{tight(a)} * {tight(b)}",
        f"0.5 * ({a} + {b})", f"{tight(a)} * {tight(k)}", f"{tight(a)} - 0.5 * {tight(b)}",
        f"np.where({a} > {constant(scope)}, {b}, {k})", f"np.exp(-{tight(a)} ** 2)",
        f"np.maximum({a}, {k})", f"{tight(a)}.copy()", f"np.zeros({length}) + {k}",
        f"{long}[[{integers(scope, length)}]]", f"np.roll({a}, 1)", f"np.array([{numbers}])",
        f"0.3 * np.cumsum({a})", f"1.0 / (2.0 + np.cos({a}))", f"np.full({length}, {k})",
        f"np.stack([{numbers}])", f"np.clip({a}, -0.9, 0.8)", f"({a} if {test(scope)} else {b})",
        f"np.concatenate([{a}, {b}])[{length // 2}:{length // 2 + length}]",
        f"np.array([v_ * {tight(k)} for v_ in {a}])", f"{tight(a)}.reshape(-1)",
        f"np.sort({a})", f"np.flip({a})", f"0.4 * np.convolve({a}, {b}, 'same')",
        *[f"(0.3 * {m} @ {long})[[{rows(scope, length)}]]" for m in sorted(scope.matrices)],
        *[f"0.3 * {m}.sum(axis=0)[:{length}]" for m in sorted(scope.matrices)],
    ]  # fmt: skip
    return rng.choice(choices)


def _arrays_at_hand(scope: Scope, length: int) -> list[str]:
    rng, long = scope.rng, scope.of_length(LENGTH)
    leaves = [scope.pick(scope.of_length(length))] * 3 if scope.of_length(length) else []
    leaves += [f"{scope.pick(long)}{rng.choice(SLICES[length])}"]
    if length == LENGTH:
        leaves += [f"{name}[{rng.choice([0, 1, -1])}]" for name in sorted(scope.lists)]
        leaves += [f'{name}["{rng.choice("pq")}"]' for name in sorted(scope.dicts)]
        leaves += [f"{name}[{rng.randrange(ROWS)}]" for name in sorted(scope.matrices)]
        leaves += [f"{name}.a" for name in sorted(scope.boxes)]
    return leaves


def test(scope: Scope) -> str:
    """A condition, of numbers that are differentiated or of integers."""
    rng = scope.rng
    choices: list[Callable[[], str]] = [
        lambda: f"{number(scope, 1)} > {constant(scope)}",
        lambda: f"np.sum({scope.pick(scope.arrays)}) < {constant(scope)}",
        lambda: f"-0.9 < {number(scope, 0)} <= {constant(scope)}",
        lambda: f"not {number(scope, 0)} > {constant(scope)}",
        lambda: f"np.any({scope.pick(scope.arrays)} > {constant(scope)})",
    ]
    if scope.integers:
        choices.append(lambda: f"{scope.pick(scope.integers)} % 2 == {rng.randrange(2)}")
        choices.append(lambda: f"{scope.pick(scope.integers)} > {rng.randrange(3)}")
    text = rng.choice(choices)()
    if scope.chance(0.15):
        text = f"({text} {rng.choice(['and', 'or'])} {rng.choice(choices)()})"
    return text


def growth(scope: Scope, operand: str) -> str:
    """The second half of an augmented assignment."""
    return scope.rng.choice([
        f"+= 0.3 * {operand}", f"-= 0.2 * {operand}", f"*= {operand}",
        f"/= 2.0 + np.sin({operand})",
    ])  # fmt: skip


def operand(scope: Scope, length: int) -> str:
    """What can be added to an array of a length."""
    return array(scope, length, 1) if scope.chance(0.7) else number(scope, 1)


def constant(scope: Scope) -> str:
    """A constant between -0.9 and 0.9, not zero."""
    return f"{scope.rng.choice([-1, 1]) * scope.rng.randint(1, 9) / 10}"


def index(scope: Scope) -> str:
    """A position in an array of length 4."""
    if scope.integers and scope.chance(0.4):
        return f"{scope.pick(scope.integers)} % 4"
    return str(scope.rng.randint(-LENGTH, LENGTH - 1))


def integers(scope: Scope, count: int) -> str:
    """Positions in an array of length 4, perhaps some of them twice."""
    return ", ".join(str(scope.rng.randrange(LENGTH)) for _ in range(count))


def rows(scope: Scope, count: int) -> str:
    """Positions of rows."""
    return ", ".join(str(scope.rng.randrange(ROWS)) for _ in range(count))


def tight(text: str) -> str:
    """An expression in brackets, where it needs any."""
    return f"({text})" if " " in text else text

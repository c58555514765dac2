"""Random statements about functions as values, closures that keep state, and classes."""

from __future__ import annotations

from .program_text import Block, Compound, Line
from .random_scope import LENGTH, Scope
from .random_values import array, growth, number, tight

PRELUDE = """
@dataclasses.dataclass
class Pair:
    u: object
    v: float = 0.5

    @property
    def size(self):
        return 0.2 * np.sum(self.u * self.u)

    def mix(self, k):
        return self.u * k + self.v

    @classmethod
    def of(cls, u):
        return cls(0.5 * u, np.mean(u))


class Gain:
    def __init__(self, k):
        self.k = k

    def __call__(self, z):
        return np.tanh(z * self.k)


class Drift(Gain):
    def __call__(self, z):
        return 0.5 * super().__call__(z) + self.k


class Point(typing.NamedTuple):
    u: object
    v: float

    def turned(self, k):
        return self._replace(v=self.v * k)


def scale(f, k):
    return lambda z: k * f(z)
"""


def keep_state(scope: Scope) -> Block:
    """A function that changes a variable of the function around it."""
    inner = scope.inner()
    inner.numbers.update(("z", "level"))
    start = Line(f"level = {number(scope, 1)}")
    inner.functions = set()
    change = Line(f"level {scope.rng.choice(['+= 0.3 * z', '*= 0.5 + 0.2 * z', '= 0.5 * z'])}")
    result = Line(f"return {number(inner, 1)}")
    name = scope.own("grow")
    made = Compound(((f"def {name}(z):", (Line("nonlocal level"), change, result)),))
    twice = scope.line(f"NUMBER = 0.5 * {name}({number(scope, 1)}) + {name}({number(scope, 0)})")
    scope.numbers.add("level")
    return (start, made, *twice)


def functions(scope: Scope) -> Block:
    """Functions as values: made by functions, kept in lists and dicts, partial, bound."""
    k, z = number(scope, 1), number(scope, 1)
    name = scope.fresh(scope.functions, "near far")
    v = array(scope, LENGTH, 1)
    made = [
        f"Gain({k})", f"Drift({k})", f"scale(np.sin, {k})", f"functools.partial(np.multiply, {k})",
        f"[np.sin, Gain({k}), lambda z: z * {tight(k)}][{scope.rng.randrange(3)}]",
        f'{{"a": np.cos, "b": Drift({k})}}["{scope.rng.choice("ab")}"]',
        f"Pair({v}, {k}).v.__mul__" if "detaching" in scope.makers else f"Gain({k})",
        f"[lambda z: z * v_ for v_ in {v}][1]",
        f"[lambda z, v_=v_: z * v_ for v_ in {v}][1]",
        *[f"{b}.weigh" for b in sorted(scope.boxes)],
        *[f"scale({f}, {tight(k)})" for f in sorted(scope.functions - {name})],
    ]
    scope.functions.add(name)
    text = f"{name} = {scope.rng.choice(made)}"
    return (Line(text), *scope.line(f"NUMBER = {name}({z})"))


def records(scope: Scope) -> Block:
    """A record: a dataclass or a named tuple, read, changed and replaced."""
    v, k = array(scope, LENGTH, 1), number(scope, 1)
    if scope.chance(0.3):
        made = Line(f"point = Point({v}, {k})")
        read = scope.rng.choice([
            "ARRAY, NUMBER = point", "ARRAY = point.u * point.v",
            f"NUMBER = point.turned({number(scope, 1)}).v", "ARRAY = point[0] * point[-1]",
        ])  # fmt: skip
        return (made, *scope.line(read))
    made = Line(f"pair = {scope.rng.choice([f'Pair({v}, {k})', f'Pair({v})', f'Pair.of({v})'])}")
    change = scope.rng.choice([
        f"pair.v = {number(scope, 1)}", f"pair.u {growth(scope, array(scope, LENGTH, 1))}",
        f"pair.u = {array(scope, LENGTH, 1)}", f"pair = dataclasses.replace(pair, v={k})",
        f"pair.u[1] = {number(scope, 1)}", "pair.v *= 0.5",
    ])  # fmt: skip
    read = scope.rng.choice([
        f"ARRAY = pair.mix({number(scope, 1)})", "NUMBER = pair.size",
        "NUMBER = 0.2 * np.sum(pair.u) + pair.v", "ARRAY = pair.u",
    ])  # fmt: skip
    return (made, Line(change), *scope.line(read))

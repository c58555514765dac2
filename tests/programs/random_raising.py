"""Random compound statements that exceptions leave, and contexts of the user's own."""

from __future__ import annotations

from .program_text import Block, Compound, Line
from .random_control import Write
from .random_scope import LENGTH, Scope
from .random_values import array, number, test

PRELUDE = """
class Failed(ValueError):
    def __init__(self, size):
        super().__init__("failed")
        self.size = size


class Halved:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return self.v * 0.5

    def __exit__(self, kind, error, trace):
        return False


@contextlib.contextmanager
def scaled(v, k):
    yield v * k


def check(v, k):
    if np.sum(v) > k:
        raise Failed(k)
    return 0.5 * v
"""


def raising(scope: Scope, depth: int, write: Write) -> Block:
    """`try` with a handler of what may happen, raised here or in a call."""
    inner, away = scope.inner(), scope.inner()
    before = write(inner, scope.rng.randint(1, 2), depth + 1)
    if scope.chance(0.5):
        raised: Block = (Compound(((f"if {test(inner)}:", (Line(_raised(inner)),)),)),)
    else:
        raised = inner.line(f"ARRAY = check({array(inner, LENGTH, 1)}, {number(inner, 1)})")
    body = (*before, *raised, *write(inner, 1, depth + 1))
    header, first = "except ValueError:", ()
    if scope.chance(0.4):
        header, first = "except Failed as error:", away.line("NUMBER = 0.5 * error.size")
        body = tuple(_failing(stmt) for stmt in body)
    handler = (*first, *write(away, 1, depth + 1))
    parts = [("try:", body), (header, handler)]
    if scope.chance(0.3):
        parts.append(("else:", write(inner, 1, depth + 1)))
    scope.keep(inner, away)
    if scope.chance(0.3):
        parts.append(("finally:", write(scope, 1, depth + 1)))
    return (Compound(tuple(parts)),)


def _raised(scope: Scope) -> str:
    return scope.rng.choice(["raise ValueError('no')", f"raise Failed({number(scope, 1)})"])


def _failing(stmt: Line | Compound) -> Line | Compound:
    """The statement where only `Failed` is caught: nothing else is raised."""
    if isinstance(stmt, Line):
        return Line(stmt.text.replace("raise ValueError('no')", "raise Failed(0.3)"), stmt.fixed)
    return Compound(tuple((header, tuple(map(_failing, body))) for header, body in stmt.parts))


def managed(scope: Scope, depth: int, write: Write) -> Block:
    """`with` a manager of the user's own, a class or a generator."""
    inner = scope.inner()
    value = array(scope, LENGTH, 1)
    made = scope.rng.choice([f"Halved({value})", f"scaled({value}, {number(scope, 1)})"])
    name = inner.bind_array()
    body = write(inner, scope.rng.randint(1, 2), depth + 1)
    scope.keep(inner)
    return (Compound(((f"with {made} as {name}:", body),)),)

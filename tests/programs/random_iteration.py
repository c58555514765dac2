"""Random statements about iterators: generators, what `itertools` and `functools` make, queues."""

from __future__ import annotations

from .program_text import Block, Compound, Line
from .random_scope import LENGTH, Scope
from .random_values import array, constant, number, tight


def generator(scope: Scope) -> Block:
    """A generator of numbers, made here and consumed at once or step by step."""
    inner = scope.inner()
    inner.numbers.update("zv")
    step = Line(f"yield 0.5 * v * {tight(number(inner, 1))}")
    rounds: Block = (step,)
    if scope.chance(0.4):
        rounds = (Compound(((f"if v > {constant(scope)}:", rounds),)),)
    if scope.chance(0.4):
        rounds = (Line("z = 0.7 * z + 0.1 * v"), *rounds)
    body: Block = (Compound(((f"for v in {array(scope, LENGTH, 1)}:", rounds),)),)
    if scope.chance(0.4):
        body = (*body, Line(f"yield {number(scope, 1)}"))
    name = scope.own("wave")
    made = Compound(((f"def {name}(z):", body),))
    given = f"{name}({number(scope, 1)})"
    consumed = scope.rng.choice([
        f"NUMBER = 0.3 * sum({given})",
        f"NUMBER = max({given}, default=0.2)",
        f"NUMBER = 0.3 * sum(v_ * w_ for v_, w_ in zip({given}, {array(scope, LENGTH, 0)}))",
        f"NUMBER = next({given}, 0.3)",
        f"NUMBER = 0.3 * sum([0.1, *{given}])",
    ])  # fmt: skip
    return (made, *scope.line(consumed))


def iterate(scope: Scope) -> Block:
    """What is made of numbers by `map`, `filter`, `reduce` and `itertools`."""
    values, others = array(scope, LENGTH, 1), array(scope, LENGTH, 0)
    k = tight(number(scope, 1))
    return scope.line(scope.rng.choice([
        f"NUMBER = functools.reduce(lambda p_, q_: 0.5 * p_ + q_ * {k}, {values})",
        f"NUMBER = 0.2 * sum(map(lambda v_: v_ * {k}, {values}))",
        f"NUMBER = 0.2 * sum(filter(lambda v_: v_ > {constant(scope)}, {values}))",
        f"NUMBER = 0.1 * sum(itertools.accumulate({values}, lambda p_, q_: 0.4 * p_ + q_))",
        f"NUMBER = 0.1 * sum(v_ * w_ for v_, w_ in itertools.product({values}, {others}))",
        f"NUMBER = 0.2 * sum(v_ * w_ for v_, w_ in itertools.pairwise({values}))",
        f"NUMBER = 0.2 * sum(v_ * v_ for v_ in itertools.chain({values}, [{k}]))",
        f"NUMBER = 0.2 * sum(itertools.islice({values}, 1, None, 2))",
        f"NUMBER = 0.2 * sum(v_ * w_ for v_, w_ in zip({values}, {others}, strict=True))",
        f"NUMBER = sorted({values}, key=lambda v_: -v_)[1]",
        f"NUMBER = min({values}, key=abs)",
        f"NUMBER = 0.3 * sum({{i_: v_ * {k} for i_, v_ in enumerate({values}, 1)}}.values())",
        f"NUMBER = 0.2 * sum(i_ * v_ for i_, v_ in enumerate(reversed({values})))",
    ]))  # fmt: skip


def iterator(scope: Scope) -> Block:
    """An iterator that is kept in a name, and consumed in several places."""
    made = scope.rng.choice([
        f"iter({array(scope, LENGTH, 1)})",
        f"(v_ * {tight(number(scope, 1))} for v_ in {array(scope, LENGTH, 1)})",
        f"map(lambda v_: 0.5 * v_ + {number(scope, 0)}, {array(scope, LENGTH, 1)})",
    ])  # fmt: skip
    first = scope.line("NUMBER = next(it)")
    rest = scope.rng.choice(["0.2 * sum(it)", "0.3 * next(it) + next(it, 0.1)", "max(it)"])
    return (Line(f"it = {made}"), *first, *scope.line(f"NUMBER = {rest}"))


def queue(scope: Scope) -> Block:
    """A queue that holds a few numbers, the oldest of which go."""
    ring = scope.own("ring")
    made = f"{ring} = collections.deque({array(scope, LENGTH, 1)}, maxlen=3)"
    change = scope.rng.choice([
        f"{ring}.append({number(scope, 1)})", f"{ring}.appendleft({number(scope, 1)})",
        f"{ring}.rotate(1)", f"{ring}[0] *= 0.5", f"{ring}.extend({array(scope, LENGTH, 0)})",
        f"{ring}.append({ring}.popleft() * {ring}[0])",
    ])  # fmt: skip
    return (Line(made), Line(change), *scope.line(f"NUMBER = 0.3 * sum({ring}) + {ring}[-1] * 0.1"))

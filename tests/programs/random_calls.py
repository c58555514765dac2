"""Random calls: helpers of the module, functions made inside, recursion."""

from __future__ import annotations

from .program_text import Block, Compound, Line
from .random_scope import LENGTH, Scope
from .random_values import array, number, tight


def call(scope: Scope) -> Block:
    """A call of a helper, its arguments by position, keyword, or starred."""
    if not scope.helpers:
        return ()
    helper, arrays = scope.rng.choice(scope.helpers), scope.of_length(LENGTH)
    second = scope.rng.choice([scope.pick(arrays), array(scope, LENGTH, 1)])
    args = f"{scope.pick(arrays)}, {second}"
    if scope.chance(0.1):
        args = f"*[{args}]"
    elif scope.chance(0.1):
        args = f"q={second}, p={scope.pick(arrays)}"
    if scope.chance(0.6):
        args += scope.rng.choice([", ", ", r="] if "=" not in args else [", r="]) + number(scope, 1)
    text = f"{helper.name}({args})"
    match helper.returns:
        case "number":
            return scope.line(f"NUMBER = {text}")
        case "array" | "itself" if scope.chance(0.8):
            return scope.line(f"ARRAY = {text}")
        case "pair":
            return scope.line(f"ARRAY, NUMBER = {text}")
    return (Line(text),)


def closure(scope: Scope) -> Block:
    """A nested function that reads what encloses it; it is called, now and perhaps later."""
    name, inner = scope.fresh(scope.functions, "near far"), scope.inner()
    inner.numbers.add("z")
    inner.functions = set()  # those that call each other in turn might never end
    argument = number(scope, 1)
    if scope.chance(0.3):
        scope.functions.add(name)
        return (Line(f"{name} = lambda z: {number(inner, 2)}"),)
    inner.numbers.add("r")
    body: tuple[Line, ...] = (Line(f"return {number(inner, 2)}"),)
    if scope.chance(0.3):
        first = Line(f"inside = {number(inner, 1)}")
        body = (first, Line(f"return z * inside + r * {tight(number(inner, 1))}"))
    scope.functions.add(name)
    made = Compound(((f"def {name}(z, r=0.5):", body),))
    return (made, *scope.line(f"NUMBER = {name}({argument})"))


def recursion(scope: Scope) -> Block:
    """A call of a function that calls itself."""
    text = f"descend({array(scope, LENGTH, 1)}, {number(scope, 1)}, {scope.rng.randrange(4)})"
    return scope.line(f"NUMBER = {text}")


def apply(scope: Scope) -> Block:
    """A function handed to a function."""
    value, k = tight(array(scope, LENGTH, 1)), tight(number(scope, 1))
    plain = "math.sin" if "detaching" in scope.makers else "np.cos"
    given = scope.rng.choice([
        "np.sin", plain, f"lambda z: z * {k}", f"lambda z: np.tanh(z + {k})",
        *sorted(scope.functions),
    ])  # fmt: skip
    place = scope.rng.randrange(LENGTH)
    return scope.line(f"NUMBER = np.sum(twice({given}, {value}[{place}]))")

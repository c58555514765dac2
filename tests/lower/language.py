"""A function for each construct of the accepted language, with the arguments to call it on."""



from __future__ import annotations

import math

import numpy as np

LANGUAGE: list[tuple[object, tuple[object, ...]]] = []
SCALE = 2.5


def on(*args):
    """Registers a function with its arguments."""

    def register(f):
        LANGUAGE.append((f, args))
        return f

    return register


@on(3.0)
def multiple_targets(x):
    a = b = x * 2
    return a, b


@on((1, (2, 3)), [4, 5, 6])
def nested_unpacking(p, q):
    a, (b, c) = p
    [d, *e] = q
    *f, g = q
    return a, b, c, d, e, f, g


@on([[1, 2], [3, 4]])
def unpacking_into_places(m):
    m[0][1], m[1][0] = m[1][0], m[0][1]
    (i, m[i]) = 1, [9]
    return m, i


@on(1.5)
def annotated(x):
    y: float = x * x
    z: float
    z = y + 1
    return z


@on(5)
def walrus(n):
    if (half := n // 2) > 1:
        return half + (m := half * 3) + m
    return n


@on(np.arange(4.0))
def augmented(x):
    x = x.copy()
    y = x
    y += 1
    y[1:3] *= 2
    y[[0, 3]] -= 1
    n = 1
    n <<= 3
    n |= 1
    n //= 2
    return x, y, n


@on(3)
@on(0)
def chained_comparison(x):
    return 0 < x < 5, not x, x and 7, x or 8, 1 < math.factorial(x) < 3 < 5


@on(-2.0)
@on(2.0)
def conditional(x):
    return x * 2 if x > 0 else -x


@on(1)
@on(2)
@on(3)
def elif_chain(x):
    if x == 1:
        y = "one"
    elif x == 2:
        y = "two"
    else:
        y = "many"
    return y


@on([3, 1, 2], {"a": 1, "b": 2})
def loops(xs, d):
    out = []
    for i, x in enumerate(xs):
        out.append((i, x))
    for i, (x, y) in enumerate(zip(xs, reversed(xs), strict=True), start=5):
        out.append((i, x, y))
    for k, v in d.items():
        out.append((k, v))
    for v in d.values():
        out.append(v)
    for k in d.keys():
        out.append(k)
    for i in range(4, 0, -2):
        out.append(i)
    for i in reversed(range(2)):
        out.append(i)
    for c in "ab":
        out.append(c)
    return out


@on([[1, 2], [3, -4]])
def leaving_loops(rows):
    total = 0
    for row in rows:
        for v in row:
            if v < 0:
                break
            total += v
        else:
            total += 100
            continue
        break
    else:
        total = -total
    return total


@on(27)
def while_with_else(n):
    steps = 0
    while (n := n // 2 if n % 2 == 0 else 3 * n + 1) != 1:
        steps += 1
        if steps > 1000:
            break
    else:
        return steps, n
    return None


@on(3)
@on(-3)
def assertion(x):
    assert x > 0, f"{x} is not positive"
    return x


@on(3)
@on(-3)
def raising(x):
    if x < 0:
        raise ValueError(f"negative: {x}") from None
    return x


@on(3)
def deleting(x):
    y = x
    del y
    return x


@on(2.0)
def importing(x):
    import math as m
    import os.path
    from os import path

    return m.sqrt(x), path is os.path


@on(np.arange(24.0).reshape(2, 3, 4))
def subscripts(a):
    pair = a[(0, 1)], a[()]
    return a[1], a[0, 1:], a[..., None, ::2], a[:, [0, 2], -1], a[a > 5], pair, a[1][2][3]


@on(np.zeros((3, 4)))
def subscript_writes(a):
    a[0] = 1
    a[1, 1:3] = 2
    a[a == 2] = 3
    a[..., -1] += 4
    a[2][1] = 5
    return a


@on(1, 2)
def displays(x, y):
    d = {"x": x, **{"z": y}, y: 4}
    return [x, *[y, y]], (x, y), d, {x, y}, {x, abs(y)}, [], {}, ()


@on(3)
def calls_of_every_kind(n):
    def g(a, /, b, *rest, c=10, **more):
        return a, b, rest, c, sorted(more.items())

    xs, kw = [1, 2, 3], {"c": 5, "k": n}
    return g(n, 2), g(*xs), g(n, *xs, c=1), g(0, b=n, **kw), g(*xs, z=1, **{"y": 2})


@on(3)
def nested_functions(n):
    k = 2

    def inner(x, scale=n):
        def innermost(y):
            return y * k + x

        return innermost(scale)

    k = 5
    return inner(1), inner(1, scale=2)


@on(4)
def nested_recursion(n):
    def fact(m):
        return 1 if m < 2 else m * fact(m - 1)

    return fact(n)


@on(3)
def lambdas(n):
    add = lambda x, y=n: x + y  # noqa: E731
    fs = [lambda x, i=i: x * i for i in range(n)]
    late = [lambda x: x * i for i in range(n)]
    return add(1), [f(10) for f in fs], [f(10) for f in late], sorted([3, 1, 2], key=lambda v: -v)


@on(3)
def decorated_inside(n):
    def twice(f):
        return lambda x: f(f(x))

    @twice
    @twice
    def step(x):
        return x + n

    return step(0)


@on(3.14159, "s")
def f_strings(x, s):
    width = 8
    return f"{x:.2f} {s!r:>{width}} {{}} {len(s)} {s + 'a'}", f"{abs(x)}{x.is_integer()=}"


@on(np.array([-1.0, 2.0]))
def with_blocks(x):
    with np.errstate(invalid="ignore"), np.errstate(divide="ignore"):
        y = np.sqrt(x)
    with np.printoptions(precision=2) as options:
        z = options["precision"]
    return np.isnan(y[0]), y[1], z


@on([1, 2, 3])
def comprehensions(xs):
    x = 10
    squares = [x * x for x in xs if x > 1 if x < 3]
    pairs = [(x, y) for x in xs for y in range(x)]
    table = {x: [y for y in range(x)] for x in xs}
    nested = [[x for x in range(x)] for x in xs]
    return x, squares, pairs, table, nested, sum(x for x in xs), max((-x for x in xs), default=0)


@on([1, 2, 3])
def generators_consumed(xs):
    text = ", ".join(str(v) for v in xs)
    return any(v > 2 for v in xs), all(math.sqrt(v) < 2 for v in xs), tuple(v for v in xs), text


@on(4)
def globals_and_modules(n):
    return SCALE * n, math.pi, np.linalg.norm([3.0, n]), len([n]), np.add.reduce([1, n])


@on(1)
def falls_off_the_end(x):
    """A docstring."""
    ...
    pass
    x + 1


@on(3)
@on(0)
def early_return(x):
    if not x:
        return
    while True:
        x -= 1
        if x < 0:
            return "below"
        if x == 1:
            continue


def trouble(kind):
    if kind is not None:
        raise kind(kind.__name__)
    return "fine"


@on([None, KeyError, IndexError, ZeroDivisionError, ValueError, TypeError, OSError])
def handlers(kinds):
    seen = []
    for kind in kinds:
        try:
            seen.append(trouble(kind))
        except KeyError:
            seen.append("key")
        except (IndexError, ZeroDivisionError) as error:
            seen.append(repr(error))
        except ValueError as error:
            seen.append(error.args)
            continue
        except TypeError:
            break
        else:
            seen.append("else")
        finally:
            seen.append("finally")
        seen.append("after")
    else:
        seen.append("never")
    return seen


@on(None)
@on(KeyError)
@on(ValueError)
def try_returns(kind):
    seen = []
    try:
        try:
            return trouble(kind), seen
        except KeyError:
            return "key", seen
        finally:
            seen.append("inner")
    finally:
        seen.append("outer")


@on(None)
@on(KeyError)
@on(OSError)
def try_raises_again(kind):
    try:
        trouble(kind)
    except KeyError as error:
        raise ValueError("no") from error
    except OSError:
        raise
    return "fine"


@on([1, 0, 2])
def try_around_a_loop(divisors):
    out = []
    try:
        for d in divisors:
            out.append(6 / d)
    except ZeroDivisionError:
        out.append("stop")
    return out


@on([3, 0, 1])
def what_follows_a_try_is_not_caught(xs):
    out = []
    for x in xs:
        try:
            y = 1 / x
        except ZeroDivisionError:
            out.append("caught")
            continue
        if x == 1:
            try:
                out.append(1 / (x - 1))
            except ZeroDivisionError as error:
                out.append(str(error))
                break
        out.append(y)
    return out


@on(0)
@on(1)
def a_handler_is_not_its_own(x):
    try:
        try:
            return 1 / x
        except ZeroDivisionError:
            return int("no")
    except ValueError:
        return "outer"


@on([1, 2, 3, 4])
def loops_over_generators(xs):
    out = []
    x = 10
    for x, y in ((x, x * i) for i, x in enumerate(xs) if x > 1 if x < 4):
        out.append((x, y))
        if y > 3:
            break
    else:
        out.append("else")
    for t in (out.append(v) or v for v in range(2)):
        out.append(-t)
    return out, x


@on(2)
def global_that_is_read(n):
    global SCALE
    return SCALE * n


@on(np.arange(6.0).reshape(2, 3))
def starred_subscript(a):
    at = (1,)
    return a[*at], a[*at, 2], a[*at, *at]


def keyword_only(a, /, b=2, *args, c, d=SCALE, **kw):
    return a, b, args, c, d, kw


def counted():
    """A closure over a variable that is set later."""

    def closure(x):
        return x * factor

    factor = 7
    return closure


on(3)(counted())
on(4)(lambda x: x + 1 if x else None)


class Point:
    """A class whose positional patterns stand for attributes."""

    __match_args__ = ("x", "y")
    LIMIT = 7

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


SUBJECTS = [
    0, 7, True, None, 2.5, "ab", b"ab", "q", (), [], (1,), [1, 2], (1, 2, 3), (1, (2, 3)), range(3),
    np.ones(2), {}, {"k": 1}, {"k": [1, 2], "z": 3}, Point(1, 2), Point(0, Point(3, 4)), [[1], 2],
    ("go", 3), ("stop", 3), (5, 5), (-1, -2), 1.0, 3 + 0j, [None], (3, 1, 2, 9),
]  # fmt: skip


@on(SUBJECTS)
def match_every_pattern(subjects):
    found = []
    for s in subjects:
        try_it = "none"
        if isinstance(s, np.ndarray):
            s = [s]
        match s:
            case None:
                try_it = "None"
            case True:
                try_it = "True"
            case 0 | Point.LIMIT:
                try_it = "zero or limit"
            case "q" | b"q":
                try_it = "q"
            case str(text) | bytes(text):
                try_it = text
            case float() | complex() as number:
                try_it = number
            case ("go" | "stop" as word, int(n)):
                try_it = word, n
            case []:
                try_it = "empty"
            case [None]:
                try_it = "one None"
            case [x]:
                try_it = "one", x
            case (a, (b, c)):
                try_it = a, b, c
            case [[a], b]:
                try_it = "nested", a, b
            case (a, b) if a == b:
                try_it = "same", a
            case (a, b) if a < 0:
                try_it = "negative", a, b
            case [first, *middle, 2, last]:
                try_it = first, middle, last
            case [first, *rest]:
                try_it = first, rest
            case {"k": [a, b], "z": z}:
                try_it = a, b, z
            case {"k": k}:
                try_it = k
            case {}:
                try_it = "mapping"
            case Point(0, Point(x=a, y=b)):
                try_it = a, b
            case Point(x, y=2):
                try_it = x
            case _:
                try_it = "other"
        found.append((try_it, s))
    return found


@on((1, 2))
@on((2, 1))
def match_rebinds_its_subject(x):
    match x:
        case (x, y) if x > y:
            x = x, "guard"
        case [y, x]:
            x = x, y
    return x


@on([3])
@on([1, 2])
def match_leaks_what_a_failed_guard_named(x):
    a = "before"
    match x:
        case [a, _] if a > 1:
            return "guarded"
    return a


@on([1])
@on((2, 3))
@on(9)
def match_alternatives_name_the_same(x):
    match x:
        case [a] | (_, a) | a:
            return a


@on(4)
def match_evaluates_its_subject_once(n):
    seen = []

    def subject():
        seen.append(n)
        return len(seen), n

    match subject():
        case (5, _):
            return "five"
        case (1, 4):
            return seen
    return None

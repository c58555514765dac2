"""More programs that are refused when they are analysed: what is opened, given, looped over.

The form is that of `rewrites`.
"""

REWRITES: dict[str, tuple[str, str, str]] = {
    "import that is bound as well": (
        """
            def f(x):
                import math
               #^^^^^^^^^^^
                math = 2.0
                return np.sum(x) * math
        """,
        "'math' is bound more than once; import it once, at module level",
        """
            def f(x):
                factor = 2.0
                return np.sum(x) * factor
        """,
    ),
    "fromiter with a count": (
        """
            def f(x):
                return np.sum(np.fromiter((v * v for v in x), float, 4))
                #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """,
        "np.fromiter() is supported as `np.fromiter(iterable, dtype)` only; use `np.array` on"
        " a list",
        """
            def f(x):
                return np.sum(np.array([v * v for v in x]))
        """,
    ),
    "an opened function that is bound twice": (
        """
            def f(x):
                n = 0.0
                def add(v):
               #^^^^^^^^^^^
                    nonlocal n
                    n = n + v
                add(x[0])
                def add(v):
                    nonlocal n
                    n = n * v
                add(x[1])
                return n
        """,
        "'add' is bound more than once, and its calls cannot be opened; give each function a "
        "name of its own",
        """
            def f(x):
                n = 0.0
                def add(v):
                    nonlocal n
                    n = n + v
                def scale(v):
                    nonlocal n
                    n = n * v
                add(x[0])
                scale(x[1])
                return n
        """,
    ),
    "an opened function with arguments that do not fit": (
        """
            def f(x):
                n = 0.0
                def add(u, v):
                    nonlocal n
                    n = n + u * v
                add(x[0])
               #^^^^^^^^^
                return n
        """,
        "the arguments of `add` do not fit its parameters; give each parameter once",
        """
            def f(x):
                n = 0.0
                def add(u, v):
                    nonlocal n
                    n = n + u * v
                add(x[0], x[1])
                return n
        """,
    ),
    "a rest in a pattern without literal keys": (
        """
            class Key:
                first = "a"

            def f(x):
                match {"a": x[0], "b": x[1]}:
                    case {Key.first: u, **rest}:
                    #    ^^^^^^^^^^^^^^^^^^^^^^
                        return u * rest["b"]
                return x[2]
        """,
        "`**` in a pattern whose keys are no literals is not supported; take the entries that"
        " are needed by their keys",
        """
            def f(x):
                match {"a": x[0], "b": x[1]}:
                    case {"a": u, **rest}:
                        return u * rest["b"]
                return x[2]
        """,
    ),
    "a deque that drops": (
        """
            import collections

            def f(x):
                ring = collections.deque(maxlen=2)
                #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^
                other = ring
                for v in x:
                    other.append(v * v)
                return ring[0] * ring[1]
        """,
        "what a deque with `maxlen` drops is followed where one name is bound to it, once, "
        "and is used as a sequence; drop the oldest element of a list",
        """
            def f(x):
                ring = []
                for v in x:
                    ring.append(v * v)
                    if len(ring) > 2:
                        del ring[0]
                return ring[0] * ring[1]
        """,
    ),
    "a variable of the enclosing function without a value": (
        """
            def make():
                def f(x):
                    return np.sum(x * later)
                    #                 ^^^^^
                import functools
                from adjoint import grad
                g = grad(f) if False else f
                return g
                later = 2.0

            f = make()
        """,
        "the variable 'later' of the enclosing function has no value yet; define it before "
        "this function is differentiated",
        """
            later = 2.0

            def f(x):
                return np.sum(x * later)
        """,
    ),
    "how an object is made": (
        """
            class Counted:
                def __init__(this, v):
               #^^^^^^^^^^^^^^^^^^^^^^
                    this = this
                    this.v = v * v

            def f(x):
                return Counted(x[0]).v * x[1]
        """,
        "how this makes a Counted is not followed; let it assign attributes of its first parameter",
        """
            class Counted:
                def __init__(self, v):
                    self.v = v * v

            def f(x):
                return Counted(x[0]).v * x[1]
        """,
    ),
    "a name that a generator reads": (
        """
            def scaled(xs):
                for v in xs:
                    yield v * factor

            factor = 3.0

            def f(x):
                factor = 2.0
                return sum(scaled(x)) * factor
                #          ^^^^^^^^^
        """,
        "`scaled` reads `factor`, which is another variable here; rename one of them",
        """
            def scaled(xs):
                for v in xs:
                    yield v * factor

            factor = 3.0

            def f(x):
                scale = 2.0
                return sum(scaled(x)) * scale
        """,
    ),
    "a loop over keys that have a derivative": (
        """
            def f(x):
                total = 0.0
                for k in {x[0]: 1.0, x[1]: 2.0}:
               #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    total += k * k
                return total
        """,
        "what is differentiated is a key of a dict, or an element of a set, here; keep it in "
        "a list, or among the values of a dict",
        """
            def f(x):
                total = 0.0
                for k in [x[0], x[1]]:
                    total += k * k
                return total
        """,
    ),
    "a try that would catch a refusal": (
        """
            def f(x):
                def g(v):
                    return v * v
                h = [g, g][int(x[0] > 9)]
                try:
                    y = h(x[1])
                   #^^^^^^^^^^^
                except Exception:
                    y = 0.0
                return y * x[2]
        """,
        "`except Exception` would catch what keeps this call from being differentiated; name "
        "the exceptions that are meant",
        """
            def f(x):
                def g(v):
                    return v * v
                h = [g, g][int(x[0] > 9)]
                try:
                    y = h(x[1])
                except ValueError:
                    y = 0.0
                return y * x[2]
        """,
    ),
    "an object given to a function with a rule": (
        """
            class Number:
                def __init__(self, v):
                    self.v = v

                def __array__(self, dtype=None, copy=None):
                    return np.asarray(self.v)

            def f(x):
                return np.sum(np.sin(Number(x)))
                #             ^^^^^^^^^^^^^^^^^
        """,
        "what `np.sin` does with an object is said by its class; give it the numbers that the"
        " object holds, or write a loop over the objects",
        """
            class Number:
                def __init__(self, v):
                    self.v = v

            def f(x):
                return np.sum(np.sin(Number(x).v))
        """,
    ),
    "a context that is given what is differentiated": (
        """
            class Timer:
                def __init__(self, v):
                    self.v = v

                def __enter__(self):
                    return self

                def __exit__(self, *exc):
                    return False

            def f(x):
                y = x * 2.0
                with Timer(y):
               #^^^^^^^^^^^^^
                    z = y * y
                return np.sum(z)
        """,
        "what this `with` enters is given `y`, and may keep or change it; do the work in the "
        "body, without handing it over",
        """
            class Timer:
                def __enter__(self):
                    return self

                def __exit__(self, *exc):
                    return False

            def f(x):
                y = x * 2.0
                with Timer():
                    z = y * y
                return np.sum(z)
        """,
    ),
    "an attribute without a derivative": (
        """
            def f(x):
                return np.sum(x.data[0])
               #^^^^^^^^^^^^^^^^^^^^^^^^
        """,
        "`x.data` reads what is differentiated where nothing follows it; use the array itself",
        """
            def f(x):
                return np.sum(x[0])
        """,
    ),
    "a copy of what may hold one array twice": (
        """
            import copy

            def f(x):
                a = x * 1.0
                rows = [a, x * 2.0]
                if x[0] > 9.0:
                    rows[1] = a
                rows[0][0] = x[1] * x[2]
                kept = copy.deepcopy(rows)
               #^^^^^^^^^^^^^^^^^^^^^^^^^^
                kept[0][1] = x[3]
                return np.sum(kept[0] * kept[1]) + np.sum(rows[1])
        """,
        "what is copied here is written, and may hold one array twice; copy the arrays themselves",
        """
            def f(x):
                a = x * 1.0
                rows = [a, x * 2.0]
                if x[0] > 9.0:
                    rows[1] = a
                rows[0][0] = x[1] * x[2]
                kept = [row.copy() for row in rows]
                kept[0][1] = x[3]
                return np.sum(kept[0] * kept[1]) + np.sum(rows[1])
        """,
    ),
    "a cache that is called": (
        """
            import functools

            @functools.lru_cache
            def remembered(v):
                return v * v

            def f(x):
                return remembered(x[0]) * x[1]
                #      ^^^^^^^^^^^^^^^^
        """,
        "`remembered` has no derivative rule: it gives back answers that were computed "
        "before, and a derivative flows through this call; call its `__wrapped__`",
        """
            import functools

            @functools.lru_cache
            def remembered(v):
                return v * v

            def f(x):
                return remembered.__wrapped__(x[0]) * x[1]
        """,
    ),
    "a loop over elements": (
        """
            square = np.vectorize(lambda v: v * v)

            def f(x):
                return np.sum(square(x))
                #             ^^^^^^^^^
        """,
        "`square` has no derivative rule: it calls a function for each element, and a "
        "derivative flows through this call; write the loop, or operations on arrays",
        """
            def f(x):
                return sum(v * v for v in x)
        """,
    ),
    "np.piecewise": (
        """
            def f(x):
                return np.sum(np.piecewise(x, [x > 1.0], [2.0, 3.0]) * x)
                #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """,
        "`np.piecewise` has no derivative rule: no rule has been written yet, and a "
        "derivative flows through this call; choose with `np.where`",
        """
            def f(x):
                return np.sum(np.where(x > 1.0, 2.0, 3.0) * x)
        """,
    ),
    "a function along an axis": (
        """
            def f(x):
                return np.sum(np.apply_along_axis(lambda v: v * v, 0, x))
                #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """,
        "`np.apply_along_axis` has no derivative rule: it calls a function for each part, "
        "and a derivative flows through this call; write the loop, or operations on arrays",
        """
            def f(x):
                return np.sum(x * x)
        """,
    ),
}

"""Programs that are refused when they are analysed, and what their messages say to write.

Each is the program, in which the line under what is refused marks it, the message, and the rewrite.
"""

REWRITES: dict[str, tuple[str, str, str]] = {
    "a function without a rule": (
        """
            def f(x):
                a = x.reshape(2, 2)
                return np.sum(np.poly(a + a.T).real)
            #                 ^^^^^^^^^^^^^^^^
        """,
        "`np.poly` has no derivative rule: no rule has been written yet, and a "
        "derivative flows through this call; use a function that has one, or compute this"
        " where nothing is differentiated",
        """
            def f(x):
                a = x.reshape(2, 2)
                return np.prod(1.0 - np.linalg.eigvalsh(a + a.T))
        """,
    ),
    "a method without a rule": (
        """
            def f(x):
                return np.sum(x.byteswap().byteswap() ** 2)
            #                 ^^^^^^^^^^^^^^^^^^^^^^^
        """,
        "the method `.byteswap()` has no derivative rule; write it with NumPy functions, "
        "or compute it where no derivative passes",
        """
            def f(x):
                return np.sum(np.copy(x) ** 2)
        """,
    ),
    "several starred arguments": (
        """
            def g(a, b, c, d):
                return a * b + c * d

            def f(x):
                first, second = [x[0], x[1]], [x[2], x[3]]
                return g(*first, *second)
            #          ^^^^^^^^^^^^^^^^^^
        """,
        "a call with several starred arguments of a kind is not differentiated; join them"
        " into one list (or dict)",
        """
            def g(a, b, c, d):
                return a * b + c * d

            def f(x):
                first, second = [x[0], x[1]], [x[2], x[3]]
                return g(*(first + second))
        """,
    ),
    "a positional argument after a starred one": (
        """
            def f(x):
                def g(a, b, c):
                    return a * b + c
                h = [g, g][int(x[0] > 9)]
                p = [x[0], x[1]]
                return h(*p, x[2])
            #          ^^^^^^^^^^^
        """,
        "an argument after a starred one is not differentiated where it is known only at "
        "run time what is called; pass the arguments one by one",
        """
            def f(x):
                def g(a, b, c):
                    return a * b + c
                h = [g, g][int(x[0] > 9)]
                p = [x[0], x[1]]
                return h(p[0], p[1], x[2])
        """,
    ),
    "a key of a dict": (
        """
            def f(x):
                d = {x[0]: 2.0, x[1]: 3.0}
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^^
                return sum(k * v for k, v in d.items())
        """,
        "what is differentiated is a key of a dict, or an element of a set, here; keep it"
        " in a list, or among the values of a dict",
        """
            def f(x):
                d = [(x[0], 2.0), (x[1], 3.0)]
                return sum(k * v for k, v in d)
        """,
    ),
    "an object that outlives the call": (
        """
            SEEN = []

            def f(x):
                SEEN.append(x * x)
            #   ^^^^^^^^^^^^^^^^^^
                return np.sum(SEEN[-1])
        """,
        "what is differentiated is stored here in an object that outlives the call; make "
        "the object in the function, or pass it as an argument",
        """
            def f(x):
                seen = []
                seen.append(x * x)
                return np.sum(seen[-1])
        """,
    ),
    "a function as a value that writes around it": (
        """
            def f(x):
                out = []
                def note(v):
                    out.append(v * v)
                    return v
                for g in [note, note]:
            #   ^^^^^^^^^^^^^^^^^^^^^
                    g(x[0])
                return sum(out)
        """,
        "the function used as a value here writes into `out`, which stands outside it; "
        "call it by its name, or let it return what it computes",
        """
            def f(x):
                out = []
                def note(v):
                    return v * v
                for g in [note, note]:
                    out.append(g(x[0]))
                return sum(out)
        """,
    ),
    "functions made by a comprehension whose variable is bound again": (
        """
            def f(x):
                s = 0.0
                for k in range(3):
                    fs = [lambda v: v * y for y in x]
            #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    s = s + sum(g(x[k]) for g in fs)
                return s
        """,
        "the function used as a value here reads `y` when it is called, and `y` may be "
        "bound again by then; let it keep the value, as in `lambda v, y=y: ...`",
        """
            def f(x):
                s = 0.0
                for k in range(3):
                    fs = [lambda v, y=y: v * y for y in x]
                    s = s + sum(g(x[k]) for g in fs)
                return s
        """,
    ),
    "a variable that functions share, changed in place": (
        """
            def f(x):
                w = x * 2
                fs = [lambda v: np.sum(v * w)]
                w = w * x
                w[0] = 1.0
            #   ^^^^^^^^^^
                return fs[0](x)
        """,
        "this changes in place what a variable holds that functions made here share; bind the "
        "variable to a new value, or take a copy (`.copy()`) first",
        """
            def f(x):
                w = x * 2
                fs = [lambda v: np.sum(v * w)]
                new = w * x
                new[0] = 1.0
                w = new.copy()
                return fs[0](x)
        """,
    ),
    "a variable that functions share, bound in a try": (
        """
            def f(x):
                n = x[0]
                def g(v):
                    nonlocal n
                    n = n * v
                    return n
                fs = [g]
                try:
                    y = fs[0](x[1])
            #       ^^^^^^^^^^^^^^^
                except ValueError:
                    y = 1.0
                return y * n
        """,
        "functions made here share a variable that may be bound in this `try`; call them outside "
        "of it, or let them return the values",
        """
            def f(x):
                def g(n, v):
                    return n * v
                fs = [g]
                try:
                    y = fs[0](x[0], x[1])
                except ValueError:
                    y = 1.0
                return y * y
        """,
    ),
    "a function that shares a variable, as a key": (
        """
            def f(x):
                n = x[0]
                def g(v):
                    nonlocal n
                    n = n * 2.0
                    return v
                y = sorted(x, key=g)
            #   ^^^^^^^^^^^^^^^^^^^^
                return y[0] * n
        """,
        "a function that shares variables with others is called in an order that is not seen; "
        "call it in a loop, or let it return what it computes",
        """
            def f(x):
                n = x[0]
                for v in x:
                    n = n * 2.0
                y = sorted(x, key=lambda v: v)
                return y[0] * n
        """,
    ),
    "a loop that changes what it runs over": (
        """
            def f(x):
                k = x[0]
                total = 0.0
                for v in map(lambda t: t * k, x):
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    total += v
                    k = k + 1.0
                return total
        """,
        "this loop changes what is read to compute what it runs over; make a list first: "
        "`for v in list(...)`, if that is meant",
        """
            def f(x):
                k = x[0]
                total = 0.0
                for v in list(map(lambda t: t * k, x)):
                    total += v
                    k = k + 1.0
                return total
        """,
    ),
    "what is assigned in a try": (
        """
            def f(x):
                y = x[0]
                try:
                    with open("/dev/null"):
                        y = y * x[1]
            #           ^^^^^^^^^^^^
                        z = x[9]
                except IndexError:
                    z = 2.0
                return y * z
        """,
        "`y` is assigned in this `try`, which may raise later, and read then; do it in a "
        "function that is called in the `try`, or after it",
        """
            def f(x):
                y = x[0]
                y = y * x[1]
                try:
                    z = x[9]
                except IndexError:
                    z = 2.0
                return y * z
        """,
    ),
    "what is changed in a try": (
        """
            def g(a, x):
                a[0] = x[1] * 3.0
                return x[9]

            def f(x):
                a = x * x
                try:
                    z = g(a, x)
            #       ^^^^^^^^^^^
                except IndexError:
                    z = 2.0
                return np.sum(a) * z
        """,
        "`a` is changed in this `try`, which may raise later; do it in a function that is"
        " called in the `try`, or after it",
        """
            def f(x):
                a = x * x
                try:
                    z = x[9]
                except IndexError:
                    z = 2.0
                a[0] = x[1] * 3.0
                return np.sum(a) * z
        """,
    ),
    "a number that an exception carries": (
        """
            class Failed(Exception):
                def __init__(self, best):
                    self.best = best

            def g(x):
                if x[0] < 5.0:
                    raise Failed(x[0] * x[1])
                return x[2]

            def f(x):
                try:
                    y = g(x)
                except Failed as error:
                    y = error.best
            #           ^^^^^^^^^^
                return y * x[3]
        """,
        "a number is read here from an exception that may hold what is differentiated, which no "
        "derivative can follow; keep the number in a variable, before this is raised",
        """
            class Failed(Exception):
                pass

            def f(x):
                best = x[0] * x[1]
                try:
                    if x[0] < 5.0:
                        raise Failed
                    y = x[2]
                except Failed:
                    y = best
                return y * x[3]
        """,
    ),
    "a finally that writes": (
        """
            class Halved:
                def __init__(self, a):
                    self.a = a

                def halve(self):
                    self.a *= 0.5

            def f(x):
                held = Halved(x * x)
                try:
            #   ^^^^
                    y = held.a[0] * 2.0
                finally:
                    held.halve()
                return y + np.sum(held.a)
        """,
        "`finally` writes into something that is differentiated; write into it after the "
        "`try`, or before",
        """
            class Halved:
                def __init__(self, a):
                    self.a = a

                def halve(self):
                    self.a *= 0.5

            def f(x):
                held = Halved(x * x)
                try:
                    y = held.a[0] * 2.0
                finally:
                    print(end="")
                held.halve()
                return y + np.sum(held.a)
        """,
    ),
    "a slice of a list that is extended": (
        """
            def f(x):
                xs = [x[0], x[1], x[2]]
                xs[1:] += [x[3]]
            #   ^^^^^^^^^^^^^^^^
                return sum(xs) * xs[3]
        """,
        "`+=` on a slice of a list is not differentiated; write `xs[i:j] = xs[i:j] + ...`",
        """
            def f(x):
                xs = [x[0], x[1], x[2]]
                xs[1:] = xs[1:] + [x[3]]
                return sum(xs) * xs[3]
        """,
    ),
    "a write into an array without axes": (
        """
            def f(x):
                a = np.zeros(())
                a[...] = x[0] * x[1]
            #   ^^^^^^^^^^^^^^^^^^^^
                return a * 2.0
        """,
        "a write into an array without axes is not differentiated; assign it as a number "
        "is: `a = ...`",
        """
            def f(x):
                a = 0.0
                a = x[0] * x[1]
                return a * 2.0
        """,
    ),
    "two names of a list": (
        """
            def f(x):
                xs = [x[0], x[1]]
                ys = xs if x[0] > 9 else [x[2], x[3]]
                xs[0] = x[1] * x[1]
            #   ^^^^^^^^^^^^^^^^^^^
                return ys[0] * xs[0]
        """,
        "this changes `xs` in place, and `ys`, which is read later, may share its memory;"
        " take a copy (`.copy()`) where the second name is made",
        """
            def f(x):
                xs = [x[0], x[1]]
                ys = xs.copy() if x[0] > 9 else [x[2], x[3]]
                xs[0] = x[1] * x[1]
                return ys[0] * xs[0]
        """,
    ),
    "a number that is read from text": (
        """
            def f(x):
                text = str(x[0])
                return float(text) * x[1]
            #          ^^^^^^^^^^^
        """,
        "a number is read here from text or bytes that depend on what is differentiated, "
        "which no derivative can follow; keep the number itself, beside its text",
        """
            def f(x):
                text = str(x[0])
                print(text, end="")
                return x[0] * x[1]
        """,
    ),
    "memory that is read unseen": (
        """
            def f(x):
                a = x * x
                return sum(a.flat)
            #   ^^^^^^^^^^^^^^^^^^
        """,
        "`a.flat` reads what is differentiated where nothing follows it; use `.ravel()`, "
        "or index the array",
        """
            def f(x):
                a = x * x
                return sum(a.ravel())
        """,
    ),
    "a map that is kept": (
        """
            def f(x):
                ys = map(lambda v: v * v, x)
            #        ^^^^^^^^^^^^^^^^^^^^^^^
                return sum(ys if x[0] > 0.0 else x)
        """,
        "`map` has no derivative rule, and a derivative flows through this call; write a "
        "list comprehension",
        """
            def f(x):
                ys = [v * v for v in x]
                return sum(ys if x[0] > 0.0 else x)
        """,
    ),
    "a set": (
        """
            def f(x):
                return sum({v * v for v in x})
            #              ^^^^^^^^^^^^^^^^^^
        """,
        "`set` has no derivative rule, and a derivative flows through this call; keep the"
        " values in a list",
        """
            def f(x):
                return sum([v * v for v in x])
        """,
    ),
    "an iterator": (
        """
            def f(x):
                it, k = iter(x), 2.0
                return next(it) * next(it) * k
            #                     ^^^^^^^^
        """,
        "`next` has no derivative rule, and a derivative flows through this call; loop "
        "over it with `for`, or index it",
        """
            def f(x):
                i, k = 0, 2.0
                return x[i] * x[i+1] * k
        """,
    ),
    "the values of what may be a dict": (
        """
            def make(x):
                return {"a": x[0], "b": x[1] * x[2]}
            def f(x):
                h = [make, make][int(x[0] > 9)]
                total = 0.0
                for v in h(x).values():
            #   ^^^^^^^^^^^^^^^^^^^^^^
                    total += v * v
                return total
        """,
        "that `.values()` is a method of a dict is not known here; loop over the keys, "
        "`for k in d`, and read `d[k]`",
        """
            def make(x):
                return {"a": x[0], "b": x[1] * x[2]}
            def f(x):
                h = [make, make][int(x[0] > 9)]
                total = 0.0
                d = h(x)
                for k in d:
                    total += d[k] * d[k]
                return total
        """,
    ),
    "a dict that is made of pairs": (
        """
            def f(x, d=None):
                d = dict(zip(range(4), x))
            #       ^^^^^^^^^^^^^^^^^^^^^^
                total = 0.0
                for k in d:
                    total += d[k]
                return total
        """,
        "`dict` has no derivative rule, and a derivative flows through this call; write "
        "`{key: value for key, value in ...}`",
        """
            def f(x, d=None):
                d = {k: v for k, v in zip(range(4), x)}
                total = 0.0
                for v in d.values():
                    total += v
                return total
        """,
    ),
    "a variable of a module": (
        """
            def f(x):
                np.rate = 0.5
            #   ^^^^^^^
                return np.sum(x * np.rate)
        """,
        "a variable of the module `np` is assigned here; keep it in a dict or an object, and "
        "change that",
        """
            SETTINGS = {}

            def f(x):
                SETTINGS["rate"] = 0.5
                return np.sum(x * SETTINGS["rate"])
        """,
    ),
    "a loop over what it changes": (
        """
            WEIGHTS = [1.0, 2.0, 3.0, 4.0]

            def f(x):
                total = 0.0
                for i, w in enumerate(WEIGHTS):
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    total += w * x[i]
                    WEIGHTS[-1] = 4.0
                return total
        """,
        "this loop runs over `WEIGHTS`, and changes it; loop over a copy (`.copy()`)",
        """
            WEIGHTS = [1.0, 2.0, 3.0, 4.0]

            def f(x):
                total = 0.0
                for i, w in enumerate(WEIGHTS.copy()):
                    total += w * x[i]
                    WEIGHTS[-1] = 4.0
                return total
        """,
    ),
}

"""What the refusals of syntax say to write instead, under the names of the refused programs."""

REWRITES: dict[str, str] = {
    "yield": """
        def f(x):
            ys = []
            for v in x:
                ys.append(2 * v)
            return sum(ys)
    """,
    "async function": """
        def f(x):
            return x[0] * x[1]
    """,
    "try star": """
        def f(x):
            try:
                y = x[9]
            except IndexError:
                y = x[0] * x[0]
            except ValueError:
                y = 0.0
            return y
    """,
    "exceptions known at run time": """
        def f(x):
            try:
                return x[9]
            except (IndexError, ValueError):
                return x[0] * x[0]
    """,
    "match whose class is not known": """
        class Shape:
            def __init__(self, r):
                self.r = r

        def f(x):
            match Shape(x[0]):
                case Shape(r=r):
                    return r * r
    """,
    "context that swallows": """
        def f(x):
            y = x[1]
            try:
                y = x[9]
            except IndexError:
                pass
            return y * y
    """,
    "change inside no_grad": """
        from adjoint import no_grad

        def f(x):
            y = x * 2
            with no_grad():
                z = y.copy()
                z[0] = 0.0
            return np.sum(y * y)
    """,
    "global": """
        def g(x):
            count = 1
            return x[0] * x[1], count

        def f(x):
            y, count = g(x)
            return y * count
    """,
    "del attribute": """
        class Box:
            def __init__(self, a):
                self.a = a

        def f(x):
            box = Box(x[0] * x[1])
            return box.a
    """,
    "eval": """
        def f(x):
            return np.sum(x * x)
    """,
    "locals": """
        def f(x):
            scale = 2.0
            return np.sum({"scale": scale}["scale"] * x)
    """,
    "setattr": """
        class Box:
            a = 0.0

        def f(x):
            box = Box()
            box.a = x[0] * x[1]
            return box.a
    """,
    "generator bound to a name": """
        def f(x):
            ys = [v * v for v in x]
            return ys[0] + ys[-1]
    """,
    "any of two loops": """
        def f(x):
            found = False
            for v in x:
                for w in x:
                    if v * w > 4.0:
                        found = True
            return np.sum(x * x) if found else np.sum(x)
    """,
    "walrus in an augmented assignment": """
        def f(x):
            y = x[0]
            z = x[1] * 3.0
            y += z
            return y * z
    """,
    "cache": """
        def f(x):
            def g(v):
                return v * v
            return g(x[0])
    """,
    "yield inside try": """
        def f(x):
            def g():
                try:
                    y = x[9]
                except IndexError:
                    y = x[0]
                yield y * y
            return sum(v for v in g())
    """,
    "class": """
        class Pair:
            def __init__(self, a, b):
                self.a, self.b = a, b

        def f(x):
            pair = Pair(x[0], x[1])
            return pair.a * pair.b
    """,
    "name imported twice": """
        import math as m

        def f(x):
            return m.sin(x[0]) + np.cos(x[1])
    """,
    "vars": """
        class Box:
            def __init__(self, a):
                self.a = a

        def f(x):
            return Box(x[0] * x[1]).a
    """,
    "generator looped over": """
        def f(x):
            total = 0.0
            for v in [w * w for w in x]:
                total += v
            return total
    """,
}

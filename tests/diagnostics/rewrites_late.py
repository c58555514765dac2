"""Programs that are refused when they run, and what their messages say to write.

Each is the program, in which the line that is refused is marked, the error, what it says, and the
rewrite.
"""

REWRITES: dict[str, tuple[str, str, str, str]] = {
    "a function in a list that writes into its argument": (
        """
            def f(x):
                out = np.zeros(4)
                def put(a, v):
                    a[0] = v * v
                fs = [put]
                fs[0](out, x[0])  # refused
                return np.sum(out)
        """,
        "NotDifferentiable",
        "put() writes into its arguments or its object, and is called where it is known only "
        "at run time; call it by name, or let it return what it computes",
        """
            def f(x):
                out = np.zeros(4)
                def square(v):
                    return v * v
                fs = [square]
                out[0] = fs[0](x[0])
                return np.sum(out)
        """,
    ),
    "a method of a list as a value": (
        """
            def f(x):
                out = []
                push = out.append
                for v in x:
                    push(v * v)  # refused
                return out[0] * out[1]
        """,
        "NotDifferentiable",
        "append() writes into its arguments or its object, and is called where it is known "
        "only at run time; call it by name, or let it return what it computes",
        """
            def f(x):
                out = []
                for v in x:
                    out.append(v * v)
                return out[0] * out[1]
        """,
    ),
    "a function in a list that writes and returns": (
        """
            def f(x):
                def put(a, v):
                    a[0] = v * v
                    return a[0] * a[1]
                fs = [put]
                return fs[0](x * 1.0, x[1])  # refused
        """,
        "NotDifferentiable",
        "put() writes into its arguments, and is called where it is known only at run time; "
        "call it by name, or let it return what it computes",
        """
            def f(x):
                def put(a, v):
                    a[0] = v * v
                    return a[0] * a[1]
                return put(x * 1.0, x[1])
        """,
    ),
    "a class that is chosen when it runs": (
        """
            class Square:
                def __init__(self, v):
                    self.v = v * v

            class Cube:
                def __init__(self, v):
                    self.v = v * v * v

            def f(x):
                made = [Square, Cube][int(x[0] > 9.0)](x[1])  # refused
                return made.v * x[2]
        """,
        "NotDifferentiable",
        "which class makes the Square here is known only when the program runs, and a "
        "derivative flows through it; call `Square(...)` by its name",
        """
            class Square:
                def __init__(self, v):
                    self.v = v * v

            class Cube:
                def __init__(self, v):
                    self.v = v * v * v

            def f(x):
                made = Cube(x[1]) if x[0] > 9.0 else Square(x[1])
                return made.v * x[2]
        """,
    ),
    "a function with a rule that takes any number of arguments": (
        """
            def f(x):
                g = [np.einsum, np.einsum][0]
                return g("i,i->", x, x)  # refused
        """,
        "MissingRule",
        "`np.einsum` is called where it is known only at run time; call it by its name, or "
        "pass a function that does: `lambda ...: np.einsum(...)`",
        """
            def f(x):
                def product(u, v):
                    return np.einsum("i,i->", u, v)
                g = [product, product][0]
                return g(x, x)
        """,
    ),
    "a function without a rule that is chosen when it runs": (
        """
            def f(x):
                g = [np.poly, np.linalg.eigvalsh][int(x[0] > 9.0)]
                a = x.reshape(2, 2)
                return np.sum(g(a + a.T)).real  # refused
        """,
        "MissingRule",
        "`np.poly` has no derivative rule: no rule has been written yet",
        """
            def f(x):
                g = [np.linalg.eigvalsh, np.linalg.eigvalsh][int(x[0] > 9.0)]
                a = x.reshape(2, 2)
                return np.sum(g(a + a.T))
        """,
    ),
    "a ufunc without a rule that is chosen when it runs": (
        """
            import scipy.special

            def f(x):
                g = [scipy.special.ellipk, np.sin][int(x[0] > 9.0)]
                return np.sum(g(x / 10.0))  # refused
        """,
        "NotDifferentiable",
        "`ellipk` has neither Python source nor a derivative rule; write it with functions "
        "that have",
        """
            def f(x):
                g = [np.cos, np.sin][int(x[0] > 9.0)]
                return np.sum(g(x / 10.0))
        """,
    ),
    "a keyword with the name of a variable around": (
        """
            def make(k):
                def inner(v, **words):
                    return v * k * words["k"]
                return inner

            def f(x):
                g = [make(x[1])][0]
                return g(x[0], k=2.0)  # refused
        """,
        "NotDifferentiable",
        "inner() reads the variable `k` around it, and is called with a keyword argument of "
        "that name; rename one of them",
        """
            def make(k):
                def inner(v, **words):
                    return v * k * words["scale"]
                return inner

            def f(x):
                g = [make(x[1])][0]
                return g(x[0], scale=2.0)
        """,
    ),
    "a property that is computed once": (
        """
            import functools

            class Model:
                def __init__(self, w):
                    self.w = w

                @functools.cached_property
                def norm(self):
                    return np.sum(self.w * self.w)

            def f(x):
                m = Model(x * 1.0)
                first = m.norm
                m.w = x * 3.0
                return first * m.norm  # refused
        """,
        "NotDifferentiable",
        "`norm` of a Model is computed once, and what it was computed from has changed since;"
        " make it a plain property",
        """
            class Model:
                def __init__(self, w):
                    self.w = w

                @property
                def norm(self):
                    return np.sum(self.w * self.w)

            def f(x):
                m = Model(x * 1.0)
                first = m.norm
                m.w = x * 3.0
                return first * m.norm
        """,
    ),
}

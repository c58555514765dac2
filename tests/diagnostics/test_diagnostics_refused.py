"""What is refused, with the exact caret: the line under the construct marks it and says why."""

from __future__ import annotations

import linecache
import re
import textwrap
import traceback

import pytest

from adjoint.runtime.errors import AdjointError
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.lower import lower

HEADER = "import contextlib, numpy as np\n"
CASES = {
    "yield": """
        def f(x):
            y = 2 * x
            yield y
        #   ^^^^^^^ a generator function is not supported; collect the values in a list
    """,
    "yield from": """
        def f(x):
            yield from x
        #   ^^^^^^^^^^^^ a generator function is not supported; collect the values in a list
    """,
    "async function": """
        if True:
            async def f(x):
        #   ^^^^^^^^^^^^^^^ an async function is not supported; write a plain `def`
                return x
    """,
    "nested async function": """
        def f(x):
            async def g(): pass
        #   ^^^^^^^^^^^^^^^^^^^ an async function is not supported; write a plain `def`
    """,
    "generator nested in a function": """
        def f(x):
            def g():
                if x:
                    yield
            return g
        #          ^ the generator `g` is followed where a `for`, a comprehension or a function
    """,
    "try star": """
        def f(x):
            try:
        #   ^^^^ `except*` is not supported; catch one exception after another with `except`
                return x[0]
            except* IndexError:
                x = 0
    """,
    "exceptions known at run time": """
        def f(x, error):
            try:
                return x[0]
            except error:
            #      ^^^^^ which exceptions this catches is known only at run time; name the classes
                return 0.0
    """,
    "match whose class is not known": """
        def f(x, Shape):
            match x:
                case Shape(r):
                #    ^^^^^^^^ which attributes these patterns stand for is not known; name them
                    return r
    """,
    "context that swallows": """
        class Quiet:
            def __exit__(self, *exc):
                return True

        def f(x):
            with Quiet():
            #    ^^^^^^^ this context may swallow an exception, and then it is not known where
                x = x * 2
    """,
    "change inside no_grad": """
        from adjoint import no_grad

        def f(x):
            y = x * 2
            with no_grad():
                y[0] = x[1]
            #   ^^^^^^^^^^^ this changes, inside `no_grad`, what was made outside
    """,
    "class": """
        def f(x):
            class A:
        #   ^^^^^^^^ a class inside a function that reads its variables, or changes itself, is not
                def g(self):
                    return x
    """,
    "global": """
        def f(x):
            global count
        #   ^^^^^^^^^^^^ `global` of what is assigned here is not supported; return the value
            count = x
    """,
    "yield inside try": """
        def f(x):
            def g():
                try:
            #   ^^^^ a `yield` inside `try` or `with` is not supported; yield after it
                    yield x
                finally:
                    print()
            return sum(g())
    """,
    "cache": """
        import functools
        def f(x):
            @functools.lru_cache
            #^^^^^^^^^^^^^^^^^^^ a function that remembers answers gives back one that was derived
            def g(v):
                return v * v
            return g(x)
    """,
    "del attribute": """
        def f(x):
            del x.scale
            #   ^^^^^^^ `del` of an attribute is not supported; build the object without it
    """,
    "eval": """
        def f(x):
            return 2 * eval("x + 1")
            #          ^^^^^^^^^^^^^ eval() runs code that is not in the source
    """,
    "exec": """
        def f(x):
            exec("x = 1")
        #   ^^^^^^^^^^^^^ exec() runs code that is not in the source; write the code out
    """,
    "locals": """
        def f(x):
            return locals()["x"]
            #      ^^^^^^^^ locals() reads variables behind the source's back
    """,
    "globals": """
        def f(x):
            return globals()
            #      ^^^^^^^^^ globals() reads variables behind the source's back
    """,
    "vars": """
        def f(x):
            return vars(x)
            #      ^^^^^^^ vars() reads variables behind the source's back
    """,
    "setattr": """
        def f(x):
            setattr(x, str(x), 1)
        #   ^^^^^^^^^^^^^^^^^^^^^ setattr() writes an attribute behind the source's back
    """,
    "delattr": """
        def f(x):
            delattr(x, "a")
        #   ^^^^^^^^^^^^^^^ delattr() deletes an attribute behind the source's back
    """,
    "undefined name": """
        def f(x):
            return np.sin(x) + offset
            #                  ^^^^^^ name 'offset' is not defined; define it before
    """,
    "unknown function of a module": """
        def f(x):
            return np.linalg.nrom(x)
            #      ^^^^^^^^^^^^^^ module 'numpy.linalg' has no attribute 'nrom'
    """,
    "lone generator": """
        def f(x):
            return np.array(v for v in x)
            #              ^^^^^^^^^^^^^^ a generator expression is not supported except
    """,
    "generator bound to a name": """
        def f(x):
            g = (v for v in x)
            #   ^^^^^^^^^^^^^^ a generator expression is not supported except
            return g
    """,
    "generator looped over": """
        def f(x):
            for i, v in enumerate(w * w for w in x):
            #                    ^^^^^^^^^^^^^^^^^^ a generator expression is not supported except
                pass
    """,
    "any of two loops": """
        def f(x, g):
            return any(g(u, v) for u in x for v in x)
            #         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any() and all() of a generator with two
    """,
    "asynchronous comprehension": """
        def f(x):
            async def g():
        #   ^^^^^^^^^^^^^^ an async function is not supported; write a plain `def`
                return [v async for v in x]
    """,
    "failing import": """
        def f(x):
            import no_such_module_anywhere
        #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this import fails
    """,
    "name imported twice": """
        def f(x):
            if x:
                import math as m
            #   ^^^^^^^^^^^^^^^^ 'm' is bound more than once; import it once, at module level
            else:
                import cmath as m
    """,
    "walrus in an augmented assignment": """
        def f(x):
            x += (x := 3)
        #   ^^^^^^^^^^^^^ the value of an augmented assignment assigns its target
    """,
    "columns count characters": """
        def f(x):
            π = {"é": 1}; s = eval('x + 10')
            #                 ^^^^^^^^^^^^^^ eval() runs code that is not in the source
    """,
    "an expression over several lines": """
        def f(x):
            return [
                eval(
            #   ^^^^^ eval() runs code that is not in the source
                    "x"
                )
            ]
    """,
    "method with an indented body": """
        class A:
            def f(self, x):
                if x:
                    return eval('x + 10')
                #          ^^^^^^^^^^^^^^ eval() runs code that is not in the source
        f = A.f
    """,
    "decorated function": """
        def plain(f):
            return f
        @plain
        @plain
        def f(x):
            s = eval('x + 10')
            #   ^^^^^^^^^^^^^^ eval() runs code that is not in the source
    """,
    "lambda": """
        f = [lambda x: x, lambda x: eval("x")][1]
        #                           ^^^^^^^^^ eval() runs code that is not in the source
    """,
}


def function_of(text: str, name: str):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, object] = {}
    exec(compile(text, name, "exec"), space)
    return space["f"]


def expectation(text: str) -> tuple[int, int, int, str]:
    """The line, the columns from 1 and the message that a program asks for."""
    lines = text.splitlines()
    (at,) = [number for number, line in enumerate(lines) if re.match(r" *# *\^", line)]
    marks, message = re.fullmatch(r" *#( *\^+) (.*)", lines[at]).groups()
    end = lines[at].index("#") + 1 + len(marks)
    return at, end - marks.count("^") + 1, end + 1, message


@pytest.mark.parametrize("case", CASES)
def test_refused_with_line_and_caret(case):
    text = HEADER + textwrap.dedent(CASES[case])
    line, start, end, message = expectation(text)
    name = f"<refused {case}>"
    with pytest.raises(UnsupportedSyntax) as caught:
        lower(function_of(text, name))
    error = caught.value
    assert (error.filename, error.lineno, error.offset) == (name, line, start)
    assert (error.end_lineno, error.end_offset) == (line, end)
    assert error.text.rstrip("\n") == text.splitlines()[line - 1]
    assert message in error.msg


def test_the_error_prints_the_line_with_a_caret():
    text = "def f(x):\n    return eval('x + 10')\n"
    with pytest.raises(SyntaxError) as caught:
        lower(function_of(text, "model.py"))
    assert isinstance(caught.value, AdjointError)
    printed = "".join(traceback.format_exception_only(caught.value))
    assert printed == (
        '  File "model.py", line 2\n'
        "    return eval('x + 10')\n"
        "           ^^^^^^^^^^^^^^\n"
        "adjoint.UnsupportedSyntax: eval() runs code that is not in the source; "
        "write the expression out\n"
    )

"""The source that is read is the source that runs; otherwise there is a clear refusal."""

from __future__ import annotations

import ast
import doctest
import functools
import importlib
import linecache
import math
import subprocess
import sys
import textwrap

import gast
import numpy as np
import pytest

from adjoint import grad
from adjoint.runtime.errors import AdjointError
from adjoint.transform.errors import SourceNotFound
from adjoint.transform.ir.run import run
from adjoint.transform.lower import lower
from adjoint.transform.source import read_source


def decorate(*_args):
    return lambda f: f


# fmt: off
first, second = lambda x: x + 1, lambda x: x + 2
nested = lambda x: lambda y: x * y  # noqa: E731
table = {"a": (lambda x: x), "b": (lambda x: x)}
# fmt: on


@decorate(
    lambda x: x,
    1,
)
@decorate()
def decorated(x):
    """A docstring
    that is not indented."""
    return x


class Outer:
    class Inner:
        def method(self, x):
            return self.__x + x

        @staticmethod
        def static(x):
            return x


def closure(scale):
    def inner(x):
        return x * scale

    return inner


def text_of(fn):
    return gast.unparse(read_source(fn).tree).strip()


def compiled(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, object] = {"np": np}
    exec(compile(text, name, "exec"), space)
    return space


def test_lambdas_on_one_line_are_told_apart():
    assert text_of(first) == "lambda x: x + 1"
    assert text_of(second) == "lambda x: x + 2"
    assert text_of(nested(1)) == "lambda y: x * y"
    assert text_of(nested) == "lambda x: lambda y: x * y"


def test_equal_lambdas_have_their_own_columns():
    a, b = (read_source(table[key]) for key in "ab")
    assert a.span(a.tree).column < b.span(b.tree).column


def test_decorators_methods_and_closures():
    source = read_source(decorated)
    assert source.tree.name == "decorated"
    assert source.lines[source.span(source.tree).line - 1] == "def decorated(x):\n"
    assert read_source(Outer.Inner.method).owner == "Inner"
    assert read_source(Outer.Inner().method).tree.name == "method"
    assert read_source(Outer.Inner.static).tree.name == "static"
    assert read_source(closure(2)).tree.name == "inner"


def test_a_file_that_changed_is_noticed(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("def f(x):\n    return x + 1\n")
    f = compiled(path.read_text(), str(path))["f"]
    assert read_source(f).tree.name == "f"
    for value in ("x + 2", "x + 1.0", "x - 1", "+"):
        text = f"def f(x):\n    return {value}\n"
        linecache.cache[str(path)] = (0, None, text.splitlines(keepends=True), str(path))
        with pytest.raises(SourceNotFound, match="not what runs") as caught:
            read_source(f)
        assert "import it again" in str(caught.value)


@pytest.mark.parametrize("fn", [np.sin, len, math.sin, functools.partial(decorated), Outer])
def test_what_is_not_written_in_python_has_no_source(fn):
    with pytest.raises(SourceNotFound, match="not a function written in Python"):
        read_source(fn)


def test_code_without_text_has_no_source():
    space: dict[str, object] = {}
    exec("def f(x): return x", space)
    with pytest.raises(SourceNotFound, match="define the function in a file") as caught:
        read_source(space["f"])
    assert isinstance(caught.value, AdjointError)


def test_columns_are_those_of_the_file_in_characters():
    text = textwrap.dedent(
        """
        def outer():
            def f(x):
                é = 'ü'; y = x + 1
                return y
            return f
        """
    )
    source = read_source(compiled(text, "<columns>")["outer"]())
    assignment = source.tree.body[1]
    span = source.span(assignment)
    line = source.lines[span.line - 1]
    assert line[span.column : span.end_column] == "y = x + 1"


def test_future_annotations_and_imports_do_not_disturb_the_comparison():
    text = "from __future__ import annotations\nimport math as m\n"
    text += "def f(x: no) -> no:\n    return m.sin(x)\n"
    assert read_source(compiled(text, "<future>")["f"]).tree.name == "f"


def test_text_that_was_compiled_inside_a_factory_is_the_source():
    text = "def f(x, helper=None):\n    return scale * x if helper else f(x, scale)\n"
    name = "<factory>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    factory = "def bind(f, scale): pass"
    tree = ast.parse(factory)
    tree.body[0].body = [*ast.parse(text).body, *ast.parse("return f").body]
    for node in ast.walk(tree.body[0].body[1]):
        node.lineno = node.end_lineno = 9
    space: dict[str, object] = {}
    exec(compile(tree, name, "exec"), space)
    f = space["bind"](None, 3)
    assert read_source(f).tree.name == "f"
    assert run(lower(f), 2) == f(2)


def test_functions_of_a_doctest_have_source():
    """A function that is defined in a doctest.

    >>> def f(x):
    ...     return x * 2
    >>> read_source(f).tree.name
    'f'
    """
    runner = doctest.DocTestRunner(verbose=False)
    test = test_functions_of_a_doctest_have_source
    for found in doctest.DocTestFinder().find(test, globs=globals()):
        assert runner.run(found).failed == 0


def test_a_module_that_is_loaded_again_has_its_new_source(tmp_path, monkeypatch):
    path = tmp_path / "loaded_again.py"
    monkeypatch.syspath_prepend(str(tmp_path))
    path.write_text("def f(x):\n    return x * x\n")
    module = importlib.import_module("loaded_again")
    old = module.f
    path.write_text("def f(x):\n    return x * x * x  # cubed\n")
    importlib.invalidate_caches()
    new = importlib.reload(module).f
    assert grad(new).gradient(3.0) == 27.0
    with pytest.raises(SourceNotFound, match="import it again"):
        grad(old).gradient(3.0)
    assert grad(new).gradient(3.0) == 27.0


def test_what_a_wrapper_does_is_differentiated():
    def doubled(f):
        @functools.wraps(f)
        def wrapper(*args):
            return 2.0 * f(*args)

        return wrapper

    @doubled
    def f(x):
        return x * x

    assert grad(f).gradient(3.0) == 12.0


# fmt: off
LAMBDAS = [lambda x: x * 2, lambda x: x * 3, (lambda x: (lambda y: y * y)(x) + x), lambda  # noqa: PLC3002
           x: x
           * 7.0]
BOUND = {k: (lambda x, k=k: x * k) for k in (4.0, 5.0)}
CLOSED = [(lambda x: x * c) for c in (2.0, 3.0)]  # noqa: B023
# fmt: on


def test_each_lambda_has_its_own_derivative():
    assert [grad(f).gradient(1.0) for f in LAMBDAS] == [2.0, 3.0, 3.0, 7.0]
    assert [grad(f).gradient(1.0) for f in BOUND.values()] == [4.0, 5.0]
    assert [grad(f).gradient(1.0) for f in CLOSED] == [f(1.0) for f in CLOSED]


def test_text_that_borrows_the_name_of_a_file_is_not_believed():
    line = "def borrowed(x): return x * x\n"
    space: dict[str, object] = {}
    exec(compile("\n" * 20 + line, __file__, "exec"), space)
    with pytest.raises(SourceNotFound, match="not what runs"):
        read_source(space["borrowed"])


@pytest.mark.parametrize("arguments", [["-c"], ["-"]])
def test_programs_that_stand_in_no_file(arguments):
    text = "from adjoint import grad\n@grad\ndef f(x): return x * x\nprint(f.gradient(3.0))\n"
    given = [*arguments, text] if arguments == ["-c"] else arguments
    done = subprocess.run(
        [sys.executable, *given], input=text, capture_output=True, text=True, check=False
    )
    if arguments == ["-c"] and sys.version_info >= (3, 13):
        assert done.stdout == "6.0\n"
    else:
        assert "define the function in a file or a notebook" in done.stderr


def test_asserts_that_pytest_rewrote_are_read_as_written():
    def f(x):
        assert x > 0, "positive"
        return x

    assert isinstance(read_source(f).tree.body[0], gast.Assert)

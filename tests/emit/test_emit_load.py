"""Emitted text runs as an ordinary function, and tools see its source."""

from __future__ import annotations

import inspect
import linecache
import traceback
import types

import pytest

from adjoint.transform.emit.load import load
from adjoint.transform.ir.nodes import Assign, Function, Op, Param, Return, Var
from adjoint.transform.lower import lower

TEXT = '''def area(r, scale=2.0):
    """Of a circle."""

    def inner(x):
        return pi / x * gain

    return scale * inner(r)
'''


@pytest.fixture
def space():
    return {"__name__": "shapes", "gain": 3.0}


def test_globals_stay_live_and_untouched(space):
    names = set(space)
    area = load(TEXT, space, {"pi": 3.0})
    assert area(1.0) == 18.0
    space["gain"] = 1.0
    assert area(1.0) == 6.0
    assert area.__globals__ is space
    assert set(space) - {"__builtins__"} == names


def test_cells_may_be_shared_and_filled_later(space):
    cell = types.CellType()
    area = load(TEXT, space, {"pi": cell})
    with pytest.raises(NameError):
        area(1.0)
    cell.cell_contents = 1.0
    assert area(1.0) == 6.0


def test_it_looks_like_the_function_that_is_printed(space):
    area = load(TEXT, space, {"pi": 3.0})
    assert (area.__name__, area.__qualname__, area.__module__) == ("area", "area", "shapes")
    assert area.__doc__ == "Of a circle."
    assert area.__defaults__ == (2.0,)
    assert str(inspect.signature(area)) == "(r, scale=2.0)"
    linecache.checkcache()
    assert inspect.getsource(area) == TEXT


def test_tracebacks_show_the_printed_lines(space):
    area = load(TEXT, space, {"pi": 3.0})
    with pytest.raises(ZeroDivisionError) as caught:
        area(0)
    frames = traceback.extract_tb(caught.value.__traceback__)[1:]
    assert [(frame.lineno, frame.name, frame.line) for frame in frames] == [
        (7, "area", "return scale * inner(r)"),
        (5, "inner", "return pi / x * gain"),
    ]
    assert frames[0].filename.startswith("<adjoint:shapes.area")


def test_each_text_has_a_file_name_of_its_own(space):
    one = load("def one(x):\n    return x\n", space)
    again = load("def one(x):\n    return x\n", space)
    other = load("def one(x):\n    return -x\n", space)
    assert one.__code__.co_filename == again.__code__.co_filename == "<adjoint:shapes.one>"
    assert other.__code__.co_filename.startswith("<adjoint:shapes.one:")
    assert inspect.getsource(one) != inspect.getsource(other)


def test_a_function_may_call_itself(space):
    text = "def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)\n"
    assert load(text, space)(5) == 120
    cell = types.CellType(lambda n: 0)
    assert load(text, space, {"fact": cell})(5) == 0


def test_defaults_are_the_very_objects():
    default = object()

    def f(x, /, y=default, *, z=default, k=1):
        return x, y, z, k

    made = load(lower(f), globals())
    assert made(0) == (0, default, default, 1)
    assert made.__defaults__[0] is made.__kwdefaults__["z"] is default
    assert "y=..., *, z=..., k=1" in inspect.getsource(made)


def test_functions_of_the_ir_may_be_loaded_directly():
    fn = Function("same", (Param("x"),), (Assign(Var("%1"), Var("x")), Return(Var("%1"))))
    assert load(fn, {})(3) == 3
    assert isinstance(fn.body[0].value, Var)
    assert not isinstance(fn.body[0].value, Op)


def test_only_a_single_function_is_taken(space):
    with pytest.raises(ValueError, match="not a single function"):
        load("x = 1\n", space)

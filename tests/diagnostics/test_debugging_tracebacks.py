"""What a traceback shows of an error in emitted code: the user's lines, and no frame of ours."""

from __future__ import annotations

import importlib.util
import io
import pdb
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import tensor

ROOT = Path(__file__).parents[2]
TEXT = """\
import numpy as np
from adjoint import grad, gradient, on_cotangent, vjp

def inner(a, b):
    c = a + b
    return c * 2.0

def mid(a, b):
    t = np.exp(a)
    return inner(t, b) + 1.0

@grad
def deep(w, x):
    s = 0.0
    for i in range(3):
        s = s + w[i] * np.sum(mid(w,
                                  x))
    return s

@grad
def index(x):
    s = 0.0
    for i in range(5):
        s += x[i] * i
    return s

@grad
def divides(x):
    y = x - 1.0
    return 1.0 / y

@grad
def endless(x, n):
    if n == 0.5:
        return x
    return x * endless.__wrapped__(x, n - 1)

def forever(x, n):
    if n == 0.5:
        return x
    return x * forever(x, n - 1)

@grad(wrt="x")
def calls(f, x):
    return np.sum(f(x)) * 2.0

@grad
def hooked(x):
    h = on_cotangent(x * 2.0, wrong)
    return np.sum(h)

def wrong(d):
    raise KeyError("hook")

@grad
def chained(x):
    try:
        y = x / 0
    except ZeroDivisionError as error:
        raise RuntimeError("no") from error
    return y

@grad
def attempts(x):
    for v in x:
        raise ValueError("mine")
    return np.sum(x)

class Broken:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        raise OSError("cannot close")

@grad
def closes(x):
    with Broken():
        y = np.exp(x)
    return y * y

@grad
def nested(x):
    return np.sum(x) * inside(x)

def inside(x):
    return gradient(divides)(x[0])

def inverses(xs):
    for v in xs:
        yield 1.0 / v

@grad
def consumes(x):
    return sum(inverses([x, x - 1.0]))

@grad
def short(x): return x[3] * 2.0
"""


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    file = tmp_path / "model.py"
    file.write_text(TEXT)
    spec = importlib.util.spec_from_file_location("model", file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def error_of(call: Callable[[], Any]) -> BaseException:
    try:
        call()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def frames(error: BaseException) -> list[tuple[str, str, str]]:
    """What is shown below the call: file, function and line; no frame of ours is among it."""
    stack = traceback.extract_tb(error.__traceback__)
    folders = tuple(str(ROOT / folder) for folder in ("adjoint", "runtime", "transform"))
    assert not any(frame.filename.startswith(folders) for frame in stack)
    return [(Path(f.filename).name, f.name, f.line or "") for f in stack[2:]]


def marked(error: BaseException) -> str:
    """The part of the last line that carets are under."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    assert frame.colno is not None
    assert frame.end_colno is not None
    start = frame.colno - (len(frame._original_line) - len(frame._original_line.lstrip()))
    return (frame.line or "")[start : start + frame.end_colno - frame.colno]


def test_an_error_three_calls_deep(module: ModuleType) -> None:
    error = error_of(lambda: module.deep.gradient(np.ones(4), np.ones(3)))
    assert frames(error) == [
        ("model.py", "deep", "s = s + w[i] * np.sum(mid(w,"),
        ("model.py", "mid", "return inner(t, b) + 1.0"),
        ("model.py", "inner", "c = a + b"),
    ]
    assert not getattr(error, "__notes__", [])


@pytest.mark.parametrize("way", ["gradient", "value_and_gradient", "vjp", "__call__"])
def test_every_way_of_calling(module: ModuleType, way: str) -> None:
    first: Any = 1.0 if way != "__call__" else tensor(1.0, requires_grad=True)
    error = error_of(lambda: getattr(module.divides, way)(first))
    if way == "__call__":  # arrays without axes give infinity, with a warning that is an error here
        assert isinstance(error, RuntimeWarning)
    assert frames(error)[0] == ("model.py", "divides", "return 1.0 / y")


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="frames keep their lines in another way")
def test_carets_are_under_the_users_expression(module: ModuleType) -> None:
    error = error_of(lambda: module.divides.vjp(1.0))
    assert marked(error) == "1.0 / y"
    text = "".join(traceback.format_exception(error))
    assert "    return 1.0 / y\n           ~~~~^~~\n" in text


def test_variables_are_those_of_the_emitted_code(module: ModuleType) -> None:
    error = error_of(lambda: module.deep.gradient(np.ones(4), np.ones(3)))
    last = list(traceback.walk_tb(error.__traceback__))[-1][0]
    assert np.array_equal(last.f_locals["a"], np.full(4, np.e))
    assert last.f_globals["__name__"] == "model"


def test_an_error_in_an_adjoint_shows_both_lines(module: ModuleType) -> None:
    error = error_of(lambda: module.index.gradient(np.ones(3)))
    assert frames(error) == [
        ("model.py", "index", "s += x[i] * i"),
        ("<adjoint:model.index_gradient>", "index_gradient", "d_x[i] += d_out * i"),
    ]
    (note,) = error.__notes__
    assert note == "In the adjoint of model.py, line 24, `s += x[i] * i`:\n    d_x[i] += d_out * i"


def test_a_function_that_is_called_back(module: ModuleType) -> None:
    error = error_of(lambda: module.hooked.gradient(np.ones(3)))
    assert [frame[1] for frame in frames(error)] == ["hooked", "hooked_gradient", "wrong"]
    assert not getattr(error, "__notes__", [])


def test_functions_known_only_at_run_time(module: ModuleType) -> None:
    call = module.calls.gradient
    error = error_of(lambda: call(lambda x: module.inner(x, np.ones(7)), np.ones(3)))
    assert [frame[1] for frame in frames(error)] == ["calls", "<lambda>", "inner"]


def test_pullbacks_called_later(module: ModuleType) -> None:
    _, pullback = module.hooked.vjp(np.ones(3))
    error = error_of(lambda: pullback(1.0))
    assert [frame[1] for frame in frames(error)] == ["hooked", "pullback", "wrong"]


def test_the_backward_of_tensors(module: ModuleType) -> None:
    loss = module.hooked(tensor([1.0, 2.0], requires_grad=True))
    error = error_of(loss.backward)
    stack = traceback.extract_tb(error.__traceback__)
    assert [frame.name for frame in stack] == ["error_of", "hooked", "pullback", "wrong"]
    x = tensor([1.0, 2.0], requires_grad=True)
    loss = module.hooked(x)
    error = error_of(lambda: adjoint.autograd.grad(loss, x))
    assert [frame[1] for frame in frames(error)] == ["hooked", "pullback", "wrong"]


def test_recursion_without_end(module: ModuleType) -> None:
    error = error_of(lambda: adjoint.gradient(module.forever)(1.5, 3))
    assert isinstance(error, RecursionError)
    shown = frames(error)
    assert {frame[:2] for frame in shown} == {("model.py", "forever")}
    assert len(shown) > 500


def test_what_led_to_an_error(module: ModuleType) -> None:
    error = error_of(lambda: module.chained.gradient(1.0))
    assert frames(error) == [("model.py", "chained", 'raise RuntimeError("no") from error')]
    assert error.__cause__ is not None
    (cause,) = traceback.extract_tb(error.__cause__.__traceback__)
    assert (Path(cause.filename).name, cause.line) == ("model.py", "y = x / 0")


def test_a_context_manager_of_the_users(module: ModuleType) -> None:
    error = error_of(lambda: module.closes.gradient(1.0))
    assert [frame[1] for frame in frames(error)] == ["closes", "__exit__"]


def test_a_derivative_inside_another(module: ModuleType) -> None:
    error = error_of(lambda: module.inside(np.ones(2)))
    assert [frame[1] for frame in frames(error)] == ["inside", "divides", "divides_gradient"]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda m: m.index.gradient(), TypeError, "missing a required argument"),
        (lambda m: m.index.gradient(None), adjoint.NotDifferentiable, "NoneType"),
        (lambda m: m.index.gradient(np.arange(5)), adjoint.NotDifferentiable, "int64"),
        (lambda m: m.vjp(np.exp, np.ones(3)), TypeError, "no Python source"),
        (lambda m: m.vjp(m.mid, np.ones(3), 1.0)[1](np.ones(2)), ValueError, "shape"),
        (lambda m: m.vjp(m.mid, np.ones(3), 1.0)[1](None), TypeError, "None"),
        (lambda m: m.vjp(m.mid, np.ones(3), 1.0)[1]("abc"), TypeError, "no number"),
        (lambda m: m.grad(m.mid, wrt="z"), TypeError, "z"),
        (lambda m: m.grad(lambda x: eval("x")), adjoint.UnsupportedSyntax, "eval"),
    ],
)
def test_what_we_refuse_ends_at_the_users_call(
    module: ModuleType, call: Callable[[ModuleType], Any], kind: type[Exception], message: str
) -> None:
    error = error_of(lambda: call(module))
    assert isinstance(error, kind)
    assert message in str(error)
    assert [frame[1] for frame in frames(error)] == ["<lambda>"]


def test_a_gradient_of_several_numbers_ends_at_the_return(module: ModuleType) -> None:
    error = error_of(lambda: module.gradient(module.mid)(np.ones(3), 1.0))
    assert "use vjp" in str(error)
    assert frames(error) == [("model.py", "mid", "return inner(t, b) + 1.0")]


def test_our_own_mistakes_keep_their_frames(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adjoint.transform.compiled.default_kinds", None)
    error = error_of(lambda: module.divides.gradient(2.0))
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names[-1] == "compile_call"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="frames keep their lines in another way")
def test_an_error_in_a_generator_that_is_consumed(module: ModuleType) -> None:
    error = error_of(lambda: module.consumes.value_and_gradient(1.0))
    assert frames(error)[-1][2] == "yield 1.0 / v"
    assert marked(error) == "1.0 / v"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="frames keep their lines in another way")
def test_an_error_in_a_function_that_is_known_at_run_time(module: ModuleType) -> None:
    error = error_of(lambda: module.calls.gradient(np.poly, np.eye(2)))
    assert isinstance(error, adjoint.MissingRule)
    assert frames(error) == [("model.py", "calls", "return np.sum(f(x)) * 2.0")]
    assert marked(error) == "f(x)"


def test_a_function_on_one_line(module: ModuleType) -> None:
    error = error_of(lambda: module.short.gradient(np.ones(3)))
    assert error.__notes__ == [
        "In the adjoint of model.py, line 98, `return x[3] * 2.0`:\n    d_x[3] += 2.0 * d_out"
    ]


# pdb


def scripted(commands: str) -> tuple[pdb.Pdb, io.StringIO]:
    out = io.StringIO()
    given = io.StringIO(commands)
    made = pdb.Pdb(stdin=given, stdout=out, skip=["adjoint.*"], nosigint=True, readrc=False)
    return made, out


def test_pdb_after_an_error_in_the_primal(module: ModuleType) -> None:
    error = error_of(lambda: module.deep.gradient(np.ones(4), np.ones(3)))
    debugger, out = scripted("p a.shape, b.shape\nup\np t.shape\nlist\nquit\n")
    debugger.reset()
    debugger.interaction(None, error.__traceback__)
    assert "(4,), (3,)" in out.getvalue()
    assert "->     return inner(t, b) + 1.0" in out.getvalue() or "  ->" in out.getvalue()
    assert "t = np.exp(a)" in out.getvalue()


def test_pdb_after_an_error_in_the_adjoint(module: ModuleType) -> None:
    error = error_of(lambda: module.index.gradient(np.ones(3)))
    debugger, out = scripted("p d_x\nlist\nup\np i\nquit\n")
    debugger.reset()
    debugger.interaction(None, error.__traceback__)
    assert "array([0., 0., 0.])" in out.getvalue()
    assert "# s += x[i] * i" in out.getvalue()
    assert "model.py(24)index()" in out.getvalue()


def test_pdb_steps_through_both_sweeps() -> None:
    script = "next\n" if sys.version_info >= (3, 13) else ""  # there `set_trace` stops at once
    script += "p y\nnext\np round(float(exp_y), 2)\nnext\nnext\nnext\nlist\np d_y\nnext\ncontinue\n"
    debugger, out = scripted(script)
    stop = debugger.set_trace

    @adjoint.grad
    def f(x: Any) -> Any:
        y = x * 3.0
        stop()
        z = np.exp(y) * y
        return z * y

    assert f.gradient(1.0) == pytest.approx(45 * np.exp(3))
    text = out.getvalue()
    assert "-> exp_y = np.exp(y)\n(Pdb) 3.0" in text
    assert "(Pdb) 20.09" in text
    assert "# z = np.exp(y) * y " in text
    assert "->\t    d_y += d_z * exp_y" in text


def test_pdb_in_a_hook_goes_on_into_the_adjoint() -> None:
    debugger, out = scripted("next\nnext\np d_out\nlist\ncontinue\n")

    def stop(d: Any) -> None:
        debugger.set_trace()

    @adjoint.grad
    def f(x: Any) -> Any:
        y = adjoint.on_cotangent(x * 3.0, stop)
        y = np.exp(y)
        return y * y

    f.gradient(0.0)
    text = out.getvalue()
    assert "stop()->None" in text
    assert "-> return 3.0 * hooked(d_y, stop)" in text

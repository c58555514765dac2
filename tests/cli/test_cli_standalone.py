"""`--standalone`: a module that gives the same numbers where this package is not installed."""

from __future__ import annotations

import hashlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adjoint import Differentiable
from adjoint.cli import main
from adjoint.transform.emit.standalone import CannotStandAlone
from adjoint.transform.export import export, rename

from . import models

VECTOR = np.linspace(0.2, 1.4, 5)
PROGRAMS = {
    "logistic": (np.array([0.3, -0.2]), np.arange(6.0).reshape(3, 2) / 5, np.array([0.0, 1, 1])),
    "calls_helpers": (VECTOR, 3),
    "power": (1.3, 4),
    "decorated": (VECTOR,),
    "calls_plainly": (VECTOR,),
    "steps_in_place": (VECTOR, 4),
    "layers": ([(np.ones((5, 2)), np.zeros(2)), (np.eye(2), np.ones(2))], np.ones((3, 5))),
    "hides_a_callee": (VECTOR,),
    "doubled": (VECTOR,),
    "names_a_variable_like_a_helper": (VECTOR,),
    "closes_over": (VECTOR,),
}

# Runs a module in a process that has neither this package nor what it stands on, except NumPy.
GUARDED = """
import sys
for name in ("adjoint", "gast", "astunparse"):
    sys.modules[name] = None
import runpy, pickle, numpy
space = runpy.run_path(sys.argv[1])
name, args = pickle.load(sys.stdin.buffer)
made = space[name](*args)
pickle.dump(made if name.endswith("_gradient") else (made[0], made[1](1.0)), sys.stdout.buffer)
"""


def run_alone(text: str, name: str, args: tuple, folder: Path):
    file = folder / "alone.py"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", GUARDED, str(file)],
        input=pickle.dumps((name, args)),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return pickle.loads(done.stdout)


def flat(value) -> np.ndarray:
    if isinstance(value, list | tuple):
        return np.concatenate([flat(one) for one in value])
    return np.ravel(value)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_gradient_alone_gives_the_same_numbers(name, tmp_path):
    args = PROGRAMS[name]
    function = getattr(models, name)
    made = function if isinstance(function, Differentiable) else Differentiable(function)
    emitted = made.emit("gradient", None, args)
    found = run_alone(export(emitted), emitted.adjoint.function.name, args, tmp_path)
    assert np.array_equal(flat(found), flat(made.gradient(*args)))


@pytest.mark.parametrize("name", ["logistic", "calls_helpers", "steps_in_place"])
def test_a_vjp_alone_gives_the_same_numbers(name, tmp_path):
    args = PROGRAMS[name]
    made = Differentiable(getattr(models, name), wrt=0)
    emitted = made.emit("vjp", None, args)
    value, cotangents = run_alone(export(emitted), emitted.adjoint.function.name, args, tmp_path)
    expected, pullback = made.vjp(*args)
    assert value == expected
    assert np.array_equal(flat(cotangents), flat(pullback(1.0)[0]))


def test_the_module_imports_numpy_and_the_standard_library_only():
    text = export(Differentiable(models.calls_helpers).emit())
    imports = {line for line in text.splitlines() if line.startswith(("import", "from"))}
    assert imports <= {"import numpy as np", "import math", "import types"}


def test_the_header_names_the_source_and_its_hash():
    digest = hashlib.sha256(inspect.getsource(models.logistic).encode()).hexdigest()
    assert export(Differentiable(models.logistic).emit()).splitlines()[:2] == [
        "# Derivatives of logistic (models.py), written by adjoint.",
        f"# sha256 of its source: {digest}",
    ]


def test_the_same_function_gives_the_same_bytes():
    texts = {export(Differentiable(models.calls_helpers).emit()) for _ in range(2)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reads_table", "TABLE: .* ndarray objects cannot be written down; make it an argument"),
        ("has_table_for_default", "the default of `table` is not a literal"),
    ],
)
def test_what_cannot_stand_alone_is_refused(name, message):
    with pytest.raises(CannotStandAlone, match=message):
        export(Differentiable(getattr(models, name)).emit())


def test_a_callee_that_is_known_only_at_run_time_is_refused():
    made = Differentiable(models.calls_what_it_is_given)
    with pytest.raises(CannotStandAlone, match="a function that is known only when it runs"):
        export(made.emit("gradient", None, (VECTOR, np.sin)))


def test_a_function_named_like_an_adjoint_keeps_its_name(tmp_path):
    made = Differentiable(models.calls_what_is_named_like_an_adjoint)
    emitted = made.emit("gradient", None, (VECTOR,))
    found = run_alone(export(emitted), emitted.adjoint.function.name, (VECTOR,), tmp_path)
    assert np.array_equal(found, made.gradient(VECTOR))


def test_renaming_touches_names_only():
    text = "def f(x):\n    # f\n    return f(x.f, 'f') + g(f=1)\n"
    assert rename(text, {"f": "é"}) == "def é(x):\n    # f\n    return é(x.f, 'f') + g(f=1)\n"


def test_the_command_writes_such_a_module(tmp_path):
    file = tmp_path / "made.py"
    target = f"{models.__file__}:logistic"
    assert main(["dump", target, "--standalone", "-o", str(file)]) == 0
    found = run_alone(file.read_text(), "logistic_gradient", PROGRAMS["logistic"], tmp_path)
    assert np.array_equal(found, Differentiable(models.logistic).gradient(*PROGRAMS["logistic"]))

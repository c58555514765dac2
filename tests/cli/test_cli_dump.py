"""`adjoint dump TARGET` prints what is generated, or one clear message."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import adjoint
from adjoint.cli import main

from . import models

FILE = models.__file__


def dumped(capsys, *arguments: str) -> str:
    assert main(["dump", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refusal(capsys, *arguments: str) -> str:
    assert main(["dump", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize("target", [f"{FILE}:logistic", f"{models.__name__}:logistic"])
def test_a_target_is_a_module_or_a_file_and_a_name(capsys, target):
    assert dumped(capsys, target) == adjoint.grad(models.logistic).source


def test_what_is_decorated_is_dumped_as_decorated(capsys):
    assert dumped(capsys, f"{FILE}:decorated") == models.decorated.source


def test_the_adjoints_of_callees_come_first(capsys):
    text = dumped(capsys, f"{FILE}:calls_helpers")
    assert 0 == text.index("def bend_vjp") < text.index("def calls_helpers_gradient")


@pytest.mark.parametrize("mode", ["gradient", "value_and_gradient", "vjp"])
def test_the_mode_is_chosen(capsys, mode):
    text = dumped(capsys, f"{FILE}:logistic", "--mode", mode)
    assert text == adjoint.grad(models.logistic).source_of(mode)


def test_parameters_are_chosen_by_name(capsys):
    text = dumped(capsys, f"{FILE}:logistic", "--wrt", "x, w")
    swapped = dumped(capsys, f"{FILE}:logistic", "--wrt", "w, x")
    ends = [t.rstrip().splitlines()[-1].strip() for t in (text, swapped)]
    last, first = (end.removeprefix("return ") for end in ends)
    assert last.startswith("matmul_dx(")
    assert first.startswith("matmul_dy(")


def test_a_method_is_differentiated_by_its_first_argument_after_self(capsys):
    text = dumped(capsys, f"{FILE}:Spring.energy")
    assert text.startswith("def energy_gradient(self, x, y")
    assert text.rstrip().endswith(", x)")
    assert "d_y" not in text
    assert "def square_gradient(x" in dumped(capsys, f"{FILE}:Spring.square")


def test_a_file_is_written_instead(capsys, tmp_path):
    file = tmp_path / "made.py"
    assert dumped(capsys, f"{FILE}:logistic", "-o", str(file)) == ""
    assert file.read_text() == adjoint.grad(models.logistic).source


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("logistic", "'logistic' is not a target; write package.module:name or path"),
        (":logistic", "':logistic' is not a target"),
        ("no_such_module:f", "there is no module 'no_such_module' here"),
        ("no/such/file.py:f", "there is no file 'no/such/file.py'"),
        (f"{FILE}:logistik", f"{FILE} has no 'logistik'; it has logistic, bend, "),
        (f"{FILE}:Spring.force", "has no 'Spring.force'; it has energy, square"),
        (f"{FILE}:GAIN", "GAIN: 2.0 is no function, but a float; give a function"),
        ("math:sin", "sin: `sin` has no Python source"),
    ],
)
def test_a_target_that_does_not_exist_gets_one_message(capsys, target, message):
    found = refusal(capsys, target)
    assert found.startswith("adjoint: ")
    assert message in found
    assert found.count("\n") == 1


def test_a_parameter_that_does_not_exist_gets_one_message(capsys):
    assert refusal(capsys, f"{FILE}:bend", "--wrt", "q") == (
        f"adjoint: {FILE}:bend has no parameter 'q'; its parameters are x, k\n"
    )


def test_a_refused_function_is_shown_as_python_shows_a_syntax_error(capsys):
    line = models.refused.__code__.co_firstlineno + 1
    assert refusal(capsys, f"{FILE}:refused") == (
        f'  File "{FILE}", line {line}\n'
        "    seen = eval('x + 10')\n"
        "           ^^^^^^^^^^^^^^\n"
        "UnsupportedSyntax: eval() runs code that is not in the source; write the expression out\n"
    )


def test_a_module_that_cannot_be_imported_says_why_and_where(capsys, tmp_path):
    file = tmp_path / "broken_on_import.py"
    file.write_text("x = 1\nimport no_such_thing\n")
    assert refusal(capsys, f"{file}:f") == (
        f"adjoint: {file} cannot be imported: ModuleNotFoundError: "
        f"No module named 'no_such_thing' ({file}:2)\n"
    )


def test_what_cannot_be_written_is_said(capsys, tmp_path):
    assert "No such file or directory" in refusal(
        capsys, f"{FILE}:logistic", "-o", str(tmp_path / "no" / "made.py")
    )


def test_a_file_named_like_an_imported_module_is_not_that_module(capsys, tmp_path):
    file = tmp_path / "math.py"
    file.write_text("def double(x):\n    return 2.0 * x\n")
    assert dumped(capsys, f"{file}:double").startswith("def double_gradient(x")


@pytest.mark.parametrize("command", [["adjoint"], ["adjoint", "dump", f"{FILE}:logistic"]])
def test_python_m_adjoint_is_the_same_command(command, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    if command[1:]:
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == adjoint.grad(models.logistic).source
    else:
        assert done.returncode == 2
        assert "usage: adjoint" in done.stderr


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"adjoint {adjoint.__version__}\n"


def test_help_says_what_a_target_is(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["dump", "--help"])
    text = capsys.readouterr().out
    assert "package.module:name" in text
    assert "path/to/file.py:Net.loss" in text


def test_colours_are_for_terminals_only(capsys, monkeypatch):
    pytest.importorskip("pygments")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    coloured = dumped(capsys, f"{FILE}:logistic")
    assert "\x1b[" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert dumped(capsys, f"{FILE}:logistic") == adjoint.grad(models.logistic).source


def test_arguments_of_a_call_choose_the_text_that_runs_for_them(capsys):
    layers = "[(np.eye(2), np.zeros(2))] * 3"
    text = dumped(capsys, f"{FILE}:layered", "--args", f"{layers}, TABLE[:2]")
    given = ([(np.eye(2), np.zeros(2))] * 3, models.TABLE[:2])
    assert text == adjoint.grad(models.layered).source_of("gradient", None, *given)
    assert text != dumped(capsys, f"{FILE}:layered")
    assert "unbroadcast(" in dumped(capsys, f"{FILE}:logistic")
    assert "unbroadcast(" not in dumped(capsys, f"{FILE}:bend", "--args", "2.0, 3.0")


def test_arguments_that_cannot_be_evaluated_are_told(capsys):
    message = refusal(capsys, f"{FILE}:bend", "--args", "np.ones(n)")
    assert "'np.ones(n)' cannot be evaluated" in message
    assert "NameError: name 'n' is not defined" in message


def test_arguments_of_a_method_begin_with_the_object(capsys):
    text = dumped(capsys, f"{FILE}:Spring.energy", "--args", "Spring(2.0), TABLE, TABLE + 1")
    spring, x = models.Spring(2.0), models.TABLE
    assert text == adjoint.grad(spring.energy).source_of("gradient", None, x, x + 1)


def test_annotations_say_what_a_list_holds_also_where_they_are_strings(capsys):
    text = dumped(capsys, f"{FILE}:annotated")
    assert "for weight, bias in layers:" in text
    assert "[0] += d_weight" in text

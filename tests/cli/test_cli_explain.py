"""`adjoint explain` says what each line does, `adjoint coverage` which functions differentiate."""

from __future__ import annotations

import json

import pytest

from adjoint.cli import main

from . import explained

FILE = explained.__file__
NAME = explained.__name__


def explained_text(capsys, status: int, *arguments: str) -> str:
    assert main(["explain", *arguments]) == status
    out, err = capsys.readouterr()
    assert err == ""
    return out


def signs(text: str) -> dict[str, str]:
    """The sign of each line, by the source that stands there."""
    found = {}
    for line in text.splitlines():
        number, _, rest = line.strip().partition(" ")
        if number.isdigit():
            found[rest[1:].strip().split("  ")[0]] = rest[0]
    return found


def test_each_line_has_its_sign(capsys):
    text = explained_text(capsys, 0, f"{NAME}:mixed")
    assert signs(text) == {
        "def mixed(x, n):": " ",
        "scale = 1.0 / n": ".",
        "total = 0.0": ".",
        "for v in x:": "d",
        "if v > 0:": "k",
        "total += scale * bend(v, 2.0)": "d",
        "unused = np.cos(x)": "k",
        "print(total)": "k",
        "return total": "d",
        "def bend(x, k):": " ",
        "return k * np.sin(x)": "d",
    }
    assert "total += scale * bend(v, 2.0)  bend(), *, +=\n" in text
    assert "return k * np.sin(x)  np.sin, *\n" in text
    assert text.endswith("lines: 4 differentiates, 3 kept, 2 inactive\n")


def test_what_it_is_differentiated_by_decides_what_is_inactive(capsys):
    text = explained_text(capsys, 0, f"{NAME}:mixed", "--wrt", "n")
    assert signs(text)["scale = 1.0 / n"] == "d"
    assert signs(text)["if v > 0:"] == "."


def test_all_refusals_are_shown_each_with_its_caret(capsys):
    text = explained_text(capsys, 1, f"{NAME}:doubtful")
    lines = text.splitlines()
    (evaluated,) = [i for i, line in enumerate(lines) if "eval(" in line and "!" in line]
    assert lines[evaluated + 1] == lines[evaluated].index("eval") * " " + "^" * 13
    assert lines[evaluated + 2].strip().startswith("eval() runs code")
    (declared,) = [i for i, line in enumerate(lines) if "global calls" in line]
    assert lines[declared + 1].strip() == "^" * 12
    assert lines[declared + 2].strip().startswith("`global` of what is assigned")
    assert all(len(line) <= 80 for line in lines)
    assert signs(text)["return helper(y)"] == "d"
    assert signs(text)["y * y"] == "d"


def test_a_decorated_function_is_looked_at_though_it_is_refused(capsys):
    text = explained_text(capsys, 1, f"{NAME}:decorated")
    assert "`set` has no derivative rule" in text


def test_a_call_of_what_has_no_source_is_refused_where_it_stands(capsys):
    text = explained_text(capsys, 1, f"{NAME}:calls_nowhere")
    assert "the source of 'from_nowhere' cannot be read" in text
    assert signs(text)["return 2 * from_nowhere(x)"] == "!"


def test_arguments_say_for_what_it_is_explained(capsys):
    text = explained_text(capsys, 0, f"{NAME}:Spring.energy", "--args", "Spring(2.0), 3.0")
    assert signs(text)["return 0.5 * self.k * x**2"] == "d"


def test_tools_get_json(capsys):
    data = json.loads(explained_text(capsys, 1, f"{FILE}:doubtful", "--json"))
    assert data["stopped"] == ""
    assert [part["name"] for part in data["parts"]] == ["doubtful", "helper"]
    marks = {line["text"].strip(): line["mark"] for part in data["parts"] for line in part["lines"]}
    assert marks['y = eval("y + 1")'] == "refused"
    refused = [one for part in data["parts"] for line in part["lines"] for one in line["refused"]]
    assert refused == data["refusals"]
    assert [one["kind"] for one in refused] == ["UnsupportedSyntax"] * 2
    assert all(one["file"] == FILE and one["line"] and one["column"] for one in refused)


def test_colours_keep_the_lines_apart(capsys, monkeypatch):
    pytest.importorskip("pygments")
    plain = explained_text(capsys, 1, f"{NAME}:doubtful")
    monkeypatch.setattr("adjoint.cli._in_colours", lambda: True)
    coloured = explained_text(capsys, 1, f"{NAME}:doubtful")
    assert "\x1b[" in coloured
    assert len(coloured.splitlines()) == len(plain.splitlines())


def covered(capsys, status: int, *arguments: str) -> str:
    assert main(["coverage", *arguments]) == status
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_row_for_each_function_of_a_module(capsys):
    rows = json.loads(covered(capsys, 1, NAME, "--json"))
    assert {row["name"]: row["status"] for row in rows} == {
        "bend": "differentiates",
        "mixed": "differentiates",
        "doubtful": "refused",
        "helper": "refused",
        "decorated": "refused",
        "takes_text": "nothing to differentiate",
        "Spring.__init__": "nothing to differentiate",
        "Spring.energy": "differentiates",
        "from_nowhere": "no source",
        "calls_nowhere": "refused",
    }


def test_the_table_gives_place_reason_and_totals(capsys):
    text = covered(capsys, 1, FILE)
    assert "explained.py:28: eval() runs code that is not in the source" in text
    total = "10 functions: 3 differentiates, 2 nothing to differentiate, 4 refused, 1 no source\n"
    assert text.endswith(total)


def test_a_class_and_a_single_function_are_targets_too(capsys):
    assert "Spring.energy" in covered(capsys, 0, f"{NAME}:Spring")
    text = covered(capsys, 0, f"{NAME}:bend")
    assert text == "bend  differentiates\n\n1 functions: 1 differentiates\n"


def test_what_does_not_exist_is_said(capsys):
    assert main(["coverage", "no_such_module"]) == 1
    assert capsys.readouterr().err == "adjoint: there is no module 'no_such_module' here\n"


LATE = """
import functools


@functools.lru_cache
def remembered(x):
    return x * x


def chosen(x, functions):
    return functions[0](x)
"""


def test_what_is_decided_when_it_runs_and_what_is_no_function(capsys, tmp_path):
    file = tmp_path / "late.py"
    file.write_text(LATE, encoding="utf-8")
    text = covered(capsys, 1, str(file))
    assert text == (
        "remembered  refused\n"
        "              late.py:5: remembered: `remembered` gives back answers that were\n"
        "              computed before (`lru_cache`); give its `__wrapped__`\n"
        "chosen      decided when it runs\n\n"
        "2 functions: 1 decided when it runs, 1 refused\n"
    )
    shown = explained_text(capsys, 0, f"{file}:chosen")
    assert "functions[0](), found when it runs" in shown
    assert "What is found when it runs may be refused then.\n" in shown

"""The README, the documentation and the docstrings say what is true."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import importlib.util
import io
import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import adjoint
from adjoint.runtime.helpers import HELPERS
from adjoint.transform.lower.reject import REFUSED

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PREFIXES = {"adjoint": "adjoint", "runtime": "adjoint.runtime", "transform": "adjoint.transform"}
MODULES = sorted(
    ".".join([prefix, *file.relative_to(ROOT / folder).with_suffix("").parts])
    for folder, prefix in PREFIXES.items()
    for file in (ROOT / folder).rglob("[!_]*.py")
)


def load(file: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


refresh = load(ROOT / "docs" / "refresh.py")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_a_page_give_what_it_shows(page):
    failed, _ = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert failed == 0


@pytest.mark.parametrize("page", refresh.pages(), ids=lambda page: page.name)
def test_a_page_shows_what_is_printed(page):
    text = page.read_text(encoding="utf-8")
    assert refresh.refreshed(text) == text, "run `python docs/refresh.py`, and read what it changed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_give_what_it_shows(name):
    module = importlib.import_module(name)
    # Helpers are written for text in which `np` and the other helpers are at hand.
    extra = {"np": np, "adjoint": adjoint, **HELPERS} if ".helpers" in name else {}
    failed, _ = doctest.testmod(module, extraglobs=extra, optionflags=doctest.ELLIPSIS)
    assert failed == 0


# The language


def language_files() -> list[tuple[str, str]]:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    return [(m["what"], m["body"]) for m in refresh.BLOCK.finditer(page) if m["kind"] == "file"]


@pytest.mark.parametrize(("name", "text"), language_files(), ids=lambda value: value.split("\n")[0])
def test_functions_of_the_language_page_have_right_gradients(name, text, tmp_path):
    file = tmp_path / f"language_{name}"
    file.write_text(text, encoding="utf-8")
    module = load(file)
    x = np.array([0.7, 1.3, 0.4, 1.9])
    steps = 1e-6 * np.eye(4)
    for function in vars(module).values():
        if isinstance(function, types.FunctionType) and not function.__name__.startswith("_"):
            numeric = [(function(x + h) - function(x - h)) / 2e-6 for h in steps]
            with contextlib.redirect_stdout(io.StringIO()):
                found = adjoint.gradient(function)(x.copy())
            assert np.allclose(found, numeric, rtol=1e-5, atol=1e-7), function.__name__


def test_the_language_page_lists_what_lowering_refuses():
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    for what, instead in REFUSED.values():
        assert f"| {what} | {instead} |" in page

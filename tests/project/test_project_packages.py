"""What is installed, and what importing it loads."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import adjoint

ROOT = Path(__file__).parents[2]
FOLDERS = {"adjoint": "adjoint", "runtime": "adjoint.runtime", "transform": "adjoint.transform"}


def test_every_folder_of_modules_is_listed_as_a_package():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    found = []
    for folder, package in FOLDERS.items():
        for file in (ROOT / folder).rglob("*.py"):
            below = file.parent.relative_to(ROOT / folder).parts
            found.append(".".join([package, *below]))
    assert setup["options"]["packages"].split() == sorted(set(found))


def test_every_package_has_an_init_file():
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*.py"):
            assert (file.parent / "__init__.py").is_file(), file.parent


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "adjoint" / "py.typed").is_file()
    assert "py.typed" in (ROOT / "setup.cfg").read_text()


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == adjoint.__version__ == metadata.version("adjoint")
    assert f"## {adjoint.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_importing_adjoint_loads_what_it_declares_and_nothing_else():
    code = """
import sys
before = set(sys.modules)
import adjoint
print(*{name.partition(".")[0] for name in set(sys.modules) - before})
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name for name in done.stdout.split() if not name.startswith("_")}
    theirs = {"six", "cython_runtime"}  # astunparse's and NumPy's
    declared = {"adjoint", "numpy", "gast", "astunparse"}
    assert loaded - sys.stdlib_module_names - theirs == declared

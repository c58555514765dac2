"""Runs the examples of the README and of these pages, and writes what they print into the pages.

A block of code after `<!-- file: NAME -->` is a file; a block after `<!-- prints: COMMAND -->` is
what a command prints that runs beside the page's files. Both comments are invisible to readers.

    python docs/refresh.py            # rewrite the pages
    python docs/refresh.py --check    # say what would change; the tests do this
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"(?P<head><!-- (?P<kind>file|prints): (?P<what>[^\n]+) -->\n+```\w*\n)(?P<body>.*?)(?=^```$)",
    re.DOTALL | re.MULTILINE,
)


def pages() -> list[Path]:
    """The README and the pages of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def refreshed(page: str) -> str:
    """A page in which the blocks that show output are what is printed now."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        # One after the other: a command sees the files above it.
        return BLOCK.sub(lambda block: block["head"] + _body(block, folder), page)


def _body(block: re.Match[str], folder: Path) -> str:
    if "Traceback" in block["body"] and sys.version_info >= (3, 13):
        return block["body"]  # carets stand elsewhere there
    if block["kind"] == "prints":
        return _printed(shlex.split(block["what"]), folder)
    (folder / block["what"]).write_text(block["body"], encoding="utf-8")
    return block["body"]


def _printed(command: Sequence[str], folder: Path) -> str:
    """What a command prints, with the files of the folder named as they are in it."""
    module = ["-m"] if command[0] == "adjoint" else []
    arguments = command if module else command[1:]
    done = subprocess.run(
        [sys.executable, *module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=folder,
        timeout=120,
    )
    if "Traceback (most recent call last)" in done.stdout and module:
        raise RuntimeError(f"{shlex.join(command)} failed:\n{done.stdout}")
    return done.stdout.replace(f"{folder}{os.sep}", "").rstrip("\n") + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Rewrite the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; print differences")
    options = parser.parse_args(argv)
    status = 0
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = refreshed(old)
        name = str(page.relative_to(ROOT))
        if new == old:
            continue
        if options.check:
            status = 1
            lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, name)
            sys.stdout.writelines(lines)
        else:
            page.write_text(new, encoding="utf-8")
            print(f"{name}: refreshed")
    return status


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.golden.refresh`: writes what is emitted now; read what changed before a commit.

Texts are deliberate: a change of one is a change of what users read.
"""

import sys

from .programs import PROGRAMS
from .text import EXPECTED, FORWARD, emitted, path_of, pushed


def main() -> None:
    """Write every text that differs, and say which."""
    for folder, made in ((EXPECTED, emitted), (FORWARD, pushed)):
        folder.mkdir(exist_ok=True)
        wanted = {path_of(program, folder) for program in PROGRAMS}
        for stray in sorted(set(folder.glob("*.txt")) - wanted):
            stray.unlink()
            sys.stdout.write(f"removed {folder.name}/{stray.name}\n")
        for program in PROGRAMS:
            path, text = path_of(program, folder), made(program)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
                sys.stdout.write(f"changed {folder.name}/{path.name}\n")


if __name__ == "__main__":
    main()

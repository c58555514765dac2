"""The command line: `adjoint dump TARGET` prints the adjoint that is generated for a function."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import adjoint
from adjoint.runtime.errors import AdjointError, MissingRule
from adjoint.targets import NoSuchTarget, find
from adjoint.transform.export import export

_MODES = ("gradient", "value_and_gradient", "vjp")
_TARGET = """\
what a TARGET is:
  package.module:name       a function that can be imported from here
  path/to/file.py:name      a function in a file
  path/to/file.py:Net.loss  a method
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; those of the process if not given.

    Returns:
        The exit status: 0, 1 for a target that cannot be dumped, 2 for a wrong command line.

    >>> main(["dump", "textwrap:no_such_function"])
    1
    """
    options = _parser().parse_args(argv)
    try:
        text = dump(
            options.target, options.mode, options.wrt, options.standalone, example=options.args
        )
        _write(text, options.output)
    except BrokenPipeError:  # the reader (`| head`) has seen enough; nothing is left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AdjointError, OSError) as error:
        print(_message(error), file=sys.stderr)
        return 1
    return 0


def dump(
    target: str, mode: str, wrt: Sequence[str] | None, standalone: bool, example: str = ""
) -> str:
    """The text that is generated for a target.

    Args:
        target: see `adjoint.targets.find`.
        mode: `gradient`, `value_and_gradient` or `vjp`.
        wrt: the parameters to differentiate with respect to; if not given, those of the decorator,
            else the first (for `vjp`, all).
        standalone: whether the text is to be a module that needs NumPy only.
        example: arguments of a call, for whose kinds (number, array of so many axes, list) the
            text is generated; without them it is the one for arrays or numbers.
    """
    function, arguments = find(target, example)
    known = inspect.signature(function.__wrapped__).parameters
    for name in wrt or ():
        if name not in known:
            raise NoSuchTarget(
                f"{target} has no parameter {name!r}; its parameters are {', '.join(known)}"
            )
    if standalone:
        return export(function.emit(mode, wrt, arguments))
    return function.source_of(mode, wrt, *arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="adjoint", description="Differentiates NumPy functions by writing their adjoints."
    )
    parser.add_argument("--version", action="version", version=f"adjoint {adjoint.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    command = commands.add_parser(
        "dump",
        help="print the source of a function's adjoint",
        description="Print the source of a function's adjoint, and of those that it calls.",
        epilog=_TARGET,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("target", metavar="TARGET", help="the function; see below")
    command.add_argument(
        "--mode", choices=_MODES, default="gradient", help="what to print (default: gradient)"
    )
    command.add_argument(
        "--wrt",
        metavar="NAMES",
        type=_names,
        help="parameters to differentiate with respect to, with commas between them "
        "(default: those of the decorator, else the first)",
    )
    command.add_argument(
        "--args",
        metavar="EXPRESSIONS",
        default="",
        help="arguments of a call, evaluated in the target's module (`np.ones(3), 2.0`): print the "
        "text that runs for such numbers, arrays, lists",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="write to a file instead of the terminal"
    )
    command.add_argument(
        "--standalone",
        action="store_true",
        help="write a module that imports NumPy only, with all that the adjoint needs",
    )
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _write(text: str, output: Path | None) -> None:
    if output is not None:
        output.write_text(text, encoding="utf-8")
        return
    sys.stdout.write(_highlighted(text) if _in_colours() else text)
    sys.stdout.flush()


def _in_colours() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _highlighted(text: str) -> str:
    """The text in colours if Pygments is installed, and as it is otherwise."""
    try:
        from pygments import highlight  # noqa: PLC0415  (optional)
        from pygments.formatters import TerminalFormatter  # noqa: PLC0415
        from pygments.lexers import PythonLexer  # noqa: PLC0415
    except ModuleNotFoundError:
        return text
    return str(highlight(text, PythonLexer(), TerminalFormatter()))


def _message(error: Exception) -> str:
    """An error as Python prints it (file, line and caret), under its public name."""
    if not isinstance(error, SyntaxError):
        return f"adjoint: {error}"
    text = "".join(traceback.format_exception_only(error)).rstrip()
    public = "MissingRule" if isinstance(error, MissingRule) else "UnsupportedSyntax"
    return text.replace(f"{type(error).__module__}.{type(error).__qualname__}:", f"{public}:")

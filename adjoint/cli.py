"""The command line.

`adjoint dump TARGET` prints the adjoint that is generated for a function, `adjoint explain TARGET`
what each of its lines does, and `adjoint coverage TARGET` which functions differentiate.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import adjoint
from adjoint.runtime.errors import AdjointError
from adjoint.targets import NoSuchTarget, find, functions_of
from adjoint.transform.acceptance import put_off
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.explain.coverage import Row, as_table, covered
from adjoint.transform.explain.report import Report, explained
from adjoint.transform.explain.text import as_text
from adjoint.transform.export import export

_MODES = ("gradient", "value_and_gradient", "vjp", "jvp")
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
        The exit status: 0; 1 for a target that cannot be had, dumped or differentiated; 2 for a
        wrong command line.

    >>> main(["dump", "textwrap:no_such_function"])
    1
    """
    options = _parser().parse_args(argv)
    try:
        status: int = options.run(options)
    except BrokenPipeError:  # the reader (`| head`) has seen enough; nothing is left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (AdjointError, OSError) as error:
        print(_message(error), file=sys.stderr)
        return 1
    return status


def dump(
    target: str, mode: str, wrt: Sequence[str] | None, standalone: bool, example: str = ""
) -> str:
    """The text that is generated for a target.

    Args:
        target: see `adjoint.targets.find`.
        mode: `gradient`, `value_and_gradient`, `vjp` or `jvp`.
        wrt: the parameters to differentiate with respect to; if not given, those of the decorator,
            else the first (for `vjp` and `jvp`, all).
        standalone: whether the text is to be a module that needs NumPy only.
        example: arguments of a call, for whose kinds (number, array of so many axes, list) the
            text is generated; without them it is the one for arrays or numbers.
    """
    function, arguments = _found(target, wrt, example)
    if standalone:
        return export(function.emit(mode, wrt, arguments))
    return function.source_of(mode, wrt, *arguments)


def explain(target: str, wrt: Sequence[str] | None, example: str = "") -> Report:
    """What each line of a target, and of the functions that it calls, does with derivatives."""
    with put_off():
        function, arguments = _found(target, wrt, example)
    return explained(function, "gradient", wrt, arguments)


def coverage(target: str) -> tuple[Row, ...]:
    """Which of the functions of a target differentiate."""
    with put_off():
        functions = functions_of(target)
    return covered(functions)


def _found(
    target: str, wrt: Sequence[str] | None, example: str
) -> tuple[Differentiable, tuple[Any, ...]]:
    function, arguments = find(target, example)
    known = inspect.signature(function.__wrapped__).parameters
    for name in wrt or ():
        if name not in known:
            raise NoSuchTarget(
                f"{target} has no parameter {name!r}; its parameters are {', '.join(known)}"
            )
    return function, arguments


def _dump(options: argparse.Namespace) -> int:
    text = dump(options.target, options.mode, options.wrt, options.standalone, options.args)
    if options.output is not None:
        options.output.write_text(text, encoding="utf-8")
    else:
        _print(_coloured(text))
    return 0


def _explain(options: argparse.Namespace) -> int:
    report = explain(options.target, options.wrt, options.args)
    _print(_as_json(report.as_data()) if options.json else as_text(report, _coloured))
    return 1 if report.refusals else 0


def _coverage(options: argparse.Namespace) -> int:
    rows = coverage(options.target)
    _print(_as_json([asdict(row) for row in rows]) if options.json else as_table(rows))
    return 1 if any(row.refusals for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="adjoint", description="Differentiates NumPy functions by writing their adjoints."
    )
    parser.add_argument("--version", action="version", version=f"adjoint {adjoint.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    command = _command(
        commands, _dump, "print the source of a function's adjoint",
        "Print the source of a function's adjoint, and of those that it calls.",
    )  # fmt: skip
    command.add_argument(
        "--mode", choices=_MODES, default="gradient", help="what to print (default: gradient)"
    )
    _add_call(command, "print the text that runs for such numbers, arrays, lists")
    command.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="write to a file instead of the terminal"
    )
    command.add_argument(
        "--standalone",
        action="store_true",
        help="write a module that imports NumPy only, with all that the adjoint needs",
    )
    command = _command(
        commands, _explain, "say of each line of a function whether it differentiates",
        "Say of each line of a function, and of those that it calls, whether it differentiates, is "
        "kept, is inactive, or is refused and why. Nothing is run but the import of the module.",
    )  # fmt: skip
    _add_call(command, "explain the function for such numbers, arrays, lists")
    command.add_argument("--json", action="store_true", help="print JSON, for tools")
    command = _command(
        commands, _coverage, "say of each function of a module whether it differentiates",
        "Say of each function whether it differentiates with respect to all its arguments.",
        "  package.module, path/to/file.py, or a class of one: all functions defined there\n",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="print JSON, for tools")
    return parser


def _command(
    commands: Any, run: Callable[[argparse.Namespace], int], short: str, long: str, more: str = ""
) -> argparse.ArgumentParser:
    """Add a command that takes a target."""
    command: argparse.ArgumentParser = commands.add_parser(
        run.__name__.removeprefix("_"), help=short, description=long, epilog=_TARGET + more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("target", metavar="TARGET", help="what to look at; see below")
    command.set_defaults(run=run)
    return command


def _add_call(command: argparse.ArgumentParser, what: str) -> None:
    """Add the options that say how the function is called."""
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
        help=f"arguments of a call, evaluated in the target's module (`np.ones(3), 2.0`): {what}",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _as_json(data: Any) -> str:
    return json.dumps(data, indent=2) + "\n"


def _coloured(text: str) -> str:
    """Python text as the terminal is to show it."""
    return _highlighted(text) if _in_colours() else text


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
    return str(highlight(text, PythonLexer(stripnl=False), TerminalFormatter()))


def _message(error: Exception) -> str:
    """An error as Python prints it (file, line and caret), under its public name."""
    if not isinstance(error, SyntaxError):
        return f"adjoint: {error}"
    text = "".join(traceback.format_exception_only(error)).rstrip()
    name = type(error).__qualname__
    return text.replace(f"{type(error).__module__}.{name}:", f"{name}:")

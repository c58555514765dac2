"""What is emitted for the golden programs, as text: gradients, and functions of forward mode."""

from pathlib import Path

from adjoint import AdjointError, Differentiable

from .programs import PROGRAMS, Golden

EXPECTED = Path(__file__).parent / "expected"
FORWARD = Path(__file__).parent / "forward"


def emitted(program: Golden) -> str:
    """What is emitted for a program: for its arguments, and where nothing is known of them."""
    function = Differentiable(program.function, program.wrt)
    known = function.source_of("gradient", None, *program.args)
    try:
        general = function.source_of("gradient")
    except AdjointError as refusal:  # numbers are not written into: which it is must be known
        general = f"# refused: {refusal.args[0]}"
    return f"# for its arguments\n{known.rstrip()}\n\n\n# for any\n{general.rstrip()}\n"


def pushed(program: Golden) -> str:
    """What is emitted for a program in forward mode, for its arguments."""
    return Differentiable(program.function, program.wrt).source_of("jvp", None, *program.args)


def path_of(program: Golden, folder: Path = EXPECTED) -> Path:
    """Where the text of a program is kept."""
    return folder / f"{program.function.__name__}.txt"


def everything() -> str:
    """All texts, for a comparison between processes."""
    return "\n".join(emitted(program) + pushed(program) for program in PROGRAMS)

"""The emitted gradients of the golden programs, as text."""

from pathlib import Path

from adjoint import AdjointError, Differentiable

from .programs import PROGRAMS, Golden

EXPECTED = Path(__file__).parent / "expected"


def emitted(program: Golden) -> str:
    """What is emitted for a program: for its arguments, and where nothing is known of them."""
    function = Differentiable(program.function, program.wrt)
    known = function.source_of("gradient", None, *program.args)
    try:
        general = function.source_of("gradient")
    except AdjointError as refusal:  # numbers are not written into: which it is must be known
        general = f"# refused: {refusal.args[0]}"
    return f"# for its arguments\n{known.rstrip()}\n\n\n# for any\n{general.rstrip()}\n"


def path_of(program: Golden) -> Path:
    """Where the text of a program is kept."""
    return EXPECTED / f"{program.function.__name__}.txt"


def everything() -> str:
    """All texts, for a comparison between processes."""
    return "\n".join(emitted(program) for program in PROGRAMS)

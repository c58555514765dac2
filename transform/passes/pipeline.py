"""Every rewrite, in the order in which they are made. Each can be left out: no number changes.

That holds bit for bit where a rewrite is exact, and to rounding for the others. What is left out
makes the emitted text longer, or lets it keep and copy more.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pass:
    """A rewrite.

    name: what it goes by. does: what it does. exact: whether the numbers stay the same to the bit.
    before: a pass that works on what this one makes, and has less to do without it.
    """

    name: str
    does: str
    exact: bool = True
    before: str | None = None


PIPELINE = (
    # of the primal, before it is derived
    Pass("inline", "opens calls of small functions of numbers inside loops", exact=False),
    # of the two sweeps
    Pass("dead code", "drops statements on which nothing that is wanted depends"),
    # (a transposed view that is kept as a copy lies in memory in another order, and matrix products
    # of the two round differently)
    Pass("recompute", "computes again, in the reverse sweep, what is cheap, and does not keep it",
         exact=False),
    Pass("ownership", "drops copies of what nobody else holds"),
    Pass("copies", "reads through names for names, and gives values their last name at once"),
    Pass("last", "makes what is handed out where it is handed"),
    Pass("loops", "runs reversed loops over what was saved"),
    # of the derived function as a whole
    Pass("signs", "computes values without their sign where all that read them take it up"),
    Pass("sharing", "reads what was computed before instead of computing it again", exact=False),
    Pass("idle", "drops values that are overwritten, or left, before anybody reads them"),
    Pass("parts", "tells apart the values that a temporary has where it is computed again"),
    Pass("handed", "makes what is only handed to the user's names under them"),
    Pass("reuse", "gives what comes back in the reverse sweep the user's names again"),
    # of the expressions, as they are printed
    Pass("fold", "puts temporaries that are used once back into the expressions that use them",
         before="simplify"),
    Pass("simplify", "cancels signs, brings constants together, drops helpers that do nothing",
         exact=False),
    Pass("comprehensions", "puts loops that build a list or a dict back into comprehensions"),
)  # fmt: skip

Passes = frozenset[str]
ALL: Passes = frozenset(one.name for one in PIPELINE)


def without(*names: str) -> frozenset[str]:
    """The names of all passes but some.

    Raises:
        ValueError: there is no pass of such a name.

    >>> sorted(ALL - without("fold", "loops"))
    ['fold', 'loops']
    """
    if unknown := set(names) - ALL:
        raise ValueError(f"there is no pass {', '.join(sorted(unknown))}")
    return frozenset(ALL - set(names))

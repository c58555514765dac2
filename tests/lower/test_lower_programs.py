"""The corpus of programs does in the IR what it does in Python."""

from __future__ import annotations

import re

import pytest

import adjoint
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.run import run
from adjoint.transform.ir.verify import verify
from adjoint.transform.lower import lower, normalise_exits

from ..programs.registry import corpus

REFUSED = {"containers.delete_from_a_list"}

# A generator that cannot be opened gives a list: the loop that could tell is refused, too.
# `a[i] += f(b)` reads `a[i]` before `f` runs, the IR after. It matters where `b` is another name of
# `a` and `f` writes it: the analysis of aliases refuses that, and only that.
# What is made inside has no source where the IR runs, of which a gradient could be; and `del p[i]`
# is told by the class of `p`, which only the analysis knows.
OTHERWISE = {"derivatives_inside", "object_operators.item_deleted"}

READS_LATE = {
    "views_and_aliases.late_value_through_alias": "call it first",
    "generators_as_lists.loop_reads_what_finally_writes": "make a list first",
    "generators_as_lists.loop_writes_what_the_generator_reads": "make a list first",
}


def outcome(call, args, capsys):
    """The result, the arguments afterwards and what was printed; addresses aside."""
    try:
        value = call(*args)
    except Exception as error:  # whatever a program raises, the IR must raise
        value = error
    return re.sub("0x[0-9a-f]+", "", repr((value, args))), capsys.readouterr().out


PROGRAMS = [p for p in corpus() if not {p.name, p.name.partition(".")[0]} & OTHERWISE]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_program_does_the_same(program, capsys):
    try:
        ir = verify(lower(program.function))
    except UnsupportedSyntax:
        assert program.may_refuse or program.name in REFUSED
        return
    if program.name in READS_LATE:
        with pytest.raises(UnsupportedSyntax, match=READS_LATE[program.name]):
            adjoint.vjp(program.function, *program.arguments(0))
        return
    plain = verify(normalise_exits(ir), exits=True)
    for sample in range(len(program.samples)):
        expected = outcome(program.function, program.arguments(sample), capsys)
        for version in (ir, plain):
            got = outcome(lambda *a, fn=version: run(fn, *a), program.arguments(sample), capsys)
            assert got == expected

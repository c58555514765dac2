"""The programs that are measured, one a file."""

from benchmarks.program import Program
from benchmarks.suite import chain, heat, logistic, lotka_volterra, mlp, swing

PROGRAMS: tuple[Program, ...] = (
    logistic.PROGRAM,
    mlp.PROGRAM,
    swing.PROGRAM,
    lotka_volterra.PROGRAM,
    heat.PROGRAM,
    *chain.PROGRAMS,
)

"""How a program of the corpus is registered, and how the corpus is read.

A sample is the tuple of a call's arguments. Where an argument is to be drawn at random stands a
`Draw`; everything else (numbers, arrays, containers of either, functions) is taken as it is.
"""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from . import corpus as corpus_package
from .trees import duplicate, is_differentiable, leaves, mapped

F = TypeVar("F", bound=Callable[..., Any])


class Draw:
    """An argument drawn from a seeded generator."""

    def __init__(self, draw: Callable[[np.random.Generator], Any]) -> None:
        """Takes the function that makes the argument from the generator."""
        self.draw = draw


@dataclass(frozen=True, slots=True)
class Program:
    """A function of the corpus with the calls it is checked on.

    wrt: positions of the arguments whose gradients are checked; None: all that hold floats.
    may_refuse: the tool may say no, loudly; what it may not do is answer wrongly.
    host_only: uses what CuPy does not have, so that it stays on NumPy.
    """

    function: Callable[..., Any]
    samples: tuple[tuple[Any, ...], ...]
    wrt: tuple[int, ...] | None = None
    may_refuse: bool = False
    host_only: bool = False

    @property
    def name(self) -> str:
        """Module and function, for tests to show."""
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"

    def arguments(self, sample: int) -> tuple[Any, ...]:
        """The arguments of one sample: the same in every process."""
        rng = np.random.default_rng(zlib.crc32(f"{self.name}-{sample}".encode()))
        sample_ = self.samples[sample]
        args: tuple[Any, ...] = mapped(lambda x: x.draw(rng) if isinstance(x, Draw) else x, sample_)
        return duplicate(args)  # type: ignore[no-any-return]

    def positions(self, sample: int) -> tuple[int, ...]:
        """The positions to differentiate with respect to."""
        if self.wrt is not None:
            return self.wrt
        return tuple(
            i
            for i, arg in enumerate(self.arguments(sample))
            if any(is_differentiable(leaf) for _, leaf in leaves(arg))
        )


PROGRAMS: list[Program] = []


def program(*samples: tuple[Any, ...], **options: Any) -> Callable[[F], F]:
    """Registers a function with the samples it is checked on, and hands it back as it is."""

    def register(function: F) -> F:
        PROGRAMS.append(Program(function, samples, **options))
        return function

    return register


def corpus() -> tuple[Program, ...]:
    """Every program, module by module in alphabetical order."""
    for module in pkgutil.iter_modules(corpus_package.__path__):
        importlib.import_module(f"{corpus_package.__name__}.{module.name}")
    return tuple(PROGRAMS)


def arr(*shape: int, scale: float = 1.0) -> Draw:
    """An array of entries whose sizes lie between 0.2 and 1.2, apart: no kink at zero, no tie."""

    def draw(rng: np.random.Generator) -> Any:
        count = int(np.prod(shape))
        size = 0.2 + (rng.permutation(count) + rng.uniform(0.2, 0.8, count)) / max(count, 1)
        return scale * size.reshape(shape) * rng.choice([-1.0, 1.0], shape)

    return Draw(draw)


def pos(*shape: int, scale: float = 1.0) -> Draw:
    """An array of positive entries between 0.3 and 1.5."""
    return Draw(lambda rng: scale * rng.uniform(0.3, 1.5, shape))


def spd(n: int) -> Draw:
    """A symmetric positive definite matrix, well conditioned."""

    def draw(rng: np.random.Generator) -> Any:
        a = rng.uniform(-0.5, 0.5, (n, n))
        return a @ a.T + np.eye(n)

    return Draw(draw)


def single(draw: Draw) -> Draw:
    """The same argument in float32."""
    return Draw(lambda rng: np.float32(draw.draw(rng)))

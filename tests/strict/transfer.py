"""Copies between the host and the double's device, and the count of what makes the host wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from tests.programs.trees import mapped

from .calls import Hosted, device

_COUNTERS: ContextVar[tuple[Counter[str], ...]] = ContextVar("counters", default=())


@contextmanager
def synchronisations() -> Iterator[Counter[str]]:
    """Counts, by what caused them, how often the host had to wait for the device.

    >>> with synchronisations() as count:
    ...     _ = float(to_strict(np.ones(1)))
    >>> dict(count)
    {'float': 1}
    """
    counter: Counter[str] = Counter()
    token = _COUNTERS.set((*_COUNTERS.get(), counter))
    try:
        yield counter
    finally:
        _COUNTERS.reset(token)


def waited(cause: str) -> None:
    """Notes that the host waited."""
    for counter in _COUNTERS.get():
        counter[cause] += 1


def to_strict(tree: Any) -> Any:
    """A tree with every array copied to the device; numbers stay numbers."""
    return mapped(lambda x: device(x.copy()) if isinstance(x, np.ndarray) else x, tree)


def to_host(tree: Any) -> Any:
    """A tree with every array of the device's copied to the host."""
    return mapped(lambda x: x._host.copy()[()] if isinstance(x, Hosted) else x, tree)

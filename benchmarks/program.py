"""What a program of the suite is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True)
class Program:
    """A function to differentiate, with its gradient written by hand and its forms for peers.

    name: what the table calls it.
    primal: the function, in plain NumPy; it returns a number.
    hand: the best gradient that we can write by hand: takes the arguments of the primal, returns a
        tuple of gradients in the order of `wrt`.
    wrt: positions of the arguments to differentiate with respect to.
    args: the arguments to measure with.
    small: arguments of the same kinds for a check against finite differences.
    peers: for each peer, the same program as that peer takes it. Where the primal's own text will
        do, it is the primal: the adapter gives it the peer's `np`.
    left_out: for each peer that cannot express the program, why.
    """

    name: str
    primal: Function
    hand: Function
    wrt: tuple[int, ...]
    args: tuple[Any, ...]
    small: tuple[Any, ...]
    peers: Mapping[str, Function] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

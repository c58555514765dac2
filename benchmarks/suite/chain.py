"""A chain of elementwise operations, on 10^3 numbers and on 10^6 (where memory traffic rules)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.program import Program

if TYPE_CHECKING:
    import torch


def chain(x):
    """A dozen elementwise operations and a sum."""
    a = np.sin(x) * np.exp(-0.5 * x * x)
    b = np.tanh(a + 0.3 * x)
    c = np.sqrt(1 + b * b)
    return np.sum(np.log(c) * a)


def hand(x):
    """What is no longer read is written over: 10^6 numbers do not fit the cache."""
    s = np.sin(x)
    e = -0.5 * x
    e *= x
    np.exp(e, out=e)
    a = s * e
    b = 0.3 * x
    b += a
    np.tanh(b, out=b)
    square = b * b
    c = 1 + square

    # return np.sum(np.log(c) * a)
    d_a = np.sqrt(c)
    np.log(d_a, out=d_a)
    # c = np.sqrt(1 + b * b); b = np.tanh(a + 0.3 * x); here c is still the square of that
    a *= b
    a /= c
    np.subtract(1, square, out=square)
    a *= square
    d_a += a
    # a = np.sin(x) * np.exp(-0.5 * x * x)
    s *= x
    d_x = np.cos(x)
    d_x -= s
    d_x *= e
    d_x *= d_a
    a *= 0.3
    d_x += a
    return (d_x,)


def in_torch(x):
    """The same, in PyTorch's names."""
    a = torch.sin(x) * torch.exp(-0.5 * x * x)
    b = torch.tanh(a + 0.3 * x)
    c = torch.sqrt(1 + b * b)
    return torch.sum(torch.log(c) * a)


def program(name: str, n: int) -> Program:
    """The chain on `n` numbers."""
    return Program(
        name=name,
        primal=chain,
        hand=hand,
        wrt=(0,),
        args=(np.random.default_rng(2).normal(size=n),),
        small=(np.random.default_rng(3).normal(size=6),),
        peers={
            "autograd": chain,
            "torch": in_torch,
            "jax": chain,
            "mygrad": chain,
            "tangent": chain,
        },
    )


PROGRAMS = (program("chain 10^3", 1_000), program("chain 10^6", 1_000_000))

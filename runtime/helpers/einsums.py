"""Derivatives of `np.einsum`, by rewriting its subscripts."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import unbroadcast


def einsum_terms(subscripts: Any, *operands: Any) -> tuple[list[str], str]:
    """The subscripts of each operand and of the result, ellipses spelled out.

    >>> einsum_terms("...ij,...j", np.zeros((4, 2, 3)), np.zeros(3))
    (['Zij', 'j'], 'Zi')
    """
    if not isinstance(subscripts, str):
        raise NotImplementedError("np.einsum has a derivative rule for subscripts in a string only")
    given, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = given.split(",")
    widest = 0
    for i, term in enumerate(terms):
        if "..." in term:
            n = np.ndim(operands[i]) - len(term) + 3
            widest = max(widest, n)
            terms[i] = term.replace("...", "ZYXWVUTSRQ"[:n][::-1])
    if arrow:
        return terms, result.replace("...", "ZYXWVUTSRQ"[:widest][::-1])
    letters = "".join(terms)
    once = sorted(c for c in set(letters) if letters.count(c) == 1 and c not in "ZYXWVUTSRQ")
    return terms, "ZYXWVUTSRQ"[:widest][::-1] + "".join(once)


def einsum_dx(d: Any, k: int, subscripts: Any, *operands: Any) -> Any:
    """The cotangent of operand `k` of `np.einsum(subscripts, *operands)`."""
    terms, result = einsum_terms(subscripts, *operands)
    own = terms[k]
    inputs = [t for i, t in enumerate(terms) if i != k]
    arrays = [x for i, x in enumerate(operands) if i != k]
    shape = np.shape(operands[k])
    # A letter that this operand repeats picks its diagonal: the rest of it is zero.
    target = ""
    for axis, letter in enumerate(own):
        fresh = letter
        if letter in target:
            fresh = next(
                c for c in "abcdefghijklmnopqrstuvwxyz" if c not in "".join(terms) + target
            )
            inputs.append(letter + fresh)
            arrays.append(np.eye(shape[axis], dtype=d.dtype if hasattr(d, "dtype") else float))
        target += fresh
    # A letter that stands nowhere else was summed over: every element gets the same.
    elsewhere = set(result).union(*inputs)
    reduced = "".join(c for c in target if c in elsewhere)
    equation = ",".join([result, *inputs]) + "->" + reduced
    total = np.einsum(equation, d, *arrays, optimize=len(arrays) > 1)
    lonely = tuple(i for i, c in enumerate(target) if c not in elsewhere)
    if lonely:
        total = np.broadcast_to(np.expand_dims(total, lonely), shape)
    return unbroadcast(total, operands[k])


def _with(operands: Any, k: int, x: Any) -> Any:
    return (*operands[:k], x, *operands[k + 1 :])


def einsum_exchanged(d: Any, k: int, x: Any, at: int, subscripts: Any, *operands: Any) -> Any:
    """The cotangent of operand `k`, with `x` for operand `at` (zero where the two are one)."""
    if k == at:
        return np.zeros_like(operands[k])
    return einsum_dx(d, k, subscripts, *_with(operands, at, x))


def einsum_dx_along(d: Any, k: int, x: Any, at: int, subscripts: Any, *operands: Any) -> Any:
    """The tangent of `einsum_dx(x, at, ...)`, `d` being that of operand `k`."""
    if k == at:
        return np.zeros_like(operands[at])
    return einsum_dx(x, at, subscripts, *_with(operands, k, d))


def einsum_at_along(d: Any, k: int, x: Any, at: int, subscripts: Any, *operands: Any) -> Any:
    """The tangent of `einsum_at(x, at, ...)`, `d` being that of operand `k`."""
    along = np.einsum(subscripts, *_with(_with(operands, at, x), k, d))
    return np.zeros_like(along) if k == at else along


def einsum_at(d: Any, k: int, subscripts: Any, *operands: Any) -> Any:
    """`np.einsum(subscripts, *operands)` with `d` for operand `k`."""
    return np.einsum(subscripts, *_with(operands, k, d))

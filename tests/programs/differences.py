"""Central differences, which know when they cannot be trusted.

They are of fourth order with a step of 1e-4: in float64 good to about 1e-11. Two widths are
compared, and the bend between them, so that a kink or a jump is noticed instead of believed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .trees import Path, duplicate, is_differentiable, leaves, mapped, replaced

STEP = 1e-4


class IllConditioned(AssertionError):
    """The sample lies at a kink or a jump: the program's registration is wrong."""


def numeric_pullback(
    function: Callable[..., Any], args: tuple[Any, ...], wrt: tuple[int, ...], cotangent: Any
) -> list[Any]:
    """Central differences of `<cotangent, function(*args)>` with respect to some arguments."""
    args = mapped(_in_float64, args)

    def projected(position: int, argument: Any) -> float:
        call = list(duplicate(args))
        call[position] = argument
        return inner(cotangent, function(*call))

    return [_differences(projected, args[i], i) for i in wrt]


def _differences(projected: Callable[[int, Any], float], tree: Any, position: int) -> Any:
    middle = projected(position, duplicate(tree))
    out = mapped(lambda leaf: _zeros(leaf) if is_differentiable(leaf) else None, tree)
    for path, leaf in leaves(tree):
        if not is_differentiable(leaf):
            continue
        got = _zeros(leaf)
        for k in np.ndindex(np.shape(leaf)):
            for unit in (1, 1j) if np.iscomplexobj(leaf) else (1,):
                ends = [
                    projected(position, replaced(duplicate(tree), path, _moved(leaf, k, h * unit)))
                    for h in (-2 * STEP, -STEP, STEP, 2 * STEP)
                ]
                got[k] += unit * _slope(ends, middle, f"argument {position}{at(path)}{list(k)}")
        out = replaced(out, path, got)
    return out


def _zeros(leaf: Any) -> Any:
    return np.zeros(np.shape(leaf), complex if np.iscomplexobj(leaf) else float)


def _slope(ends: list[float], middle: float, where: str) -> float:
    near, far = (ends[2] - ends[1]) / (2 * STEP), (ends[3] - ends[0]) / (4 * STEP)
    bend = (ends[2] - 2 * middle + ends[1]) / STEP
    scale = max(1.0, abs(middle), abs(near))
    if not abs(near - far) <= 1e-5 * scale or not abs(bend) <= 1e-2 * scale:
        raise IllConditioned(f"{where}: slopes {near}, {far}; bend {bend}")
    return (4 * near - far) / 3


def _moved(leaf: Any, k: tuple[int, ...], by: complex) -> Any:
    if not isinstance(leaf, np.ndarray):
        return leaf + by
    moved = leaf.copy()
    moved[k] += by
    return moved


def _in_float64(leaf: Any) -> Any:
    if is_differentiable(leaf) and not isinstance(leaf, float | complex):
        return leaf.astype(np.complex128 if np.iscomplexobj(leaf) else np.float64)
    return leaf


def random_cotangent(value: Any) -> Any:
    """A cotangent for a value: of its structure and dtypes; None where it holds no floats."""
    rng = np.random.default_rng(7)

    def draw(leaf: Any) -> Any:
        if not is_differentiable(leaf):
            return None
        if isinstance(leaf, float):
            return float(rng.uniform(0.5, 1.5))
        if isinstance(leaf, complex):
            return complex(rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5))
        drawn = rng.uniform(0.5, 1.5, np.shape(leaf))
        if np.iscomplexobj(leaf):
            drawn = drawn + 1j * rng.uniform(0.5, 1.5, np.shape(leaf))
        return np.asarray(drawn, leaf.dtype)[()]

    return mapped(draw, value)


def inner(cotangent: Any, value: Any) -> float:
    """The real inner product of a cotangent with a value."""
    pairs = zip(leaves(cotangent), leaves(value), strict=True)
    products = (np.real(np.conj(c) * v) for (_, c), (_, v) in pairs if c is not None)
    return sum(float(np.sum(product)) for product in products)


def at(path: Path) -> str:
    """A path as it is written in Python."""
    return "".join(f"[{key!r}]" for key in path)

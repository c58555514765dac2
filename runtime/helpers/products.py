"""Cotangents of the operands of products; the operand's own value is never read."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import in_shape, shape_of, unbroadcast


def matmul_dx(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `a @ b`."""
    if b.ndim == 2 and a.ndim == 2:
        return unbroadcast(d @ b.T, a)
    if b.ndim == 1:
        return unbroadcast((d if a.ndim == 1 else np.expand_dims(d, -1)) * b, a)
    if a.ndim == 1:
        return unbroadcast(np.squeeze(b @ np.expand_dims(d, -1), -1), a)
    return unbroadcast(d @ np.swapaxes(b, -1, -2), a)


def matmul_dy(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `a @ b`."""
    if b.ndim == 2 and a.ndim == 2:
        return unbroadcast(a.T @ d, b)
    if a.ndim == 1 and b.ndim == 1:
        return unbroadcast(a * d, b)
    if a.ndim == 1:
        return unbroadcast(np.expand_dims(a, -1) * np.expand_dims(d, -2), b)
    if b.ndim == 1:
        return unbroadcast(np.squeeze(np.swapaxes(a, -1, -2) @ np.expand_dims(d, -1), -1), b)
    return unbroadcast(np.swapaxes(a, -1, -2) @ d, b)


def dot_da(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `np.dot(a, b)`."""
    if len(shape_of(a)) == 0 or len(shape_of(b)) == 0:
        return unbroadcast(d * b, a)
    if b.ndim <= 2:
        return matmul_dx(d, a, b)
    others = [*range(b.ndim - 2), b.ndim - 1]
    return unbroadcast(np.tensordot(d, b, (list(range(a.ndim - 1, d.ndim)), others)), a)


def dot_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `np.dot(a, b)`."""
    if len(shape_of(a)) == 0 or len(shape_of(b)) == 0:
        return unbroadcast(a * d, b)
    if a.ndim == 1 and b.ndim == 1:
        return unbroadcast(a * d, b)
    first = list(range(a.ndim - 1))
    product = np.tensordot(a, d, (first, first))
    return unbroadcast(product if b.ndim == 1 else np.moveaxis(product, 0, -2), b)


def inner_da(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `np.inner(a, b)`."""
    if len(shape_of(a)) == 0 or len(shape_of(b)) == 0:
        return unbroadcast(d * b, a)
    if a.ndim == 1 and b.ndim == 1:
        return unbroadcast(d * b, a)
    n = b.ndim - 1
    axes = (list(range(a.ndim - 1, a.ndim - 1 + n)), list(range(n)))
    return unbroadcast(np.tensordot(d, b, axes), a)


def inner_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `np.inner(a, b)`."""
    if len(shape_of(a)) == 0 or len(shape_of(b)) == 0:
        return unbroadcast(a * d, b)
    if a.ndim == 1 and b.ndim == 1:
        return unbroadcast(a * d, b)
    first = list(range(a.ndim - 1))
    return unbroadcast(np.tensordot(d, a, (first, first)), b)


def outer_da(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `np.outer(a, b)`."""
    return unbroadcast(in_shape(d @ np.ravel(b), np.shape(a)), a)


def outer_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `np.outer(a, b)`."""
    return unbroadcast(in_shape(np.ravel(a) @ d, np.shape(b)), b)


def vdot_da(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a`, which `np.vdot(a, b)` conjugates."""
    return unbroadcast(in_shape(np.conjugate(d * b), np.shape(a)), a)


def vdot_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `np.vdot(a, b)`."""
    return unbroadcast(in_shape(d * np.conjugate(a), np.shape(b)), b)


def contracted(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The axes of each operand over which `np.tensordot(a, b, axes)` sums, in pairs."""
    if isinstance(axes, int):
        return list(range(a.ndim - axes, a.ndim)), list(range(axes))
    over_a = [axes[0]] if isinstance(axes[0], int) else list(axes[0])
    over_b = [axes[1]] if isinstance(axes[1], int) else list(axes[1])
    return [i % a.ndim for i in over_a], [i % b.ndim for i in over_b]


def tensordot_da(d: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `a` in `np.tensordot(a, b, axes)`."""
    over_a, over_b = contracted(a, b, axes)
    free_a = [i for i in range(a.ndim) if i not in over_a]
    free_b = [i for i in range(b.ndim) if i not in over_b]
    product = np.tensordot(d, b, (list(range(len(free_a), np.ndim(d))), free_b))
    order = free_a + [i for _, i in sorted(zip(over_b, over_a, strict=True))]
    back = sorted(range(a.ndim), key=order.__getitem__)
    return unbroadcast(np.transpose(product, back), a)


def tensordot_db(d: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `b` in `np.tensordot(a, b, axes)`."""
    over_a, over_b = contracted(a, b, axes)
    free_a = [i for i in range(a.ndim) if i not in over_a]
    free_b = [i for i in range(b.ndim) if i not in over_b]
    product = np.tensordot(a, d, (free_a, list(range(len(free_a)))))
    order = [i for _, i in sorted(zip(over_a, over_b, strict=True))] + free_b
    back = sorted(range(b.ndim), key=order.__getitem__)
    return unbroadcast(np.transpose(product, back), b)


def _kron_pairs(d: Any, a: Any, b: Any) -> tuple[Any, list[int], list[int]]:
    """`d` of a Kronecker product with an axis of `a` and one of `b` in turn, and both shapes."""
    n = max(np.ndim(a), np.ndim(b))
    of_a = [1] * (n - np.ndim(a)) + list(np.shape(a))
    of_b = [1] * (n - np.ndim(b)) + list(np.shape(b))
    pairs = [m for pair in zip(of_a, of_b, strict=True) for m in pair]
    return np.reshape(d, pairs), of_a, of_b


def kron_da(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `np.kron(a, b)`."""
    blocks, _, of_b = _kron_pairs(d, a, b)
    n = len(of_b)
    weights = np.reshape(b, [m for pair in zip([1] * n, of_b, strict=True) for m in pair])
    total = np.sum(blocks * weights, axis=tuple(range(1, 2 * n, 2)))
    return unbroadcast(in_shape(total, np.shape(a)), a)


def kron_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `np.kron(a, b)`."""
    blocks, of_a, _ = _kron_pairs(d, a, b)
    n = len(of_a)
    weights = np.reshape(a, [m for pair in zip(of_a, [1] * n, strict=True) for m in pair])
    total = np.sum(blocks * weights, axis=tuple(range(0, 2 * n, 2)))
    return unbroadcast(in_shape(total, np.shape(b)), b)


def cross_da(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `np.cross(a, b)`, of vectors in three dimensions."""
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise NotImplementedError("np.cross has a derivative rule for three dimensions only")
    return unbroadcast(np.cross(b, d), a)


def cross_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `np.cross(a, b)`, of vectors in three dimensions."""
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise NotImplementedError("np.cross has a derivative rule for three dimensions only")
    return unbroadcast(np.cross(d, a), b)

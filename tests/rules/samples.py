"""For every rule, calls to try it on. The names stand for the values below.

Each line is one Python call; every floating-point argument whose rule has a derivative is checked.
"""

from __future__ import annotations

import numpy as np

_random = np.random.default_rng(7)


def _array(*shape: int) -> np.ndarray:
    return _random.uniform(0.2, 0.9, shape) * _random.choice([-1.0, 1.0], shape)


def _spd(n: int) -> np.ndarray:
    m = _array(n, n)
    return m @ m.T + n * np.eye(n)


def _hermitian(n: int) -> np.ndarray:
    m = _array(n, n) + 1j * _array(n, n)
    return m + m.conj().T


VALUES: dict[str, object] = {
    "s": 0.6,
    "t": -0.3,
    "v": _array(3),
    "w": _array(3),
    "u": _array(5),
    "m": _array(2, 3),
    "n": _array(2, 3),
    "row": _array(1, 3),
    "col": _array(2, 1),
    "k34": _array(3, 4),
    "c": _array(2, 3, 4),
    "b": _array(2, 4, 3),
    "pos": np.abs(_array(2, 3)) + 0.1,
    "above": np.abs(_array(2, 3)) + 1.2,
    "a": _array(3, 3) + 2 * np.eye(3),
    "a2": _array(2, 3, 3) + 2 * np.eye(3),
    "spd": _spd(3),
    "spd2": np.stack([_spd(2), _spd(2)]),
    "mask": np.array([[True, False, True], [False, True, False]]),
    "zero": np.array(0.4),
    "empty": np.zeros((0, 3)),
    "tiny": np.array([0.0, 1e-3, 9.9e-3, 1.01e-2]),
    "ints": np.array([2, 0, 1]),
    "index2": np.array([[1, 0, 1], [0, 1, 1]]),
    "spaced": np.array([0.1, 0.5, 0.7, 1.3, 1.4]),
    "holes": np.array([[0.5, 0.0, 0.3], [0.0, 0.0, 0.7]]),
    "long": _array(40) * 1.8,
    "wide": np.concatenate([_array(2, 40) * 1.8, [[0.0], [0.5]]], axis=1),
    "ab": ["p", "q"],
    "gaps": np.array([[0.5, np.nan, 0.3], [np.nan, 0.9, 0.7]]),
    "tall": _array(4, 3),
    "tall2": _array(2, 4, 3),
    "pos4": np.abs(_array(4)),
    "k44": _array(4, 4),
    "late": np.array([0.4, 0.2, 0.0, 0.7, 0.3]),
    "points": np.array([0.15, 0.6, 0.65, 1.0]),
    "k": np.array([0, 2, 1]),
    "banded": np.vstack([_array(2, 5), 3 + _array(1, 5), _array(1, 5)]),
    "simple": np.array([1.0, -0.6, -1.9, 0.8]),
    "turning": np.array([[0.3, -1.2, 0.1], [0.9, 0.2, 0.4], [-0.2, 0.3, 1.5]]),
    "four": _array(2, 3, 6) + 3 * np.eye(6).reshape(2, 3, 6),
    "swapped": _array(6, 2, 3) + 3 * np.eye(6).reshape(6, 2, 3),
    "g23": _array(2, 3),
    "g234": _array(2, 3, 4),
    "g243": _array(2, 4, 3),
    "g233": _array(2, 3, 3),
    "g33": _array(3, 3),
    "g35": _array(3, 5),
}

SAMPLES = """
np.add(m, n)  np.add(m, row)  np.add(col, row)  np.add(m, s)  np.add(s, m)  np.add(zero, m)
np.subtract(m, n)  np.subtract(col, m)  np.subtract(s, m)
np.multiply(m, n)  np.multiply(col, row)  np.multiply(s, m)  np.multiply(m, 2)
np.multiply(empty, v)
np.divide(m, pos)  np.divide(col, row)  np.divide(s, m)
np.remainder(m, pos)  np.remainder(m, s)  np.fmod(m, pos)
np.negative(m)  np.positive(m)  np.reciprocal(m)
np.power(pos, n)  np.power(m, 2)  np.power(pos, 3.0)  np.power(m, 3)  np.power(m, -1)
np.power(m, 1)  np.power(m, 0)  np.power(s, n)
np.float_power(pos, n)  np.square(m)  np.sqrt(pos)  np.cbrt(m)
np.exp(m)  np.exp2(m)  np.expm1(m)  np.log(pos)  np.log2(pos)  np.log10(pos)  np.log1p(m)
np.logaddexp(m, n)  np.logaddexp(m, s)  np.logaddexp2(m, row)
np.sin(m)  np.cos(m)  np.tan(m)  np.arcsin(m)  np.arccos(m)  np.arctan(m)  np.arctan2(m, n)
np.sinh(m)  np.cosh(m)  np.tanh(m)  np.arcsinh(m)  np.arccosh(above)  np.arctanh(m)
np.hypot(m, n)  np.hypot(m, s)  np.sinc(m)  np.sinc(tiny)
np.deg2rad(m)  np.radians(m)  np.rad2deg(m)  np.degrees(m)
np.maximum(m, n)  np.maximum(m, 0)  np.maximum(col, row)  np.minimum(m, n)  np.minimum(m, 0.0)
np.fmax(m, n)  np.fmin(m, n)
np.where(mask, m, n)  np.where(mask, s, m)  np.where(mask, row, 0.0)  np.where(True, m, n)
np.clip(m, -0.4, 0.4)  np.clip(m, None, 0.4)  np.clip(m, t, s)  np.clip(m, a_min=-0.2, a_max=None)
ndarray.clip(m, -0.4, 0.4)  ndarray.clip(m, min=-0.3)
np.nan_to_num(m)  np.copysign(m, n)  np.heaviside(ints, w)  np.heaviside(m, n)
np.absolute(m)  np.fabs(m)  np.sign(m)  np.real(m)  np.imag(m)  np.conjugate(m)
ndarray.conj(m)  np.angle(m)

np.sum(m)  np.sum(m, axis=0)  np.sum(c, axis=(0, -1))  np.sum(m, axis=1, keepdims=True)
np.sum(zero)
np.sum(empty)  np.sum(empty, axis=0)  np.sum(m, keepdims=True)
np.mean(m)  np.mean(m, axis=0)  np.mean(c, axis=(0, 2), keepdims=True)  np.mean(zero)
np.average(m)  np.average(m, axis=1)  np.average(m, weights=pos)
np.average(m, axis=1, weights=v + 2)  np.average(m, axis=0, weights=pos, keepdims=True)
np.average(c, axis=-2, weights=v + 2)
np.nansum(m)  np.nansum(m, axis=0)  np.nanmean(m, axis=1)
np.var(m)  np.var(m, axis=0)  np.var(c, axis=(0, 2), ddof=1, keepdims=True)
np.std(m)  np.std(m, axis=1)  np.std(c, axis=(0, 1), ddof=1)
np.prod(m)  np.prod(m, axis=0)  np.prod(c, axis=(0, 2))  np.prod(holes, axis=1)  np.prod(long)
np.prod(wide, axis=1)
np.prod(holes, axis=0)
np.max(m)  np.max(m, axis=0)  np.max(c, axis=(0, 2), keepdims=True)  np.max(zero)
np.min(m)  np.min(m, axis=1)  np.ptp(m)  np.ptp(m, axis=0)
np.cumsum(m)  np.cumsum(m, axis=1)  np.cumsum(v)
np.sort(m)  np.sort(m, axis=0)  np.sort(m, axis=None)
np.diff(m)  np.diff(c, n=2, axis=-1)  np.diff(m, axis=0)  np.diff(u, n=3)
np.trapezoid(m)  np.trapezoid(u, spaced)  np.trapezoid(m, dx=0.3)  np.trapezoid(m, axis=0)
np.trapezoid(k34, v, axis=0)  np.trapezoid(m, n)  np.trapezoid(m, n, axis=0)
np.trapezoid(m, dx=s)
np.nansum(gaps, axis=0)  np.nanmean(gaps, axis=1)  np.nanvar(gaps, axis=1, ddof=1)  np.nanvar(gaps)
np.nanstd(gaps)  np.nanstd(m, axis=0, keepdims=True)  np.nanprod(gaps, axis=0)  np.nanprod(gaps)
np.nanmax(gaps, axis=1)  np.nanmin(gaps)  np.nancumsum(gaps, axis=1)  np.nancumprod(gaps, axis=0)
np.nancumprod(gaps)
np.cumulative_sum(v)  np.cumulative_sum(c, axis=1, include_initial=True)  np.cumulative_prod(v)
np.cumprod(m)  np.cumprod(c, axis=1)  np.cumprod(late)  np.cumprod(holes, axis=1)
np.cumprod(holes)  np.cumprod(empty, axis=0)
np.median(m)  np.median(c, axis=1)  np.median(c, axis=(0, 2), keepdims=True)  np.median(u)
np.quantile(u, 0.3)  np.quantile(c, [0.1, 0.77], axis=(0, 2))  np.percentile(m, 40, axis=0)
np.percentile(c, [[20, 50], [70, 100]], axis=1, keepdims=True)
np.nanmedian(gaps, axis=1)  np.nanmedian(gaps)  np.nanquantile(gaps, [0.3, 0.8], axis=1)
np.nanquantile(c, 0.4, axis=(0, 2), keepdims=True)  np.nanpercentile(gaps, 30, axis=0)
np.bincount(ints, v)  np.bincount([0, 2, 2], weights=w, minlength=5)  np.nextafter(m, 2.0)
np.frexp(m)  math.nextafter(s, 1.0)
np.ediff1d(m)  np.ldexp(m, 3)  np.ldexp(s, ints)  np.unwrap(long)  np.unwrap(c, axis=1)
np.sum(m, where=mask)  np.sum(m, axis=0, initial=s)
np.sum(c, (0, 2), keepdims=True, where=c > 0)
np.sum(m, axis=1, dtype=float)  np.mean(m, axis=1, where=mask)
np.mean(m, where=mask, keepdims=True)
np.var(m, axis=1, where=mask)  np.var(k34, where=k34 > 0, ddof=1)  np.std(m, where=mask)
np.std(k34, 1, where=k34 < 0.9, keepdims=True, dtype=float)  np.prod(m, axis=1, where=mask)
np.prod(m, initial=s)  np.prod(m, axis=0, initial=s, where=mask, dtype=float)
np.max(m, axis=0, initial=-2.0, where=mask)  np.max(m, initial=s)  np.max(m, initial=5.5)
np.min(m, axis=1, initial=t)  np.min(m, axis=1, where=mask, initial=9.0, keepdims=True)
np.nansum(gaps, where=mask, initial=s)  np.nansum(gaps, axis=1, dtype=float)
np.nanprod(gaps, axis=0, where=mask, initial=s)  np.nanmean(gaps, axis=1, where=mask)
np.nanvar(gaps, where=mask)  np.nanstd(gaps, where=mask, ddof=1)
np.nanmax(gaps, axis=0, initial=-3.0, where=mask)  np.nanmin(gaps, initial=s)
np.cumsum(m, axis=1, dtype=float)  np.cumprod(m, dtype=float)  np.nancumsum(gaps, dtype=float)
np.cumulative_prod(c, axis=1, include_initial=True)  np.nancumprod(gaps, axis=1, dtype=float)
np.quantile(u, 0.3, method='lower')  np.quantile(c, [0.1, 0.77], axis=1, method='hazen')
np.percentile(m, 40, axis=1, method='median_unbiased')  np.quantile(u, 0.3, method='midpoint')
np.percentile(u, [20, 50], method='inverted_cdf')
np.quantile(u, 0.4, method='averaged_inverted_cdf')
np.add.reduce(m)  np.add.reduce(c, (0, 2), where=c > 0)  np.multiply.reduce(m, 1)
np.add.reduce(m, 1, keepdims=True, initial=s)  np.multiply.reduce(holes, axis=1)
np.maximum.reduce(m, axis=None)  np.minimum.reduce(m, 1, initial=s)  np.logaddexp.reduce(m, axis=1)
np.add.accumulate(m, 1)  np.multiply.accumulate(m, axis=1)  np.add.reduceat(u, [0, 3, 1, 2])
np.add.reduceat(m, [0, 2], axis=1)  np.add.outer(m, v)  np.subtract.outer(v, m)
np.multiply.outer(m, v)  np.multiply.outer(s, v)  np.divide.outer(v, pos)
np.partition(u, 2)  np.partition(m, 1, axis=0)  np.partition(m, [1, 3], axis=None)

np.reshape(m, (3, 2))  np.reshape(m, -1)  ndarray.reshape(m, 3, 2)  ndarray.reshape(m, (6,))
np.ravel(m)  ndarray.flatten(m)  np.squeeze(row)  np.squeeze(row, axis=0)  np.expand_dims(m, 1)
np.atleast_1d(zero)  np.atleast_2d(v)  np.atleast_3d(m)
np.broadcast_to(row, (2, 3))  np.broadcast_to(v, (2, 3))
np.rollaxis(c, 2)  np.rollaxis(c, 0, 3)
np.rollaxis(c, -1, -2)  np.trim_zeros(u)  np.trim_zeros(m, 'b', axis=1)
np.transpose(m)  np.transpose(c, (2, 0, 1))  np.transpose(c, (-1, 0, 1))
ndarray.transpose(c)  ndarray.transpose(c, 1, 2, 0)  ndarray.transpose(c, (1, 2, 0))
ndarray.T(m)  np.matrix_transpose(c)  np.swapaxes(c, 0, 2)  np.moveaxis(c, 0, -1)
np.moveaxis(c, (0, 1), (2, 0))
np.flip(m)  np.flip(m, 1)  np.fliplr(m)  np.flipud(m)  np.rot90(m)  np.rot90(c, 2, (0, 2))
np.rot90(c, 1, (1, 2))
np.roll(m, 1)  np.roll(m, 2, axis=1)  np.roll(m, (1, 2), axis=(0, 1))
np.concatenate([m, n])  np.concatenate((m, n), axis=1)  np.concatenate([m, v], axis=None)
np.concatenate(c)
np.stack([m, n])  np.stack([m, n], axis=-1)  np.stack([s, t])  np.stack(c, axis=1)
np.vstack(c)  np.hstack(m)  np.hstack(c)  np.column_stack(m)  np.vstack([m, v])  np.vstack([v, w])
np.hstack([v, w])  np.hstack([m, n])  np.hstack([s, v])
np.column_stack([v, w])  np.column_stack([m, n])  np.dstack([m, n])  np.dstack([v, w])
np.meshgrid(v, u)  np.meshgrid(v, u, indexing='ij')  np.meshgrid(v, u, w)
np.append(m, n)  np.append(m, n, axis=0)  np.append(v, s)
np.split(m, 3, axis=1)  np.split(u, [2, 3])  np.array_split(u, 2)
np.tile(m, 2)  np.tile(m, (2, 1, 3))  np.tile(v, (2, 2))
np.repeat(m, 2)  np.repeat(m, 2, axis=0)  np.repeat(v, ints)  np.repeat(m, ints, axis=1)
np.pad(m, 1)  np.pad(m, ((1, 0), (0, 2)))
np.diag(v)  np.diag(v, 1)  np.diag(k34)  np.diag(k34, -1)
np.diagonal(k34)  np.diagonal(c, 1, 1, 2)  np.trace(a)  np.trace(k34, -1)  np.trace(c, 0, 2, 1)
np.tril(a)  np.tril(c, 1)  np.triu(a, -1)  np.triu(m)
operator.getitem(u, 2)  operator.getitem(m, (0, 1))  operator.getitem(u, slice(1, 4))
operator.getitem(u, ints)  operator.getitem(u, [0, 0, 1])  operator.getitem(m, mask)
operator.getitem(m, (slice(None), None, ints))  operator.getitem(c, (..., 0))
np.take(u, ints)  np.take(m, [0, 0, 2], axis=1)  np.take(m, index2)  np.take(m, -1, axis=-1)
np.take_along_axis(m, index2, axis=0)
ndarray.item(zero)  ndarray.item(v, 1)  ndarray.item(m, 0, -1)  ndarray.tolist(v)  ndarray.tolist(m)
np.copy(m)  ndarray.astype(m, float)  np.array(m)  np.array([s, t])  np.array([[s, t], [t, s]])
np.array([v, w])  np.asarray(m)  np.asarray(s)  np.ascontiguousarray(m)  np.asanyarray(m)
np.asfortranarray(m)
np.full((2, 3), s)  np.full((2, 3), v)  np.full_like(m, s)  np.full_like(m, zero)
np.linspace(s, t, 5)  np.linspace(s, t, 4, endpoint=False)  np.linspace(v, w, 4)
np.linspace(s, w, 3)
np.float64(s)  np.longdouble(s)
np.arange(s, 4.0)  np.arange(s, 4.2, 0.5)
np.logspace(s, t, 5)  np.logspace(v, w, 3, endpoint=False, base=2.0)  np.geomspace(s, 2.0, 4)
np.geomspace(pos, above, 3)
np.vsplit(c, 2)  np.hsplit(m, [1])  np.hsplit(u, [2, 3])  np.dsplit(c, 2)  np.unstack(c, axis=1)
np.block([[m, col], [row, zero]])  np.block([v, s, w])  np.block([[a], [m]])  np.block(m)
np.block([[tall2, tall2], [tall2, tall2]])
np.insert(u, 2, s)  np.insert(u, [3, 1], v[:2])  np.insert(m, 1, v, axis=0)  np.insert(m, 0, col, 1)
np.insert(m, 1, v[:2], axis=1)  np.insert(u, slice(1, 4), v)  np.insert(m, [1, 2], col, axis=1)
np.insert(m, -1, s)
np.delete(u, 2)  np.delete(m, [0, 2], axis=1)  np.delete(m, -1)  np.delete(u, slice(0, 4, 2))
np.resize(m, (4, 2))  np.resize(v, 2)  np.diagflat(m)  np.diagflat(v, -1)
np.compress([True, False, True], m, axis=1)  np.compress(mask[0], v)  np.extract(mask, m)
np.choose(k, [v, w, s])  np.choose([[0, 1, 0], [1, 1, 0]], c[:, :, 0])  np.choose(index2, [m, v])
np.select([m > 0.5, m > 0], [m, n * n])  np.select([mask, m > 0], [s, row], default=t)
np.array(m, copy=True)  np.array(m, float, copy=True)
np.asarray(m, float)

np.matmul(m, k34)  np.matmul(m, v)  np.matmul(v, k34)  np.matmul(v, w)  np.matmul(c, b)
np.matmul(c, u[:4])  np.matmul(v, c)  np.matmul(m, b[0].T)  np.matmul(a2, k34)
np.matmul(k34.T, b.transpose(0, 2, 1))
np.dot(m, k34)  np.dot(m, v)  np.dot(v, w)  np.dot(v, k34)  np.dot(s, m)  np.dot(c, b)  np.dot(v, c)
np.dot(k34.T, c)  np.dot(c, u[:4])  np.dot(zero, m)
np.inner(v, w)  np.inner(m, n)  np.inner(c, k34)  np.inner(s, m)  np.inner(v, m)  np.inner(m, v)
np.outer(v, u)  np.outer(m, v)  np.outer(s, v)
np.tensordot(m, n)  np.tensordot(m, k34, 1)  np.tensordot(c, b, ((1, 0), (2, 0)))
np.tensordot(c, k34, [[2, 1], [1, 0]])  np.tensordot(c, b, axes=(-1, 1))  np.tensordot(v, w, 0)
np.kron(m, k34)  np.kron(v, w)  np.kron(v, m)
np.cross(v, w)  np.cross(m, n)  np.cross(m, v)
np.vdot(v, w)  np.vdot(m, n)
np.einsum('ij,jk->ik', m, k34)  np.einsum('ij,jk', m, k34)  np.einsum('ii', a)
np.einsum('ii->i', a)
np.einsum('ij->j', m)  np.einsum('ij->', m)  np.einsum('ij,ij,ij->i', m, n, pos)
np.einsum('i,j', v, u)
np.einsum('...ij,...jk->...ik', c, b)  np.einsum('...i,i', m, v)  np.einsum('iij->j', a2.T)
np.einsum('bij,jk->bki', c, u[:4, None])  np.einsum('ij,kl->i', m, k34)
np.einsum('i,ij,j', v, a, w)
np.einsum('ij,ij->ij', m, row)
np.linalg.inv(a)  np.linalg.inv(a2)
np.linalg.solve(a, v)  np.linalg.solve(a, k34)  np.linalg.solve(a2, k34)  np.linalg.solve(a2, v)
np.linalg.det(a)  np.linalg.det(a2)  np.linalg.slogdet(a)  np.linalg.slogdet(a2)
np.linalg.cholesky(spd)  np.linalg.cholesky(spd2)
np.linalg.norm(v)  np.linalg.norm(m)  np.linalg.norm(c)  np.linalg.norm(m, axis=1)
np.linalg.norm(m, 'fro')  np.linalg.norm(c, axis=(0, 2))  np.linalg.norm(v, 1)
np.linalg.norm(v, np.inf)
np.linalg.norm(v, -np.inf)  np.linalg.norm(m, 3, axis=0, keepdims=True)  np.linalg.norm(v, 2)
np.linalg.norm(v, 0)  np.linalg.norm(v, 0.5)
np.linalg.trace(c[:, :, :3])  np.linalg.diagonal(c)
np.linalg.norm(a, 'nuc')  np.linalg.norm(a, 2)  np.linalg.norm(a, -2)  np.linalg.norm(k34, 1)
np.linalg.norm(k34, -1)  np.linalg.norm(k34, np.inf)  np.linalg.norm(k34, -np.inf)
np.linalg.norm(c, 2, axis=(0, 2))  np.linalg.norm(c, 1, axis=(2, 0), keepdims=True)
np.linalg.vector_norm(c)  np.linalg.vector_norm(m, axis=1, ord=3)  np.linalg.matrix_norm(c)
np.linalg.vector_norm(c, axis=(0, 1), ord=1)  np.linalg.matrix_norm(c, ord='nuc', keepdims=True)
np.linalg.eig(a)  np.linalg.eig(a2)  np.linalg.eig(turning)  np.linalg.eigvals(a2)
np.linalg.eigvals(turning)  np.linalg.cholesky(spd2, upper=True)
np.linalg.tensorinv(four)  np.linalg.tensorinv(a, ind=1)  np.linalg.tensorsolve(four, n)
np.linalg.tensorsolve(swapped, n, axes=(0,))
np.linalg.matrix_power(a, 3)  np.linalg.matrix_power(a, 0)  np.linalg.matrix_power(a, -2)
np.linalg.matrix_power(a2, 5)  np.linalg.matrix_power(a, 1)
np.linalg.multi_dot([m, k34, tall])  np.linalg.multi_dot([v, a, w])  np.linalg.multi_dot([m, v])
np.linalg.pinv(m)  np.linalg.pinv(tall2)  np.linalg.pinv(a)
np.linalg.eigh(spd)  np.linalg.eigh(spd2, 'U')  np.linalg.eigvalsh(spd)  np.linalg.eigvalsh(spd2)
np.linalg.svd(a)  np.linalg.svd(k34, full_matrices=False)  np.linalg.svd(tall2, False)
np.linalg.svdvals(k34)  np.linalg.svdvals(tall2)  np.linalg.qr(a)  np.linalg.qr(tall2)
np.linalg.lstsq(tall, pos4)  np.linalg.lstsq(tall, k44)  np.linalg.lstsq(m, v[:2])
np.linalg.cond(a)  np.linalg.cond(tall2)  np.linalg.cond(k34, 2)
np.linalg.outer(v, u)  np.linalg.cross(v, w)  np.linalg.tensordot(m, k34, axes=1)
np.linalg.vecdot(m, v)  np.vecdot(m, v)  np.vecdot(v, w)  np.matvec(c, u[:4])  np.matvec(m, v)
np.matvec(k34.T, m)  np.vecmat(v, k34)  np.vecmat(m, k34)  np.vecmat(w, tall2.transpose(0, 2, 1))

np.convolve(u, v)  np.convolve(v, u, 'same')  np.convolve(u, w, mode='valid')  np.convolve(v, w)
np.convolve(u, k34[0], 'same')  np.convolve(v, u, 'valid')
np.correlate(u, v)  np.correlate(v, u)  np.correlate(u, v, 'same')  np.correlate(u, v, 'full')
np.correlate(u[:4], u, 'same')  np.correlate(u, u[:4], 'same')  np.correlate(v, u, 'full')
np.correlate(u[:4], u, 'valid')
np.interp(points, spaced, u)  np.interp(0.3, spaced, u)  np.interp(m, spaced, u)
np.gradient(u)  np.gradient(u, 0.3)  np.gradient(u, spaced)  np.gradient(u, spaced, edge_order=2)
np.gradient(u, 0.5, edge_order=2)  np.gradient(m, axis=1)  np.gradient(tall2, 2.0, axis=1)
np.gradient(k34, np.array([0.0, 0.3, 1.0]), axis=0)  np.gradient(u[:2])
np.cov(m)  np.cov(v)  np.cov(m, n)  np.cov(tall, rowvar=False)  np.cov(v, w, bias=True)
np.cov(tall, tall * pos[0], rowvar=False, ddof=2)
np.corrcoef(k34)  np.corrcoef(v, w)  np.corrcoef(tall, rowvar=False)  np.corrcoef(v)
np.polyval(u, m)  np.polyval(v, s)  np.polyval(v, zero)  np.polyder(u)  np.polyder(u, 2)
np.polyder(v, 3)
np.polyadd(u, v)  np.polysub(v, u)  np.polymul(u, v)  np.vander(v)  np.vander(v, 5, True)
np.vander(v, 1)
np.polyint(u)  np.polyint(u, 3)  np.polyint(v, 2, w[:2])  np.polyint(v, k=s)
np.polyfit(u, spaced, 2)  np.polyfit(u, tall2.reshape(8, 3)[:5], 1)
np.polyfit(spaced, u, 2, w=spaced + 0.3)  np.roots(simple)  np.roots(u)
np.fft.hfft(u)  np.fft.hfft(m, 7, 0, 'ortho')  np.fft.hfft(u, 4, norm='forward')
np.fft.ihfft(u)  np.fft.ihfft(m, 2, 1, 'ortho')  np.fft.ihfft(m, 5, norm='forward')
np.i0(m)  np.nan_to_num(gaps, nan=2.0, posinf=1.0)  bessel_i(2, m)
np.fft.rfft(u)  np.fft.rfft(m, 4)  np.fft.rfft(m, 2, 1)  np.fft.rfft(c, axis=0, norm='ortho')
np.fft.fft(u)  np.fft.fft(m, 4, 0, 'forward')  np.fft.ifft(u, 3)  np.fft.fft2(m)  np.fft.ifft2(c)
np.fft.irfft(u)  np.fft.irfft(u, 7, norm='forward')  np.fft.irfft(m, axis=0, norm='ortho')
np.fft.fftn(m)  np.fft.fftn(c, (2, 5), (0, 2))  np.fft.ifftn(c, axes=(1,))  np.fft.rfftn(c)
np.fft.rfft2(m, (3, 3))  np.fft.irfftn(c)  np.fft.irfft2(m, (2, 3))  np.fft.fftshift(u)
np.fft.rfftn(c, axes=(2, 0), norm='forward')  np.fft.irfftn(c, axes=(2, 1), norm='ortho')
np.fft.irfft(u, 4)
np.fft.fftshift(c, axes=(0, 2))  np.fft.ifftshift(u)

math.exp(s)  math.exp2(s)  math.expm1(s)  math.log(s)  math.log(s, 1.7)  math.log2(s)  math.log10(s)
math.log1p(s)  math.sqrt(s)  math.cbrt(s)  math.pow(s, t)  math.sin(s)  math.cos(s)  math.tan(s)
math.asin(s)  math.acos(s)  math.atan(s)  math.atan2(s, t)  math.sinh(s)  math.cosh(s)  math.tanh(s)
math.asinh(s)  math.acosh(1.4)  math.atanh(s)  math.fabs(t)  math.erf(s)  math.erfc(s)
math.gamma(s)  math.gamma(t)  math.lgamma(s)  math.lgamma(4.2)  math.degrees(s)  math.radians(s)
math.fmod(s, 0.25)  math.remainder(s, 0.25)  math.copysign(s, t)  math.ldexp(s, 3)
math.hypot(s)  math.hypot(s, t, 0.2)  math.dist([s, t], [0.1, 0.9])  math.fsum([s, t])
math.prod([s, t, 2.0], start=s)  math.prod([s, t, 2.0])  math.prod([s, 0.0, t], start=2)
math.modf(s)  math.frexp(s)
sum([s, t])  sum([v, w])  sum([m, v, s])  sum(m)  sum([s, t], 0.5)  sum([v, w], s)
max(s, t)  max([s, t])  max(v)  min(s, t)  min([s, t, 0.1])  min(s, t, 0.1)
divmod(s, 0.25)  np.divmod(m, pos)  np.modf(m)  float(s)  float(zero)

scipy.special.expit(m)  scipy.special.logit(pos / 2)  scipy.special.log_expit(m)
scipy.special.erf(m)
scipy.special.erfc(m)  scipy.special.gamma(pos)  scipy.special.gammaln(pos)
scipy.special.digamma(pos)  scipy.special.xlogy(pos, above)
scipy.special.logsumexp(m)  scipy.special.logsumexp(m, axis=0)
scipy.special.logsumexp(m, axis=1, keepdims=True)
scipy.special.j0(m)  scipy.special.j1(m)  scipy.special.y0(pos)  scipy.special.y1(pos)
scipy.special.i0(m)  scipy.special.i1(m)  scipy.special.i0e(m)  scipy.special.i1e(m)
scipy.special.k0(pos)  scipy.special.k1(pos)  scipy.special.k0e(pos)  scipy.special.k1e(pos)
scipy.special.jv(2, m)  scipy.special.jv(1.5, pos)  scipy.special.yn(2, pos)
scipy.special.yn(0, pos)
scipy.special.yv(1.5, pos)  scipy.special.iv(2, m)  scipy.special.iv(0, m)
scipy.special.kv(0.5, pos)
scipy.special.kn(2, pos)  scipy.special.ive(1, m)  scipy.special.kve(1, pos)
scipy.special.polygamma(1, pos)  scipy.special.polygamma(0, pos)  scipy.special.gammainc(1.3, pos)
scipy.special.gammaincc(0.7, pos)  scipy.special.beta(pos, above)  scipy.special.beta(1.5, pos)
scipy.special.betaln(pos, above)  scipy.special.betainc(1.3, 0.7, pos / 2)
scipy.special.multigammaln(above + 1, 2)  scipy.special.zeta(2.5, pos)
scipy.special.xlog1py(pos, m)  scipy.special.entr(pos)  scipy.special.rel_entr(pos, above)
scipy.special.kl_div(pos, above)  scipy.special.erfinv(m)  scipy.special.erfcinv(pos)
scipy.special.erfcx(m)  scipy.special.erfi(m)  scipy.special.ndtr(m)  scipy.special.log_ndtr(m)
scipy.special.ndtri(pos / 2)  scipy.special.dawsn(m)  scipy.special.expi(pos)
scipy.special.exp1(pos)
scipy.linalg.solve(a, v)  scipy.linalg.solve(a, k34)  scipy.linalg.solve(a, k34, transposed=True)
scipy.linalg.solve(spd, v, assume_a='pos')  scipy.linalg.solve_triangular(a, v)
scipy.linalg.solve_triangular(a, k34, lower=True)  scipy.linalg.solve_triangular(a, v, 1)
scipy.linalg.solve_triangular(a, k34, trans='T', lower=True, unit_diagonal=True)
scipy.linalg.solve_banded((1, 2), banded, u)  scipy.linalg.solve_banded((1, 2), banded, g35.T)
scipy.linalg.cholesky(spd)  scipy.linalg.cholesky(spd, lower=True)  scipy.linalg.cho_factor(spd)
scipy.linalg.cho_factor(spd, lower=True)  scipy.linalg.cho_solve((spd, False), v)
scipy.linalg.cho_solve((spd, True), k34)  scipy.linalg.lu(a)  scipy.linalg.lu(turning)
scipy.linalg.inv(a)  scipy.linalg.det(a)  scipy.linalg.expm(a)  scipy.linalg.logm(spd)
scipy.linalg.sqrtm(spd)  scipy.linalg.solve_sylvester(a, spd, turning)
scipy.linalg.solve_sylvester(a, spd2[0], col[:, 0] * k34[:, :2])
scipy.linalg.block_diag(m, v, a)  scipy.linalg.toeplitz(v)  scipy.linalg.toeplitz(v, u)
scipy.linalg.toeplitz(u, v)  scipy.linalg.circulant(u)
scipy.signal.convolve(m, k34)  scipy.signal.convolve(k34, m, 'same')
scipy.signal.convolve(m, k34, 'valid')
scipy.signal.convolve(v, u, mode='same')  scipy.signal.convolve(u, v, 'valid', method='direct')
scipy.signal.fftconvolve(m, k34)  scipy.signal.fftconvolve(k34, m, mode='same')
scipy.signal.oaconvolve(u, v)  scipy.signal.correlate(u, v)  scipy.signal.correlate(k34, m, 'valid')
scipy.signal.correlate(m, k34, mode='same')  scipy.signal.correlate(v, u, 'valid')
scipy.ndimage.correlate(k44, m)  scipy.ndimage.correlate(k44, a, mode='mirror')
scipy.ndimage.correlate(u, v[:2], mode='constant')  scipy.ndimage.correlate(k44, m, mode='wrap')
scipy.ndimage.convolve(k44, m)  scipy.ndimage.convolve(k44, a, mode='nearest')
scipy.ndimage.convolve(u, v[:2], mode='constant')
scipy.ndimage.gaussian_filter(k44, 0.6)
scipy.ndimage.gaussian_filter(k44, [0.4, 0.0], mode='nearest')
scipy.ndimage.gaussian_filter(u, 0.7, order=1, mode='constant', truncate=2.0)
scipy.stats.norm.logpdf(m)  scipy.stats.norm.logpdf(m, s, pos)
scipy.stats.norm.pdf(m, loc=v, scale=above)
scipy.stats.norm.cdf(m, t, scale=s)  scipy.stats.expon.logpdf(pos, t, 0.7)
scipy.stats.laplace.logpdf(m, 0.05, pos)  scipy.stats.logistic.logpdf(m, v, s)
scipy.stats.cauchy.logpdf(m, t, pos)  scipy.stats.t.logpdf(m, above, t, pos)
scipy.stats.t.logpdf(m, 3)
scipy.stats.gamma.logpdf(pos, above, t, s)  scipy.stats.beta.logpdf(pos / 2, above, s, t, 2.1)
scipy.stats.lognorm.logpdf(pos, s, t, above)  scipy.stats.uniform.logpdf(pos, -1.0, above + 1)
scipy.stats.poisson.logpmf(k, 1.7)  scipy.stats.poisson.logpmf(k, v * v + 0.5)
scipy.stats.binom.logpmf(k, 4, 0.3)  scipy.stats.bernoulli.logpmf(mask * 1, 0.3)
np.pad(m, 2, 'edge')  np.pad(m, ((1, 1), (0, 2)), mode='reflect')  np.pad(m, 4, mode='symmetric')
np.pad(m, (3, 5), 'wrap')
scipy.special.softmax(m)  scipy.special.softmax(m, axis=1)  scipy.special.log_softmax(m, axis=0)

einsum_dx(g33[:2], 0, 'ij,jk', m, a)  einsum_dx(g23[:, 0], 1, 'ij,ij,ij->i', m, n, pos)
einsum_dx(v[:2], 1, 'ij,kl->i', m, k34)
einsum_at(g23, 0, 'ij,jk', m, a)  einsum_at(pos, 1, 'ij,ij,ij->i', m, n, pos)
ungaussian(k44, 0.6)  fitted(m, k34[:1])  fitted(u, v)  ungradient(u, u, None, 1, 0.3)
ungradient(m, m, 1, 1)
unblock(a, [[m[:, :2], col], [row[:, :2], zero]])
of_floats(m, None)  unreduce(w, m, 0, False, None, mask)
unbroadcast(g23, row)  unbroadcast(g23, s)  unreduce(w, m, 0)  unreduce(s, m)  expand(w, m)  own(m)
snapshot(m)  restructure(m, n)  unrestructure(m, n)  seeded(m, n)
stack_like([w, w], m)  unstack_like(m, [w, w])
divide_or_zero(m, pos)  log_or_zero(pos)  sinc_slope(m)  sinc_slope(tiny)  where_larger(g23, m, n)
polygamma(0, pos)
polygamma(2, pos)
scatter(w, u, ints)  put_along(g23, m, index2, 0)  undiagonal(v, k34)  undiagonal(g23, c, 0, 1, 2)
cast_back(m, n, n)  cast_on(m, n, n)  in_dtype(m, n)  item_da(s, m, 2)  item_at(m, 1, 0)
matmul_dx(g33[:2] @ k34, m, k34)  matmul_dx(g23[:, 0], m, v)  matmul_dx(g233, c, b)
matmul_dx(s, v, w)
matmul_dy(g23[:, :1] @ u[None, :4], m, k34)  matmul_dy(g23[0], m.T, col[:, 0])
matmul_dy(g233, c, b)
matmul_dy(s, v, w)
dot_da(g33[:2] @ k34, m, k34)  dot_da(s, v, w)  dot_da(np.dot(c, b), c, b)  dot_da(g23, zero, m)
dot_db(g33[:2] @ k34, m, k34)  dot_db(s, v, w)  dot_db(np.dot(c, b), c, b)  dot_db(g23, zero, m)
inner_da(g33[:2, :2], m, n)  inner_db(g33[:2, :2], m, n)  inner_da(s, v, w)  inner_db(s, v, w)
outer_da(g35, v, u)  outer_db(g35, v, u)
tensordot_da(g33[:2] @ k34, m, k34, 1)  tensordot_db(g33[:2] @ k34, m, k34, 1)
"""

COMPLEX_VALUES: dict[str, object] = {
    "z": _array(2, 3) + 1j * _array(2, 3),
    "y": _array(2, 3) + 1j * _array(2, 3),
    "r": _array(2, 3),
    "zv": _array(3) + 1j * _array(3),
    "yv": _array(3) + 1j * _array(3),
    "rv": _array(3),
    "za": _array(3, 3) + 1j * _array(3, 3) + 2 * np.eye(3),
    "ra": _array(3, 3) + 2 * np.eye(3),
    "zh": _hermitian(3),
    "q": 0.5 - 0.3j,
    "zlate": np.array([0.4 + 0.2j, 0.2, 0.0, 0.7j]),
    "points": np.array([0.15, 0.6, 0.65, 1.0]),
    "spaced": np.array([0.1, 0.5, 0.7, 1.3, 1.4]),
}

COMPLEX_SAMPLES = """
complex(0.5, 0.25)  abs(0.5 + 0.2j)
cmath.exp(q)  cmath.log(q)  cmath.log(q, 1.7)  cmath.log10(q)  cmath.sqrt(q)  cmath.sin(q)
cmath.cos(q)  cmath.tan(q)  cmath.asin(q)  cmath.acos(q)  cmath.atan(q)  cmath.sinh(q)
cmath.cosh(q)  cmath.tanh(q)  cmath.asinh(q)  cmath.acosh(q)  cmath.atanh(q)  cmath.phase(q)
cmath.polar(q)  cmath.rect(0.7, 0.4)  cmath.sqrt(-0.7)  cmath.log(-0.4)  cmath.asin(1.4)
np.linalg.eig(za)  np.linalg.eigvals(za)  np.fft.hfft(zv)  np.fft.hfft(z, 6, 0, 'ortho')
np.polyint(zv)  np.roots(zv)  np.partition(r, 1)
np.add.reduce(z)  np.multiply.outer(r, zv)  np.linalg.tensorinv(za, ind=1)
np.sum(z, axis=0, where=r > 0)  np.mean(z, where=r > 0)  np.var(z, where=r > 0)
np.add(z, r)  np.multiply(z, y)  np.multiply(r, z)  np.divide(r, z)  np.power(z, 2)  np.power(z, y)
np.negative(z)  np.reciprocal(z)  np.square(z)  np.sqrt(z)  np.exp(z)  np.log(z)  np.log10(z)
np.sin(z)  np.cos(z)  np.tan(z)  np.arcsin(z)  np.arccos(z)  np.arctan(z)  np.sinh(z)  np.cosh(z)
np.tanh(z)  np.arcsinh(z)  np.arccosh(z)  np.arctanh(z)  np.expm1(z)  np.log1p(z)
np.absolute(z)  np.real(z)  np.imag(z)  np.conjugate(z)  ndarray.conj(z)  np.angle(z)
np.where([True, False, True], z, r)
np.sum(z, axis=0)  np.mean(z)  np.var(z)  np.std(z, axis=1)  np.prod(z)  np.cumsum(z, axis=1)
np.concatenate([z, r])  np.stack([r, z])  np.reshape(z, 6)  np.array([r, z])
np.matmul(z, za)  np.matmul(r, za)  np.matmul(rv, zv)  np.matmul(za, rv)  np.dot(r, za)
np.dot(zv, yv)
np.inner(z, r)  np.outer(rv, zv)  np.tensordot(r, z)  np.vdot(zv, yv)  np.vdot(zv, rv)
np.kron(r, z)
np.einsum('ij,jk', r, za)  np.einsum('ij->', z)  np.cross(r, z)
np.trapezoid(zv, rv)  np.average(z, weights=r + 2)  np.average(z, axis=1, weights=rv + 2)
np.maximum(z, r)  np.max(z)  np.sort(z)  np.clip(z, -0.2, 0.3)  np.full((2, 3), zv)
np.linalg.norm(zv, 3)  np.linalg.norm(zv, np.inf)  np.linspace(zv, rv, 4)  np.append(z, r)
np.linalg.inv(za)  np.linalg.solve(za, zv)  np.linalg.solve(ra, zv)  np.linalg.solve(za, rv)
np.linalg.pinv(z)  np.linalg.pinv(za)  np.linalg.matrix_power(za, 3)  np.linalg.eigvalsh(zh)
np.linalg.svdvals(z)  np.linalg.norm(z, 'nuc')  np.linalg.norm(z, 2)  np.linalg.norm(z, 1)
np.linalg.qr(za)  np.linalg.multi_dot([z, za, rv])  np.linalg.vector_norm(z, ord=3)
np.vecdot(z, y)  np.vecdot(r, z)  np.vecdot(z, r)
np.matvec(za, rv)  np.vecmat(zv, ra)  np.vecmat(rv, za)
np.convolve(zv, rv)  np.convolve(rv, zv, 'same')  np.correlate(zv, yv, 'full')
np.correlate(rv, zv, 'same')
np.cumprod(z, axis=1)  np.cumprod(zlate)  np.gradient(zv)  np.polyval(zv, r)  np.polyval(rv, z)
np.nanvar(z)
np.polymul(zv, rv)  np.vander(zv)  np.block([z, r])  np.select([r > 0], [z], default=1.0)
np.fft.fft(zv)  np.fft.ifft(z, 5)  np.fft.ifft(z, 2, norm='ortho')  np.fft.irfft(z)  np.fft.fftn(z)
np.fft.irfft(zv, 3)  np.fft.irfft2(za)  np.fft.irfftn(z, (2, 4), (1, 0))  np.fft.fft2(za, (2, 4))
np.fft.ifftn(za, norm='forward')  np.fft.rfft(r, 5)  np.fft.fftshift(zv)
np.insert(zv, 1, 0.5)  np.interp(points, spaced, zv[[0, 1, 2, 0, 1]])
np.linalg.det(za)  np.linalg.norm(z)  np.linalg.norm(z, axis=1)  np.linalg.norm(zv, 1)
"""

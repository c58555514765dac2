"""Products, solves, factorisations and norms."""

import numpy as np

from ..registry import arr, program, spd


@program((arr(3, 4), arr(4, 2)))
def matrix_product(a, b):
    return np.sum((a @ b) ** 2)


@program((arr(3, 4), arr(4)))
def matrix_vector(a, v):
    return np.sum(np.sin(a @ v))


@program((arr(3), arr(3, 4)))
def vector_matrix(v, a):
    return np.sum((v @ a) ** 3)


@program((arr(4), arr(4)))
def inner_product(x, y):
    return (x @ y) * np.dot(x, x) + x.dot(y) + np.vdot(x, y) + np.inner(x, y)


@program((arr(2, 3, 4), arr(2, 4, 3)))
def stacked_product(a, b):
    return np.sum(np.matmul(a, b) ** 2)


@program((arr(2, 3, 4), arr(4, 2)))
def stacked_times_one(a, b):
    return np.sum((a @ b) ** 2) + np.sum(np.dot(a, b))


@program((arr(3, 4), arr(2, 4)))
def transposes(a, b):
    return np.sum((a @ b.T) * (b @ a.T).T)


@program((arr(4), arr(4), arr(4, 4)))
def bilinear_form(x, y, a):
    return x @ a @ y + x.T @ a.T @ x


@program((arr(3), arr(4)))
def outer(x, y):
    return np.sum(np.outer(x, y) ** 2 * np.arange(12.0).reshape(3, 4))


@program((arr(2, 3), arr(3, 4)))
def einsum_product(a, b):
    return np.sum(np.einsum("ij,jk->ik", a, b) ** 2)


@program((arr(3, 3), arr(3)))
def einsum_others(a, v):
    return np.einsum("ii,i->", a, v) * np.einsum("ij,i,j", a, v, v) + np.sum(
        np.einsum("ij->ji", a) * a
    )


@program((arr(2, 3, 4), arr(4, 3, 2)))
def tensordot(a, b):
    return np.sum(np.tensordot(a, b, axes=([1, 2], [1, 0])) ** 2) + np.sum(
        np.tensordot(a, b, axes=1)
    )


@program((arr(3, 3), arr(3)))
def solve(a, b):
    a = a + 4.0 * np.eye(3)
    return np.sum(np.linalg.solve(a, b) ** 2)


@program((spd(3), arr(3, 2)))
def solve_matrix(a, b):
    return np.sum(np.linalg.solve(a, b) ** 2)


@program((spd(3),))
def inverse(a):
    return np.sum(np.linalg.inv(a) ** 2)


@program((spd(3),))
def determinant(a):
    return np.linalg.det(a) * np.trace(a)


@program((spd(3),))
def log_determinant(a):
    sign, logdet = np.linalg.slogdet(a)
    return sign * logdet * logdet


@program((arr(3, 3),))
def cholesky(a):
    s = a @ a.T + 2.0 * np.eye(3)
    c = np.linalg.cholesky(s)
    return np.sum(np.log(np.diag(c))) + c[2, 0] ** 2


@program((arr(3),), (arr(3, 2),))
def norm(x):
    return np.linalg.norm(x) * np.sum(x)


@program((arr(3, 4),))
def norms_of_rows(x):
    return np.sum(np.linalg.norm(x, axis=1) ** 3) + np.sum(np.linalg.norm(x, ord=1, axis=0))


@program((arr(3, 3),))
def triangles_and_trace(a):
    return np.sum(np.tril(a) @ np.triu(a, 1)) + np.trace(a) + np.sum(np.diag(a) ** 2)


@program((arr(3),))
def diagonal_matrix(v):
    return np.sum((np.diag(v) + np.eye(3)) @ v)


@program((arr(2, 2), arr(2, 3)))
def kronecker(a, b):
    return np.sum(np.kron(a, b) ** 2)


@program((arr(3), arr(3)))
def cross(a, b):
    return np.sum(np.cross(a, b) ** 2)


@program((spd(3), arr(3), 4))
def power_iteration(a, v, n):
    for _ in range(n):
        v = a @ v
        v = v / np.linalg.norm(v)
    return v @ a @ v


@program((spd(3), arr(3), 3))
def conjugate_gradient(a, b, n):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for _ in range(n):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        p = r + (new / rs) * p
        rs = new
    return np.sum(x * x)


@program((arr(5, 2), arr(5), 0.3))
def ridge_regression(x, y, lam):
    w = np.linalg.solve(x.T @ x + lam * np.eye(2), x.T @ y)
    r = y - x @ w
    return r @ r + lam * (w @ w)


@program((spd(2), arr(2), arr(2)))
def gaussian_log_density(s, x, m):
    d = x - m
    return -0.5 * d @ np.linalg.inv(s) @ d - 0.5 * np.log(np.linalg.det(s))


@program((spd(2), arr(2), arr(4, 2)))
def kalman_filter(p, m, ys):
    q = 0.1 * np.eye(2)
    ll = 0.0
    for y in ys:
        p = p + q
        s = p + np.eye(2)
        k = p @ np.linalg.inv(s)
        e = y - m
        m = m + k @ e
        p = (np.eye(2) - k) @ p
        ll = ll - e @ np.linalg.solve(s, e) - np.log(np.linalg.det(s))
    return ll


@program((arr(3, 3), 3))
def matrix_power(a, n):
    return np.sum(np.linalg.matrix_power(a, n))


@program((arr(2, 2), arr(2, 2)))
def matrix_augmented(a, b):
    c = a * 1.0
    c @= b
    return np.sum(c * a)

"""`adjoint.linalg`: NumPy's linear algebra on tensors, recorded."""

from __future__ import annotations

from typing import Any

import numpy as np

from adjoint.runtime.eager_numpy import run_function


def inv(A: Any) -> Any:
    """Gives the inverse of a matrix."""
    return run_function(np.linalg.inv, (A,), {})


def det(A: Any) -> Any:
    """Gives the determinant."""
    return run_function(np.linalg.det, (A,), {})


def slogdet(A: Any) -> Any:
    """Gives the sign of the determinant and the logarithm of its size."""
    return run_function(np.linalg.slogdet, (A,), {})


def solve(A: Any, B: Any) -> Any:
    """Gives X with A @ X = B."""
    return run_function(np.linalg.solve, (A, B), {})


def cholesky(A: Any) -> Any:
    """Gives the lower triangular factor of a symmetric matrix."""
    return run_function(np.linalg.cholesky, (A,), {})


def norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Any:
    """Gives a norm: of vectors, or of matrices where `ord` or `dim` says so."""
    if ord is None:
        return A.norm(2, dim, keepdim)
    return run_function(np.linalg.norm, (A, ord, dim, keepdim), {})


def vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    """Gives a norm of all elements, or of those along `dim`."""
    return x.norm(ord, dim, keepdim)

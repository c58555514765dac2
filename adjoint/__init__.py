"""Differentiate NumPy functions ahead of time, by writing the source of their adjoints."""

from __future__ import annotations

from adjoint.runtime.eager_names import NAMES as _NAMES
from adjoint.runtime.errors import AdjointError, MissingRule, NotDifferentiable
from adjoint.runtime.tensor import Tensor
from adjoint.transform.differentiable import (
    Differentiable,
    grad,
    gradient,
    value_and_gradient,
    vjp,
)
from adjoint.transform.errors import SourceNotFound, UnsupportedSyntax

globals().update(_NAMES)

__version__ = "0.1.0"

__all__ = [
    "AdjointError",
    "Differentiable",
    "MissingRule",
    "NotDifferentiable",
    "SourceNotFound",
    "Tensor",
    "UnsupportedSyntax",
    "grad",
    "gradient",
    "value_and_gradient",
    "vjp",
    *_NAMES,
]

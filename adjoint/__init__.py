"""Differentiate NumPy functions ahead of time, by writing the source of their adjoints."""

from __future__ import annotations

from adjoint.runtime import eager_names as _eager_names
from adjoint.runtime.anomaly import AnomalyDetected
from adjoint.runtime.eager_anomaly import detect_anomaly
from adjoint.runtime.eager_names import *  # noqa: F403 (its `__all__` lists every name once)
from adjoint.runtime.errors import AdjointError, MissingRule, NotDifferentiable
from adjoint.runtime.surgery import on_cotangent, stop_gradient
from adjoint.runtime.tensor import Tensor
from adjoint.transform.check import WrongGradient, check_gradient
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.errors import SourceNotFound, UnsupportedSyntax
from adjoint.transform.grad import grad, gradient, jvp, value_and_gradient, vjp
from adjoint.transform.matrices import (
    hessian,
    hessian_diagonal,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    laplacian,
    vhp,
)  # fmt: skip

__version__ = "0.1.0"

__all__ = [
    "AdjointError",
    "AnomalyDetected",
    "Differentiable",
    "MissingRule",
    "NotDifferentiable",
    "SourceNotFound",
    "Tensor",
    "UnsupportedSyntax",
    "WrongGradient",
    "check_gradient",
    "detect_anomaly",
    "grad",
    "gradient",
    "hessian",
    "hessian_diagonal",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "laplacian",
    "on_cotangent",
    "stop_gradient",
    "value_and_gradient",
    "vhp",
    "vjp",
]
__all__ += _eager_names.__all__

"""Lowering: a function's source in, the intermediate representation out."""

from adjoint.transform.lower.exits import normalise_exits
from adjoint.transform.lower.functions import lower

__all__ = ["lower", "normalise_exits"]

"""The errors that users see, under the name of the package that they import."""

from __future__ import annotations


class AdjointError(Exception):
    """Base of every error that is particular to this package."""

    __module__ = "adjoint"


class MissingRule(AdjointError, NotImplementedError):
    """A function was reached that has neither a derivative rule nor source to differentiate."""

    __module__ = "adjoint"


class NotDifferentiable(AdjointError, TypeError):
    """A derivative was asked with respect to something that has none, such as an integer."""

    __module__ = "adjoint"


class NotFollowed(AdjointError, TypeError):
    """While it ran, an adjoint met something that no text known beforehand can follow."""

    __module__ = "adjoint"

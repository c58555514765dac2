"""The error of what is found, only when an adjoint runs, to be beyond what it can follow."""

from __future__ import annotations


def not_followed(message: str) -> Exception:
    """An error to raise: one of this package's where that is loaded, else a `TypeError`.

    >>> isinstance(not_followed("two names share it; take a copy"), TypeError)
    True
    """
    import sys  # noqa: PLC0415  (what is copied into a module of its own brings what it needs)

    errors = sys.modules.get("adjoint.runtime.errors")
    kind: type[Exception] = getattr(errors, "NotFollowed", TypeError)
    return kind(message)

"""What of a value decides which emission serves it: its kind, never its shape or its contents."""

from __future__ import annotations

from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.helpers import is_complex
from adjoint.runtime.helpers.structures import fields_of
from adjoint.transform.analyses.kind import DEEPEST, kind_of

PLAIN: frozenset[type] = frozenset(
    {np.ndarray, float, int, bool, complex, str, type(None), np.float64, np.float32, np.int64}
)
"""Types of which a value is neither a tensor nor holds one, and that live on the host."""


def key_of(value: Any) -> Any:
    """A key that two values share if the same emission serves both.

    >>> key_of(np.ones(2)) == key_of(np.zeros(3, np.float32)), key_of(1.0) == key_of(1)
    (True, False)
    """
    kind = type(value)
    if kind is np.ndarray:
        return value.ndim, value.dtype.kind
    if kind in PLAIN:
        return kind
    if isinstance(value, type):
        return kind
    if hasattr(value, "ndim") and hasattr(value, "dtype"):
        return kind, value.ndim, value.dtype.kind
    return kind, kind_of(value), id(home.namespace_of(value)), holds_complex(value)


def holds_complex(value: Any, deepest: int = DEEPEST) -> bool:
    """Whether a value is or holds a complex number, as far as its kind reaches into it.

    >>> holds_complex({"w": [1.0, np.ones(2)]}), holds_complex((1.0, [2j]))
    (False, True)
    """
    if isinstance(value, type):
        return False
    if type(value) in PLAIN or hasattr(value, "dtype"):
        return bool(is_complex(value))
    if isinstance(value, list | tuple):
        return any(holds_complex(part, deepest) for part in value)
    if isinstance(value, dict):
        return any(holds_complex(part, deepest) for part in value.values())
    if deepest == 0:
        return False
    return any(holds_complex(part, deepest - 1) for part in fields_of(value).values())

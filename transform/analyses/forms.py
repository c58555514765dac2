"""What is known of the shape of what a function of NumPy gives: names, by the form of the answer.

One table for the analyses that count axes (`ranks`) and that compare shapes (`shape_rules`).
"""

from __future__ import annotations


def names(text: str) -> frozenset[str]:
    """The functions of NumPy that a text names; a name with a dot is whole."""
    return frozenset(name if "." in name else f"np.{name}" for name in text.split())


KEEPING = names(
    "copy ndarray.copy zeros_like ones_like empty_like full_like ndarray.astype flip fliplr flipud "
    "roll real imag conjugate ndarray.conj angle np.linalg.inv np.linalg.cholesky deg2rad radians "
    "rad2deg degrees fix round"
)
"""The result has the shape of the first operand."""

ALONG = names("cumsum nancumsum cumprod sort argsort")
"""It has the shape of the first operand where an axis is given, and otherwise may be flat."""

CORRESPONDING = names(
    "floor ceil trunc rint sign signbit spacing floor_divide isfinite isnan isinf equal "
    "not_equal less less_equal greater greater_equal logical_and logical_or logical_not "
    "logical_xor bitwise_and bitwise_or bitwise_xor"
)
"""Functions without a derivative of corresponding elements: the operands are broadcast."""

REDUCING = names("sum mean prod max min var std nansum nanmean ptp")
"""Axes of the first operand go away, or are left with length 1."""

CONSTRUCTING = names("zeros ones empty full")
"""The first operand is the shape."""

TUPLES = names(
    "nonzero unique ix_ unravel_index frexp tril_indices triu_indices diag_indices indices "
    "tril_indices_from triu_indices_from diag_indices_from mask_indices load"
)
"""They may give a tuple or list of arrays, beside those whose rules say so."""

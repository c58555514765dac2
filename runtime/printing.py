"""How tensors are printed: PyTorch's format, to the character."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.graph import Array

WHOLE_FRACTION = 1000.0  # a wider range than this is printed with exponents
LARGE, SMALL = 1.0e8, 1.0e-4  # so is anything above or below


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """The settings of `set_printoptions`."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}
_options = [PrintOptions()]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Sets how tensors are printed, everywhere in this process.

    Args:
        precision: digits after the point.
        threshold: number of elements above which a tensor is summarised.
        edgeitems: elements shown at each end of a summarised axis.
        linewidth: characters in a line.
        profile: `default`, `short` or `full`, from which the other arguments differ.
        sci_mode: exponents always (True), never (False) or where they help (None).
    """
    base = _options[0] if profile is None else PROFILES[profile]
    _options[0] = PrintOptions(
        base.precision if precision is None else precision,
        base.threshold if threshold is None else threshold,
        base.edgeitems if edgeitems is None else edgeitems,
        base.linewidth if linewidth is None else linewidth,
        sci_mode,
    )


def render(data: Array, prefix: str, suffixes: list[str]) -> str:
    r"""Prints an array the way PyTorch prints a tensor.

    Args:
        data: a NumPy array.
        prefix: what comes first, `tensor(`.
        suffixes: what follows the numbers, such as `requires_grad=True`.

    Example:
        >>> render(np.ones((2, 2), "float32"), "tensor(", ["requires_grad=True"])
        'tensor([[1., 1.],\n        [1., 1.]], requires_grad=True)'
    """
    options = _options[0]
    indent = len(prefix)
    before = []
    default = (dtypes.get_default_dtype(), dtypes.int64, dtypes.bool_)
    dtype = dtypes.of(data.dtype)
    if data.size == 0:
        body = "[]"
        if data.ndim != 1:
            before.append(f"size={data.shape}")
        shown = dtype is not default[0]
    else:
        body = _body(data, indent, options)
        complex_default = dtypes.of(dtypes.number_dtype(1j))
        shown = dtype not in default and dtype is not complex_default
    if shown:
        before.append(f"dtype={dtype}")
    return _add_suffixes(prefix + body, before + suffixes, indent, options.linewidth)


def _body(data: Array, indent: int, options: PrintOptions) -> str:
    summarize = data.size > options.threshold
    sample = _edges(data, options.edgeitems) if summarize else data
    writer = _complex_writer if data.dtype.kind == "c" else _writer
    write, width = writer(sample, options)
    return _nested(data, indent, write, width, options, summarize)


def _nested(
    data: Array,
    indent: int,
    write: Callable[[Any], str],
    width: int,
    options: PrintOptions,
    summarize: bool,
) -> str:
    """Prints an array's rows, each in its brackets."""
    edge = options.edgeitems
    cut = summarize and data.ndim > 0 and len(data) > 2 * edge
    if data.ndim == 0:
        return write(data.item())
    if data.ndim == 1:
        per_line = max(1, (options.linewidth - indent) // (width + 2))
        if cut:
            words = [write(v) for v in data[:edge].tolist()]
            words += [" ..."] + [write(v) for v in data[-edge:].tolist()]
        else:
            words = [write(v) for v in data.tolist()]
        lines = [", ".join(words[k : k + per_line]) for k in range(0, len(words), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    rows = [*data[:edge], None, *data[-edge:]] if cut else list(data)
    parts: list[str] = [
        "..." if row is None else _nested(row, indent + 1, write, width, options, summarize)
        for row in rows
    ]
    between = "," + "\n" * (data.ndim - 1) + " " * (indent + 1)
    return f"[{between.join(parts)}]"


def _writer(sample: Array, options: PrintOptions) -> tuple[Callable[[Any], str], int]:
    """Chooses one format for all numbers of an array; gives it with its width."""
    form = _plain_form(sample, options)
    if sample.dtype.kind != "f":
        width = max((len(form(v)) for v in sample.reshape(-1).tolist()), default=1)
    else:
        values = sample[np.isfinite(sample) & (sample != 0)].tolist()
        width = max((len(form(v)) for v in values), default=1)
    return (lambda value: str(form(value)).rjust(width)), width


def _plain_form(sample: Array, options: PrintOptions) -> Callable[[Any], str]:
    """Chooses between integers, a fixed point and exponents."""
    if sample.dtype.kind != "f":
        return str
    values = sample[np.isfinite(sample) & (sample != 0)].astype(np.float64)
    digits = options.precision
    if values.size:
        sizes = np.abs(values)
        small, large = sizes.min(), sizes.max()
        wide = bool(large / small > WHOLE_FRACTION or large > LARGE or small < SMALL)
        if wide if options.sci_mode is None else options.sci_mode:
            return lambda value: f"{value:.{digits}e}"
        if not np.all(values == np.ceil(values)):
            return lambda value: f"{value:.{digits}f}"
    return lambda value: f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def _complex_writer(sample: Array, options: PrintOptions) -> tuple[Callable[[Any], str], int]:
    """Does the same for real and imaginary parts, each in its own format."""
    real, real_width = _writer(sample.real, options)
    imaginary, imaginary_width = _writer(sample.imag, options)

    def write(value: complex) -> str:
        imag = imaginary(value.imag).lstrip() + "j"
        sign = "" if imag[0] in "+-" else "+"
        return real(value.real) + sign + imag

    return write, real_width + imaginary_width + 1


def _edges(data: Array, edge: int) -> Array:
    """Keeps the elements that a summary shows."""
    for axis, length in enumerate(data.shape):
        if length > 2 * edge:
            keep = [*range(edge), *range(length - edge, length)]
            data = np.take(data, keep, axis=axis)
    return data


def _add_suffixes(text: str, suffixes: list[str], indent: int, linewidth: int) -> str:
    """Appends each suffix to the last line, or to a new one where it is full."""
    last = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if last + len(suffix) + 2 > linewidth:
            text += ",\n" + " " * indent + suffix
            last = indent + len(suffix)
        else:
            text += ", " + suffix
            last += len(suffix) + 2
    return text + ")"

"""Rules of the methods of ufuncs: `np.add.reduce`, `np.multiply.outer` and the like."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .reductions import ALONG_EXTREMES, OF_EXTREMES
from .table import collect, general, linear

REDUCING = collect(
    linear(
        "np.add.reduce(a, axis=0, dtype=None, *, keepdims=False, initial=0, where=True)",
        a="unreduce(g, a, axis, keepdims, dtype, where)",
        initial="unbroadcast(g, initial)",
        also={"jvp": {"a": "np.sum(g, axis=axis, keepdims=keepdims, where=where) if dtype is None else np.sum(of_floats(g, dtype), axis=axis, dtype=dtype, keepdims=keepdims, where=where)", "initial": "expand(g, ans)"}},
    ),
    general(
        "np.multiply.reduce(a, axis=0, dtype=None, *, keepdims=False, initial=1, where=True)",
        vjp={"a": "unreduce(g, a, axis, keepdims, dtype) * product_of_others(a, axis, initial, where)"},
        jvp={"a": "np.sum(g * product_of_others(a, axis, initial, where), axis=axis, dtype=dtype, keepdims=keepdims)"},
        also={"unwritten": ("initial",)},
    ),
    *(
        general(f"np.{name}.reduce(a, axis=0, *, keepdims=False, initial=None, where=True)", vjp=OF_EXTREMES, jvp=ALONG_EXTREMES)
        for name in ("maximum", "minimum")
    ),
    general(
        "np.logaddexp.reduce(a, axis=0, *, keepdims=False)",
        vjp={"a": "unreduce(g, a, axis, keepdims) * np.exp(a - unreduce(ans, a, axis, keepdims))"},
        jvp={"a": "np.sum(g * np.exp(a - unreduce(ans, a, axis, keepdims)), axis=axis, keepdims=keepdims)"},
    ),
    linear("np.add.accumulate(a, axis=0, dtype=None)", a="uncumsum(g, a, axis, dtype)"),
    general(
        "np.multiply.accumulate(a, axis=0, dtype=None)",
        vjp={"a": "cumprod_dx(g, a, ans, axis, dtype)"},
        jvp={"a": "cumprod_along(g, a, ans, axis)"},
    ),
    linear("np.add.reduceat(a, indices, axis=0)", a="unreduceat(g, a, indices, axis)"),
)

OUTER = collect(
    general("np.add.outer(a, b)", vjp={"a": "outer_first(g, a)", "b": "outer_second(g, b)"}, jvp={"a": "expand(before_axes(g, b), ans)", "b": "expand(g, ans)"}),
    general("np.subtract.outer(a, b)", vjp={"a": "outer_first(g, a)", "b": "outer_second(-g, b)"}, jvp={"a": "expand(before_axes(g, b), ans)", "b": "expand(-g, ans)"}),
    general("np.multiply.outer(a, b)", vjp={"a": "outer_first(g * b, a)", "b": "outer_second(g * before_axes(a, b), b)"}, jvp={"a": "before_axes(g, b) * b", "b": "before_axes(a, b) * g"}),
    general("np.divide.outer(a, b)", vjp={"a": "outer_first(g / b, a)", "b": "outer_second(-g * ans / b, b)"}, jvp={"a": "before_axes(g, b) / b", "b": "-ans * g / b"}),
)

RULES = collect(REDUCING, OUTER)

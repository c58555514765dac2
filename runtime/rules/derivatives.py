"""Rules of the helpers that stand on right-hand sides, so that adjoints differentiate again.

A helper without a line here is made of functions that have rules, and differentiates through its
own source. A product is trilinear in the cotangent and its two operands, so the derivatives of
`matmul_dx` are `matmul` and `matmul_dy` once more; likewise for the other products.
"""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import Rule, collect, elementwise, general, linear, missing, zero


def _product(name: str, call: str, more: str = "") -> tuple[Rule, ...]:
    """The two cotangents of a product, for operands `a` and `b`."""
    da, db = f"{name}_d{'x' if name == 'matmul' else 'a'}", f"{name}_d{'y' if name == 'matmul' else 'b'}"
    also = f", {more.partition('=')[0]}" if more else ""
    tail = f", {more}" if more else ""
    return (
        general(
            f"{da}(d, a, b{tail})",
            vjp={"d": call.format("g", "b"), "b": f"{db}(d, g, b{also})"},
            jvp={"d": f"{da}(g, a, b{also})", "b": f"{da}(d, a, g{also})"},
        ),
        general(
            f"{db}(d, a, b{tail})",
            vjp={"d": call.format("a", "g"), "a": f"{da}(d, a, g{also})"},
            jvp={"d": f"{db}(g, a, b{also})", "a": f"{db}(d, g, b{also})"},
        ),
    )


BROADCASTING = collect(
    linear("unbroadcast(d, like)", d="expand(g, d)"),
    linear("unreduce(d, like, axis=None, keepdims=False)", d="np.sum(g, axis=axis, keepdims=keepdims)"),
    linear("expand(d, like)", d="unbroadcast(g, d)"),
    linear("own(d)", d="g"),
    zero("zeros_like spec count inverse_axes ramp log_of_base"),
)

ELEMENTS = collect(
    elementwise("divide_or_zero(x, y)", x="divide_or_zero(g, y)", y="-g * divide_or_zero(ans, y)"),
    elementwise("log_or_zero(x)", x="divide_or_zero(g, x)"),
    elementwise("where_larger(d, x, y)", d="where_larger(g, x, y)"),
    zero("is_within is_below is_above ties span_slope"),
    elementwise("polygamma(n, x)", x="g * polygamma(n + 1, x)"),
    missing("sinc_slope", why="the second derivative of `np.sinc` has not been written yet"),
)

ARRANGEMENT = collect(
    linear("scatter(d, like, index)", d="g[index]"),
    linear("put_along(d, like, indices, axis)", d="np.take_along_axis(g, indices, axis)"),
    linear("undiagonal(d, like, offset=0, axis1=0, axis2=1)", d="np.diagonal(g, offset, axis1, axis2)"),
    linear("cast_back(d, like, target)", d="cast_back(g, d, target)"),
    linear("cast_on(d, like, target)", d="cast_on(g, d, target)"),
)

PRODUCTS = collect(
    _product("matmul", "np.matmul({}, {})"),
    _product("dot", "np.dot({}, {})"),
    _product("inner", "np.inner({}, {})"),
    _product("outer", "np.outer({}, {})"),
    _product("tensordot", "np.tensordot({}, {}, axes)", "axes=2"),
)

RULES = collect(BROADCASTING, ELEMENTS, ARRANGEMENT, PRODUCTS)

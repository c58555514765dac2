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
    linear("unbroadcast(d, like)", d="expand(g, d)", also={"memory": "maybe"}),
    linear("unreduce(d, like, axis=None, keepdims=False, dtype=None, where=True)", d="np.sum(g, axis=axis, keepdims=keepdims, where=where)", also={"memory": "maybe"}),
    linear("of_floats(d, dtype)", d="g", also={"memory": "view"}),
    linear("expand(d, like)", d="unbroadcast(g, d)", also={"memory": "maybe"}),
    linear("own(d)", d="g"),
    linear("snapshot(x)", x="g"),
    linear("restructure(d, x)", d="unrestructure(g, x)", also={"memory": "maybe"}),
    linear("unrestructure(d, x)", d="restructure(g, x)", also={"memory": "maybe"}),
    linear("stack_like(parts, like)", parts="unstack_like(g, parts)", also={"sequences": ("parts",), "memory": "maybe"}),
    linear("unstack_like(d, parts)", d="stack_like(g, d)", also={"memory": "maybe"}),
    linear("seeded(d, like)", d="seeded(g, d)", also={"memory": "maybe"}),
    linear("in_dtype(d, like)", d="in_dtype(g, d)", also={"memory": "maybe"}),
    missing("item_of", why="a list that is written in place twice over has not been needed yet", also={"memory": "maybe"}),
    missing("shadow(shadows, a) shadow_add(shadows, x, g) shadow_take(shadows, x) shadow_item(shadows, x, item, d) shadow_or(shadows, x, d) contents(x)", why="which names share an array that is written is decided when the adjoint runs, which is differentiated once", also={"memory": "maybe"}),
    general("viewed(part, whole)", vjp={"part": "g"}, jvp={"part": "g"}, also={"memory": "maybe"}),
    zero("zeros_like zero_tangent zero_tangents spec count inverse_axes ramp log_of_base shares_of_numbers"),
)

ELEMENTS = collect(
    elementwise("divide_or_zero(x, y)", x="divide_or_zero(g, y)", y="-g * divide_or_zero(ans, y)"),
    elementwise("log_or_zero(x, power=0.0)", x="divide_or_zero(g, x)"),
    elementwise("where_larger(d, x, y)", d="where_larger(g, x, y)"),
    zero("rolled_to kept_of"),
    zero("is_within is_below is_above ties ties_of_initial span_slope is_sequence is_mapping"),
    zero("stop_gradient(x)", also={"memory": "maybe"}),
    elementwise("polygamma(n, x)", x="g * polygamma(n + 1, x)"),
    elementwise("bessel_i(n, x)", x="g * 0.5 * (bessel_i(n - 1, x) + bessel_i(n + 1, x))"),
    elementwise("sinc_slope(x)", x="-g * (math.pi ** 2 * np.sinc(x) + 2 * sinc_bend(x))"),
    missing("sinc_bend", why="the third derivative of `np.sinc` has not been written yet"),
)

SURGERY = collect(
    zero("adjoint.stop_gradient(x)"),
    general("adjoint.on_cotangent(x, hook)", vjp={"x": "hooked(g, hook)"}, jvp={"x": "g"}),
    missing("hooked", why="the function given to `on_cotangent` is called with arrays"),
)

ARRANGEMENT = collect(
    linear("ungaussian(d, sigma, order=0, mode='reflect', truncate=4.0)", d="scipy.ndimage.gaussian_filter(g, sigma, order, mode=mode, truncate=truncate)", also={"unwritten": ("sigma",)}),
    linear("scatter(d, like, index)", d="g[index]"),
    linear("item_da(d, like, *place)", d="item_at(g, *place)"),
    linear("item_at(d, *place)", d="item_da(g, d, *place)"),
    linear("fitted(d, like)", d="fitted(g, d)"),
    linear("ungradient(d, like, axis, edge_order, *varargs)", d="np.gradient(g, *varargs, axis=axis, edge_order=edge_order)"),
    linear("unblock(d, arrays)", d="np.block(expand(g, arrays))", also={"result": "list", "memory": "maybe"}),
    linear("put_along(d, like, indices, axis)", d="np.take_along_axis(g, indices, axis)"),
    linear("undiagonal(d, like, offset=0, axis1=0, axis2=1)", d="np.diagonal(g, offset, axis1, axis2)"),
    linear("cast_back(d, like, target)", d="cast_back(g, d, target)", also={"memory": "maybe"}),
    linear("cast_on(d, like, target)", d="cast_on(g, d, target)", also={"memory": "maybe"}),
)

PRODUCTS = collect(
    _product("matmul", "np.matmul({}, {})"),
    _product("dot", "np.dot({}, {})"),
    _product("inner", "np.inner({}, {})"),
    _product("outer", "np.outer({}, {})"),
    _product("tensordot", "np.tensordot({}, {}, axes)", "axes=2"),
)

# An einsum is linear in the cotangent and in each operand: derivatives put one in another's place.
EINSUM = collect(
    general(
        "einsum_dx(d, at, subscripts, *operands)",
        vjp={"d": "einsum_at(g, at, subscripts, *operands)", "operands": "einsum_exchanged(d, k, g, at, subscripts, *operands)"},
        jvp={"d": "einsum_dx(g, at, subscripts, *operands)", "operands": "einsum_dx_along(g, k, d, at, subscripts, *operands)"},
        also={"memory": "maybe"},
    ),
    general(
        "einsum_at(d, at, subscripts, *operands)",
        vjp={"d": "einsum_dx(g, at, subscripts, *operands)", "operands": "einsum_exchanged(g, k, d, at, subscripts, *operands)"},
        jvp={"d": "einsum_at(g, at, subscripts, *operands)", "operands": "einsum_at_along(g, k, d, at, subscripts, *operands)"},
        also={"memory": "maybe"},
    ),
    missing("einsum_exchanged einsum_dx_along einsum_at_along", why="the third derivative of `np.einsum` has not been written yet", also={"memory": "maybe"}),
)

RULES = collect(EINSUM, BROADCASTING, ELEMENTS, SURGERY, ARRANGEMENT, PRODUCTS)

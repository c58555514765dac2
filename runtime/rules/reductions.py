"""Rules of reductions, cumulative sums, sorting and numerical integration."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, missing

SUMS = collect(
    linear("np.sum(a, axis=None, *, keepdims=False)", a="unreduce(g, a, axis, keepdims)", also={"methods": ("sum",)}),
    linear("np.mean(a, axis=None, *, keepdims=False)", a="unreduce(g / count(a, axis), a, axis, keepdims)", also={"methods": ("mean",)}),
    general(
        "np.var(a, axis=None, *, ddof=0, keepdims=False)",
        vjp={"a": "unreduce(2 * g / (count(a, axis) - ddof), a, axis, keepdims) * centered(a, axis)"},
        jvp={"a": "2 * np.real(np.sum(centered(a, axis) * g, axis=axis, keepdims=keepdims)) / (count(a, axis) - ddof)"},
        also={"methods": ("var",), "plain": {"a": "unreduce(2 * g / count(a), a) * centered(a)"}},
    ),
    general(
        "np.std(a, axis=None, *, ddof=0, keepdims=False)",
        vjp={"a": "unreduce(divide_or_zero(g, ans) / (count(a, axis) - ddof), a, axis, keepdims) * centered(a, axis)"},
        jvp={"a": "divide_or_zero(np.real(np.sum(centered(a, axis) * g, axis=axis, keepdims=keepdims)), ans) / (count(a, axis) - ddof)"},
        also={"methods": ("std",), "plain": {"a": "unreduce(divide_or_zero(g, ans) / count(a), a) * centered(a)"}},
    ),
    general(
        "np.average(a, axis=None, weights=None, *, keepdims=False)",
        vjp={
            "a": "unreduce(g, a, axis, keepdims) * shares_of(weights, a, axis)",
            "weights": "weights_dx(unreduce(g, a, axis, keepdims), a, weights, axis)",
        },
        jvp={
            "a": "np.sum(g * shares_of(weights, a, axis), axis=axis, keepdims=keepdims)",
            "weights": "weights_along(g, a, weights, axis, keepdims)",
        },
        also={"plain": {"a": "unreduce(g / count(a), a)"}},
    ),
    linear("np.nansum(a, axis=None, *, keepdims=False)", a="np.where(np.isnan(a), 0, unreduce(g, a, axis, keepdims))"),
    general(
        "np.nanmean(a, axis=None, *, keepdims=False)",
        vjp={"a": "unreduce(g, a, axis, keepdims) * shares_of_numbers(a, axis)"},
        jvp={"a": "np.sum(g * shares_of_numbers(a, axis), axis=axis, keepdims=keepdims)"},
    ),
    general(
        "np.prod(a, axis=None, *, keepdims=False)",
        vjp={"a": "unreduce(g, a, axis, keepdims) * product_of_others(a, axis)"},
        jvp={"a": "np.sum(g * product_of_others(a, axis), axis=axis, keepdims=keepdims)"},
        also={"methods": ("prod",)},
    ),
)

EXTREMES = collect(
    *(
        general(
            f"np.{name}(a, axis=None, *, keepdims=False)",
            vjp={"a": "unreduce(g, a, axis, keepdims) * ties(a, ans, axis, keepdims)"},
            jvp={"a": "np.sum(g * ties(a, ans, axis, keepdims), axis=axis, keepdims=keepdims)"},
            also={"methods": (name,), "aliases": (f"np.a{name}",)},
        )
        for name in ("max", "min")
    ),
    general(
        "np.ptp(a, axis=None, *, keepdims=False)",
        vjp={"a": "unreduce(g, a, axis, keepdims) * span_slope(a, axis)"},
        jvp={"a": "np.sum(g * span_slope(a, axis), axis=axis, keepdims=keepdims)"},
    ),
)

ORDERED = collect(
    linear("np.cumsum(a, axis=None)", a="uncumsum(g, a, axis)", also={"methods": ("cumsum",)}),
    general("np.sort(a, axis=-1)", vjp={"a": "unsort(g, a, axis)"}, jvp={"a": "sorted_like(g, a, axis)"}),
    linear("np.diff(a, n=1, axis=-1)", a="undiff(g, a, n, axis)"),
    general(
        "np.trapezoid(y, x=None, dx=1.0, axis=-1)",
        vjp={"y": "trapezoid_dy(g, y, x, dx, axis)", "x": "trapezoid_dx(g, y, x, axis)"},
        jvp={"y": "np.trapezoid(g, x, dx, axis)", "x": "np.trapezoid(y, g, axis=axis)"},
    ),
    missing("np.median np.quantile np.percentile np.nanmedian np.nanvar np.nanstd np.nanmax np.nanmin np.nanprod np.cumprod np.nancumsum np.partition np.cumulative_sum np.cumulative_prod np.nancumprod np.nanquantile np.nanpercentile np.apply_over_axes", why="no rule has been written yet"),
    missing("np.gradient np.interp np.convolve np.correlate np.cov np.corrcoef np.histogram np.polyfit np.polyval np.unwrap np.ediff1d np.polyadd np.polysub np.polymul np.polydiv np.polyder np.polyint np.roots np.poly np.i0", why="no rule has been written yet"),
)

RULES = collect(SUMS, EXTREMES, ORDERED)

"""Rules of reductions, cumulative sums, sorting and numerical integration."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, missing

SUMS = collect(
    linear("np.sum(a, axis=None, dtype=None, *, keepdims=False)", a="unreduce(g, a, axis, keepdims, dtype)", also={"methods": ("sum",)}),
    linear("np.mean(a, axis=None, dtype=None, *, keepdims=False)", a="unreduce(g / count(a, axis), a, axis, keepdims, dtype)", also={"methods": ("mean",)}),
    general(
        "np.var(a, axis=None, *, ddof=0, keepdims=False)",
        vjp={"a": "unreduce(2 * g / (count(a, axis) - ddof), a, axis, keepdims) * centered(a, axis)"},
        jvp={"a": "2 * np.real(np.sum(centered(a, axis) * g, axis=axis, keepdims=keepdims)) / (count(a, axis) - ddof)"},
        also={"gives_real": True, "methods": ("var",), "unwritten": ("ddof",), "plain": {"a": "unreduce(2 * g / count(a), a) * centered(a)"}},
    ),
    general(
        "np.std(a, axis=None, *, ddof=0, keepdims=False)",
        vjp={"a": "unreduce(divide_or_zero(g, ans) / (count(a, axis) - ddof), a, axis, keepdims) * centered(a, axis)"},
        jvp={"a": "divide_or_zero(np.real(np.sum(centered(a, axis) * g, axis=axis, keepdims=keepdims)), ans) / (count(a, axis) - ddof)"},
        also={"gives_real": True, "methods": ("std",), "unwritten": ("ddof",), "plain": {"a": "unreduce(divide_or_zero(g, ans) / count(a), a) * centered(a)"}},
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
    general(
        "np.nansum(a, axis=None, *, keepdims=False)",
        vjp={"a": "np.where(np.isnan(a), 0, unreduce(g, a, axis, keepdims))"},
        jvp={"a": "np.sum(np.where(np.isnan(a), 0, g), axis=axis, keepdims=keepdims)"},
    ),
    general(
        "np.nanvar(a, axis=None, *, ddof=0, keepdims=False)",
        vjp={"a": "unreduce(2 * g, a, axis, keepdims) * spread_of_numbers(a, axis, ddof)"},
        jvp={"a": "2 * np.real(np.sum(g * spread_of_numbers(a, axis, ddof), axis=axis, keepdims=keepdims))"},
        also={"gives_real": True, "unwritten": ("ddof",)},
    ),
    general(
        "np.nanstd(a, axis=None, *, ddof=0, keepdims=False)",
        vjp={"a": "unreduce(divide_or_zero(g, ans), a, axis, keepdims) * spread_of_numbers(a, axis, ddof)"},
        jvp={"a": "divide_or_zero(np.real(np.sum(g * spread_of_numbers(a, axis, ddof), axis=axis, keepdims=keepdims)), ans)"},
        also={"gives_real": True, "unwritten": ("ddof",)},
    ),
    general(
        "np.nanprod(a, axis=None, *, keepdims=False)",
        vjp={"a": "np.where(np.isnan(a), 0, unreduce(g, a, axis, keepdims) * product_of_others(filled(a, 1.0), axis))"},
        jvp={"a": "np.sum(np.where(np.isnan(a), 0, g * product_of_others(filled(a, 1.0), axis)), axis=axis, keepdims=keepdims)"},
    ),
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
    *(
        general(
            f"np.nan{name}(a, axis=None, *, keepdims=False)",
            vjp={"a": "unreduce(g, a, axis, keepdims) * ties(a, ans, axis, keepdims)"},
            jvp={"a": "np.sum(g * ties(a, ans, axis, keepdims), axis=axis, keepdims=keepdims)"},
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
    linear("np.cumulative_sum(x, *, axis=None, include_initial=False)", x="uncumsum(after_first(g, axis) if include_initial else g, x, axis)"),
    general(
        "np.nancumsum(a, axis=None)",
        vjp={"a": "np.where(np.isnan(a), 0, uncumsum(g, a, axis))"},
        jvp={"a": "np.cumsum(np.where(np.isnan(a), 0, g), axis=axis)"},
    ),
    general(
        "np.cumprod(a, axis=None)",
        vjp={"a": "cumprod_dx(g, a, ans, axis)"},
        jvp={"a": "cumprod_along(g, a, ans, axis)"},
        also={"methods": ("cumprod",)},
    ),
    general("np.cumulative_prod(x, *, axis=None)", vjp={"x": "cumprod_dx(g, x, ans, axis)"}, jvp={"x": "cumprod_along(g, x, ans, axis)"}),
    general(
        "np.nancumprod(a, axis=None)",
        vjp={"a": "np.where(np.isnan(a), 0, cumprod_dx(g, filled(a, 1.0), ans, axis))"},
        jvp={"a": "cumprod_along(np.where(np.isnan(a), 0, g), filled(a, 1.0), ans, axis)"},
    ),
    general(
        "np.quantile(a, q, axis=None, *, keepdims=False)",
        vjp={"a": "quantile_da(g, a, q, axis)"},
        jvp={"a": "quantile_along(g, a, q, ans, axis)"},
        also={"unwritten": ("q",)},
    ),
    general(
        "np.percentile(a, q, axis=None, *, keepdims=False)",
        vjp={"a": "quantile_da(g, a, np.asarray(q) / 100, axis)"},
        jvp={"a": "quantile_along(g, a, np.asarray(q) / 100, ans, axis)"},
        also={"unwritten": ("q",)},
    ),
    general(
        "np.median(a, axis=None, *, keepdims=False)",
        vjp={"a": "quantile_da(g, a, 0.5, axis)"},
        jvp={"a": "quantile_along(g, a, 0.5, ans, axis)"},
    ),
    *(
        general(
            f"np.{name}(a, {'' if q == '0.5' else 'q, '}axis=None, *, keepdims=False)",
            vjp={"a": f"nanquantile_da(g, a, {q}, axis)"},
            jvp={"a": f"nanquantile_along(g, a, {q}, ans, axis)"},
            also={"unwritten": () if q == "0.5" else ("q",)},
        )
        for name, q in (("nanmedian", "0.5"), ("nanquantile", "q"), ("nanpercentile", "np.asarray(q) / 100"))
    ),
    general("np.bincount(x, weights=None, minlength=0)", vjp={"weights": "np.take(g, x)"}, jvp={"weights": "np.bincount(x, g, minlength)"}),
    general("np.sort(a, axis=-1)", vjp={"a": "unsort(g, a, axis)"}, jvp={"a": "sorted_like(g, a, axis)"}),
    linear("np.ediff1d(ary)", ary="np.reshape(undiff(g, np.zeros(np.size(ary)), 1, 0), np.shape(ary))"),
    linear("np.diff(a, n=1, axis=-1)", a="undiff(g, a, n, axis)"),
    general(
        "np.trapezoid(y, x=None, dx=1.0, axis=-1)",
        vjp={"y": "trapezoid_dy(g, y, x, dx, axis)", "x": "trapezoid_dx(g, y, x, axis)", "dx": "unbroadcast(g * unit_trapezoid(y, x, axis), dx)"},
        jvp={"y": "np.trapezoid(g, x, dx, axis)", "x": "np.trapezoid(y, g, axis=axis)", "dx": "g * unit_trapezoid(y, x, axis)"},
    ),
    missing("np.partition np.unique np.histogram np.apply_over_axes", why="no rule has been written yet"),
)

RULES = collect(SUMS, EXTREMES, ORDERED)

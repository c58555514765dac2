"""Rules of reductions, cumulative sums, sorting and numerical integration."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, missing

SUMS = collect(
    # With `initial` the tangent is not the sum itself: that would add it once more.
    linear(
        "np.sum(a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True)",
        a="unreduce(g, a, axis, keepdims, dtype, where)",
        initial="unbroadcast(g, initial)",
        also={"jvp": {"a": "np.sum(g, axis=axis, keepdims=keepdims, where=where) if dtype is None else np.sum(of_floats(g, dtype), axis=axis, dtype=dtype, keepdims=keepdims, where=where)", "initial": "expand(g, ans)"}, "methods": ("sum",)},
    ),
    linear(
        "np.mean(a, axis=None, dtype=None, *, keepdims=False, where=True)",
        a="unreduce(g / count(a, axis), a, axis, keepdims, dtype) if where is True else unreduce(g, a, axis, keepdims, dtype) * shares_where(a, axis, where)",
        also={"jvp": {"a": "np.mean(g, axis=axis, keepdims=keepdims, where=where) if dtype is None else np.mean(of_floats(g, dtype), axis=axis, dtype=dtype, keepdims=keepdims, where=where)"}, "methods": ("mean",)},
    ),
    general(
        "np.var(a, axis=None, *, ddof=0, keepdims=False, dtype=None, where=True)",
        vjp={"a": "unreduce(2 * g / (count(a, axis) - ddof), a, axis, keepdims, dtype) * centered(a, axis) if where is True else unreduce(2 * g, a, axis, keepdims, dtype) * spread_where(a, axis, ddof, where)"},
        jvp={"a": "2 * np.real(np.sum(centered(a, axis) * g, axis=axis, keepdims=keepdims)) / (count(a, axis) - ddof) if where is True else 2 * np.real(np.sum(spread_where(a, axis, ddof, where) * g, axis=axis, keepdims=keepdims))"},
        also={"gives_real": True, "methods": ("var",), "unwritten": ("ddof",), "plain": {"a": "unreduce(2 * g / count(a), a) * centered(a)"}},
    ),
    general(
        "np.std(a, axis=None, *, ddof=0, keepdims=False, dtype=None, where=True)",
        vjp={"a": "unreduce(divide_or_zero(g, ans) / (count(a, axis) - ddof), a, axis, keepdims, dtype) * centered(a, axis) if where is True else unreduce(divide_or_zero(g, ans), a, axis, keepdims, dtype) * spread_where(a, axis, ddof, where)"},
        jvp={"a": "divide_or_zero(np.real(np.sum(centered(a, axis) * g, axis=axis, keepdims=keepdims)), ans) / (count(a, axis) - ddof) if where is True else divide_or_zero(np.real(np.sum(spread_where(a, axis, ddof, where) * g, axis=axis, keepdims=keepdims)), ans)"},
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
        "np.nansum(a, axis=None, *, keepdims=False, dtype=None, initial=0, where=True)",
        vjp={"a": "np.where(np.isnan(a), 0, unreduce(g, a, axis, keepdims, dtype, where))", "initial": "unbroadcast(g, initial)"},
        jvp={"a": "np.sum(np.where(np.isnan(a), 0, g), axis=axis, dtype=dtype, keepdims=keepdims, where=where)", "initial": "expand(g, ans)"},
    ),
    general(
        "np.nanvar(a, axis=None, *, ddof=0, keepdims=False, dtype=None, where=True)",
        vjp={"a": "unreduce(2 * g, a, axis, keepdims, dtype) * spread_of_numbers(a, axis, ddof, where)"},
        jvp={"a": "2 * np.real(np.sum(g * spread_of_numbers(a, axis, ddof, where), axis=axis, keepdims=keepdims))"},
        also={"gives_real": True, "unwritten": ("ddof",)},
    ),
    general(
        "np.nanstd(a, axis=None, *, ddof=0, keepdims=False, dtype=None, where=True)",
        vjp={"a": "unreduce(divide_or_zero(g, ans), a, axis, keepdims, dtype) * spread_of_numbers(a, axis, ddof, where)"},
        jvp={"a": "divide_or_zero(np.real(np.sum(g * spread_of_numbers(a, axis, ddof, where), axis=axis, keepdims=keepdims)), ans)"},
        also={"gives_real": True, "unwritten": ("ddof",)},
    ),
    general(
        "np.nanprod(a, axis=None, *, keepdims=False, dtype=None, initial=1, where=True)",
        vjp={"a": "np.where(np.isnan(a), 0, unreduce(g, a, axis, keepdims, dtype) * product_of_others(filled(a, 1.0), axis, initial, where))", "initial": "unbroadcast(g * np.nanprod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where), initial)"},
        jvp={"a": "np.sum(np.where(np.isnan(a), 0, g * product_of_others(filled(a, 1.0), axis, initial, where)), axis=axis, dtype=dtype, keepdims=keepdims)", "initial": "g * np.nanprod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where)"},
    ),
    general(
        "np.nanmean(a, axis=None, *, keepdims=False, dtype=None, where=True)",
        vjp={"a": "unreduce(g, a, axis, keepdims, dtype) * shares_of_numbers(a, axis, where)"},
        jvp={"a": "np.sum(g * shares_of_numbers(a, axis, where), axis=axis, dtype=dtype, keepdims=keepdims)"},
    ),
    general(
        "np.prod(a, axis=None, *, keepdims=False, dtype=None, initial=1, where=True)",
        vjp={"a": "unreduce(g, a, axis, keepdims, dtype) * product_of_others(a, axis, initial, where)", "initial": "unbroadcast(g * np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where), initial)"},
        jvp={"a": "np.sum(g * product_of_others(a, axis, initial, where), axis=axis, dtype=dtype, keepdims=keepdims)", "initial": "g * np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where)"},
        also={"methods": ("prod",)},
    ),
)

OF_EXTREMES = {
    "a": "unreduce(g, a, axis, keepdims) * ties(a, ans, axis, keepdims, initial, where)",
    "initial": "unbroadcast(g * ties_of_initial(a, ans, axis, keepdims, initial, where), initial)",
}
ALONG_EXTREMES = {
    "a": "np.sum(g * ties(a, ans, axis, keepdims, initial, where), axis=axis, keepdims=keepdims)",
    "initial": "g * ties_of_initial(a, ans, axis, keepdims, initial, where)",
}

EXTREMES = collect(
    *(
        general(
            f"np.{name}(a, axis=None, *, keepdims=False, initial=None, where=True)",
            vjp=OF_EXTREMES,
            jvp=ALONG_EXTREMES,
            also={"methods": (name,), "aliases": (f"np.a{name}",)},
        )
        for name in ("max", "min")
    ),
    *(
        general(
            f"np.nan{name}(a, axis=None, *, keepdims=False, initial=None, where=True)",
            vjp=OF_EXTREMES,
            jvp=ALONG_EXTREMES,
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
    linear("np.cumsum(a, axis=None, dtype=None)", a="uncumsum(g, a, axis, dtype)", also={"methods": ("cumsum",)}),
    linear("np.cumulative_sum(x, *, axis=None, dtype=None, include_initial=False)", x="uncumsum(g, x, axis, dtype) if include_initial is False else uncumsum(without_initial(g, include_initial, axis), x, axis, dtype)"),
    general(
        "np.nancumsum(a, axis=None, dtype=None)",
        vjp={"a": "np.where(np.isnan(a), 0, uncumsum(g, a, axis, dtype))"},
        jvp={"a": "np.cumsum(np.where(np.isnan(a), 0, g), axis=axis, dtype=dtype)"},
    ),
    general(
        "np.cumprod(a, axis=None, dtype=None)",
        vjp={"a": "cumprod_dx(g, a, ans, axis, dtype)"},
        jvp={"a": "cumprod_along(g, a, ans, axis)"},
        also={"methods": ("cumprod",)},
    ),
    general(
        "np.cumulative_prod(x, *, axis=None, dtype=None, include_initial=False)",
        vjp={"x": "cumprod_dx(g, x, ans, axis, dtype) if include_initial is False else cumprod_dx(without_initial(g, include_initial, axis), x, without_initial(ans, include_initial, axis), axis, dtype)"},
        jvp={"x": "cumprod_along(g, x, ans, axis) if include_initial is False else after_zero(cumprod_along(g, x, without_initial(ans, include_initial, axis), axis), ans, axis)"},
    ),
    general(
        "np.nancumprod(a, axis=None, dtype=None)",
        vjp={"a": "np.where(np.isnan(a), 0, cumprod_dx(g, filled(a, 1.0), ans, axis, dtype))"},
        jvp={"a": "cumprod_along(np.where(np.isnan(a), 0, g), filled(a, 1.0), ans, axis)"},
    ),
    general(
        "np.quantile(a, q, axis=None, *, keepdims=False, method='linear')",
        vjp={"a": "quantile_da(g, a, q, axis, method)"},
        jvp={"a": "quantile_along(g, a, q, ans, axis, method)"},
        also={"unwritten": ("q",)},
    ),
    general(
        "np.percentile(a, q, axis=None, *, keepdims=False, method='linear')",
        vjp={"a": "quantile_da(g, a, np.asarray(q) / 100, axis, method)"},
        jvp={"a": "quantile_along(g, a, np.asarray(q) / 100, ans, axis, method)"},
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
    general("np.partition(a, kth, axis=-1)", vjp={"a": "unpartition(g, a, kth, axis)"}, jvp={"a": "partitioned_like(g, a, kth, axis)"}),
    linear("np.ediff1d(ary)", ary="np.reshape(undiff(g, np.zeros(np.size(ary)), 1, 0), np.shape(ary))"),
    linear("np.diff(a, n=1, axis=-1)", a="undiff(g, a, n, axis)"),
    general(
        "np.trapezoid(y, x=None, dx=1.0, axis=-1)",
        vjp={"y": "trapezoid_dy(g, y, x, dx, axis)", "x": "trapezoid_dx(g, y, x, axis)", "dx": "unbroadcast(g * unit_trapezoid(y, x, axis), dx)"},
        jvp={"y": "np.trapezoid(g, x, dx, axis)", "x": "np.trapezoid(y, g, axis=axis)", "dx": "g * unit_trapezoid(y, x, axis)"},
    ),
    missing("np.unique np.histogram np.apply_over_axes", why="no rule has been written yet"),
)

RULES = collect(SUMS, EXTREMES, ORDERED)

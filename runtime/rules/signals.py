"""Rules of convolution, interpolation, polynomials, covariances and Fourier transforms.

A discrete Fourier transform is a symmetric matrix: applied to a cotangent (without a conjugate) it
is its own transpose.
"""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, missing, multilinear

SEQUENCES = collect(
    multilinear("np.convolve(a, v, mode='full')", a="convolve_da(g, a, v, mode)", v="convolve_dv(g, a, v, mode)"),
    # The second operand is conjugated.
    general(
        "np.correlate(a, v, mode='valid')",
        vjp={"a": "correlate_da(g, a, v, mode)", "v": "correlate_dv(g, a, v, mode)"},
        jvp={"a": "np.correlate(g, v, mode)", "v": "np.correlate(a, g, mode)"},
    ),
    general(
        "np.interp(x, xp, fp)",
        vjp={
            "x": "unbroadcast(g * interp_slope(x, xp, fp), x)",
            "xp": "interp_dfp(-g * interp_slope(x, xp, fp), x, xp, xp)",
            "fp": "interp_dfp(g, x, xp, fp)",
        },
        jvp={
            "x": "g * interp_slope(x, xp, fp)",
            "xp": "-interp_slope(x, xp, fp) * np.interp(x, xp, g)",
            "fp": "np.interp(x, xp, g)",
        },
    ),
    linear("np.gradient(f, *varargs, axis=None, edge_order=1)", f="ungradient(g, f, axis, edge_order, *varargs)", also={"unwritten": ("varargs",)}),
)

STATISTICS = collect(
    general(
        "np.cov(m, y=None, rowvar=True, bias=False, ddof=None)",
        vjp={"m": "cov_parts(g, m, y, rowvar, bias, ddof)[0]", "y": "cov_parts(g, m, y, rowvar, bias, ddof)[1]"},
        jvp={"m": "cov_along(g, m, y, rowvar, bias, ddof)", "y": "cov_along(g, m, y, rowvar, bias, ddof, True)"},
        also={"unwritten": ("ddof",)},
    ),
    general(
        "np.corrcoef(x, y=None, rowvar=True)",
        vjp={"x": "corrcoef_parts(g, ans, x, y, rowvar)[0]", "y": "corrcoef_parts(g, ans, x, y, rowvar)[1]"},
        jvp={"x": "corrcoef_along(g, ans, x, y, rowvar)", "y": "corrcoef_along(g, ans, x, y, rowvar, True)"},
    ),
)

POLYNOMIALS = collect(
    general(
        "np.polyval(p, x)",
        vjp={"p": "polyval_dp(g, p, x)", "x": "unbroadcast(g * polyval_slope(p, x), x)"},
        jvp={"p": "np.polyval(g, x)", "x": "g * polyval_slope(p, x)"},
    ),
    linear("np.polyder(p, m=1)", p="unpolyder(g, p, m)"),
    general("np.polyadd(a1, a2)", vjp={"a1": "low_terms(g, a1)", "a2": "low_terms(g, a2)"}, jvp={"a1": "np.polyadd(g, np.zeros_like(a2))", "a2": "np.polyadd(np.zeros_like(a1), g)"}),
    general("np.polysub(a1, a2)", vjp={"a1": "low_terms(g, a1)", "a2": "-low_terms(g, a2)"}, jvp={"a1": "np.polysub(g, np.zeros_like(a2))", "a2": "np.polysub(np.zeros_like(a1), g)"}),
    multilinear("np.polymul(a1, a2)", a1="polymul_part(g, a1, a2)", a2="polymul_part(g, a2, a1)"),
    general("np.vander(x, N=None, increasing=False)", vjp={"x": "vander_dx(g, x, increasing)"}, jvp={"x": "vander_along(g, x, ans, increasing)"}),
    general(
        "np.polyint(p, m=1, k=None)",
        vjp={"p": "unpolyint(g, p, m)", "k": "constants_dk(g, k, m)"},
        jvp={"p": "np.polyint(g, m)", "k": "constants_along(g, ans, m)"},
    ),
    general(
        "np.polyfit(x, y, deg, *, w=None)",
        vjp={"x": "polyfit_parts(g, x, y, ans, w)[0]", "y": "polyfit_parts(g, x, y, ans, w)[1]", "w": "polyfit_parts(g, x, y, ans, w)[2]"},
        jvp={"x": "polyfit_along(g, x, y, ans, w, 'x')", "y": "polyfit_along(g, x, y, ans, w, 'y')", "w": "polyfit_along(g, x, y, ans, w, 'w')"},
    ),
    general("np.roots(p)", vjp={"p": "roots_dp(g, p, ans)"}, jvp={"p": "roots_along(g, p, ans)"}, also={"gives_complex": True}),
    missing("np.polydiv np.poly", why="no rule has been written yet"),
)

FOURIER = collect(
    *(
        linear(f"np.fft.{name}(a, n=None, axis=-1, norm=None)", a=f"fitted(np.fft.{name}(g, axis=axis, norm=norm), a)", also={"gives_complex": True})
        for name in ("fft", "ifft")
    ),
    *(
        linear(f"np.fft.{name}(a, s=None, axes={axes}, norm=None)", a=f"fitted(np.fft.{over}(g, axes=transformed_axes(np.ndim(a), s, axes), norm=norm), a)", also={"gives_complex": True})
        for name, over, axes in (("fftn", "fftn", None), ("ifftn", "ifftn", None), ("fft2", "fftn", (-2, -1)), ("ifft2", "ifftn", (-2, -1)))
    ),
    linear("np.fft.rfft(a, n=None, axis=-1, norm=None)", a="rfft_da(g, a, n, axis, norm)", also={"gives_complex": True}),
    linear("np.fft.irfft(a, n=None, axis=-1, norm=None)", a="fitted(irfft_da(g, axis, norm), a)", also={"gives_real": True}),
    *(
        linear(f"np.fft.{name}(a, s=None, axes={axes}, norm=None)", a=f"{name.removesuffix('2').removesuffix('n')}n_da(g, a, s, axes, norm)", also={"gives_complex": not name.startswith("i"), "gives_real": name.startswith("i")})
        for name, axes in (("rfftn", None), ("rfft2", (-2, -1)), ("irfftn", None), ("irfft2", (-2, -1)))
    ),
    linear("np.fft.fftshift(x, axes=None)", x="np.fft.ifftshift(g, axes)"),
    linear("np.fft.ifftshift(x, axes=None)", x="np.fft.fftshift(g, axes)"),
    # hfft(a, n) is irfft(conj(a), n) but for its scale, and ihfft(a) is conj(rfft(a)).
    linear("np.fft.hfft(a, n=None, axis=-1, norm=None)", a="fitted(np.conjugate(irfft_da(g, axis, other_norm(norm))), a)", also={"gives_real": True}),
    linear("np.fft.ihfft(a, n=None, axis=-1, norm=None)", a="rfft_da(np.conjugate(g), a, n, axis, other_norm(norm))", also={"gives_complex": True}),
)

RULES = collect(SEQUENCES, STATISTICS, POLYNOMIALS, FOURIER)

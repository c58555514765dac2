"""Rules of `scipy.linalg`, `scipy.signal`, `scipy.ndimage` and the log-densities of `scipy.stats`.

SciPy is never imported here: these lines wait for a program that uses it.
"""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import Rule, collect, elementwise, general, linear, multilinear

LINALG = collect(
    general(
        "scipy.linalg.solve(a, b, *, lower=False, check_finite=True, assume_a=None, transposed=False)",
        vjp={"a": "system_da(g, a, ans, lower, assume_a, transposed)", "b": "system_db(g, a, lower, assume_a, transposed)"},
        jvp={"a": "system_along(g, a, ans, lower, assume_a, transposed)", "b": "scipy.linalg.solve(a, g, lower=lower, assume_a=assume_a, transposed=transposed)"},
    ),
    general(
        "scipy.linalg.solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, *, check_finite=True)",
        vjp={"a": "triangular_da(g, a, ans, trans, lower, unit_diagonal)", "b": "triangular_db(g, a, trans, lower, unit_diagonal)"},
        jvp={"a": "triangular_along(g, a, ans, trans, lower, unit_diagonal)", "b": "scipy.linalg.solve_triangular(a, g, trans, lower, unit_diagonal)"},
    ),
    general(
        "scipy.linalg.solve_banded(l_and_u, ab, b, *, check_finite=True)",
        vjp={"ab": "banded_dab(g, l_and_u, ab, ans)", "b": "banded_db(g, l_and_u, ab)"},
        jvp={"ab": "banded_along(g, l_and_u, ab, ans)", "b": "scipy.linalg.solve_banded(l_and_u, ab, g)"},
    ),
    # Of a symmetric matrix, as `np.linalg.cholesky`.
    general("scipy.linalg.cholesky(a, lower=False, *, check_finite=True)", vjp={"a": "factor_da(g, ans, lower)"}, jvp={"a": "factor_along(g, ans, lower)"}),
    # Beside the factor, its matrix holds what the other half of `a` holds.
    general("scipy.linalg.cho_factor(a, lower=False, *, check_finite=True)", vjp={"a": "cho_factor_da(g, ans)"}, jvp={"a": "cho_factor_along(g, ans)"}, also={"result": "tuple"}),
    general(
        "scipy.linalg.cho_solve(c_and_lower, b, *, check_finite=True)",
        vjp={"c_and_lower": "cho_solve_dc(g, c_and_lower, ans)", "b": "cho_solve_db(g, c_and_lower)"},
        jvp={"c_and_lower": "cho_solve_along(g, c_and_lower, ans)", "b": "scipy.linalg.cho_solve(c_and_lower, g)"},
        also={"sequences": ("c_and_lower",)},
    ),
    general("scipy.linalg.lu(a)", vjp={"a": "lu_da(g, ans)"}, jvp={"a": "lu_along(g, ans)"}, also={"result": "tuple"}),
    general("scipy.linalg.inv(a)", vjp={"a": "-np.swapaxes(ans, -1, -2) @ g @ np.swapaxes(ans, -1, -2)"}, jvp={"a": "-ans @ g @ ans"}),
    general("scipy.linalg.det(a)", vjp={"a": "det_da(g, a, ans)"}, jvp={"a": "ans * np.trace(np.linalg.solve(a, g), axis1=-2, axis2=-1)"}),
    general("scipy.linalg.expm(A)", vjp={"A": "frechet_expm(g, np.swapaxes(A, -1, -2), A)"}, jvp={"A": "frechet_expm(g, A, ans)"}),
    general("scipy.linalg.logm(A)", vjp={"A": "frechet_logm(g, np.swapaxes(A, -1, -2), A)"}, jvp={"A": "frechet_logm(g, A, ans)"}),
    general(
        "scipy.linalg.sqrtm(A)",
        vjp={"A": "unbroadcast(scipy.linalg.solve_sylvester(np.transpose(ans), np.transpose(ans), g), A)"},
        jvp={"A": "scipy.linalg.solve_sylvester(ans, ans, g)"},
    ),
    general(
        "scipy.linalg.solve_sylvester(a, b, q)",
        vjp={
            "a": "unbroadcast(-scipy.linalg.solve_sylvester(np.transpose(a), np.transpose(b), g) @ np.transpose(ans), a)",
            "b": "unbroadcast(-np.transpose(ans) @ scipy.linalg.solve_sylvester(np.transpose(a), np.transpose(b), g), b)",
            "q": "unbroadcast(scipy.linalg.solve_sylvester(np.transpose(a), np.transpose(b), g), q)",
        },
        jvp={
            "a": "-scipy.linalg.solve_sylvester(a, b, g @ ans)",
            "b": "-scipy.linalg.solve_sylvester(a, b, ans @ g)",
            "q": "scipy.linalg.solve_sylvester(a, b, g)",
        },
    ),
    general("scipy.linalg.block_diag(*arrs)", vjp={"arrs": "block_of(g, k, *arrs)"}, jvp={"arrs": "block_at(g, k, *arrs)"}),
    general(
        "scipy.linalg.toeplitz(c, r=None)",
        vjp={"c": "toeplitz_dc(g, c, r)", "r": "toeplitz_dr(g, r)"},
        jvp={"c": "toeplitz_along(g, r)", "r": "toeplitz_along_row(g, c)"},
    ),
    linear("scipy.linalg.circulant(c)", c="uncirculant(g)"),
)

SIGNAL = collect(
    *(
        multilinear(
            f"scipy.signal.{name}(in1, in2, mode='full'{more})",
            in1="convolved_part(g, in1, in2, mode)",
            in2="convolved_part(g, in2, in1, mode, np.shape(in1))",
        )
        for name, more in (("convolve", ", method='auto'"), ("fftconvolve", ""), ("oaconvolve", ""))
    ),
    # The second operand is turned round and conjugated.
    general(
        "scipy.signal.correlate(in1, in2, mode='full', method='auto')",
        vjp={"in1": "convolved_part(g, in1, turned(in2), mode)", "in2": "turned(convolved_part(g, turned(in2), in1, mode, np.shape(in1)))"},
        jvp={"in1": "scipy.signal.correlate(g, in2, mode, method)", "in2": "scipy.signal.correlate(in1, g, mode, method)"},
    ),
)

NDIMAGE = collect(
    *(
        general(
            f"scipy.ndimage.{name}(input, weights, *, mode='reflect')",
            vjp={"input": f"filtered_dinput(g, input, {weights}, mode{even})", "weights": f"{turn}(filtered_dweights(g, input, weights, mode{even}))"},
            jvp={"input": f"scipy.ndimage.{name}(g, weights, mode=mode)", "weights": f"scipy.ndimage.{name}(input, g, mode=mode)"},
        )
        for name, weights, turn, even in (("correlate", "weights", "np.asarray", ""), ("convolve", "np.flip(weights)", "np.flip", ", 1"))
    ),
    linear(
        "scipy.ndimage.gaussian_filter(input, sigma, order=0, *, mode='reflect', truncate=4.0)",
        input="ungaussian(g, sigma, order, mode, truncate)",
        also={"unwritten": ("sigma",)},
    ),
)


def _density(name: str, signature: str, **slopes: str) -> Rule:
    """A log-density; of a density on the line it is enough to say how it depends on `x`.

    `loc` moves it the other way.
    """
    moved = {"loc": f"-({slopes['x']})"} if "x" in slopes else {}
    return elementwise(f"scipy.stats.{name}({signature})", also=None, **slopes, **moved)


# Where a factor of the density does not depend on `x`, `0 / 0` at its edge is 0.
STATS = collect(
    _density("norm.logpdf", "x, loc=0, scale=1", x="g * (loc - x) / scale ** 2", scale="g * (((x - loc) / scale) ** 2 - 1) / scale"),
    _density("norm.pdf", "x, loc=0, scale=1", x="g * ans * (loc - x) / scale ** 2", scale="g * ans * (((x - loc) / scale) ** 2 - 1) / scale"),
    _density("norm.cdf", "x, loc=0, scale=1", x="g * scipy.stats.norm.pdf(x, loc, scale)", scale="g * scipy.stats.norm.pdf(x, loc, scale) * (loc - x) / scale"),
    _density("expon.logpdf", "x, loc=0, scale=1", x="-g / scale", scale="g * ((x - loc) / scale - 1) / scale"),
    _density("laplace.logpdf", "x, loc=0, scale=1", x="g * np.sign(loc - x) / scale", scale="g * (np.absolute(x - loc) / scale - 1) / scale"),
    _density("logistic.logpdf", "x, loc=0, scale=1", x="g * np.tanh((loc - x) / (2 * scale)) / scale", scale="g * ((x - loc) / scale * np.tanh((x - loc) / (2 * scale)) - 1) / scale"),
    _density("cauchy.logpdf", "x, loc=0, scale=1", x="2 * g * (loc - x) / (scale ** 2 + (x - loc) ** 2)", scale="g * ((x - loc) ** 2 - scale ** 2) / (scale * (scale ** 2 + (x - loc) ** 2))"),
    _density(
        "t.logpdf", "x, df, loc=0, scale=1",
        x="g * (df + 1) * (loc - x) / (df * scale ** 2 + (x - loc) ** 2)",
        df="0.5 * g * (scipy.special.digamma((df + 1) / 2) - scipy.special.digamma(df / 2) - 1 / df - np.log1p(((x - loc) / scale) ** 2 / df) + (df + 1) * ((x - loc) / scale) ** 2 / (df * (df + ((x - loc) / scale) ** 2)))",
        scale="g * ((df + 1) * (x - loc) ** 2 / (df * scale ** 2 + (x - loc) ** 2) - 1) / scale",
    ),
    _density("gamma.logpdf", "x, a, loc=0, scale=1", x="g * (divide_or_zero(a - 1, x - loc) - 1 / scale)", a="g * (np.log((x - loc) / scale) - scipy.special.digamma(a))", scale="g * ((x - loc) / scale - a) / scale"),
    _density(
        "beta.logpdf", "x, a, b, loc=0, scale=1",
        x="g * (divide_or_zero(a - 1, x - loc) - divide_or_zero(b - 1, loc + scale - x))",
        a="g * (np.log((x - loc) / scale) - scipy.special.digamma(a) + scipy.special.digamma(a + b))",
        b="g * (np.log1p((loc - x) / scale) - scipy.special.digamma(b) + scipy.special.digamma(a + b))",
        scale="g * ((x - loc) * divide_or_zero(b - 1, loc + scale - x) - a) / scale",
    ),
    _density(
        "lognorm.logpdf", "x, s, loc=0, scale=1",
        x="-g * (1 + np.log((x - loc) / scale) / s ** 2) / (x - loc)",
        s="g * ((np.log((x - loc) / scale) / s) ** 2 - 1) / s",
        scale="g * np.log((x - loc) / scale) / (s ** 2 * scale)",
    ),
    _density("uniform.logpdf", "x, loc=0, scale=1", scale="-g / scale"),
    _density("poisson.logpmf", "k, mu, loc=0", mu="g * (divide_or_zero(k - loc, mu) - 1)"),
    _density("binom.logpmf", "k, n, p, loc=0", p="g * (divide_or_zero(k - loc, p) - divide_or_zero(n - k + loc, 1 - p))"),
    _density("bernoulli.logpmf", "k, p, loc=0", p="g * (divide_or_zero(k - loc, p) - divide_or_zero(1 - k + loc, 1 - p))"),
)

RULES = collect(LINALG, SIGNAL, NDIMAGE, STATS)

"""Rules of `scipy.special`, which is never imported here: they wait for a program that uses it."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, elementwise, general

BESSEL = collect(
    elementwise("scipy.special.j0(x)", x="-g * scipy.special.j1(x)"),
    elementwise("scipy.special.j1(x)", x="g * 0.5 * (scipy.special.j0(x) - scipy.special.jv(2, x))"),
    elementwise("scipy.special.y0(x)", x="-g * scipy.special.y1(x)"),
    elementwise("scipy.special.y1(x)", x="g * 0.5 * (scipy.special.y0(x) - scipy.special.yv(2, x))"),
    elementwise("scipy.special.i0(x)", x="g * scipy.special.i1(x)"),
    elementwise("scipy.special.i1(x)", x="g * 0.5 * (scipy.special.i0(x) + scipy.special.iv(2, x))"),
    elementwise("scipy.special.i0e(x)", x="g * (scipy.special.i1e(x) - np.sign(x) * ans)"),
    elementwise("scipy.special.i1e(x)", x="g * (0.5 * (scipy.special.i0e(x) + scipy.special.ive(2, x)) - np.sign(x) * ans)"),
    elementwise("scipy.special.k0(x)", x="-g * scipy.special.k1(x)"),
    elementwise("scipy.special.k1(x)", x="-g * 0.5 * (scipy.special.k0(x) + scipy.special.kv(2, x))"),
    elementwise("scipy.special.k0e(x)", x="g * (ans - scipy.special.k1e(x))"),
    elementwise("scipy.special.k1e(x)", x="g * (ans - 0.5 * (scipy.special.k0e(x) + scipy.special.kve(2, x)))"),
    # Of the order, too, there is a derivative: no series of it has been written.
    *(
        elementwise(f"scipy.special.{name}(v, x)", x=text, also={"unwritten": ("v",), "aliases": aliases})
        for name, text, aliases in (
            ("jv", "g * 0.5 * (scipy.special.jv(v - 1, x) - scipy.special.jv(v + 1, x))", ("scipy.special.jn",)),
            ("yn", "g * 0.5 * (scipy.special.yn(v - 1, x) - scipy.special.yn(v + 1, x))", ()),
            ("yv", "g * 0.5 * (scipy.special.yv(v - 1, x) - scipy.special.yv(v + 1, x))", ()),
            ("iv", "g * 0.5 * (scipy.special.iv(v - 1, x) + scipy.special.iv(v + 1, x))", ()),
            ("kv", "-g * 0.5 * (scipy.special.kv(v - 1, x) + scipy.special.kv(v + 1, x))", ()),
            ("kn", "-g * 0.5 * (scipy.special.kv(v - 1, x) + scipy.special.kv(v + 1, x))", ()),
            ("ive", "g * (0.5 * (scipy.special.ive(v - 1, x) + scipy.special.ive(v + 1, x)) - np.sign(x) * ans)", ()),
            ("kve", "g * (ans - 0.5 * (scipy.special.kve(v - 1, x) + scipy.special.kve(v + 1, x)))", ()),
        )
    ),
)

GAMMA = collect(
    elementwise("scipy.special.polygamma(n, x)", x="g * scipy.special.polygamma(n + 1, x)"),
    elementwise("scipy.special.gammainc(a, x)", x="g * in_dtype(np.exp(scipy.special.xlogy(a - 1, x) - x - scipy.special.gammaln(a)), ans)", also={"unwritten": ("a",)}),
    elementwise("scipy.special.gammaincc(a, x)", x="-g * in_dtype(np.exp(scipy.special.xlogy(a - 1, x) - x - scipy.special.gammaln(a)), ans)", also={"unwritten": ("a",)}),
    elementwise("scipy.special.beta(a, b)", a="g * ans * (polygamma(0, a) - polygamma(0, a + b))", b="g * ans * (polygamma(0, b) - polygamma(0, a + b))"),
    elementwise("scipy.special.betaln(a, b)", a="g * (polygamma(0, a) - polygamma(0, a + b))", b="g * (polygamma(0, b) - polygamma(0, a + b))"),
    elementwise("scipy.special.betainc(a, b, x)", x="g * in_dtype(np.exp(scipy.special.xlogy(a - 1, x) + scipy.special.xlog1py(b - 1, -x) - scipy.special.betaln(a, b)), ans)", also={"unwritten": ("a", "b")}),
    general(
        "scipy.special.multigammaln(a, d)",
        vjp={"a": "g * np.sum(polygamma(0, np.expand_dims(a, -1) - 0.5 * np.arange(d)), axis=-1)"},
        jvp={"a": "g * np.sum(polygamma(0, np.expand_dims(a, -1) - 0.5 * np.arange(d)), axis=-1)"},
    ),
    elementwise("scipy.special.zeta(x, q=1)", q="-g * x * scipy.special.zeta(x + 1, q)", also={"unwritten": ("x",)}),
)

# Where `0 * log(0)` is 0, the logarithm counts as 0 in the derivative.
ENTROPY = collect(
    elementwise("scipy.special.xlogy(x, y)", x="g * log_or_zero(y)", y="g * divide_or_zero(x, y)"),
    elementwise("scipy.special.xlog1py(x, y)", x="g * np.log1p(np.where(y == -1, 0.0, y))", y="g * divide_or_zero(x, 1 + y)"),
    elementwise("scipy.special.entr(x)", x="-g * (log_or_zero(x) + 1)"),
    elementwise("scipy.special.rel_entr(x, y)", x="g * (log_or_zero(divide_or_zero(x, y)) + 1)", y="-g * divide_or_zero(x, y)"),
    elementwise("scipy.special.kl_div(x, y)", x="g * log_or_zero(divide_or_zero(x, y))", y="g * (1 - divide_or_zero(x, y))"),
)

ERRORS = collect(
    elementwise("scipy.special.erf(x)", x="g * 2 / math.sqrt(math.pi) * np.exp(-x * x)"),
    elementwise("scipy.special.erfc(x)", x="-g * 2 / math.sqrt(math.pi) * np.exp(-x * x)"),
    elementwise("scipy.special.erfcx(x)", x="g * (2 * x * ans - 2 / math.sqrt(math.pi))"),
    elementwise("scipy.special.erfi(x)", x="g * 2 / math.sqrt(math.pi) * np.exp(x * x)"),
    elementwise("scipy.special.erfinv(x)", x="g * math.sqrt(math.pi) / 2 * np.exp(ans * ans)"),
    elementwise("scipy.special.erfcinv(x)", x="-g * math.sqrt(math.pi) / 2 * np.exp(ans * ans)"),
    elementwise("scipy.special.ndtr(x)", x="g * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)"),
    elementwise("scipy.special.log_ndtr(x)", x="g * np.exp(-0.5 * x * x - ans) / math.sqrt(2 * math.pi)"),
    elementwise("scipy.special.ndtri(x)", x="g * math.sqrt(2 * math.pi) * np.exp(0.5 * ans * ans)"),
    elementwise("scipy.special.dawsn(x)", x="g * (1 - 2 * x * ans)"),
    elementwise("scipy.special.expi(x)", x="g * np.exp(x) / x"),
    elementwise("scipy.special.exp1(x)", x="-g * np.exp(-x) / x"),
)

SOFT = collect(
    elementwise("scipy.special.expit(x)", x="g * ans * (1 - ans)"),
    elementwise("scipy.special.logit(x)", x="g / (x * (1 - x))"),
    elementwise("scipy.special.log_expit(x)", x="g * (1 - np.exp(ans))"),
    elementwise("scipy.special.gamma(x)", x="g * ans * polygamma(0, x)"),
    elementwise("scipy.special.gammaln(x)", x="g * polygamma(0, x)"),
    elementwise("scipy.special.digamma(x)", x="g * polygamma(1, x)", also={"aliases": ("scipy.special.psi",)}),
    general(
        "scipy.special.logsumexp(a, axis=None, *, keepdims=False)",
        vjp={"a": "unreduce(g, a, axis, keepdims) * np.exp(a - unreduce(ans, a, axis, keepdims))"},
        jvp={"a": "np.sum(g * np.exp(a - unreduce(ans, a, axis, keepdims)), axis=axis, keepdims=keepdims)"},
    ),
    general(
        "scipy.special.softmax(x, axis=None)",
        vjp={"x": "ans * (g - np.sum(g * ans, axis=axis, keepdims=True))"},
        jvp={"x": "ans * (g - np.sum(g * ans, axis=axis, keepdims=True))"},
    ),
    general(
        "scipy.special.log_softmax(x, axis=None)",
        vjp={"x": "g - np.exp(ans) * np.sum(g, axis=axis, keepdims=True)"},
        jvp={"x": "g - np.sum(g * np.exp(ans), axis=axis, keepdims=True)"},
    ),
)

RULES = collect(BESSEL, GAMMA, ENTROPY, ERRORS, SOFT)

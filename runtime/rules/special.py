"""Rules of `scipy.special`, which is never imported here: they wait for a program that uses it."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, elementwise, general

RULES = collect(
    elementwise("scipy.special.expit(x)", x="g * ans * (1 - ans)"),
    elementwise("scipy.special.logit(x)", x="g / (x * (1 - x))"),
    elementwise("scipy.special.log_expit(x)", x="g * (1 - np.exp(ans))"),
    elementwise("scipy.special.erf(x)", x="g * 2 / math.sqrt(math.pi) * np.exp(-x * x)"),
    elementwise("scipy.special.erfc(x)", x="-g * 2 / math.sqrt(math.pi) * np.exp(-x * x)"),
    elementwise("scipy.special.gamma(x)", x="g * ans * polygamma(0, x)"),
    elementwise("scipy.special.gammaln(x)", x="g * polygamma(0, x)"),
    elementwise("scipy.special.digamma(x)", x="g * polygamma(1, x)", also={"aliases": ("scipy.special.psi",)}),
    elementwise("scipy.special.xlogy(x, y)", x="g * log_or_zero(y)", y="g * divide_or_zero(x, y)"),
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

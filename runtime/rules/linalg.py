"""Rules of products and linear algebra."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, missing, multilinear

PRODUCTS = collect(
    multilinear("np.matmul(x, y)", x="matmul_dx(g, x, y)", y="matmul_dy(g, x, y)", also={"operator": "@", "aliases": ("operator.matmul", "np.linalg.matmul")}),
    multilinear("np.dot(a, b)", a="dot_da(g, a, b)", b="dot_db(g, a, b)", also={"methods": ("dot",)}),
    multilinear("np.inner(a, b)", a="inner_da(g, a, b)", b="inner_db(g, a, b)"),
    multilinear("np.outer(a, b)", a="outer_da(g, a, b)", b="outer_db(g, a, b)"),
    multilinear("np.tensordot(a, b, axes=2)", a="tensordot_da(g, a, b, axes)", b="tensordot_db(g, a, b, axes)"),
    multilinear("np.kron(a, b)", a="kron_da(g, a, b)", b="kron_db(g, a, b)"),
    multilinear("np.cross(a, b)", a="cross_da(g, a, b)", b="cross_db(g, a, b)"),
    general(
        "np.vdot(a, b)",
        vjp={"a": "vdot_da(g, a, b)", "b": "vdot_db(g, a, b)"},
        jvp={"a": "np.vdot(g, b)", "b": "np.vdot(a, g)"},
    ),
    general(
        "np.einsum(subscripts, *operands, optimize=False)",
        vjp={"operands": "einsum_dx(g, k, subscripts, *operands)"},
        jvp={"operands": "einsum_at(g, k, subscripts, *operands)"},
        also={"memory": "maybe"},  # 'ii->i' and 'ij->ji' are views
    ),
)

LINALG = collect(
    general("np.linalg.inv(a)", vjp={"a": "-np.swapaxes(ans, -1, -2) @ g @ np.swapaxes(ans, -1, -2)"}, jvp={"a": "-ans @ g @ ans"}),
    general(
        "np.linalg.solve(a, b)",
        vjp={"a": "solve_da(g, a, b, ans)", "b": "solve_db(g, a, b)"},
        jvp={"a": "solve_along(g, a, b, ans)", "b": "np.linalg.solve(a, g)"},
    ),
    general("np.linalg.det(a)", vjp={"a": "det_da(g, a, ans)"}, jvp={"a": "ans * np.trace(np.linalg.solve(a, g), axis1=-2, axis2=-1)"}),
    general("np.linalg.slogdet(a)", vjp={"a": "slogdet_da(g, a)"}, jvp={"a": "slogdet_along(g, a)"}, also={"result": "tuple"}),
    # Of a symmetric matrix: the cotangent is symmetric.
    general("np.linalg.cholesky(a)", vjp={"a": "cholesky_da(g, ans)"}, jvp={"a": "cholesky_along(g, ans)"}),
    general(
        "np.linalg.norm(x, ord=None, axis=None, keepdims=False)",
        vjp={"x": "unreduce(g, x, axis, keepdims) * norm_slope(x, ans, ord, axis, keepdims)"},
        jvp={"x": "np.real(np.sum(g * norm_slope(x, ans, ord, axis, keepdims), axis=axis, keepdims=keepdims))"},
    ),
    linear("np.linalg.trace(x)", x="untrace(g, x, 0, -2, -1)"),
    linear("np.linalg.diagonal(x)", x="undiagonal(g, x, 0, -2, -1)", also={"memory": "view"}),
    missing("np.linalg.eig np.linalg.eigh np.linalg.eigvals np.linalg.eigvalsh np.linalg.svd np.linalg.svdvals np.linalg.qr np.linalg.pinv np.linalg.lstsq np.linalg.matrix_power np.linalg.multi_dot np.linalg.cond np.linalg.tensorinv np.linalg.tensorsolve np.linalg.vector_norm np.linalg.matrix_norm np.linalg.cross np.linalg.outer np.linalg.vecdot np.linalg.tensordot np.vecdot np.matvec np.vecmat", why="no rule has been written yet"),
    missing("np.fft.fft np.fft.ifft np.fft.rfft np.fft.irfft np.fft.fft2 np.fft.ifft2 np.fft.rfft2 np.fft.irfft2 np.fft.fftn np.fft.ifftn np.fft.rfftn np.fft.irfftn np.fft.hfft np.fft.ihfft np.fft.fftshift np.fft.ifftshift", why="no rule has been written yet"),
)

RULES = collect(PRODUCTS, LINALG)

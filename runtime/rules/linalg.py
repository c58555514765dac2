"""Rules of products and linear algebra."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, multilinear

PRODUCTS = collect(
    multilinear("np.matmul(x, y)", x="matmul_dx(g, x, y)", y="matmul_dy(g, x, y)", also={"operator": "@", "aliases": ("operator.matmul", "np.linalg.matmul")}),
    multilinear("np.dot(a, b)", a="dot_da(g, a, b)", b="dot_db(g, a, b)", also={"methods": ("dot",)}),
    multilinear("np.inner(a, b)", a="inner_da(g, a, b)", b="inner_db(g, a, b)"),
    multilinear("np.outer(a, b)", a="outer_da(g, a, b)", b="outer_db(g, a, b)"),
    multilinear("np.tensordot(a, b, axes=2)", a="tensordot_da(g, a, b, axes)", b="tensordot_db(g, a, b, axes)"),
    multilinear("np.kron(a, b)", a="kron_da(g, a, b)", b="kron_db(g, a, b)"),
    multilinear("np.cross(a, b)", a="cross_da(g, a, b)", b="cross_db(g, a, b)"),
    multilinear("np.linalg.outer(a, b)", a="outer_da(g, a, b)", b="outer_db(g, a, b)"),
    multilinear("np.linalg.tensordot(a, b, *, axes=2)", a="tensordot_da(g, a, b, axes)", b="tensordot_db(g, a, b, axes)"),
    multilinear("np.linalg.cross(a, b)", a="cross_da(g, a, b)", b="cross_db(g, a, b)"),
    multilinear("np.matvec(x, y)", x="unbroadcast(np.expand_dims(g, -1) * np.expand_dims(y, -2), x)", y="unbroadcast(np.sum(np.expand_dims(g, -1) * x, axis=-2), y)"),
    # The first operand is conjugated.
    general(
        "np.vecmat(x, y)",
        vjp={"x": "unbroadcast(np.conjugate(np.sum(np.expand_dims(g, -2) * y, axis=-1)), x)", "y": "unbroadcast(np.expand_dims(np.conjugate(x), -1) * np.expand_dims(g, -2), y)"},
        jvp={"x": "np.vecmat(g, y)", "y": "np.vecmat(x, g)"},
    ),
    *(
        general(
            f"np.{name}(x, y)",
            vjp={"x": "unbroadcast(np.conjugate(along_last(g) * y), x)", "y": "unbroadcast(along_last(g) * np.conjugate(x), y)"},
            jvp={"x": "np.vecdot(g, y)", "y": "np.vecdot(x, g)"},
        )
        for name in ("vecdot", "linalg.vecdot")
    ),
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
    general("np.linalg.cholesky(a, *, upper=False)", vjp={"a": "cholesky_da(g, ans, upper)"}, jvp={"a": "cholesky_along(g, ans, upper)"}),
    general(
        "np.linalg.norm(x, ord=None, axis=None, keepdims=False)",
        vjp={"x": "unreduce(g, x, axis, keepdims) * norm_slope(x, ans, ord, axis, keepdims)"},
        jvp={"x": "np.real(np.sum(g * norm_slope(x, ans, ord, axis, keepdims), axis=axis, keepdims=keepdims))"},
        also={"gives_real": True, "unwritten": ("ord",)},
    ),
    general(
        "np.linalg.vector_norm(x, *, axis=None, keepdims=False, ord=2)",
        vjp={"x": "unreduce(g, x, axis, keepdims) * vector_slope(x, ans, ord, axis, keepdims)"},
        jvp={"x": "np.real(np.sum(g * vector_slope(x, ans, ord, axis, keepdims), axis=axis, keepdims=keepdims))"},
        also={"gives_real": True, "unwritten": ("ord",)},
    ),
    general(
        "np.linalg.matrix_norm(x, *, keepdims=False, ord='fro')",
        vjp={"x": "unreduce(g, x, (-2, -1), keepdims) * norm_slope(x, ans, ord, (-2, -1), keepdims)"},
        jvp={"x": "np.real(np.sum(g * norm_slope(x, ans, ord, (-2, -1), keepdims), axis=(-2, -1), keepdims=keepdims))"},
        also={"gives_real": True},
    ),
    general("np.linalg.matrix_power(a, n)", vjp={"a": "matrix_power_along(g, np.swapaxes(a, -1, -2), n)"}, jvp={"a": "matrix_power_along(g, a, n)"}, also={"memory": "maybe"}),
    general("np.linalg.multi_dot(arrays)", vjp={"arrays": "multi_dot_parts(g, arrays)"}, jvp={"arrays": "multi_dot_along(g, arrays)"}, also={"sequences": ("arrays",)}),
    general("np.linalg.pinv(a)", vjp={"a": "pinv_da(g, a, ans)"}, jvp={"a": "pinv_along(g, a, ans)"}),
    # Of a symmetric matrix, as `cholesky`.
    general("np.linalg.eigh(a, UPLO='L')", vjp={"a": "eigh_da(g, a, ans)"}, jvp={"a": "eigh_along(g, ans)"}, also={"result": "tuple"}),
    general("np.linalg.eigvalsh(a, UPLO='L')", vjp={"a": "eigvalsh_da(g, a, UPLO)"}, jvp={"a": "eigvalsh_along(g, a, UPLO)"}, also={"gives_real": True}),
    general("np.linalg.svd(a, full_matrices=True)", vjp={"a": "svd_da(g, a, ans, full_matrices)"}, jvp={"a": "svd_along(g, ans, full_matrices)"}, also={"result": "tuple"}),
    general("np.linalg.svdvals(x)", vjp={"x": "svdvals_dx(g, x)"}, jvp={"x": "svdvals_along(g, x)"}, also={"gives_real": True}),
    general("np.linalg.qr(a)", vjp={"a": "qr_da(g, a, ans)"}, jvp={"a": "qr_along(g, ans)"}, also={"result": "tuple"}),
    general(
        "np.linalg.lstsq(a, b, rcond=None)",
        vjp={"a": "lstsq_da(g, a, b, ans)", "b": "lstsq_db(g, a, b, ans)"},
        jvp={"a": "lstsq_along(g, a, b, ans)", "b": "lstsq_along(g, a, b, ans, True)"},
        also={"result": "tuple"},
    ),
    general(
        "np.linalg.cond(x, p=None)",
        vjp={"x": "svdvals_dx(along_last(g) * cond_slopes(x, ans, p), x)"},
        jvp={"x": "np.sum(svdvals_along(g, x) * cond_slopes(x, ans, p), axis=-1)"},
        also={"gives_real": True},
    ),
    linear("np.linalg.trace(x)", x="untrace(g, x, 0, -2, -1)"),
    linear("np.linalg.diagonal(x)", x="undiagonal(g, x, 0, -2, -1)", also={"memory": "view"}),
    general("np.linalg.eig(a)", vjp={"a": "eig_da(g, a, ans)"}, jvp={"a": "eig_along(g, ans)"}, also={"result": "tuple", "gives_complex": True}),
    general("np.linalg.eigvals(a)", vjp={"a": "eigvals_da(g, a)"}, jvp={"a": "eigvals_along(g, a)"}, also={"gives_complex": True}),
    general("np.linalg.tensorinv(a, ind=2)", vjp={"a": "tensorinv_da(g, a, ans, ind)"}, jvp={"a": "tensorinv_along(g, ans, ind)"}),
    general(
        "np.linalg.tensorsolve(a, b, axes=None)",
        vjp={"a": "tensorsolve_da(g, a, b, ans, axes)", "b": "tensorsolve_db(g, a, b, axes)"},
        jvp={"a": "tensorsolve_along(g, a, b, ans, axes)", "b": "np.linalg.tensorsolve(a, g, axes)"},
    ),
)

RULES = collect(PRODUCTS, LINALG)

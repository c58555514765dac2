"""Rules of NumPy's functions of corresponding elements.

Ufuncs take their operands by position only, so the names of their parameters are ours.
"""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, elementwise, general, linear, missing

ARITHMETIC = collect(
    elementwise("np.add(x, y)", x="g", y="g", also={"operator": "+", "aliases": ("operator.add",)}),
    elementwise("np.subtract(x, y)", x="g", y="-g", also={"operator": "-", "aliases": ("operator.sub",)}),
    elementwise("np.multiply(x, y)", x="g * y", y="g * x", also={"operator": "*", "aliases": ("operator.mul",)}),
    elementwise("np.divide(x, y)", x="g / y", y="-g * ans / y", also={"operator": "/", "aliases": ("operator.truediv",)}),
    elementwise("np.remainder(x, y)", x="g", y="-g * (x // y)", also={"operator": "%", "aliases": ("operator.mod",)}),
    elementwise("np.ldexp(x, i)", x="np.ldexp(g, i)"),
    elementwise("np.fmod(x, y)", x="g", y="-g * np.trunc(x / y)"),
    elementwise("np.negative(x)", x="-g", also={"operator": "-u", "aliases": ("operator.neg",)}),
    elementwise("np.positive(x)", x="g", also={"operator": "+u", "aliases": ("operator.pos",)}),
    elementwise("np.reciprocal(x)", x="-g * ans * ans"),
    # `y - 1 + (y == 0)` is y - 1, except that it keeps 0 * x ** 0 where y is 0: finite at x = 0.
    elementwise("np.power(x, y)", x="g * y * x ** (y - 1 + (y == 0))", y="g * ans * log_or_zero(x, ans)", also={"operator": "**", "aliases": ("operator.pow", "pow"), "reals": {"y": "g * ans * log_or_zero(x)"}}),
    elementwise("np.float_power(x, y)", x="g * y * np.float_power(x, y - 1 + (y == 0))", y="g * ans * log_or_zero(x, ans)", also={"reals": {"y": "g * ans * log_or_zero(x)"}}),
    elementwise("np.square(x)", x="2 * g * x"),
    elementwise("np.sqrt(x)", x="0.5 * g / ans"),
    elementwise("np.cbrt(x)", x="g / (3 * ans * ans)"),
)

EXPONENTIAL = collect(
    elementwise("np.exp(x)", x="g * ans"),
    elementwise("np.exp2(x)", x="g * ans * math.log(2)"),
    elementwise("np.expm1(x)", x="g * (ans + 1)"),
    elementwise("np.log(x)", x="g / x"),
    elementwise("np.log2(x)", x="g / (x * math.log(2))"),
    elementwise("np.log10(x)", x="g / (x * math.log(10))"),
    elementwise("np.log1p(x)", x="g / (1 + x)"),
    elementwise("np.logaddexp(x, y)", x="g * np.exp(x - ans)", y="g * np.exp(y - ans)"),
    elementwise("np.logaddexp2(x, y)", x="g * np.exp2(x - ans)", y="g * np.exp2(y - ans)"),
)

TRIGONOMETRIC = collect(
    elementwise("np.sin(x)", x="g * np.cos(x)"),
    elementwise("np.cos(x)", x="-g * np.sin(x)"),
    elementwise("np.tan(x)", x="g * (1 + ans * ans)"),
    elementwise("np.arcsin(x)", x="g / np.sqrt(1 - x * x)"),
    elementwise("np.arccos(x)", x="-g / np.sqrt(1 - x * x)"),
    elementwise("np.arctan(x)", x="g / (1 + x * x)"),
    elementwise("np.sinh(x)", x="g * np.cosh(x)"),
    elementwise("np.cosh(x)", x="g * np.sinh(x)"),
    elementwise("np.tanh(x)", x="g * (1 - ans * ans)"),
    elementwise("np.arcsinh(x)", x="g / np.sqrt(x * x + 1)"),
    # Two roots rather than one of x * x - 1: the branch is right for complex x.
    elementwise("np.arccosh(x)", x="g / (np.sqrt(x - 1) * np.sqrt(x + 1))"),
    elementwise("np.arctanh(x)", x="g / (1 - x * x)"),
    # ** 2.0: the square of an int8 would overflow.
    elementwise("np.arctan2(y, x)", y="g * divide_or_zero(x, x ** 2.0 + y ** 2.0)", x="-g * divide_or_zero(y, x ** 2.0 + y ** 2.0)"),
    elementwise("np.hypot(x, y)", x="g * divide_or_zero(x, ans)", y="g * divide_or_zero(y, ans)"),
    elementwise("np.i0(x)", x="g * bessel_i(1, x)"),
    elementwise("np.sinc(x)", x="g * sinc_slope(x)"),
    linear("np.deg2rad(x)", x="g * (math.pi / 180)"),
    linear("np.radians(x)", x="g * (math.pi / 180)"),
    linear("np.rad2deg(x)", x="g * (180 / math.pi)"),
    linear("np.degrees(x)", x="g * (180 / math.pi)"),
)

CHOOSING = collect(
    elementwise("np.maximum(x, y)", x="where_larger(g, x, y)", y="where_larger(g, y, x)"),
    elementwise("np.minimum(x, y)", x="where_larger(g, y, x)", y="where_larger(g, x, y)"),
    # Where one operand is NaN, the other is the result.
    elementwise("np.fmax(x, y)", x="np.where(np.isnan(y), g, where_larger(g, x, y))", y="np.where(np.isnan(x), g, where_larger(g, y, x))"),
    elementwise("np.fmin(x, y)", x="np.where(np.isnan(y), g, where_larger(g, y, x))", y="np.where(np.isnan(x), g, where_larger(g, x, y))"),
    elementwise("np.where(condition, x=None, y=None)", x="np.where(condition, g, 0)", y="np.where(condition, 0, g)"),
    elementwise(
        "np.clip(a, a_min, a_max)",
        a="np.where(is_within(a, a_min, a_max), g, 0)",
        a_min="np.where(is_below(a, a_min, a_max), g, 0)",
        a_max="np.where(is_above(a, a_min, a_max), g, 0)",
    ),
    elementwise(
        "ndarray.clip(a, min=None, max=None)",
        a="np.where(is_within(a, min, max), g, 0)",
        min="np.where(is_below(a, min, max), g, 0)",
        max="np.where(is_above(a, min, max), g, 0)",
        also={"methods": ("clip",)},
    ),
    elementwise("np.nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None)", also={"unwritten": ("nan", "posinf", "neginf")}, x="np.where(np.isfinite(x), g, 0)"),
    elementwise("np.nextafter(x, y)", x="g"),
    elementwise("np.unwrap(p, discont=None, axis=-1, *, period=6.283185307179586)", p="g", also={"unwritten": ("period",)}),
    elementwise("np.heaviside(x, y)", y="np.where(x == 0, g, 0)"),
    elementwise("np.copysign(x, y)", x="np.where(np.signbit(y), -g, g) * np.sign(x)"),
)

COMPLEX = collect(
    general("np.divmod(x, y)", vjp={"x": "unbroadcast(g[1], x)", "y": "unbroadcast(-g[1] * (x // y), y)"}, jvp={"x": "[0.0, g]", "y": "[0.0, -g * (x // y)]"}, also={"result": "tuple"}),
    general("np.frexp(x)", vjp={"x": "np.ldexp(g[0], -ans[1])"}, jvp={"x": "[np.ldexp(g, -ans[1]), 0]"}, also={"result": "tuple"}),
    general("np.modf(x)", vjp={"x": "g[0]"}, jvp={"x": "[g, 0.0]"}, also={"result": "tuple"}),
    missing("np.real_if_close np.sort_complex", why="no rule has been written yet"),
    elementwise("np.absolute(x)", x="g * direction(x)", also={"jvp": {"x": "np.real(g * direction(x))"}, "aliases": ("abs", "operator.abs"), "gives_real": True}),
    elementwise("np.sign(x)", x="sign_dx(g, x, ans)", also={"flat_in_reals": True}),  # z / abs(z)
    elementwise("np.fabs(x)", x="g * np.sign(x)"),
    general("np.real(val)", vjp={"val": "in_dtype(g, val)"}, jvp={"val": "np.real(g)"}, also={"memory": "maybe", "methods": ("real",), "gives_real": True}),
    general("np.imag(val)", vjp={"val": "unbroadcast(-1j * g, val)"}, jvp={"val": "np.imag(g)"}, also={"memory": "maybe", "methods": ("imag",), "gives_real": True}),
    general("np.conjugate(x)", vjp={"x": "np.conjugate(g)"}, jvp={"x": "np.conjugate(g)"}),
    general("ndarray.conj(x)", vjp={"x": "np.conjugate(g)"}, jvp={"x": "np.conjugate(g)"}, also={"memory": "maybe", "methods": ("conj", "conjugate")}),
    general("np.angle(z)", vjp={"z": "unbroadcast(-1j * divide_or_zero(g, z), z)"}, jvp={"z": "np.imag(divide_or_zero(g, z))"}, also={"gives_real": True}),
)

RULES = collect(ARITHMETIC, EXPONENTIAL, TRIGONOMETRIC, CHOOSING, COMPLEX)

"""Rules of the functions of `math` and of the builtins that work on numbers."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, elementwise, general, missing, zero

REAL_PART: dict[str, object] = {"gives_real": True, "takes_real": True}
"""Of a complex number of NumPy these functions see the real part alone."""

COMPLEX: dict[str, object] = {"gives_complex": True}

MATH = collect(
    elementwise("math.exp(x)", x="g * ans", also=REAL_PART),
    elementwise("math.exp2(x)", x="g * ans * math.log(2)", also=REAL_PART),
    elementwise("math.expm1(x)", x="g * (ans + 1)", also=REAL_PART),
    elementwise("math.log(x, base=None)", x="g / (x * log_of_base(base))", base="-g * ans / (base * math.log(base))", also={**REAL_PART, "plain": {"x": "g / x"}}),
    elementwise("math.log2(x)", x="g / (x * math.log(2))", also=REAL_PART),
    elementwise("math.log10(x)", x="g / (x * math.log(10))", also=REAL_PART),
    elementwise("math.log1p(x)", x="g / (1 + x)", also=REAL_PART),
    elementwise("math.nextafter(x, y)", x="g", also=REAL_PART),
    elementwise("math.sqrt(x)", x="0.5 * g / ans", also=REAL_PART),
    elementwise("math.cbrt(x)", x="g / (3 * ans * ans)", also=REAL_PART),
    elementwise("math.pow(x, y)", x="g * y * math.pow(x, y - 1 + (y == 0))", y="g * ans * log_or_zero(x)", also=REAL_PART),
    elementwise("math.sin(x)", x="g * math.cos(x)", also=REAL_PART),
    elementwise("math.cos(x)", x="-g * math.sin(x)", also=REAL_PART),
    elementwise("math.tan(x)", x="g * (1 + ans * ans)", also=REAL_PART),
    elementwise("math.asin(x)", x="g / math.sqrt(1 - x * x)", also=REAL_PART),
    elementwise("math.acos(x)", x="-g / math.sqrt(1 - x * x)", also=REAL_PART),
    elementwise("math.atan(x)", x="g / (1 + x * x)", also=REAL_PART),
    elementwise("math.atan2(y, x)", y="g * divide_or_zero(x, x ** 2.0 + y ** 2.0)", x="-g * divide_or_zero(y, x ** 2.0 + y ** 2.0)", also=REAL_PART),
    elementwise("math.sinh(x)", x="g * math.cosh(x)", also=REAL_PART),
    elementwise("math.cosh(x)", x="g * math.sinh(x)", also=REAL_PART),
    elementwise("math.tanh(x)", x="g * (1 - ans * ans)", also=REAL_PART),
    elementwise("math.asinh(x)", x="g / math.sqrt(x * x + 1)", also=REAL_PART),
    elementwise("math.acosh(x)", x="g / math.sqrt(x * x - 1)", also=REAL_PART),
    elementwise("math.atanh(x)", x="g / (1 - x * x)", also=REAL_PART),
    elementwise("math.fabs(x)", x="g * direction(x)", also=REAL_PART),
    elementwise("math.erf(x)", x="g * 2 / math.sqrt(math.pi) * math.exp(-x * x)", also=REAL_PART),
    elementwise("math.erfc(x)", x="-g * 2 / math.sqrt(math.pi) * math.exp(-x * x)", also=REAL_PART),
    elementwise("math.gamma(x)", x="g * ans * polygamma(0, x)", also=REAL_PART),
    elementwise("math.lgamma(x)", x="g * polygamma(0, x)", also=REAL_PART),
    elementwise("math.degrees(x)", x="math.degrees(g)", also=REAL_PART),
    elementwise("math.radians(x)", x="math.radians(g)", also=REAL_PART),
    elementwise("math.fmod(x, y)", x="g", y="-g * math.trunc(float(x / y))", also=REAL_PART),
    elementwise("math.remainder(x, y)", x="g", y="-g * (x - ans) / y", also=REAL_PART),
    elementwise("math.copysign(x, y)", x="g * direction(x) * math.copysign(1, y)", also=REAL_PART),
    elementwise("math.ldexp(x, i)", x="math.ldexp(g, i)", also=REAL_PART),
    general("math.hypot(*coordinates)", vjp={"coordinates": "hypot_dx(g, k, ans, *coordinates)"}, jvp={"coordinates": "hypot_dx(g, k, ans, *coordinates)"}, also=REAL_PART),
    general("math.dist(p, q)", vjp={"p": "dist_dp(g, p, q, ans)", "q": "dist_dp(g, q, p, ans)"}, jvp={"p": "dist_along(g, p, q, ans)", "q": "dist_along(g, q, p, ans)"}, also=REAL_PART),
    general("math.fsum(seq)", vjp={"seq": "sum_dx(g, seq)"}, jvp={"seq": "math.fsum(g)"}, also=REAL_PART),
    general("math.prod(iterable, *, start=1)", vjp={"iterable": "prod_dx(g, iterable, start)", "start": "g * math.prod(iterable)"}, jvp={"iterable": "prod_along(g, iterable, start)", "start": "g * math.prod(iterable)"}),
    general("math.modf(x)", vjp={"x": "g[0]"}, jvp={"x": "[g, 0.0]"}, also={**REAL_PART, "result": "tuple"}),
    general("math.frexp(x)", vjp={"x": "math.ldexp(g[0], -ans[1])"}, jvp={"x": "[math.ldexp(g, -ans[1]), 0.0]"}, also={**REAL_PART, "result": "tuple"}),
    missing("math.sumprod math.fma", why="no rule has been written yet"),
    zero("math.floor math.ceil math.trunc math.isfinite math.isnan math.isinf math.isclose math.gcd"),
    zero("math.lcm math.comb math.perm math.factorial math.isqrt math.ulp"),
)

# Of complex numbers these are NumPy's functions; so are the slopes.
CMATH = collect(
    elementwise("cmath.exp(x)", x="g * ans", also=COMPLEX),
    general("cmath.log(x, base=None)", vjp={"x": "unbroadcast(g / (x * log_of_base(base)), x)"}, jvp={"x": "g / (x * log_of_base(base))"}, also={**COMPLEX, "unwritten": ("base",), "plain": {"x": "unbroadcast(g / x, x)"}}),
    elementwise("cmath.log10(x)", x="g / (x * math.log(10))", also=COMPLEX),
    elementwise("cmath.sqrt(x)", x="0.5 * g / ans", also=COMPLEX),
    elementwise("cmath.sin(x)", x="g * np.cos(x)", also=COMPLEX),
    elementwise("cmath.cos(x)", x="-g * np.sin(x)", also=COMPLEX),
    elementwise("cmath.tan(x)", x="g * (1 + ans * ans)", also=COMPLEX),
    elementwise("cmath.asin(x)", x="g / (np.sqrt(-(x - 1 + 0j)) * np.sqrt(1 + x + 0j))", also=COMPLEX),
    elementwise("cmath.acos(x)", x="-g / (np.sqrt(-(x - 1 + 0j)) * np.sqrt(1 + x + 0j))", also=COMPLEX),
    elementwise("cmath.atan(x)", x="g / (1 + x * x)", also=COMPLEX),
    elementwise("cmath.sinh(x)", x="g * np.cosh(x)", also=COMPLEX),
    elementwise("cmath.cosh(x)", x="g * np.sinh(x)", also=COMPLEX),
    elementwise("cmath.tanh(x)", x="g * (1 - ans * ans)", also=COMPLEX),
    elementwise("cmath.asinh(x)", x="g / np.sqrt(x * x + 1 + 0j)", also=COMPLEX),
    elementwise("cmath.acosh(x)", x="g / (np.sqrt(x - 1 + 0j) * np.sqrt(x + 1 + 0j))", also=COMPLEX),
    elementwise("cmath.atanh(x)", x="g / (1 - x * x)", also=COMPLEX),
    general("cmath.phase(z)", vjp={"z": "unbroadcast(-1j * divide_or_zero(g, z), z)"}, jvp={"z": "np.imag(divide_or_zero(g, z))"}, also={"gives_real": True}),
    general(
        "cmath.polar(z)",
        vjp={"z": "unbroadcast(g[0] * direction(z + 0j) - 1j * divide_or_zero(g[1], z), z)"},
        jvp={"z": "[np.real(g * direction(z + 0j)), np.imag(divide_or_zero(g, z))]"},
        also={"result": "tuple", "gives_real": True},
    ),
    general(
        "cmath.rect(r, phi)",
        vjp={"r": "unbroadcast(g * np.exp(1j * phi), r)", "phi": "unbroadcast(1j * g * ans, phi)"},
        jvp={"r": "g * np.exp(1j * phi)", "phi": "1j * g * ans"},
        also=COMPLEX,
    ),
    zero("cmath.isfinite cmath.isnan cmath.isinf cmath.isclose"),
)

BUILTINS = collect(
    general("sum(iterable, start=0)", vjp={"iterable": "sum_dx(g, iterable)", "start": "unbroadcast(g, start)"}, jvp={"iterable": "sum(g)", "start": "expand(g, ans)"}),
    general("max(*args)", vjp={"args": "extreme_dx(g, k, ans, *args)"}, jvp={"args": "extreme_along(g, k, ans, *args)"}, also={"memory": "maybe"}),
    general("min(*args)", vjp={"args": "extreme_dx(g, k, ans, *args)"}, jvp={"args": "extreme_along(g, k, ans, *args)"}, also={"memory": "maybe"}),
    general("divmod(x, y)", vjp={"x": "unbroadcast(g[1], x)", "y": "unbroadcast(-g[1] * (x // y), y)"}, jvp={"x": "[0.0, g]", "y": "[0.0, -g * (x // y)]"}, also={"result": "tuple"}),
    general("float(x=0.0)", vjp={"x": "expand(g, x)"}, jvp={"x": "float(g)"}, also=REAL_PART),
    general("complex(real=0.0, imag=0.0)", vjp={"real": "unbroadcast(g, real)", "imag": "unbroadcast(1j * g, imag)"}, jvp={"real": "g + 0j", "imag": "1j * g"}, also={"gives_complex": True}),
    zero("int round bool len range isinstance issubclass type id hash repr str print callable hasattr"),
    zero("all any ord chr bin hex oct format ascii"),
)

# A number drawn is a standard one that is moved and scaled: `z` is `(ans - mu) / sigma`.
DRAWN = collect(
    general("random.gauss(mu=0.0, sigma=1.0)", vjp={"mu": "g", "sigma": "g * (ans - mu) / sigma"}, jvp={"mu": "g", "sigma": "g * (ans - mu) / sigma"}),
    general("random.normalvariate(mu=0.0, sigma=1.0)", vjp={"mu": "g", "sigma": "g * (ans - mu) / sigma"}, jvp={"mu": "g", "sigma": "g * (ans - mu) / sigma"}),
    general("random.expovariate(lambd=1.0)", vjp={"lambd": "-g * ans / lambd"}, jvp={"lambd": "-g * ans / lambd"}),
    missing("random.betavariate random.gammavariate random.vonmisesvariate", why="the numbers drawn depend on its parameters by acceptance and rejection"),
)

RULES = collect(MATH, CMATH, BUILTINS, DRAWN)

"""What random programs of numbers are made of: operators, functions, literals, statements.

`{x}` stands for an operand (the same one wherever it stands), in a statement for an expression;
there `{t}` is a name to bind, `{w}` one to write to, `{n}` a count.
"""

from __future__ import annotations

_ARITHMETIC = ("+", "-", "*", "*", "/", "//", "%", "**")
_TESTS = ("<", "<=", ">", ">=", "==", "!=")

BINARY = (
    *[f"{{x}} {s} {{y}}" for s in _ARITHMETIC * 4],
    *[f"{{z}} * ({{x}} {s} {{y}})" for s in _TESTS],
    *[f"{{x}} {s} {{y}}" for s in ("<<", ">>", "&", "|", "^", "@")],
    *[f"{f}({{x}}, {{y}})" for f in (
        "pow", "min", "max", "complex", "math.atan2", "math.hypot", "math.fmod", "math.pow",
        "math.copysign", "math.remainder", "math.log", "np.maximum", "np.minimum", "np.fmax",
        "np.arctan2", "np.hypot", "np.power", "np.float_power", "np.fmod", "np.copysign",
        "np.logaddexp", "np.floor_divide", "np.remainder", "np.divide", "np.multiply", "np.dot",
        "np.vdot", "np.inner", "np.outer", "np.heaviside",
    )],
    "divmod({x}, {y})[0]", "divmod({x}, {y})[1]", "divmod({x}, {y})[0] * {y} + divmod({x}, {y})[1]",
    "np.where({x} > 0.5, {y}, {z})", "np.where({x} < {y}, {x} * 2, {y})",
    "({x} if np.all({x} > {y}) else {z})", "({x} or {y})", "({x} and {y})",
    "np.clip({x}, -1, {y})", "np.array([{x}, {y}])", "np.stack([{x}, {y}])", "sum([{x}, {y}, 1])",
    "sum([{x}, {y}], {z})", "np.array([{x}, 1, {y}], np.float32)", "np.sum([{x}, {y}])",
    "np.concatenate([np.ravel({x}), np.ravel({y})])", "np.multiply({x}, {y}, dtype=np.float64)",
    "np.full_like({x}, np.sum({y}))", "{x} + 1j * {y}", "np.real({x}) + np.imag({y})",
    "max({x}, {y}, key=abs)", "math.hypot({x}, {y}, {z})", "math.prod([{x}, {y}])",
    "math.fsum([{x}, {y}])", "np.prod(np.array([{x}, {y}]))", "round({x} / {y}) * {z}",
    "int({x}) * {y}", "bool({x}) * {y}", "({x} > 0) ** 2 * {y}", "{x} ** ({y} > 0)",
    "{x} * np.sum({y}, dtype=np.float64)", "np.where({x} > 0, np.log({x}), {y})",
    "np.where(np.abs({y}) > 1, {x} / {y}, 0)", "np.select([{x} > 0], [{y}], {z})",
    "np.interp({x}, [-2.0, 0.0, 2.0], [1.0, {y}, 3.0])", "cmath.rect({x}, {y})",
    "np.nextafter({x}, {y})", "np.ldexp({x}, 2) * {y}", "np.subtract.outer({x}, {y})",
    "{x} * np.finfo(np.float32).eps + {y}", "np.average({x}, weights={y})",
)  # fmt: skip

UNARY = (
    "-{x}", "-{x}", "+{x}", "abs({x})", "abs({x})", "~({x} > 0)", "~{x}", "not {x}", "round({x})",
    "round({x}, 1)", "int({x})", "float({x})", "float({x})", "complex({x})", "bool({x})",
    *[f"np.{f}({{x}})" for f in (
        "real", "imag", "conj", "abs", "angle", "sign", "sqrt", "exp", "log", "sin", "cos", "tan",
        "tanh", "square", "reciprocal", "expm1", "log1p", "cbrt", "exp2", "log2", "arctan",
        "arcsinh", "sinh", "cosh", "arccosh", "arctanh", "arcsin", "floor", "ceil", "trunc", "rint",
        "positive", "negative", "fabs", "sinc", "sum", "mean", "prod", "max", "min", "var", "std",
        "cumsum", "cumprod", "ravel", "median", "ptp", "nansum", "nanmean", "float16", "float32",
        "float64", "complex64", "complex128", "int64", "int8", "isnan", "nan_to_num", "conjugate",
        "asarray", "array", "copy", "atleast_1d", "squeeze", "transpose", "sort", "diff", "deg2rad",
        "signbit", "isfinite", "any", "all", "argmax", "count_nonzero", "zeros_like", "ones_like",
        "linalg.norm", "modf", "i0", "spacing", "longdouble", "fix", "around", "gradient",
        "iscomplexobj", "real_if_close", "logical_not",
    )],
    *[f"math.{f}({{x}})" for f in (
        "sin", "exp", "sqrt", "log", "floor", "ceil", "trunc", "fabs", "atan", "tanh", "erf",
        "gamma", "degrees", "isfinite", "cosh", "log1p", "expm1", "asinh", "cbrt", "log2",
    )],
    *[f"cmath.{f}({{x}})" for f in ("exp", "sqrt", "log", "phase", "sin", "isfinite", "tanh")],
    *[f"{{x}} ** {p}" for p in ("2", "3", "-1", "0.5", "0", "1", "-2.0", "1.5", "2.0", "4")],
    *[f"{b} ** {{x}}" for b in ("2", "-1.5", "0.5", "np.float32(2)", "True")],
    "{x} ** 2 + {x}", "pow({x}, 2)", "{x} * {x}", "1 / {x}", "{x} % 1", "-7 % {x}", "7 // {x}",
    "{x}.real", "{x}.imag", "{x}.conj()", "{x}.T", "{x}.sum()", "{x}.mean()", "{x}.copy()",
    "{x}.astype(np.float32)", "{x}.astype(np.float64)", "{x}.astype(float)", "{x}.astype(complex)",
    "{x}.astype(np.float16)", "{x}.astype(int)", "{x}.astype(bool)", "{x}.astype(np.complex64)",
    "{x}.item()", "np.array({x}.tolist())", "{x}.max()", "{x}.clip(-1, 1)", "{x}.round(1)",
    "{x}.var()",
    "{x}.sum(axis=0)", "{x}.cumsum()", "{x}.reshape(-1)", "{x}.ravel()[:2]", "{x}.prod()",
    "np.sum({x}, dtype=np.float32)", "np.sum({x}, dtype=np.float64)", "np.sum({x}, axis=-1)",
    "np.mean({x}, dtype=np.float64)", "np.mean({x}, axis=0)", "np.sum({x}, dtype=np.complex64)",
    "np.sum({x}, axis=0, keepdims=True)", "np.prod({x}, axis=0)", "np.sum({x}, initial=2.0)",
    "np.sum({x}, where={x} > 0)", "np.max({x}, initial=-3)", "np.mean({x}, where={x} > 0)",
    "np.array({x}, dtype=np.float32)", "np.asarray({x}, dtype=complex)", "np.array({x}, ndmin=2)",
    "np.array([{x}, 1])", "np.array([{x}, True, 2.5])", "np.array([1, {x}], np.float16)",
    "np.full(3, {x})", "np.full((2, 3), {x}, np.float32)", "np.zeros(3) + {x}", "sum({x})",
    "max({x})", "min({x})", "sorted({x})[0]", "len({x}) * {x}", "{x}[0]", "{x}[1:]", "{x}[::-1]",
    "{x}[-1:] * {x}[:1]", "{x}[{x} > 0]", "{x}[..., None]", "{x}[[0, 0]]", "np.sum({x}[:0])",
    "np.float32(0.5) * {x}", "np.int8(100) * {x}", "np.uint8(200) * {x}", "True * {x}",
    "1j * {x}", "np.float64(2.5) * {x}", "{x} * ({x} > 0)", "{x} * np.array([True, False, True])",
    "{x} * np.conj({x})", "abs({x}) ** 2", "{x} / abs({x})", "np.exp(1j * {x})", "(1 << 3) * {x}",
    "{x} * (7 & 3)", "np.where({x} > 0, {x}, 0)", "np.where({x} > 0, np.sqrt({x}), 0)",
    "np.where({x} != 0, 1 / {x}, 0)", "np.linalg.norm({x})", "np.fft.fft({x})",
    "np.fft.rfft({x})", "np.fft.ifft({x}).real", "np.unwrap({x} * 3)", "np.clip({x}, None, 1)",
    "sum(v * v for v in {x})", "sum([abs(v) for v in {x}])", "max([v * 2 for v in {x}])",
    "np.add.reduce({x})", "np.multiply.reduce({x})", "np.divmod({x}, 2)[1]", "math.modf({x})[0]",
    "np.modf({x})[0]", "np.frexp({x})[0]", "math.frexp({x})[0]", "cmath.polar({x})[0]",
    "np.emath.sqrt({x})", "np.nan_to_num({x}, nan=0.5)", "{x} is not None", "{x} == {x}",
    "np.exp({x}.imag) * {x}.real", "np.angle({x}) * np.abs({x})", "np.array({x}).real",
    "np.atleast_1d({x}).imag", "np.errstate(all='ignore') and {x}", "np.true_divide({x}, 3)",
    "np.round({x}, 1) * {x}", "(lambda v: v * v)({x})", "[{x}, 2.0][0]", "({x}, 1)[0] * 2",
    "{x}.size * {x}", "{x}.dtype.type(2) * {x}", "np.result_type({x}).type(3) * {x}",
    "np.broadcast_to({x}, (2, 3))", "np.tile({x}, 2)", "np.repeat({x}, 2)", "np.flip({x})",
    "np.vander({x}, 3)", "np.polyval([1, {x}, 2], 0.5)", "np.polyval([1.0, 2.0], {x})",
    "np.trapezoid({x})", "np.convolve({x}, [1, 2])", "np.quantile({x}, 0.5)", "np.dot({x}, {x})",
    "np.einsum('i,i', {x}, {x})", "np.einsum('i->', {x})", "np.kron({x}, [1, 2.5])",
    "float({x}) * {x}", "complex({x}) * {x}", "math.sin({x}) * {x}", "np.float32({x}) * {x}",
    "np.power({x}, 2, dtype=np.float64)", "np.where([True, False, True], {x}, 1)",
)  # fmt: skip

LITERALS = (
    "2", "3", "-1", "0", "1", "True", "False", "2.5", "-0.75", "0.5", "1.5 - 0.5j", "1j", "7",
    "np.float16(0.75)", "np.float32(1.25)", "np.float64(-0.5)", "np.int8(3)", "np.uint8(200)",
    "np.int64(-2)", "np.bool_(True)", "np.complex64(0.5 + 1j)", "np.array(0.75, np.float32)",
    "np.array([1, 0, 2])", "np.array([True, False, True])",
    "np.array([0.5, 1.5, -1.0], np.float16)",
    "np.array([1.5, -0.5, 2.5])", "np.array([1j, 2, 0.5])", "np.zeros(3)", "np.ones(3, np.float32)",
    "np.longdouble(1.25)", "math.pi", "np.arange(3)", "[1.0, 2, 0.5]", "1e-3", "np.pi",
)  # fmt: skip

STATEMENTS = (
    *["{t} = {x}"] * 3,
    *[f"{{w}} {s}= {{x}}" for s in ("+", "-", "*", "/", "//", "%", "**", "+", "*", "@")],
    "{w}[0] = {x}", "{w}[1:] = {x}", "{w}[...] = {x}", "{w}[0] += {x}", "{w}[:2] *= {x}",
    "{w}[{y} > 0] = {x}", "{w}[{y} > 0] -= {x}", "{w}[[0, 1]] += {x}", "{w}.real = {x}",
    "{w}.imag = {x}", "{w}.real += {x}", "{w}.imag *= {x}", "{w}.fill({x})", "{w}.real[0] = {x}",
    "np.add({x}, {y}, out={w})", "np.multiply({w}, {x}, out={w})", "np.copyto({w}, {x})",
    "np.add.at({w}, [0, 0], {x})", "np.exp({x}, out={w})", "{w}[1] **= {x}", "{w}[0] /= {x}",
    "for _ in range({n}): {w} = {w} * {x}", "for _ in range({n}): {w} *= {x}; {w} += {y}",
    "for v in {x}: {w} = {w} + v * {y}", "for v in {x}: {w} += v", "for i in range({n}): {w} = {x}",
    "for i in range({n}): {w}[i] = {x}", "for i in range({n}): {w}[i] += {x}",
    "for i in range({n}): {w} = {w} + i * {x}", "for i, v in enumerate({x}): {w} = {w} * (v + i)",
    "if np.sum({x}) > 0: {w} = {y}; else: {w} = {z}", "if np.any({x} < 0): {w} = {w} * 0.5",
    "if np.sum(np.abs({x})) > 1: {w} = {w} * {y}; else: {w} += 1",
    "{t} = [{x}, 1.0, {y}]; {w} = {t}[0] * {t}[2]", "{t}, {w} = {x}, {y}", "{t} = {w} = {x}",
    "{t} = 0; {t} += {x}", "{t} = 0; {t} = {t} + {x}; {t} = {t} * {y}",
    "{t} = np.zeros(3); {t} += {x}",
    "{t} = np.zeros(3, np.float32); {t}[:] = {x}",
    "{t} = np.zeros((2, 3)); {t} += {x}; {t}[0] *= {y}",
    "{t} = np.ones(3, complex); {t}[:] = {x}; {t}.imag += {y}",
    "{t} = np.full(3, {x}); {t} *= {y}",
    "{t} = np.zeros(3, np.complex64); {t}.real = {x}; {t}.imag = {y}",
    "{t} = np.zeros_like({x}); {t} += {y}", "{t} = np.array({x}); {t} -= {y}",
    "{t} = 0.0; {w} = [{t} := {t} + v for v in {x}]; {w} = np.array({w})",
    "{t} = np.ones(3); {t}[1] = {x}; {t} = {t} * {y}",
    "{t} = np.zeros(3, int); {t}[:] = {x}",
)  # fmt: skip

RESULTS = (
    *["{x}"] * 4, "np.sum({x})", "np.sum({x})", "float(np.sum({x}))", "np.sum(np.abs({x}))",
    "np.sum(np.abs({x}) ** 2)", "np.real(np.sum({x}))", "abs(np.sum({x} * {x}))",
    "np.mean({x}).real", "float(np.abs(np.sum({x})))", "np.sum({x}).imag", "{x} + {y}",
    "{x} * {y}", "np.sum({x}) + np.sum({y})", "np.sum(np.abs({x})) * np.mean(np.real({y}))",
)  # fmt: skip

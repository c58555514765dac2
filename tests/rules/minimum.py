"""The functions that have to have a rule at least, by the module that they are of.

What is not NumPy's but belongs to a rule all the same (methods, subscripts) is not listed here.
"""

from __future__ import annotations

import cmath
import math
import operator

import numpy as np

_CREATION = """
array asarray ascontiguousarray copy full full_like zeros_like eye diag diagflat tri tril triu
vander meshgrid mgrid ogrid r_ c_ linspace logspace geomspace
"""

_SHAPE = """
broadcast_to broadcast_arrays reshape ravel squeeze expand_dims moveaxis swapaxes transpose
permute_dims matrix_transpose rollaxis atleast_1d atleast_2d atleast_3d concatenate concat stack
vstack hstack dstack column_stack block split array_split hsplit vsplit dsplit unstack tile repeat
flip fliplr flipud rot90 roll pad insert delete append resize trim_zeros
"""

_SELECTION = """
take take_along_axis put put_along_axis choose select compress extract where piecewise diagonal
partition sort maximum minimum fmax fmin clip nan_to_num copysign fmod ldexp hypot logaddexp
logaddexp2 sinc i0 heaviside
"""

_REDUCTIONS = """
sum prod mean average var std median percentile quantile max min ptp cumsum cumprod cumulative_sum
cumulative_prod diff ediff1d gradient trapezoid nansum nanprod nanmean nanvar nanstd nanmax nanmin
nanmedian nanpercentile nanquantile nancumsum nancumprod
"""

_PRODUCTS = """
dot vdot inner outer matmul matvec vecmat vecdot tensordot einsum kron cross trace convolve
correlate interp polyval polyfit polyadd polymul polyder polyint cov corrcoef bincount unwrap
apply_along_axis vectorize frompyfunc
"""

_UFUNCS = [name for name in dir(np) if isinstance(getattr(np, name), np.ufunc)]

_SPECIAL = """
erf erfc erfinv erfcinv gamma gammaln digamma polygamma gammainc gammaincc beta betaln betainc expit
logit log_expit logsumexp softmax log_softmax j0 j1 jn y0 y1 yn iv ive i0 i0e i1 i1e k0 k1 xlogy
xlog1py entr rel_entr ndtr log_ndtr ndtri multigammaln zeta
"""

_SCIPY = {
    "linalg": """
        solve solve_triangular solve_banded cho_factor cho_solve cholesky lu expm logm sqrtm
        solve_sylvester block_diag toeplitz circulant
    """,
    "signal": "convolve correlate fftconvolve",
    "ndimage": "convolve correlate gaussian_filter",
    "optimize": "root brentq fixed_point minimize",
    "integrate": "solve_ivp odeint",
    "interpolate": "interp1d CubicSpline",
    "sparse.linalg": "spsolve",
}

NUMPY = tuple(
    dict.fromkeys(
        f"np.{name}"
        for name in [
            *f"{_CREATION} {_SHAPE} {_SELECTION} {_REDUCTIONS} {_PRODUCTS}".split(),
            *_UFUNCS,
            *(f"linalg.{n}" for n in np.linalg.__all__ if not n.endswith(("Error",))),
            *(f"fft.{n}" for n in np.fft.__all__),
        ]
    )
)

STANDARD = tuple(
    f"{module.__name__}.{name}"
    for module in (math, cmath, operator)
    for name in dir(module)
    if not name.startswith("_") and callable(getattr(module, name))
)

SCIPY = (
    *(f"scipy.special.{name}" for name in _SPECIAL.split()),
    *(f"scipy.{part}.{name}" for part, names in _SCIPY.items() for name in names.split()),
)

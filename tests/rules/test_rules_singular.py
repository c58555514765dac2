"""Points where a formula of the derivative fails: finite wherever the function is, in both modes.

What was masked away (`np.where`, `where=`, what skips NaN) contributes exactly zero: its cotangent
is dropped, not multiplied by zero.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from adjoint import gradient, jvp

from .checker import HAS_SCIPY

INF, NAN = np.inf, np.nan

# An expression of `x`, the point, and the gradient of its sum.
POINTS = [
    ("np.where(x > 0, np.sqrt(x), 0.0)", [0.0, 4.0], [0.0, 0.25]),
    ("np.where(x > 0, x * np.log(x), 0.0)", [0.0, 1.0], [0.0, 1.0]),
    ("np.where(x != 0, np.sin(x) / x, 1.0)", [0.0, np.pi], [0.0, -1 / np.pi]),
    ("np.sum(x * x, where=KEPT)", [1.0, INF], [2.0, 0.0]),
    ("np.sum(np.log(x), where=KEPT)", [1.0, 0.0], [1.0, 0.0]),
    ("np.mean(np.sqrt(x), where=KEPT)", [1.0, 0.0], [0.5, 0.0]),
    ("np.max(np.log(x), where=KEPT, initial=-9.0)", [1.0, 2.0], [1.0, 0.0]),
    ("np.prod(x, where=KEPT)", [0.0, 0.0], [1.0, 0.0]),
    ("np.std(x, where=KEPT)", [1.0, 3.0], [0.0, 0.0]),
    ("np.nansum(x * np.array([1.0, np.nan]))", [1.0, 2.0], [1.0, 0.0]),
    ("np.nan_to_num(x, nan=1.0)", [NAN, 1.0], [0.0, 1.0]),
    ("np.linalg.norm(x)", [0.0, 0.0], [0.0, 0.0]),
    ("np.std(x)", [2.0, 2.0], [0.0, 0.0]),
    ("x ** 2.0", [0.0, 1.0], [0.0, 2.0]),
    ("x ** 1.0", [0.0, 1.0], [1.0, 1.0]),
    ("x ** 0.0", [0.0, 1.0], [0.0, 0.0]),
    ("np.arctan2(x, 2 * x)", [0.0, 1.0], [0.0, 0.0]),
    ("math.atan2(x[0], x[1])", [0.0, 0.0], [0.0, 0.0]),
    ("np.hypot(x, x)", [0.0, 1.0], [0.0, np.sqrt(2)]),
    ("np.logaddexp(x, 1.0)", [-INF, 1.0], [0.0, 0.5]),
    ("np.logaddexp.reduce(x)", [-INF, 1.0], [0.0, 1.0]),
    ("np.max(x)", [1.0, 1.0], [0.5, 0.5]),
    ("np.max(x, initial=1.0)", [1.0, 1.0], [1 / 3, 1 / 3]),
    ("np.sort(x)[0]", [1.0, 1.0], [1.0, 0.0]),
    ("np.partition(x, 0)[0]", [1.0, 1.0], [1.0, 0.0]),
    ("np.median(x)", [1.0, 1.0], [0.5, 0.5]),
    ("np.trim_zeros(np.concatenate([[0.0], x, [0.0]])) ** 2", [1.0, -2.0], [2.0, -4.0]),
    ("np.linalg.eigvals(np.diag(x)).real", [2.0, 2.0], [1.0, 1.0]),
    ("np.linalg.eig(np.diag(x))[0].real", [2.0, 2.0], [1.0, 1.0]),
    ("np.linalg.svd(np.diag(x))[1]", [2.0, 2.0], [1.0, 1.0]),
    ("np.i0(x)", [0.0, 0.0], [0.0, 0.0]),
    ("np.sinc(x)", [0.0, 0.0], [0.0, 0.0]),
]

OF_SCIPY = [
    ("special.logsumexp(x)", [-INF, 1.0], [0.0, 1.0]),
    ("special.xlogy(x, x)", [0.0, 1.0], [0.0, 1.0]),
    ("special.xlog1py(x, -1.0)", [0.0, 0.0], [0.0, 0.0]),
    ("special.entr(x)", [0.0, 1.0], [-1.0, -1.0]),
    ("special.rel_entr(x, np.ones(2))", [0.0, 1.0], [1.0, 1.0]),
    ("special.i0e(x)", [0.0, 0.0], [0.0, 0.0]),
    ("special.jv(1, x)", [0.0, 0.0], [0.5, 0.5]),
    ("special.gammainc(1.0, x)", [0.0, 0.0], [1.0, 1.0]),
    ("special.betainc(1.0, 2.0, x)", [0.0, 1.0], [2.0, 0.0]),
    ("stats.laplace.logpdf(x)", [0.0, 1.0], [0.0, -1.0]),
    ("stats.beta.logpdf(x, 1.0, 2.0)", [0.0, 0.5], [-1.0, -2.0]),
    ("stats.gamma.logpdf(x, 1.0)", [0.0, 0.5], [-1.0, -1.0]),
    ("stats.poisson.logpmf(0, x)", [0.0, 0.5], [-1.0, -1.0]),
    ("stats.binom.logpmf(np.array([0, 2]), 2, x)", [0.0, 1.0], [-2.0, 2.0]),
    ("linalg.expm(np.diag(x))", [0.0, 0.0], [1.0, 1.0]),
    ("linalg.sqrtm(np.diag(x))", [1.0, 1.0], [0.5, 0.5]),
]

ALL_POINTS = [*POINTS, *(OF_SCIPY if HAS_SCIPY else [])]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A module with a function for every point, as a file: its source is read."""
    path: Path = tmp_path_factory.mktemp("singular") / "singular_points.py"
    head = "import math\nimport numpy as np\nKEPT = np.array([True, False])\n"
    head += "from scipy import linalg, special, stats\n" if HAS_SCIPY else ""
    texts = [text for text, _, _ in ALL_POINTS]
    lines = [f"def point_{i}(x):\n    return np.sum({text})\n" for i, text in enumerate(texts)]
    path.write_text(head + "\n".join(lines))
    spec = importlib.util.spec_from_file_location("singular_points", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["singular_points"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("number", range(len(ALL_POINTS)), ids=lambda i: ALL_POINTS[i][0])
def test_the_derivative_is_what_a_mathematician_would_accept(
    number: int, programs: ModuleType
) -> None:
    _, point, want = ALL_POINTS[number]
    function = getattr(programs, f"point_{number}")
    x = np.array(point)
    with np.errstate(all="ignore"):  # what is masked away may be anything: no warning is promised
        value = function(x)
        found = gradient(function)(x)
        along = [jvp(function, (x,), (unit,))[1] for unit in np.eye(2)]
    assert np.isfinite(value)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(along, want, rtol=1e-12, atol=1e-12)

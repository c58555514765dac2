"""What scientists call beside arithmetic: transforms, decompositions, statistics, interpolation."""

from __future__ import annotations

import math

import numpy as np

from ..registry import arr, pos, program


@program((arr(8),))
def power_spectrum(x):
    spectrum = np.fft.rfft(x * np.hanning(8))
    return np.sum(np.abs(spectrum) ** 2 * np.arange(5))


@program((arr(6), arr(6)))
def circular_convolution(x, k):
    y = np.fft.ifft(np.fft.fft(x) * np.fft.fft(k))
    return np.sum(np.real(y) ** 3)


@program((arr(4, 6),))
def low_pass(image):
    spectrum = np.fft.fft2(image)
    kept = np.fft.fftshift(spectrum)[1:3, 2:5]
    return np.sum(kept.real**2 + kept.imag**2)


@program((arr(9),))
def spectral_derivative(u):
    k = np.fft.rfftfreq(9) * 2 * math.pi
    du = np.fft.irfft(1j * k * np.fft.rfft(u), 9)
    return np.sum(u * u * du) + np.sum(du**2)


@program((arr(3, 3),))
def eigenvalues_of_a_covariance(a):
    w, v = np.linalg.eigh(a @ a.T + 2 * np.eye(3) * np.arange(3))
    return np.sum(np.log(w + 1)) + np.sum(v[:, 0] ** 2 * np.arange(3))


@program((arr(4, 3),))
def nuclear_norm_and_condition(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    low_rank = (u[:, :1] * s[:1]) @ vh[:1]
    return np.sum(s) + s[0] / s[2] + np.sum(low_rank**2 * a)


@program((arr(5, 3), arr(5)))
def least_squares_by_qr(a, b):
    q, r = np.linalg.qr(a)
    x = np.linalg.solve(r, q.T @ b)
    return np.sum((a @ x - b) ** 2) + np.sum(x**2)


@program((arr(5, 3), arr(5)))
def least_squares_by_pseudo_inverse(a, b):
    x = np.linalg.pinv(a) @ b
    return np.sum(x**3)


@program((arr(3, 3), 3), (arr(3, 3), -2), (arr(3, 3), 0))
def markov_steps(a, n):
    p = np.linalg.matrix_power(a + 2 * np.eye(3), n)
    return np.sum(p * p)


@program((arr(7),))
def robust_scale(x):
    centre = np.median(x)
    return np.median(np.abs(x - centre) ** 2 + x) + np.quantile(x, 0.8) * centre


@program((arr(5, 4),))
def trimmed_rows(x):
    low, high = np.percentile(x, [20, 75], axis=0)
    return np.sum(np.where((x > low) & (x < high), x * x, 0.0)) + np.sum(low * high)


@program((pos(6),))
def survival(hazard):
    alive = np.cumprod(1 - 0.1 * hazard)
    return np.sum(alive * np.arange(6)) + alive[-1]


@program((arr(6),))
def growth_through_zero(x):
    x = np.where(np.arange(6) == 2, 0.0, x)
    return np.sum(np.cumprod(x + 0.0) ** 2) + np.cumprod(x)[1]


@program((arr(4), arr(5)))
def table_look_up(x, values):
    grid = np.array([-2.0, -0.5, 0.1, 0.9, 2.0])
    return np.sum(np.interp(x, grid, values) ** 2)


@program((arr(6), arr(3)))
def moving_average(x, k):
    smooth = np.convolve(x, k, "same")
    return np.sum(smooth**2) + np.sum(np.correlate(x, k) * x[:4])


@program((arr(7),))
def curvature(u):
    slope = np.gradient(u, 0.25)
    return np.sum(np.gradient(slope, 0.25) ** 2)


@program((arr(4, 5),))
def slopes_of_a_surface(u):
    gy = np.gradient(u, axis=0)
    gx = np.gradient(u, 0.5, axis=1, edge_order=2)
    return np.sum(np.sqrt(1 + gx**2 + gy**2))


@program((arr(3, 6),))
def correlations(x):
    r = np.corrcoef(x)
    return np.sum(r**2 * np.arange(9).reshape(3, 3)) + np.cov(x)[0, 1]


@program((arr(4), arr(5)))
def polynomial_fit_error(p, x):
    return np.sum((np.polyval(p, x) - x**2) ** 2) + np.sum(np.polyval(np.polyder(p), x))


@program((arr(4), arr(4)))
def chosen_by_conditions(x, y):
    z = np.select([x > 0.5, y > 0], [x * y, y**2], default=x)
    return np.sum(z * x)


@program((arr(2, 2), arr(2, 1)))
def block_matrix(a, b):
    m = np.block([[a, b], [b.T, np.ones((1, 1))]])
    return np.linalg.det(m) + np.sum(m**2)


@program((arr(6),))
def pieces_of_a_state(state):
    q, p = np.hsplit(state, 2)
    return np.sum(q * p**2) + np.sum(np.insert(q, 1, p[0]) ** 2) + np.delete(p, 1)[1]


@program((arr(3), arr(3, 4), arr(4, 2)))
def chain_of_products(x, a, b):
    return np.sum(np.linalg.multi_dot([x, a, b]) ** 2)


@program((arr(3, 4),))
def holes_left_out(x):
    y = np.where(np.eye(3, 4) > 0, np.nan, x)
    return np.nanvar(y) + np.sum(np.nanstd(y, axis=0)[2:]) + np.nanmax(y) + np.nanprod(y[0])


@program((arr(4),))
def step_of_integration(h):
    y = np.array([1.0, 0.5, 2.0])
    return np.trapezoid(y, dx=h[0]) * h[1] + np.trapezoid(y * h[2], dx=h[3])


@program((arr(5, 3), arr(5)))
def least_squares(a, b):
    x = np.linalg.lstsq(a, b, rcond=None)[0]
    y, residual, rank, s = np.linalg.lstsq(a, b * b, rcond=None)
    return np.sum(x**3) + np.sum(y * x) * rank + np.sum(residual) + s[0]


@program((arr(3, 3),))
def condition_of_a_matrix(a):
    return np.linalg.cond(a + 2 * np.eye(3)) + np.linalg.norm(a, "nuc")


@program((arr(4, 5),))
def medians_of_what_was_measured(x):
    y = np.where(np.eye(4, 5) > 0, np.nan, x)
    return np.sum(np.nanmedian(y, axis=1) ** 2) + np.nanpercentile(y, 30)


@program((arr(3, 4),))
def running_totals(x):
    return np.sum(np.cumulative_sum(x, axis=1, include_initial=True) ** 2) + np.ptp(x)


@program((arr(6), pos(6)))
def histogram_of_weights(x, w):
    mass = np.bincount(np.array([0, 2, 2, 1, 0, 3]), weights=w * x, minlength=5)
    mantissa, exponent = np.frexp(w)
    return np.sum(mass**2) + np.sum(mantissa * x)

"""Complex numbers: waves, filters, phases, states; real and imaginary parts written apart."""

from __future__ import annotations

import math
import warnings

import numpy as np

from ..registry import Draw, arr, pos, program


def comp(*shape: int, scale: float = 1.0) -> Draw:
    """An array of complex numbers of sizes between 0.4 and 1.4, away from the negative axis."""

    def draw(rng: np.random.Generator) -> object:
        size, angle = rng.uniform(0.4, 1.4, shape), rng.uniform(-2.0, 2.0, shape)
        return scale * size * np.exp(1j * angle)

    return Draw(draw)


def half(draw: Draw) -> Draw:
    """The same argument in complex64."""
    return Draw(lambda rng: np.complex64(draw.draw(rng)))


@program((0.8 + 0.3j, 4), (-0.6 + 0.9j, 0))
def newton_root(z, n):
    for _ in range(n):
        z = z - (z**3 - 1) / (3 * z**2)
    return z


@program((comp(3), 3), (np.zeros(0, complex), 2))
def newton_on_a_grid(z, n):
    for _ in range(n):
        z = z - (z**3 - 1) / (3 * z**2)
    return np.sum(np.abs(z) ** 2)


@program((comp(4, scale=0.4), 0.3 - 0.2j, 5))
def escape_of_julia(z, c, n):
    smooth = np.zeros(z.shape)
    for _ in range(n):
        inside = np.abs(z) < 2.0
        z = np.where(inside, z * z + c, z)
        smooth += np.exp(-np.abs(z))
    return smooth


@program((arr(8), pos(5)), (arr(9), pos(5)))
def filter_by_fft(x, gain):
    spectrum = np.fft.rfft(x)
    spectrum[: len(gain)] *= gain
    return np.fft.irfft(spectrum, len(x))


@program((arr(8), 0.4))
def delayed_by_a_fraction(x, shift):
    f = np.fft.fftfreq(len(x))
    moved = np.fft.ifft(np.fft.fft(x) * np.exp(-2j * np.pi * f * shift))
    return np.sum(moved.real * np.arange(len(x)))


@program((comp(6), comp(6)))
def cross_spectrum(x, y):
    cross = np.fft.fft(x) * np.conj(np.fft.fft(y))
    power = np.abs(np.fft.fft(x)) ** 2 + 0.1
    return np.sum((cross / power).real) + np.sum(np.abs(cross)) * 0.1


@program((comp(2), pos(3), 6))
def state_evolved(psi, field, n):
    sx = np.array([[0, 1], [1, 0]], complex)
    sy = np.array([[0, -1j], [1j, 0]])
    sz = np.array([[1, 0], [0, -1]], complex)
    h = field[0] * sx + field[1] * sy + field[2] * sz
    step = np.linalg.inv(np.eye(2) + 0.05j * h) @ (np.eye(2) - 0.05j * h)
    seen = np.zeros(n)
    for k in range(n):
        psi = step @ psi
        seen[k] = np.vdot(psi, sz @ psi).real
    return seen


@program((comp(5), pos(5)))
def split_step(psi, potential):
    k = 2 * np.pi * np.fft.fftfreq(len(psi))
    for _ in range(3):
        psi = np.exp(-0.05j * potential) * psi
        psi = np.fft.ifft(np.exp(-0.05j * k * k) * np.fft.fft(psi))
    density = np.abs(psi) ** 2
    return np.sum(density * np.arange(len(psi)))


@program((0.4, 0.9, 0.3))
def two_qubits(theta, phi, lam):
    u = np.empty((2, 2), complex)
    u[0, 0] = math.cos(theta / 2)
    u[0, 1] = -np.exp(1j * lam) * math.sin(theta / 2)
    u[1, 0] = np.exp(1j * phi) * math.sin(theta / 2)
    u[1, 1] = np.exp(1j * (phi + lam)) * math.cos(theta / 2)
    both = np.kron(u, u) @ np.array([1, 0, 0, 0.5])
    return np.abs(both[1]) ** 2 - both[2].imag


@program((arr(6, scale=0.5),))
def unwrapped_phase(x):
    signal = np.exp(1j * np.cumsum(x))
    phase = np.unwrap(np.angle(signal))
    return np.sum(np.diff(phase) * np.arange(1.0, len(x)))


@program((comp(5),))
def phase_by_hand(z):
    total, last = 0.0, np.angle(z[0])
    for value in z[1:]:
        step = np.angle(value) - last
        step -= 2 * np.pi * np.round(step / (2 * np.pi))
        total += step * np.abs(value)
        last = np.angle(value)
    return total


@program((comp(4), arr(4), arr(4)))
def parts_written(z, re, im):
    z.real = re * im
    z.imag += im
    return z * z


@program((arr(3), arr(3), 3), (arr(3), arr(3), 0))
def oscillators_in_parts(x, v, n):
    z = np.zeros(3, complex)
    z.real = x
    z.imag = v
    for _ in range(n):
        z.real += 0.1 * z.imag
        z.imag -= 0.1 * np.sin(z.real)
    return np.sum(np.abs(z) ** 2 * np.arange(1, 4))


@program((comp(4), pos(2)))
def parts_of_slices(z, gain):
    z.real[1:3] *= gain
    z[::2].real = gain
    z[0] = z[0].real + 2j * z[1]
    return np.sum(z * z).imag + np.sum(z.real)


@program((comp(3), arr(3)))
def real_array_meets_complex(z, x):
    y = x * x
    w = y * z
    y[1:] = np.abs(w[1:]) * y[:-1]
    return y * w


@program((comp(3),), (half(comp(3)),))
def conjugate_and_modulus(z):
    w = z.conj() * z[::-1] / np.abs(z)
    w += np.conjugate(w) ** 2
    return np.real(w) - np.imag(w) * np.angle(z)


@program((np.complex128(0.7 + 0.4j), 1.3))
def real_part_by_float(z, k):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(z * z) * k + math.sin(z) * abs(z)


@program((comp(3), 0.4 + 0.3j))
def scalar_loop(z, c):
    total = 0j
    for value in z:
        total = total * c + value
    return abs(total) ** 2 + (total * c.conjugate()).real


@program((comp(3), comp(3, 3, scale=0.3)))
def linear_solve(b, a):
    x = np.linalg.solve(a + 2 * np.eye(3), b)
    return np.vdot(x, b)


@program((pos(4), 0.7))
def impedance(values, omega):
    resistance, inductance, capacity, load = values
    z = resistance + 1j * omega * inductance
    y = 1j * omega * capacity + 1 / load
    gain = 1 / (1 + z * y)
    return 20 * np.log10(np.abs(gain)) + np.angle(gain)


@program((arr(4), arr(4), 0.6))
def polynomial_on_the_circle(a, b, omega):
    z = np.exp(-1j * omega)
    top = bottom = 0
    for p, q in zip(a, b):
        top = top * z + p
        bottom = bottom * z + q
    response = top / (bottom + 3)
    return response.real**2 + response.imag


@program((comp(4), np.array([1, 0, 2])))
def picked_and_put(z, index):
    out = np.zeros(4, complex)
    out[index] = z[index] * 1j
    np.add.at(out, [0, 0, 3], z[1:])
    out[np.abs(z) > 0.0] *= 0.5
    return out


@program((comp(3), arr(3)))
def cast_and_told_apart(z, x):
    w = x.astype(complex) + z
    narrow = w.astype(np.complex64)
    y = np.asarray(x, dtype=np.complex128)
    return np.sum((w * y).real) if np.iscomplexobj(narrow) else 0.0


@program((comp(4),))
def dict_of_parts(z):
    parts = {"re": z.real, "im": z.imag, "both": z * 2}
    pair = [parts["re"] * parts["im"], parts["both"]]
    return pair[0] * pair[1]


def _rotated(z, angle):
    return z * np.exp(1j * angle)


@program((comp(3), 0.4), (arr(3), 0.4))
def rotated_by_a_helper(z, angle):
    for k in range(3):
        z = _rotated(z, angle * k) + z.real
    return np.sum(z.real * z.imag)


@program((0.7, -1.4), (np.float32(0.7), np.float32(-1.4)))
def made_of_two_numbers(x, y):
    z = complex(x, y)
    w = z * z + complex(y)
    return w.real * abs(w) + w.imag

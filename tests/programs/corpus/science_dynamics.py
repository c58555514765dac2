"""Programs scientists write: things that move, integrators, partial differential equations, control."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..registry import arr, pos, program


def rk4(f, t, y, h, *args):
    k1 = f(t, y, *args)
    k2 = f(t + h / 2, y + h / 2 * k1, *args)
    k3 = f(t + h / 2, y + h / 2 * k2, *args)
    k4 = f(t + h, y + h * k3, *args)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def lotka_volterra(t, y, a, b, c, d):
    prey, predator = y
    return np.array([a * prey - b * prey * predator, c * prey * predator - d * predator])


@program((pos(2), pos(4), 6), wrt=(0, 1))
def runge_kutta_with_starred_arguments(y, p, steps):
    for n in range(steps):
        y = rk4(lotka_volterra, 0.1 * n, y, 0.1, *p)
    return np.sum(y**2)


@program((pos(3), 0.3, 0.1, 12), wrt=(0, 1, 2))
def sir_with_history(y0, beta, gamma, days):
    history = np.zeros((days + 1, 3))
    history[0] = y0 / np.sum(y0)
    for day in range(days):
        s, i, r = history[day]
        infected = beta * s * i
        recovered = gamma * i
        history[day + 1] = [s - infected, i + infected - recovered, r + recovered]
    return np.max(history[:, 1]) + history[-1, 2]


@program((arr(4, 2), arr(4, 2), pos(4), 4), wrt=(0, 1, 2))
def n_body_leapfrog(pos_, vel, mass, steps):
    def acceleration(q):
        acc = np.zeros_like(q)
        for i in range(len(q)):
            for j in range(len(q)):
                if i == j:
                    continue
                d = q[j] - q[i]
                r2 = d @ d + 0.1
                acc[i] += mass[j] * d / (r2 * np.sqrt(r2))
        return acc

    a = acceleration(pos_)
    for _ in range(steps):
        vel = vel + 0.05 * a
        pos_ = pos_ + 0.1 * vel
        a = acceleration(pos_)
        vel = vel + 0.05 * a
    return 0.5 * np.sum(mass[:, None] * vel**2)


@program((arr(8), 0.2, 5), wrt=(0, 1))
def heat_with_swapped_buffers(u0, c, steps):
    u, new = u0.copy(), np.empty_like(u0)
    for _ in range(steps):
        new[1:-1] = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        new[0], new[-1] = u[0], u[-1]
        u, new = new, u
    return np.sum(u**2)


@program((arr(5, 6), 0.1, 3), wrt=(0, 1))
def heat_in_two_dimensions(u, alpha, steps):
    u = u.copy()
    for _ in range(steps):
        lap = np.zeros_like(u)
        lap[1:-1, 1:-1] = (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
        u += alpha * lap
    return np.mean(u**2)


@program((arr(9), 0.3, 4), wrt=(0, 1))
def burgers_upwind(u, dt, steps):
    for _ in range(steps):
        flux = 0.5 * u**2
        left = np.where(u > 0, flux - np.roll(flux, 1), np.roll(flux, -1) - flux)
        u = u - dt * left
    return np.sum(np.sin(u))


@program((arr(7), arr(7), 0.4, 5), wrt=(0, 1, 2))
def wave_equation_three_levels(previous, current, c, steps):
    for _ in range(steps):
        following = np.zeros(7)
        following[1:-1] = (
            2 * current[1:-1]
            - previous[1:-1]
            + c**2 * (current[2:] - 2 * current[1:-1] + current[:-2])
        )
        previous, current = current, following
    return np.sum(current * previous)


@program((arr(3), 1.0, 2.0, 0.5), wrt=(0, 1, 2, 3))
def pid_with_saturation(setpoints, kp, ki, kd):
    x, integral, error_before, cost = 0.0, 0.0, None, 0.0
    for target in setpoints:
        for _ in range(4):
            error = target - x
            integral += 0.1 * error
            derivative = 0.0 if error_before is None else (error - error_before) / 0.1
            u = kp * error + ki * integral + 0.01 * kd * derivative
            u = max(-1.5, min(1.5, u))
            x = x + 0.1 * (u - 0.3 * x)
            error_before = error
            cost += error * error
    return cost


@program((pos(1), 0.7), wrt=(0, 1))
def adaptive_step_euler(y, tol):
    t, h, taken = 0.0, 0.2, 0
    while t < 1.0 and taken < 40:
        if t + h > 1.0:
            h = 1.0 - t
        full = y + h * np.sin(y)
        half = y + h / 2 * np.sin(y)
        half = half + h / 2 * np.sin(half)
        error = np.max(np.abs(half - full))
        if error > 0.01 * tol:
            h = h * 0.5
            continue
        t += h
        y = half
        h *= 1.3
        taken += 1
    return y[0]


class State(NamedTuple):
    x: np.ndarray
    v: np.ndarray


@program((arr(2), arr(2), 1.3, 5), wrt=(0, 1, 2))
def oscillator_of_named_tuples(x, v, k, n):
    state = State(x, v)
    for _ in range(n):
        a = -k * state.x
        state = State(state.x + 0.1 * state.v, state.v + 0.1 * a)
    return np.sum(state.x**2) + np.sum(state.v**2)


@dataclass
class Spring:
    k: float
    rest: float

    def force(self, length):
        return self.k * (length - self.rest)


@program((arr(4), Spring(1.3, 0.4), 4), wrt=(0, 1))
def chain_of_springs(x, spring, steps):
    v = np.zeros_like(x)
    for _ in range(steps):
        f = np.zeros_like(x)
        for i in range(len(x) - 1):
            tension = spring.force(x[i + 1] - x[i])
            f[i] += tension
            f[i + 1] -= tension
        v = 0.95 * (v + 0.1 * f)
        x = x + 0.1 * v
    return np.sum(x * x)


@program((arr(2), {"mass": 1.2, "drag": 0.3, "wind": np.array([0.2, -0.1])}), wrt=(0, 1))
def projectile_of_a_dict_of_parameters(velocity, params):
    position = np.zeros(2)
    velocity = velocity + np.array([3.0, 4.0])
    t = 0
    while position[1] >= 0.0 and t < 30:
        relative = velocity - params["wind"]
        speed = np.sqrt(relative @ relative)
        acceleration = -params["drag"] / params["mass"] * speed * relative
        acceleration[1] -= 9.81
        position = position + 0.05 * velocity
        velocity = velocity + 0.05 * acceleration
        t += 1
    return position[0]


@program((arr(3), arr(3, 3), 1e-8), wrt=(0, 1))
def implicit_euler_by_newton(y, a, tol):
    a = 0.3 * a
    for _ in range(2):
        x = y
        for _ in range(20):
            residual = x - y - 0.1 * np.tanh(a @ x)
            jacobian = np.eye(3) - 0.1 * (1 - np.tanh(a @ x) ** 2)[:, None] * a
            step = np.linalg.solve(jacobian, residual)
            x = x - step
            if np.max(np.abs(step)) < tol:
                break
        y = x
    return np.sum(y**2)


@program((pos(6), 0.2, 0.5), wrt=(0, 1, 2))
def traffic_cells(density, speed, limit):
    density = density / 3.0
    n = density.size
    for _ in range(4):
        flow = np.empty(n + 1)
        for i in range(1, n):
            flow[i] = min(speed * density[i - 1], speed * (1.0 - density[i]), limit)
        flow[0] = flow[1]
        flow[-1] = flow[-2]
        density = density - np.diff(flow)
    return np.sum(density**2)


@program((arr(4), arr(4), pos(4)), wrt=(0, 1, 2))
def lorenz_ensemble(x, y, z):
    sigma, rho, beta = 10.0, 28.0, 8.0 / 3.0
    for _ in range(5):
        dx = sigma * (y - x)
        dy = x * (rho - z) - y
        dz = x * y - beta * z
        x, y, z = x + 0.01 * dx, y + 0.01 * dy, z + 0.01 * dz
    return x.mean() + y.std() + z.max()


@program((arr(5), 0.3), wrt=(0, 1))
def thomas_algorithm(d, c):
    n = len(d)
    b = np.full(n, 2.0 + c)
    d = d.copy()
    for i in range(1, n):
        w = -c / b[i - 1]
        b[i] -= w * -c
        d[i] -= w * d[i - 1]
    x = np.zeros(n)
    x[-1] = d[-1] / b[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (d[i] + c * x[i + 1]) / b[i]
    return np.sum(x**2)


@program((arr(6), arr(3)), wrt=(0, 1))
def gauss_seidel_in_place(b, coefficients):
    n = len(b)
    x = np.zeros(n)
    for _ in range(3):
        for i in range(n):
            left = x[i - 1] if i > 0 else 0.0
            right = x[i + 1] if i < n - 1 else 0.0
            x[i] = (b[i] + coefficients[0] * left + coefficients[1] * right) / (
                4.0 + coefficients[2]
            )
    return np.dot(x, x)


@program((pos(4), pos(4)), wrt=(0, 1))
def finite_elements_assembled(stiffness, load):
    n = len(stiffness) + 1
    k = np.zeros((n, n))
    f = np.zeros(n)
    for e in range(len(stiffness)):
        local = stiffness[e] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        dofs = [e, e + 1]
        k[np.ix_(dofs, dofs)] += local
        f[dofs] += load[e] / 2
    u = np.zeros(n)
    u[1:] = np.linalg.solve(k[1:, 1:], f[1:])
    return u[-1]


@program((pos(4), pos(4)), wrt=(0, 1))
def finite_elements_by_scatter(stiffness, load):
    n = len(stiffness) + 1
    rows = np.array([[e, e + 1] for e in range(n - 1)])
    k, f = np.zeros((n, n)), np.zeros(n)
    blocks = stiffness[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    np.add.at(k, (rows[:, :, None], rows[:, None, :]), blocks)
    np.add.at(f, rows, load[:, None] / 2)
    k[0, :] = 0.0
    k[0, 0] = 1.0
    f[0] = 0.0
    return np.linalg.solve(k, f) @ f

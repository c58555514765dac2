"""Derivatives inside functions: higher order, gradient penalties, steps of optimisers, physics."""

import numpy as np

import adjoint
from adjoint import grad

from ..registry import arr, pos, program


@grad
def cube(x):
    return x**3


@grad
def energy(q, k):
    return 0.5 * k * np.sum(q * q) + np.sum(np.cos(q)) * 0.1


@grad
def swing(q, n):
    for _ in range(n):
        q = q - 0.1 * np.sin(q)
    return np.sum(q * q)


@program((pos(),))
def slope_times_x(x):
    return cube.gradient(x) * x


@program((arr(3), 2.0))
def gradient_penalty(q, k):
    force = energy.gradient(q, k)
    return energy(q, k) + np.sum(force**2)


@program((arr(3), 2.0))
def force_written_into(q, k):
    force = energy.gradient(q, k)
    force[0] = force[1] * q[2]
    force *= 2.0
    return np.sum(force * q)


@program((arr(3), 4))
def gradient_of_a_loop(q, n):
    return np.sum(swing.gradient(q, n) ** 2)


@program((pos(),))
def value_too(x):
    value, slope = cube.value_and_gradient(x)
    return value * slope


@program((pos(),))
def pullback_called_twice(x):
    value, pull = cube.vjp(x)
    return pull(2.0)[0] * value + pull(x)[0]


@program((arr(3), pos()))
def pullback_of_several(q, k):
    value, pull = adjoint.vjp(lambda q, k: k * q**2, q, k)
    d_q, d_k = pull(value)
    return np.sum(d_q) * d_k


@program((pos(),))
def vjp_with_wrt(x):
    def f(a, b):
        return a * np.sin(b)

    _, pull = adjoint.vjp(f, x, x * x, wrt="b")
    return pull(1.0)[1]


@program((pos(), pos()))
def of_a_local_function(x, k):
    def f(t):
        return k * t**3

    return adjoint.gradient(f)(x)


@program((pos(), pos()))
def third_order(x, k):
    def f(t):
        return np.exp(k * t)

    d1 = adjoint.gradient(f)
    d2 = adjoint.gradient(d1)
    return d2(x) + f(x)


@program((pos(), pos()))
def perturbations_stay_apart(x, y):
    """`d/dx (x * d/dy (x + y))`: the two derivatives must not be confused."""
    def inner(y):
        return x * y * y

    return x * adjoint.gradient(inner)(y)


@program((pos(),))
def same_name_inside(x):
    def f(x):
        def g(x):
            return x**4

        return x * adjoint.gradient(g)(x)

    return adjoint.gradient(f)(x)


@program((pos(), 5))
def newton(a, n):
    def f(x):
        return x**3 - a

    slope = adjoint.gradient(f)
    x = 1.0 + a
    for _ in range(n):
        x = x - f(x) / slope(x)
    return x


def quadratic(w, x, y):
    return np.mean((x @ w - y) ** 2)


@program((arr(2), arr(4, 2), arr(4), arr(3, 2), arr(3)))
def two_steps_of_descent(w, x, y, x_val, y_val):
    step = adjoint.gradient(quadratic)
    for _ in range(2):
        w = w - 0.1 * step(w, x, y)
    return quadratic(w, x_val, y_val)


@program((pos(), arr(2), arr(4, 2), arr(4)))
def rate_of_descent(rate, w, x, y):
    w = w - rate * adjoint.gradient(quadratic, wrt="w")(w, x, y)
    w = w - rate * adjoint.gradient(quadratic, wrt=0)(w, x, y)
    return quadratic(w, x, y)


@program((arr(2), arr(4, 2), arr(4)))
def with_respect_to_two(w, x, y):
    d_w, d_y = adjoint.gradient(quadratic, wrt=("w", "y"))(w, x, y)
    return np.sum(d_w**2) + np.sum(d_y**3)


def network(t, w, b, v):
    return np.sum(v * np.tanh(w * t + b))


@program((arr(3), arr(3), arr(3), arr(4)))
def physics_informed(w, b, v, points):
    """`u'' + u = 0` for a small network."""
    def u(t):
        return network(t, w, b, v)

    u_tt = adjoint.gradient(adjoint.gradient(u))
    loss = 0.0
    for t in points:
        loss = loss + (u_tt(t) + u(t)) ** 2
    return loss


@program((arr(3), arr(3), arr(3), arr(3)))
def partial_derivatives(w, b, v, points):
    def u(t, x):
        return network(t + x * x, w, b, v)

    u_t = adjoint.gradient(u, wrt="t")
    u_x = adjoint.gradient(u, wrt="x")
    u_xx = adjoint.gradient(u_x, wrt="x")
    return sum((u_t(t, 0.5) - u_xx(t, 0.5)) ** 2 for t in points)


@program((arr(3), 2.0))
def in_a_dict(q, k):
    def loss(params):
        return np.sum(params["a"] ** 3) * params["b"]

    grads = adjoint.gradient(loss)({"a": q, "b": k})
    return np.sum(grads["a"]) * grads["b"]


@program((arr(3), 2.0))
def in_a_tuple(q, k):
    def loss(params):
        a, b = params
        return np.sum(a**3) * b

    a, b = adjoint.gradient(loss)((q, k))
    return np.sum(a) * b


@program((arr(3),))
def only_where_positive(x):
    if np.sum(x) > 0:
        return np.sum(energy.gradient(x, 1.0) * x)
    return np.sum(x)


class Spring:
    """A potential that depends on what the object holds."""

    def __init__(self, k):
        self.k = k

    @grad(wrt="q")
    def potential(self, q):
        return 0.5 * self.k * np.sum(q * q) + np.sum(q**3)

    def force(self, q):
        return -self.potential.gradient(q)


@program((arr(3), pos()))
def method_of_an_object(q, k):
    spring = Spring(k)
    for _ in range(3):
        q = q + 0.1 * spring.force(q)
    return np.sum(q * q)


def root(f, x, n):
    for _ in range(n):
        x = x - f(x) / adjoint.gradient(f)(x)
    return x


@program((pos(), pos()))
def of_a_function_that_is_given(a, b):
    return root(lambda x: x**3 - a * x - b, 2.0 + a, 4)


@program((pos(), pos()))
def kept_in_a_list(x, k):
    slopes = [adjoint.gradient(lambda t: k * t**3), adjoint.gradient(lambda t: np.sin(k * t))]
    return sum(slope(x) ** 2 for slope in slopes)


@program((pos(), pos()))
def captured_by_another(x, k):
    def f(t):
        return np.exp(k * t)

    slope = adjoint.gradient(f)

    def residual(t):
        return slope(t) - 2.0 * t

    return residual(x) * adjoint.gradient(residual)(x)


@program((pos(), pos()))
def made_by_a_function(x, k):
    def make(scale):
        return adjoint.gradient(lambda t: scale * t**3)

    return make(k)(x) + make(x)(k)


def helper(t):
    return np.sin(t) * t


@grad
def calls_in_a_loop(x, n):
    for _ in range(n):
        x = helper(x) + 0.5
    return x * x


@program((pos(), 3))
def gradient_through_calls_in_a_loop(x, n):
    return calls_in_a_loop.gradient(x, n) ** 2


@program((pos(),))
def of_the_derivative_itself(x):
    return grad(grad(cube).gradient).gradient(x) * adjoint.gradient(cube.gradient)(x)


@grad
def without_the_middle(x):
    squares = [x[i] ** 3 for i in range(len(x))]
    del squares[1:3]
    return squares[0] * squares[1]


@program((arr(4),))
def slice_of_a_list_deleted(x):
    return without_the_middle(x)

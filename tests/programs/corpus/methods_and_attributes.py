"""Methods and attributes, of arrays and of the user's own classes."""

import numpy as np

from ..registry import arr, pos, program


@program((arr(3, 4),))
def array_methods(x):
    return x.sum() * x.mean() + x.T.max() + x.reshape(-1).min() + x.std() + x.flatten().dot(x.ravel())


@program((arr(3, 4),))
def chained_methods(x):
    return (x * x).sum(axis=0).reshape(2, 2).T.dot(np.ones(2)).prod()


@program((arr(3, 4),))
def copies(x):
    y = x.copy()
    y[0] = 0.0
    return (x * y).sum() + x.astype(float).sum() + np.array(x, copy=True).sum()


@program((arr(3),))
def attributes(x):
    return x.T @ x + x.real.sum() * x.shape[0] + float(x.size) * x[0] + x.ndim


@program((arr(4),))
def sizes_as_bounds(x):
    s = 0.0
    for i in range(x.size):
        s += x[i] ** 2 * x.shape[0]
    return s


@program((arr(2, 3),))
def methods_with_axes(x):
    return (
        x.sum(0).prod()
        + x.mean(axis=1, keepdims=True).sum() * x.max(1).sum()
        + x.swapaxes(0, 1)[0].sum()
        + x.transpose()[1].sum()
        + x.squeeze().cumsum()[3]
        + x.repeat(2).sum()
        + x.diagonal().sum()
        + x.trace()
    )


class Model:
    """A user's class: parameters as attributes, the computation as a method."""

    rate = 0.5

    def __init__(self, w, b):
        self.w = w
        self.b = b

    def predict(self, x):
        return np.tanh(x @ self.w + self.b) * self.rate

    def loss(self, x):
        return np.sum(self.predict(x) ** 2)

    @staticmethod
    def penalty(w):
        return np.sum(w * w)


FIXED = Model(np.array([0.3, -0.4, 0.8]), 0.2)


@program((arr(5, 3), FIXED), wrt=(0,))
def method_of_an_argument(x, model):
    return model.loss(x) + model.penalty(x)


@program((arr(5, 3),))
def method_of_a_global(x):
    return FIXED.loss(x) + np.sum(x @ FIXED.w)


@program((arr(3), 0.4, arr(5, 3)))
def object_made_inside(w, b, x):
    model = Model(w, b)
    return model.loss(x) + Model.penalty(model.w)


class Particle:
    """A thing with state, moved in place."""

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def step(self, h):
        self.v = self.v - h * np.sin(self.x)
        self.x = self.x + h * self.v


@program((0.4, 0.3, 0.1, 4))
def object_with_state(x, v, h, n):
    p = Particle(x, v)
    for _ in range(n):
        p.step(h)
    return p.x * p.v


@program((arr(3), arr(3)))
def attribute_written_in_place(x, y):
    p = Particle(x * 1.0, y * 1.0)
    p.x += p.v
    p.v[0] = p.x[1]
    p.x[1:] *= 2.0
    return np.sum(p.x * p.v)


class Quadratic:
    """A callable object."""

    def __init__(self, a):
        self.a = a

    def __call__(self, x):
        return self.a * x * x


@program((arr(3), Quadratic(0.7)), wrt=(0,))
def callable_object(x, f):
    return np.sum(f(x) + f(f(x)))


@program((arr(3), 0.7))
def callable_made_inside(x, a):
    f = Quadratic(a)
    return np.sum(f(x))


@program((pos(3),))
def class_attributes(x):
    return np.sum(x) * Model.rate + FIXED.rate * FIXED.b * x[0]

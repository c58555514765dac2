"""Functions to be explained: several things are refused in some of them."""

import numpy as np

from adjoint import grad


def bend(x, k):
    return k * np.sin(x)


def mixed(x, n):
    scale = 1.0 / n
    total = 0.0
    for v in x:
        if v > 0:
            total += scale * bend(v, 2.0)
    unused = np.cos(x)  # noqa: F841
    print(total)
    return total


def doubtful(x):
    kinds = {round(v) for v in x}
    y = np.tanh(x)
    with open("log.txt") as log:
        log.write(str(len(kinds)))
    y = eval("y + 1")
    return helper(y)


def helper(y):
    global calls  # noqa: PLW0603
    calls = 1
    return np.sum(
        y * y
    )


@grad
def decorated(x):
    return sum({v * v for v in x})


def takes_text(name: str):
    return name.upper()


class Spring:
    def __init__(self, k):
        self.k = k

    def energy(self, x):
        return 0.5 * self.k * x**2

    @property
    def stiffness(self):
        return self.k


exec("def from_nowhere(x):\n    return x * x")


def calls_nowhere(x):
    return 2 * from_nowhere(x)  # noqa: F821

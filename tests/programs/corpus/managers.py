"""Context managers of the user's own and of the standard library."""

import contextlib
import io
import threading
import time
import warnings

import numpy as np

from ..registry import pos, program


class Timer:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exc):
        self.log.append(time.perf_counter() - self.start)


class Scaled:
    def __init__(self, v, k):
        self.v, self.k = v, k

    def __enter__(self):
        self.v = self.v * self.k
        return self.v

    def __exit__(self, kind, error, trace):
        return False


class Ignoring:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return kind is ValueError


@contextlib.contextmanager
def scaled(v, k):
    yield v * k


@contextlib.contextmanager
def logged(name):
    LOG.append(("begin", name))
    try:
        yield
    finally:
        LOG.append(("end", name))


@contextlib.contextmanager
def swallowing():
    try:
        yield
    except ValueError:
        pass


LOG = []
LOCK = threading.Lock()


def _root(v):
    if v < 0:
        raise ValueError
    return np.sqrt(v)


@program((pos(4),))
def timer(x):
    log = []
    with Timer(log):
        y = x * x
    return np.sum(y)


@program((pos(4), 2.0))
def scaled_class(x, k):
    with Scaled(x, k) as y:
        z = y * x
    return np.sum(z)


@program((pos(4), 2.0))
def scaled_generator(x, k):
    with scaled(x, k) as y:
        z = y * x
    return np.sum(z)


@program((pos(4),))
def logged_section(x):
    with logged("a"):
        y = x * x
        with logged("b"):
            y = y * y
    return np.sum(y)


@program((pos(4),))
def lock_and_errstate(x):
    with LOCK, np.errstate(all="ignore"):
        y = np.log(x)
    return np.sum(y)


@program((pos(2),), (np.array([-1.0, 2.0]),))
def suppressed(x):
    y = x[1]
    with contextlib.suppress(ValueError):
        y = _root(x[0]) * 2
    return y * x[1]


@program((pos(2),), (np.array([-1.0, 2.0]),))
def suppressed_partly(x):
    y = x[1]
    with contextlib.suppress(ValueError, KeyError):
        y = y * 2
        y = y * _root(x[0])
    return y * x[1]


@program((pos(2),), (np.array([-1.0, 2.0]),))
def own_swallowing(x):
    y = x[1]
    with swallowing():
        y = y * 2
        y = y * _root(x[0])
    return y * x[1]


@program((pos(2),), (np.array([-1.0, 2.0]),))
def own_swallowing_class(x):
    y = x[1]
    with Ignoring():
        y = _root(x[0])
    return y * x[1]


@program((pos(4),))
def exit_stack(x):
    with contextlib.ExitStack() as stack:
        stack.enter_context(np.errstate(all="ignore"))
        stack.callback(LOG.append, "done")
        y = np.log(x)
    return np.sum(y)


@program((pos(4),))
def warnings_caught(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = np.sqrt(x)
    return np.sum(y)


@program((pos(4),))
def redirected(x):
    with contextlib.redirect_stdout(io.StringIO()):
        print("quiet")
        y = x * x
    return np.sum(y)


@program((pos(4),))
def parenthesised(x):
    with (
        np.errstate(divide="ignore"),
        contextlib.nullcontext(x * 2) as y,
        LOCK,
    ):
        z = y * y
    return np.sum(z)


@program((pos(4),), (np.array([0.5, 3.0, 0.1, 0.2]),))
def returns_inside(x):
    with np.errstate(all="ignore"), LOCK:
        for v in x:
            if v > 2:
                return v * x[0]
    return np.sum(x)


@program((pos(4),))
def with_in_loop_and_break(x):
    s = 1.0
    for v in x:
        with np.errstate(all="ignore"):
            s = s * v
            if s > 2:
                break
            if v > 1:
                continue
        s = s + v
    return s


class Recorder:
    def __init__(self):
        self.values = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.values.append(1)

    def add(self, v):
        self.values.append(v)


@program((pos(4),))
def recorder(x):
    with Recorder() as r:
        for v in x:
            r.add(v * v)
    return r.values[0] * r.values[1]


@contextlib.contextmanager
def temporarily(a, i, v):
    old = a[i]
    a[i] = v
    try:
        yield a
    finally:
        a[i] = old


@program((pos(4),))
def written_for_a_while(x):
    a = x * 1.0
    with temporarily(a, 0, x[1]):
        s = np.sum(a * a)
    return s + np.sum(a)


@program((pos(4),))
def decorated_by_context(x):
    @logged("f")
    def f(v):
        return v * v
    return np.sum(f(x))


@program((pos(4),))
def closing(x):
    with contextlib.closing(io.StringIO("1.5")) as f:
        k = float(f.read())
    return np.sum(x * k)

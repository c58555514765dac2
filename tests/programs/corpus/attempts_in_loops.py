"""Attempts in loops and loops in attempts: retries, exits through `finally`, what is kept when a body fails."""

import numpy as np

from ..registry import pos, program


class TooFar(Exception):
    pass


class TooNear(Exception):
    pass


def _step(v, limit):
    if v > limit:
        raise TooFar(v)
    return v * v

def _near(v, limit):
    if v < limit:
        raise TooNear(v)
    return v * np.sin(v)


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def nested_attempts_in_a_loop(x):
    s = 1.0
    for v in x:
        try:
            try:
                y = _step(v, 1.0)
            except TooFar:
                y = v * 3
            z = _near(y, 0.2)
        except TooNear:
            z = v
        s = s * z + v
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def attempt_with_branches_in_a_loop(x):
    s = 1.0
    for v in x:
        try:
            if v > 0.4:
                w = np.exp(v) * s
            else:
                w = s * s
            y = _step(w, 5.0) * w
        except TooFar:
            y = v * 3
        s = np.sin(s * y * 0.1) + v
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def attempt_with_a_loop_in_a_loop(x):
    s = 1.0
    for i in range(4):
        t = s
        try:
            for v in x:
                t = np.sin(t * v) + v
                _near(v, 0.13 * i)
            y = _step(t, 5.0) * t
        except TooFar:
            y = t * 3
        except TooNear:
            y = t * t
        s = np.sin(s * y * 0.1) + 0.1
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def list_in_an_attempt_in_a_loop(x):
    out = []
    for v in x:
        try:
            out.append(v * v)
            out.append(_step(v, 1.0))
        except TooFar:
            out.append(np.sin(v))
        finally:
            out.append(v)
    s = 0.0
    for i, o in enumerate(out):
        s = s + o * (i + 1) ** 2
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def array_in_an_attempt_in_a_loop(x):
    a = np.zeros(5)
    for i in range(5):
        try:
            a[i] = x[i] * x[i]
            a[i - 1] += _step(x[i], 1.0) * a[i]
            a[i] *= x[0]
        except TooFar:
            a[i] *= a[i - 1] + 2
    return np.sum(a ** 2 * x)


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def continue_break_return_through_finally(x):
    s = 1.0
    for i, v in enumerate(x):
        try:
            try:
                if i == 1:
                    continue
                s = s * _step(v, 1.0)
                if i == 3:
                    break
            except TooFar:
                s = s + v * v
                if i == 4:
                    return s
            finally:
                s = s + np.sin(v)
                if i == 2:
                    s = s * x[0]
        finally:
            s = s * 1.5
    else:
        s = s * 100
    return s * s


@program((np.array([0.5, 3.0, 1.5]),))
def return_overridden(x):
    s = x[0]
    for v in x:
        try:
            s = s * v
            return s
        finally:
            s = s + 1
            if v < 2:
                continue
    return s * s


@program((np.array([0.5, 3.0, 1.5]),))
def break_overrides_return(x):
    s = x[0]
    for v in x:
        try:
            s = s * v
            return s
        finally:
            s = s + 1
            break
    return s * s * x[2]


@program((np.array([0.5, 3.0, 1.5]),))
def generator_with_try_in_consumer(x):
    s = 0.0
    for v in x:
        try:
            w = sum(_step(v * k, 2.0) for k in range(3))
        except TooFar:
            w = v
        else:
            w = w * v
        finally:
            s = s + v
        s = s * w
    return s


@program((np.array([[2.0, 0.3], [0.3, 1.0]]), 0.5))
def cholesky_retries(a, x):
    jitter = x * 1e-3
    m = a @ a.T - 3 * np.eye(2)
    for _ in range(30):
        try:
            c = np.linalg.cholesky(m + jitter * np.eye(2))
        except np.linalg.LinAlgError:
            jitter = jitter * 4
        else:
            break
    return np.sum(c * c)


@program((3.0,), (0.5,))
def retries_helper_raises(x):
    def attempt(t):
        if t > 1:
            raise TooFar
        return np.log(t)
    t = x
    for _ in range(10):
        try:
            return attempt(t) * x
        except TooFar:
            t = t / 2
    return t


@program((pos(3), 0.5), (pos(3), 50.0))
def error_value(x, limit):
    try:
        y = _step(np.sum(x) * 3, limit)
    except TooFar as e:
        y = x[0] * float(e.args[0] > 1)
    return y * x[1]


@program((pos(3), 0.5), (pos(3), 50.0))
def suppressed_errors_chain(x, limit):
    ys = []
    for f in (_step, _near):
        for v in x:
            try:
                ys.append(f(v, limit))
            except (TooFar, TooNear) as error:
                if isinstance(error, TooFar):
                    ys.append(v)
                    continue
                ys.append(v * 2)
    return sum(y * (i + 1) for i, y in enumerate(ys))


@program((pos(3), 0.5), (pos(3), 50.0))
def helper_with_finally(x, limit):
    def work(v):
        out = v
        try:
            out = _step(v, limit)
        except TooFar:
            pass
        finally:
            out = out * v
        return out
    return np.sum(work(x[0]) + work(x[1]) * work(x[2]))


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def while_with_finally(x):
    i, s = 0, 0.0
    while i < 5:
        try:
            if x[i] > 2:
                continue
            s += _step(x[i], 1.0)
        except TooFar:
            break
        finally:
            i += 1
            s *= 1.5
    return s * x[0]


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def while_test_raises(x):
    i, s = 0, 1.0
    try:
        while _near(x[i], 0.3) < 10:
            s = s * x[i]
            i += 1
    except TooNear:
        s = s * i
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def index_error_ends(x):
    xs = [v * v for v in x]
    i, s = 0, 1.0
    try:
        while True:
            s = s * xs[i] + 1
            i += 1
    except IndexError:
        s = s * i
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def raise_through_two_loops(x):
    s = 1.0
    try:
        for i in range(5):
            for v in x:
                s = s * v + 0.1 * i
                if s > 3:
                    raise TooFar
                s = np.sin(s) + v
    except TooFar:
        s = s * x[4]
    else:
        s = s * x[3]
    finally:
        s = s * s
    return s


@program((np.array([0.5, 3.0, 1.5, 0.2, 0.7]),))
def zero_trips(x):
    s = x[0]
    for i in range(0):
        try:
            s = s * _step(x[i], 1.0)
        except TooFar:
            s = s + 1
        finally:
            s = s * 3
    return s * x[1]

"""`finally` that binds and leaves, attempts that leave half of their work behind, exceptions as control flow."""

import numpy as np

from ..registry import pos, program


class TooFar(Exception):
    pass


def _root(v):
    if v < 0:
        raise ValueError("negative")
    return np.sqrt(v)


def _step(v, limit):
    if v > limit:
        raise TooFar(v)
    return v * v


@program((pos(3),), (np.array([-1.0, 2.0, 3.0]),))
def finally_binds(x):
    try:
        y = _root(x[0])
    except ValueError:
        y = x[1]
    finally:
        z = x[2] * x[0]
    return y * z


@program((2.0,))
def finally_rebinds(x):
    y = x * x
    try:
        y = y * 3
    finally:
        y = y * x
    return y


@program((2.0, 1.0), (2.0, 3.0))
def finally_after_return(x, a):
    s = 0.0
    try:
        if a > 2:
            s = x * 3
            return s * x
        s = x * x
    finally:
        s = s + 1
        a = a * 2
    return s * a


@program((2.0,), (-1.0,))
def finally_returns(x):
    y = x
    try:
        y = _root(x)
    finally:
        return y * x


@program((pos(4), 4.0), (np.array([1.5, 0.5, 0.3, 0.2]), 1.0))
def finally_breaks(x, limit):
    s = 0.0
    for v in x:
        try:
            s = s + _step(v, limit)
        finally:
            if s > 2 or v > 1:
                break
        s = s * 1.1
    return s


@program((pos(4),), (np.array([0.5, 3.0, 1.5, 0.2]),))
def finally_in_loop_with_continue(x):
    s, n = 1.0, 0
    for v in x:
        try:
            if v > 1:
                continue
            s = s * v
        except ValueError:
            s = 0.0
        else:
            s = s + v
        finally:
            n += 1
            s = s + v * v * n
    return s * n


@program((pos(4),), (np.array([0.5, 3.0, 1.5, 0.2]),))
def finally_in_loop_with_break(x):
    s, n = 1.0, 0
    for v in x:
        try:
            if v > 1:
                break
            s = s * v
        finally:
            n += 1
            s = s + v * v * n
    return s * n


@program((pos(3), 10.0), (pos(3), 0.0))
def nested_finally_caught_outside(x, limit):
    y = x[0]
    try:
        try:
            z = _step(x[1], limit)
        finally:
            y = y * x[2]
    except TooFar:
        z = x[0] * 5
    return y * z


@program((pos(3), 10.0), (pos(3), 0.0))
def finally_with_raise_in_handler(x, limit):
    w = x[0]
    try:
        try:
            z = _step(x[1], limit)
        except TooFar as e:
            raise ValueError("no") from e
        finally:
            w = w * x[2] * 2
    except ValueError:
        z = w * x[1]
    return z * w


@program((pos(4),))
def finally_writes_array(x):
    a = np.zeros(4)
    try:
        a[0] = x[0] ** 2
        a[1] = x[1] * a[0]
    finally:
        a[2] = x[2] * a[1]
    return np.sum(a * x)


@program((pos(4), 10.0), (pos(4), 0.0))
def finally_writes_array_exception(x, limit):
    a = np.zeros(4)
    try:
        a[0] = x[0] ** 2
        a[1] = _step(x[1], limit)
    except TooFar:
        a[3] = x[3]
    finally:
        a[2] = x[2] * a[1]
    return np.sum(a * x)


@program((pos(4), 10.0), (pos(4), 0.0))
def assigned_then_raises(x, limit):
    y = 1.0
    try:
        y = x[0] * x[1]
        z = _step(x[2], limit)
    except TooFar:
        z = y * 2
    return y * z


@program((pos(4), 10.0), (np.array([0.5, 3.0, 1.5, 0.2]), 1.0))
def attempt_with_a_loop_in_it(x, limit):
    s = 0.0
    try:
        for v in x:
            s = s + v * v
            s = s + _step(v, limit)
    except TooFar:
        s = s * x[3]
    return s


@program((pos(5), 10.0), (np.array([0.5, 3.0, 1.5, 0.2, 1.0]), 1.3))
def retry_loop(x, limit):
    step = x[0]
    total = 0.0
    for attempt in range(4):
        try:
            total = total + step
            r = _step(step * 4, limit)
            break
        except TooFar:
            step = step * 0.5
    else:
        r = x[1]
    return r * total


@program((np.array([[2.0, 0.3], [0.3, 1.0]]), np.array([1.0, 2.0])),
         (np.array([[-1.0, 0.2], [0.2, -1.0]]), np.array([1.0, 2.0])))
def cholesky_with_jitter(a, b):
    a = (a + a.T) / 2
    jitter = 1e-6
    for _ in range(12):
        try:
            c = np.linalg.cholesky(a + jitter * np.eye(2))
            break
        except np.linalg.LinAlgError:
            jitter *= 10
    else:
        raise RuntimeError("no")
    y = np.linalg.solve(c, b)
    return np.sum(y * y) + np.sum(np.log(np.diag(c)))


@program((np.array([[2.0, 0.3], [0.3, 1.0]]), np.array([1.0, 2.0])),
         (np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([1.0, 4.0])))
def solve_or_pinv(a, b):
    a = a * np.array([[1.0, 1.0], [1.0, 0.0]]) if b[1] > 3 else a
    try:
        y = np.linalg.solve(a - a[:1] if b[1] > 3 else a, b)
    except np.linalg.LinAlgError:
        y = a.T @ b
    return np.sum(y ** 2)


@program((pos(3), 10.0), (pos(3), 0.0))
def own_exception_with_value(x, limit):
    try:
        y = _step(x[0], limit)
    except TooFar as error:
        y = x[1] * len(error.args)
    return y * x[2]


@program((pos(3),))
def raise_inside_try_as_control(x):
    s = 0.0
    try:
        for i in range(10):
            for v in x:
                s = s + v * i
                if s > 5:
                    raise StopIteration
    except StopIteration:
        pass
    return s * s


@program((pos(3),))
def line_search(x):
    t = 1.0
    f0 = np.sum(x * x)
    try:
        while True:
            y = x - t * 0.3 * x
            if np.sum(y * y) < 0.9 * f0:
                raise TooFar
            t = t * 0.5
    except TooFar:
        pass
    return np.sum(y ** 3)


@program((pos(3), 3), (pos(3), 7))
def key_error_default(x, k):
    table = {3: x[0] * 2}
    try:
        y = table[k]
    except KeyError:
        y = x[1]
    return y * x[2]


@program((pos(3), 1), (pos(3), 7))
def index_error_default(x, k):
    xs = [x[0] * 2, x[1]]
    try:
        y = xs[k]
    except (IndexError, KeyError):
        y = x[2]
    return y * x[2]


@program((pos(3),))
def try_else_finally_nested_loops(x):
    s = x[0]
    for i in range(3):
        try:
            for v in x:
                try:
                    if v * i > 2:
                        raise TooFar
                    s = s + v * i
                except TooFar:
                    s = s * 1.5
                else:
                    s = s + 1
                finally:
                    s = s * v
        finally:
            s = s + i
    return s


@program((pos(3), 2.0), (pos(3), 0.1))
def handler_binds_and_body_partial_array(x, limit):
    a = x * 1.0
    try:
        a[0] = a[0] * a[1]
        a[1] = _step(a[0], limit)
        a[2] = a[2] * a[1]
    except TooFar:
        a[1] = a[2] * a[0]
    return np.sum(a * a)


@program((pos(3), 2.0), (pos(3), 0.1))
def attempts_counted(x, limit):
    done = 0
    s = 0.0
    for v in x:
        try:
            s += _step(v, limit)
            done += 1
        except TooFar:
            s -= v
        finally:
            done += 2
    return s * done


@program((pos(3),))
def while_true_try(x):
    n = 0
    t = x[0] * 10
    while True:
        try:
            y = _step(t, 1.0)
        except TooFar:
            t = t / 2
            n = n + 1
            continue
        break
    return y * x[1] + n


@program((pos(3),))
def assert_and_reraise(x):
    assert x.ndim == 1, "one axis"
    try:
        assert np.all(x > 0), f"bad {x.shape}"
        y = np.log(x)
    except AssertionError as e:
        raise ValueError("positive please") from e
    return np.sum(y)


@program((pos(3), 10.0), (pos(3), 0.0))
def bare_raise(x, limit):
    y = 1.0
    try:
        try:
            y = _step(x[0], limit)
        except TooFar:
            y = y * 2
            raise
    except Exception:
        y = x[1] * y
    return y * x[2]


@program((pos(3), 10.0), (pos(3), 0.0))
def else_raises(x, limit):
    y = x[0]
    try:
        try:
            pass
        except TooFar:
            y = y * 2
        else:
            y = y * x[1]
            y = y + _step(x[2], limit)
    except TooFar:
        y = y * y
    return y


@program((pos(3), 10.0), (pos(3), 0.0))
def lists_in_try(x, limit):
    xs = []
    try:
        xs.append(x[0] * 2)
        xs.append(_step(x[1], limit))
        xs.append(x[2])
    except TooFar:
        xs.append(x[2] * x[2])
    s = 0.0
    for i, v in enumerate(xs):
        s = s + v * (i + 1)
    return s


@program((pos(3), 10.0), (pos(3), 0.0))
def dict_in_try(x, limit):
    d = {}
    try:
        d["a"] = x[0] * 2
        d["b"] = _step(x[1], limit)
    except TooFar:
        d["b"] = x[2] * x[2]
    finally:
        d["c"] = d["b"] * d["a"]
    return d["c"] * d["a"]

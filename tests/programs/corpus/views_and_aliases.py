"""Several names for the same memory: writes reach all of them, and so do cotangents."""

import numpy as np

from ..registry import arr, program


@program((arr(5),))
def alias(x):
    a = x * x
    b = a[1:]
    b *= 3.0
    b[0] += a[0] * a[1]
    return np.sum(a * a)


@program((arr(4),))
def plain_alias(x):
    a = x * 2.0
    b = a
    b[0] = 10.0 * b[1]
    b += 1.0
    return np.sum(a * a)


@program((arr(4),))
def original_rebound(x):
    """The alias stays with the old array when the original's name moves on."""
    a = x * 2.0
    b = a
    a = a + 1.0
    b *= x
    a *= 2.0
    return np.sum(a * b)


@program((arr(4),))
def view_read_after_base_written(x):
    a = x * x
    v = a[1:3]
    a *= 2.0
    a[1] = 5.0 * x[0]
    return np.sum(v * v)


@program((arr(4),))
def base_read_after_view_written(x):
    a = x * x
    v = a[::2]
    v[:] = v * v
    return np.sum(a**3)


@program((arr(6),))
def view_of_a_view(x):
    a = x * x
    b = a[1:]
    c = b[::2]
    c *= 2.0
    b[1] += c[0]
    return np.sum(a * a) + np.sum(c)


@program((arr(6),))
def overlapping_views(x):
    a = x * x
    b = a[:4]
    c = a[2:]
    b *= 2.0
    c += b
    b[2] = c[0] * c[1]
    return np.sum(a * a)


@program((arr(6),))
def reshaped_view(x):
    a = x * x
    m = a.reshape(2, 3)
    m[0] *= 2.0
    m[:, 1] += m[:, 0]
    return np.sum(a * np.arange(6.0))


@program((arr(2, 3),))
def transposed_view(x):
    a = x * x
    t = a.T
    t[0] *= 3.0
    t += 1.0
    return np.sum(a**2 * np.arange(6.0).reshape(2, 3))


@program((arr(2, 3),), may_refuse=True)
def ravelled_view(x):
    a = x * x
    r = a.ravel()
    r[1:4] *= 2.0
    return np.sum(a * a)


@program((arr(2, 3),))
def flattened_copy(x):
    a = x * x
    r = a.flatten()
    r[1:4] *= 2.0
    return np.sum(a * a) + np.sum(r)


@program((arr(2, 3),), may_refuse=True)
def ravel_that_copies(x):
    """ravel of a transpose cannot be a view: the write must not reach the base."""
    a = x * x
    r = a.T.ravel()
    r *= 2.0
    return np.sum(a * a) + np.sum(r)


@program((arr(3, 4),), may_refuse=True)
def reshape_that_copies(x):
    a = (x * x)[:, :3]
    r = a.reshape(-1)
    r *= 2.0
    return np.sum(a * a) + np.sum(r)


@program((arr(4),))
def integer_array_index_copies(x):
    a = x * x
    b = a[[0, 1, 1]]
    b *= 2.0
    return np.sum(a) + np.sum(b * b)


@program((arr(4),))
def mask_index_copies(x):
    a = x * x
    b = a[x > 0]
    b += 2.0
    return np.sum(a * a) + np.sum(b * b)


@program((arr(2, 3),))
def row_is_a_view(x):
    a = x * x
    r = a[0]
    r *= 2.0
    r[1] = a[1, 1] * r[0]
    return np.sum(a * a)


@program((arr(3),))
def element_is_not_a_view(x):
    a = x * x
    e = a[0]
    e *= 3.0
    a[0] = 7.0 * a[1]
    return np.sum(a) * e


@program((arr(4),))
def view_of_the_parameter_written(x):
    y = x[1:]
    y *= x[0]
    return np.sum(x * x)


@program((arr(4), 3))
def view_kept_across_rounds(x, n):
    a = x * x
    prev = a[:2]
    for _ in range(n):
        a[2:] = a[2:] + prev
        prev[0] = np.sin(a[3])
        prev = a[1:3]
    return np.sum(a * a)


@program((arr(4),))
def view_taken_before_the_loop(x):
    a = x * x
    head = a[:2]
    for i in range(3):
        a[i] = a[i] * a[i + 1]
        head += 0.1 * head * head
    return np.sum(a)


@program((arr(4), 3))
def views_taken_in_the_loop(x, n):
    a = x * 1.0
    for i in range(n):
        left = a[:-1]
        right = a[1:]
        left += 0.1 * right * (i + 1)
    return np.sum(a * a)


@program((arr(5),))
def view_moves_along(x):
    a = x * 1.0
    w = a[0:2]
    for i in range(3):
        w[1] += w[0] * w[0]
        w = a[i + 1 : i + 3]
    return np.sum(a * a) + w[0]


@program((arr(4),))
def alias_chain(x):
    a = x * 1.0
    b = a
    c = b[1:]
    d = c
    d *= 2.0
    a = b * 3.0
    c[0] = a[0]
    return np.sum(b * b)


@program((arr(4),))
def alias_dies_then_write(x):
    a = x * x
    b = a
    s = np.sum(b * b)
    b = x
    a *= 2.0
    return s + np.sum(a) + np.sum(b)


@program((arr(4),))
def saved_through_one_name_written_through_another(x):
    a = x * 1.0
    b = a
    y = np.sin(a) * b
    b *= 0.0
    return np.sum(y * y) + np.sum(a)


@program((arr(4), arr(4)))
def asarray_aliases(x, y):
    a = x * y
    b = np.asarray(a)
    b += 1.0
    c = np.array(a)
    c *= 5.0
    return np.sum(a * a) + np.sum(c)


@program((arr(4),))
def copies_are_not_aliases(x):
    a = x * x
    b = a.copy()
    c = np.copy(a)
    d = a + 0.0
    b *= 2.0
    c[0] = 9.0
    d -= b
    return np.sum(a * b) + np.sum(c * d)


@program((arr(3, 3),))
def diagonal_view_through_reshape(a):
    b = a * 1.0
    d = b.reshape(-1)[::4]
    d += 2.0 * d * d
    return np.sum(b * b)


@program((arr(4), 1), (arr(4), 2), may_refuse=True)
def which_is_aliased_depends(x, k):
    a = x * 1.0
    b = x * 2.0
    c = a if k == 1 else b
    for _ in range(2):
        c *= a
    return np.sum(a * b)


@program((arr(4), 3), may_refuse=True)
def alias_changes_each_round(x, n):
    a = x * 1.0
    b = x * 2.0
    p = a
    for i in range(n):
        p += 0.1 * a * b
        p = b if i % 2 == 0 else a
    return np.sum(a * a) + np.sum(b)


@program((arr(3, 2),))
def rows_unpacked_are_views(x):
    m = x * 1.0
    a, b, c = m
    a *= b
    c[0] = a[1]
    return np.sum(m * m)


@program((arr(4),))
def tuple_of_views(x):
    a = x * 1.0
    pair = (a[:2], a[2:])
    pair[0][0] *= pair[1][1]
    pair[1][:] += pair[0]
    return np.sum(a * a)


@program((arr(4),))
def newaxis_view(x):
    a = x * 1.0
    column = a[:, None]
    column *= 2.0
    column[0, 0] = column[1, 0] ** 2
    return np.sum(a * a)


@program((arr(2, 3, 2),))
def ellipsis_view(x):
    a = x * 1.0
    last = a[..., 0]
    last *= a[..., 1]
    a[..., 1] += last
    return np.sum(a * a)


@program((arr(2, 3, 2),))
def swapped_axes_view(x):
    a = x * 1.0
    b = np.swapaxes(a, 0, 2)
    b[0] *= 2.0
    c = np.moveaxis(a, 0, -1)
    c[1] += b[1, 0, 0]
    return np.sum(a * a)


@program((arr(1, 4),))
def squeezed_view(x):
    a = x * 1.0
    s = np.squeeze(a)
    s[1:] *= s[:-1]
    e = np.expand_dims(s, 0)
    e += 1.0
    return np.sum(a * a)


@program((arr(3, 4),))
def broadcast_read(x):
    """A broadcast view is read many times; its cotangent is a sum."""
    b = np.broadcast_to(x[0], (3, 4))
    return np.sum(b * x)


@program((arr(4),))
def view_outlives_its_name(x):
    a = x * 1.0
    v = a[1:]
    a = np.sin(a)
    v += a[1:]
    w = a[1:]
    w *= v
    return np.sum(a) + np.sum(v * v)


@program((arr(4),))
def same_array_twice_to_a_ufunc(x):
    a = x * 1.0
    b = np.multiply(a, a)
    a *= a
    return np.sum(a * b)


@program((arr(4),))
def view_of_a_result_of_a_call(x):
    v = np.exp(x)[1:]
    v *= x[0]
    return np.sum(v * v)


@program((arr(4), arr(4)))
def aliased_arguments_to_one_expression(x, y):
    a = x
    b = y
    c = a
    c = c * b
    a = b
    return np.sum(a * b * c * x)


@program((arr(3),))
def write_to_base_between_view_and_use(x):
    a = x * 1.0
    v = a[:2]
    s = v * v
    a[0] = 4.0
    return np.sum(s * v)


@program((arr(4),))
def real_part_is_itself(x):
    a = x * 1.0
    b = a.real
    b *= 2.0
    return np.sum(a * a)


def twice(b):
    b *= 2.0
    return b


def shifted(b):
    v = b[1:]
    v *= 2.0
    b[0] = 3.0 * b[1]
    return v


def same(b):
    return b


def put_first(b, v):
    b[0] = v
    return v * 2.0


@program((arr(4),))
def scaled_by_alias(x):
    """What is added to the view is not scaled with it."""
    a = x * 1.0
    b = a
    a *= b
    return np.sum(b * x)


@program((arr(4),))
def scaled_by_view(x):
    a = x * 1.0
    b = a[::-1]
    a *= b
    return np.sum(b * x * x)


@program((arr(4),))
def store_own_view(x):
    a = x * 1.0
    v = a[:-1]
    a[1:] = v
    return np.sum(v * x[1:]) + np.sum(a**2 * x)


@program((arr(4),))
def divide_by_view(x):
    a = x + 3.0
    v = a[1:]
    a[:-1] /= v
    return np.sum(v * v * x[1:]) + np.sum(a * x)


@program((arr(4),))
def add_view(x):
    a = x * 1.0
    v, w = a[1:], a[:-1]
    v += w
    return np.sum(v * x[1:]) + np.sum(w**2)


@program((arr(4),))
def sub_view(x):
    a = x * 1.0
    v, w = a[1:], a[:-1]
    v -= w * w
    w -= 0.5
    return np.sum(v * x[1:]) + np.sum(w**2)


@program((arr(4),))
def returns_view_of_written(x):
    """The result is a view of the argument that was written."""
    a = x * 1.0
    v = shifted(a)
    return np.sum(v * x[1:]) + np.sum(a * a)


@program((arr(4),))
def returns_itself(x):
    a = x * 1.0
    b = twice(a)
    b[0] = a[1] * 3.0
    return np.sum(a * b * x)


@program((arr(4),))
def returns_itself_unwritten(x):
    a = x * 1.0
    b = same(a)
    b *= x
    return np.sum(a)


@program((arr(4),))
def late_value(x):
    a = x * 1.0
    a[0] += put_first(a, x[1])
    return np.sum(a * a)


@program((arr(4),), may_refuse=True)
def late_value_through_alias(x):
    """Python reads `a[0]` before the call, which writes it through another name."""
    a = x * 1.0
    b = a
    a[0] *= put_first(b, x[1])
    return np.sum(a * a)


@program((arr(4),))
def branch_write_of_view(x):
    a = x * 1.0
    v = a[1:]
    if x[0] > -10:
        v *= 2.0
        y = np.sum(v * v)
    else:
        y = 0.0
    return y + np.sum(a) + np.sum(v * x[1:])


@program((arr(4),))
def view_made_in_branch(x):
    a = x * x
    y = 0.0
    if x[0] > -10:
        v = a[1:]
        v *= x[1:]
        y = np.sum(v * a[:-1])
    return y + np.sum(a * x)


@program((arr(4),))
def view_read_in_other_branch(x):
    """The view is read in the branch that is taken, and not in the other."""
    a = x * x
    v = a[1:]
    a[1] = 2.0 * a[0]
    if x[0] < -10:
        y = np.sum(a)
    else:
        y = np.sum(v * x[1:])
    return y


@program((arr(4),))
def view_in_loop_and_branch(x):
    a = x * x
    y = 0.0
    for i in range(3):
        v = a[i:]
        if i % 2 == 0:
            v *= x[i:]
        else:
            a[i] += y
        y += np.sum(v * v)
    return y


@program((arr(4),))
def reshape(x):
    a = x * 1.0
    m = a.reshape(2, 2)
    m[0] *= a[2:]
    return np.sum(a * m.ravel() * x)


@program((arr(4),))
def reshape_T(x):
    """`ravel` of an array of another layout would be a copy: checked when it runs."""
    a = np.outer(x, x)
    t = a.T
    t[0] = x
    a[1:] *= 2.0
    f = a.ravel()
    f[::5] += x
    return np.sum(t * a)


@program((arr(4),), may_refuse=True)
def fortran(x):
    a = np.asfortranarray(np.outer(x, x))
    f = a.reshape(-1)
    f *= 2.0
    return np.sum(a) + np.sum(f * f)


@program((arr(4),))
def astype(x):
    a = x * 1.0
    b = a.astype(float)
    b *= a
    return np.sum(a * b)


@program((arr(4),))
def real(x):
    a = x * 1.0
    r = np.real(a)
    r *= 2.0
    return np.sum(a * a)


@program((arr(4),))
def flip(x):
    a = x * 1.0
    np.flip(a)[1:] *= x[1:]
    b = np.expand_dims(a, 0)
    b += a
    c = np.swapaxes(b, 0, 1)
    c[0] = 2.0 * a[1]
    return np.sum(a * a * x)


@program((arr(4),))
def bool_index(x):
    """A truth value is no position: it copies."""
    a = x * 1.0
    k = x[0] > -10
    b = a[k]
    b *= 2.0
    return np.sum(a * x)


@program((arr(4),))
def index_unknown(x):
    a = x * 1.0
    i = [1, 2]
    b = a[i]
    b *= 2.0
    return np.sum(a * x) + np.sum(b)


@program((arr(4),), may_refuse=True)
def scalar_of_reshaped(x):
    a = x * 1.0
    s = np.squeeze(a)
    v = s[0]
    a[0] = 9.0
    return v * x[1] + np.sum(a)


@program((arr(4),))
def result_is_view(x):
    a = x * 1.0
    v = a[1:]
    v *= 2.0
    a[2] = x[0]
    return v


@program((arr(4),))
def result_is_argument(x):
    x *= 2.0
    y = x
    y[0] = y[1]
    return y


@program((arr(4),))
def result_twice(x):
    a = x * 1.0
    a[0] = a[1]
    return a, a


@program((arr(4),))
def view_passed(x):
    a = x * 1.0
    def f(v):
        v *= v[0]
    f(a[1:])
    return np.sum(a * x)


@program((arr(4),), may_refuse=True)
def two_views_passed(x):
    a = x * 1.0
    def f(u, v):
        u[:] = u * v
    f(a[:2], a[2:])
    return np.sum(a * x)


@program((arr(4),), may_refuse=True)
def helper_param_maybe_alias(x):
    """Whether the caller sees the write depends on the branch."""
    a = x * 1.0
    def f(q):
        b = q if q[0] > 5 else q[:]
        b *= 2.0
    f(a)
    return np.sum(a * x)


@program((arr(4),))
def array_without_axes_by_two_names(x):
    a = np.copy(np.sum(x * x))
    b = a
    a += 1.0
    b *= 2.0
    return a * b + np.sum(x)


@program((arr(4),))
def array_without_axes_given_back_with_its_alias(x):
    a = np.copy(np.sum(x * x))
    b = a
    a += 1.0
    return b * b + a


@program((arr(4), 0), (arr(4), 3))
def rows_and_buffer_change_places(x, n):
    m = np.outer(x, x)
    y = x * 0.5
    for row in m[:n]:
        y -= 0.2 * np.tanh(row)
        y, row = row, y
        row[0] += 0.3
    return np.sum(m * m) + np.sum(y)


@program((arr(4), 2), (arr(4), -2))
def chosen_alias_written_then_left(x, n):
    a, b = x * 1.0, x * x
    for i in range(3):
        c = a if i < n else b
        c *= 1.0 + 0.1 * c[i]
        if np.sum(c) > 20.0:
            return np.sum(c * a)
    return np.sum(a * b)


@program((arr(4),))
def list_of_arrays_written_and_stacked(x):
    a, b = x * 1.0, x * x
    xs = [a, b[:], a[::-1]]
    for v in xs:
        v *= b
    return np.sum(np.stack(xs) * x)

"""Programs scientists write: root finding, line searches, tables, splines, filters, rays, strings."""

import numpy as np

from ..registry import arr, pos, program


@program((2.0, 3.0), wrt=(0, 1))
def newton_with_convergence_break(a, x):
    for _ in range(50):
        f = x**3 - a * x - 1.0
        step = f / (3 * x**2 - a)
        x -= step
        if abs(step) < 1e-13:
            break
    else:
        raise RuntimeError("no convergence")
    return x


@program((0.7,))
def bisection_and_one_newton_step(c):
    lo, hi = 0.0, 3.0
    while hi - lo > 1e-3:
        mid = 0.5 * (lo + hi)
        if np.cos(mid) > 0.3:
            lo = mid
        else:
            hi = mid
    x = 0.5 * (lo + hi)
    for _ in range(4):
        x = x + (np.cos(x) - 0.3 * c) / np.sin(x)
    return x * x


@program((arr(3), arr(3, 3)))
def backtracking_line_search(x, a):
    h = a @ a.T + 3 * np.eye(3)

    def f(z):
        return 0.5 * z @ h @ z - np.sum(np.sin(z))

    for _ in range(3):
        g = h @ x - np.cos(x)
        t = 0.5
        while f(x - t * g) > f(x) - 0.3 * t * (g @ g):
            t *= 0.5
        x = x - t * g
    return f(x)


@program((pos(5), arr(3)), wrt=(0, 1))
def interpolation_table(table, xs):
    total = 0.0
    for x in xs:
        position = 2.0 + x
        i = min(max(int(np.floor(position)), 0), len(table) - 2)
        f = position - i
        total += (1 - f) * table[i] + f * table[i + 1]
    return total


@program((arr(5), arr(3)), wrt=(0,))
def natural_cubic_spline(y, at):
    n = len(y)
    m = np.zeros(n)
    rhs = 6 * (y[2:] - 2 * y[1:-1] + y[:-2])
    a = 4 * np.eye(n - 2) + np.eye(n - 2, k=1) + np.eye(n - 2, k=-1)
    m[1:-1] = np.linalg.solve(a, rhs)
    total = 0.0
    for t in np.abs(at) * 2.5:
        i = min(int(t), n - 2)
        u = t - i
        v = 1 - u
        total += (
            (m[i] * v**3 + m[i + 1] * u**3) / 6
            + (y[i] - m[i] / 6) * v
            + (y[i + 1] - m[i + 1] / 6) * u
        )
    return total


@program((arr(7), arr(3), arr(2)))
def iir_filter(x, b, a):
    a = 0.3 * a
    y = np.zeros(len(x))
    for n in range(len(x)):
        acc = 0.0
        for k in range(len(b)):
            if n - k >= 0:
                acc += b[k] * x[n - k]
        for k in range(len(a)):
            if n - k - 1 >= 0:
                acc -= a[k] * y[n - k - 1]
        y[n] = acc
    return np.sum(y**2)


@program((arr(6), arr(3)))
def iir_filter_with_state_list(x, a):
    state = [0.0, 0.0]
    out = []
    for v in x:
        w = v - 0.3 * a[0] * state[0] - 0.2 * a[1] * state[1]
        out.append(w + a[2] * state[0])
        state = [w, *state[:-1]]
    return sum(o * o for o in out)


def softmin(*values):
    v = np.array(values)
    return -np.log(np.sum(np.exp(-v)))


@program((arr(4), arr(3)))
def soft_dynamic_time_warping(x, y):
    n, m = len(x), len(y)
    r = np.full((n + 1, m + 1), 50.0)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            r[i, j] = cost + softmin(r[i - 1, j], r[i, j - 1], r[i - 1, j - 1])
    return r[n, m]


@program(("kitten", "sitting", 1.0, 1.3, 0.7), wrt=(2, 3, 4))
def soft_edit_distance(a, b, insert, delete, replace):
    row = [float(j) * insert for j in range(len(b) + 1)]
    for i, p in enumerate(a):
        new = [row[0] + delete]
        for j, q in enumerate(b):
            same = row[j] + (0.0 if p == q else replace)
            new.append(softmin(same, row[j + 1] + delete, new[j] + insert))
        row = new
    return row[-1]


@program((pos(4), 7), wrt=(0,))
def memoised_recursion(x, n):
    memo = {}

    def value(k):
        if k < 2:
            return x[k]
        if k not in memo:
            memo[k] = 0.5 * value(k - 1) * x[k % 4] + value(k - 2)
        return memo[k]

    return value(n)


@program((arr(3), arr(3), 0.6), wrt=(0, 1, 2))
def ray_marching_a_sphere(origin, direction, radius):
    origin = np.array([0.0, 0.0, -3.0]) + 0.1 * origin
    d = np.array([0.0, 0.0, 1.0]) + 0.1 * direction
    d = d / np.linalg.norm(d)
    t = 0.0
    for _ in range(60):
        distance = np.linalg.norm(origin + t * d) - radius
        if distance < 1e-12:
            break
        t += distance
        if t > 10.0:
            return 10.0
    return t


@program((arr(6),))
def insertion_sort(x):
    a = x.copy()
    for i in range(1, len(a)):
        key = a[i]
        j = i - 1
        while j >= 0 and a[j] > key:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key
    return np.sum(a * np.arange(len(a)))


@program((arr(6),))
def bubble_sort_by_swaps(x):
    a = x.copy()
    swapped = True
    while swapped:
        swapped = False
        for i in range(len(a) - 1):
            if a[i] > a[i + 1]:
                a[i], a[i + 1] = a[i + 1], a[i]
                swapped = True
    return a @ np.arange(1.0, 7.0)


@program((arr(5),))
def quicksort_of_a_list(x):
    def sort(v):
        if len(v) <= 1:
            return v
        pivot, *rest = v
        return (
            sort([w for w in rest if w < pivot]) + [pivot] + sort([w for w in rest if w >= pivot])
        )

    return sum(i * v for i, v in enumerate(sort(list(x)))) ** 2


@program((arr(3, 3), arr(3)))
def gaussian_elimination_with_pivoting(a, b):
    n = len(b)
    m = np.column_stack([a + 2 * np.eye(3), b])
    for k in range(n):
        p = k + int(np.argmax(np.abs(m[k:, k])))
        if p != k:
            m[[k, p]] = m[[p, k]]
        for i in range(k + 1, n):
            m[i] -= m[i, k] / m[k, k] * m[k]
    x = np.zeros(n)
    for k in range(n - 1, -1, -1):
        x[k] = (m[k, n] - m[k, k + 1 : n] @ x[k + 1 :]) / m[k, k]
    return np.sum(x**2)


@program((arr(4, 4), 12), wrt=(0,))
def power_iteration(a, n):
    a = a @ a.T + np.eye(4)
    v = np.ones(4)
    for _ in range(n):
        v = a @ v
        v /= np.sqrt(v @ v)
    return v @ a @ v


@program((arr(4, 3),))
def gram_schmidt(a):
    basis = []
    for v in a.T:
        w = v.copy()
        for q in basis:
            w -= (q @ v) * q
        basis.append(w / np.linalg.norm(w))
    return np.sum(np.array(basis) ** 3)


@program((arr(4),), (arr(8),))
def fourier_transform_by_recursion(x):
    def fft(re, im):
        n = len(re)
        if n == 1:
            return re, im
        er, ei = fft(re[::2], im[::2])
        odd_r, odd_i = fft(re[1::2], im[1::2])
        angle = -2 * np.pi * np.arange(n // 2) / n
        c, s = np.cos(angle), np.sin(angle)
        tr, ti = c * odd_r - s * odd_i, c * odd_i + s * odd_r
        return np.concatenate([er + tr, er - tr]), np.concatenate([ei + ti, ei - ti])

    re, im = fft(x, np.zeros_like(x))
    return np.sum((re**2 + im**2) ** 0.75)


@program((arr(5), 0.4), wrt=(0, 1))
def horner_and_clenshaw(c, x):
    p = 0.0
    for a in c[::-1]:
        p = p * x + a
    b1 = b2 = 0.0
    for a in reversed(c[1:]):
        b1, b2 = a + 2 * x * b1 - b2, b1
    return p * (c[0] + x * b1 - b2)


@program((0.2, 1.4, 3), wrt=(0, 1))
def adaptive_simpson(a, b, depth):
    def f(x):
        return np.exp(-x * x) * np.sin(3 * x)

    def simpson(lo, hi):
        return (hi - lo) / 6 * (f(lo) + 4 * f(0.5 * (lo + hi)) + f(hi))

    def refine(lo, hi, level):
        mid = 0.5 * (lo + hi)
        whole, parts = simpson(lo, hi), simpson(lo, mid) + simpson(mid, hi)
        if level == 0 or abs(whole - parts) < 1e-12:
            return parts + (parts - whole) / 15
        return refine(lo, mid, level - 1) + refine(mid, hi, level - 1)

    return refine(a, b, depth)


@program((pos(4), 1.7), wrt=(0, 1))
def continued_fraction_with_guard(a, x):
    value = a[-1]
    for c in a[-2::-1]:
        try:
            value = c + x / value
        except ZeroDivisionError:
            value = c
    return value


@program((arr(4), arr(4), pos(4)))
def smith_waterman_scores(x, y, weights):
    best = 0.0
    h = np.zeros((5, 5))
    for i in range(4):
        for j in range(4):
            match = h[i, j] + 1.0 - abs(x[i] - y[j]) * weights[i]
            h[i + 1, j + 1] = max(0.0, match, h[i, j + 1] - 0.3, h[i + 1, j] - 0.3)
            if h[i + 1, j + 1] > best:
                best = h[i + 1, j + 1]
    return best


@program((pos(5, 5),))
def shortest_path_on_a_grid(cost):
    n, m = cost.shape
    d = {(0, 0): cost[0, 0]}
    for i in range(n):
        for j in range(m):
            if (i, j) == (0, 0):
                continue
            before = [d[p] for p in ((i - 1, j), (i, j - 1)) if p in d]
            d[i, j] = cost[i, j] + min(before)
    return d[n - 1, m - 1]


@program((arr(3), arr(3)))
def polygon_area_and_perimeter(xs, ys):
    points = list(zip(xs, ys))
    area = perimeter = 0.0
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1]):
        area += 0.5 * (x1 * y2 - x2 * y1)
        perimeter += np.hypot(x2 - x1, y2 - y1)
    return area**2 + perimeter


@program((arr(3), arr(3)))
def rotation_by_rodrigues(axis, v):
    theta = np.linalg.norm(axis)
    k = axis / theta
    turned = v * np.cos(theta) + np.cross(k, v) * np.sin(theta) + k * (k @ v) * (1 - np.cos(theta))
    return turned[0] * turned[1] + turned[2]


@program((arr(6), 2), wrt=(0,))
def moving_average_with_a_ring(x, width):
    ring = [0.0] * (width + 1)
    position, total, out = 0, 0.0, 0.0
    for v in x:
        total += v - ring[position]
        ring[position] = v
        position = (position + 1) % len(ring)
        out += (total / len(ring)) ** 2
    return out


@program((arr(5), arr(4)))
def conjugate_gradients(b, d):
    a = np.diag(np.full(5, 4.0)) + np.diag(d, 1) + np.diag(d, -1)
    x = np.zeros(5)
    r = b - a @ x
    p, rs = r, r @ r
    for _ in range(4):
        ap = a @ p
        alpha = rs / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        if new < 1e-20:
            break
        p = r + new / rs * p
        rs = new
    return x @ x


@program((arr(4), arr(4, 3), pos(3)))
def gauss_newton_fit(y, basis, start):
    p = start
    for _ in range(3):
        model = np.tanh(basis @ p)
        jac = (1 - model**2)[:, None] * basis
        p = p + np.linalg.solve(jac.T @ jac + np.eye(3), jac.T @ (y - model))
    return np.sum((np.tanh(basis @ p) - y) ** 2)


@program((arr(8),), (arr(1),), (arr(0),))
def haar_wavelet_in_place(x):
    a = x.copy()
    n = len(a)
    while n > 1:
        half = n // 2
        s = (a[0:n:2] + a[1:n:2]) / 2
        d = (a[0:n:2] - a[1:n:2]) / 2
        a[:half], a[half:n] = s, d
        n = half
    return np.sum(a * a)


@program((arr(3, 4), pos(4)))
def sinkhorn(cost, target):
    k = np.exp(-np.abs(cost))
    a, b = np.full(3, 1 / 3), target / target.sum()
    u = np.ones(3)
    for _ in range(5):
        v = b / (k.T @ u)
        u = a / (k @ v)
    plan = u[:, None] * k * v
    return np.sum(plan * np.abs(cost))

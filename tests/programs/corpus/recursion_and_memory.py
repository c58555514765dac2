"""Recursive functions, and what they leave behind of the lists and objects they are given."""

import numpy as np

from ..registry import arr, program


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right

    def total(self):
        s = self.value**2
        if self.left is not None:
            s = s + self.left.total()
        if self.right is not None:
            s = s * self.right.total()
        return s


def insert(t, v):
    if t is None:
        return Tree(v)
    if v < t.value:
        t.left = insert(t.left, v)
    else:
        t.right = insert(t.right, v)
    return t


@program((arr(4),), may_refuse=True)
def tree_inserted(x):
    t = None
    for v in x:
        t = insert(t, v)
    return t.total()


def fill(xs, n, v):
    if n == 0:
        return xs
    xs.append(v * n)
    return fill(xs, n - 1, v * xs[0])


@program((0.5, 3), may_refuse=True)
def appends_and_gives_back(v, n):
    xs = [v]
    ys = fill(xs, n, v)
    ys[0] = v * v
    return sum(xs) * ys[1]


def scale(rows, i, k):
    if i == len(rows):
        return
    rows[i] *= k
    scale(rows, i + 1, k * k)


@program((arr(3), arr(3), 0.7), may_refuse=True)
def writes_what_a_list_holds(x, y, k):
    a = x * 1.0
    rows = [a, y * 2]
    s = np.sum(a**2)
    scale(rows, 0, k)
    return s * np.sum(a**2) + np.sum(rows[1])


@program((arr(3), arr(3), 0.7), may_refuse=True)
def writes_one_array_twice(x, y, k):
    a = x * 1.0
    rows = [a, a]
    scale(rows, 0, k)
    return np.sum(a**2) + np.sum(rows[1])


def put(d, n, a):
    if n == 0:
        d.append(a)
        return
    put(d, n - 1, a)


@program((arr(3), 0.7, 2), may_refuse=True)
def puts_into_a_list(x, k, n):
    a = x * k
    d = []
    put(d, n, a)
    a *= k
    return np.sum(d[0] ** 2)


@program((arr(3), 0.7, 2), may_refuse=True)
def puts_into_a_list_twice(x, k, n):
    a = x * k
    d = []
    put(d, n, a)
    put(d, n, a)
    d[0] *= k
    return np.sum(d[1] ** 2) * np.sum(a)


def pick(xs, i):
    if i == 0:
        return xs[0]
    return pick(xs[1:], i - 1)


@program((arr(3), 0.7, 1))
def picks_an_array(x, k, n):
    xs = [x * k, x * 2]
    p = pick(xs, n)
    p *= k
    return np.sum(xs[1] ** 2 * xs[0])


def swap(p, q, n):
    if n == 0:
        p.left = q
        return
    swap(q, p, n - 1)


@program((0.3, 0.4, 2), (0.3, 0.4, 1), may_refuse=True)
def arguments_change_places(a, b, n):
    p, q = Tree(a), Tree(b)
    swap(p, q, n)
    q.value = q.value * b
    p.value = p.value * a
    return p.total() * q.total()


def even(xs, n, v):
    if n == 0:
        return xs
    return odd(xs, n - 1, v)


def odd(xs, n, v):
    if n == 0:
        return xs
    xs[0] = xs[0] * v
    return even([xs[0], v], n - 1, v)


@program((0.3, 0.4, 3), (0.3, 0.4, 4), may_refuse=True)
def two_functions_and_two_lists(a, b, n):
    xs = [a, b]
    ys = even(xs, n, b)
    ys[1] = a * b
    return ys[0] * ys[1] * xs[0] * xs[1]


def chain(head, n, a):
    if n == 0:
        return head
    head = Tree(a * n, head)
    return chain(head, n - 1, head.value)


@program((0.3, 3), may_refuse=True)
def a_chain_is_built(a, n):
    h = Tree(a)
    c = chain(h, n, a)
    h.value = h.value * 2
    c.left.value = c.left.value * a
    return c.total() * h.value


def walk(node, acc):
    if node is None:
        return
    walk(node.left, acc)
    acc.append(node.value)
    walk(node.right, acc)


@program((0.5, 0.3))
def values_of_a_tree(v, w):
    acc = []
    walk(Tree(v, Tree(w), Tree(v * w, Tree(w * w))), acc)
    return acc[0] * acc[1] + acc[2] * acc[3]


def depth(node, x):
    if node is None:
        return x
    node.value = node.value * x
    return depth(node.left, x) + depth(node.right, node.value)


@program((0.5, 0.3), may_refuse=True)
def writes_the_nodes_of_a_tree(v, w):
    t = Tree(v, Tree(w), Tree(v * w, Tree(w * w)))
    s = depth(t, v)
    return s * t.value + t.left.value


def haar(a, n):
    if n == 1:
        return
    h = n // 2
    s = a[:h] + a[h:n]
    d = a[:h] - a[h:n]
    a[:h] = s * s
    a[h:n] = d
    haar(a, h)


@program((arr(4),))
def halves_in_place(x):
    a = x * 1.0
    haar(a, 4)
    return np.sum(a**2)


def both(a, b, n):
    if n == 0:
        return np.sum(a * b)
    a *= 1.1
    b[0] = a[1]
    return both(a, b, n - 1) * both(b, a, n - 1)


@program((arr(3), arr(3), 2))
def two_arrays_change_places(x, y, n):
    a, b = x * 1.0, y * 1.0
    s = both(a, b, n)
    return s + np.sum(a * b)


def grow(xs, ys, n):
    if n == 0:
        return
    xs.append(ys[0] * n)
    grow(ys, xs, n - 1)
    ys[0] = xs[-1] * 0.5


@program((0.5, 0.3, 3))
def two_lists_change_places(a, b, n):
    xs, ys = [a], [b]
    grow(xs, ys, n)
    return sum(xs) * sum(ys)

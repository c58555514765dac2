"""Generators that are methods, that call themselves, or that yield inside `try` and `with`."""

import numpy as np

from ..registry import arr, program


class Node:
    def __init__(self, v, kids=()):
        self.v = v
        self.kids = list(kids)


def walk(node):
    yield node.v
    for kid in node.kids:
        yield from walk(kid)


def walk_up(node, depth=1):
    for kid in node.kids:
        for v in walk_up(kid, depth + 1):
            yield v * 2.0
    yield node.v * depth


def nodes(node):
    yield node
    for kid in node.kids:
        yield from nodes(kid)


def tree(x):
    return Node(x[0], [Node(x[1], [Node(x[2])]), Node(x[3])])


@program((arr(4),))
def recursive_generator(x):
    values = list(walk(tree(x)))
    return sum(v * v for v in walk(tree(x))) + sum(walk(tree(x))) * values[1] * values[-1]


@program((arr(4),))
def recursive_generator_in_loops(x):
    s = 1.0
    for v in walk_up(tree(x)):
        s = s * v + v
    for i, v in enumerate(walk(tree(x))):
        if i > 2:
            break
        s = s + i * v * v
    return s


@program((arr(4),))
def recursive_generator_of_objects(x):
    t = tree(x)
    s = 0.0
    for node in nodes(t):
        s = s + node.v**2 * len(node.kids)
    for node in list(nodes(t)):
        node.v = node.v * x[0]
    return s + sum(walk(t))


@program((arr(4),), may_refuse=True)
def loop_writes_what_the_generator_gives(x):
    t = tree(x)
    for node in nodes(t):
        node.v = node.v * x[0]
    return sum(walk(t))


class Pair:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = v, left, right

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.v
        if self.right is not None:
            yield from self.right

    def in_order(self):
        if self.left:
            yield from self.left.in_order()
        yield self.v
        if self.right:
            yield from self.right.in_order()


@program((arr(4),))
def tree_in_order(x):
    t = Pair(x[0], Pair(x[1]), Pair(x[2], None, Pair(x[3])))
    s = 0.0
    for i, v in enumerate(t):
        s = s + v * i * v
    for i, v in enumerate(t.in_order()):
        s = s * v + i * v
    return s


class Simulation:
    def __init__(self, x, h):
        self.x, self.h, self.t = x, h, 0

    def run(self, n):
        for _ in range(n):
            self.x = self.x + self.h * np.sin(self.x)
            self.t += 1
            yield self.x

    def until(self, n):
        while self.t < n:
            self.x = self.x + self.h * np.sin(self.x)
            self.t += 1
            yield self.t, self.x

    def squares(self):
        for v in self.x:
            yield v * v * self.h


@program((arr(4),))
def simulation_that_yields(x):
    simulation = Simulation(x, x[1])
    s = 0.0
    for y in simulation.run(4):
        s = s + np.sum(y * y)
    return s + np.sum(simulation.x) * simulation.t


@program((arr(4),))
def simulation_that_yields_until(x):
    return sum(t * np.sum(y) for t, y in Simulation(x, x[1]).until(4))


@program((arr(4),))
def method_that_yields(x):
    simulation = Simulation(x, x[1])
    s = 0.0
    for v, w in zip(simulation.squares(), x, strict=True):
        if v > 100:
            break
        s = s + v * w
    first, *others = simulation.squares()
    return s + first * sum(others) + max(simulation.squares())


@program((arr(4),), may_refuse=True)
def loop_reads_what_the_generator_writes(x):
    simulation = Simulation(x, x[1])
    s = 0.0
    for y in simulation.run(4):
        s = s + np.sum(y * simulation.x) * simulation.t
    return s


@program((arr(4),), may_refuse=True)
def loop_leaves_a_generator_that_writes(x):
    simulation = Simulation(x, x[1])
    s = 0.0
    for y in simulation.run(4):
        s = s + np.sum(y * y)
        if s > 1:
            break
    return s + np.sum(simulation.x)


@program((arr(4),), may_refuse=True)
def zip_leaves_a_generator_that_writes(x):
    simulation = Simulation(x, x[1])
    s = 0.0
    for y, v in zip(simulation.run(9), x):
        s = s + np.sum(y) * v
    return s + np.sum(simulation.x)


def with_finally(x, log):
    try:
        for v in x:
            yield v * v
    finally:
        log.append(1)


def with_except(x):
    for v in x:
        try:
            if v < 0:
                raise ValueError(v)
            yield v * v
        except ValueError:
            yield 3.0 * v


def with_settings(x):
    with np.errstate(all="ignore"):
        for v in x:
            yield v * v


@program((arr(4),))
def yields_in_try(x):
    log = []
    s = sum(with_finally(x, log)) * x[0] * len(log)
    for v in with_except(x):
        if v > 100:
            break
        s = s + v * x[1]
    return s * sum(with_settings(x))


@program((arr(4),), may_refuse=True)
def loop_reads_what_finally_writes(x):
    log = []
    s = 0.0
    for v in with_finally(x, log):
        s = s + v * (1 + len(log))
    return s


@program((arr(4),), may_refuse=True)
def loop_writes_what_the_generator_reads(x):
    y = x * 1.0
    s = 0.0
    for v in with_except(y):
        y[1:] *= 0.5
        s = s + v
    return s


class Series:
    def __init__(self, x):
        self.x = x

    def numbered(self):
        yield from enumerate(self.x)

    def doubled(self):
        for v in self.x:
            yield v * 2.0 * self.x[0]

    def powers(self):
        for v in self.x:
            yield Series(np.array([v, v * v]))

    def rows(self):
        for i in range(2):
            yield self.x[2 * i : 2 * i + 2]


@program((arr(4),))
def methods_of_what_a_method_yields(x):
    t = 0.0
    for one in Series(x).powers():
        for i, v in one.numbered():
            t = t + v * (i + 1)
    return t


@program((arr(4),))
def consumed_in_every_way(x):
    s = Series(x)
    xs = [x[0]]
    xs.extend(s.doubled())
    a, b, *_ = s.doubled()
    low, *others = sorted(s.doubled())
    pairs = [v * w for i, v in s.numbered() for j, w in s.numbered() if i < j]
    table = {i: v for i, v in s.numbered()}
    return sum(xs) * a * b + low * sum(others) + sum(pairs) * table[2] + max(s.doubled())


@program((arr(4),))
def rows_that_are_written_later(x):
    s = Series(x * 1.0)
    for row in list(s.rows()):
        row[0] = row[1] * 3.0
    return np.sum(s.x * s.x)


@program((arr(4),), may_refuse=True)
def rows_that_are_written_meanwhile(x):
    s = Series(x * 1.0)
    for row in s.rows():
        row[0] = row[1] * 3.0
    return np.sum(s.x * s.x)


@program((arr(4),))
def left_by_a_return(x):
    def find(s):
        for i, v in s.numbered():
            if v > 0.3:
                return v * (i + 2)
        return np.sum(s.x)

    return find(Series(x)) + find(Series(x * x))

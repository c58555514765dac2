"""Objects whose methods and constructors write arrays in place, as optimizers and simulations do."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from ..registry import arr, pos, program, spd


class SGD:
    """The parameters are a list that somebody else holds, too."""

    def __init__(self, params, lr):
        self.params = params
        self.lr = lr

    def step(self, grads):
        for p, g in zip(self.params, grads):
            p -= self.lr * g


class Momentum:
    """A buffer beside each parameter, written in place."""

    def __init__(self, params, lr, momentum=0.9):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.v = [np.zeros_like(p) for p in self.params]

    def step(self, grads):
        for i, g in enumerate(grads):
            self.v[i] *= self.momentum
            self.v[i] += g
            self.params[i] -= self.lr * self.v[i]


class Adam:
    """Two buffers beside each parameter, replaced or written."""

    def __init__(self, params, lr=0.1, b1=0.9, b2=0.99):
        self.params = params
        self.lr, self.b1, self.b2 = lr, b1, b2
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for i, g in enumerate(grads):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] *= self.b2
            self.v[i] += (1 - self.b2) * g * g
            m = self.m[i] / (1 - self.b1**self.t)
            v = self.v[i] / (1 - self.b2**self.t)
            self.params[i] -= self.lr * m / (np.sqrt(v) + 0.1)


class State:
    """Arrays that were given, updated in place."""

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def step(self, dt):
        self.v -= dt * np.sin(self.x)
        self.x += dt * self.v

    def energy(self):
        return 0.5 * np.sum(self.v**2) - np.sum(np.cos(self.x))


class Copied:
    """Copies of what was given."""

    def __init__(self, x, v):
        self.x = x.copy()
        self.v = np.array(v)

    def step(self, dt):
        self.v -= dt * self.x
        self.x += dt * self.v


class Recorder:
    """A method that appends to a list."""

    def __init__(self, x):
        self.x = x
        self.history = []

    def step(self, h):
        self.x = self.x + h * np.cos(self.x)
        self.history.append(self.x)


class Linear:
    """A layer whose weights are assigned through a slice."""

    def __init__(self, W, b):
        self.W = W
        self.b = b

    def __call__(self, x):
        return np.tanh(self.W @ x + self.b)

    def update(self, dW, db, lr):
        self.W[:] = self.W - lr * dW
        self.b[:] -= lr * db


class MLP:
    """Layers in an object, with the cache of the forward pass."""

    def __init__(self, W1, W2):
        self.W1 = W1
        self.W2 = W2
        self.cache = {}

    def forward(self, x):
        h = np.tanh(self.W1 @ x)
        self.cache["x"] = x
        self.cache["h"] = h
        return self.W2 @ h

    def backward(self, e, lr):
        x, h = self.cache["x"], self.cache["h"]
        back = (self.W2.T @ e) * (1 - h * h)
        self.W2 -= lr * np.outer(e, h)
        self.W1 -= lr * np.outer(back, x)


class Box:
    def __init__(self, item, extra=None):
        self.item = item
        self.extra = extra

    def scale(self, by):
        self.item *= by
        return self

    def get(self):
        return self.item


class Node:
    """A linked list."""

    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class Ring:
    """A ring buffer of a fixed size."""

    def __init__(self, size, n):
        self.data = np.zeros((size, n))
        self.at = 0
        self.size = size

    def push(self, v):
        self.data[self.at] = v
        self.at = (self.at + 1) % self.size

    def mean(self):
        return self.data.mean(axis=0)


class Kalman:
    def __init__(self, x, P, Q, R):
        self.x = x
        self.P = P
        self.Q = Q
        self.R = R

    def predict(self, F):
        self.x[:] = F @ self.x
        self.P[:] = F @ self.P @ F.T + self.Q

    def update(self, z, H):
        S = H @ self.P @ H.T + self.R
        K = self.P @ H.T @ np.linalg.inv(S)
        self.x += K @ (z - H @ self.x)
        self.P -= K @ H @ self.P


class Running:
    """Welford's mean and variance."""

    def __init__(self, n):
        self.count = 0
        self.mean = np.zeros(n)
        self.m2 = np.zeros(n)

    def add(self, x):
        self.count += 1
        delta = x - self.mean
        self.mean += delta / self.count
        self.m2 += delta * (x - self.mean)

    @property
    def variance(self):
        return self.m2 / self.count


class Grid:
    """A field with borders, and a buffer that changes places with it."""

    def __init__(self, u):
        self.u = u
        self.new = np.zeros_like(u)

    def step(self, k):
        self.new[1:-1] = self.u[1:-1] + k * (self.u[2:] - 2 * self.u[1:-1] + self.u[:-2])
        self.u, self.new = self.new, self.u


class Inner:
    def __init__(self, a):
        self.a = a

    def bump(self, k):
        self.a[0] *= k


class Outer:
    def __init__(self, a, b):
        self.first = Inner(a)
        self.second = Inner(b)

    def bump(self, k):
        self.first.bump(k)
        self.second.a += k * self.first.a


@dataclass
class Body:
    position: object
    velocity: object
    mass: float = 1.0
    trail: list = field(default_factory=list)

    def move(self, dt):
        self.position += dt * self.velocity
        self.trail.append(np.sum(self.position))


@dataclass
class Pair:
    a: object
    b: object


class World:
    """Bodies in a list, changed in turn."""

    def __init__(self, bodies):
        self.bodies = bodies

    def step(self, dt):
        for one in self.bodies:
            for other in self.bodies:
                if other is not one:
                    one.velocity += dt * other.mass * (other.position - one.position)
        for body in self.bodies:
            body.move(dt)


@program((arr(3), arr(2), arr(3), 0.1))
def sgd(w, b, g, lr):
    w, b = w.copy(), b.copy()
    opt = SGD([w, b], lr)
    for _ in range(3):
        opt.step([2 * w * g, 2 * b])
    return np.sum(w * w) + np.sum(b)


@program((arr(3), arr(2), arr(3), 0.1))
def sgd_of_the_arguments(w, b, g, lr):
    opt = SGD([w, b], lr)
    opt.step([g * w, b * b])
    return np.sum(w * w) + np.sum(b)


@program((arr(3), arr(2), arr(3), 0.1))
def sgd_read_through_the_list(w, b, g, lr):
    params = [w.copy(), b.copy()]
    opt = SGD(params, lr)
    for _ in range(2):
        opt.step([params[0] * g, np.sin(params[1])])
    return np.sum(params[0] ** 2) * np.sum(params[1])


@program((arr(3), arr(2), arr(3), 0.1))
def momentum(w, b, g, lr):
    params = [w.copy(), b.copy()]
    opt = Momentum(params, lr)
    for _ in range(3):
        opt.step([params[0] * g, np.sin(params[1])])
    return np.sum(params[0] ** 2) * np.sum(params[1])


@program((arr(3), arr(2), arr(3)))
def adam(w, b, g):
    w, b = w * 1.0, b * 1.0
    opt = Adam([w, b])
    for _ in range(3):
        opt.step([w * g, np.sin(b)])
    return np.sum(w**2) + np.sum(b)


@program((arr(3), arr(2), arr(3), 0.2))
def adam_with_a_rate(w, b, g, lr):
    params = [w * 1.0, b * 1.0]
    opt = Adam(params, lr)
    for _ in range(2):
        opt.step([params[0] * g, np.sin(params[1])])
    return np.sum(opt.params[0] ** 2) + np.sum(params[1] * opt.m[1])


@program((arr(4), arr(4), 0.1))
def state_of_the_arguments(x, v, dt):
    state = State(x, v)
    for _ in range(3):
        state.step(dt)
    return state.energy()


@program((arr(4), arr(4), 0.1))
def state_of_copies(x, v, dt):
    state = State(x.copy(), v.copy())
    for _ in range(3):
        state.step(dt)
    return state.energy() + np.sum(x * v)


@program((arr(4), arr(4), 0.1))
def state_updated_from_outside(x, v, dt):
    state = State(x * 1.0, v * 1.0)
    for _ in range(3):
        state.v -= dt * state.x
        state.x += dt * state.v
    return np.sum(state.x * state.v)


@program((arr(4), arr(4), 0.1))
def state_read_by_the_other_name(x, v, dt):
    y = x * v
    state = State(y, v)
    state.x += dt * state.v
    state.step(dt)
    return np.sum(y * state.x) + np.sum(v * state.v)


@program((arr(4), 0.1))
def state_of_one_array_twice(x, dt):
    y = x * 1.0
    state = State(y, y)
    state.step(dt)
    return np.sum(state.x * state.v * y)


@program((arr(4), 0.1))
def state_of_two_views(x, dt):
    y = x * 1.0
    state = State(y[:2], y[2:])
    for _ in range(3):
        state.step(dt)
    return np.sum(y**3)


@program((arr(4), 0.1))
def state_of_views_that_overlap(x, dt):
    y = x * 1.0
    state = State(y[:3], y[1:])
    for _ in range(2):
        state.step(dt)
    return np.sum(y**3) + state.energy()


@program((arr(4), arr(4), 0.1))
def copies_made_by_the_constructor(x, v, dt):
    state = Copied(x, v)
    for _ in range(3):
        state.step(dt)
    return np.sum(state.x * state.v * x)


@program((arr(3), 0.1))
def history(x, h):
    r = Recorder(x)
    for _ in range(4):
        r.step(h)
    return sum(np.sum(s**2) for s in r.history)


@program((arr(2, 3), arr(2), arr(3), 0.1))
def layer_assigned_through_a_slice(W, b, x, lr):
    layer = Linear(W.copy(), b.copy())
    for _ in range(2):
        y = layer(x)
        layer.update(np.outer(y, x), y, lr)
    return np.sum(layer(x) ** 2)


@program((arr(2, 3), arr(2), arr(3), 0.1))
def layer_of_the_arguments(W, b, x, lr):
    layer = Linear(W, b)
    for _ in range(2):
        y = layer(x)
        layer.W[:] = layer.W - lr * np.outer(y, x)
        layer.b -= lr * y
    return np.sum(layer(x) ** 2)


@program((arr(3, 2), arr(2, 3), arr(2), arr(2), 0.1))
def network_with_a_cache(W1, W2, x, t, lr):
    net = MLP(W1.copy(), W2.copy())
    for _ in range(2):
        e = net.forward(x) - t
        net.backward(e, lr)
    return np.sum((net.forward(x) - t) ** 2)


@program((arr(3), 0.5))
def box_of_an_array(x, k):
    item = x * 2.0
    box = Box(item)
    box.item += k * x
    item *= k
    return np.sum(box.item * item)


@program((arr(3), 0.5), may_refuse=True)
def box_of_a_list(x, k):
    item = [k, k * k]
    box = Box(item)
    box.item += [x[0], x[1]]
    box.extra = box.item[2] * 2.0
    return sum(item) * box.extra


@program((arr(3), arr(3), 0.5))
def box_in_a_branch(x, y, k):
    item = x * 2.0
    box = Box(item, y) if k > 0.2 else Box(y * 1.0, item)
    box.scale(k)
    return np.sum(item * box.item * box.extra)


@program((arr(3), 0.5))
def method_gives_itself(x, k):
    item = x * 2.0
    box = Box(item).scale(k).scale(k)
    box.item[1:] += k
    return np.sum(item * box.get())


@program((arr(3), 0.5))
def what_a_method_gives_is_written(x, k):
    box = Box(x * 1.0)
    a = box.get()
    a *= k
    box.item[0] += k
    return np.sum(a * box.item)


@program((arr(3), arr(3), 0.5))
def field_replaced_then_written(x, y, k):
    u = x * 1.0
    box = Box(u)
    box.item *= k
    box.item = y * u
    box.item *= k
    return np.sum(u * box.item)


@program((arr(3), arr(3), 0.5))
def linked(x, y, k):
    last = Node(x * k)
    node = Node(y * k, last)
    node.next.value *= k
    node.value += last.value
    return np.sum(node.value * node.next.value)


@program((arr(3), arr(3), 0.5))
def linked_in_a_loop(x, y, k):
    head = None
    for i in range(3):
        head = Node(x * (k + i), head)
    node = head
    while node is not None:
        node.value *= y
        node = node.next
    total = 0.0
    node = head
    while node is not None:
        total = total + np.sum(node.value**2)
        node = node.next
    return total


@program((arr(5, 2), 0.5))
def ring_buffer(x, k):
    ring = Ring(3, 2)
    s = 0.0
    for row in x:
        ring.push(row * k)
        s = s + np.sum(ring.mean() ** 2)
    return s


@program((arr(2), spd(2), spd(2), spd(2), arr(3, 2), arr(2, 2), 0.3))
def kalman(x, P, Q, R, zs, H, w):
    F = np.array([[1.0, 0.1], [0.0, 1.0]]) * w
    kf = Kalman(x.copy(), P.copy(), Q, R)
    total = 0.0
    for z in zs:
        kf.predict(F)
        kf.update(z, H)
        total = total + np.sum(kf.x**2) + np.trace(kf.P)
    return total


@program((arr(4, 2),))
def running_statistics(xs):
    stats = Running(2)
    for x in xs:
        stats.add(x)
    return np.sum(stats.variance * stats.mean)


@program((arr(6), 0.2))
def buffers_of_an_object_swapped(u, k):
    grid = Grid(u.copy())
    for _ in range(3):
        grid.step(k)
    return np.sum(grid.u**2)


@program((arr(6), 0.2))
def buffers_of_an_object_swapped_over_the_argument(u, k):
    grid = Grid(u)
    for _ in range(3):
        grid.step(k)
    return np.sum(grid.u**2) + np.sum(grid.new * u)


@program((arr(3), arr(3), 0.5))
def objects_in_an_object(x, y, k):
    a, b = x * 1.0, y * 1.0
    outer = Outer(a, b)
    outer.bump(k)
    outer.first.a *= b
    return np.sum(a * outer.second.a)


@program((arr(2), arr(2), arr(2), arr(2), 0.1), may_refuse=True)
def bodies(p, q, v, w, dt):
    world = World([Body(p.copy(), v.copy(), 2.0), Body(q.copy(), w.copy())])
    for _ in range(2):
        world.step(dt)
    return np.sum(world.bodies[0].position * world.bodies[1].velocity) + sum(world.bodies[1].trail)


@program((arr(2), arr(2), arr(2), arr(2), 0.1), may_refuse=True)
def bodies_of_the_arguments(p, q, v, w, dt):
    world = World([Body(p, v, 2.0), Body(q, w)])
    for _ in range(2):
        world.step(dt)
    return np.sum(p * q) + np.sum(v * w)


@program((arr(3), arr(3), 0.5))
def dataclass_of_two_arrays(x, y, k):
    pair = Pair(x * k, y * 1.0)
    pair.a += pair.b
    pair.b *= pair.a
    a, b = pair.a, pair.b
    a *= k
    return np.sum(pair.a * b)


def split(x):
    return x[:2], x[2:]


def as_dict(x, y):
    return {"x": x, "y": y}


def as_list(x, y):
    return [x, y * 2.0]


@program((arr(4), 0.5))
def helper_gives_views(x, k):
    y = x * 1.0
    a, b = split(y)
    a *= k
    b += a
    return np.sum(y**2)


@program((arr(3), arr(3), 0.5))
def helper_gives_a_dict(x, y, k):
    a, b = x * 1.0, y * 1.0
    d = as_dict(a, b)
    d["x"] *= k
    d["y"] += d["x"]
    return np.sum(a * b)


@program((arr(3), arr(3), 0.5))
def helper_gives_a_list(x, y, k):
    a, b = x * 1.0, y * 1.0
    c = as_list(a, b)
    c[0] *= k
    c[1] += c[0]
    return np.sum(a * b * c[1])


def init_state(x, v):
    return State(x, v)


@program((arr(3), arr(3), 0.1))
def made_by_a_helper(x, v, dt):
    state = init_state(x * 1.0, v * 1.0)
    state.step(dt)
    state.x *= 2.0
    return state.energy()


@program((arr(3), arr(3), 0.1))
def made_by_a_helper_of_named_arrays(x, v, dt):
    a, b = x * 1.0, v * 1.0
    state = init_state(a, b)
    state.step(dt)
    state.x *= 2.0
    return state.energy() * np.sum(a * b)


def advance(state, dt):
    state.v -= dt * state.x
    state.x += dt * state.v


@program((arr(3), arr(3), 0.1))
def stepped_by_a_function(x, v, dt):
    state = State(x, v.copy())
    for _ in range(3):
        advance(state, dt)
    return np.sum(state.x * state.v)


@program((State(arr(3), arr(3)), 0.1))
def object_given(state, dt):
    for _ in range(3):
        state.step(dt)
    return state.energy()


@program((SGD([arr(3), arr(2)], 0.1), arr(3)))
def optimizer_given(opt, g):
    w, b = opt.params
    for _ in range(2):
        opt.step([w * g, np.sin(b)])
    return np.sum(w**2) + np.sum(b)


class Accumulator:
    def __init__(self, n):
        self.sums = {"first": np.zeros(n), "second": np.zeros(n)}

    def add(self, x):
        self.sums["first"] += x
        self.sums["second"] += x * x


@program((arr(4, 2),))
def sums_in_a_dict(xs):
    acc = Accumulator(2)
    for x in xs:
        acc.add(x)
    return np.sum(acc.sums["first"] * acc.sums["second"])


class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.1):
        self.gamma = gamma
        self.beta = beta
        self.running_mean = np.zeros_like(gamma)
        self.running_var = np.ones_like(gamma)
        self.momentum = momentum

    def __call__(self, x):
        mean, var = x.mean(axis=0), x.var(axis=0)
        self.running_mean *= 1 - self.momentum
        self.running_mean += self.momentum * mean
        self.running_var *= 1 - self.momentum
        self.running_var += self.momentum * var
        return self.gamma * (x - mean) / np.sqrt(var + 0.1) + self.beta

    def evaluate(self, x):
        return self.gamma * (x - self.running_mean) / np.sqrt(self.running_var + 0.1) + self.beta


@program((arr(4, 2), arr(2), arr(2)))
def batch_norm(x, gamma, beta):
    norm = BatchNorm(gamma, beta)
    y = norm(x)
    y = norm(y * x)
    return np.sum(norm.evaluate(y) ** 2)


class RNN:
    def __init__(self, W, U):
        self.W = W
        self.U = U
        self.h = np.zeros(W.shape[0])

    def step(self, x):
        self.h[...] = np.tanh(self.W @ self.h + self.U @ x)
        return self.h


@program((arr(2, 2), arr(2, 2), arr(3, 2)))
def recurrent(W, U, xs):
    rnn = RNN(W, U)
    total = 0.0
    for x in xs:
        total = total + np.sum(rnn.step(x) ** 2)
    return total


class Queue:
    def __init__(self, n):
        self.items = deque(maxlen=n)

    def put(self, v):
        self.items.append(v)


@program((arr(4, 2), 0.5), may_refuse=True)
def queue_of_arrays(xs, k):
    queue = Queue(2)
    for x in xs:
        queue.put(x * k)
    return sum(np.sum(v * v) for v in queue.items)


class Counter:
    """Numbers in a list."""

    def __init__(self):
        self.values = [0.0, 0.0]

    def add(self, i, v):
        self.values[i] += v


@program((arr(4),))
def numbers_in_a_list_of_an_object(xs):
    counter = Counter()
    for i, x in enumerate(xs):
        counter.add(i % 2, x * x)
    return counter.values[0] * counter.values[1]


@program((pos(3), arr(3), 0.5))
def two_objects_share_an_array(x, y, k):
    shared = x * k
    a, b = Box(shared), Box(shared, y)
    a.scale(k)
    b.item += y
    return np.sum(a.item * b.item)


@program((arr(3), 0.5))
def one_object_two_boxes(x, k):
    inner = Box(x * 1.0)
    a, b = Box(inner), Box(inner)
    a.item.scale(k)
    b.item.item += k
    return np.sum(a.item.item * inner.item)


class Swapped:
    """Fields that change places, of an object that is given or handed back."""

    def __init__(self, a, b, s):
        self.a = a
        self.b = b
        self.s = s

    def swap(self):
        self.a, self.b = self.b, self.a

    def renew(self, k):
        self.a = self.a * k
        self.s = self.s * k


@program((Swapped(arr(3), arr(3), 0.7), 0.5))
def fields_of_an_argument_swapped(p, k):
    p.a *= k
    p.swap()
    p.a *= p.s
    p.renew(k)
    p.b[0] += p.s
    return np.sum(p.a * p.b)


@program((arr(3), arr(3), 0.5))
def changed_object_given_back(x, y, k):
    p = Swapped(x, y, k)
    p.a *= k
    p.swap()
    p.a *= p.s
    p.renew(k)
    return p


@program(([arr(3), arr(3)], 0.5))
def list_of_an_argument_rearranged(xs, k):
    ys = xs
    xs[0] *= k
    xs[0], xs[1] = xs[1], xs[0]
    ys[0] += k * ys[1]
    xs.append(ys[0])
    xs[2] *= 2.0
    return np.sum(xs[0] * ys[1])


class Charged:
    def __init__(self, a, s):
        self.a = a
        self.s = s

    def energy(self):
        return np.sum(self.a**2) + self.s


@program((arr(3), 0.5))
def field_updated_by_what_reads_it(x, k):
    p = Charged(x * 1.0, k)
    for _ in range(2):
        p.a[1] += 0.1 * p.energy()
    return np.sum(p.a) * p.energy()


@program((arr(2), arr(2), arr(2), 0.5))
def pairs_unpacked_late(x, y, z, k):
    xs, ys = [x * 1.0, y * 1.0], [z * 1.0, x * k]
    first = xs
    for pair in zip(xs, ys):
        xs = [z, z]
        p, q = pair
        p *= k
        q += p
    return np.sum(first[0] * first[1]) + np.sum(ys[0] * ys[1] * xs[0])


@program((arr(2), arr(2), 0.5))
def pairs_of_one_list(x, y, k):
    xs = [x * 1.0, y * 1.0]
    for p, q in zip(xs, reversed(xs)):
        p *= k
        q += p
    return np.sum(xs[0] * xs[1])


@program((arr(2), arr(2)))
def one_list_beside_itself(x, y):
    a = x * 1.0
    xs = as_list(a, y)
    for e, f in zip(xs, xs):
        e += 0.2 * f
    return np.sum(np.sin(a)) + np.sum(xs[1] ** 2)


@program((arr(2), arr(2)))
def counted_elements_written(x, y):
    a = x * 1.0
    xs = [a, y * 1.0]
    for i in range(2):
        xs[i] -= 0.1 * a
    for i, e in enumerate(xs):
        e += 0.2 * i * a * a
    return np.sum(np.sin(a) * xs[1])


@program((arr(2), arr(2), 0.6))
def numbers_in_a_linked_list(x, y, k):
    head = None
    for i in range(3):
        head = Node(k * i, head)
    node, last = head, head.next.value
    while node is not None:
        node.value *= k
        node.value += k * k
        node = node.next
    return head.value * last * np.sum(x * y) + head.next.next.value


@program((arr(2), arr(2), 0.6))
def arrays_in_a_linked_list(x, y, k):
    head = None
    for i in range(3):
        head = Node(x * (k + i), head)
    node, last = head, head.next.value
    t = last * last
    while node is not None:
        node.value += y
        node = node.next
    return np.sum(t) + np.sum(last * head.value)

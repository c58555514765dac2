"""Programs scientists write: networks, attention, losses, clustering, layers as objects."""

import functools
import itertools
from dataclasses import dataclass, field

import numpy as np

from ..registry import arr, pos, program


def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@program((arr(3, 4), arr(5, 4), arr(5, 2)))
def attention(q, k, v):
    return np.sum(softmax(q @ k.T / np.sqrt(q.shape[-1])) @ v)


@program((arr(4, 6), arr(6, 6), arr(6, 6), arr(6, 6), 2), wrt=(0, 1, 2, 3))
def multi_head_causal_attention(x, wq, wk, wv, heads):
    n, d = x.shape
    split = d // heads
    q, k, v = [0.5 * (x @ w).reshape(n, heads, split).transpose(1, 0, 2) for w in (wq, wk, wv)]
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(split)
    mask = np.triu(np.ones((n, n), dtype=bool), 1)
    scores = np.where(mask, -1e9, scores)
    return np.sum(np.tanh((softmax(scores) @ v).transpose(1, 0, 2).reshape(n, d)))


@program((arr(4, 2), arr(3, 2), arr(3, 3), arr(3)))
def recurrent_network(xs, wx, wh, b):
    h = np.zeros(3)
    outputs = []
    for x in xs:
        h = np.tanh(wx @ x + wh @ h + b)
        outputs.append(h)
    return np.sum(np.stack(outputs) ** 2)


@program(
    (arr(3, 2), {"w": np.full((4, 8), 0.1), "u": np.full((2, 8), -0.2), "b": np.full(8, 0.05)})
)
def lstm(xs, params):
    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    h, c = np.zeros(2), np.zeros(2)
    for x in xs:
        z = np.concatenate([x, h]) @ params["w"] + x @ params["u"] + params["b"]
        i, f, o, g = np.split(z, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h.sum()


@program(([(np.full((3, 4), 0.2), np.zeros(4)), (np.full((4, 2), -0.1), np.ones(2))], arr(5, 3)))
def perceptron_of_a_list_of_layers(layers, x):
    *hidden, last = layers
    for w, b in hidden:
        x = np.maximum(x @ w + b, 0.1 * (x @ w + b))
    w, b = last
    return -np.mean(np.log(softmax(x @ w + b)[:, 0]))


class Linear:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        return x @ self.w + self.b


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = np.tanh(layer(x))
        return x


@program((arr(2, 3), arr(3, 3), arr(3)))
def layers_made_inside(x, w, b):
    model = Sequential(Linear(w, b), Linear(w.T, -b))
    return np.sum(model(x))


@dataclass
class Dense:
    weight: np.ndarray
    bias: np.ndarray
    activation: str = "relu"

    def forward(self, x):
        z = x @ self.weight + self.bias
        if self.activation == "relu":
            return np.maximum(z, 0.0)
        return z


@dataclass
class Network:
    layers: list = field(default_factory=list)

    def predict(self, x):
        return functools.reduce(lambda h, layer: layer.forward(h), self.layers, x)


def make_network():
    rng = np.random.default_rng(5)
    sizes = [3, 4, 2]
    return Network(
        [
            Dense(rng.normal(size=(a, b)), rng.normal(size=b), "relu" if b != 2 else "none")
            for a, b in itertools.pairwise(sizes)
        ]
    )


@program((make_network(), arr(4, 3)))
def network_of_dataclasses(net, x):
    return np.mean(net.predict(x) ** 2)


@program((arr(6, 2), arr(3, 2)))
def k_means_loss(points, centres):
    total = 0.0
    for p in points:
        best = np.inf
        for c in centres:
            d = np.sum((p - c) ** 2)
            if d < best:
                best = d
        total += best
    return total


@program((arr(6, 2), arr(3, 2)))
def k_means_two_rounds(points, centres):
    for _ in range(2):
        d = ((points[:, None, :] - centres[None]) ** 2).sum(-1)
        nearest = d.argmin(axis=1)
        centres = np.stack(
            [
                points[nearest == k].mean(axis=0) if np.any(nearest == k) else centres[k]
                for k in range(3)
            ]
        )
    return np.sum(centres**2)


@program((arr(4), arr(5, 4), np.array([1, 0, 1, 1, 0]), 4), wrt=(0,))
def logistic_regression_trained_inside(w, x, y, steps):
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(x @ w)))
        w = w - 0.1 * (x.T @ (p - y)) / len(y)
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@program((arr(3), 0.1, 0.9), wrt=(0, 1, 2))
def adam_unrolled(w, lr, beta):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, 4):
        g = 2 * (w - 1.0) + np.sin(w)
        m = beta * m + (1 - beta) * g
        v = 0.99 * v + 0.01 * g**2
        w = w - lr * (m / (1 - beta**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-3)
    return np.sum((w - 1.0) ** 2)


@program((arr(2, 3), arr(3, 2)), (arr(1, 3), arr(3, 2)))
def contrastive_loss(a, b):
    z = np.concatenate([a, b.T])
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    similarity = z @ z.T
    losses = []
    for i in range(len(z)):
        others = [similarity[i, j] for j in range(len(z)) if j != i]
        losses.append(np.log(np.sum(np.exp(np.array(others)))) - others[0])
    return sum(losses) / len(losses)


@program((arr(6, 6), arr(3, 3)))
def convolution_with_loops(image, kernel):
    h, w = image.shape
    out = np.zeros((h - 2, w - 2))
    for i in range(h - 2):
        for j in range(w - 2):
            out[i, j] = np.sum(image[i : i + 3, j : j + 3] * kernel)
    out = np.maximum(out, 0.0)
    pooled = out.reshape(2, 2, 2, 2).max(axis=(1, 3))
    return np.sum(pooled**2)


@program((arr(5, 3), pos(3), arr(3)))
def batch_normalisation(x, gamma, beta):
    mu, var = x.mean(axis=0), x.var(axis=0)
    return np.sum(np.sin(gamma * (x - mu) / np.sqrt(var + 1e-5) + beta))


@program((arr(5, 3), arr(3), np.array([0, 2, 2, 1])), wrt=(0, 1))
def embeddings_looked_up(table, w, words):
    bag = np.zeros(3)
    for word in words:
        bag += table[word]
    return np.tanh(bag @ w) + np.sum(table[words].mean(axis=0) ** 2)


TREE = ("+", ("*", 0, 1), ("sin", ("-", 2, 0)))


def evaluate(node, x):
    if isinstance(node, int):
        return x[node]
    if len(node) == 2:
        return np.sin(evaluate(node[1], x))
    op, left, right = node
    a, b = evaluate(left, x), evaluate(right, x)
    if op == "+":
        return a + b
    if op == "*":
        return a * b
    return a - b


@program((arr(3), TREE), wrt=(0,))
def expression_tree(x, tree):
    return evaluate(tree, x)


@program((arr(3), arr(2, 3)), wrt=(0, 1))
def tree_recursive_network(leaf, w):
    def encode(tree):
        if tree is None:
            return leaf
        left, right = tree
        a, b = encode(left), encode(right)
        return np.tanh(w[0] * a + w[1] * b)

    return np.sum(encode(((None, None), (None, (None, None)))))


@program((arr(6, 3), arr(6)))
def decision_stump_soft(x, y):
    total = 0.0
    for feature in range(x.shape[1]):
        threshold = np.median(x[:, feature])
        gate = 1 / (1 + np.exp(-5 * (x[:, feature] - threshold)))
        left = np.sum((1 - gate) * y) / np.sum(1 - gate)
        right = np.sum(gate * y) / np.sum(gate)
        total += np.sum((y - gate * right - (1 - gate) * left) ** 2)
    return total

"""Reads handwritten digits with a multilayer perceptron written in plain NumPy.

The data are the 1,797 digits of 8 x 8 pixels that come with scikit-learn. The model, the loss and
the optimiser are NumPy as one writes it; `@grad` adds the gradient.

    python samples/digits.py                    # train, report, draw digits.png
    adjoint dump samples/digits.py:loss         # read the gradient that it trains with
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from adjoint import grad

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Layers = list[tuple[Array, Array]]


@dataclass(frozen=True)
class Digits:
    """Images (n, 64) with values from 0 to 1 and labels (n,), to learn from and held out."""

    x: Array
    labels: Labels
    held_x: Array
    held_labels: Labels


def load() -> Digits:
    """Reads the digits and holds out a fifth of them, the same share of every digit."""
    images, labels = load_digits(return_X_y=True)
    x, held_x, y, held_y = train_test_split(
        images / 16.0, labels, test_size=0.2, random_state=0, stratify=labels
    )
    return Digits(x, y, held_x, held_y)


def start(sizes: Sequence[int], rng: np.random.Generator) -> Layers:
    """Draws the weights of one layer for each pair of neighbouring sizes."""
    return [(rng.normal(size=(n, m)) * np.sqrt(2.0 / n), np.zeros(m)) for n, m in pairwise(sizes)]


def logits_of(layers: Layers, x: Array):
    """Scores the ten digits for each image: rectified layers, then an affine one."""
    for W, b in layers[:-1]:
        x = np.maximum(x @ W + b, 0.0)
    W, b = layers[-1]
    return x @ W + b


@grad
def loss(layers: Layers, x: Array, labels: Array):
    """Mean cross-entropy of the softmax over the ten digits."""
    logits = logits_of(layers, x)
    top = np.max(logits, axis=1, keepdims=True)
    log_total = np.log(np.sum(np.exp(logits - top), axis=1)) + top[:, 0]
    return np.mean(log_total - logits[np.arange(len(labels)), labels])


class Adam:
    """Adam (Kingma and Ba, 2015, algorithm 1), which updates the layers in place."""

    def __init__(self, layers: Layers, rate: float = 2e-3) -> None:
        self.rate = rate
        self.count = 0
        self.parameters = [p for layer in layers for p in layer]
        self.means = [np.zeros_like(p) for p in self.parameters]
        self.squares = [np.zeros_like(p) for p in self.parameters]

    def step(self, gradient: Layers) -> None:
        """Moves every parameter once, against its gradient."""
        self.count += 1
        gradients = [d for layer in gradient for d in layer]
        for p, d, m, s in zip(self.parameters, gradients, self.means, self.squares, strict=True):
            m += 0.1 * (d - m)
            s += 0.001 * (d * d - s)
            mean = m / (1 - 0.9**self.count)
            square = s / (1 - 0.999**self.count)
            p -= self.rate * mean / (np.sqrt(square) + 1e-8)


def minibatches(
    x: Array, labels: Labels, size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Labels]]:
    """Yields the examples once, shuffled, `size` at a time."""
    order = rng.permutation(len(x))
    for at in range(0, len(x), size):
        chosen = order[at : at + size]
        yield x[chosen], labels[chosen]


def accuracy(layers: Layers, x: Array, labels: Labels) -> float:
    """Returns the share of images that are read correctly."""
    return float(np.mean(np.argmax(logits_of(layers, x), axis=1) == labels))


def train(layers: Layers, data: Digits, epochs: int, rng: np.random.Generator) -> list[float]:
    """Trains the layers in place and returns the mean loss of each epoch."""
    adam = Adam(layers)
    history = []
    with tqdm(range(epochs), unit="epoch") as bar:
        for _ in bar:
            values = []
            for x, labels in minibatches(data.x, data.labels, 64, rng):
                value, gradient = loss.value_and_gradient(layers, x, labels)
                adam.step(gradient)
                values.append(value)
            history.append(float(np.mean(values)))
            bar.set_postfix(loss=f"{history[-1]:.4f}")
    return history


def draw(layers: Layers, data: Digits, history: Sequence[float], out: Path) -> None:
    """Draws the loss, and the held-out digits that were misread (the first 15)."""
    mpl.use("Agg")
    figure = plt.figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(5, 6))
    axes = left.subplots()
    axes.semilogy(range(1, len(history) + 1), history)
    axes.set(xlabel="epoch", ylabel="mean cross-entropy", title="Training loss")
    axes.grid(alpha=0.3)

    read = np.argmax(logits_of(layers, data.held_x), axis=1)
    wrong = np.flatnonzero(read != data.held_labels)
    right.suptitle(f"Misread: {len(wrong)} of {len(read)} held-out digits")
    grid = right.subplots(max(1, -(-min(len(wrong), 15) // 5)), 5).ravel()
    for cell in grid:
        cell.axis("off")
    for cell, i in zip(grid, wrong, strict=False):
        cell.imshow(data.held_x[i].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        cell.set_title(f"{data.held_labels[i]} read as {read[i]}", fontsize=10)
    figure.savefig(out, dpi=120)
    plt.close(figure)


def main(argv: Sequence[str] | None = None) -> float:
    """Trains, reports and draws; returns the accuracy on the held-out digits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--hidden", type=int, nargs="*", default=[256, 128], metavar="WIDTH")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("digits.png"), help="the picture")
    parser.add_argument("--no-picture", action="store_true")
    options = parser.parse_args(argv)

    rng = np.random.default_rng(options.seed)
    data = load()
    layers = start([64, *options.hidden, 10], rng)
    history = train(layers, data, options.epochs, rng)
    score = accuracy(layers, data.held_x, data.held_labels)
    print(f"{100 * accuracy(layers, data.x, data.labels):.2f}% of the training digits read,")
    print(f"{100 * score:.2f}% of the {len(data.held_x)} held-out digits")
    if not options.no_picture:
        draw(layers, data, history, options.out)
        print(f"picture: {options.out}")
    return score


if __name__ == "__main__":
    main()

"""The digits model again, with eager tensors, beside the one that `digits.py` differentiates.

First both are given the same weights and the same images, so that value and gradients can be
compared; then the eager one is trained as PyTorch's users train: forward, `backward()`, a step
under `no_grad`, `.grad = None`.

    python samples/tensors.py
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import digits
import numpy as np
from tqdm import tqdm

import adjoint
from adjoint import Tensor

TensorLayers = list[tuple[Tensor, Tensor]]


def eager(layers: digits.Layers) -> TensorLayers:
    """Copies weights into tensors that gather gradients."""
    return [
        (adjoint.tensor(W, requires_grad=True), adjoint.tensor(b, requires_grad=True))
        for W, b in layers
    ]


def logits_of(layers: TensorLayers, x: Tensor) -> Tensor:
    """Scores the ten digits for each image: rectified layers, then an affine one."""
    for W, b in layers[:-1]:
        x = (x @ W + b).relu()
    W, b = layers[-1]
    return x @ W + b


def loss(layers: TensorLayers, x: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of the softmax over the ten digits."""
    log_p = logits_of(layers, x).log_softmax(1)
    return -log_p[adjoint.arange(len(labels)), labels].mean()


def compare(layers: digits.Layers, x: digits.Array, labels: digits.Labels) -> float:
    """Prints one loss computed in three ways; returns the largest difference of the gradients."""
    tensors = eager(layers)
    out = loss(tensors, adjoint.tensor(x), adjoint.tensor(labels))
    out.backward()
    print(f"eager tensors:     {out.item():.6f}, grad_fn={out.grad_fn.name()}")

    value, gradient = digits.loss.value_and_gradient(layers, x, labels)
    print(f"@grad on arrays:   {value:.6f}")

    mixed = eager(layers)
    out = digits.loss(mixed, x, labels)
    out.backward()
    print(f"@grad on tensors:  {out.item():.6f}, grad_fn={out.grad_fn.name()}")

    differences = [
        np.max(np.abs(t.grad.numpy() - d))
        for model in (tensors, mixed)
        for layer, d_layer in zip(model, gradient, strict=True)
        for t, d in zip(layer, d_layer, strict=True)
    ]
    print(f"largest difference of two gradients: {max(differences):.1e}")
    return float(max(differences))


class Adam:
    """Adam (Kingma and Ba, 2015, algorithm 1), in place, on tensors."""

    def __init__(self, parameters: Sequence[Tensor], rate: float = 2e-3) -> None:
        self.rate = rate
        self.count = 0
        self.parameters = parameters
        self.means = [adjoint.zeros_like(p) for p in parameters]
        self.squares = [adjoint.zeros_like(p) for p in parameters]

    def step(self) -> None:
        """Moves every parameter once, against its `.grad`, which is cleared."""
        self.count += 1
        with adjoint.no_grad():
            for p, m, s in zip(self.parameters, self.means, self.squares, strict=True):
                m += 0.1 * (p.grad - m)
                s += 0.001 * (p.grad * p.grad - s)
                mean = m / (1 - 0.9**self.count)
                square = s / (1 - 0.999**self.count)
                p -= self.rate * mean / (square.sqrt() + 1e-8)
                p.grad = None


def train(
    layers: TensorLayers, data: digits.Digits, epochs: int, rng: np.random.Generator
) -> list[float]:
    """Trains the layers in place and returns the mean loss of each epoch."""
    adam = Adam([p for layer in layers for p in layer])
    history = []
    with tqdm(range(epochs), unit="epoch") as bar:
        for _ in bar:
            values = []
            for x, labels in digits.minibatches(data.x, data.labels, 64, rng):
                out = loss(layers, adjoint.tensor(x), adjoint.tensor(labels))
                out.backward()
                adam.step()
                values.append(out.item())
            history.append(float(np.mean(values)))
            bar.set_postfix(loss=f"{history[-1]:.4f}")
    return history


def accuracy(layers: TensorLayers, x: digits.Array, labels: digits.Labels) -> float:
    """Returns the share of images that are read correctly."""
    with adjoint.no_grad():
        read = logits_of(layers, adjoint.tensor(x)).argmax(1)
    return float(np.mean(read.numpy() == labels))


def main(argv: Sequence[str] | None = None) -> tuple[float, float]:
    """Compares, trains and reports.

    Returns:
        The largest difference of the gradients, and the accuracy on the held-out digits.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--hidden", type=int, nargs="*", default=[256, 128], metavar="WIDTH")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)

    rng = np.random.default_rng(options.seed)
    data = digits.load()
    weights = digits.start([64, *options.hidden, 10], rng)
    difference = compare(weights, data.x[:64], data.labels[:64])

    layers = eager(weights)
    train(layers, data, options.epochs, rng)
    score = accuracy(layers, data.held_x, data.held_labels)
    print(f"{100 * score:.2f}% of the {len(data.held_x)} held-out digits read")
    return difference, score


if __name__ == "__main__":
    main()

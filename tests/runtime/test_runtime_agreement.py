"""What tensors do is what PyTorch does: programs, and what PyTorch 2.13 shows for each.

`behaviour.txt` holds programs with what they show, or the error that ends them; `printed.txt` holds
expressions with their printed form; `names.txt` the node that an expression leaves and the nodes
after it; `types.txt` the types of products. All expectations were taken from PyTorch itself, with
`adjoint` written for `torch`.
"""

from __future__ import annotations

import copy
import pickle
import re
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adjoint

HERE = Path(__file__).parent


def blocks(name: str) -> list[tuple[str, str]]:
    """Reads programs and the comments under them."""
    found = []
    for block in (HERE / name).read_text().strip("\n").split("\n\n"):
        lines = block.split("\n")
        first = next(k for k, line in enumerate(lines) if line.startswith("# "))
        expected = "\n".join(line[2:] for line in lines[first:])
        found.append(("\n".join(lines[:first]), expected))
    return found


def shown(value: Any) -> str:
    """Prints a value the way `behaviour.txt` has it."""
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(map(shown, value)) + ")"
    return repr(value)


def outcome(program: str) -> str:
    """Runs a program; gives what it shows, then the error that ends it, if one does."""
    out: list[str] = []

    def show(*values: Any) -> None:
        out.append(" ; ".join(map(shown, values)))

    def leaf(n: int) -> adjoint.Tensor:
        return adjoint.tensor(np.arange(1, n + 1, dtype="float32"), requires_grad=True)

    scope = {
        **{"adjoint": adjoint, "np": np, "threading": threading, "copy": copy, "pickle": pickle},
        **{"show": show, "leaf": leaf},
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(program, scope)
    except Exception as error:
        out.append(f"ERR {type(error).__name__}: {error}")
    finally:
        adjoint.set_grad_enabled(True)
    return re.sub("0x[0-9a-f]+", "0x", "\n".join(out))


@pytest.mark.parametrize(("program", "expected"), blocks("behaviour.txt"))
def test_a_program_shows_what_it_shows_in_pytorch(program: str, expected: str) -> None:
    assert outcome(program) == expected


@pytest.mark.parametrize(("expression", "expected"), blocks("printed.txt"))
def test_a_tensor_prints_as_in_pytorch(expression: str, expected: str) -> None:
    assert repr(eval(expression)) == expected


@pytest.mark.parametrize("line", (HERE / "names.txt").read_text().splitlines())
def test_an_operation_leaves_the_node_that_pytorch_leaves(line: str) -> None:
    expression, expected = line.split("  # ")
    x = adjoint.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    w = adjoint.tensor([1.0, 2.0], requires_grad=True)
    node = eval(expression, {"adjoint": adjoint, "x": x, "w": w}).grad_fn
    if node is None:
        found = "None"
    else:
        following = [n if n is None else type(n).__name__ for n, _ in node.next_functions]
        found = f"{type(node).__name__} <- {', '.join(map(str, following))}"
    assert found == expected


@pytest.mark.parametrize("line", (HERE / "types.txt").read_text().splitlines())
def test_two_types_combine_as_in_pytorch(line: str) -> None:
    left, kind, *pairs = re.split("[ :]+", line)
    a = adjoint.ones(2, dtype=getattr(adjoint, left))
    shape = (2,) if kind == "array" else ()
    for pair in pairs:
        right, expected = pair.split("=")
        product = a * adjoint.ones(*shape, dtype=getattr(adjoint, right))
        assert product.dtype is getattr(adjoint, expected), right

"""Random programs made of control flow alone; what they do is written into a list."""

from __future__ import annotations

import random


def program(seed: int) -> str:
    """The text of a function `f(choices, log)` that takes its decisions from `choices`."""
    rng = random.Random(seed)
    lines = ["def f(choices, log):"]
    _block(rng, lines, depth=1, in_loop=False, size=3)
    if rng.random() < 0.7:
        lines.append(f"    return {rng.randrange(100)}")
    return "\n".join(lines) + "\n"


def _block(rng: random.Random, lines: list[str], depth: int, in_loop: bool, size: int) -> None:
    indent = "    " * depth
    for _ in range(rng.randint(1, size)):
        lines.append(f"{indent}log.append({rng.randrange(1000)})")
        _statement(rng, lines, depth, in_loop)


def _statement(rng: random.Random, lines: list[str], depth: int, in_loop: bool) -> None:
    indent = "    " * depth
    kind = rng.choice(["if", "if", "for", "while", "with", "exit", "exit", "log"])
    if depth > 5:
        kind = "exit"
    if kind == "exit":
        leave = rng.choice(["break", "continue"] if in_loop and rng.random() < 0.7 else ["return"])
        value = f" {rng.randrange(100)}" if leave == "return" and rng.random() < 0.8 else ""
        if rng.random() < 0.8:
            lines.append(f"{indent}if choices.pop():")
            indent += "    "
        lines.append(f"{indent}{leave}{value}")
    elif kind == "if":
        lines.append(f"{indent}if choices.pop():")
        _block(rng, lines, depth + 1, in_loop, 2)
        if rng.random() < 0.5:
            lines.append(f"{indent}else:")
            _block(rng, lines, depth + 1, in_loop, 2)
    elif kind == "with":
        lines.append(f"{indent}with noted(log):")
        _block(rng, lines, depth + 1, in_loop, 2)
    elif kind in ("for", "while"):
        test = rng.choice(["choices.pop()", "choices.pop()", "True"])
        header = f"for i in range({rng.randrange(3)}):" if kind == "for" else f"while {test}:"
        lines.append(f"{indent}{header}")
        _block(rng, lines, depth + 1, True, 3)
        if rng.random() < 0.4:
            lines.append(f"{indent}else:")
            _block(rng, lines, depth + 1, in_loop, 2)

"""Random expressions over integers, lists and a function `t` that notes when it is called."""

from __future__ import annotations

import random

NAMES = ["a", "b", "c"]


def expression(rng: random.Random, depth: int = 0) -> str:
    """An expression whose value is an integer."""
    leaves = [lambda: rng.choice(NAMES), lambda: str(rng.randrange(-3, 9))]
    if depth > 3:
        return rng.choice(leaves)()

    def e() -> str:
        return expression(rng, depth + 1)

    def lst() -> str:
        return _list(rng, depth + 1)

    forms = [
        *leaves,
        lambda: f"t({e()})",
        lambda: f"t({e()})",
        lambda: f"({e()} {rng.choice('+-*&|^')} {e()})",
        lambda: f"(-{e()})",
        lambda: f"(~{e()})",
        lambda: f"({e()} if {condition(rng, depth + 1)} else {e()})",
        lambda: f"({e()} {rng.choice(['and', 'or'])} {e()} {rng.choice(['and', 'or'])} {e()})",
        lambda: f"int({condition(rng, depth + 1)})",
        lambda: f"({rng.choice(NAMES)} := {e()})",
        lambda: f"xs[{e()} % 3]",
        lambda: f"{lst()}[{e()} % 1]",
        lambda: f"sum({lst()}, {rng.choice(NAMES)})",
        lambda: f"sum({e()} for v in {lst()} if {condition(rng, depth + 1)})",
        lambda: f"len(f'{{t({e()})}}:{{{e()}:>5}}{{xs}}')",
        lambda: f"box.put({e()}, key={e()})",
        lambda: f"box.at({e()}).value",
        lambda: f"three({e()}, *[{e()}, {e()}])",
        lambda: f"three(z={e()}, x={e()}, y={e()})",
        lambda: f"(lambda p, q={e()}: p + q + t({rng.choice(NAMES)}))({e()})",
        lambda: f"{{0: {e()}, **{{1: {e()}}}}}[{e()} % 2]",
        lambda: f"int(any({condition(rng, depth + 1)} for v in {lst()}))",
        lambda: f"int(all({condition(rng, depth + 1)} for v in {lst()}))",
        lambda: f"swap(xs, {e()} % 3)",
    ]
    return rng.choice(forms)()


def condition(rng: random.Random, depth: int) -> str:
    """An expression of which the truth matters."""

    def e() -> str:
        return expression(rng, depth + 1)

    if depth > 4:
        return rng.choice(NAMES)
    forms = [
        lambda: f"{e()} {rng.choice(['<', '==', '>='])} {e()}",
        lambda: f"{e()} <= {e()} < {e()} != {e()}",
        lambda: f"not {condition(rng, depth + 1)}",
        lambda: f"({condition(rng, depth + 1)} and {condition(rng, depth + 1)})",
        lambda: f"({condition(rng, depth + 1)} or {condition(rng, depth + 1)})",
        lambda: f"{e()} in xs",
        lambda: f"{rng.choice(NAMES)} is {rng.choice(NAMES)}",
        e,
    ]
    return rng.choice(forms)()


def _list(rng: random.Random, depth: int) -> str:
    def e() -> str:
        return expression(rng, depth + 1)

    forms = [
        lambda: f"[{e()}, {e()}, {e()}]",
        lambda: f"[{e()}, *[{e()}]]",
        lambda: f"[{e()} + v for v in xs[:2]]",
        lambda: f"[v for u in [{e()}, {e()}] for v in (u, {e()})]",
        lambda: f"(xs + [{e()}])",
    ]
    return rng.choice(forms)()


def statement(rng: random.Random) -> str:
    """A statement made of such expressions."""
    e = [expression(rng, 1) for _ in range(5)]
    name = rng.choice(NAMES)
    forms = [
        f"{name} = {e[0]}",
        f"{name} = {rng.choice(NAMES)} = {e[0]}",
        f"a, (b, c) = {e[0]}, ({e[1]}, {e[2]})",
        f"(a, b), *rest = [({e[0]}, {e[1]}), {e[2]}, {e[3]}]",
        f"xs[{e[0]} % 3], a, xs[a % 3] = {e[1]}, {e[2]}, {e[3]}",
        f"a, xs[a % 3] = {e[0]}, {e[1]}",
        "a, b = b, a",
        f"xs[{e[0]} % 3] = {e[1]}",
        f"xs[{e[0]} % 3] += {e[1]}",
        f"xs[{e[0]} % 3] += swap(xs, {e[1]} % 3)",
        f"box.value -= {e[0]}",
        f"box.at({e[0]}).value = {e[1]}",
        f"c += t({e[0].replace(':=', '+')})",
        f"assert {e[0]} or True, t({e[1]})",
        f"box.table = {{t(v): {e[0]} for v in xs}}",
        f"t({e[0]})",
    ]
    return rng.choice(forms)

"""Random simple statements: names bound, arrays written, views taken."""

from __future__ import annotations

from .program_text import Block, Line
from .random_scope import LENGTH, ROWS, SLICES, Scope
from .random_values import array, constant, growth, index, integers, number, operand, test, tight


def bind(scope: Scope) -> Block:
    """`a = ...`."""
    if scope.chance(0.4):
        return scope.line(f"NUMBER = {number(scope, 2)}")
    length = scope.rng.choice([LENGTH, LENGTH, 2, 3])
    text = array(scope, length, 2)
    return (Line(f"{scope.bind_array(length)} = {text}"),)


def augment(scope: Scope) -> Block:
    """`a += ...`: rebinds a number, writes into an array."""
    if scope.chance(0.2):
        operator = scope.rng.choice("+-*")
        return (Line(f"{scope.pick(scope.numbers)} {operator}= {number(scope, 1)}"),)
    name = scope.pick(scope.arrays)
    return (Line(f"{name} {growth(scope, operand(scope, scope.arrays[name]))}"),)


def store(scope: Scope) -> Block:
    """`a[...] = ...` and `a[...] += ...`, by position, slice, list of positions or mask."""
    rng, name = scope.rng, scope.pick(scope.of_length(LENGTH))
    length = rng.choice([2, 3, 4])
    piece = name + rng.choice(SLICES[length])
    mask = f"{scope.pick(scope.of_length(LENGTH))} > {constant(scope)}"
    return (Line(rng.choice([
        f"{name}[{index(scope)}] = {number(scope, 2)}",
        f"{piece} = {operand(scope, length)}",
        f"{piece} {growth(scope, operand(scope, length))}",
        f"{name}[[{integers(scope, 3)}]] {growth(scope, operand(scope, 3))}",
        f"{name}[{mask}] {growth(scope, number(scope, 1))}",
        f"{name}[{mask}] = {number(scope, 1)}",
        f"{name}[{index(scope)}] {growth(scope, number(scope, 1))}",
    ])),)  # fmt: skip


def store_by_call(scope: Scope) -> Block:
    """Writes that are spelled as calls."""
    name, long = scope.pick(scope.of_length(LENGTH)), scope.pick(scope.of_length(LENGTH))
    return (Line(scope.rng.choice([
        f"np.add.at({name}, [{integers(scope, 3)}], {operand(scope, 3)})",
        f"np.multiply({long}, {number(scope, 1)}, out={name})",
        f"np.tanh({array(scope, LENGTH, 1)}, out={name})",
        f"np.copyto({name}, {array(scope, LENGTH, 1)})",
        f"{name}.fill({number(scope, 1)})",
        f"{name}.sort()",
        f"{name}[:] = {array(scope, LENGTH, 2)}",
    ])),)  # fmt: skip


def swap(scope: Scope) -> Block:
    """Two names, two elements or two pieces exchanged."""
    rng = scope.rng
    names = scope.of_length(rng.choice(sorted(set(scope.arrays.values()))))
    a, b, base = scope.pick(names), scope.pick(names), scope.pick(scope.of_length(LENGTH))
    i, j = rng.sample(range(LENGTH), 2)
    s, t = scope.pick(scope.numbers), scope.pick(scope.numbers)
    return (Line(rng.choice([
        f"{a}, {b} = {b}, {a}" if a != b else f"{a} = {a} * 0.9",
        f"{base}[{i}], {base}[{j}] = {base}[{j}], {base}[{i}]",
        f"{base}[[{i}, {j}]] = {base}[[{j}, {i}]]",
        f"{s}, {t} = 0.5 * {t}, {s}" if s != t else f"{s} = 0.5 * {s}",
    ])),)  # fmt: skip


def alias(scope: Scope) -> Block:
    """Another name of an array, or a view of it."""
    base, length = scope.pick(scope.of_length(LENGTH)), scope.rng.choice([2, 3, 4])
    view = scope.rng.choice((*SLICES[length], "") if length == LENGTH else SLICES[length])
    name = scope.bind_array(length)
    return (Line(f"{name} = {base}{view}"),) if name != base else (Line(f"{name} = {base} * 0.9"),)


def unpack(scope: Scope) -> Block:
    """Several names at once."""
    if scope.chance(0.3):
        star = scope.rng.choice(["*_", "_, _"])
        return scope.line(f"NUMBER, {star}, NUMBER = {scope.pick(scope.of_length(LENGTH))}")
    return scope.line(f"NUMBER, NUMBER = {number(scope, 1)}, {number(scope, 1)}")


def walrus(scope: Scope) -> Block:
    """`:=` inside an expression."""
    text, rest = number(scope, 1), number(scope, 1)
    name = scope.bind_number()
    return scope.line(f"NUMBER = 0.5 * ({name} := {text}) + {tight(rest)} * {name}")


def use_matrix(scope: Scope) -> Block:
    """Rows, columns and blocks of a matrix, written and read."""
    if not scope.matrices:
        return ()
    m, row = scope.pick(scope.matrices), scope.rng.randrange(ROWS)
    texts = [
        f"{m}[{row}] {growth(scope, operand(scope, LENGTH))}",
        f"{m}[1:, {scope.rng.choice(['1:3', '::2'])}] {growth(scope, operand(scope, 2))}",
        f"{m}[{row}] = {array(scope, LENGTH, 1)}",
        f"{m}[:, {index(scope)}] {growth(scope, array(scope, 3, 1))}",
        f"{m} {growth(scope, operand(scope, LENGTH))}",
        f"{m} = np.outer({array(scope, 3, 1)}, {array(scope, LENGTH, 1)})",
        f"{m}[[0, 2]] = {m}[[2, 0]]",
        f"{m}.T[{index(scope)}] {growth(scope, array(scope, 3, 1))}",
        f"{m}[{m} > {constant(scope)}] *= {number(scope, 1)}",
    ]
    return (Line(scope.rng.choice(texts)),)


def history(scope: Scope) -> Block:
    """An integer counter, or a row of numbers written one after the other."""
    if scope.integers and scope.chance(0.4):
        name = "j" if scope.chance(0.5) or "j" in scope.integers else "l"
        text = f"{name} = ({scope.pick(scope.integers)} + {scope.rng.randrange(3)}) % 4"
        scope.integers.add(name)
        return (Line(text),)
    source, k = tight(array(scope, LENGTH, 1)), number(scope, 1)
    return scope.line(f"ARRAY = np.array([{source}[0] * {tight(k)}, {k}, *{source}[2:]])")


def look(scope: Scope) -> Block:
    """Statements that only look."""
    name = scope.pick(scope.of_length(LENGTH))
    return (Line(scope.rng.choice([
        f'assert len({name}) == 4, f"{{{name}.shape}}"', f"_ = {name}.shape[0] + len({name})",
        f"print(end='' if {test(scope)} else '')",
    ])),)  # fmt: skip

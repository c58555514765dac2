"""Random statements about lists, dicts and objects that hold what is differentiated."""

from __future__ import annotations

from .program_text import Block, Line
from .random_scope import LENGTH, Scope
from .random_values import array, constant, growth, index, number, tight


def use_list(scope: Scope) -> Block:
    """A list of arrays, at least two of them."""
    if not scope.lists or scope.chance(0.2):
        name = scope.fresh(scope.lists, "xs ys")
        alike = f"[{array(scope, LENGTH, 1)}, {scope.pick(scope.of_length(LENGTH))}]"
        both = f"({array(scope, LENGTH, 1)}, {array(scope, LENGTH, 0)})"
        made = f"[v_ * {tight(number(scope, 1))} for v_ in {both}]"
        text = f"{name} = {scope.rng.choice([alike, alike, made])}"
        scope.lists.add(name)
        return (Line(text),)
    name, value = scope.pick(scope.lists), array(scope, LENGTH, 1)
    return scope.line(scope.rng.choice([
        f"{name}.append({value})",
        f"{name}.append({scope.pick(scope.of_length(LENGTH))})",
        f"{name}[0] = {value}",
        f"{name}[-1] {growth(scope, value)}",
        f"{name}[0], {name}[-1] = {name}[-1], {name}[0]",
        f"{name}[1][{index(scope)}] = {number(scope, 1)}",
        f"{name} = {name} + [{value}]",
        f"{name}.insert(1, {value})",
        f"{name}.extend([{value}, {value}])",
        f"{name} = [0.9 * v_ for v_ in {name}]",
        f"{name} = {name}[::-1]",
        f"{name}.reverse()",
        f"ARRAY = sum({name}) / len({name})",
        f"ARRAY = np.mean(np.stack({name}), axis=0)",
    ]))  # fmt: skip


def use_buffer(scope: Scope) -> Block:
    """A list of numbers, at least two of them: a stack, a queue, a row of coefficients."""
    if not scope.buffers or scope.chance(0.2):
        name = scope.fresh(scope.buffers, "ns ms")
        alike = f"[{number(scope, 1)}, {number(scope, 1)}, {number(scope, 0)}]"
        made = f"[v_ * {tight(number(scope, 1))} for v_ in {array(scope, LENGTH, 1)}]"
        kept = f"[v_ for v_ in {array(scope, LENGTH, 1)} if v_ > {constant(scope)}]"
        kept = f"{kept} + [0.3, {number(scope, 0)}]"
        text = f"{name} = {scope.rng.choice([alike, made, kept])}"
        scope.buffers.add(name)
        return (Line(text),)
    name = scope.pick(scope.buffers)
    return scope.line(scope.rng.choice([
        f"{name}.append({number(scope, 1)})",
        f"{name}[0] = {number(scope, 1)}",
        f"{name}[-1] {scope.rng.choice('+-*')}= {number(scope, 1)}",
        f"{name}.append({name}.pop(0) * {tight(number(scope, 1))})",
        f"{name}.append({name}.pop())",
        f"{name}[:1] = [{number(scope, 1)}, {number(scope, 1)}]",
        f"{name}.insert(0, {number(scope, 1)})",
        f"{name} += [{number(scope, 1)}]",
        f"{name} = [0.5 * (v_ + w_) for v_, w_ in zip({name}, {name}[::-1])]",
        f"{name} = sorted({name})",
        f"ARRAY = np.array([{name}[0], {name}[1], {name}[-1], {name}[-2]])",
    ]))  # fmt: skip


def use_dict(scope: Scope) -> Block:
    """A dict with two arrays."""
    if not scope.dicts or scope.chance(0.2):
        name = scope.fresh(scope.dicts, "d_ e_")
        text = f'{{"p": {array(scope, LENGTH, 1)}, "q": {array(scope, LENGTH, 1)}}}'
        scope.dicts.add(name)
        return (Line(f"{name} = {text}"),)
    name, key = scope.pick(scope.dicts), scope.rng.choice(['"p"', '"q"'])
    place, value = f"{name}[{key}]", array(scope, LENGTH, 1)
    return scope.line(scope.rng.choice([
        f"{place} = {value}",
        f"{place} {growth(scope, value)}",
        f"{place}[{index(scope)}] = {number(scope, 1)}",
        f"{name} = {{**{name}, {key}: {value}}}",
        f"{name} = {{key: 0.9 * v_ for key, v_ in {name}.items()}}",
        f"{name}.update({{{key}: {value}}})",
        f"ARRAY = {name}.get({key}, {array(scope, LENGTH, 0)})",
        f"ARRAY = sum({name}.values())",
    ]))  # fmt: skip


def use_box(scope: Scope) -> Block:
    """An object of a class with an array and a number."""
    if not scope.boxes or scope.chance(0.2):
        name = scope.fresh(scope.boxes, "box crate")
        text = f"{name} = Box({array(scope, LENGTH, 1)}, {number(scope, 1)})"
        scope.boxes.add(name)
        return (Line(text),)
    name = scope.pick(scope.boxes)
    return scope.line(scope.rng.choice([
        f"{name}.a = {array(scope, LENGTH, 1)}",
        f"{name}.s = {number(scope, 1)}",
        f"{name}.s {scope.rng.choice('+-*')}= {number(scope, 1)}",
        f"{name}.a {growth(scope, array(scope, LENGTH, 1))}",
        f"{name}.a[{index(scope)}] = {number(scope, 1)}",
        f"NUMBER = {name}.weigh({number(scope, 1)})",
        f"{name}.step({number(scope, 1)})",
    ]))  # fmt: skip

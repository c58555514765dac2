"""Random programs from a seed: nested control flow, writes, aliases, swaps, helpers, lists.

Values stay bounded (products of bounded numbers, sines, means), shapes are known while the text is
written, and every name is bound on every path, so that a program always runs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LENGTH = 4
SLICES = {2: ("[1:3]", "[::2]", "[:2]", "[-1:-3:-1]"), 3: ("[1:]", "[:-1]"), 4: ("[::-1]", "[:]")}


@dataclass(frozen=True, slots=True)
class Line:
    """A simple statement; one that is `fixed` keeps a loop from running for ever."""

    text: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound statement: each header with its block."""

    parts: tuple[tuple[str, Block], ...]


Statement = Line | Compound
Block = tuple[Statement, ...]


@dataclass(slots=True)
class Scope:
    """What is bound where a statement is written.

    arrays: names of arrays with their lengths. calls: helpers with their parameters' kinds.
    """

    rng: random.Random
    numbers: set[str] = field(default_factory=set)
    integers: set[str] = field(default_factory=set)
    arrays: dict[str, int] = field(default_factory=dict)
    matrices: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    dicts: set[str] = field(default_factory=set)
    calls: tuple[tuple[str, str], ...] = ()
    loops: int = 0
    returns: str = ""

    def inner(self, loops: int = 0) -> Scope:
        """A scope for a block inside: what it binds is not bound after it."""
        return Scope(
            self.rng, set(self.numbers), set(self.integers), dict(self.arrays), set(self.matrices),
            set(self.lists), set(self.dicts), self.calls, self.loops + loops, self.returns,
        )  # fmt: skip

    def pick(self, names: set[str] | dict[str, int] | list[str]) -> str:
        """One of some names, the same one for the same seed."""
        return self.rng.choice(sorted(names))

    def of_length(self, length: int) -> list[str]:
        """The arrays of a length."""
        return sorted(name for name, n in self.arrays.items() if n == length)


def random_program(seed: int) -> Block:
    """The statements of a module that defines `program(x, y, m, k, n)`."""
    rng = random.Random(seed)
    calls: tuple[tuple[str, str], ...] = ()
    module: list[Statement] = [Line("import math"), Line("import numpy as np")]
    for name in ("helper", "other")[: rng.randrange(3)]:
        returns = rng.choice(["number", "array", "none", "itself"])
        module.append(_helper(rng, name, returns, calls))
        calls = (*calls, (name, returns))
    scope = Scope(
        rng, {"k"}, {"n"}, {"x": LENGTH, "y": LENGTH}, {"m"}, calls=calls, returns="number"
    )
    body = _block(scope, rng.randint(3, 9), 0)
    result = Line(f"return {_number(scope, 2)} + {_digest(scope)}")
    module.append(Compound((("def program(x, y, m, k, n):", (*body, result)),)))
    return tuple(module)


def render(block: Block, indent: str = "") -> str:
    """The text of a block.

    >>> print(render((Compound((("if k > 0:", (Line("k = 1.0"),)),)),)), end="")
    if k > 0:
        k = 1.0
    """
    return "".join(line + "\n" for line in _lines(block, indent))


def _lines(block: Block, indent: str) -> Iterator[str]:
    for stmt in block or (Line("pass"),):
        if isinstance(stmt, Line):
            yield indent + stmt.text
        else:
            for header, body in stmt.parts:
                yield indent + header
                yield from _lines(body, indent + "    ")


def _helper(
    rng: random.Random, name: str, returns: str, calls: tuple[tuple[str, str], ...]
) -> Statement:
    scope = Scope(rng, {"r"}, set(), {"p": LENGTH, "q": LENGTH}, calls=calls, returns=returns)
    body = _block(scope, rng.randint(1, 4), 1)
    return Compound(((f"def {name}(p, q, r=0.3):", (*body, Line(_return(scope)))),))


def _return(scope: Scope) -> str:
    match scope.returns:
        case "number":
            return f"return {_number(scope, 1)}"
        case "array":
            return f"return {_array(scope, LENGTH, 1)}"
        case "itself":
            return f"return {scope.pick(scope.of_length(LENGTH))}"
        case _:
            return "return None"


def _digest(scope: Scope) -> str:
    """A number to which everything that is bound contributes, so that nothing is dead."""
    parts = [f"np.sum(np.sin({a}))" for a in sorted(scope.arrays)]
    parts += [f"np.sum({m} * {m})" for m in sorted(scope.matrices)]
    parts += [f"sum(np.sum({v} * {v}) for v in {xs})".replace(f"{v} * {v}", "v * v")
              for xs in sorted(scope.lists) for v in ["v"]]  # fmt: skip
    parts += [f'np.sum({d}["p"] * {d}["q"])' for d in sorted(scope.dicts)]
    kept = [p for p in parts if scope.rng.random() < 0.7]
    return " + ".join(kept or ["np.sum(x * y)"])


def _block(scope: Scope, size: int, depth: int) -> Block:
    return tuple(stmt for _ in range(size) for stmt in _statement(scope, depth))


def _statement(scope: Scope, depth: int) -> Block:
    simple: list[Callable[[Scope], Block]] = [
        _bind, _bind, _augment, _augment, _store, _store, _swap, _alias, _alias, _use_list,
        _use_dict, _use_matrix, _call, _call, _unpack, _closure,
    ]  # fmt: skip
    deepest = 3
    if depth < deepest and scope.rng.random() < 0.35:
        return scope.rng.choice([_if, _if, _for, _for, _while])(scope, depth)
    if scope.loops and scope.rng.random() < 0.08:
        return (
            Compound(((f"if {_test(scope)}:", (Line(scope.rng.choice(["break", "continue"])),)),)),
        )
    if depth and scope.rng.random() < 0.04:
        return (Compound(((f"if {_test(scope)}:", (Line(_return(scope)),)),)),)
    return scope.rng.choice(simple)(scope)


def _fresh(scope: Scope, names: set[str] | list[str], pool: str) -> str:
    """A name to bind: one that is bound to the same kind of thing, or a new one."""
    new = [c for c in pool if c not in _taken(scope)]
    if new and (not names or scope.rng.random() < 0.5):
        return new[0]
    return scope.pick(names) if names else pool[0] + "_"


def _taken(scope: Scope) -> set[str]:
    return (
        scope.numbers | scope.integers | set(scope.arrays) | scope.matrices | scope.lists
        | scope.dicts
    )  # fmt: skip


def _bind(scope: Scope) -> Block:
    if scope.rng.random() < 0.4:
        text = _number(scope, 2)
        name = _fresh(scope, scope.numbers, "stuw")
        scope.numbers.add(name)
        return (Line(f"{name} = {text}"),)
    length = scope.rng.choice([LENGTH, LENGTH, 2, 3])
    text = _array(scope, length, 2)
    name = _fresh(scope, scope.of_length(length), "abcdefgh")
    if scope.arrays.get(name, length) != length:
        return ()
    scope.arrays[name] = length
    return (Line(f"{name} = {text}"),)


def _augment(scope: Scope) -> Block:
    if scope.rng.random() < 0.2:
        return (
            Line(f"{scope.pick(scope.numbers)} {scope.rng.choice('+-*')}= {_number(scope, 1)}"),
        )
    name = scope.pick(scope.arrays)
    return (Line(f"{name} {_growth(scope, _operand(scope, scope.arrays[name]))}"),)


def _growth(scope: Scope, operand: str) -> str:
    return scope.rng.choice(
        [
            f"+= 0.3 * {operand}",
            f"-= 0.2 * {operand}",
            f"*= {operand}",
            f"/= 2.0 + np.sin({operand})",
        ]
    )


def _operand(scope: Scope, length: int) -> str:
    return _array(scope, length, 1) if scope.rng.random() < 0.7 else _number(scope, 1)


def _store(scope: Scope) -> Block:
    name = scope.pick(scope.of_length(LENGTH))
    rng = scope.rng
    match rng.randrange(6):
        case 0:
            return (Line(f"{name}[{_index(scope)}] = {_number(scope, 2)}"),)
        case 1:
            length = rng.choice([2, 3, 4])
            place = name + rng.choice(SLICES[length])
            return (Line(f"{place} = {_operand(scope, length)}"),)
        case 2:
            length = rng.choice([2, 3, 4])
            place = name + rng.choice(SLICES[length])
            return (Line(f"{place} {_growth(scope, _operand(scope, length))}"),)
        case 3:
            return (Line(f"{name}[[{_integers(scope, 3)}]] {_growth(scope, _operand(scope, 3))}"),)
        case 4:
            mask = f"{scope.pick(scope.of_length(LENGTH))} > {_constant(scope)}"
            return (Line(f"{name}[{mask}] {_growth(scope, _number(scope, 1))}"),)
        case _:
            return (Line(f"{name}[{_index(scope)}] {_growth(scope, _number(scope, 1))}"),)


def _swap(scope: Scope) -> Block:
    length = scope.rng.choice(sorted(set(scope.arrays.values())))
    names = scope.of_length(length)
    if scope.rng.random() < 0.3:
        a, (i, j) = scope.pick(scope.of_length(LENGTH)), scope.rng.sample(range(LENGTH), 2)
        return (Line(f"{a}[{i}], {a}[{j}] = {a}[{j}], {a}[{i}]"),)
    a, b = scope.pick(names), scope.pick(names)
    return (Line(f"{a}, {b} = {b}, {a}"),) if a != b else ()


def _alias(scope: Scope) -> Block:
    base = scope.pick(scope.of_length(LENGTH))
    length = scope.rng.choice([2, 3, 4])
    view = scope.rng.choice((*SLICES[length], "") if length == LENGTH else SLICES[length])
    name = _fresh(scope, scope.of_length(length), "abcdefgh")
    if scope.arrays.get(name, length) != length or name == base:
        return ()
    scope.arrays[name] = length
    return (Line(f"{name} = {base}{view}"),)


def _unpack(scope: Scope) -> Block:
    names = [_fresh(scope, scope.numbers, "stuw"), _fresh(scope, scope.numbers, "wuts")]
    text = f"{', '.join(names)} = {_number(scope, 1)}, {_number(scope, 1)}"
    scope.numbers.update(names)
    return (Line(text),)


def _use_list(scope: Scope) -> Block:
    if not scope.lists or scope.rng.random() < 0.2:
        text = f"xs = [{_array(scope, LENGTH, 1)}, {scope.pick(scope.of_length(LENGTH))}]"
        scope.lists.add("xs")
        return (Line(text),)
    name, array = scope.pick(scope.lists), _array(scope, LENGTH, 1)
    choices = [
        f"{name}.append({array})",
        f"{name}.append({scope.pick(scope.of_length(LENGTH))})",
        f"{name}[0] = {array}",
        f"{name}[-1] {_growth(scope, array)}",
        f"{name}[0], {name}[-1] = {name}[-1], {name}[0]",
        f"{name}[1][{_index(scope)}] = {_number(scope, 1)}",
    ]
    return (Line(scope.rng.choice(choices)),)


def _use_dict(scope: Scope) -> Block:
    if not scope.dicts or scope.rng.random() < 0.2:
        text = f'd_ = {{"p": {_array(scope, LENGTH, 1)}, "q": {_array(scope, LENGTH, 1)}}}'
        scope.dicts.add("d_")
        return (Line(text),)
    name, key = scope.pick(scope.dicts), scope.rng.choice(['"p"', '"q"'])
    place = f"{name}[{key}]"
    array = _array(scope, LENGTH, 1)
    return (Line(scope.rng.choice([f"{place} = {array}", f"{place} {_growth(scope, array)}"])),)


def _use_matrix(scope: Scope) -> Block:
    if not scope.matrices:
        return ()
    m, row = scope.pick(scope.matrices), scope.rng.randrange(3)
    choices = [
        f"{m}[{row}] {_growth(scope, _operand(scope, LENGTH))}",
        f"{m}[1:, {scope.rng.choice(['1:3', '::2'])}] {_growth(scope, _operand(scope, 2))}",
        f"{m}[{row}] = {_array(scope, LENGTH, 1)}",
        f"{m}[:, {_index(scope)}] {_growth(scope, _array(scope, 3, 1))}",
    ]
    return (Line(scope.rng.choice(choices)),)


def _call(scope: Scope) -> Block:
    if not scope.calls:
        return ()
    name, returns = scope.rng.choice(scope.calls)
    arrays = scope.of_length(LENGTH)
    first = scope.pick(arrays)
    args = f"{first}, {scope.rng.choice([scope.pick(arrays), _array(scope, LENGTH, 1)])}"
    if scope.rng.random() < 0.6:
        args += scope.rng.choice([", ", ", r="]) + _number(scope, 1)
    if returns == "none" or scope.rng.random() < 0.2:
        return (Line(f"{name}({args})"),)
    if returns == "number":
        target = _fresh(scope, scope.numbers, "stuw")
        scope.numbers.add(target)
    else:
        target = _fresh(scope, arrays, "abcdefgh")
        if scope.arrays.get(target, LENGTH) != LENGTH:
            return ()
        scope.arrays[target] = LENGTH
    return (Line(f"{target} = {name}({args})"),)


def _closure(scope: Scope) -> Block:
    """A nested function that reads what encloses it, called with something."""
    inner = Scope(scope.rng, scope.numbers | {"z"}, set(), scope.arrays, returns="number")
    body = Line(f"return {_number(inner, 2)}")
    target = _fresh(scope, scope.numbers, "stuw")
    call = Line(f"{target} = near({_number(scope, 1)})")
    scope.numbers.add(target)
    return (Compound((("def near(z):", (body,)),)), call)


def _if(scope: Scope, depth: int) -> Block:
    test = _test(scope)
    yes, no = scope.inner(), scope.inner()
    parts = [(f"if {test}:", _block(yes, scope.rng.randint(1, 3), depth + 1))]
    if scope.rng.random() < 0.6:
        parts.append(("else:", _block(no, scope.rng.randint(1, 3), depth + 1)))
    _join(scope, yes, no if len(parts) > 1 else scope.inner())
    return (Compound(tuple(parts)),)


def _join(scope: Scope, yes: Scope, no: Scope) -> None:
    scope.numbers = yes.numbers & no.numbers
    scope.arrays = {a: n for a, n in yes.arrays.items() if no.arrays.get(a) == n}
    scope.lists, scope.dicts = yes.lists & no.lists, yes.dicts & no.dicts


def _for(scope: Scope, depth: int) -> Block:
    rng, inner = scope.rng, scope.inner(loops=1)
    match rng.randrange(6):
        case 0 if scope.matrices:
            header = f"for row in {scope.pick(scope.matrices)}:"
            inner.arrays["row"] = LENGTH
        case 1:
            header = f"for v in {scope.pick(scope.arrays)}:"
            inner.numbers.add("v")
        case 2:
            header = f"for i, v in enumerate({_array(scope, LENGTH, 1)}):"
            inner.numbers.add("v")
            inner.integers.add("i")
        case 3:
            length = rng.choice([2, 4])
            header = f"for v, w in zip({_array(scope, length, 1)}, {_array(scope, length, 0)}):"
            inner.numbers.update("vw")
        case 4:
            header = "for i in reversed(range(3)):"
            inner.integers.add("i")
        case _:
            header = f"for i in range({rng.choice(['2', '3', *scope.integers & {'n'}])}):"
            inner.integers.add("i")
    return (Compound(((header, _block(inner, rng.randint(1, 4), depth + 1)),)),)


def _while(scope: Scope, depth: int) -> Block:
    inner = scope.inner(loops=1)
    counter = f"count{depth}"
    step = Line(f"{counter} += 1", fixed=True)
    body = (step, *_block(inner, scope.rng.randint(1, 3), depth + 1))
    header = f"while {counter} < 3 and {_test(scope)}:"
    return (Line(f"{counter} = 0"), Compound(((header, body),)))


def _test(scope: Scope) -> str:
    rng = scope.rng
    choices = [f"{_number(scope, 1)} > {_constant(scope)}"]
    if scope.integers:
        choices.append(f"{scope.pick(scope.integers)} % 2 == {rng.randrange(2)}")
        choices.append(f"{scope.pick(scope.integers)} > {rng.randrange(3)}")
    choices.append(f"np.sum({scope.pick(scope.arrays)}) < {_constant(scope)}")
    test = rng.choice(choices)
    if rng.random() < 0.15:
        test = f"({test} {rng.choice(['and', 'or'])} {rng.choice(choices)})"
    return test


def _constant(scope: Scope) -> str:
    return f"{scope.rng.choice([-1, 1]) * scope.rng.randint(1, 9) / 10}"


def _index(scope: Scope) -> str:
    if scope.integers and scope.rng.random() < 0.4:
        return f"{scope.pick(scope.integers)} % 4"
    return str(scope.rng.randint(-LENGTH, LENGTH - 1))


def _integers(scope: Scope, count: int) -> str:
    return ", ".join(str(scope.rng.randrange(LENGTH)) for _ in range(count))


def _number(scope: Scope, depth: int) -> str:
    rng = scope.rng
    leaves = [_constant(scope), *[scope.pick(scope.numbers)] * 3]
    leaves += [f"{scope.pick(scope.of_length(LENGTH))}[{_index(scope)}]"]
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(leaves)
    a, b = _number(scope, depth - 1), _number(scope, depth - 1)
    array = _array(scope, rng.choice([2, 4]), depth - 1)
    return rng.choice(
        [
            f"{a} * {_tight(b)}", f"0.5 * ({a} + {b})", f"({a} - {b}) / 2", f"math.sin({a})",
            f"np.tanh({a})", f"np.mean({array})", f"0.2 * np.sum({array} * {array})",
            f"({a} if {_number(scope, 0)} > {_constant(scope)} else {b})", f"0.5 * np.max({array})",
            f"{_tight(a)} / (2.0 + np.cos({b}))", f"np.sum({array}) * 0.2",
        ]
    )  # fmt: skip


def _tight(text: str) -> str:
    return f"({text})" if " " in text else text


def _array(scope: Scope, length: int, depth: int) -> str:
    rng = scope.rng
    long = scope.of_length(LENGTH)
    leaves = [scope.pick(scope.of_length(length))] * 3 if scope.of_length(length) else []
    leaves += [f"{scope.pick(long)}{rng.choice(SLICES[length])}"]
    if length == LENGTH:
        leaves += [f"{name}[{rng.choice([0, 1, -1])}]" for name in sorted(scope.lists)]
        leaves += [f'{name}["{rng.choice("pq")}"]' for name in sorted(scope.dicts)]
        leaves += [f"{name}[{rng.randrange(3)}]" for name in sorted(scope.matrices)]
    if depth == 0:
        return rng.choice(leaves)
    a, b = _array(scope, length, depth - 1), _array(scope, length, depth - 1)
    k = _number(scope, depth - 1)
    return rng.choice(
        [
            rng.choice(leaves), f"np.sin({a})", f"np.tanh({a} + {b})", f"{_tight(a)} * {_tight(b)}",
            f"0.5 * ({a} + {b})", f"{_tight(a)} * {_tight(k)}", f"{_tight(a)} - 0.5 * {_tight(b)}",
            f"np.where({a} > {_constant(scope)}, {b}, {k})", f"np.exp(-{_tight(a)} ** 2)",
            f"np.maximum({a}, {k})", f"{_tight(a)}.copy()", f"np.zeros({length}) + {k}",
            f"{scope.pick(long)}[[{_integers(scope, length)}]]", f"np.roll({a}, 1)",
            f"0.3 * np.cumsum({a})", f"1.0 / (2.0 + np.cos({a}))", f"np.full({length}, {k})",
            f"np.stack([{', '.join([k, *[_number(scope, 0) for _ in range(length - 1)]])}])",
        ]
    )  # fmt: skip

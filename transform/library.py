"""Functions of the standard library that call functions or rearrange sequences, as Python source.

They are differentiated as users' functions are, and know the functions given to them. Those that
give an iterator in Python give a list here; `analyses.lazy` sees to it that nobody can tell.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Values = Iterable[Any]
Function = Callable[..., Any]


def map_one(function: Function, values: Values) -> list[Any]:
    """`map(f, xs)`."""
    return [function(value) for value in values]


def map_two(function: Function, first: Values, second: Values) -> list[Any]:
    """`map(f, xs, ys)`."""
    return [function(a, b) for a, b in zip(first, second)]  # noqa: B905 - `map` is not strict


def map_three(function: Function, first: Values, second: Values, third: Values) -> list[Any]:
    """`map(f, xs, ys, zs)`."""
    return [function(a, b, c) for a, b, c in zip(first, second, third)]  # noqa: B905 - as `map`


def filter_by(function: Function, values: Values) -> list[Any]:
    """`filter(f, xs)`."""
    return [value for value in values if function(value)]


def starmap(function: Function, values: Values) -> list[Any]:
    """`itertools.starmap(f, xs)`."""
    return [function(*parts) for parts in values]


def reduce(function: Function, values: Values) -> Any:
    """`functools.reduce(f, xs)`."""
    items = list(values)
    total = items[0]
    for item in items[1:]:
        total = function(total, item)
    return total


def reduce_from(function: Function, values: Values, initial: Any) -> Any:
    """`functools.reduce(f, xs, x)`."""
    total = initial
    for value in values:
        total = function(total, value)
    return total


def accumulate_sum(values: Values) -> list[Any]:
    """`itertools.accumulate(xs)`."""
    items = list(values)
    sums = items[:1]
    for item in items[1:]:
        sums.append(sums[-1] + item)
    return sums


def accumulate(values: Values, function: Function) -> list[Any]:
    """`itertools.accumulate(xs, f)`."""
    items = list(values)
    totals = items[:1]
    for item in items[1:]:
        totals.append(function(totals[-1], item))
    return totals


def accumulate_from(values: Values, function: Function, *, initial: Any) -> list[Any]:
    """`itertools.accumulate(xs, f, initial=x)`."""
    totals = [initial]
    for value in values:
        totals.append(function(totals[-1], value))
    return totals


def chain_two(first: Values, second: Values) -> list[Any]:
    """`itertools.chain(xs, ys)`."""
    return [*first, *second]


def chain_three(first: Values, second: Values, third: Values) -> list[Any]:
    """`itertools.chain(xs, ys, zs)`."""
    return [*first, *second, *third]


def islice_to(values: Values, stop: int) -> list[Any]:
    """`itertools.islice(xs, n)`."""
    return [value for _, value in zip(range(stop), values)]  # noqa: B905 - the shorter decides


def islice(values: Values, start: int, stop: int) -> list[Any]:
    """`itertools.islice(xs, m, n)`."""
    return [
        value for i, value in zip(range(stop), values) if i >= start  # noqa: B905 - as above
    ]


def product_two(first: Values, second: Values) -> list[Any]:
    """`itertools.product(xs, ys)`."""
    return [(a, b) for a in first for b in second]


def product_three(first: Values, second: Values, third: Values) -> list[Any]:
    """`itertools.product(xs, ys, zs)`."""
    return [(a, b, c) for a in first for b in second for c in third]


def pairwise(values: Values) -> list[Any]:
    """`itertools.pairwise(xs)`."""
    items = list(values)
    return [(items[i], items[i + 1]) for i in range(len(items) - 1)]


def takewhile(function: Function, values: Values) -> list[Any]:
    """`itertools.takewhile(f, xs)`."""
    taken = []
    for value in values:
        if not function(value):
            break
        taken.append(value)
    return taken


def dropwhile(function: Function, values: Values) -> list[Any]:
    """`itertools.dropwhile(f, xs)`."""
    left = []
    dropping = True
    for value in values:
        dropping = dropping and bool(function(value))
        if not dropping:
            left.append(value)
    return left


def filterfalse(function: Function, values: Values) -> list[Any]:
    """`itertools.filterfalse(f, xs)`."""
    return [value for value in values if not function(value)]


def compress(values: Values, selectors: Values) -> list[Any]:
    """`itertools.compress(xs, tests)`."""
    return [v for v, s in zip(values, selectors) if s]  # noqa: B905 - the shorter decides


def chain_of(parts: Iterable[Values]) -> list[Any]:
    """`itertools.chain.from_iterable(xss)`."""
    return [value for values in parts for value in values]


def combinations(values: Values, r: int) -> list[Any]:
    """`itertools.combinations(xs, r)`."""
    items = list(values)
    n = len(items)
    if r == 2:
        return [(items[i], items[j]) for i in range(n) for j in range(i + 1, n)]
    if r == 3:
        return [
            (items[i], items[j], items[k])
            for i in range(n) for j in range(i + 1, n) for k in range(j + 1, n)
        ]  # fmt: skip
    raise NotImplementedError("the derivative of itertools.combinations takes r=2 or 3")


def permutations(values: Values, r: int) -> list[Any]:
    """`itertools.permutations(xs, r)`."""
    items = list(values)
    n = len(items)
    if r == 2:
        return [(items[i], items[j]) for i in range(n) for j in range(n) if i != j]
    raise NotImplementedError("the derivative of itertools.permutations takes r=2")


def product_of(values: Values, *, repeat: int) -> list[Any]:
    """`itertools.product(xs, repeat=n)`."""
    items = list(values)
    if repeat == 1:
        return [(a,) for a in items]
    if repeat == 2:
        return [(a, b) for a in items for b in items]
    if repeat == 3:
        return [(a, b, c) for a in items for b in items for c in items]
    raise NotImplementedError("the derivative of itertools.product takes repeat=1, 2 or 3")


def zip_longest(first: Values, second: Values, *, fillvalue: Any) -> list[Any]:
    """`itertools.zip_longest(xs, ys, fillvalue=x)`."""
    a, b = list(first), list(second)
    count = max(len(a), len(b))
    a = a + [fillvalue] * (count - len(a))
    b = b + [fillvalue] * (count - len(b))
    return [(a[i], b[i]) for i in range(count)]


def max_by(values: Values, *, key: Function) -> Any:
    """`max(xs, key=f)`: the first of the largest."""
    items = list(values)
    if not items:
        raise ValueError("max() arg is an empty sequence")
    best = items[0]
    largest = key(best)
    for item in items[1:]:
        size = key(item)
        if size > largest:
            best, largest = item, size
    return best


def min_by(values: Values, *, key: Function) -> Any:
    """`min(xs, key=f)`: the first of the smallest."""
    items = list(values)
    if not items:
        raise ValueError("min() arg is an empty sequence")
    best = items[0]
    smallest = key(best)
    for item in items[1:]:
        size = key(item)
        if size < smallest:
            best, smallest = item, size
    return best


def max_item(values: Values) -> Any:
    """`max(xs)` of tuples or lists."""
    items = list(values)
    if not items:
        raise ValueError("max() arg is an empty sequence")
    best = items[0]
    for item in items[1:]:
        if item > best:  # noqa: PLR1730 - this is what max() does
            best = item
    return best


def min_item(values: Values) -> Any:
    """`min(xs)` of tuples or lists."""
    items = list(values)
    if not items:
        raise ValueError("min() arg is an empty sequence")
    best = items[0]
    for item in items[1:]:
        if item < best:  # noqa: PLR1730 - this is what min() does
            best = item
    return best


def max_pair(first: Any, second: Any) -> Any:
    """`max(x, y)` of tuples or lists."""
    return second if second > first else first


def min_pair(first: Any, second: Any) -> Any:
    """`min(x, y)` of tuples or lists."""
    return second if second < first else first


def max_of_two(first: Any, second: Any, *, key: Function) -> Any:
    """`max(x, y, key=f)`."""
    return second if key(first) < key(second) else first


def min_of_two(first: Any, second: Any, *, key: Function) -> Any:
    """`min(x, y, key=f)`."""
    return second if key(second) < key(first) else first


def max_or(values: Values, *, default: Any) -> Any:
    """`max(xs, default=x)`."""
    items = list(values)
    return max(items) if items else default


def min_or(values: Values, *, default: Any) -> Any:
    """`min(xs, default=x)`."""
    items = list(values)
    return min(items) if items else default


def max_by_or(values: Values, *, key: Function, default: Any) -> Any:
    """`max(xs, key=f, default=x)`."""
    items = list(values)
    return max(items, key=key) if items else default


def min_by_or(values: Values, *, key: Function, default: Any) -> Any:
    """`min(xs, key=f, default=x)`."""
    items = list(values)
    return min(items, key=key) if items else default


Form = tuple[Any, tuple[str, ...]]
"""A function of the standard library, and how it is called: "" or a keyword for each argument."""

SOURCES: dict[Form, Function] = {
    (map, ("", "")): map_one,
    (map, ("", "", "")): map_two,
    (map, ("", "", "", "")): map_three,
    (filter, ("", "")): filter_by,
    (itertools.starmap, ("", "")): starmap,
    (functools.reduce, ("", "")): reduce,
    (functools.reduce, ("", "", "")): reduce_from,
    (itertools.accumulate, ("",)): accumulate_sum,
    (itertools.accumulate, ("", "")): accumulate,
    (itertools.accumulate, ("", "", "initial")): accumulate_from,
    (itertools.chain, ("", "")): chain_two,
    (itertools.chain, ("", "", "")): chain_three,
    (itertools.islice, ("", "")): islice_to,
    (itertools.islice, ("", "", "")): islice,
    (itertools.product, ("", "")): product_two,
    (itertools.product, ("", "", "")): product_three,
    (itertools.pairwise, ("",)): pairwise,
    (itertools.takewhile, ("", "")): takewhile,
    (itertools.dropwhile, ("", "")): dropwhile,
    (itertools.filterfalse, ("", "")): filterfalse,
    (itertools.compress, ("", "")): compress,
    (itertools.chain.from_iterable, ("",)): chain_of,
    (itertools.combinations, ("", "")): combinations,
    (itertools.permutations, ("", "")): permutations,
    (itertools.product, ("", "repeat")): product_of,
    (itertools.zip_longest, ("", "", "fillvalue")): zip_longest,
    (max, ("", "key")): max_by,
    (min, ("", "key")): min_by,
    (max, ("", "", "key")): max_of_two,
    (min, ("", "", "key")): min_of_two,
    (max, ("", "default")): max_or,
    (min, ("", "default")): min_or,
    (max, ("", "key", "default")): max_by_or,
    (max, ("", "default", "key")): max_by_or,
    (min, ("", "key", "default")): min_by_or,
    (min, ("", "default", "key")): min_by_or,
}

OF_SEQUENCES: dict[Form, Function] = {
    (max, ("",)): max_item,
    (min, ("",)): min_item,
    (max, ("", "")): max_pair,
    (min, ("", "")): min_pair,
}
"""Calls that are compared as sequences are, where they are given some."""

KEPT: dict[type, type] = {
    base: type(base.__name__, (base,), {"__module__": "builtins"})
    for base in (zip, enumerate, reversed)
}
"""What stands for a class of iterators where what it makes is not taken apart at once.

Nothing is known of such a call: the same iterator may be empty when it is read again.
"""

_LAZY = frozenset(function for function, _ in SOURCES) - {functools.reduce, max, min}


def is_lazy(function: Any) -> bool:
    """Whether this is a function of those that gives an iterator."""
    try:
        return function in _LAZY
    except TypeError:  # not hashable
        return False


def source_of(function: Any, roles: Sequence[str]) -> Function | None:
    """The Python source of a call of the standard library, if it is known."""
    try:
        return SOURCES.get((function, tuple(roles)))
    except TypeError:  # not hashable
        return None

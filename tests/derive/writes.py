"""Programs that write into arrays: every kind of write x target x place x who else sees the array.

`python -m tests.derive.writes` checks the whole product and counts how it went.
"""

from __future__ import annotations

import itertools
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from adjoint.runtime.errors import AdjointError, NotFollowed
from tests.programs.checker import WrongGradient, check
from tests.programs.differences import IllConditioned
from tests.programs.outcomes import load

WRITES = {
    "plain": "{t} = v",
    "add": "{t} += v",
    "multiply": "{t} *= v",
    "divide": "{t} /= 2.0 + v * v",
    "power": "{t} **= 2",
    "out": "np.multiply({r}, v, out={r})",
    "copyto": "np.copyto({r}, v)",
    "fill": "{r}.fill(v)",
    "sort": "{r}.sort()",
    "at": "np.add.at({b}, [0, 2, 0], v)",
    "put": "np.put({b}, [1, 2], v)",
    "place": "np.place({b}, {b} > 0.2, v)",
    "swap": "{b}[[0, 1]] = {b}[[1, 0]]",
}
TARGETS = {
    "element": ("a", "a[1]"),
    "slice": ("a", "a[1:3]"),
    "step": ("a", "a[::2]"),
    "backwards": ("a", "a[::-1]"),
    "ellipsis": ("a", "a[...]"),
    "new axis": ("a", "a[None, :]"),
    "integers": ("a", "a[[2, 0]]"),
    "repeated integers": ("a", "a[[2, 2, 0]]"),
    "mask": ("a", "a[a > 0.2]"),
    "view of a view": ("a", "a[1:][:2]"),
    "transpose": ("a.reshape(2, 2).T", "{b}[0]"),
    "reshape": ("a.reshape(2, 2)", "{b}[:, 1]"),
    "reshape of a transpose": ("a.reshape(2, 2).T.copy().reshape(4)", "{b}[1:]"),
    "ravel": ("a.ravel()", "{b}[:2]"),
    "real": ("a.real", "{b}[:2]"),
    "split": ("np.split(a, 2)[1]", "{b}[0]"),
    "row": ("a.reshape(2, 2)[1]", "{b}[...]"),
}
PLACES = {
    "line": "{w}",
    "branch": "if x[0] > 0.1:\n    {w}\nelse:\n    a[0] += 1.0",
    "loop": "for i in range(n):\n    {w}",
    "nested loop": "for i in range(2):\n    for j in range(n):\n        {w}",
    "callee": "change(a, v)",
    "closure": "def inner(a):\n    {w}\ninner(a)",
    "while": "k = 0\nwhile k < n:\n    k += 1\n    {w}",
    "rebound": "for i in range(n):\n    {w}\n    a, c = c, a",
}
SEEN_BY = {
    "nobody": ("a = x * 1.5", ""),
    "alias": ("a = x * 1.5\no = a", "np.sum(np.sin(o))"),
    "overlapping view": ("a = x * 1.5\no = a[1:]", "np.sum(o * o)"),
    "one of two": ("a = x * 1.5\no = a if x[1] > 0 else x * 2.0", "np.sum(o * o)"),
    "view that moves": (
        "a = x * 1.5\no = a[:2]\nfor q in range(2):\n    o *= 1.1\n    o = a[q + 1 : q + 3]",
        "np.sum(o * o)",
    ),
    "argument": ("a = x", "np.sum(x * y[0])"),
    "saved operand": ("a = x * 1.5\no = a * a", "np.sum(o * y)"),
    "list": ("a = x * 1.5\nxs = [a, y * 2.0]", "np.sum(np.stack(xs) ** 2)"),
    "tuple": ("a = x * 1.5\nxs = (a, 3.0)", "np.sum(xs[0] * xs[1])"),
}
X, Y = np.array([0.31, 0.12, -0.44, 0.73]), np.array([0.45, -0.2, 0.6, 0.15])
Combination = tuple[str, str, str, str]


def combinations() -> Iterator[Combination]:
    """The whole product."""
    return itertools.product(WRITES, TARGETS, PLACES, SEEN_BY)


def source(combination: Combination) -> str:
    """The program of a combination, as a module."""
    write, target, place, seen_by = combination
    base, shown = TARGETS[target]
    name = "a" if base == "a" else "b"
    shown = shown.format(b=name)
    region = "part" if "{r}" in WRITES[write] else name
    written = "\n".join([
        *([] if base == "a" else [f"b = {base}"]),
        *([f"part = {shown}"] if region == "part" else []),
        WRITES[write].format(t=shown, r=region, b=name),
    ])  # fmt: skip
    setup, also = SEEN_BY[seen_by]

    def placed(inner: str) -> str:
        template = PLACES[place]
        out = []
        for line in template.split("\n"):
            indent = line[: len(line) - len(line.lstrip())]
            filled = inner if line.strip() == "{w}" else line.strip()
            out.append(textwrap.indent(filled, indent))
        return "\n".join(out)

    body = "\n".join([
        setup, "c = y * 0.7", "v = 0.3 + y[0] * x[1]", placed(written),
        f"return np.sum(a * a * y) + np.sum(c) * v{' + ' + also if also else ''}",
    ])  # fmt: skip
    helper = textwrap.indent(written, "    ")
    return (
        f"import numpy as np\n\n\ndef change(a, v):\n{helper}\n\n\n"
        f"def program(x, y, n):\n{textwrap.indent(body, '    ')}\n"
    )


def verdict(combination: Combination, folder: str) -> str:
    """How a combination went: `right`, `refused`, `wrong: ...`, `crash: ...`, `no program`."""
    program: Callable[..., Any] = load(source(combination), folder)
    args = (X.copy(), Y.copy(), 2)
    try:
        program(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in args))
    except Exception:
        return "no program"
    try:
        check(program, args, (0, 1))
    except IllConditioned:
        return "ill-conditioned"
    except WrongGradient as error:
        return f"wrong: {error}"
    except NotFollowed as error:
        return f"refused when it runs: {str(error).partition(';')[0]}"
    except AdjointError as error:
        return f"refused: {str(error).partition(';')[0]}"
    except Exception as error:
        return f"crash: {type(error).__name__}: {error}"
    return "right"


def main() -> None:
    """Checks the whole product."""
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for combination in combinations():
            how = verdict(combination, folder)
            tally[how.partition(":")[0]] += 1
            if how.startswith(("wrong", "crash")):
                print(*combination, how, sep=" | ")
    print(dict(tally))


if __name__ == "__main__":
    main()

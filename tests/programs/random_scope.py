"""What is bound where a statement of a random program is written, and how names are drawn."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from .program_text import Block, Line

LENGTH = 4
ROWS = 3
SLICES = {2: ("[1:3]", "[::2]", "[:2]", "[-1:-3:-1]"), 3: ("[1:]", "[:-1]"), 4: ("[::-1]", "[:]")}


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that the program may call: `name(p, q, r=0.3)`.

    returns: `number`, `array`, `itself` (a parameter), `none`, `pair` (an array and a number).
    """

    name: str
    returns: str


@dataclass(slots=True)
class Scope:
    """What is bound.

    arrays: names of arrays with their lengths. matrices: of shape (3, 4). lists: of arrays.
    buffers: lists of numbers, never empty. dicts: with the arrays `p` and `q`. boxes: objects with
    an array `a` and a number `s`. functions: of a number, giving one. helpers: what can be called.
    makers: the names of the constructs that this program draws from. loops: how many loops are
    around. returns: what the function returns.
    """

    rng: random.Random
    makers: tuple[str, ...] = ()
    numbers: set[str] = field(default_factory=set)
    integers: set[str] = field(default_factory=set)
    arrays: dict[str, int] = field(default_factory=dict)
    matrices: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    buffers: set[str] = field(default_factory=set)
    dicts: set[str] = field(default_factory=set)
    boxes: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    helpers: tuple[Helper, ...] = ()
    loops: int = 0
    returns: str = "number"

    def inner(self, loops: int = 0) -> Scope:
        """A scope for a block inside: what it binds is not bound after it."""
        copies = {kind: set(getattr(self, kind)) for kind in _SETS}
        return replace(self, arrays=dict(self.arrays), loops=self.loops + loops, **copies)  # type: ignore[arg-type]

    def keep(self, *sides: Scope) -> None:
        """Go on with what is bound on every one of several ways to here."""
        first, *others = sides
        for kind in _SETS:
            common = getattr(first, kind).intersection(*(getattr(o, kind) for o in others))
            setattr(self, kind, common)
        self.arrays = {
            a: n for a, n in first.arrays.items() if all(o.arrays.get(a) == n for o in others)
        }

    def pick(self, names: Collection[str]) -> str:
        """One of some names, the same one for the same seed."""
        return self.rng.choice(sorted(names))

    def chance(self, probability: float) -> bool:
        """Whether something that happens this often happens now."""
        return self.rng.random() < probability

    def of_length(self, length: int) -> list[str]:
        """The arrays of a length."""
        return sorted(name for name, n in self.arrays.items() if n == length)

    def fresh(self, names: Collection[str], pool: str) -> str:
        """A name to bind: one that is bound to the same kind of thing, or a new one."""
        candidates = pool.split()
        new = [name for name in candidates if name not in self._taken()]
        if new and (not names or self.chance(0.5)):
            return new[0]
        return self.pick(names) if names else candidates[-1]

    def own(self, name: str) -> str:
        """A name for what is bound once in a program."""
        return f"{name}{self.rng.randrange(1000)}"

    def bind_number(self) -> str:
        """A name for a number, from now on bound."""
        name = self.fresh(self.numbers, "s t u w")
        self.numbers.add(name)
        return name

    def bind_array(self, length: int = LENGTH) -> str:
        """A name for an array, from now on bound."""
        name = self.fresh(self.of_length(length), f"a b c d e f g h a{length}")
        self.arrays[name] = length
        return name

    def line(self, text: str) -> Block:
        """A line in which `NUMBER` and `ARRAY`, on the left, stand for names to bind."""
        targets, equals, value = text.partition(" = ")
        while "NUMBER" in targets:
            targets = targets.replace("NUMBER", self.bind_number(), 1)
        while "ARRAY" in targets:
            targets = targets.replace("ARRAY", self.bind_array(), 1)
        return (Line(targets + equals + value),)

    def _taken(self) -> set[str]:
        return set(self.arrays).union(*(getattr(self, kind) for kind in _SETS))


_SETS = ("numbers", "integers", "matrices", "lists", "buffers", "dicts", "boxes", "functions")

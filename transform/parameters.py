"""How the arguments of a call fill the parameters of a function."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, NamedTuple

Kind = inspect._ParameterKind
Wrt = str | int | Sequence[str | int] | None
"""Names or positions of parameters to differentiate with respect to."""


class Slot(NamedTuple):
    """A place for an argument: a parameter, or an element of `*args` or `**kwargs`."""

    parameter: str
    inside: int | str | None = None

    @property
    def shown(self) -> str:
        """The place as it is written."""
        return self.parameter if self.inside is None else f"{self.parameter}[{self.inside!r}]"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a function.

    positional: those filled by position, in order. named: those that a keyword may fill. star,
    double: the names of `*args` and `**kwargs`.
    """

    title: str
    signature: inspect.Signature
    positional: tuple[str, ...]
    named: frozenset[str]
    star: str | None
    double: str | None

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by parameter, as given.

        Raises:
            TypeError: they do not fit, said as Python says it.
        """
        try:
            return self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{self.title}() {error}") from None

    def at_position(self, index: int) -> Slot:
        """The slot that a positional argument fills."""
        if index < len(self.positional):
            return Slot(self.positional[index])
        if self.star is None:
            raise TypeError(f"{self.title}() takes {len(self.positional)} positional arguments")
        return Slot(self.star, index - len(self.positional))

    def at_name(self, name: str) -> Slot:
        """The slot that a keyword argument fills, or a parameter of that name."""
        if name in self.signature.parameters:
            return Slot(name)
        if self.double is None:
            raise TypeError(f"{self.title}() has no parameter `{name}`")
        return Slot(self.double, name)

    def at_keyword(self, name: str) -> Slot:
        """The slot that a keyword argument of a call fills."""
        hidden = self.double is not None and name not in self.named
        return Slot(self.double or name, name) if hidden else self.at_name(name)

    def at_number(self, number: int, first: int, preset: Collection[str]) -> Slot:
        """A parameter by its position (negative: from the end) among those left to be given.

        Args:
            number: the position.
            first: how many positional arguments a method or partial presets.
            preset: the keyword arguments that a partial presets.

        Raises:
            TypeError: there is none.
        """
        named = {*self.positional[:first], *preset}
        left = [n for n in self.signature.parameters if n not in (*named, self.star, self.double)]
        positional = [name for name in left if name in self.positional]
        if self.star is not None and number >= len(positional):
            begin = max(0, first - len(self.positional))
            return Slot(self.star, begin + number - len(positional))
        if not -len(left) <= number < len(left):
            raise TypeError(
                f"{self.title}() has no parameter number {number} to differentiate with respect to"
            )
        return Slot(left[number])

    def chosen(self, wrt: Wrt, first: int, preset: Collection[str]) -> tuple[Slot, ...]:
        """The slots that `wrt` names, in its order; see `at_number`."""
        many = (wrt,) if isinstance(wrt, str | int) else wrt or ()
        return tuple(
            self.at_name(one) if isinstance(one, str) else self.at_number(one, first, preset)
            for one in many
        )

    def position(self, slot: Slot, count: int) -> int | None:
        """Where among `count` positional arguments a slot is filled; None: not by position."""
        if slot.parameter == self.star and isinstance(slot.inside, int):
            index = len(self.positional) + slot.inside
        elif slot.parameter in self.positional:
            index = self.positional.index(slot.parameter)
        else:
            return None
        return index if index < count else None

    def value(self, slot: Slot, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What fills a slot in a call: an argument, or the default.

        Raises:
            TypeError: nothing does.
        """
        name, inside = slot
        whole: Any
        if name == self.star:
            whole = tuple(args[len(self.positional) :])
            if isinstance(inside, int) and inside >= len(whole):
                raise TypeError(f"{self.title}() got no argument number {inside} in `*{name}`")
        elif name == self.double:
            whole = {k: v for k, v in kwargs.items() if k not in self.named}
            if inside is not None and inside not in whole:
                raise TypeError(f"{self.title}() got no argument `{inside}`")
        else:
            place = self.position(slot, len(args))
            whole = args[place] if place is not None else kwargs.get(
                name, self.signature.parameters[name].default
            )
        return whole if inside is None else whole[inside]


def parameters_of(fn: FunctionType) -> Parameters:
    """The parameters of a function itself, whatever it wraps.

    >>> found = parameters_of(lambda x, /, *rest, scale=1.0: x)
    >>> found.at_position(2), found.value(found.at_name("scale"), (3.0,), {})
    (Slot(parameter='rest', inside=1), 1.0)
    """
    signature = inspect.signature(fn, follow_wrapped=False)
    by_kind = {
        kind: tuple(p.name for p in signature.parameters.values() if p.kind is kind)
        for kind in Kind
    }
    ordinary = by_kind[Kind.POSITIONAL_OR_KEYWORD]
    return Parameters(
        fn.__name__,
        signature,
        by_kind[Kind.POSITIONAL_ONLY] + ordinary,
        frozenset(ordinary + by_kind[Kind.KEYWORD_ONLY]),
        next(iter(by_kind[Kind.VAR_POSITIONAL]), None),
        next(iter(by_kind[Kind.VAR_KEYWORD]), None),
    )


def checked_wrt(wrt: Wrt) -> str | int | tuple[str | int, ...] | None:
    """What users give as `wrt`, in a form that can be a key.

    Raises:
        TypeError: it is neither a name nor a position nor several of them.
    """
    many = (wrt,) if isinstance(wrt, str) or not isinstance(wrt, Iterable) else tuple(wrt)
    for one in many:
        if isinstance(one, bool) or not isinstance(one, str | int | None):
            raise TypeError(f"`wrt` takes names and positions of parameters, not {one!r}")
    return wrt if wrt is None or isinstance(wrt, str | int) else tuple(wrt)

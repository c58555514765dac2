"""Which emission serves a call: the one kept for the kinds of its arguments, or a new one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from adjoint.runtime.eager_anomaly import is_watching
from adjoint.transform.compiled import Compiled, compile_call
from adjoint.transform.keys import key_of
from adjoint.transform.parameters import Parameters, Slot, Wrt, parameters_of
from adjoint.transform.passes.pipeline import ALL, Passes
from adjoint.transform.results import is_differentiable

_lock = threading.RLock()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is differentiated: a function, the parameters asked for, and what is preset of them.

    bound: the positional arguments that a method or partial presets. preset: the keyword ones.
    passes: the names of the rewrites that are made on the way.
    """

    function: FunctionType
    wrt: Wrt
    bound: tuple[Any, ...]
    preset: dict[str, Any]
    passes: Passes = ALL

    def slots(self, wrt: Wrt, mode: str, parameters: Parameters) -> tuple[Slot, ...] | None:
        """What to differentiate with respect to in a mode; None: all that can be.

        Raises:
            TypeError: there is no such parameter.
        """
        if wrt is None and mode == "vjp":
            return None
        return parameters.chosen(0 if wrt is None else wrt, len(self.bound), self.preset)


def find(
    asked: Asked, known: dict[Any, Compiled], mode: str, wanted: tuple[int | str, ...] | None,
    args: tuple[Any, ...], kwargs: Mapping[str, Any],
) -> Compiled:  # fmt: skip
    """What serves a call, of what is known or else emitted now.

    Args:
        asked: what is differentiated.
        known: the emissions for calls with as many arguments preset, by kinds of all arguments.
        mode: see `compile_call`.
        wanted: positions and keywords of the arguments to differentiate with respect to, where it
            is not for `asked` to say.
        args: all positional arguments.
        kwargs: all keyword arguments.
    """
    keys: list[Any] = [mode, is_watching()] if wanted is None else [mode, is_watching(), wanted]
    keys += map(key_of, args)
    if kwargs:
        keys += [(name, key_of(value)) for name, value in kwargs.items()]
    key = tuple(keys)
    compiled = known.get(key)
    if compiled is None or not compiled.guards.hold():
        with _lock:
            compiled = known.get(key)  # another thread may have been faster
            if compiled is None or not compiled.guards.hold():
                compiled = _compile(asked, mode, wanted, args, kwargs)
                known[key] = compiled
    return compiled


def _compile(
    asked: Asked, mode: str, wanted: tuple[int | str, ...] | None, args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Compiled:  # fmt: skip
    parameters, first = parameters_of(asked.function), len(asked.bound)
    slots: tuple[Slot, ...] | None
    if wanted is not None:
        slots = tuple(
            parameters.at_keyword(one) if isinstance(one, str) else parameters.at_position(one)
            for one in wanted
        )
    else:
        slots = asked.slots(asked.wrt, mode, parameters)
    if slots is None:
        parameters.bind(args, kwargs)
        given = [i for i in range(first, len(args)) if is_differentiable(args[i])]
        slots = tuple(map(parameters.at_position, given))
    return compile_call(
        asked.function, mode, slots, parameters, first, args, kwargs, asked.passes
    )

"""Functions with a rule that are called where they are known only at run time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.rules import bind, compiled
from adjoint.runtime.rules.table import REQUIRED, Rule


def by_rule(
    function: Any, rule: Rule, wanted: Sequence[int | str], args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[Any, Callable[[Any], dict[Any, Any]]]:  # fmt: skip
    """The value of a call and a pullback to the arguments wanted.

    Raises:
        MissingRule: there is no derivative, or how many arguments the function takes is known only
            when it runs.
    """
    if rule.kind == "missing":
        raise MissingRule(f"`{rule.name}` has no derivative rule: {rule.why}")
    if rule.starred is not None:
        raise MissingRule(
            f"`{rule.name}` is called where it is known only at run time; call it by its name, or "
            f"pass a function that does: `lambda ...: {rule.name}(...)`"
        )
    namespace = home.namespace_of(args)
    bound = bind(rule, len(args), list(kwargs))
    given = {p: args[s] if isinstance(s, int) else kwargs[s] for p, s in bound.items()}  # type: ignore[index]
    sources = {s: p for p, s in bound.items()}
    values = [
        given.get(p, None if default is REQUIRED else default) for p, default in rule.params.items()
    ]
    value = function(*args, **kwargs)
    own, unbroadcast = (home.bind_helpers(namespace)[n] for n in ("own", "unbroadcast"))
    values = [own(v) if hasattr(v, "dtype") else v for v in values]
    kept = own(value)

    def pull(g: Any) -> dict[Any, Any]:
        found = {}
        for one in wanted:
            parameter = sources[one]
            if parameter not in rule.differentiable:
                found[one] = np.zeros(np.shape(given[parameter]))
                continue
            part = compiled(rule, parameter, np=namespace)(g, kept, *values)
            if rule.kind == "elementwise":
                part = unbroadcast(part, given[parameter])
            found[one] = part
        return found

    return value, pull

"""Which argument of a call fills which parameter of a rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..errors import MissingRule
from .table import REQUIRED, Rule

Source = int | str | tuple[int, ...]


def bind(
    rule: Rule, positional: int | Sequence[object], keywords: Collection[str] = ()
) -> dict[str, Source]:
    """Where each parameter of a rule finds its argument.

    Args:
        rule: the rule of the function that is called.
        positional: the positional arguments, or how many there are (a method's array included).
        keywords: the names of the keyword arguments.

    Returns:
        For each parameter that is given: the position, the keyword, or for a starred parameter
        (named without its star) the tuple of positions.

    Raises:
        MissingRule: the rule does not know one of the arguments, or lacks one.

    >>> from .lookup import RULES
    >>> bind(RULES["np.sum"], 1, ["axis"])
    {'a': 0, 'axis': 'axis'}
    >>> bind(RULES["np.einsum"], 3)
    {'subscripts': 0, 'operands': (1, 2)}
    >>> try:
    ...     bind(RULES["np.sum"], 1, ["out"])
    ... except MissingRule as error:
    ...     print(error)
    np.sum: the argument `out` has no rule yet
    """
    n = positional if isinstance(positional, int) else len(positional)
    ordinary = [p for p in rule.params if not p.startswith("*") and p not in rule.keyword_only]
    bound: dict[str, Source] = dict(zip(ordinary, range(n), strict=False))
    if n > len(ordinary):
        if rule.starred is None:
            takes = f"at most {len(ordinary)} positional arguments have"
            raise MissingRule(f"{rule.name}: {takes} a rule, and {n} are given")
        bound[rule.starred] = tuple(range(len(ordinary), n))
    takes_any = any(p.startswith("**") for p in rule.params)
    for keyword in keywords:
        if keyword in bound:
            raise MissingRule(f"{rule.name}: the argument `{keyword}` is given twice")
        if not takes_any and (keyword not in rule.params or keyword.startswith("*")):
            raise MissingRule(f"{rule.name}: the argument `{keyword}` has no rule yet")
        bound[keyword] = keyword
    for p, default in rule.params.items():
        if default is REQUIRED and not p.startswith("*") and p not in bound:
            raise MissingRule(f"{rule.name}: the argument `{p}` is not given")
    return bound

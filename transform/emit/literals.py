"""Literals as a person writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import astunparse
import gast

from adjoint.transform.emit.precedence import TEST, precedence


def quoted(text: str) -> str:
    """A string literal, in double quotes unless single ones save escapes.

    >>> print(quoted("it's"), quoted('say "x"'))
    "it's" 'say "x"'
    """
    literal = repr(text)
    if literal.startswith('"') or '"' in text:
        return literal
    return f'"{literal[1:-1]}"'


def escaped(text: str, quote: str) -> str:
    """Literal text inside quotes of this kind."""
    characters = (
        "\\" + c if c in {"\\", quote} else c if c.isprintable() else repr(c)[1:-1] for c in text
    )
    return "".join(characters)


def literal(value: Any) -> str:
    """The text of a constant.

    Raises:
        ValueError: nothing that can be written evaluates to it.
    """
    if type(value) is str:
        return quoted(value)
    if value is Ellipsis:
        return "..."
    if type(value) in {float, complex}:
        text = repr(value).replace("inf", astunparse.unparser.INFSTR)
        if "nan" not in text and not (text.startswith("-") and text.endswith("j")):
            return text
    elif type(value) in {bytes, bool, int, type(None)}:
        return repr(value)
    raise ValueError(f"{value!r} has no literal")


def f_string(tree: gast.JoinedStr, printed: Callable[[gast.AST], str]) -> str:
    """The text of an f-string, in quotes that its expressions do not use.

    Args:
        tree: the f-string.
        printed: gives the text of an expression.

    Raises:
        ValueError: Python 3.11 has no way to write it.
    """
    parts = list(_pieces(tree, printed))
    inside = "".join(text for text, is_code in parts if is_code)
    if "\\" in inside or "\n" in inside:
        raise ValueError("an f-string's expression that holds a backslash cannot be printed")
    quote = next((q for q in ('"', "'", '"""', "'''") if q not in inside), None)
    if quote is None or inside.endswith(quote[0]):
        raise ValueError("an f-string nested as deep as this one cannot be printed")
    body = "".join(text if is_code else escaped(text, quote[0]) for text, is_code in parts)
    return f"f{quote}{body}{quote}"


def _pieces(
    tree: gast.JoinedStr, printed: Callable[[gast.AST], str]
) -> Iterable[tuple[str, bool]]:
    """The parts of an f-string: text, and whether it is code rather than literal text."""
    for value in tree.values:
        if isinstance(value, gast.Constant):
            yield value.value.replace("{", "{{").replace("}", "}}"), False
            continue
        code = printed(value.value)
        if precedence(value.value) <= TEST:
            code = f"({code})"
        yield "{" + " " * code.startswith("{") + code, True
        if value.conversion != -1:
            yield "!" + chr(value.conversion), True
        if value.format_spec is not None:
            yield ":", True
            yield from _pieces(value.format_spec, printed)
        yield "}", True

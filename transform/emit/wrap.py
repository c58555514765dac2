"""Long lines, broken inside brackets the way a formatter would."""

from __future__ import annotations

import io
import tokenize
from itertools import pairwise, takewhile
from typing import NamedTuple

WIDTH = 100
_INDENT = 4
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_ASSIGNMENTS = frozenset(
    ("=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "<<=", ">>=", "&=", "|=", "^=")
)
_UNBRACKETED = frozenset(
    ("@", "def", "else", "with", "import", "from", "assert", "del", "global", "nonlocal")
)
_WORDS = frozenset(("if", "else", "or", "and", "not", "in", "is", "for", "lambda", "return"))

# What a bracket's content may be broken at, loosest first: a break goes before the word or the
# operator, and after a comma.
_LEVELS = (
    frozenset(("for",)),  # of a comprehension, whose target may hold commas
    frozenset(","),
    frozenset(("if", "else")),
    frozenset(("or",)),
    frozenset(("and",)),
    frozenset(("<", ">", "==", ">=", "<=", "!=", "in", "not", "is")),
    frozenset("|"),
    frozenset("^"),
    frozenset("&"),
    frozenset(("<<", ">>")),
    frozenset("+-"),
    frozenset(("*", "/", "//", "%", "@")),
)


class _Token(NamedTuple):
    text: str
    start: int
    end: int
    depth: int


def wrap(line: str, width: int = WIDTH) -> str:
    """Breaks one logical line so that it fits; the statement stays what it was.

    Args:
        line: a statement, or the header of one, indented, without a newline.
        width: the number of columns that there are.

    Returns:
        One or more lines. A line without brackets or operators to break at is left as it is.

    >>> print(wrap("x = alpha(beta, gamma) + delta", 24))
    x = (
        alpha(beta, gamma)
        + delta
    )
    """
    text = line.strip()
    if len(line) <= width or "\n" in line or text.startswith("#"):
        return line
    return "\n".join(_statement(text, len(line) - len(line.lstrip()), width))


def _statement(text: str, indent: int, width: int) -> list[str]:
    tokens = _tokens(text)
    region = _expression(text, tokens)
    if region is None:
        return _at_bracket(text, indent, width)
    start, end = region
    inside = [token for token in tokens if start <= token.start < end]
    if not _breaks(inside):
        return _at_bracket(text, indent, width)
    return [
        " " * indent + text[:start] + "(",
        *_content(text[start:end], indent + _INDENT, width),
        " " * indent + ")" + text[end:],
    ]


def _expression(text: str, tokens: list[_Token]) -> tuple[int, int] | None:
    """The part of a statement that may be put into brackets of its own, if there is one."""
    first, last = tokens[0], tokens[-1]
    if first.text in {"return", "raise"} and len(tokens) > 1:
        return tokens[1].start, last.end
    if first.text in {"if", "elif", "while"}:
        return tokens[1].start, last.start
    if first.text == "for":
        into = next(token for token in tokens if token.text == "in" and token.depth == 0)
        return into.end + 1, last.start
    if first.text in _UNBRACKETED:
        return None
    outer = (token for token in tokens if token.depth == 0)
    until_lambda = takewhile(lambda token: token.text != "lambda", outer)
    equals = [token for token in until_lambda if token.text in _ASSIGNMENTS]
    return (equals[-1].end + 1 if equals else 0), last.end


def _content(text: str, indent: int, width: int) -> list[str]:
    """The lines between two brackets."""
    if indent + len(text) <= width:
        return [" " * indent + text]
    breaks = _breaks(_tokens(text))
    if not breaks:
        return _at_bracket(text, indent, width)
    after_comma = breaks[0].text == ","
    cuts = [0, *(token.end if after_comma else token.start for token in breaks), len(text)]
    pieces = [piece for piece in (text[a:b].strip() for a, b in pairwise(cuts)) if piece]
    if after_comma and not pieces[-1].endswith(","):
        pieces[-1] += ","
    return [line for piece in pieces for line in _piece(piece, indent, width)]


def _piece(text: str, indent: int, width: int) -> list[str]:
    if indent + len(text) <= width:
        return [" " * indent + text]
    lines = _at_bracket(text, indent, width)
    inside = text.rstrip(",")
    if len(lines) > 1 or text.startswith("for ") or not _breaks(_tokens(inside)):
        return lines
    start, *rest = _content(inside, indent, width - _INDENT)
    return [
        start,
        *(" " * _INDENT + line for line in rest[:-1]),
        " " * _INDENT + rest[-1] + text[len(inside) :],
    ]


def _at_bracket(text: str, indent: int, width: int) -> list[str]:
    """Breaks at the outer pair of brackets that holds most."""
    tokens = _tokens(text)
    outer = [token for token in tokens if token.depth == 0 and token.text in _OPENING | _CLOSING]
    pairs = [(a.end, b.start) for a, b in zip(outer[::2], outer[1::2], strict=True)]
    start, end = max(pairs, key=lambda pair: pair[1] - pair[0], default=(0, 0))
    if start == end:
        return [" " * indent + text]
    return [
        " " * indent + text[:start],
        *_content(text[start:end], indent + _INDENT, width),
        " " * indent + text[end:],
    ]


def _breaks(tokens: list[_Token]) -> list[_Token]:
    """The outer tokens of the loosest level that occurs."""
    outer: list[tuple[_Token, str]] = []  # with the text of the token before
    before, lambdas = "(", 0  # whose parameters are being read
    shallow = min(token.depth for token in tokens)
    for token in tokens:
        if token.depth == shallow:
            lambdas += token.text == "lambda"
            lambdas -= lambdas > 0 and token.text == ":"
            if lambdas == 0 and token is not tokens[0]:
                outer.append((token, before))
        before = token.text
    for level in _LEVELS:
        found = [token for token, before in outer if token.text in level and _binary(token, before)]
        if found:
            return found
    return []


def _binary(token: _Token, before: str) -> bool:
    """Whether an operator has a left operand (`not` and `in` of one operator are taken once)."""
    if token.text in {"+", "-", "*"}:
        return before not in _WORDS and (before[-1].isalnum() or before[-1] in "_)]}\"'.")
    if token.text == "not":
        return before not in _WORDS and (before[-1].isalnum() or before[-1] in "_)]}\"'.")
    return not (token.text == "in" and before == "not")


def _tokens(text: str) -> list[_Token]:
    """The tokens of a line with their depth in brackets; an f-string is one token."""
    result: list[_Token] = []
    depth = 0
    strings: list[int] = []  # where the f-strings being read began (Python 3.12 splits them)
    unfinished = {"FSTRING_START": 1, "FSTRING_END": -1}
    for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
        kind = tokenize.tok_name[token.type]
        step = unfinished.get(kind, 0)
        if step == 1:
            strings.append(token.start[1])
        elif step == -1:
            start = strings.pop()
            if not strings:
                result.append(_Token(text[start : token.end[1]], start, token.end[1], depth))
        elif not strings and token.string.strip():
            depth -= token.string in _CLOSING
            result.append(_Token(token.string, token.start[1], token.end[1], depth))
            depth += token.string in _OPENING
    return result

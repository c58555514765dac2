"""Every node of Python's grammar: what becomes of it, and a program that holds it.

Programs are bodies of `def f(x)`, of an array of four positive numbers. Those that are refused have
a rewrite beside them, which is accepted.

    python -m tests.lower.grammar      # writes the table into the documentation
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
BEGIN, END = "<!-- grammar -->\n", "<!-- end of the grammar -->\n"


@dataclass(frozen=True)
class Row:
    """One row of the table.

    node: the class of `ast`. verdict: `differentiated`, `kept` or `refused`.
    shown: the construct, as the documentation shows it. body: a program. message: of a refusal.
    rewrite: the program that does the same and is accepted. since: the Python that has the node.
    """

    node: str
    verdict: str
    shown: str
    body: str
    message: str = ""
    rewrite: str = ""
    since: tuple[int, int] = (3, 11)


def yes(node: str, shown: str, body: str) -> Row:
    return Row(node, "differentiated", shown, body)


def kept(node: str, shown: str, body: str, since: tuple[int, int] = (3, 11)) -> Row:
    return Row(node, "kept", shown, body, since=since)


def no(
    node: str, shown: str, body: str, message: str, rewrite: str,
    since: tuple[int, int] = (3, 11),
) -> Row:  # fmt: skip
    return Row(node, "refused", shown, body, message, rewrite, since)


STATEMENTS = [
    yes("FunctionDef", "`def g(v): ...`", "def g(v): return v * v\nreturn g(x[0])"),
    no(
        "AsyncFunctionDef", "`async def`", "async def g(v): return v\nreturn x[0]",
        "an async function is not supported", "def g(v): return v\nreturn g(x[0])",
    ),
    yes("ClassDef", "a class inside a function", "class A:\n    k = 2.0\nreturn x[0] * A.k"),
    yes("Return", "`return`, anywhere", "for v in x:\n    if v > 1: return v * v\nreturn x[0]"),
    kept("Delete", "`del name`, `del xs[i]`", "y = x * 2\nz = y[0]\ndel y\nreturn z"),
    yes("Assign", "`a = b, (c, *d) = ...`", "a, *b = c = x * x\nreturn a * c[1] + sum(b)"),
    yes("AugAssign", "`y += v`, `a[i] *= v`", "y = x.copy()\ny[1:] *= x[0]\nreturn np.sum(y)"),
    yes("AnnAssign", "`y: float = ...`", "y: float = x[0] * x[1]\nreturn y"),
    yes("For", "`for`/`else`", "s = 0.0\nfor v in x: s += v * v\nelse: s *= 2.0\nreturn s"),
    no(
        "AsyncFor", "`async for`", "async def g():\n    async for v in x: pass\nreturn x[0]",
        "an async function is not supported", "for v in x: pass\nreturn x[0]",
    ),
    yes("While", "`while`/`else`", "y = x[0]\nwhile y < 9.0: y = y * 2 + x[1]\nreturn y"),
    yes("If", "`if`/`elif`/`else`", "if x[0] > 0: return x[1] ** 2\nelse: return x[0]"),
    yes("With", "`with`", "with np.errstate(all='ignore'): y = x * x\nreturn np.sum(y)"),
    no(
        "AsyncWith", "`async with`", "async def g():\n    async with x: pass\nreturn x[0]",
        "an async function is not supported", "with np.errstate(): pass\nreturn x[0]",
    ),
    yes("Match", "`match`", "match x[0] > 0:\n    case True: return x[1] ** 2\nreturn x[0]"),
    kept("Raise", "`raise`", "if x.ndim > 1: raise ValueError(f'{x.ndim}')\nreturn x[0] ** 2"),
    yes(
        "Try", "`try`/`except`/`else`/`finally`",
        "try: y = x[7] * 2\nexcept IndexError: y = x[0] ** 2\nfinally: print(end='')\nreturn y",
    ),
    no(
        "TryStar", "`except*`", "try: y = x[7]\nexcept* IndexError: y = x[0] ** 2\nreturn y",
        "`except*` is not supported", "try: y = x[7]\nexcept IndexError: y = x[0] ** 2\nreturn y",
    ),
    kept("Assert", "`assert`", "assert x.ndim == 1, 'one axis'\nreturn x[0] ** 2"),
    kept("Import", "`import` inside", "import math as m\nreturn m.exp(x[0])"),
    kept("ImportFrom", "`from ... import` inside", "from math import exp\nreturn exp(x[0])"),
    kept("Global", "`global`, of what is read", "global SCALE\nreturn SCALE * x[0]"),
    yes(
        "Nonlocal", "`nonlocal`",
        "s = 0.0\ndef add(v):\n    nonlocal s\n    s = s + v * v\nadd(x[0])\nreturn s",
    ),
    kept("Expr", "an expression alone", "print(end='')\nreturn x[0] ** 2"),
    kept("Pass", "`pass`", "if x[0] > 0: pass\nreturn x[0] ** 2"),
    yes("Break", "`break`", "s = 1.0\nfor v in x:\n    s *= v\n    if s > 1: break\nreturn s"),
    yes(
        "Continue", "`continue`",
        "s = 1.0\nfor v in x:\n    if v > 1: continue\n    s *= v\nreturn s",
    ),
    no(
        "TypeAlias", "`type T = ...` inside", "type T = float\nreturn x[0]",
        "a type alias inside a function is not supported", "return x[0]", (3, 12),
    ),
]  # fmt: skip
EXPRESSIONS = [
    yes("BoolOp", "`a and b`: one of the two", "y = x[0] and x[1]\nreturn y * (x[2] or x[3])"),
    yes("NamedExpr", "`(y := ...)`", "if (y := x[0] * x[1]) > 0: return y * y\nreturn y"),
    yes("BinOp", "`a + b`", "return np.sum(x * x + 1.0 / x)"),
    yes("UnaryOp", "`-a`", "return -x[0] * +x[1]"),
    yes("Lambda", "`lambda`", "g = lambda v: v * x[1]\nreturn g(x[0])"),
    yes("IfExp", "`a if test else b`", "return x[0] ** 2 if x[1] > 0 else x[1]"),
    yes("Dict", "`{key: a, **more}`", "d = {'a': x[0], **{'b': x[1]}}\nreturn d['a'] * d['b']"),
    kept("Set", "`{1, 2}`, of what has no derivative", "return x[0] ** len({1, 2})"),
    yes("ListComp", "`[... for ...]`", "return sum([v * w for v in x for w in x if v > w])"),
    kept(
        "SetComp", "`{... for ...}`, of what has no derivative",
        "return x[0] ** len({i % 2 for i in range(4)})",
    ),
    yes("DictComp", "`{key: ... for ...}`", "d = {i: v * v for i, v in enumerate(x)}\nreturn d[1]"),
    yes(
        "GeneratorExp", "`sum(... for ...)`, `for v in (... for ...)`",
        "return sum(v * v for v in x)",
    ),
    no(
        "Await", "`await`", "async def g(): return await x\nreturn x[0]",
        "an async function is not supported", "def g(): return x\nreturn g()[0]",
    ),
    yes(
        "Yield", "`yield`, in a generator that is consumed in place",
        "def g():\n    for v in x: yield v * v\nreturn sum(g())",
    ),
    yes("YieldFrom", "`yield from`", "def g(): yield from x\nreturn sum(v * v for v in g())"),
    kept("Compare", "`a < b <= c`", "return x[0] ** 2 if 0 < x[1] <= 9 else x[1]"),
    yes(
        "Call", "`f(a, *b, k=c, **d)`",
        "def g(a, *b, k): return a * b[0] * k\nreturn g(*x[:2], k=x[3])",
    ),
    kept("FormattedValue", "`{x:.2f}` in an f-string", "return x[0] * len(f'{x[0] > 0!r:>9}')"),
    kept("JoinedStr", "f-strings", "t = f'{x.ndim}d'\nreturn x[0] ** len(t)"),
    kept("Constant", "`2.0`, `'a'`, `None`, `...`", "return 2.0 * x[0]"),
    yes("Attribute", "`x.T`, `self.w`", "return x.T[0] * x.real[1]"),
    yes("Subscript", "`x[i]`", "return x[0] * x[[1, 2]][1]"),
    yes("Starred", "`*a` in displays and calls", "y = [*x, x[0]]\nreturn y[-1] * y[1]"),
    yes("Name", "`name`", "y = x\nreturn y[0] ** 2"),
    yes("List", "`[a, b]`", "y = [x[0], x[1]]\nreturn y[0] * y[1]"),
    yes("Tuple", "`a, b`", "y = x[0], x[1]\nreturn y[0] * y[1]"),
    yes("Slice", "`x[a:b:c]`", "return np.sum(x[::-2] * x[1:3])"),
]  # fmt: skip
PATTERNS = [
    kept("MatchValue", "`case 2:`", "match x.ndim:\n    case 1: return x[0] ** 2\nreturn x[0]"),
    kept(
        "MatchSingleton", "`case None:`",
        "match None:\n    case None: return x[0] ** 2\nreturn x[0]",
    ),
    yes(
        "MatchSequence", "`case [a, b]:`",
        "match x[0], x[1]:\n    case [a, b]: return a * b\nreturn x[0]",
    ),
    yes(
        "MatchStar", "`case [a, *rest]:`",
        "match list(x):\n    case [a, *b]: return a * sum(b)\nreturn x[0]",
    ),
    yes(
        "MatchMapping", "`case {'k': a}:`",
        "match {'k': x[0]}:\n    case {'k': a}: return a * a\nreturn x[0]",
    ),
    yes(
        "MatchClass", "`case Class(a, field=b):`",
        "match float(x[0]):\n    case float(a): return a * a\nreturn x[0]",
    ),
    yes(
        "MatchAs", "`case ... as a:`",
        "match x[0]:\n    case a if a > 0: return a * a\nreturn x[0]",
    ),
    yes(
        "MatchOr", "`case a | b:`",
        "match x[0], 1:\n    case (a, 0) | (a, 1): return a * a\nreturn x[0]",
    ),
]  # fmt: skip
SYMBOLS = [
    yes("And", "`and`", "return x[0] ** 2 if x[0] > 0 and x[1] > 0 else x[1]"),
    yes("Or", "`or`", "return x[0] ** 2 if x[0] < 0 or x[1] > 0 else x[1]"),
    *(
        yes(node, f"`{symbol}`", f"return np.sum(x {symbol} (x + 0.3))")
        for node, symbol in {
            "Add": "+", "Sub": "-", "Mult": "*", "MatMult": "@", "Div": "/", "Mod": "%",
            "Pow": "**", "FloorDiv": "//",
        }.items()
    ),
    *(
        kept(node, f"`{symbol}`, of integers", f"return x[0] * (6 {symbol} x.ndim)")
        for node, symbol in {
            "LShift": "<<", "RShift": ">>", "BitOr": "|", "BitXor": "^", "BitAnd": "&",
        }.items()
    ),
    kept("Invert", "`~`, of integers", "return x[0] * ~x.ndim"),
    kept("Not", "`not`", "return x[0] ** 2 if not x[0] < 0 else x[0]"),
    yes("UAdd", "`+a`", "return +x[0] ** 2"),
    yes("USub", "`-a`", "return -x[0] ** 2"),
    *(
        kept(node, f"`{symbol}`", f"return x[0] ** 2 if x[0] {symbol} x[1] else x[1] ** 2")
        for node, symbol in {
            "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=",
        }.items()
    ),
    kept("Is", "`is`", "return x[0] ** 2 if x is x else x[1]"),
    kept("IsNot", "`is not`", "return x[0] ** 2 if x is not None else x[1]"),
    kept("In", "`in`", "return x[0] ** 2 if 1 in (x.ndim, 5) else x[1]"),
    kept("NotIn", "`not in`", "return x[0] ** 2 if 'a' not in {'b': 1} else x[1]"),
]  # fmt: skip
PARTS = [
    yes("comprehension", "`for ... in ... if ...`", "return sum(v for v in x if v > 0)"),
    yes(
        "ExceptHandler", "`except A as error:`",
        "try: return x[9]\nexcept IndexError as e: return x[0]",
    ),
    yes("arguments", "`(a, /, b=1, *c, d, **e)`",
        "def g(a, /, b=2, *c, d, **e): return a * b * d + e['k']\nreturn g(x[0], d=x[1], k=x[2])"),
    yes("arg", "a parameter", "def g(v: float): return v * v\nreturn g(x[0])"),
    yes("keyword", "`f(k=a)`", "def g(v, k): return v * k\nreturn g(x[0], k=x[1])"),
    kept("alias", "`import a as b`", "import math as m\nreturn m.sin(x[0])"),
    yes("withitem", "`with a as b, c:`",
        "with np.printoptions() as o, np.errstate(): y = x * len(o)\nreturn np.sum(y)"),
    yes(
        "match_case", "`case ... if ...:`",
        "match x[0]:\n    case a if a > 9: return a\nreturn x[1] ** 2",
    ),
    kept("TypeVar", "`def g[T]()`", "def g[T](v: T): return v * v\nreturn g(x[0])", (3, 12)),
    kept("ParamSpec", "`def g[**P]()`", "def g[**P](v): return v * v\nreturn g(x[0])", (3, 12)),
    kept("TypeVarTuple", "`def g[*T]()`", "def g[*T](v): return v * v\nreturn g(x[0])", (3, 12)),
]  # fmt: skip
SECTIONS = {
    "Statements": STATEMENTS,
    "Expressions": EXPRESSIONS,
    "Patterns": PATTERNS,
    "Operators": SYMBOLS,
    "Parts": PARTS,
}
ROWS = [row for rows in SECTIONS.values() for row in rows]

# Nodes that stand for no construct of their own: roots of trees, whether a name is read or bound,
# comments that say what type checkers are to ignore.
WITHOUT_ROW = frozenset(
    "Module Interactive Expression FunctionType Load Store Del TypeIgnore".split()
)


def table() -> str:
    """The table of the documentation."""
    lines: list[str] = []
    for title, rows in SECTIONS.items():
        head = ["| node | construct | what becomes of it |", "|---|---|---|"]
        lines += ["", f"### {title}", "", *head]
        for row in rows:
            since = f" (Python {row.since[0]}.{row.since[1]})" if row.since > (3, 11) else ""
            what = f"refused: {row.message}" if row.message else row.verdict
            shown = row.shown.replace("|", "\\|")
            lines.append(f"| `{row.node}` | {shown}{since} | {what} |")
    return "\n".join(lines).lstrip("\n") + "\n"


def filled(page: str) -> str:
    """A page with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

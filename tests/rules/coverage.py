"""The table of functions that have a rule, made by running the checks: `docs/coverage.md`.

    python -m tests.rules.coverage            # write the page
    python -m tests.rules.coverage --check    # say whether it is what would be written

A call is a sample of `tests/rules/samples.py`. Both modes of it are held against finite
differences, and its pullback is run on the double of CuPy (`tests/strict`) and compared.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from adjoint.runtime.helpers import HELPERS
from adjoint.runtime.rules import REQUIRED, RULES, Rule
from adjoint.transform.analyses.effects import WRITERS
from tests.strict import strict, to_host, to_strict

from .checker import Case, check, is_floating, leaves, mapped, parse, pull, random_like
from .samples import COMPLEX_SAMPLES, COMPLEX_VALUES, SAMPLES, VALUES

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"

_HEAD = """# Functions that have a derivative

<!-- Written by `python -m tests.rules.coverage`; a test holds it against the rules. -->

For every function: the parameters that its rule takes (a call that uses another one is refused by
name), those with respect to which it has a derivative, and how many ways of calling it are tried.
Every call is held against finite differences in both modes, **VJP** and **JVP**, and where a number
stands under **complex**, in as many calls with complex numbers. **CuPy** says whether the pullback
runs on a double of CuPy that refuses what CuPy refuses (of the calls that CuPy itself accepts); a
dash says that CuPy has no such function.
Methods of arrays and operators share the lines of the functions. How to add a line is told in
[writing_rules.md](writing_rules.md).
"""

_GROUPS = (
    ("NumPy", ("np.", "ndarray.")),
    ("The standard library", ("math.", "cmath.", "operator.", "random.", "")),
    ("SciPy", ("scipy.",)),
)


_WRITTEN = WRITERS - {"np.put_along_axis"}  # which is refused where a derivative flows into it


def page() -> str:
    """The text of the page."""
    calls = _by_rule(parse(SAMPLES, VALUES))
    complex_calls = _by_rule(parse(COMPLEX_SAMPLES, COMPLEX_VALUES))
    rules = sorted((r for r in RULES.values() if _is_users(r.name)), key=lambda r: r.name)
    parts = [_HEAD]
    taken: set[str] = set()
    for title, prefixes in _GROUPS:
        here = [r for r in rules if r.name not in taken and r.name.startswith(prefixes)]
        if title == "The standard library":
            here = [r for r in here if not r.name.startswith("scipy.")]
        taken |= {r.name for r in here}
        parts.append(f"## {title}\n")
        parts.append("| function | with respect to | calls | VJP | JVP | complex | CuPy |")
        parts.append("|---|---|---|---|---|---|---|")
        parts += [_row(r, calls[r.name], complex_calls[r.name]) for r in here if r.vjp]
        parts.append("")
        parts.append(_listed("The derivative is zero wherever there is one", here, "zero"))
    parts.append("## Written in place\n")
    written = ", ".join(f"`{name}`" for name in sorted(_WRITTEN))
    parts.append(f"As statements, differentiated by what they write, not by a rule: {written}.\n")
    parts.append("## Refused by name\n\nThese have a derivative that nobody has written.\n")
    parts.append("| function | why, or what to write instead |\n|---|---|")
    refused = [r for r in rules if r.kind == "missing" and r.name not in _WRITTEN]
    parts += [f"| `{r.name}` | {r.why} |" for r in refused]
    return "\n".join(parts) + "\n"


def _is_users(name: str) -> bool:
    return name not in HELPERS and not name.startswith("adjoint.") and name != "hooked"


def _by_rule(cases: Iterable[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.rule.name].append(case)
    return found


def _row(rule: Rule, calls: list[Case], complex_calls: list[Case]) -> str:
    for case in (*calls, *complex_calls):
        check(case)
    n, m = len(calls), len(complex_calls)
    tried = ("yes", "yes") if n or m else ("", "")
    cells = (
        f"`{rule.name}({_parameters(rule)})`",
        ", ".join(f"`{p}`" for p in rule.vjp),
        str(n + m),
        *tried,
        str(m) if m else "",
        _on_device(rule, calls),
    )
    return f"| {' | '.join(cells)} |"


def _parameters(rule: Rule) -> str:
    """The parameters as a signature shows them."""
    shown = []
    for p, default in rule.params.items():
        if p in rule.keyword_only and "*" not in shown and rule.starred is None:
            shown.append("*")
        shown.append(p if default is REQUIRED else f"{p}={default!r}")
    return ", ".join(shown)


def _listed(title: str, rules: list[Rule], kind: str) -> str:
    names = ", ".join(f"`{r.name}`" for r in rules if r.kind == kind)
    return f"{title}: {names}.\n" if names else ""


def _on_device(rule: Rule, calls: list[Case]) -> str:
    """Of how many calls that CuPy accepts the pullback gives there what it gives on the host."""
    if not rule.name.startswith("np."):
        return ""
    try:
        function = _reached(rule.name)
    except AttributeError:
        return "-"
    answers = [_agrees(case, rule, function) for case in calls if _arrays(case)]
    ran = [answer for answer in answers if answer is not None]
    if not ran:
        return "-" if answers else ""
    return "yes" if all(ran) else f"{sum(ran)} of {len(ran)}"


def _reached(name: str) -> Any:
    found: Any = strict
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def _arrays(case: Case) -> bool:
    given = leaves([*case.positional, *case.keywords.values()])
    return any(isinstance(x, np.ndarray) for x in given)


def _agrees(case: Case, rule: Rule, function: Any) -> bool | None:
    """Whether the pullback of a call does there what it does here; None: the call is refused."""
    moved = {k: _moved(x) for k, x in case.keywords.items()}
    there = Case(case.text, rule, function, tuple(_moved(x) for x in case.positional), moved)
    try:
        ans = there.call({})
    except Exception:  # whatever is refused there, in whatever way
        return None
    here = case.call({})
    g = random_like(here, np.random.default_rng(3))
    for p, _, k in case.active():
        want = pull(case, rule, p, k, here, g)
        try:
            got = pull(there, rule, p, k, ans, mapped(_on_side_of, ans, g), strict)
        except Exception:  # likewise
            return False
        for a, b in zip(leaves(got), leaves(want), strict=True):
            if not np.allclose(to_host(a), b):
                return False
    return True


def _on_side_of(ans: Any, g: Any) -> Any:
    """A cotangent on the device where the result is there: even a number, which an array is."""
    return to_strict(np.asarray(g)) if type(ans).__module__.startswith("tests.strict") else g


def _moved(x: object) -> object:
    """A value with its arrays on the double of the device."""
    if isinstance(x, (list, tuple)) and not is_floating(x):
        return x
    return mapped(lambda e: to_strict(e) if isinstance(e, np.ndarray) else e, x)


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    return int(text != PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())

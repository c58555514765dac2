"""Programs that the tool refuses today, by what it would take to accept them.

A refusal is loud, so that none of these gives a wrong number; each is a program that users may well
write. `test_what_is_refused_is_refused_loudly` fails when one of them is accepted: it then leaves
this list, and is held to its gradient like any other.
"""

from __future__ import annotations

REFUSED: dict[str, tuple[str, ...]] = {}

NAMES = frozenset(name for names in REFUSED.values() for name in names)

"""Programs that the tool refuses today, by what it would take to accept them.

A refusal is loud, so that none of these gives a wrong number; each is a program that users may well
write. `test_what_is_refused_is_refused_loudly` fails when one of them is accepted: it then leaves
this list, and is held to its gradient like any other.
"""

from __future__ import annotations

REFUSED = {
    "functions made by a comprehension that read its variable, which is bound again": (
        "late_binding.comprehension_of_lambdas",
    ),
    "functions made inside that call each other, as values": (
        "late_binding.mutual_recursion_as_a_value",
    ),
}

NAMES = frozenset(name for names in REFUSED.values() for name in names)

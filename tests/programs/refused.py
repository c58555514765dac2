"""Programs that the tool refuses today, by what it would take to accept them.

A refusal is loud, so that none of these gives a wrong number; each is a program that users may well
write. `test_what_is_refused_is_refused_loudly` fails when one of them is accepted: it then leaves
this list, and is held to its gradient like any other.
"""

from __future__ import annotations

REFUSED = {
    "an array that is written while a container or another name may hold it": (
        "buffers_swapped.ping_pong_views",
        "calls.helper_returns_a_view",
        "containers.stored_then_modified",
        "early_exits.return_a_view_from_a_loop",
        "views_and_aliases.view_kept_across_rounds",
        "views_and_aliases.view_moves_along",
    ),
    "one array passed twice to a function that writes into it": (
        "calls.same_array_twice",
        "calls.overlapping_views_to_a_helper",
    ),
    "functions made inside that read a variable which is bound again after they are made": (
        "calls.partial_application",
        "closures_and_lambdas.closure_from_a_factory",
        "closures_and_lambdas.compose",
        "closures_and_lambdas.map_and_key",
        "closures_and_lambdas.lambda_default_binds_early",
        "closures_and_lambdas.lambdas_made_in_a_loop",
        "closures_and_lambdas.late_binding_in_a_loop",
    ),
}

NAMES = frozenset(name for names in REFUSED.values() for name in names)

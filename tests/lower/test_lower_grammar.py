"""Every node of Python's grammar is accepted or refused by name: nothing falls through."""

from __future__ import annotations

import gast
import pytest

from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.reject import REFUSED

PYTHON_2 = {gast.Print, gast.Exec, gast.Repr}
WITHOUT_HANDLER = {gast.FormattedValue, gast.Name, gast.Constant}  # lowered on the spot


@pytest.mark.parametrize("base", [gast.stmt, gast.expr], ids=["statements", "expressions"])
def test_every_node_is_accepted_or_refused_by_name(base):
    nodes = [kind for kind in vars(gast).values() if isinstance(kind, type)]
    nodes = {kind for kind in nodes if issubclass(kind, base) and kind is not base} - PYTHON_2
    accepted = set(statements._handlers()) | set(expressions._handlers()) | WITHOUT_HANDLER
    refused = {kind for kind in nodes if kind.__name__ in REFUSED}
    assert nodes <= accepted | refused
    assert not (accepted & refused)

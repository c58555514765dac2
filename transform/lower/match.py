"""`match`: each case is a test, which only looks, and the assignments of what it names.

`case (a, b) if a > 0` asks `is_sequence(subject) and len(subject) == 2`, unpacks the subject, and
asks its guard; the next case is tried where one of the two fails.
"""

from __future__ import annotations

import gast

from adjoint.transform.ir.nodes import Assign, Const, If, Stmt, Var
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.bindings import pattern_names
from adjoint.transform.lower.pattern_bindings import Place, bind_names
from adjoint.transform.lower.pattern_tests import pattern_test
from adjoint.transform.lower.scope import Scope


def match(node: gast.Match, scope: Scope, out: list[Stmt]) -> None:
    """The cases one after another; the subject is evaluated once."""
    scope = scope.at(node, node.subject)
    subject = expressions.atom(node.subject, scope, out)
    rebound = frozenset(pattern_names([case.pattern for case in node.cases])) | scope.walruses
    if not isinstance(subject, Var) or subject.name in rebound:
        held = scope.unused("subject")
        out.append(Assign(held, subject, scope.span))
        subject = held
    _cases(node.cases, subject, scope, out)


def _cases(cases: list[gast.match_case], subject: Var, scope: Scope, out: list[Stmt]) -> None:
    if not cases:
        return
    case, *others = cases
    scope = scope.at(case.pattern, case.guard)
    test = pattern_test(case.pattern, subject, scope)
    named: list[Stmt] = []
    bind_names(case.pattern, Place(), subject, scope, named)
    if case.guard is not None:
        guard = expressions.atom(case.guard, scope, named)
        if test is None:
            out.extend(named)
            hit = guard
        else:
            hit = scope.temporary()
            fits = expressions.bind(test, scope, out)
            both = (*named, Assign(hit, guard, scope.span))
            out.append(If(fits, both, (Assign(hit, Const(False), scope.span),), scope.span))
        named = []
    elif test is None:
        out.extend((*named, *statements.block(case.body, scope)))
        return
    else:
        hit = expressions.bind(test, scope, out)
    rest: list[Stmt] = []
    _cases(others, subject, scope, rest)
    body = (*named, *statements.block(case.body, scope))
    out.append(If(hit, body, tuple(rest), scope.span))

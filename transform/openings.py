"""Which calls may be opened: those of small straight functions of numbers, beside the caller."""

from __future__ import annotations

from dataclasses import dataclass

from adjoint.transform.analyses.resolve import Resolved
from adjoint.transform.callees import Callee, Callees, call_of
from adjoint.transform.derive.build import Names
from adjoint.transform.ir.nodes import Atom, Const, Op, Ref
from adjoint.transform.passes.inline import Opening, is_straight, outside_names


@dataclass(frozen=True, slots=True)
class Reach:
    """What decides which calls may be opened in a function, the caller."""

    caller: Callee
    resolved: Resolved
    names: Names
    callees: Callees

    def of(self, op: Op) -> Opening | None:
        """The function that a call opens to: small, straight, of numbers, beside the caller."""
        call = call_of(op, self.resolved.kinds, self.callees)
        if call is None or not isinstance(call.op.callee, Ref) or call.op.callee.local:
            return None
        callee, origin = call.callee, self.caller.origin
        beside = callee.origin.__globals__ is origin.__globals__
        if not beside or callee.origin.__closure__ or callee.locals:
            return None
        if callee.key == self.caller.key:
            return None
        if not is_straight(callee.function) or any(k.tag != "num" for _, k in call.kinds):
            return None
        given: dict[str, Atom] = {
            name: arg
            for (name, place), arg in zip(call.arguments, call.op.args, strict=True)
            if place is None
        }
        for param in callee.function.params:
            if param.name not in given:
                if param.kind not in ("ordinary", "keyword-only") or not param.has_default:
                    return None
                given[param.name] = Const(param.default)
        for name in outside_names(callee.function.body):
            self.names.reserve(name)
        return Opening(callee.function, given)

"""What code objects tell of the exceptions that they handle and of what they return."""

from __future__ import annotations

import dis
import types


def handles(code: types.CodeType) -> bool:
    """Whether a generator has an `except` that does not raise (`finally` and `with` do)."""
    handling = False
    steps = [step.opname for step in dis.get_instructions(code)]
    for name, following in zip(steps, [*steps[1:], ""], strict=True):
        if name == "PUSH_EXC_INFO":
            handling = following != "WITH_EXCEPT_START"
        elif name == "RERAISE":
            handling = False
        elif name == "POP_EXCEPT" and handling and following != "RERAISE":
            return True
    return False


def gives_nothing(code: types.CodeType) -> bool:
    """Whether a function can only return `None` or `False`."""
    steps = [s for s in dis.get_instructions(code) if s.opname not in ("NOP", "CACHE")]
    for before, step in zip([None, *steps], steps, strict=False):
        if step.opname == "RETURN_CONST" and step.argval not in (None, False):
            return False
        if step.opname == "RETURN_VALUE" and (
            before is None or before.opname != "LOAD_CONST" or before.argval not in (None, False)
        ):
            return False
    return True

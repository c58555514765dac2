"""Every accepted construct means in the IR what it means in Python."""

from __future__ import annotations

import copy

import pytest

from adjoint.transform.ir.run import run
from adjoint.transform.ir.show import show
from adjoint.transform.ir.verify import verify
from adjoint.transform.lower import lower, normalise_exits

from .language import LANGUAGE, keyword_only


def outcome(call, args):
    args = copy.deepcopy(args)
    try:
        return repr(call(*args)), repr(args)
    except Exception as error:  # whatever a program raises, the IR must raise
        return repr(error), repr(args)


@pytest.mark.parametrize(("f", "args"), LANGUAGE, ids=lambda value: getattr(value, "__name__", ""))
def test_runs_as_python_runs_it(f, args):
    ir = verify(lower(f))
    plain = verify(normalise_exits(ir), exits=True)
    expected = outcome(f, args)
    assert outcome(lambda *a: run(ir, *a), args) == expected, show(ir)
    assert outcome(lambda *a: run(plain, *a), args) == expected, show(plain)


def test_lowering_is_deterministic():
    for f, _ in LANGUAGE:
        assert show(normalise_exits(lower(f))) == show(normalise_exits(lower(f)))


def test_signatures_bind_as_in_python():
    ir = lower(keyword_only)
    assert run(ir, 1, c=3) == keyword_only(1, c=3)
    assert run(ir, 1, 5, 6, 7, c=3, e=9) == keyword_only(1, 5, 6, 7, c=3, e=9)
    with pytest.raises(TypeError):
        run(ir, 1)
    assert [param.kind for param in ir.params] == [
        "positional-only", "ordinary", "varargs", "keyword-only", "keyword-only", "varkw",
    ]  # fmt: skip

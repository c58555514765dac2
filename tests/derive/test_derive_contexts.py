"""`with` in a function that is differentiated: what is entered is entered, needed or not."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from adjoint import grad


class Counted:
    """Counts how often it was entered and left."""

    entered = 0
    left = 0

    def __enter__(self) -> None:
        type(self).entered += 1

    def __exit__(self, *exception: object) -> None:
        type(self).left += 1


class Late(Counted):
    """Finds something wrong when it is left."""

    def __exit__(self, *exception: object) -> None:
        raise RuntimeError("too late")


LOCK = threading.Lock()


def test_a_context_is_entered_although_nothing_in_it_is_needed():
    @grad
    def f(x):
        with Counted():
            y = x * x
        return x * 2.0 if y is None else x * 3.0

    before = Counted.entered, Counted.left
    assert f.gradient(2.0) == 3.0
    assert (Counted.entered, Counted.left) == (before[0] + 1, before[1] + 1)


def test_what_leaving_a_context_raises_is_raised():
    @grad
    def f(x):
        with Late():
            _ = x * x
        return x * 2.0

    with pytest.raises(RuntimeError, match="too late"):
        f(2.0)
    with pytest.raises(RuntimeError, match="too late"):
        f.gradient(2.0)


def test_a_lock_is_held_and_settings_that_matter_inside_alone_go_with_what_is_inside():
    @grad
    def f(x):
        with LOCK:
            held = LOCK.locked()
        with np.errstate(all="ignore"):
            _ = x / 0.5
        return x * 2.0 if held else x

    assert f.gradient(1.0) == 2.0
    assert not LOCK.locked()
    assert "errstate" not in f.source
    assert "with LOCK:" in f.source
